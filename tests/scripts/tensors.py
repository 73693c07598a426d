"""A first walk through tensors: making, slicing, arithmetic, and how they print."""

import numpy as np
import torch

print(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1.5, -2.0]), torch.tensor([True, False]))
print(torch.zeros(2, 3), torch.ones(2, dtype=torch.int32), torch.full((2, 2), 7), torch.eye(2))
print(torch.arange(10), torch.arange(0, 1, 0.25), torch.linspace(0, 1, 5), torch.empty(0))
torch.manual_seed(0)
x = torch.rand(3, 4)
print(x, x.shape, x.size(), x.dtype, x.device, x.ndim, x.numel(), sep="\n")
print(x[0], x[:, 1], x[1:, ::2], x[-1, -1], x[x > 0.5], sep="\n")
print(x.sum(), x.mean(dim=0), x.max(), x.argmax(dim=1), x.std(unbiased=False), sep="\n")
print(torch.max(x, dim=1), torch.sort(x[0], descending=True), torch.topk(x, 2), sep="\n")
print(
    x.reshape(2, 6), x.T, x.view(-1)[:5], x.unsqueeze(0).shape, x.permute(1, 0).stride(), sep="\n"
)
print(torch.cat([x, x], dim=1).shape, torch.stack([x, x]).shape, x.split(2)[0].shape)
print(x @ x.T, torch.einsum("ij,kj->i", x, x), sep="\n")
print(torch.tensor([1.0, float("inf"), float("nan")]), torch.tensor([1e-8, 1e8]), torch.tensor(3))
print(torch.arange(2000).view(40, 50), torch.randn(1000)[:0])
print(torch.tensor([1, 2]) / 2, torch.tensor([7, -7]) // 2, torch.tensor([7, -7]) % 3)
print((torch.tensor([1, 2]) + 0.5).dtype, (torch.tensor(1) + torch.tensor([1.0])).dtype)
a = np.ones(3)
b = torch.from_numpy(a)
a += 1
print(b, b.numpy() is not None, torch.as_tensor([1, 2]).tolist(), x.double().dtype, x.int())
y = x.clone()
y[0] = 0
y[:, -1] = torch.tensor([1.0, 2.0, 3.0])
print(y, (x == y).sum().item(), torch.equal(x, x.clone()), torch.allclose(x, x + 1e-9))
print(torch.where(x > 0.5, x, torch.zeros_like(x)), x.clamp(0.2, 0.6), sep="\n")
print(torch.cumsum(torch.arange(5), 0), torch.unique(torch.tensor([3, 1, 1])), x.flatten().shape)
print(torch.tril(torch.ones(3, 3)), torch.diag(torch.tensor([1, 2])), torch.outer(x[0], x[1]))
print(f"{x[0, 0]:.3f} {x[0, 0].item():.3f}", float(x[0, 0]) > 0, int(torch.tensor(3.7)), len(x))
torch.set_printoptions(precision=2, sci_mode=False)
print(x * 1000, x * 1e-3)
torch.set_printoptions(profile="default")
w = torch.randn(2, 2, requires_grad=True)
print(w, (w * 2), w.detach(), (w * 2).sum().item() > -100, w.is_leaf, sep="\n")
print(torch.nn.Parameter(torch.ones(2)), torch.Size([2, 3]), torch.float32, torch.device("cpu"))
for row in torch.arange(4).view(2, 2):
    print(row, [int(v) for v in row])
print(torch.tensor([[1.0, 2.0], [3.0, 4.0]]).norm(), torch.dot(x[0], x[1]), x.sum(0, keepdim=True))
