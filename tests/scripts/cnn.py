"""A convolutional network with batch norm and dropout, in both of its modes."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=2, stride=2),
            nn.Conv2d(8, 16, 3),
            nn.BatchNorm2d(16),
            nn.LeakyReLU(0.1),
            nn.AdaptiveAvgPool2d((2, 2)),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(p=0.25),
            nn.Linear(64, 32),
            nn.BatchNorm1d(32),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(32, classes),
        )

    def forward(self, x):
        return F.log_softmax(self.classifier(self.features(x)), dim=1)


torch.manual_seed(4)
model = Net()
print(model)
print(sum(p.numel() for p in model.parameters() if p.requires_grad), "parameters")
images = torch.rand(40, 1, 12, 12)
labels = torch.arange(40) % 4
for image, label in zip(images, labels):  # noqa: B905
    image[0, 3 * label : 3 * label + 3] += 1

optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
model.train()
for step in range(8):
    batch = torch.randperm(40)[:20]
    optimizer.zero_grad()
    loss = F.nll_loss(model(images[batch]), labels[batch])
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
    optimizer.step()
    if step % 2 == 1:
        print(f"step {step}: loss {loss.item():.3f}, gradient {norm.item():.3f}")

print(model.features[1].running_mean, model.features[1].num_batches_tracked)
print("training:", model.training, model.classifier[1].training)
a, b = model(images[:4]), model(images[:4])
print("two calls in training agree:", torch.equal(a, b))
model.eval()
with torch.no_grad():
    a, b = model(images[:4]), model(images[:4])
print("two calls in evaluation agree:", torch.equal(a, b), a.requires_grad)
print(a.exp().sum(dim=1))
for name, tensor in model.state_dict().items():
    print(f"{name:35} {tuple(tensor.shape)!s:16} {tensor.dtype}")
