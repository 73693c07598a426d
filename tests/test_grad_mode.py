"""no_grad, enable_grad, set_grad_enabled and inference_mode: when operations record themselves."""

from __future__ import annotations

import threading

import pytest

from .programs import both, said, said_first
from .versions import INFERENCE_TENSOR_SAVED


@both
def test_no_grad_records_nothing(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        y = x * 2
        inside = torch.is_grad_enabled()
    return y, y.grad_fn, y.is_leaf, inside, torch.is_grad_enabled(), x.requires_grad


@both
def test_no_grad_shows_the_numbers_of_what_requires_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        return x.numpy().tolist(), type(x.numpy()).__name__


@both
def test_modes_nest_and_restore(torch):
    modes = [torch.is_grad_enabled()]
    with torch.no_grad():
        modes.append(torch.is_grad_enabled())
        with torch.enable_grad():
            modes.append(torch.is_grad_enabled())
            with torch.no_grad():
                modes.append(torch.is_grad_enabled())
            modes.append(torch.is_grad_enabled())
        modes.append(torch.is_grad_enabled())
    return modes, torch.is_grad_enabled()


@both
def test_a_mode_is_restored_after_an_error(torch):
    def fail():
        with torch.no_grad():
            raise ValueError("inside")

    return said(ValueError, fail), torch.is_grad_enabled()


@both
def test_one_context_object_can_be_entered_again_and_within_itself(torch):
    off = torch.no_grad()
    modes = []
    for _ in range(2):
        with off:
            modes.append(torch.is_grad_enabled())
        modes.append(torch.is_grad_enabled())
    return modes


@both
def test_as_decorators_with_and_without_parentheses(torch):
    x = torch.tensor([1.0], requires_grad=True)

    @torch.no_grad
    def plain(t):
        """The docstring stays."""
        return t * 2

    @torch.no_grad()
    def called(t):
        return t * 2

    @torch.enable_grad()
    def on(t):
        return t * 2

    @torch.set_grad_enabled(False)
    def off(t):
        return t * 2

    enabled = torch.is_grad_enabled()
    with torch.no_grad():
        recorded = on(x).requires_grad
    return (
        plain(x),
        called(x),
        on(x),
        off(x),
        recorded,
        enabled,
        torch.is_grad_enabled(),
        plain.__name__,
        plain.__doc__,
    )


@both
def test_a_decorated_function_can_call_itself(torch):
    @torch.no_grad()
    def countdown(n):
        return [torch.is_grad_enabled()] + (countdown(n - 1) if n else [])

    return countdown(3), torch.is_grad_enabled()


@both
def test_set_grad_enabled_as_a_function(torch):
    torch.set_grad_enabled(False)
    off = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return off, torch.is_grad_enabled()


@pytest.mark.parametrize("on", [True, False])
@both
def test_set_grad_enabled_as_a_context(torch, on):
    x = torch.tensor([1.0], requires_grad=True)
    with torch.set_grad_enabled(on):
        y = x * 2
    with torch.no_grad():
        with torch.set_grad_enabled(on):
            z = x * 2
        after = torch.is_grad_enabled()
    return y, z, after, torch.is_grad_enabled()


@both
def test_a_generator_runs_in_its_mode_and_its_consumer_in_its_own(torch):
    seen = []

    @torch.no_grad()
    def generate():
        for i in range(3):
            seen.append(("inside", torch.is_grad_enabled()))
            sent = yield i
            seen.append(("sent", sent))
        return "done"

    generator = generate()
    seen.append(next(generator))
    seen.append(("outside", torch.is_grad_enabled()))
    seen.append(generator.send("hello"))
    for value in generator:
        seen.append((value, torch.is_grad_enabled()))
    return seen, torch.is_grad_enabled()


@both
def test_errors_thrown_into_a_decorated_generator_arrive_inside(torch):
    seen = []

    @torch.no_grad()
    def generate():
        try:
            yield 1
        except ValueError as e:
            seen.append((str(e), torch.is_grad_enabled()))
            yield 2
        finally:
            seen.append("closed")

    generator = generate()
    next(generator)
    seen.append(generator.throw(ValueError("thrown")))
    generator.close()
    return seen


@both
def test_each_thread_has_its_own_mode(torch):
    modes = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: modes.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
        modes.append(torch.is_grad_enabled())
    return modes


@both
def test_a_mode_set_in_a_thread_stays_there(torch):
    def work():
        torch.set_grad_enabled(False)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return torch.is_grad_enabled()


@both
def test_backward_works_inside_no_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward()
    return x.grad, x.grad.requires_grad


@both
def test_backward_with_create_graph_works_inside_no_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x**3).sum()
    with torch.no_grad():
        (g,) = torch.autograd.grad(y, x, create_graph=True)
    return g, torch.autograd.grad(g.sum(), x)


