"""A trained network put to new use: part of its state loaded, frozen, and a new head trained."""

import copy
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(11)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        # No bias before batch norm, which would subtract it again.
        first = nn.Linear(6, 16, bias=False)
        self.body = nn.Sequential(first, nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU())
        self.head = nn.Linear(8, classes)

    def forward(self, x):
        return self.head(self.body(x))


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def fit(model, optimizer, x, y, epochs):
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


x = torch.randn(90, 6)
old_y, new_y = (x[:, 0] > 0).long() + (x[:, 1] > 0).long(), (x[:, 0] * x[:, 1] > 0).long()
old = Net(3).apply(init_weights)
print(f"old task: {fit(old, torch.optim.Adam(old.parameters(), lr=0.02), x, old_y, 20):.3f}")

# The head does not fit, so load_state_dict refuses; what fits is picked out.
model = Net(2)
try:
    model.load_state_dict(old.state_dict())
except RuntimeError as error:
    print(error)
fitting = OrderedDict((k, v) for k, v in old.state_dict().items() if k.startswith("body"))
print(model.load_state_dict(fitting, strict=False))
saved_elsewhere = {f"module.{k}": v for k, v in fitting.items()}
stripped = {k.removeprefix("module."): v for k, v in saved_elsewhere.items()}
print(model.load_state_dict(stripped, strict=False).missing_keys)

# Frozen: no gradients, and the batch norm keeps its running statistics.
model.body.requires_grad_(False)
model.body.eval()
before = copy.deepcopy(model.body.state_dict())
trainable = [p for p in model.parameters() if p.requires_grad]
print(len(trainable), "of", len(list(model.parameters())), "parameters are trained")
print(f"head alone: {fit(model, torch.optim.SGD(trainable, lr=0.5), x, new_y, 20):.3f}")
print(all(torch.equal(before[k], v) for k, v in model.body.state_dict().items()))

# Thawed, with a lower rate for what is already good and no decay for biases.
model.requires_grad_(True).train()
optimizer = torch.optim.AdamW(
    [
        {"params": model.body.parameters(), "lr": 1e-3},
        {"params": [model.head.weight]},
        {"params": [model.head.bias], "weight_decay": 0.0},
    ],
    lr=1e-2,
)
print([(len(g["params"]), g["lr"], g["weight_decay"]) for g in optimizer.param_groups])

# An average of the weights over time, which is often better than the last.
average = {k: v.detach().clone() for k, v in model.state_dict().items()}
for epoch in range(3):
    loss = fit(model, optimizer, x, new_y, 5)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].mul_(0.8).add_(value, alpha=0.2)
            else:
                average[name].copy_(value)
    print(f"epoch {epoch + 1} loss {loss:.3f} head {model.head.weight.norm():.3f}")
averaged = Net(2)
print(averaged.load_state_dict(average), averaged.body[1].num_batches_tracked)
averaged.eval()
model.eval()
with torch.inference_mode():
    apart = (averaged(x) - model(x)).abs().max()
    print(apart > 0, f"{(averaged(x).argmax(1) == model(x).argmax(1)).float().mean():.2f}")
