"""Two clouds of points told apart; accuracy, a confusion table, and the line between them."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(3)
n = 200
labels = torch.randint(0, 2, (n,))
points = torch.randn(n, 2) + 2.0 * labels[:, None] - 1.0
print(points[:3], labels[:10], labels.float().mean(), torch.bincount(labels), sep="\n")
order = torch.randperm(n)
train, test = order[:150], order[150:]


class LogisticRegression(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.linear(x)).squeeze(1)


model = LogisticRegression(2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(60):
    probability = model(points[train])
    loss = F.binary_cross_entropy(probability, labels[train].float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 20 == 0:
        accuracy = (probability.round() == labels[train]).float().mean()
        print(f"epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.2%}")

with torch.no_grad():
    guess = (model(points[test]) > 0.5).long()
table = torch.zeros(2, 2, dtype=torch.int64)
for truth, said in zip(labels[test], guess):  # noqa: B905
    table[truth, said] += 1
print(table)
print("precision", (table.diag() / table.sum(0)).tolist()[0] > 0.5)
w, b = model.linear.weight[0], model.linear.bias
print(f"{w[0]:.3f} x + {w[1]:.3f} y + {b.item():.3f} = 0")

# The same through logits is the steadier form.
logits = model.linear(points[test]).squeeze(1)
a = nn.BCEWithLogitsLoss()(logits, labels[test].float())
b = nn.BCELoss()(torch.sigmoid(logits), labels[test].float())
print(a, b, torch.allclose(a, b))
print(nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))(logits, labels[test].float()))
