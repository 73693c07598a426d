"""autograd.Function: operations that users write themselves, with their own backward."""

from __future__ import annotations

from .programs import both, graph, said, warned
from .versions import NODES_NAMED_IN_MESSAGES


def exp(torch):
    class MyExp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            result = x.exp()
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx, grad):
            (result,) = ctx.saved_tensors
            return grad * result

    return MyExp


def multiply(torch, seen=None):
    class Multiply(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, grad):
            if seen is not None:
                seen.append(ctx.needs_input_grad)
            a, b = ctx.saved_tensors
            return grad * b, grad * a

    return Multiply


def leaf(torch, *values):
    return torch.tensor(values, requires_grad=True)


@both
def test_a_functions_value_gradient_and_node(torch):
    x = leaf(torch, 1.0, 2.0)
    y = exp(torch).apply(x)
    y.sum().backward()
    return y, x.grad, graph(y), y.grad_fn.name(), type(y.grad_fn).__name__, y.is_leaf


@both
def test_forward_runs_without_recording_and_backward_too(torch):
    modes = []

    class Look(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            modes.append((torch.is_grad_enabled(), (x * 2).requires_grad, x.requires_grad))
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            modes.append((torch.is_grad_enabled(), grad.requires_grad))
            return grad * 2

    x = leaf(torch, 1.0, 2.0)
    Look.apply(x).sum().backward()
    torch.autograd.grad(Look.apply(x).sum(), x, create_graph=True)
    return modes, x.grad


@both
def test_needs_input_grad_tells_who_wants_a_gradient(torch):
    seen = []
    Multiply = multiply(torch, seen)
    x, w, c = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0), torch.ones(2)
    Multiply.apply(x, w).sum().backward()
    Multiply.apply(x, c).sum().backward()
    Multiply.apply(c, w).sum().backward()
    return seen, x.grad, w.grad, c.grad


@both
def test_without_gradients_nothing_is_recorded(torch):
    c = torch.ones(2)
    x = leaf(torch, 1.0, 2.0)
    with torch.no_grad():
        quiet = exp(torch).apply(x)
    return exp(torch).apply(c), exp(torch).apply(c).grad_fn, quiet, quiet.grad_fn


@both
def test_a_double_backward_through_a_function(torch):
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    y = multiply(torch).apply(exp(torch).apply(x), w)
    first = torch.autograd.grad((y * y).sum(), [x, w], create_graph=True)
    second = torch.autograd.grad(first[0].sum() + first[1].sum(), [x, w], create_graph=True)
    return first, second, torch.autograd.grad(second[0].sum(), x)


@both
def test_arguments_that_are_no_tensors_get_none(torch):
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor, label=None):
            ctx.factor = factor
            ctx.label = label
            return x * factor

        @staticmethod
        def backward(ctx, grad):
            assert ctx.label == "seven"
            return grad * ctx.factor, None, None

    x = leaf(torch, 1.0, 2.0)
    y = Scale.apply(x, 7.0, "seven")
    needs = y.grad_fn.needs_input_grad, len(y.grad_fn.next_functions)
    y.sum().backward()
    return y, x.grad, needs, y.grad_fn.factor


