"""Losses of classifiers: cross entropy, of classes by index or probability, and of yes or no.

cross_entropy is log_softmax followed by nll_loss, in the graph, too; with class probabilities or
label smoothing it is written out in the same steps as PyTorch's.

PyTorch: aten/src/ATen/native/Loss.cpp, LossNLL.cpp, LossNLL2d.cpp.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..autograd.node import Node
from ..base import Value
from ..dtypes import title
from .activation import log_softmax
from .arithmetic import over_number, plus_number, times_number
from .broadcasting import add_up, sum_to
from .choice import clamp, masked_fill, where
from .exponentials import exp, log, log1p
from .gathering import gather
from .indexing import masked_select
from .loss_reduction import reduced, reduction_of, refuse_gradient, share
from .operands import array_of, constant, refuse, shape_of
from .pointwise import abs
from .reduction import sum
from .shape import flatten, reshape

# PyTorch bounds the denominator of binary cross entropy by 1e-12, written as a float32.
_EPSILON = float(np.float32(1e-12))

# --- one class of several --------------------------------------------------------------------


class NllLossBackward0(Node):
    """y = -Σₙ wₙ·x[n, tₙ] / Σₙ wₙ (mean), with wₙ the weight of class tₙ, 0 where tₙ is ignored;
    dL/dx[n, tₙ] = -dL/dy·wₙ / Σ w.

    x (N, C, *), t (N, *) int64. PyTorch: derivatives.yaml, nll_loss_forward.
    """

    __slots__ = ("options", "places", "scale", "shape")
    saves = ("self", "target")

    def forward(
        self, x: Any, *, target: Any, weight: Any, reduction: str, ignore_index: int | None
    ) -> Any:
        self.save_for_backward(x, target)
        self.shape = x.shape
        self.options = {
            "target": target,
            "weight": weight,
            "reduction": reduction,
            "ignore_index": ignore_index,
        }
        kept, t = True, target
        if ignore_index is not None:
            kept = target != ignore_index
            t = np.where(kept, target, 0)
        self.places = _places(x.shape, t)
        losses = np.negative(x.ravel()[self.places])
        w: Any = 1  # as it is most often: all count, and all alike
        total = losses.size
        if ignore_index is not None or weight is not None:
            w = np.where(kept, 1 if weight is None else weight[t], 0).astype(x.dtype)
            losses = np.where(kept, losses * w, 0).astype(x.dtype, copy=False)
            total = add_up(w, axis=None)
        if reduction == "none":
            self.scale = -w
            return np.asarray(losses)
        loss = add_up(losses, axis=None)
        if reduction == "sum":
            self.scale = -w
            return np.asarray(loss)
        # Where all are ignored the mean is 0/0, nan, but no element is to blame: gradients are 0.
        self.scale = -w / (total or 1)
        return np.asarray(loss / total)

    def backward(self, grad: Value) -> Value:
        self.check_saved()
        if isinstance(grad, np.ndarray):
            return self.to_targets(grad)
        return NllLossBackward.apply(grad, loss=self)

    def to_targets(self, grad: Any) -> Any:
        """dL/dx: zeros, and each loss's share of dL/dy where its target is."""
        target = self.options["target"]
        if len(self.shape) == target.ndim == 1:
            # PyTorch's forward takes (C,) with a target of (1,), its backward does not.
            raise RuntimeError(
                f"size mismatch (got input: {list(self.shape)}, target: {list(target.shape)})"
            )
        out = np.zeros(self.shape, grad.dtype)
        out.ravel()[self.places] = grad * self.scale
        return out


class NllLossBackward(Node):
    """The gradient of nll_loss. It is linear in dL/dy, and its own derivative is nll_loss again.

    PyTorch: derivatives.yaml, nll_loss_backward.
    """

    __slots__ = ("loss",)

    def forward(self, grad: Any, *, loss: NllLossBackward0) -> Any:
        self.loss = loss
        return loss.to_targets(grad)

    def backward(self, u: Value) -> Value:
        return NllLossBackward0.apply(u, **self.loss.options)


class NllLoss2DBackward0(NllLossBackward0):
    """For images, x (N, C, H, W) and t (N, H, W). PyTorch: nll_loss2d_forward."""

    __slots__ = ()


