"""What a convolution keeps to itself: its result lies channels-last in memory, and no one sees it.

Every program here looks at a result in another way. `layer` makes the results: each of them comes
from a convolution of 16 channels, which hides its array, straight or through operations that keep
the order hidden.
"""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pytest

import minitorch_nn
from minitorch_nn.ops.any_order import Hidden

from .programs import both

LAYERS = {
    "conv": lambda torch, y: y,
    "relu": lambda torch, y: torch.relu(y),
    "max_pool": lambda torch, y: torch.nn.functional.max_pool2d(y, 2),
    "avg_pool": lambda torch, y: torch.nn.functional.avg_pool2d(y, 2),
    "batch_norm": lambda torch, y: torch.nn.BatchNorm2d(16)(y),
    "conv, relu, conv": lambda torch, y: _conv(torch, torch.relu(y)),
    "dropout": lambda torch, y: torch.nn.functional.dropout(y, 0.5),
    "to one channel": lambda torch, y: torch.nn.functional.conv2d(y, torch.ones(1, 16, 2, 2)),
    "to one place": lambda torch, y: torch.nn.functional.max_pool2d(torch.relu(y), 6),
    "conv to one place": lambda torch, y: torch.nn.functional.conv2d(y, torch.ones(9, 16, 6, 6)),
    "relu + conv": lambda torch, y: torch.relu(y) + _conv(torch, y),
    "sigmoid": lambda torch, y: torch.sigmoid(y) * 2,
    "mean": lambda torch, y: y.mean(1, keepdim=True),
    "cat": lambda torch, y: torch.cat([y, torch.relu(y)], 1),
}
every_layer = pytest.mark.parametrize("layer", LAYERS)


def image(torch: Any) -> Any:
    torch.manual_seed(0)
    return torch.rand(2, 16, 6, 6, requires_grad=True)


def _conv(torch: Any, x: Any) -> Any:
    w = torch.arange(16.0 * 16 * 9).reshape(16, 16, 3, 3).sin()
    return torch.nn.functional.conv2d(x, w, torch.arange(16.0), padding=1)


def result(torch: Any, layer: str) -> Any:
    x = image(torch)
    return LAYERS[layer](torch, _conv(torch, x))


@pytest.mark.parametrize("layer", ["conv", "relu", "max_pool", "avg_pool", "batch_norm"])
def test_the_order_stays_hidden_until_someone_looks(layer: str) -> None:
    y = result(minitorch_nn, layer)
    assert isinstance(y, Hidden)
    assert (y.shape[1], y.dtype, y.ndim, y.dim()) == (16, minitorch_nn.float32, 4, 4)
    assert y.numel() == y.size(0) * 16 * y.size(2) * y.size(3)
    assert isinstance(y, Hidden)
    assert y.is_contiguous()
    assert type(y) is minitorch_nn.Tensor


@every_layer
@both
def test_strides_are_those_of_a_contiguous_tensor(torch, layer):
    y = result(torch, layer)
    return (
        y.stride(),
        y.is_contiguous(),
        y.is_contiguous(memory_format=torch.channels_last),
        y.detach().stride(),
        y.data.stride(),
        y.storage_offset(),
        y.untyped_storage().nbytes(),
        len(y),
        y.element_size(),
        y.nbytes,
        y,
    )


@every_layer
@both
def test_numpy_sees_a_contiguous_array(torch, layer):
    y = result(torch, layer).detach()
    array = y.numpy()
    return array.flags.c_contiguous, array.strides, array.tolist() == y.tolist()


@every_layer
@both
def test_numpy_shares_the_memory_that_the_tensor_goes_on_with(torch, layer):
    y = result(torch, layer).detach()
    y.numpy()[0, 0] = 7
    pooled = torch.nn.functional.max_pool2d(y, 1)
    return y[0, 0], pooled[0, 0], y.data_ptr() == y.data_ptr()


@every_layer
@both
def test_views_show_and_write_the_memory(torch, layer):
    y = result(torch, layer)
    flat, rows, first = y.view(2, -1), y.flatten(1), y[0]
    with torch.no_grad():
        flat[0, 0] = 5
        rows[1, -1] = 6
        first[-1] = 7
    return y, flat, y.data_ptr() == flat.data_ptr() == rows.data_ptr(), first.stride()


@every_layer
@both
def test_copies_and_tensors_alike_are_contiguous(torch, layer):
    y = result(torch, layer)
    alike = [torch.empty_like(y), torch.zeros_like(y), y.clone(), y.double(), y * 2, y.contiguous()]
    last = y.contiguous(memory_format=torch.channels_last)
    return [t.stride() for t in alike], last.stride(), y.contiguous() is y


@every_layer
@both
def test_strides_may_be_given(torch, layer):
    y = result(torch, layer).detach()
    every_second = y.as_strided((2, 3), (4, 2), 1)
    return every_second, y.resize_(3, 5)


