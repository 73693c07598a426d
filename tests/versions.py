"""The known differences between versions of PyTorch, all in one place.

minitorch_nn does what the newest stable PyTorch does. A test that meets one of these differences
names it (`parity(..., differs=FMAX_TIES)`); on an older PyTorch its result is then
translated into the newest one's before the comparison. Everything else must agree as it stands.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import torch

if TYPE_CHECKING:
    from .parity import Run

Graph = list[Any]  # rows of (a node's name, its edges as (row, position)), as parity.graph_of gives

INSTALLED = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


@dataclass(frozen=True)
class Difference:
    """What PyTorch did before version `since`, as a change to make to its result.

    Without a `translate` the older PyTorch refused what the newer one does: where it raises, there
    is nothing to compare.
    """

    what: str
    since: tuple[int, int]
    translate: Callable[[Run], None] | None


def is_older(difference: Difference) -> bool:
    """Whether the installed PyTorch still has the older behaviour."""
    return difference.since > INSTALLED


# Gradients


def clamp_at_its_bounds(low: float, high: float) -> Difference:
    """At a bound that is a number, clamp's gradient was 1 and is 0."""

    def translate(run: Run) -> None:
        x, gradient = run.inputs_after[0], run.gradients[0]
        assert gradient is not None
        gradient.array[(x == low) | (x == high)] = 0.0

    return Difference("clamp's gradient at its bounds", (2, 14), translate)


def _share_at_ties(run: Run) -> None:
    x, *others = run.inputs_after
    first, *rest = run.gradients
    for other, gradient in zip(others, rest, strict=True):
        assert first is not None and gradient is not None
        tie = x == other
        half = (first.array + gradient.array)[tie] / 2
        first.array[tie] = gradient.array[tie] = half


CLAMP_TIES = Difference(
    "clamp between tensors gave x the whole gradient where x meets a bound, and shares it now",
    (2, 14),
    _share_at_ties,
)


def _nothing_at_the_bound(run: Run) -> None:
    for gradient in run.gradients:
        if gradient is not None:
            gradient.array[...] = 0.0


ALL_AT_THE_BOUND = Difference(
    "clamp_min's gradient at its bound was 1 and is 0", (2, 14), _nothing_at_the_bound
)
FMAX_TIES = Difference(
    "fmax and fmin gave a tie's gradient to the first and share it now", (2, 14), _share_at_ties
)


# Graphs


def _rebuilt(graph: Graph, skipped: Callable[[str | None], bool]) -> Graph:
    """The graph without the nodes that `skipped` names: what led to one leads on to its child."""

    def target(row: int) -> int:
        while skipped(graph[row][0]):
            row = graph[row][1][0][0]
        return row

    order = [target(0)]
    rows = []
    for row in order:
        name, edges = graph[row]
        kept = [(target(child), position) for child, position in edges]
        order += [child for child in dict(kept) if child not in order]
        rows.append((name, [(order.index(child), position) for child, position in kept]))
    return rows


def _unsafe_view(run: Run) -> None:
    for graph in run.graphs:
        for i, (name, edges) in enumerate(graph):
            if name == "ViewBackward0" and graph[edges[0][0]][0] == "AddmmBackward0":
                graph[i] = ("UnsafeViewBackward0", edges)


LINEAR_3D = Difference(
    "a biased Linear on a contiguous input that is not a matrix ended in ViewBackward0",
    (2, 15),
    _unsafe_view,
)


def _skip_slices(run: Run) -> None:
    run.graphs = [_rebuilt(graph, lambda name: name == "SliceBackward0") for graph in run.graphs]


FULL_SLICES = Difference(
    "`:` inside a larger index was recorded as a slice; name it where the index has no other slice",
    (2, 9),
    _skip_slices,
)


def _skip_clones(run: Run) -> None:
    run.graphs = [_rebuilt(graph, lambda name: name == "CloneBackward0") for graph in run.graphs]


GROUP_NORM_CLONES = Difference(
    "group_norm made a contiguous copy of its input first", (2, 15), _skip_clones
)


def _index_put(run: Run) -> None:
    run.graphs = [[("IndexPutBackward0", graph[0][1]), *graph[1:]] for graph in run.graphs]


