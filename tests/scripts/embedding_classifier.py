"""Sentences of words sorted by what they are about: embedding, padding, mean over words."""

from collections import Counter

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, random_split

SENTENCES = [
    ("the cat sat on the mat", 0),
    ("the dog ran after the cat", 0),
    ("a cat and a dog sleep", 0),
    ("my dog eats", 0),
    ("the stock fell on monday", 1),
    ("a bank lends money", 1),
    ("money and stock rise", 1),
    ("the bank fell", 1),
]
words = Counter(word for text, _ in SENTENCES for word in text.split())
vocabulary = {"<pad>": 0, **{w: i for i, (w, _) in enumerate(words.most_common(), 1)}}
print(len(vocabulary), "words")


class Sentences(Dataset):
    def __len__(self):
        return len(SENTENCES)

    def __getitem__(self, index):
        text, label = SENTENCES[index]
        return torch.tensor([vocabulary[w] for w in text.split()]), label


def pad(batch):
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    for row, (sentence, _) in zip(ids, batch):  # noqa: B905
        row[: len(sentence)] = sentence
    return ids, torch.tensor([label for _, label in batch])


class Classifier(nn.Module):
    def __init__(self, words, width, classes):
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, classes)

    def forward(self, ids):
        mask = (ids != 0).unsqueeze(-1)
        mean = (self.embedding(ids) * mask).sum(1) / mask.sum(1)
        return self.fc(self.norm(mean))


torch.manual_seed(11)
train_set, test_set = random_split(Sentences(), [6, 2])
print(len(train_set), len(test_set), train_set.indices)
loader = DataLoader(train_set, batch_size=3, shuffle=True, collate_fn=pad)
model = Classifier(len(vocabulary), 8, 2)
print(model)
print(model.embedding.weight[0], model.embedding(torch.tensor([[0, 1]])).shape)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
for epoch in range(6):
    total = 0.0
    for ids, labels in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(ids), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    print(f"epoch {epoch}: {total / len(train_set):.4f}")
print("padding stays", model.embedding.weight[0].abs().sum().item())
model.eval()
with torch.inference_mode():
    ids, labels = next(iter(DataLoader(test_set, batch_size=2, collate_fn=pad)))
    probability = model(ids).softmax(dim=-1)
print(ids, labels, probability.argmax(1), sep="\n")
values, indices = probability.topk(1)
print(indices.squeeze(1), values.shape)
a, b = model.embedding.weight[1], model.embedding.weight[2]
print(f"{nn.CosineSimilarity(dim=0)(a, b).item():.3f}", nn.PairwiseDistance()(a, b).shape)
