"""Layers that learn from their first input how many features come in; module_db has the lazy
convolutions. And DataParallel, on a machine without a GPU."""

from __future__ import annotations

import copy

import pytest

from tests.programs import both, said, said_first

LAYERS = {
    "LazyLinear(3)": (4, 5),
    "LazyLinear(3, bias=False)": (2, 4, 5),
    "LazyBatchNorm1d()": (4, 5),
    "LazyBatchNorm2d(affine=False)": (2, 3, 4, 4),
    "LazyBatchNorm3d(track_running_stats=False)": (2, 3, 2, 2, 2),
    "LazyInstanceNorm1d(affine=True)": (2, 3, 4),
    "LazyInstanceNorm2d()": (2, 3, 4, 4),
    "LazyInstanceNorm3d(track_running_stats=True)": (2, 3, 2, 2, 2),
    "LazyConv2d(4, 3, padding=1)": (2, 6, 6),
}


@pytest.mark.parametrize(("made", "shape"), LAYERS.items(), ids=LAYERS)
@both
def test_a_lazy_layer_becomes_the_layer_at_its_first_call(torch, made, shape):
    layer = eval(f"torch.nn.{made}")
    before = repr(layer), [name for name, _ in layer.named_parameters()]
    output = layer(torch.rand(shape))
    again = layer(torch.rand(shape))
    return before, repr(layer), type(layer).__name__, output, again, layer.state_dict()


@both
def test_an_optimizer_made_before_the_first_call_trains_the_parameters(torch):
    net = torch.nn.Sequential(torch.nn.LazyLinear(3), torch.nn.ReLU(), torch.nn.LazyLinear(1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.ones(2, 4)).pow(2).sum().backward()
        optimizer.step()
    return [p.detach() for p in net.parameters()]


@both
def test_until_then_the_parameters_have_no_numbers(torch):
    weight = torch.nn.LazyLinear(3).weight
    return (
        repr(weight),
        said(RuntimeError, lambda: weight.shape),
        said_first(ValueError, weight.numel).split(" in <")[0],
        isinstance(weight, torch.nn.Parameter),
        weight.data.normal_().shape,
    )


@both
def test_a_lazy_layer_can_be_copied_and_converted_first(torch):
    layer = copy.deepcopy(torch.nn.LazyLinear(2)).double().to("cpu").eval()
    output = layer(torch.ones(1, 3, dtype=torch.float64))
    return output.dtype, layer.training, output.shape


@both
def test_a_lazy_convolution_refuses_an_input_of_another_rank(torch):
    return said(RuntimeError, lambda: torch.nn.LazyConv2d(2, 3)(torch.ones(2, 3)))


@both
def test_data_parallel_without_a_gpu_is_the_module_itself(torch):
    net = torch.nn.DataParallel(torch.nn.Linear(2, 1))
    names, output = list(net.state_dict()), net(torch.ones(3, 2))
    return repr(net), names, net.device_ids, output, net.module.weight.detach()