SETITEM_COLUMNS = Difference(
    "writing to x[:, array] went through a slice, so it ended in CopySlices", (2, 9), _index_put
)


def setitem_of_a_number(root: str) -> Difference:
    """A number to be written was a tensor first, and had an edge. `root` is the newest node."""

    def translate(run: Run) -> None:
        for i, graph in enumerate(run.graphs):
            edges = [(child, p) for child, p in graph[0][1] if graph[child][0] is not None]
            run.graphs[i] = _rebuilt([(root, edges), *graph[1:]], lambda name: False)

    return Difference("a number that is written has no edge", (2, 15), translate)


# Errors


def named(operation: str) -> Difference:
    """The message about shapes gained the operation's name: `mm: mat1 and mat2 shapes ...`."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = type(run.error)(f"{operation}: {run.error}")

    return Difference("the message names the product", (2, 15), translate)


_NOT_IMPLEMENTED_SINCE = {
    r"\" not implemented for '": (2, 8),
    r"Negation|Subtraction|The `\+` operator|Boolean inputs|Bool inputs": (2, 14),
    r"mean\(\)|std and var|var_mean|linalg\.\w+: Expected|norm\(\): input dtype": (2, 15),
    r"topk does not support bool|received a bool input|bool dtype is not supported": (2, 15),
}


def newest_error(error: Exception | None) -> Exception | None:
    """PyTorch's error with the type that the newest PyTorch gives it."""
    for pattern, since in _NOT_IMPLEMENTED_SINCE.items():
        if since > INSTALLED and error is not None and re.search(pattern, str(error)):
            return NotImplementedError(*error.args)
    return error


def _not_implemented(run: Run) -> None:
    run.error = newest_error(run.error)


NOT_IMPLEMENTED = Difference(
    "an operation that a type does not have raised RuntimeError", (2, 15), _not_implemented
)


def worded(
    text: str, *, since: tuple[int, int], kind: type[Exception] = RuntimeError
) -> Difference:
    """The newest PyTorch words one error so; the older one raised too, in other words."""

    def translate(run: Run) -> None:
        assert run.error is not None
        run.error = kind(text)

    return Difference("the error was worded otherwise", since, translate)


CLAMP_OUT_OF_RANGE = worded(
    "Clamp min value 300 is outside the representable range of Byte", since=(2, 15)
)
LP_POOL_OF_0 = worded(
    "norm_type must be a non-zero value, but got 0", since=(2, 15), kind=ValueError
)
LABELS_OF_FLOATS = worded("expected target dtype to be Long or Byte, but got Float", since=(2, 12))
LABELS_OF_INT32 = worded("expected target dtype to be Long or Byte, but got Int", since=(2, 12))


ONE_LABEL_IN_A_LIST = Difference("one row of logits refused a list of one label", (2, 9), None)
LABELS_OF_ONE_ROW = worded(
    "For 1D input, 1D target must have size 1, but got target size: 3",
    since=(2, 9),
    kind=ValueError,
)
MIXED_MSE = Difference("the gradient of mse_loss of two types was refused", (2, 12), None)


# Random numbers, printing, data: what has no result to translate, so that the cases are left out


@dataclass(frozen=True)
class Otherwise:
    """What the installed PyTorch does otherwise, where it `applies`: the cases to leave out."""

    what: str
    applies: bool

    @property
    def mark(self) -> pytest.MarkDecorator:
        """Leave out a whole test, or one of its parameters."""
        return pytest.mark.skipif(self.applies, reason=self.what)

    def skip_if(self, meets: bool) -> None:
        """Leave out the rest of a test if its case meets the difference."""
        if self.applies and meets:
            pytest.skip(self.what)


def before(version: tuple[int, int], what: str) -> Otherwise:
    """What PyTorch did before `version`."""
    return Otherwise(f"before PyTorch {version[0]}.{version[1]}, {what}", version > INSTALLED)


def _draws_bernoulli_by_mkl() -> bool:
    """Whether it is drawn by other numbers than uniform float64s: some builds have MKL do it."""
    drawn = torch.empty(64, dtype=torch.bool)
    drawn.bernoulli_(0.5, generator=torch.Generator().manual_seed(0))
    uniform = torch.empty(64, dtype=torch.float64)
    uniform.uniform_(generator=torch.Generator().manual_seed(0))
    return not torch.equal(drawn, uniform < 0.5)


