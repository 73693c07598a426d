"""Batch, instance, layer, group, RMS and local response norm, where op_db's samples say too little:
the running statistics, kinks, memory, and mistakes. In `test_modules_*` the layers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .parity import Case, case, cases, constant, integers, strided, transposed
from .programs import both, said, warned
from .versions import GROUP_NORM_CLONES

nan, inf = np.nan, np.inf


def F(name: str, *arguments: Any, **options: Any) -> Any:
    return lambda torch, x, *p: getattr(torch.nn.functional, name)(x, *arguments, *p, **options)


def batch_norm(**options: Any) -> Any:
    def call(torch: Any, x: Any, w: Any = None, b: Any = None) -> Any:
        mean, var = torch.arange(3, dtype=x.dtype), torch.ones(3, dtype=x.dtype)
        y = torch.nn.functional.batch_norm(x, mean, var, w, b, **options)
        return y, mean, var

    return call


def in_memory(name: str, function: Any, *parameters: Any, **options: Any) -> list[Case]:
    """The same operation on images that lie in memory in other ways."""
    x, options = (2, 3, 4, 5), {"second": True, **options}
    return [
        case(f"{name}: transposed memory", function, transposed(x), *parameters, **options),
        case(f"{name}: strided memory", function, strided(x), *parameters, **options),
    ]


test_memory = cases(
    *in_memory("batch_norm", batch_norm(training=True), (3,), (3,)),
    *in_memory("layer_norm", F("layer_norm", (4, 5)), (4, 5), (4, 5)),
    *in_memory("group_norm", F("group_norm", 3), (3,), (3,), differs=GROUP_NORM_CLONES),
    *in_memory("instance_norm", F("instance_norm")),
)

test_values = cases(
    case("batch_norm: training", batch_norm(training=True), (4, 3, 2), (3,), (3,), second=True),
    case("batch_norm: momentum", batch_norm(training=True, momentum=0.4), (4, 3)),
    case("batch_norm: evaluation", batch_norm(), (4, 3, 2), (3,), (3,), second=True),
    case("batch_norm: frozen", batch_norm(training=True), constant((4, 3)), (3,), (3,)),
    case("batch_norm: only the input", batch_norm(training=True), (4, 3), constant((3,))),
    case(
        "batch_norm: one channel has a nan",
        batch_norm(training=True),
        np.array([[nan, 1.0, 2.0], [0.0, 3.0, 5.0], [1.0, inf, 9.0]]),
    ),
    case(
        "layer_norm: nan in one row",
        F("layer_norm", (3,)),
        np.array([[nan, 1.0, 2.0], [2.0, 5.0, -3.0]]),
    ),
    case("layer_norm: no rows", F("layer_norm", (3,)), (0, 3), (3,), (3,)),
    case("group_norm: no images", F("group_norm", 2), (0, 4, 2), (4,), (4,)),
    case("rms_norm: of zeros", F("rms_norm", (3,)), np.zeros((2, 3)), (3,), second=True),
    case(
        "local_response_norm: wider than the channels",
        F("local_response_norm", 9),
        (2, 3, 4),
        second=True,
    ),
)

test_torch_has_them_too = cases(
    case(
        "batch_norm: torch's order",
        lambda torch, x, w, b: torch.batch_norm(x, w, b, None, None, True, 0.1, 1e-5, False),
        (4, 3),
        (3,),
        (3,),
    ),
    case(
        "instance_norm: torch's order",
        lambda torch, x, w: torch.instance_norm(x, w, None, None, None, True, 0.1, 1e-5, False),
        (2, 3, 4),
        (3,),
    ),
    case("layer_norm: torch's", lambda torch, x: torch.layer_norm(x, (4,)), (2, 4)),
    case("group_norm: torch's", lambda torch, x: torch.group_norm(x, 2), (2, 4, 3)),
)

test_errors = cases(
    case("batch_norm: one value", F("batch_norm", None, None, training=True), (1, 3), raises=True),
    case("batch_norm: no statistics", F("batch_norm", None, None), (4, 3), raises=True),
    case("batch_norm: weight", batch_norm(), (4, 3), (2,), raises=True),
    case("batch_norm: channels", batch_norm(), (4, 2), raises=True),
    case("batch_norm: eps", batch_norm(eps=0.0, training=True), (4, 3), raises=True),
    case("layer_norm: shape", F("layer_norm", (3,)), (2, 4), raises=True),
    case("layer_norm: nothing", F("layer_norm", ()), (2, 4), raises=True),
    case("layer_norm: weight", F("layer_norm", (4,)), (2, 4), (3,), raises=True),
    case("layer_norm: integers", F("layer_norm", (4,)), integers(9, (2, 4)), raises=True),
    case("group_norm: groups", F("group_norm", 3), (2, 4, 2), raises=True),
    case("group_norm: 1-D", F("group_norm", 2), (4,), raises=True),
    case("instance_norm: one place", F("instance_norm"), (2, 4, 1), raises=True),
    case("rms_norm: shape", F("rms_norm", (3,)), (2, 4), raises=True),
    case("local_response_norm: 2-D", F("local_response_norm", 2), (2, 4), raises=True),
)


# ---- the layers


@both
def test_running_statistics_follow_the_batches(torch: Any) -> Any:
    torch.manual_seed(0)
    seen = []
    for momentum in (0.1, 0.7, None):
        m = torch.nn.BatchNorm1d(3, momentum=momentum)
        for _ in range(4):
            m(torch.randn(5, 3))
        seen += [m.running_mean, m.running_var, m.num_batches_tracked, m.eval()(torch.randn(2, 3))]
        m.reset_running_stats()
        seen += [b.clone() for b in m.buffers()]
    return seen


@both
def test_evaluation_leaves_the_statistics_alone_and_takes_one_value(torch: Any) -> Any:
    m = torch.nn.BatchNorm2d(2).eval()
    before = {k: v.clone() for k, v in m.state_dict().items()}
    y = m(torch.full((1, 2, 1, 1), 3.0))
    return y, [bool((v == before[k]).all()) for k, v in m.state_dict().items()]


@both
def test_statistics_can_be_the_batchs_own_always(torch: Any) -> Any:
    torch.manual_seed(0)
    m = torch.nn.BatchNorm1d(2, track_running_stats=False).eval()
    return m(torch.randn(4, 2)), list(m.state_dict()), m.running_mean, repr(m)


@both
def test_a_file_without_the_count_of_batches_still_loads(torch: Any) -> Any:
    m = torch.nn.Sequential(torch.nn.BatchNorm1d(2))
    old = {k: v for k, v in m.state_dict().items() if "tracked" not in k}
    loaded = m.load_state_dict(old)
    marked = m.state_dict()
    del marked["0.num_batches_tracked"]
    missing = said(RuntimeError, lambda: m.load_state_dict(marked))
    return loaded, sorted(old), missing, len(marked)


@both
def test_what_is_written_to_before_backward_is_noticed(torch: Any) -> Any:
    x = torch.randn(4, 3, requires_grad=True)
    m = torch.nn.BatchNorm1d(3)
    y = m(x)
    m(torch.randn(4, 3))  # the running statistics may change: the derivative does not need them
    y.sum().backward()
    w = torch.ones(3, requires_grad=True)
    z = torch.nn.functional.layer_norm(x, (3,), w)
    with torch.no_grad():
        w.mul_(2)
    return said(RuntimeError, lambda: z.sum().backward())


@both
def test_wrong_ranks_and_channels(torch: Any) -> Any:
    nn = torch.nn
    return (
        said(ValueError, lambda: nn.BatchNorm1d(3)(torch.zeros(3))),
        said(ValueError, lambda: nn.BatchNorm2d(3)(torch.zeros(3))),
        said(ValueError, lambda: nn.InstanceNorm2d(3)(torch.zeros(3))),
        said(RuntimeError, lambda: nn.BatchNorm1d(3)(torch.zeros(2, 4))),
        said(ValueError, lambda: nn.BatchNorm1d(3)(torch.zeros(1, 3))),
        said(ValueError, lambda: nn.GroupNorm(3, 4)),
        said(ValueError, lambda: nn.InstanceNorm1d(3, affine=True)(torch.zeros(2, 4, 5))),
        warned(lambda: nn.InstanceNorm1d(3)(torch.zeros(2, 4, 5))),
    )
