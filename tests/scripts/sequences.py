"""Sequences of different lengths through recurrent layers: does a row of numbers rise or fall?"""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(13)
layer = nn.LSTM(input_size=2, hidden_size=3)
print(layer)
steps = torch.randn(4, 1, 2)
output, (hidden, cell) = layer(steps)
print(output, hidden, cell.shape, sep="\n")
state = None
for step in steps.split(1):
    _, state = layer(step, state)
print("step by step:", torch.allclose(state[0], hidden), [tuple(part.shape) for part in state])

lengths = torch.tensor([5, 3, 4, 2, 5, 4])
starts = torch.randn(6)
slopes = torch.tensor([1.0, -1.0, -1.0, 1.0, -1.0, 1.0])
rows = [a + s * torch.arange(n) for a, s, n in zip(starts, slopes, lengths)]  # noqa: B905
labels = (slopes > 0).float()
padded = pad_sequence(rows, batch_first=True).unsqueeze(-1)
print(padded.shape, padded[3].squeeze())


class Trend(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.rnn = getattr(nn, cell)(1, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, state = self.rnn(packed)
        last = state[0] if isinstance(state, tuple) else state
        return self.head(last[-1]).squeeze(-1), pad_packed_sequence(output, batch_first=True)


for cell in ("RNN", "LSTM", "GRU"):
    model = Trend(cell)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    criterion = nn.BCEWithLogitsLoss()
    losses = []
    for _ in range(12):
        logits, _ = model(padded, lengths)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{cell}: {parameters} parameters, loss {losses[0]:.4f} -> {losses[-1]:.3f}")

logits, (outputs, counts) = model(padded, lengths)
print(outputs.shape, counts)
print((torch.sigmoid(logits) > 0.5).int(), labels.int())

both_ways = nn.GRU(1, 4, num_layers=2, bidirectional=True, dropout=0.2).eval()
output, state = both_ways(padded.transpose(0, 1))
print(both_ways, output.shape, state.shape, output[0, 0], sep="\n")
cell = nn.GRUCell(1, 4)
h = torch.zeros(6, 4)
for t in range(3):
    h = cell(padded[:, t], h)
print(h[0])