def _draws_exponential_by_mkl() -> bool:
    """The same of exponential_: whether it is not -ln(1 - u) of uniform float64s."""
    drawn = torch.empty(64, dtype=torch.float64)
    uniform = torch.empty_like(drawn)
    drawn.exponential_(generator=torch.Generator().manual_seed(0))
    uniform.uniform_(generator=torch.Generator().manual_seed(0))
    return not torch.allclose(drawn, -torch.log1p(-uniform))


BERNOULLI_BY_MKL = Otherwise("this PyTorch has MKL draw bernoulli", _draws_bernoulli_by_mkl())
EXPONENTIAL_BY_MKL = Otherwise(
    "this PyTorch has MKL draw exponential_", _draws_exponential_by_mkl()
)
HALF_DRAWS = before((2, 12), "a float16 number was drawn from 11 bits, not from 24")
LONG_RANGES = before((2, 7), "a range took 64 bits a number from 2³² values on, not from 2²⁸")
SEED_OVERFLOW = before((2, 9), "a seed out of range was a RuntimeError, in other words")
STATE_SIZES = before((2, 9), "a state of a wrong size was refused in other words")
TRUNCATED_NORMALS = before((2, 13), "trunc_normal_ inverted the distribution")

SCI_MODE_WIDTHS = before((2, 9), "columns were as wide as if sci_mode had not been set")
SIZE_SUMS = before((2, 8), "a tuple with a Size behind it made a tuple, and a list was refused so")

NUMPY_BOOLS = before((2, 9), "NumPy's bools were no tensor, and could not be collated")
SINGLE_SAMPLES = before((2, 13), "a subset that changes only single samples passed that over")

COMBINATIONS_BY_MASKS = before((2, 15), "combinations stacked what masks of a grid select")
LSTM_STEP_BY_STEP = Otherwise(
    "this PyTorch has no oneDNN, and so a node for every step of an LSTM",
    not torch.backends.mkldnn.is_available(),
)
ATTENTION_OF_ONE_HEAD = before((2, 15), "attention by one head, or to one, was no single node")
CUT_RANGES = before((2, 15), "arange in int64 cut its bounds to integers, and counted then")
QUANTILES_SORT = before((2, 15), "quantile sorted also for a few ranks, and took views afterwards")

SILENT_BACKWARD_HOOKS = before((2, 8), "a hook without gradients for the inputs did not warn")
BAGS_BY_FREQUENCY = before((2, 15), "embedding_bag counted how often a row is used otherwise")
SOFTMAX_DIM = before((2, 15), "Softmax did not check its dim")
ASGD_SETTINGS = before((2, 15), "ASGD took a negative alpha and lambd")
SETS_OF_PARAMETERS = before((2, 15), "a set of parameters was not warned of")
PLAIN_ADAM = Otherwise(
    "Adam has no decoupled_weight_decay, and AdamW is no Adam",
    not issubclass(torch.optim.AdamW, torch.optim.Adam),
)
TENSOR_SETTINGS = Otherwise(
    "a rate or a beta that is a tensor must have no dimensions",
    not hasattr(importlib.import_module("torch.optim.optimizer"), "_to_scalar"),
)


def _adagrad_passes_over_added_groups() -> bool:
    first, added = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    optimizer = torch.optim.Adagrad([first])
    optimizer.add_param_group({"params": [added]})
    added.grad = torch.ones(1)
    try:
        optimizer.step()
    except KeyError:
        return True
    return False


ADDED_TO_ADAGRAD = Otherwise(
    "a group that is added to Adagrad has no state", _adagrad_passes_over_added_groups()
)
OTHER_SCHEDULES = Otherwise(
    "schedules keep other attributes, take a step as they are resumed, and check less",
    not hasattr(torch.optim.lr_scheduler, "_update_param_group_val"),
)
NOTHING_TO_CLIP = before((2, 8), "clip_grad_norm_ did not warn of an empty generator")

# The name of the kernels for any CPU, as torch.backends.cpu.get_cpu_capability gives it.
PLAIN_KERNELS = "NO AVX" if INSTALLED < (2, 9) else "DEFAULT"

OLDER_NAMES = before((2, 15), "PyTorch had other names than those listed")

