"""A language model of letters: a Transformer's encoder in which no letter sees the next ones."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

TEXT = "the cat sat on the mat. the dog sat on the cat. the mat lay on the floor. " * 4
letters = sorted(set(TEXT))
number = {letter: i for i, letter in enumerate(letters)}
print(f"{len(letters)} letters: {''.join(letters)!r}")


def encode(text):
    return torch.tensor([number[letter] for letter in text])


class Places(nn.Module):
    """Adds to every letter waves that tell its place."""

    def __init__(self, size, length=64, dropout=0.1):
        super().__init__()
        speeds = torch.exp(-math.log(1e4) * torch.arange(0, size, 2) / size)
        angles = torch.arange(length)[:, None] * speeds
        waves = torch.zeros(length, size)
        waves[:, 0::2], waves[:, 1::2] = angles.sin(), angles.cos()
        self.register_buffer("waves", waves)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(x + self.waves[: x.size(1)])


class LanguageModel(nn.Module):
    def __init__(self, count, size=16):
        super().__init__()
        self.embedding = nn.Embedding(count, size)
        self.places = Places(size)
        layer = nn.TransformerEncoderLayer(
            size, nhead=2, dim_feedforward=32, dropout=0.1, activation="gelu", batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.head = nn.Linear(size, count)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.size(1), device=x.device)
        x = self.places(self.embedding(x) * math.sqrt(self.embedding.embedding_dim))
        return self.head(self.encoder(x, mask=mask, is_causal=True))


torch.manual_seed(1)
model = LanguageModel(len(letters))
print(model)
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")

windows = encode(TEXT).unfold(0, 13, 1)
data = TensorDataset(windows[:, :-1], windows[:, 1:])
loader = DataLoader(data, batch_size=16, shuffle=True, drop_last=True)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)

for epoch in range(1, 3):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        total += loss.item()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        x, y = data[:8]
        perplexity = F.cross_entropy(model(x).transpose(1, 2), y).exp()
    print(f"epoch {epoch}: loss {total / len(loader):.3f}, perplexity {perplexity:.2f}", end="; ")
    print(f"norm {norm:.2f}, rate {scheduler.get_last_lr()[0]:.4f}")

text = encode("the ")[None]
with torch.inference_mode():
    for _ in range(24):
        probabilities = model(text[:, -12:])[:, -1].softmax(dim=-1)
        text = torch.cat([text, torch.multinomial(probabilities, 1)], dim=1)
print("".join(letters[i] for i in text[0]))
for name, value in model.encoder.layers[0].state_dict().items():
    print(f"{name:25} {tuple(value.shape)!s:9} {value.norm():.3f}")
