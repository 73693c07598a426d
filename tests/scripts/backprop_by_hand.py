"""Every derivative of a small network with batch norm, written out and held against autograd's."""

import torch
import torch.nn.functional as F

torch.manual_seed(2)
n, width, classes = 8, 6, 4
x = torch.randn(n, 5)
target = torch.randint(0, classes, (n,))

W1 = torch.randn(5, width) * (5 / 3) / 5**0.5
gain, shift = torch.rand(1, width) + 0.5, torch.randn(1, width) * 0.1
W2, b2 = torch.randn(width, classes) * 0.3, torch.randn(classes) * 0.1
parameters = [W1, gain, shift, W2, b2]
for p in parameters:
    p.requires_grad_()
print(sum(p.nelement() for p in parameters), "numbers to train")

# Forward, in steps small enough to differentiate one by one.
h = x @ W1
mean = h.mean(0, keepdim=True)
centred = h - mean
variance = (centred**2).sum(0, keepdim=True) / (n - 1)
inverse = (variance + 1e-5) ** -0.5
normal = centred * inverse
a = gain * normal + shift
z = torch.tanh(a)
logits = z @ W2 + b2
largest = logits.max(1, keepdim=True).values
counts = (logits - largest).exp()
total = counts.sum(1, keepdims=True)
probs = counts / total
loss = -probs[range(n), target].log().mean()
steps = [h, mean, centred, variance, inverse, normal, a, z, logits, counts, total, probs]
for t in steps:
    t.retain_grad()
loss.backward()
print(loss, torch.allclose(loss, F.cross_entropy(logits, target)))

# Backward, in the opposite order.
dprobs = torch.zeros_like(probs)
dprobs[range(n), target] = -1 / (n * probs[range(n), target])
dtotal = (-counts / total**2 * dprobs).sum(1, keepdim=True)
dcounts = dprobs / total + dtotal
dshifted = counts * dcounts
# The largest logit was only subtracted: its own share of the gradient is 0 but for rounding.
dlogits = dshifted - F.one_hot(logits.argmax(1), classes) * dshifted.sum(1, keepdim=True)
dz, dW2, db2 = dlogits @ W2.T, z.T @ dlogits, dlogits.sum(0)
da = (1 - z**2) * dz
dgain, dshift = (normal * da).sum(0, keepdim=True), da.sum(0, keepdim=True)
dnormal = gain * da
dinverse = (centred * dnormal).sum(0, keepdim=True)
dvariance = -0.5 * (variance + 1e-5) ** -1.5 * dinverse
dcentred = inverse * dnormal + 2 * centred / (n - 1) * dvariance
dmean = -dcentred.sum(0, keepdim=True)
dh = dcentred + dmean / n
dW1 = x.T @ dh

print(f"{'step':<10}{'shape':<20}close")
by_hand = {
    **{"probs": (dprobs, probs), "total": (dtotal, total), "counts": (dcounts, counts)},
    **{"logits": (dlogits, logits), "z": (dz, z), "W2": (dW2, W2), "b2": (db2, b2)},
    **{"a": (da, a), "gain": (dgain, gain), "shift": (dshift, shift), "normal": (dnormal, normal)},
    **{"inverse": (dinverse, inverse), "variance": (dvariance, variance), "mean": (dmean, mean)},
    **{"h": (dh, h), "W1": (dW1, W1)},
}
for name, (mine, step) in by_hand.items():
    print(f"{name:<10}{tuple(step.shape)!s:<20}{torch.allclose(mine, step.grad, atol=1e-6)}")

# All of the softmax and the loss in one line, and all of batch norm in another.
with torch.no_grad():
    short = (F.softmax(logits, 1) - F.one_hot(target, classes)) / n
    print(torch.allclose(short, logits.grad, atol=1e-6))
    s = dnormal.sum(0) + n / (n - 1) * normal * (dnormal * normal).sum(0)
    print(torch.allclose(inverse / n * (n * dnormal - s), h.grad, atol=1e-6))