def _places(shape: tuple[int, ...], target: Any) -> Any:
    """Where, in the flattened input, each target's element is. NumPy takes from a flat array five
    times as fast as by one index array for each dimension."""
    if len(shape) == 1:
        return target
    n, classes, *rest = shape
    if not rest:
        return np.arange(n) * classes + target
    size = prod(rest)
    samples = (np.arange(n) * (classes * size)).reshape(n, *[1] * len(rest))
    return samples + target * size + np.arange(size).reshape(rest)


def nll_loss(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """The negative of the log-probability at each target.

    input (C,), (N, C) or (N, C, d₁, …); target int64 (), (N,) or (N, d₁, …); weight (C,).
    IndexError for a target out of range; ValueError for batches of different size.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    x, t = array_of(input), array_of(target)
    if x.ndim != 2 or t.shape != x.shape[:1] or weight is not None:
        _check_nll_loss(x, t, weight)
    # Nobody is ignored, as a rule: the node need not look for them then.
    ignored = ignore_index if _some_may_be_ignored(t, ignore_index, x.shape[x.ndim > 1]) else None

    options = {"weight": weight, "reduction": reduction, "ignore_index": ignored}
    if x.ndim <= 2:
        return NllLossBackward0.apply(input, target=target, **options)
    if x.ndim == 4:
        return NllLoss2DBackward0.apply(input, target=target, **options)
    n, c, *places = x.shape
    flat = reshape(input, (n, c, 1, prod(places)))
    loss = NllLoss2DBackward0.apply(flat, target=reshape(target, (n, 1, prod(places))), **options)
    return reshape(loss, (n, *places)) if reduction == "none" else loss


def _some_may_be_ignored(target: Any, ignore_index: int, classes: int) -> bool:
    """False if all targets are classes, and none of them the one to ignore.

    RuntimeError for targets of another type; IndexError for one that is neither.
    """
    if target.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {title(target.dtype)}"
        )
    # As unsigned numbers the negative ones are the largest: one look at the largest is enough.
    unsigned = target.view(np.uint64) if target.dtype == np.int64 else target
    if target.size and np.maximum.reduce(unsigned, axis=None) < classes:
        return 0 <= ignore_index < classes
    wrong = target[(target != ignore_index) & ((target < 0) | (target >= classes))]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")
    return True


def _check_nll_loss(x: Any, t: Any, weight: Value | None) -> None:
    """RuntimeError or ValueError, as PyTorch raises them, for shapes that do not go together."""
    refuse_gradient("nll_loss_forward", weight=weight)
    if x.ndim == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if x.ndim != 1 and x.shape[0] != (t.shape[0] if t.ndim else 0):
        got = t.shape[0] if t.ndim else 0
        raise ValueError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({got})."
        )
    if weight is not None:
        w, classes = array_of(weight), x.shape[x.ndim > 1]
        if w.shape != (classes,):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes "
                f"but got weight tensor of shape: {list(w.shape)}"
            )
        if w.dtype != x.dtype:
            raise RuntimeError(f"expected scalar type {title(x.dtype)} but found {title(w.dtype)}")
    if x.ndim == 1 and t.ndim == 1 and t.size != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {t.size}")
    if x.ndim <= 2:
        if t.ndim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if x.ndim == 2 and t.shape != x.shape[:1]:
            raise RuntimeError(
                f"size mismatch (got input: {list(x.shape)}, target: {list(t.shape)})"
            )
    elif x.ndim == 4 and t.ndim != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{t.ndim}"
        )
    elif t.shape != (x.shape[0], *x.shape[2:]):
        raise RuntimeError(
            f"Expected target size {[x.shape[0], *x.shape[2:]]}, got {list(t.shape)}"
            if x.ndim != 4
            else f"size mismatch (got input: {list(x.shape)} , target: {list(t.shape)}"
        )
    if x.ndim > 2 and t.dtype == np.uint8:
        raise RuntimeError("expected scalar type Long but found Byte")


def one_hot(input: Value, num_classes: int = -1) -> Value:
    """Rows of zeros with a 1 at each class: int64 (*) to int64 (*, num_classes).

    By default there are as many classes as the largest says. RuntimeError for a class out of range.
    """
    t = array_of(input)
    if t.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not t.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if t.size and t.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    classes = t.max() + 1 if num_classes == -1 else num_classes
    if t.size and t.max() >= classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return constant(lambda t: (t[..., None] == np.arange(classes)).astype(np.int64), input)


def cross_entropy(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Value:
    """-ln softmax(input) at the target class.

    input: logits (C,), (N, C) or (N, C, d₁, …). target: class indices int64 (), (N,) or (N, d₁, …),
    or class probabilities of the input's shape. weight (C,). The mean over indices divides by the
    sum of the targets' weights, that over probabilities by the number of samples.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    x, t = array_of(input), array_of(target)
    axis = 0 if x.ndim == 1 else 1
    if x.shape == t.shape:
        if t.dtype.kind != "f":
            raise RuntimeError(
                "Expected floating point type for target with class probabilities, got "
                + title(t.dtype)
            )
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return _of_probabilities(input, target, weight, reduction, label_smoothing, axis)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    logs = log_softmax(input, axis)
    if label_smoothing > 0.0:
        return _smoothed(logs, target, weight, ignore_index, reduction, label_smoothing, axis)
    return nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)


