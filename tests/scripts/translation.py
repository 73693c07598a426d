"""Translation in small: a Transformer learns to write words of digits backwards."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

PAD, START, END = 0, 1, 2


def words(count):
    """Words of different lengths, padded, and the same words backwards."""
    sources, targets = [], []
    for _ in range(count):
        word = torch.randint(3, 11, (torch.randint(2, 6, ()).item(),))
        sources.append(torch.cat([word, torch.tensor([END])]))
        targets.append(torch.cat([torch.tensor([START]), word.flip(0), torch.tensor([END])]))
    return (pad_sequence(side, padding_value=PAD) for side in (sources, targets))


class Translator(nn.Module):
    def __init__(self, digits=11, size=16):
        super().__init__()
        self.digits = nn.Embedding(digits, size, padding_idx=PAD)
        self.places = nn.Embedding(8, size)
        self.transformer = nn.Transformer(size, 4, 1, 2, dim_feedforward=32, dropout=0.05)
        self.head = nn.Linear(size, digits, bias=False)

    def embed(self, x):
        return self.digits(x) + self.places(torch.arange(len(x)).unsqueeze(1))

    def forward(self, source, target):
        length = target.size(0)
        hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
        written = self.transformer(
            self.embed(source),
            self.embed(target),
            tgt_mask=hidden,
            src_key_padding_mask=(source == PAD).T,
            tgt_key_padding_mask=(target == PAD).T,
            memory_key_padding_mask=(source == PAD).T,
        )
        return self.head(written)

    @torch.no_grad()
    def translate(self, source, limit=7):
        memory = self.transformer.encoder(self.embed(source))
        target = torch.full((1, source.size(1)), START)
        for _ in range(limit):
            mask = self.transformer.generate_square_subsequent_mask(len(target))
            written = self.transformer.decoder(self.embed(target), memory, tgt_mask=mask)
            digit = self.head(written[-1]).argmax(dim=-1, keepdim=True)
            target = torch.cat([target, digit.T])
        return target


torch.manual_seed(0)
model = Translator()
print(model.transformer.decoder.layers[0])
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")
criterion = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005, betas=(0.9, 0.98), eps=1e-9)
for step in range(1, 41):
    source, target = words(16)
    scores = model(source, target[:-1])
    loss = criterion(scores.reshape(-1, scores.shape[-1]), target[1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(f"step {step}: loss {loss.item():.3f}")

model.eval()
source = torch.tensor([[3, 4], [5, 4], [9, 7], [END, END]])
target = model.translate(source)
print(target.T)
layer = model.transformer.decoder.layers[-1]
memory = model.transformer.encoder(model.embed(source))
_, weights = layer.multihead_attn(model.embed(target), memory, memory, average_attn_weights=False)
print(weights.shape)
print(weights[0, 0])