@every_layer
@both
def test_written_in_place_before_the_way_back(torch, layer):
    x = image(torch)
    y = LAYERS[layer](torch, _conv(torch, x)) * 1
    y.view(2, -1)[:, ::2].mul_(3)
    y[0].zero_()
    y.add_(1)
    (y * y).sum().backward()
    return x.grad, x.grad.stride(), y


@every_layer
@both
def test_the_way_back_after_looking(torch, layer):
    x = image(torch)
    hidden = _conv(torch, x)
    y = LAYERS[layer](torch, hidden)
    seen = hidden.detach().numpy().sum() + y.detach().numpy().sum()
    (y * y * y).sum().backward()
    return x.grad, x.grad.stride(), bool(np.isfinite(seen))


@every_layer
@both
def test_gradients_of_gradients(torch, layer):
    x = image(torch)
    y = LAYERS[layer](torch, _conv(torch, x))
    (g,) = torch.autograd.grad((y * y * y).sum(), x, create_graph=True)
    (g * g).sum().backward()
    return g, x.grad


@both
def test_a_leaf_s_gradient_looks_contiguous(torch):
    x = image(torch)
    _conv(torch, x).square().sum().backward()
    first = x.grad
    seen = [first.stride(), first.is_contiguous(), first.flatten()[:5], first.clone().stride()]
    _conv(torch, x).square().sum().backward()  # added to it in place, where somebody looks
    first.view(-1)[0] = 0.0
    return *seen, x.grad is first, x.grad, first._version


def test_a_leaf_s_gradient_is_not_copied_until_someone_looks():
    x = image(minitorch_nn)
    _conv(minitorch_nn, x).sum().backward()
    assert isinstance(x.grad, Hidden)


@both
def test_hooks_see_contiguous_gradients(torch):
    x, seen = image(torch), []
    hidden = _conv(torch, x)
    y = torch.relu(hidden)
    hidden.register_hook(lambda g: seen.append((g.stride(), g)))
    y.retain_grad()
    torch.nn.functional.max_pool2d(y, 2).square().sum().backward()
    return seen, y.grad.stride(), y.grad


@both
def test_in_place_relu(torch):
    x = image(torch)
    y = torch.nn.functional.relu(_conv(torch, x), inplace=True)
    version = y._version
    z = _conv(torch, y)
    z.sum().backward()
    return version, y.stride(), z, x.grad


@both
def test_a_saved_result_that_was_written_to_is_refused(torch):
    y = torch.relu(_conv(torch, image(torch)))
    y.view(-1)[0] = 1
    try:
        y.sum().backward()
    except RuntimeError as error:
        return "modified by an inplace operation" in str(error)
    return "nothing was said"


@both
def test_channels_last_is_kept_where_it_can_be_seen(torch):
    last = torch.channels_last
    x = image(torch).detach().contiguous(memory_format=last)
    y = _conv(torch, x)
    pooled = torch.nn.functional.max_pool2d(torch.relu(y), 2)
    w = torch.rand(16, 16, 3, 3).contiguous(memory_format=last)
    z = torch.nn.functional.conv2d(image(torch), w)
    return y.stride(), y.is_contiguous(), torch.relu(y).stride(), pooled.stride(), z.stride()


@both
def test_a_result_is_saved_and_loaded(torch):
    y = torch.relu(_conv(torch, image(torch))).detach()
    file = io.BytesIO()
    torch.save({"y": torch.relu(y)}, file)
    file.seek(0)
    loaded = torch.load(file)["y"]
    return loaded, loaded.stride()


@both
def test_a_result_is_copied(torch):
    with torch.no_grad():
        deep, shallow = (c(_conv(torch, image(torch))) for c in (copy.deepcopy, copy.copy))
        y = _conv(torch, image(torch))
        twin = copy.copy(y)
        twin[0, 0, 0, 0] = 99
    return deep, deep.stride(), shallow, shallow.stride(), y[0, 0, 0, 0]


@both
def test_rows_and_volumes(torch):
    row = torch.nn.functional.conv1d(torch.ones(2, 9, 8), torch.ones(9, 9, 3))
    volume = torch.nn.functional.conv3d(torch.ones(1, 9, 4, 4, 4), torch.ones(9, 9, 2, 2, 2))
    back = torch.nn.functional.conv_transpose2d(torch.ones(1, 9, 4, 4), torch.ones(9, 9, 2, 2))
    return row.stride(), volume.stride(), back.stride(), torch.relu(volume).stride()


@both
def test_it_prints_as_any_tensor(torch):
    y = torch.nn.functional.conv2d(torch.ones(1, 9, 2, 2), torch.ones(2, 9, 1, 1))
    return repr(y), str(type(torch.nn.functional.relu(y)).__name__)