WITHOUT_TORCHVISION = Otherwise(
    "torchvision is not installed", importlib.util.find_spec("torchvision") is None
)


# Programs (tests/programs.py)


@dataclass(frozen=True)
class Wording:
    """What a message was before version `since`: the pattern `old`, and `new` in its place."""

    since: tuple[int, int]
    old: str
    new: str


def newest(text: str, *wordings: Wording) -> str:
    """`text` as the newest PyTorch words it. minitorch_nn words so already; it stays as it is."""
    for wording in wordings:
        if wording.since > INSTALLED:
            text = re.sub(wording.old, wording.new, text)
    return text


NODES_NAMED_IN_MESSAGES = Wording(
    (2, 13), r"\b(Output|which is output) (\d+) of (\w+?)Backward\d*\b", r"\1 \2 of \3"
)
UNUSED_AT_INDEX_1 = Wording(
    (2, 13),
    "One of the differentiated Tensors appears",
    "The differentiated Tensor at index 1 appears",
)
ANOMALY_HINT = Wording(
    (2, 15), r"set_detect_anomaly\(True\)", "set_detect_anomaly(True, check_nan=False)"
)
INTEGER_MEAN = Wording((2, 15), r"RuntimeError: mean\(\)", "NotImplementedError: mean()")
MATRIX_NEEDED = Wording(
    (2, 15), "Error: mat2 must be a matrix", "Error: mm: mat2 must be a matrix, got 1-D tensor"
)


def product_named(operation: str) -> Wording:
    """The message begins with the operation's name."""
    return Wording((2, 15), "Error: mat1 and mat2", f"Error: {operation}: mat1 and mat2")


GRADCHECK_OF_NOTHING = Wording((2, 13), "none of the them have", "none of them have")
ADDMV_OF_TWO_TYPES = Wording(
    (2, 12),
    "expected scalar type Float but found Double",
    "addmv input tensors must have the same dtype, but got Double, Float, and Double",
)
GRAD_DTYPE = Wording(
    (2, 10),
    r"tensor with dtype 'float'\. Please ensure that .* have the same dtype",
    "tensor with grad_dtype 'Float'. The gradient must match the tensor's grad_dtype (defaults to "
    "the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or "
    "None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and "
    "its gradient may break downstream systems that assume they match.",
)
INFERENCE_TENSOR_SAVED = Wording(
    (2, 9),
    r"To work around you can make .* use it in autograd\.",
    "Please do not use Tensors created in inference mode in computation tracked by autograd. To "
    "work around this, you can make a clone to get a normal tensor and use it in autograd, or use "
    "`torch.no_grad()` instead of `torch.inference_mode()`.",
)
WHOLE_LEAF_WRITTEN_TO = Wording((2, 9), "a view of a leaf Variable", "a leaf Variable")
COPY_OF_A_TENSOR = Wording((2, 7), r"\.clone\(\)\.detach\(\)", ".detach().clone()")


ZEROS_FOR_UNUSED_INPUTS = Difference(
    "the zeros that materialize_grads=True gives for an unused input required grad", (2, 10), None
)


def _skip_slices_below_the_root(run: Run) -> None:
    for i, (root, *others) in enumerate(run.graphs):
        below = _rebuilt([("root", root[1]), *others], lambda name: name == "SliceBackward0")
        run.graphs[i] = [(root[0], below[0][1]), *below[1:]]


FULL_SLICES_BEFORE_ANOTHER_INDEX = Difference(
    "`:` before another index was recorded as a slice; the last index, the root, may be a slice",
    (2, 9),
    _skip_slices_below_the_root,
)


def _without_the_number(run: Run) -> None:
    for i, graph in enumerate(run.graphs):
        rows = []
        for name, edges in graph:
            if name in ("CopySlices", "IndexPutBackward0"):
                edges = [(child, p) for child, p in edges if graph[child][0] is not None]
            rows.append(("MaskedFillBackward0" if name == "IndexPutBackward0" else name, edges))
        run.graphs[i] = _rebuilt(rows, lambda name: False)


NUMBERS_WRITTEN = Difference(
    "a number written by an index or a mask was a tensor, and a mask's an index_put",
    (2, 15),
    _without_the_number,
)