@both
def test_leaves_made_under_no_grad_can_require_grad(torch):
    with torch.no_grad():
        x = torch.tensor([1.0], requires_grad=True)
        y = x * 2
        y.requires_grad_()
    (x * y).backward()
    return x.grad, y.grad


@both
def test_detached_views_and_in_place_under_no_grad(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    with torch.no_grad():
        y.add_(1)
        y[0] = 9.0
    y.sum().backward()
    return y, y.requires_grad, y.grad_fn, y._version, x.grad


# Inference mode


@both
def test_inference_mode_makes_inference_tensors(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.inference_mode():
        y = x * 2
        new = torch.ones(2)
        state = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
    return (
        y,
        state,
        y.is_inference(),
        new.is_inference(),
        x.is_inference(),
        y.clone().is_inference(),
        y.requires_grad,
        torch.is_inference_mode_enabled(),
        torch.is_grad_enabled(),
    )


@both
def test_inference_tensors_cannot_join_a_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.inference_mode():
        y = torch.ones(2)
    return (
        said(RuntimeError, lambda: x * y, INFERENCE_TENSOR_SAVED),
        said(RuntimeError, lambda: y.requires_grad_()),
        said(RuntimeError, lambda: y._version),
        y * 2,
        (x + y).grad_fn,
        (x * y.clone()).grad_fn,
    )


@both
def test_inference_tensors_cannot_be_written_to_outside(torch):
    with torch.inference_mode():
        y = torch.ones(2)
        y.add_(1)
    # PyTorch has already written when it raises; no one should count on that.
    return said_first(RuntimeError, lambda: y.add_(1))


@both
def test_normal_tensors_can_be_written_to_in_inference_mode(torch):
    x = torch.ones(2)
    with torch.inference_mode():
        x.add_(1)
        x[0] = 5.0
        view = x[1:]
    return x, x._version, x.is_inference(), view.is_inference()


@both
def test_inference_mode_can_be_switched_off_inside(torch):
    x = torch.tensor([1.0], requires_grad=True)
    with torch.inference_mode():
        with torch.inference_mode(False):
            y = x * 2
            state = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
        after = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
    return y, state, after, y.is_inference()


@both
def test_inference_mode_as_decorators(torch):
    x = torch.tensor([1.0], requires_grad=True)

    @torch.inference_mode
    def plain(t):
        return (t * 2).is_inference()

    @torch.inference_mode()
    def called(t):
        return (t * 2).is_inference()

    @torch.inference_mode(mode=False)
    def off(t):
        return (t * 2).is_inference()

    return plain(x), called(x), off(x), torch.is_inference_mode_enabled()


@both
def test_enable_grad_inside_inference_mode_records_nothing(torch):
    x = torch.tensor([1.0], requires_grad=True)
    with torch.inference_mode(), torch.enable_grad():
        y = x * 2
        state = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    return y.is_inference(), state, y.requires_grad


@both
def test_a_model_evaluates_the_same_in_every_mode(torch):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    x = torch.rand(5, 3)
    recorded = model(x)
    with torch.no_grad():
        plain = model(x)
    with torch.inference_mode():
        inferred = model(x)
    return recorded, plain, inferred
