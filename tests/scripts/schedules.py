"""Learning rates over time: schedules alone, in a row, and by how the loss does."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, StepLR

torch.manual_seed(8)
model = nn.Linear(2, 1)


def rates(make, steps=8):
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(round(optimizer.param_groups[0]["lr"], 6))
        optimizer.step()
        scheduler.step()
    return seen


print("step       ", rates(lambda o: StepLR(o, step_size=3, gamma=0.5)))
print("milestones ", rates(lambda o: lr_scheduler.MultiStepLR(o, [2, 5], gamma=0.1)))
print("exponential", rates(lambda o: lr_scheduler.ExponentialLR(o, 0.9)))
print("cosine     ", rates(lambda o: CosineAnnealingLR(o, T_max=8)))
print("linear     ", rates(lambda o: lr_scheduler.LinearLR(o, 0.1, total_iters=4)))
print("lambda     ", rates(lambda o: LambdaLR(o, lambda epoch: 1 / (1 + epoch))))
print("one cycle  ", rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=10)))


def in_a_row(optimizer):
    warm = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=3)
    after = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    return lr_scheduler.SequentialLR(optimizer, [warm, after], milestones=[3])


print("in a row   ", rates(in_a_row))

optimizer = optim.AdamW(model.parameters(), lr=0.01)
scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=1)
for loss in [1.0, 0.9, 0.95, 0.94, 0.93, 0.5, 0.6, 0.7]:
    scheduler.step(loss)
    print(f"{loss:.2f} -> {optimizer.param_groups[0]['lr']:.0e}", end="  ")
print()
print(optimizer)

# In training, and resumed from what was saved.
x = torch.randn(64, 2)
y = x @ torch.tensor([[1.0], [-2.0]]) + 0.5
optimizer = optim.SGD(model.parameters(), lr=0.2)
scheduler = StepLR(optimizer, step_size=10, gamma=0.5)
for epoch in range(30):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if epoch % 10 == 9:
        print(epoch + 1, f"{loss.item():.6f}", scheduler.get_last_lr())
state = scheduler.state_dict()
print({key: state[key] for key in ("step_size", "gamma", "base_lrs", "last_epoch", "_step_count")})
again = StepLR(optim.SGD(model.parameters(), lr=0.2), step_size=1)
again.load_state_dict(state)
print(again.last_epoch, again.gamma, again.get_last_lr())
