"""Gradients of gradients: curvature, Newton's method, and a differential equation."""

import math

import torch
from torch import nn
from torch.autograd import grad
from torch.autograd.functional import hessian, jacobian

torch.manual_seed(5)

# x⁴, differentiated until nothing is left.
x = torch.tensor(1.5, requires_grad=True)
y = x**4
for order in range(1, 6):
    (y,) = grad(y, x, create_graph=True)
    print(f"derivative {order}: {y.item():.4f}")


# Jacobians and Hessians, whole and as products with a vector.
def polar(p):
    return torch.stack([p[0] * p[1].cos(), p[0] * p[1].sin()])


def bowl(p):
    return (p[0] - 1) ** 2 + 10 * (p[1] - p[0] ** 2) ** 2


at = torch.tensor([2.0, math.pi / 6])
print(jacobian(polar, at))
curvature = hessian(bowl, at)
print(curvature, torch.allclose(curvature, curvature.T))
v = torch.tensor([1.0, -1.0])
p = at.clone().requires_grad_()
(slope,) = grad(bowl(p), p, create_graph=True)
(product,) = grad(slope @ v, p)
print(product, torch.allclose(product, curvature @ v))

# Newton's method: to the bottom of the bowl in a few steps.
point = torch.tensor([-1.0, 1.5], dtype=torch.float64)
for step in range(6):
    first, second = jacobian(bowl, point), hessian(bowl, point)
    point = point - torch.inverse(second) @ first
    print(f"step {step + 1}: value {bowl(point).item():.5f}")
print(point)

# u″ = -u with u(0) = 0 and u′(0) = 1: a network that learns the sine from its equation alone.
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
t = torch.linspace(0, 2, 21).view(-1, 1).requires_grad_()
for epoch in range(101):
    u = net(t)
    du = grad(u, t, torch.ones_like(u), create_graph=True)[0]
    ddu = grad(du, t, torch.ones_like(du), create_graph=True)[0]
    loss = ((ddu + u) ** 2).mean() + u[0].pow(2).sum() + (du[0] - 1).pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 25 == 0:
        print(f"epoch {epoch:3d}  loss {loss.item():.3f}")

# A gradient that is part of the loss: a critic whose slope is to be 1 wherever it is asked.
critic = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
real, fake = torch.randn(6, 2) + 1, torch.randn(6, 2)
share = torch.rand(6, 1)
between = (share * real + (1 - share) * fake).requires_grad_()
(slopes,) = grad(critic(between).sum(), between, create_graph=True)
penalty = ((slopes.norm(2, dim=1) - 1) ** 2).mean()
(critic(fake).mean() - critic(real).mean() + 10 * penalty).backward()
print(f"penalty {penalty.item():.4f}", critic[0].weight.grad.norm(), critic[2].bias.grad)