def _per_class(weight: Value, ndim: int, axis: int) -> Value:
    """The class weights in a shape that broadcasts over the input."""
    shape = [1] * ndim
    shape[axis] = weight.shape[0]
    return reshape(weight, shape)


def _of_probabilities(
    input: Value, target: Value, weight: Value | None, reduction: str, smoothing: float, axis: int
) -> Value:
    logs = log_softmax(input, axis)
    classes = input.shape[axis]
    if smoothing > 0.0:
        target = plus_number(times_number(target, 1 - smoothing), smoothing / classes)
    product = logs * target
    if weight is not None:
        product = product * _per_class(weight, input.ndim, axis)
    if reduction == "none":
        return -sum(product, axis)
    total = -sum(product)
    if reduction == "sum":
        return total
    return over_number(total, array_of(input).size / classes)


def _smoothed(
    logs: Value,
    target: Value,
    weight: Value | None,
    ignore_index: int,
    reduction: str,
    smoothing: float,
    axis: int,
) -> Value:
    """(1 - ε)·nll + ε/C·(the loss against all classes alike), ignored targets left out of both."""
    nll = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    weighted = logs if weight is None else logs * _per_class(weight, logs.ndim, axis)
    smooth = -sum(weighted, axis)
    ignored = target.new(array_of(target).astype(np.int64) == ignore_index)
    smooth = masked_fill(smooth, ignored, 0.0)
    if reduction == "mean":
        if weight is None:
            smooth = sum(smooth) / sum(~ignored)
        else:
            kept = flatten(masked_select(target, ~ignored))
            smooth = sum(smooth) / sum(gather(weight, 0, kept))
    elif reduction == "sum":
        smooth = sum(smooth)
    return times_number(nll, 1 - smoothing) + times_number(smooth, smoothing / logs.shape[axis])


# --- yes or no -------------------------------------------------------------------------------


class BinaryCrossEntropyBackward0(Node):
    """y = -w·(t·ln x + (1 - t)·ln(1 - x)), each logarithm at least -100;
    dL/dx = dL/dy·w·(x - t) / (x(1 - x)),  dL/dt = dL/dy·w·(ln(1 - x) - ln x).

    PyTorch: aten/src/ATen/native/Loss.cpp (binary_cross_entropy_out_cpu).
    """

    __slots__ = ("reduction", "weight")
    saves = ("self", "target")

    def forward(self, x: Any, target: Any, *, weight: Any, reduction: str) -> Any:
        self.save_for_backward(x, target)
        self.weight, self.reduction = weight, reduction
        if ((x < 0) | (x > 1)).any():
            raise RuntimeError("all elements of input should be between 0 and 1")
        yes = np.maximum(np.log(x), -100)
        no = np.maximum(np.log1p(-x), -100)
        losses = (target - 1) * no - target * yes
        if weight is not None:
            losses = losses * weight
        return np.asarray(reduced(losses, reduction))

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        x, target = self.saved_tensors
        need_x, need_target = self.needs_input_grad
        each = share(grad, self.reduction, array_of(x).size)
        if self.weight is not None:
            each = each * self.weight
        grad_x = grad_target = None
        if need_x:
            grad_x = BinaryCrossEntropyBackwardBackward0.apply(each, x, target)
        if need_target:
            grad_target = each * (clamp(log1p(-x), min=-100.0) - clamp(log(x), min=-100.0))
        return grad_x, grad_target