@both
def test_several_outputs(torch):
    class SinCos(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            s, c = x.sin(), x.cos()
            ctx.save_for_backward(s, c)
            return s, c

        @staticmethod
        def backward(ctx, grad_sin, grad_cos):
            s, c = ctx.saved_tensors
            return grad_sin * c - grad_cos * s

    x = leaf(torch, 0.5, 1.5)
    s, c = SinCos.apply(x)
    (s * 2 + c * c).sum().backward()
    only_second = torch.autograd.grad(SinCos.apply(x)[1].sum(), x)
    return s, c, x.grad, only_second, s.grad_fn is c.grad_fn, (s * c).grad_fn.next_functions


@both
def test_gradients_that_do_not_exist_arrive_as_zeros_or_as_none(torch):
    seen = []

    def make(materialize):
        class Two(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.set_materialize_grads(materialize)
                return x * 2, x * 3

            @staticmethod
            def backward(ctx, a, b):
                seen.append((a, b))
                return a * 2 if a is not None else b * 3

        return Two

    x = leaf(torch, 1.0, 2.0)
    for materialize in (True, False):
        make(materialize).apply(x)[0].sum().backward()
    make(False).apply(x)[1].sum().backward()
    return seen, x.grad


@both
def test_a_gradient_of_none_stops_there(torch):
    class Stop(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, grad):
            return grad, None

    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    Stop.apply(x * 1, w * 1).sum().backward()
    return x.grad, w.grad


def _returning(torch, make_gradient):
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, grad):
            return make_gradient(grad)

    return Wrong


@both
def test_a_wrong_number_of_gradients_raises(torch):
    def run(make_gradient):
        x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
        _returning(torch, make_gradient).apply(x, w).sum().backward()
        return x.grad, w.grad

    return (
        said(RuntimeError, lambda: run(lambda g: g)),
        said(RuntimeError, lambda: run(lambda g: (g, g, g))),
        run(lambda g: (g, g * 2, None)),
    )


@both
def test_a_gradient_of_the_wrong_shape_raises(torch):
    def run(make_gradient):
        x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
        _returning(torch, make_gradient).apply(x, w).sum().backward()
        return x.grad, w.grad

    return (
        said(RuntimeError, lambda: run(lambda g: (torch.ones(3), g))),
        said(RuntimeError, lambda: run(lambda g: (g, torch.ones(3, 3)))),
        run(lambda g: (torch.ones(5, 2), g)),
        run(lambda g: (g, torch.ones(1, 2) * 4)),
    )


@both
def test_a_gradient_takes_its_inputs_dtype(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    _returning(torch, lambda g: (g.double(), g.half())).apply(x, w).sum().backward()
    return x.grad, w.grad


@both
def test_a_gradient_that_is_no_tensor_raises(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    y = _returning(torch, lambda g: (1.0, 2.0)).apply(x, w)
    return said(RuntimeError, y.sum().backward)


@both
def test_the_style_with_setup_context(torch):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(x, scale):
            return x**3 * scale, x * 2

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.scale = inputs
            ctx.save_for_backward(x)
            ctx.seen = len(output)

        @staticmethod
        def backward(ctx, grad, grad_double):
            (x,) = ctx.saved_tensors
            return grad * 3 * x**2 * ctx.scale + grad_double * ctx.seen, None

    x = leaf(torch, 1.0, 2.0)
    a, b = Cube.apply(x, 10.0)
    (a + b * 2).sum().backward()
    return a, b, x.grad, graph(a)


@both
def test_saved_tensors_can_be_read_once_only_unless_retained(torch):
    x = leaf(torch, 1.0, 2.0)
    y = exp(torch).apply(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad, said(RuntimeError, y.backward)


@both
def test_a_saved_input_that_was_written_to_is_noticed(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    a = x * 1
    y = multiply(torch).apply(a, w)
    a.add_(1)
    return said(RuntimeError, y.sum().backward, NODES_NAMED_IN_MESSAGES).split(" Hint:")[0]


@both
def test_a_saved_output_that_was_written_to_is_noticed(torch):
    x = leaf(torch, 1.0, 2.0)
    y = exp(torch).apply(x)
    y.mul_(2)
    return said(RuntimeError, y.sum().backward, NODES_NAMED_IN_MESSAGES).split(" Hint:")[0]


@both
def test_save_for_backward_takes_tensors_only_and_none(torch):
    def make(value):
        class Save(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x, value)
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * (2 if ctx.saved_tensors[1] is None else 3)

        return Save

    x = leaf(torch, 1.0, 2.0)
    message = said(TypeError, lambda: make(3.0).apply(x))
    make(None).apply(x).sum().backward()
    return message, x.grad


@both
def test_the_saved_input_is_the_very_tensor(torch):
    same = []

    class Save(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            (saved,) = ctx.saved_tensors
            same.append((saved is x, saved.requires_grad, saved.is_leaf))
            return grad * 2

    x = leaf(torch, 1.0, 2.0)
    Save.apply(x).sum().backward()
    return same


@both
def test_mark_dirty_lets_forward_write_to_its_input(torch):
    class AddOne(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 10

    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    z = AddOne.apply(y)
    (z * z).sum().backward()
    message = said(RuntimeError, lambda: AddOne.apply(x))
    return z is y, z, y._version, graph(y), x.grad, message


@both
def test_mark_non_differentiable(torch):
    class SortedIndices(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            index = x.argmax()
            rounded = x.round()
            ctx.mark_non_differentiable(index, rounded)
            return x * 2, index, rounded

        @staticmethod
        def backward(ctx, grad, grad_index, grad_rounded):
            return grad * 2 + grad_rounded

    x = leaf(torch, 1.4, 2.6)
    y, index, rounded = SortedIndices.apply(x)
    y.sum().backward()
    return y, index, rounded, rounded.grad_fn, rounded.is_leaf, x.grad


@both
def test_an_integer_output_needs_no_mark(torch):
    class ArgMax(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x.argmax()

        @staticmethod
        def backward(ctx, grad, grad_index):
            return grad * 2

    x = leaf(torch, 1.0, 2.0)
    y, index = ArgMax.apply(x)
    y.sum().backward()
    return index, index.grad_fn, x.grad


@both
def test_returning_the_input_itself(torch):
    class Identity(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 5

    x = leaf(torch, 1.0, 2.0)
    y = Identity.apply(x)
    y.sum().backward()
    return y is x, x.grad, graph(y), x.is_leaf, y.data_ptr() == x.data_ptr()


@both
def test_returning_a_view_of_the_input(torch):
    class Reverse(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view(2, 1)

        @staticmethod
        def backward(ctx, grad):
            return grad.view(2) * 3

    x = leaf(torch, 1.0, 2.0)
    y = Reverse.apply(x)
    y.sum().backward()
    return y, x.grad, y._is_view()


@both
def test_once_differentiable_forbids_the_second_derivative(torch):
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            assert not torch.is_grad_enabled()
            return grad * 2 * x

    x = leaf(torch, 1.0, 2.0)
    Square.apply(x).sum().backward()
    (g,) = torch.autograd.grad(Square.apply(x * 1).sum(), x, create_graph=True)
    return x.grad, g.detach(), said(RuntimeError, g.sum().backward)


@both
def test_a_straight_through_estimator(torch):
    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.sign(x)

        @staticmethod
        def backward(ctx, grad):
            return grad.clamp(-1, 1)

    x = leaf(torch, -0.3, 0.0, 2.0)
    (Sign.apply(x) * torch.tensor([0.5, 3.0, -4.0])).sum().backward()
    return x.grad


@both
def test_errors_of_forward_and_backward_reach_the_caller(torch):
    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, fail):
            if fail:
                raise ValueError("from forward")
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            raise ValueError("from backward")

    x = leaf(torch, 1.0)
    return (
        said(ValueError, lambda: Broken.apply(x, True)),
        said(ValueError, Broken.apply(x, False).backward),
        torch.is_grad_enabled(),
        x.grad,
    )


@both
def test_a_function_without_backward_or_forward_raises(torch):
    class NoBackward(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    class NoForward(torch.autograd.Function):
        @staticmethod
        def backward(ctx, grad):
            return grad

    x = leaf(torch, 1.0)
    return (
        said(NotImplementedError, NoBackward.apply(x).backward),
        said(NotImplementedError, lambda: NoForward.apply(x)),
    )


@both
def test_a_function_is_not_instantiated(torch):
    Exp = exp(torch)
    return said(RuntimeError, lambda: Exp()(torch.ones(2)))


@both
def test_making_an_instance_of_a_function_gives_a_warning(torch):
    Exp = exp(torch)
    # The message begins with the class, by its name in either library's test.
    return [text.partition(" should")[2] for text in warned(lambda: Exp())]


@both
def test_hooks_on_a_functions_result_and_node(torch):
    x = leaf(torch, 1.0, 2.0)
    y = exp(torch).apply(x)
    seen = []
    y.register_hook(lambda grad: grad * 2)
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
    y.sum().backward()
    return seen, x.grad


@both
def test_a_function_calling_backward_inside_its_backward(torch):
    class Reenter(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            with torch.enable_grad():
                ctx.x = x.detach().requires_grad_()
                ctx.y = (ctx.x**3).sum()
            return ctx.y.detach()

        @staticmethod
        def backward(ctx, grad):
            with torch.enable_grad():
                ctx.y.backward(retain_graph=True)
            return ctx.x.grad * grad

    x = leaf(torch, 1.0, 2.0)
    (Reenter.apply(x * 2) * 5).backward()
    return x.grad


@both
def test_writing_to_a_gradient_that_backward_returned_does_not_reach_saved_tensors(torch):
    class PassSaved(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            ctx.save_for_backward(w)
            return (x * w).sum()

        @staticmethod
        def backward(ctx, grad):
            (w,) = ctx.saved_tensors
            return w, None

    x, w = leaf(torch, 1.0, 2.0), torch.tensor([3.0, 4.0])
    PassSaved.apply(x, w).backward()
    x.grad.mul_(100)
    PassSaved.apply(x, w).backward()
    return w, x.grad
