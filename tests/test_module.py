"""nn.Module and Parameter: registration, traversal, state, hooks, conversion, printing, copying."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict, namedtuple

import pytest

import minitorch_nn
from tests.programs import both, graph, said, warned
from tests.versions import SILENT_BACKWARD_HOOKS


def small_net(torch):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.fc = nn.Linear(n, n)
            self.act = nn.ReLU()
            self.register_buffer("count", torch.zeros(()))
            self.register_buffer("scratch", torch.ones(2), persistent=False)

        def forward(self, x):
            return self.act(self.fc(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4)
            self.block = Block(4)
            self.scale = nn.Parameter(torch.ones(1))
            self.head = nn.Sequential(nn.Linear(4, 2), nn.Tanh())

        def forward(self, x):
            return self.head(self.block(self.first(x)) * self.scale)

    return Net()


# ---- registration


@both
def test_assigning_registers_parameters_modules_and_nothing_else(torch):
    nn = torch.nn
    m = nn.Module()
    m.w = nn.Parameter(torch.ones(2))
    m.child = nn.Linear(2, 1)
    m.plain = torch.ones(3)
    m.layers = [nn.Linear(5, 5)]
    m.number = 3
    m.register_buffer("buf", torch.zeros(1))
    return (
        [name for name, _ in m.named_parameters()],
        [name for name, _ in m.named_modules()],
        [name for name, _ in m.named_buffers()],
        m.number,
        "w" in m.__dict__,
        "child" in m.__dict__,
        "plain" in m.__dict__,
        hasattr(m, "w"),
    )


@both
def test_assigning_before_init_names_what_cannot_be_assigned(torch):
    nn = torch.nn

    class WithModule(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(1, 1)

    class WithParameter(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(torch.ones(1))

    class WithBuffer(nn.Module):
        def __init__(self):
            self.register_buffer("b", torch.ones(1))

    class WithNumber(nn.Module):
        def __init__(self):
            self.n = 1

    return (
        said(AttributeError, WithModule),
        said(AttributeError, WithParameter),
        said(AttributeError, WithBuffer),
        WithNumber().n,
        said(AttributeError, lambda: WithNumber()(1)),
        said(AttributeError, lambda: WithNumber().register_parameter("w", None)),
    )


@both
def test_a_plain_tensor_over_a_parameter_is_refused_and_none_accepted(torch):
    nn = torch.nn
    m = nn.Linear(2, 2)
    errors = [
        said(TypeError, lambda: setattr(m, "weight", torch.ones(2, 2))),
        said(TypeError, lambda: setattr(m, "bias", 3)),
    ]
    m.bias = None
    return errors, m.bias, [name for name, _ in m.named_parameters()], m(torch.ones(1, 2)).shape


@both
def test_wrong_values_over_modules_and_buffers_are_refused(torch):
    nn = torch.nn
    m = nn.Sequential(nn.ReLU())
    m.register_buffer("b", torch.ones(1))
    errors = [
        said(TypeError, lambda: setattr(m, "0", torch.ones(1))),
        said(TypeError, lambda: setattr(m, "b", "text")),
    ]
    m.b = torch.zeros(2)
    setattr(m, "0", None)
    return errors, m.b, m._modules, list(m.state_dict())


@both
def test_a_name_holds_one_thing_at_a_time(torch):
    nn = torch.nn
    m = nn.Module()
    m.x = 1
    m.x = nn.Parameter(torch.ones(1))
    kinds = [("x" in m.__dict__, "x" in m._parameters)]
    m.y = nn.Linear(1, 1)
    m.y = nn.Parameter(torch.ones(1))
    kinds.append(("y" in m._modules, "y" in m._parameters))
    m.register_buffer("z", torch.ones(1), persistent=False)
    m.z = nn.ReLU()
    kinds.append(("z" in m._buffers, "z" in m._modules, "z" in m._non_persistent_buffers_set))
    return kinds, said(TypeError, lambda: setattr(m, "x", "no parameter"))


@both
def test_registering_by_hand_checks_names_and_values(torch):
    nn = torch.nn
    m = nn.Linear(1, 1)
    p = nn.Parameter(torch.ones(1))
    t = torch.ones(1)
    return (
        said(TypeError, lambda: m.register_parameter(3, p)),
        said(KeyError, lambda: m.register_parameter("a.b", p)),
        said(KeyError, lambda: m.register_parameter("", p)),
        said(KeyError, lambda: m.register_parameter("forward", p)),
        said(TypeError, lambda: m.register_parameter("p", t)),
        said(ValueError, lambda: m.register_parameter("p", _non_leaf_parameter(torch))),
        said(TypeError, lambda: m.register_buffer(3, t)),
        said(KeyError, lambda: m.register_buffer("a.b", t)),
        said(KeyError, lambda: m.register_buffer("", t)),
        said(KeyError, lambda: m.register_buffer("weight", t)),
        said(TypeError, lambda: m.register_buffer("b", 1)),
        said(TypeError, lambda: m.add_module("a", 3)),
        said(TypeError, lambda: m.add_module(3, nn.ReLU())),
        said(KeyError, lambda: m.add_module("a.b", nn.ReLU())),
        said(KeyError, lambda: m.add_module("", nn.ReLU())),
        said(KeyError, lambda: m.register_module("weight", nn.ReLU())),
    )


def _non_leaf_parameter(torch):
    """Writing a tensor that requires a gradient into a parameter makes it the result of that."""
    p = torch.nn.Parameter(torch.ones(1), requires_grad=False)
    p.mul_(torch.ones(1, requires_grad=True))
    return p


@both
def test_missing_attributes_and_deletion(torch):
    nn = torch.nn
    m = small_net(torch)
    before = said(AttributeError, lambda: m.nothing)
    m.plain = 3
    for name in ("first", "scale", "plain"):
        delattr(m, name)
    del m.block.scratch
    after = [said(AttributeError, lambda n=n: getattr(m, n)) for n in ("first", "scale", "plain")]
    left = [n for n, _ in m.named_parameters()], m.block._non_persistent_buffers_set
    return before, after, left, said(AttributeError, lambda: delattr(nn.ReLU(), "nothing"))


@both
def test_init_takes_no_arguments_and_forward_must_be_defined(torch):
    nn = torch.nn

    class Empty(nn.Module):
        pass

    return (
        said(TypeError, lambda: Empty(1)),
        said(TypeError, lambda: Empty(a=1)),
        said(NotImplementedError, lambda: Empty()(1)),
    )


@both
def test_dir_shows_what_is_registered(torch):
    m = small_net(torch)
    names = dir(m)
    shown = ("first", "block", "scale", "head", "training", "forward", "state_dict")
    return [n in names for n in shown], "0" in dir(m.head), "count" in dir(m.block)


# ---- traversal


@both
def test_everything_is_listed_in_the_order_of_registration(torch):
    m = small_net(torch)
    return (
        [n for n, _ in m.named_parameters()],
        [n for n, _ in m.named_parameters(prefix="net")],
        [n for n, _ in m.named_parameters(recurse=False)],
        [tuple(p.shape) for p in m.parameters()],
        [n for n, _ in m.named_buffers()],
        len(list(m.buffers(recurse=False))),
        [(n, type(c).__name__) for n, c in m.named_modules()],
        [type(c).__name__ for c in m.modules()],
        [(n, type(c).__name__) for n, c in m.named_children()],
        [type(c).__name__ for c in m.children()],
    )


@both
def test_shared_modules_and_parameters_are_listed_once_but_saved_twice(torch):
    nn = torch.nn
    m = nn.Module()
    m.a = nn.Linear(2, 2)
    m.b = m.a
    m.c = nn.Linear(2, 2)
    m.c.weight = m.a.weight
    return (
        [n for n, _ in m.named_parameters()],
        [n for n, _ in m.named_parameters(remove_duplicate=False)],
        [n for n, _ in m.named_modules()],
        [n for n, _ in m.named_modules(remove_duplicate=False)],
        [n for n, _ in m.named_children()],
        list(m.state_dict()),
        m.load_state_dict(m.state_dict()),
    )


@both
def test_members_are_found_by_dotted_paths(torch):
    m = small_net(torch)
    return (
        repr(m.get_submodule("head.0")),
        m.get_submodule("") is m,
        m.get_parameter("block.fc.weight") is m.block.fc.weight,
        m.get_buffer("block.count"),
        said(AttributeError, lambda: m.get_submodule("block.none")),
        said(AttributeError, lambda: m.get_submodule("scale")),
        said(AttributeError, lambda: m.get_parameter("block.none")),
        said(AttributeError, lambda: m.get_parameter("block.count")),
        said(AttributeError, lambda: m.get_buffer("block.fc.weight")),
        said(AttributeError, lambda: m.get_buffer("first.none")),
    )


@both
def test_train_and_eval_reach_every_module_and_return_self(torch):
    m = small_net(torch)
    flags = [[c.training for c in m.modules()]]
    same = m.eval() is m
    flags.append([c.training for c in m.modules()])
    m.block.train()
    flags.append([c.training for c in m.modules()])
    m.train()
    flags.append([c.training for c in m.modules()])
    return flags, same, said(ValueError, lambda: m.train(1))


@both
def test_apply_visits_children_first(torch):
    visited = []
    m = small_net(torch)
    same = m.apply(lambda c: visited.append(type(c).__name__)) is m
    return visited, same


@both
def test_requires_grad_freezes_all_parameters(torch):
    m = small_net(torch)
    same = m.requires_grad_(False) is m
    frozen = [p.requires_grad for p in m.parameters()]
    m.first.requires_grad_()
    return same, frozen, [p.requires_grad for p in m.parameters()]


@both
def test_zero_grad_sets_none_or_fills_zeros_in_place(torch):
    m = torch.nn.Linear(2, 2, bias=False)
    m(torch.ones(1, 2)).sum().backward()
    grad = m.weight.grad
    m.zero_grad(set_to_none=False)
    kept = m.weight.grad is grad
    zeros = grad.clone()
    m.zero_grad()
    return kept, zeros, m.weight.grad, grad


@both
def test_zero_grad_detaches_a_gradient_that_has_a_graph(torch):
    w = torch.nn.Linear(2, 1, bias=False)
    (w(torch.ones(1, 2)) ** 2).sum().backward(create_graph=True)
    before = w.weight.grad.requires_grad
    w.zero_grad(set_to_none=False)
    return before, w.weight.grad, w.weight.grad.grad_fn


# ---- state


@both
def test_state_dict_lists_parameters_and_persistent_buffers(torch):
    m = small_net(torch)
    state = m.state_dict()
    return state, type(state).__name__, state._metadata, m.state_dict(prefix="net.")


@both
def test_state_dict_shares_memory_and_is_detached(torch):
    m = torch.nn.Linear(2, 1)
    state = m.state_dict()
    with torch.no_grad():
        m.weight.fill_(7)
    return (
        state["weight"],
        state["weight"].requires_grad,
        type(state["weight"]).__name__,
        m.state_dict(keep_vars=True)["weight"] is m.weight,
    )


@both
def test_state_dict_fills_a_given_destination(torch):
    m = torch.nn.Linear(2, 1)
    destination = {"other": 1}
    same = m.state_dict(destination=destination, prefix="fc.") is destination
    return same, list(destination)


@both
def test_loading_copies_in_place_and_says_so(torch):
    m, other = small_net(torch), small_net(torch)
    weight = m.first.weight
    result = m.load_state_dict(other.state_dict())
    with torch.no_grad():
        other.first.weight.zero_()
    return (
        repr(result),
        str(result),
        tuple(result),
        m.first.weight is weight,
        m.state_dict(),
        m.first.weight.requires_grad,
        m.first.weight._version,
    )


@both
def test_strict_loading_names_every_missing_and_unexpected_key(torch):
    m = small_net(torch)
    state = m.state_dict()
    del state["first.bias"], state["head.0.weight"], state["block.count"]
    state["extra"] = torch.ones(1)
    state["first.extra"] = torch.ones(1)
    state["nowhere.weight"] = torch.ones(1)
    state["first.weight.deep"] = torch.ones(1)
    state["block.scratch"] = torch.ones(2)
    try:
        m.load_state_dict(state)
    except RuntimeError as error:
        message = str(error)
    result = m.load_state_dict(state, strict=False)
    return message, repr(result), result.missing_keys, result.unexpected_keys


@both
def test_a_shape_mismatch_raises_even_when_not_strict_and_the_rest_is_loaded(torch):
    m = torch.nn.Linear(2, 3)
    state = {"weight": torch.ones(2, 3), "bias": torch.full((3,), 5.0)}
    messages = []
    for strict in (True, False):
        try:
            m.load_state_dict(state, strict=strict)
        except RuntimeError as error:
            messages.append(str(error))
    return messages, m.bias


@both
def test_loading_what_is_no_tensor_or_no_mapping(torch):
    m = torch.nn.Linear(2, 1, bias=False)
    message = said(TypeError, lambda: m.load_state_dict([1]))
    try:
        m.load_state_dict({"weight": [[1.0, 2.0]]})
    except RuntimeError as error:
        return message, str(error)
    return None


@both
def test_loading_converts_the_type_and_accepts_one_element_for_a_scalar(torch):
    m = torch.nn.Module()
    m.w = torch.nn.Parameter(torch.ones(()))
    m.v = torch.nn.Parameter(torch.ones(2))
    v = torch.tensor([1, 2])
    m.load_state_dict({"w": torch.tensor([3.0]), "v": v})
    return m.w, m.v


@both
def test_assigning_on_load_takes_the_given_tensors(torch):
    m = torch.nn.Linear(2, 1)
    m.bias.requires_grad_(False)
    given = {"weight": torch.ones(1, 2, dtype=torch.float64), "bias": torch.ones(1)}
    own = m.weight
    m.load_state_dict(given, assign=True)
    parameter = torch.nn.Parameter(torch.zeros(1, 2))
    m.load_state_dict({"weight": parameter, "bias": torch.ones(1)}, assign=True)
    return m.weight is own, m.weight is parameter, m.weight, m.bias, type(m.bias).__name__


@both
def test_a_layer_may_extend_saving_and_loading(torch):
    class Versioned(torch.nn.Module):
        _version = 3

        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.ones(1))
            self.seen = None

        def _save_to_state_dict(self, destination, prefix, keep_vars):
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "note"] = torch.ones(1)

        def _load_from_state_dict(self, state, prefix, metadata, strict, missing, extra, errors):
            self.seen = metadata.get("version")
            state = {k: v for k, v in state.items() if k != prefix + "note"}
            super()._load_from_state_dict(state, prefix, metadata, strict, missing, extra, errors)

    m = torch.nn.Sequential(Versioned(), torch.nn.Linear(1, 1))
    state = m.state_dict()
    result = m.load_state_dict(state)
    return list(state), state._metadata, repr(result), m[0].seen


@both
def test_a_state_dict_without_metadata_loads(torch):
    m = torch.nn.Linear(1, 1)
    return repr(m.load_state_dict(dict(m.state_dict())))


# ---- conversion


@both
def test_conversion_keeps_the_parameters_and_leaves_integers_alone(torch):
    m = torch.nn.Linear(2, 1)
    m.register_buffer("steps", torch.tensor([1, 2]))
    m.register_buffer("mean", torch.ones(1))
    m(torch.ones(1, 2)).sum().backward()
    weight, grad = m.weight, m.weight.grad
    seen = []
    for convert in (
        lambda: m.double(),
        lambda: m.half(),
        lambda: m.float(),
        lambda: m.to(torch.float64),
        lambda: m.to("cpu"),
        lambda: m.to("cpu", torch.float32),
        lambda: m.to(dtype=torch.float64),
        lambda: m.to(torch.ones(1, dtype=torch.float16)),
        lambda: m.to(device="cpu", dtype=torch.float32),
        lambda: m.cpu(),
        lambda: m.to(),
    ):
        same = convert() is m and m.weight is weight and m.weight.grad is grad
        seen.append((same, m.weight.dtype, m.weight.grad.dtype, m.steps.dtype, m.mean.dtype))
    return seen, m.weight.is_leaf, m.weight.requires_grad, m.weight


@both
def test_type_converts_everything(torch):
    m = torch.nn.Linear(2, 1).requires_grad_(False)
    m.register_buffer("steps", torch.tensor([1, 2]))
    m.type(torch.float64)
    return m.weight.dtype, m.steps.dtype


@both
def test_modules_take_no_integer_type(torch):
    m = torch.nn.Linear(1, 1)
    mixed_up = said(TypeError, lambda: m.to("cpu", "float64")).split(" - ")[0].split(":")[:2]
    return (
        said(TypeError, lambda: m.to(torch.int32)),
        mixed_up,
        said(RuntimeError, lambda: m.to("nowhere")).partition(":")[0],
        said(RuntimeError, lambda: m.to(3)).partition(":")[0],
        m.to(torch.device("cpu")) is m,
        m.weight.dtype,
    )


def test_the_cpu_is_the_only_device():
    m = minitorch_nn.nn.Linear(1, 1)
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        m.to("cuda")
    with pytest.raises(RuntimeError, match="use device 'cpu'"):
        m.to("meta")


# ---- hooks


@both
def test_forward_hooks_see_and_replace_the_output(torch):
    m = torch.nn.Linear(2, 2)
    log = []

    def look(module, args, output):
        log.append((module is m, len(args), tuple(output.shape)))

    handle = m.register_forward_hook(look)
    m.register_forward_hook(lambda module, args, output: output * 0 + 5)
    m.register_forward_hook(lambda module, args, output: log.append(output.sum().item()))
    m.register_forward_hook(lambda *_: log.append("first"), prepend=True)
    x = torch.ones(1, 2)
    out = m(x)
    handle.remove()
    m(x)
    plain = m.forward(x)
    return out, log, plain.shape


@both
def test_forward_pre_hooks_replace_the_arguments(torch):
    class Add(torch.nn.Module):
        def forward(self, x, y=0):
            return x + y

    m = Add()
    m.register_forward_pre_hook(lambda module, args: args[0] * 10)
    first = m(torch.ones(1))
    m.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"y": kwargs["y"] + 1}), with_kwargs=True
    )
    second = m(torch.ones(1), y=3)
    m.register_forward_pre_hook(lambda module, args: (args[0] + 0.5,), prepend=True)
    third = m(torch.ones(1), y=3)
    seen = []
    m.register_forward_hook(
        lambda module, args, kwargs, output: seen.append(kwargs), with_kwargs=True
    )
    m(torch.ones(1), y=3)
    m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    return first, second, third, seen, said(RuntimeError, lambda: m(torch.ones(1), y=3))


@both
def test_a_hook_may_remove_itself_and_a_handle_is_a_context(torch):
    m = torch.nn.ReLU()
    log = []

    def once(module, args, output):
        log.append("once")
        handle.remove()

    handle = m.register_forward_hook(once)
    with m.register_forward_hook(lambda *_: log.append("inside")):
        m(torch.ones(1))
        m(torch.ones(1))
    m(torch.ones(1))
    return log, len(m._forward_hooks)


@both
def test_full_backward_hooks_see_both_gradients_and_replace_the_input_s(torch):
    m = torch.nn.Linear(2, 3)
    log = []

    def look(module, grad_input, grad_output):
        log.append((type(module).__name__, grad_input, grad_output))
        return (grad_input[0] * 100,)

    m.register_full_backward_hook(look)
    x = torch.ones(1, 2, requires_grad=True)
    out = m(x)
    nodes = graph(out)
    out.sum().backward()
    m(x).sum().backward()
    return log, x.grad, nodes, m.weight.grad


@both
def test_full_backward_hooks_with_several_inputs_and_outputs(torch):
    class Two(torch.nn.Module):
        def forward(self, a, b, c=3):
            return a * 2, b * 3, "text"

    m = Two()
    log = []
    m.register_full_backward_hook(lambda module, gi, go: log.append((gi, go)))
    a = torch.ones(2, requires_grad=True)
    b = torch.ones(2)
    m(a, b, 5)[0].sum().backward()
    return log, a.grad


@both
def test_full_backward_pre_hooks_replace_the_output_s_gradient(torch):
    m = torch.nn.Linear(2, 1, bias=False)
    log = []
    m.register_full_backward_pre_hook(lambda module, go: (go[0] * 10,))
    m.register_full_backward_hook(lambda module, gi, go: log.append((gi, go)))
    x = torch.ones(1, 2, requires_grad=True)
    m(x).sum().backward()
    return log, x.grad, m.weight.grad


@SILENT_BACKWARD_HOOKS.mark
@both
def test_a_backward_hook_without_inputs_that_need_a_gradient_fires_with_a_warning(torch):
    m = torch.nn.Linear(2, 1, bias=False)
    log = []
    handle = m.register_full_backward_hook(lambda module, gi, go: log.append((gi, go)))
    out = m(torch.ones(1, 2)).sum()
    warnings = warned(out.backward)
    handle.remove()
    m.register_full_backward_hook(lambda module, gi, go: (torch.ones(1, 2),))
    out = m(torch.ones(1, 2)).sum()
    return log, warnings, said(RuntimeError, out.backward)


@both
def test_backward_hooks_must_keep_the_number_of_gradients(torch):
    x = torch.ones(1, 2, requires_grad=True)
    wrong = torch.nn.Linear(2, 1)
    wrong.register_full_backward_hook(lambda module, gi, go: (gi[0], gi[0]))
    wrong_pre = torch.nn.Linear(2, 1)
    wrong_pre.register_full_backward_pre_hook(lambda module, go: (go[0], go[0]))
    return (
        said(RuntimeError, lambda: wrong(x).sum().backward()),
        said(RuntimeError, lambda: wrong_pre(x).sum().backward()),
    )


@both
def test_backward_hooks_leave_a_named_tuple_and_no_grad_alone(torch):
    Pair = namedtuple("Pair", ["left", "right"])

    class Named(torch.nn.Module):
        def forward(self, x):
            return Pair(x * 2, x * 3)

    m = Named()
    log = []
    m.register_full_backward_hook(lambda module, gi, go: log.append((gi, go)))
    x = torch.ones(1, requires_grad=True)
    pair = m(x)
    (pair.left + pair.right).sum().backward()
    with torch.no_grad():
        silent = m(x)
    return type(pair).__name__, x.grad, log, silent.left.requires_grad


# ---- printing


@both
def test_modules_print_as_trees(torch):
    nn = torch.nn

    class Two(nn.Module):
        def extra_repr(self):
            return "a=1\nb=2"

    class Leaf(nn.Module):
        def extra_repr(self):
            return "just=this"

    both_kinds = Leaf()
    both_kinds.inner = Two()
    empty = nn.Module()
    empty.gone = nn.ReLU()
    empty.gone = None
    return (
        repr(small_net(torch)),
        str(nn.Module()),
        repr(Two()),
        repr(Leaf()),
        repr(both_kinds),
        repr(nn.Sequential(nn.Sequential(), nn.Sequential(nn.ReLU()))),
        repr(empty),
    )


@both
def test_the_chapter_s_model_prints_as_in_the_chapter(torch):
    nn = torch.nn

    class SimpleNN(nn.Module):
        def __init__(self, input_size, hidden_size, output_size):
            super(SimpleNN, self).__init__()  # noqa: UP008 (as the chapter writes it)
            self.layer1 = nn.Linear(input_size, hidden_size)
            self.layer2 = nn.Linear(hidden_size, output_size)

        def forward(self, x):
            x = torch.relu(self.layer1(x))
            x = self.layer2(x)
            return x

    model = SimpleNN(10, 5, 1)
    return repr(model), repr(model.eval()), model(torch.ones(3, 10)), list(model.state_dict())


# ---- Parameter


@both
def test_a_parameter_requires_grad_even_under_no_grad_and_shares_memory(torch):
    data = torch.zeros(2)
    with torch.no_grad():
        p = torch.nn.Parameter(data)
    data.add_(1)
    frozen = torch.nn.Parameter(data, requires_grad=False)
    whole = torch.nn.Parameter(torch.tensor([1, 2]), requires_grad=False)
    return (
        p,
        p._version,
        p.is_leaf,
        frozen.requires_grad,
        whole,
        torch.nn.Parameter(),
        torch.nn.Parameter(torch.ones(2, requires_grad=True) * 2).is_leaf,
        isinstance(p, torch.Tensor),
    )


@both
def test_parameters_print_as_parameters(torch):
    p = torch.nn.Parameter(torch.tensor([[1.0, 2.0]]))
    return (
        repr(p),
        str(p),
        f"{p}",
        repr(torch.nn.Parameter(torch.ones(2), requires_grad=False)),
        repr(p * 1),
        repr(p.detach()),
        repr([p]),
    )


@both
def test_what_is_computed_from_a_parameter_is_a_tensor(torch):
    p = torch.nn.Parameter(torch.ones(2))
    results = (p * 1, p.detach(), p.data, p.clone(), p.view(2), p.to(torch.float64), p[0])
    itself = (p.float(), p.requires_grad_(), p.to(torch.float32), p.contiguous())
    return [type(t).__name__ for t in results + itself], [t is p for t in itself]


@both
def test_parameters_of_integers_or_of_no_tensor_are_refused(torch):
    return (
        said(RuntimeError, lambda: torch.nn.Parameter(torch.tensor([1]))),
        said(AttributeError, lambda: torch.nn.Parameter([1.0])),
    )


# ---- copying


@both
def test_deepcopy_makes_an_independent_module(torch):
    m = small_net(torch)
    m(torch.ones(1, 3)).sum().backward()
    twin = copy.deepcopy(m)
    with torch.no_grad():
        m.first.weight.zero_()
    x = torch.ones(2, 3)
    return (
        twin(x),
        twin.first.weight is m.first.weight,
        twin.first.weight.grad,
        twin.first.weight.requires_grad,
        type(twin.first.weight).__name__,
        repr(twin) == repr(m),
        list(twin.state_dict()) == list(m.state_dict()),
        twin.block.scratch,
    )


@both
def test_deepcopy_keeps_what_is_shared_shared(torch):
    m = torch.nn.Module()
    m.a = torch.nn.Linear(2, 2)
    m.b = torch.nn.Linear(2, 2)
    m.b.weight = m.a.weight
    m.c = m.a
    twin = copy.deepcopy(m)
    return twin.a.weight is twin.b.weight, twin.a is twin.c, twin.a.weight is m.a.weight


@both
def test_copy_shares_the_parameters(torch):
    m = torch.nn.Linear(2, 2)
    twin = copy.copy(m)
    return twin.weight is m.weight, twin is m


@both
def test_modules_can_be_pickled(torch):
    m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())
    twin = pickle.loads(pickle.dumps(m))
    x = torch.ones(1, 2)
    return twin(x), m(x), repr(twin), type(twin[0].weight).__name__


@both
def test_deepcopy_of_a_state_dict_is_a_snapshot(torch):
    m = torch.nn.Linear(1, 1)
    before = copy.deepcopy(m.state_dict())
    with torch.no_grad():
        m.weight.add_(1)
    now = m.state_dict()["weight"]
    m.load_state_dict(before)
    return before["weight"], now.clone(), m.weight, type(before).__name__, before._metadata


@pytest.mark.parametrize("containers", ["Sequential", "ModuleList", "ModuleDict"])
def test_children_of_containers_are_saved_under_their_names(containers):
    @both
    def program(torch):
        nn = torch.nn
        layers = [nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1)]
        if containers == "ModuleDict":
            m = nn.ModuleDict({"in": layers[0], "act": layers[1], "out": layers[2]})
        elif containers == "ModuleList":
            m = nn.ModuleList(layers)
        else:
            m = nn.Sequential(OrderedDict(a=layers[0], b=layers[1], c=layers[2]))
        return m.state_dict(), repr(m), [n for n, _ in m.named_modules()]

    program()
