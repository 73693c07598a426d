"""A cubic fitted to a sine: first with the derivatives written out, then with autograd."""

import math

import torch

dtype = torch.float
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("on", device)

x = torch.linspace(-math.pi, math.pi, 2000, device=device, dtype=dtype)
y = torch.sin(x)

torch.manual_seed(1)
start = torch.randn(4, device=device, dtype=dtype)
a, b, c, d = start.clone().unbind()

for t in range(500):
    y_pred = a + b * x + c * x**2 + d * x**3
    loss = (y_pred - y).pow(2).sum().item()
    if t % 100 == 99:
        print(t, f"{loss:.3f}")
    grad_y_pred = 2.0 * (y_pred - y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x**2).sum()
    grad_d = (grad_y_pred * x**3).sum()
    a -= 1e-6 * grad_a
    b -= 1e-6 * grad_b
    c -= 1e-6 * grad_c
    d -= 1e-6 * grad_d

print(f"y = {a.item():.4f} + {b.item():.4f} x + {c.item():.4f} x^2 + {d.item():.4f} x^3")

weights = [w.clone().requires_grad_() for w in start]
print(weights)
for t in range(500):
    y_pred = sum(w * x**k for k, w in enumerate(weights))
    loss = (y_pred - y).pow(2).sum()
    if t % 100 == 99:
        print(t, f"{loss.item():.3f}", loss.grad_fn.name())
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= 1e-6 * w.grad
            w.grad = None

print(torch.stack(weights))
print(torch.stack(weights).detach().numpy().round(2))
