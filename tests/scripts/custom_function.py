"""Operations of one's own: torch.autograd.Function, checked against numbers."""

import torch
from torch.autograd import Function, gradcheck


class LegendrePolynomial3(Function):
    """P3(x) = (5x^3 - 3x) / 2."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


class Clip(Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.bounds = (low, high)
        ctx.save_for_backward(x)
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        low, high = ctx.bounds
        return grad * ((x > low) & (x < high)), None, None


class StraightThrough(Function):
    """Rounds; the gradient passes as if it had not."""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad):
        return grad


torch.manual_seed(6)
x = torch.linspace(-1, 1, 5, requires_grad=True)
y = LegendrePolynomial3.apply(x)
print(y)
y.sum().backward()
print(x.grad)
x.grad = None
z = Clip.apply(x * 2, -1.0, 0.5)
print(z, z.grad_fn.next_functions[0][0].name(), len(z.grad_fn.next_functions))
z.sum().backward()
print(x.grad)
q = torch.randn(3, requires_grad=True)
StraightThrough.apply(q).pow(2).sum().backward()
print(q.grad, q.detach().round() * 2)
inputs = torch.randn(4, dtype=torch.double, requires_grad=True)
print(gradcheck(LegendrePolynomial3.apply, (inputs,), eps=1e-6, atol=1e-4))


class Wrong(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x  # the 2 was forgotten


try:
    gradcheck(Wrong.apply, (inputs,))
except RuntimeError as error:
    print(str(error).splitlines()[0])
print(gradcheck(Wrong.apply, (inputs,), raise_exception=False))
g = torch.autograd.grad(LegendrePolynomial3.apply(inputs).sum(), inputs, create_graph=True)[0]
print(torch.autograd.grad(g.sum(), inputs)[0] - 15 * inputs.detach())
