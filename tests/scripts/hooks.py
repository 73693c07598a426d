"""Looking into the backward pass: hooks, retain_graph, retain_grad, accumulated gradients."""

import torch
from torch import nn

torch.manual_seed(7)
x = torch.ones(2, 2, requires_grad=True)
y = x * 3
y.retain_grad()
handle = y.register_hook(lambda grad: print("gradient of y:", grad))
z = (y * y).mean()
print(z)
z.backward(retain_graph=True)
print(x.grad, y.grad)
handle.remove()
z.backward()
print(x.grad)
try:
    z.backward()
except RuntimeError as error:
    print("RuntimeError:", str(error).split(".")[0])
x.grad.zero_()
print(x.grad)

model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
shapes = {}


def remember(name):
    def hook(module, inputs, output):
        shapes[name] = (tuple(inputs[0].shape), tuple(output.shape))

    return hook


for name, module in model.named_children():
    module.register_forward_hook(remember(type(module).__name__ + name))
model[1].register_full_backward_hook(
    lambda module, grad_input, grad_output: print(
        "backward of", module, [tuple(g.shape) for g in grad_output]
    )
)
model[0].register_forward_pre_hook(lambda module, inputs: (inputs[0] * 2,))
out = model(torch.randn(5, 3)).sum()
out.backward()
print(shapes)
for name, parameter in model.named_parameters():
    print(name, parameter.grad.norm())

# A gradient clipped as it arrives.
w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
w.register_hook(lambda grad: grad.clamp(-1, 1))
(w**3).sum().backward()
print(w.grad)

# Gradients of micro-batches add up to that of the batch.
model.zero_grad()
data = torch.randn(8, 3)
(model(data) ** 2).mean().backward()
whole = [p.grad.clone() for p in model.parameters()]
model.zero_grad()
for part in data.chunk(4):
    ((model(part) ** 2).mean() / 4).backward()
print([torch.allclose(a, p.grad, atol=1e-6) for a, p in zip(whole, model.parameters())])  # noqa: B905

with torch.no_grad():
    print((x * 2).requires_grad, x.requires_grad)
a = torch.tensor(2.0, requires_grad=True)
first = torch.autograd.grad(a**4, a, create_graph=True)
second = torch.autograd.grad(first[0], a)
print(first, second)
