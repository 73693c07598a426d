"""Containers of modules and of parameters: the whole of their Python, as PyTorch's."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from .programs import both, said


def names(module: Any) -> list[str]:
    return [type(m).__name__ for m in module]


@both
def test_sequential_is_multiplied_and_cut(torch: Any) -> Any:
    nn = torch.nn
    s = nn.Sequential(nn.ReLU(), nn.Linear(2, 2))
    twice, thrice = s * 2, 3 * s
    seen = [repr(twice), len(thrice), len(list(thrice.parameters())), list(thrice.state_dict())]
    t = nn.Sequential(nn.ReLU(), nn.Tanh())
    t *= 3
    popped = t.pop(1)
    t.insert(0, nn.ELU()).extend([nn.SiLU()]).append(nn.GELU())
    del t[1:3]
    return (
        seen,
        repr(t),
        repr(popped),
        names(s + t),
        said(TypeError, lambda: s * 1.5).partition("<")[0],
        said(ValueError, lambda: s * 0).partition("<")[0],
        said(TypeError, lambda: s.extend(3)),
        said(IndexError, lambda: s.insert(9, nn.ReLU())),
    )


@both
def test_lists_of_modules(torch: Any) -> Any:
    nn = torch.nn
    layers = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()])
    layers.insert(1, nn.ELU())
    popped = layers.pop(0)
    layers[0] = nn.GELU()
    return (
        repr(layers),
        repr(popped),
        names(layers[::2]),
        names(layers + [nn.SiLU()]),
        said(TypeError, lambda: layers.append(3)),
        said(TypeError, lambda: layers.extend(3)),
        said(IndexError, lambda: layers[9]),
        said(NotImplementedError, lambda: layers(1)),
    )


@both
def test_dictionaries_of_modules(torch: Any) -> Any:
    nn = torch.nn
    d = nn.ModuleDict({"x": nn.ReLU(), "y": nn.Linear(1, 1)})
    d.update([("z", nn.Tanh())])
    popped = d.pop("x")
    return (
        repr(d),
        repr(popped),
        list(d),
        "y" in d,
        len(d),
        said(TypeError, lambda: d.update(3)),
        said(TypeError, lambda: d.update([1])),
        said(ValueError, lambda: d.update([(1, 2, 3)])),
        said(TypeError, lambda: d.__setitem__("w", 3)),
        said(KeyError, lambda: d["nothing"]),
        said(KeyError, lambda: d.__setitem__("keys", nn.ReLU())),
    )


@both
def test_lists_of_parameters(torch: Any) -> Any:
    nn, zeros = torch.nn, torch.zeros
    p = nn.ParameterList([zeros(2, 3), nn.Parameter(zeros(1)), 5, "a"])
    p += [zeros(4, dtype=torch.float64)]
    p[1] = zeros(7)
    first = [repr(p), len(p), list(p.state_dict()), [k for k, _ in p.named_parameters()]]
    return (
        first,
        repr(p[1:3]),
        names(p),
        p[-5].shape,
        p[0].requires_grad,
        repr(nn.ParameterList([zeros(3)])),
        repr(nn.ParameterList()),
        said(IndexError, lambda: p[5]),
        said(TypeError, lambda: p.extend(zeros(2))),
        said(RuntimeError, lambda: p(1)),
    )


@both
def test_dictionaries_of_parameters(torch: Any) -> Any:
    nn, zeros = torch.nn, torch.zeros
    d = nn.ParameterDict({"b": zeros(2), "a": nn.Parameter(zeros(3)), "c": 7})
    seen = [repr(d), list(d), list(reversed(d)), list(d.state_dict()), len(d), "a" in d]
    d.update(OrderedDict(z=zeros(1), y=zeros(2)))
    joined = d | nn.ParameterDict({"n": zeros(1)})
    seen += [repr(joined), d.get("q", 3), d.setdefault("q", zeros(5)).shape, d.popitem()[0]]
    seen += [d.pop("b").shape, repr(d.fromkeys(["u"], 3)), [type(v).__name__ for v in d.values()]]
    copied = d.copy()
    d.clear()
    return (
        seen,
        list(copied.keys()),
        len(d),
        said(KeyError, lambda: d.popitem()),
        said(TypeError, lambda: d[1]),
        said(TypeError, lambda: d.update(5)),
        said(TypeError, lambda: d.update([1])),
        said(ValueError, lambda: d.update([(1, 2, 3)])),
        said(RuntimeError, lambda: d(1)),
    )


@both
def test_what_is_in_a_list_is_trained_and_saved(torch: Any) -> Any:
    class Sum(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scales = torch.nn.ParameterList([torch.ones(2), torch.ones(2)])
            self.named = torch.nn.ParameterDict({"shift": torch.zeros(2)})

        def forward(self, x: Any) -> Any:
            for scale in self.scales:
                x = x * scale
            return x + self.named["shift"]

    m = Sum()
    opt = torch.optim.SGD(m.parameters(), lr=0.5)
    m(torch.tensor([1.0, 2.0])).sum().backward()
    opt.step()
    again = Sum()
    again.load_state_dict(m.state_dict())
    return list(m.state_dict().items()), again(torch.ones(2)), repr(m)