class BinaryCrossEntropyBackwardBackward0(Node):
    """The gradient of x: g·(x - t) / (x(1 - x)). As in PyTorch its own derivatives bound the
    denominator in another way: by adding 1e-12 to x and to 1 - x.

    PyTorch: FunctionsManual.cpp (binary_cross_entropy_double_backward).
    """

    __slots__ = ()

    def forward(self, grad: Any, x: Any, target: Any) -> Any:
        self.save_for_backward(grad, x, target)
        return grad * (x - target) / np.maximum((1 - x) * x, _EPSILON)

    def backward(self, u: Value) -> tuple[Value, Value, Value]:
        grad, x, target = self.saved_tensors
        below = (x + 1e-12) * (1 - x + 1e-12)
        grad_x = u * grad * (x * x - 2 * x * target + target) / (below * below)
        grad_target = -u * grad / clamp((1 - x) * x, min=_EPSILON)
        return sum_to(u * (x - target) / below, shape_of(grad)), grad_x, grad_target


def binary_cross_entropy(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """The loss of probabilities in [0, 1] against targets of the same shape.

    ValueError for different shapes, RuntimeError for probabilities out of range.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if tuple(input.shape) != tuple(target.shape):
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )
    x, t = array_of(input), array_of(target)
    if x.dtype != t.dtype:
        raise RuntimeError(f"Found dtype {title(t.dtype)} but expected {title(x.dtype)}")
    refuse("biu", "binary_cross_entropy", input)
    refuse_gradient("binary_cross_entropy", weight=weight)
    return BinaryCrossEntropyBackward0.apply(input, target, weight=weight, reduction=reduction)


class BinaryCrossEntropyWithLogitsBackward0(Node):
    """y = w·((1 - t)·x + a·(ln(1 + e^(-|x|)) + max(-x, 0))), with a = 1 + (pos_weight - 1)·t;
    dL/dx = dL/dy·w·((p + 1 - t)·σ(x) - p), with p = pos_weight·t.

    PyTorch: aten/src/ATen/native/Loss.cpp (binary_cross_entropy_with_logits);
    FunctionsManual.cpp (binary_cross_entropy_with_logits_backward).
    """

    __slots__ = ("pos_weight", "reduction", "shape", "weight")
    saves = ("self", "target")

    def forward(self, x: Any, target: Any, *, weight: Any, pos_weight: Any, reduction: str) -> Any:
        self.save_for_backward(x, target)
        self.weight, self.pos_weight, self.reduction = weight, pos_weight, reduction
        softplus = np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0)
        if pos_weight is not None:
            softplus = softplus * ((pos_weight - 1) * target + 1)
        losses = (1 - target) * x + softplus
        if weight is not None:
            losses = losses * weight
        return np.asarray(reduced(losses, reduction), x.dtype)

    def backward(self, grad: Value) -> tuple[Value | None, Value | None]:
        x, target = self.saved_tensors
        need_x, need_target = self.needs_input_grad
        each = share(grad, self.reduction, array_of(x).size)
        if self.weight is not None:
            each = each * self.weight
        grad_x = grad_target = None
        if need_x:
            p = target if self.pos_weight is None else target * self.pos_weight
            grad_x = sum_to(each * ((p + 1 - target) / (1 + exp(-x)) - p), tuple(x.shape))
        if need_target:
            if self.pos_weight is None:
                grad_target = -each * x
            else:
                soft = where(x < 0, x, 0.0) - log1p(exp(-abs(x)))  # ln σ(x)
                grad_target = each * (soft - x - self.pos_weight * soft)
        return grad_x, grad_target


def binary_cross_entropy_with_logits(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Value | None = None,
) -> Value:
    """The same loss from logits, computed without overflow; pos_weight scales the positive class.

    ValueError for different shapes.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if tuple(input.shape) != tuple(target.shape):
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    refuse("biu", "log_sigmoid_cpu", input)
    if array_of(target).dtype.kind != "f":  # PyTorch works in (1 - target)'s memory
        have, wanted = title(array_of(input).dtype), title(array_of(target).dtype)
        raise RuntimeError(f"result type {have} can't be cast to the desired output type {wanted}")
    refuse_gradient("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    return BinaryCrossEntropyWithLogitsBackward0.apply(
        input, target, weight=weight, pos_weight=pos_weight, reduction=reduction
    )
