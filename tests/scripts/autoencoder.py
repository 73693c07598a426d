"""A small autoencoder with a convolutional half and its mirror image."""

import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(4 * 4 * 4, 6),
        )
        self.decoder = nn.Sequential(
            nn.Linear(6, 64),
            nn.ELU(),
            nn.Unflatten(1, (4, 4, 4)),
            nn.ConvTranspose2d(4, 1, 2, stride=2),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


torch.manual_seed(12)
model = AutoEncoder()
print(model)
y, x = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
centres = torch.rand(32, 2) * 8
distance = (y - centres[:, 0, None, None]) ** 2 + (x - centres[:, 1, None, None]) ** 2
images = torch.exp(-distance / 4).unsqueeze(1)
print(images.shape, images.mean(), images[0, 0, :3, :3], sep="\n")

optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.99))
criterion = nn.MSELoss()
for step in range(30):
    loss = criterion(model(images), images)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 9:
        print(f"step {step + 1}: {loss.item():.5f}")

code = model.encoder(images)
print(code.shape, type(code.grad_fn).__name__)
with torch.no_grad():
    rebuilt = model(images)
    errors = (rebuilt - images).square().flatten(1).mean(dim=1)
worst = errors.argmax()
print(bool(errors[worst] >= errors.median()), errors.shape)
noisy = (images + 0.1 * torch.randn_like(images)).clamp(0, 1)
print(torch.nn.functional.l1_loss(model(noisy), images) < 1)
total = sum(p.numel() for p in model.parameters())
vector = nn.utils.parameters_to_vector(model.parameters())
print(total, vector.shape, vector.requires_grad)
nn.utils.vector_to_parameters(torch.zeros_like(vector), model.parameters())
print(model(images)[0, 0, 0])
