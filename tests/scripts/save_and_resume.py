"""A training that is stopped, saved and resumed ends where an unbroken one ends."""

import os

import torch
import torch.nn as nn


def build():
    torch.manual_seed(9)
    model = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Dropout(0.1), nn.Linear(8, 3))
    return model, torch.optim.Adam(model.parameters(), lr=0.02)


torch.manual_seed(10)
data = torch.randn(90, 6)
labels = (data[:, :3] + 0.1 * torch.randn(90, 3)).argmax(dim=1)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)


def train(model, optimizer, first, last):
    for epoch in range(first, last):
        for i in range(0, 90, 30):
            optimizer.zero_grad()
            loss = criterion(model(data[i : i + 30]), labels[i : i + 30])
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.4f}")


model, optimizer = build()
train(model, optimizer, 0, 4)
unbroken = [p.detach().clone() for p in model.parameters()]

model, optimizer = build()
train(model, optimizer, 0, 2)
checkpoint = {
    "epoch": 2,
    "model_state_dict": model.state_dict(),
    "optimizer_state_dict": optimizer.state_dict(),
    "rng": torch.get_rng_state(),
    "note": "halfway",
}
torch.save(checkpoint, "checkpoint.pth")
del model, optimizer, checkpoint

model, optimizer = build()
checkpoint = torch.load("checkpoint.pth", map_location="cpu", weights_only=True)
print(list(checkpoint), checkpoint["note"], os.path.exists("checkpoint.pth"))
print(model.load_state_dict(checkpoint["model_state_dict"]))
optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
torch.set_rng_state(checkpoint["rng"])
train(model, optimizer, checkpoint["epoch"], 4)
print([torch.equal(a, b) for a, b in zip(unbroken, model.parameters())])  # noqa: B905
print(optimizer.state_dict()["param_groups"])
print(optimizer.state[model[0].bias]["step"], optimizer.state[model[0].bias]["exp_avg"])

# A part of it goes into another model.
other = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 2))
state = {k: v for k, v in model.state_dict().items() if k.startswith("0.")}
print(other.load_state_dict(state, strict=False))
try:
    other.load_state_dict(model.state_dict())
except RuntimeError as error:
    print(error)
for p in other[0].parameters():
    p.requires_grad = False
print([name for name, p in other.named_parameters() if p.requires_grad])
