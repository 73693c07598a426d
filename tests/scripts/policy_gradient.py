"""Learning by trial: a walker in a corridor is rewarded at its end, an archer near the mark."""

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.distributions import Categorical, Normal, kl_divergence

torch.manual_seed(4)


class Corridor:
    """Six places in a row; the walk starts at the left and is over at either end."""

    length = 6

    def reset(self):
        self.place, self.steps = 1, 0
        return self.place

    def step(self, action):
        self.place += 1 if action == 1 else -1
        self.steps += 1
        arrived = self.place == self.length - 1
        return self.place, float(arrived) - 0.02, arrived or self.place == 0 or self.steps == 30


class Walker(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(Corridor.length, 16)
        self.action = nn.Linear(16, 2)
        self.value = nn.Linear(16, 1)

    def forward(self, place):
        seen = F.one_hot(torch.tensor(place), Corridor.length).float()
        hidden = torch.tanh(self.body(seen))
        return Categorical(logits=self.action(hidden)), self.value(hidden).squeeze(-1)


walker, corridor = Walker(), Corridor()
optimizer = optim.Adam(walker.parameters(), lr=0.02)
print(walker)
print(walker(1)[0])
for episode in range(1, 41):
    place, done, log_probs, values, rewards = corridor.reset(), False, [], [], []
    while not done:
        policy, value = walker(place)
        action = policy.sample()
        place, reward, done = corridor.step(action.item())
        log_probs.append(policy.log_prob(action))
        values.append(value)
        rewards.append(reward)
    returns, later = [], 0.0
    for reward in reversed(rewards):
        later = reward + 0.95 * later
        returns.insert(0, later)
    returns, values = torch.tensor(returns), torch.stack(values)
    advantage = returns - values.detach()
    loss = -(torch.stack(log_probs) * advantage).sum() + F.smooth_l1_loss(values, returns)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if episode % 10 == 0:
        print(f"episode {episode:2d}: {len(rewards):2d} steps, reward {sum(rewards):5.2f}")
with torch.no_grad():
    for place in range(1, Corridor.length - 1):
        policy, value = walker(place)
        right, unsure = policy.probs[1].item(), policy.entropy().item()
        print(f"place {place}: right {right:.2f}, entropy {unsure:.2f}, value {value:.2f}")

# Continuous actions: where to aim, and how steady the hand is.
aim = torch.zeros(2, requires_grad=True)
log_spread = torch.zeros(2, requires_grad=True)
mark = torch.tensor([1.0, -0.5])
optimizer = optim.SGD([aim, log_spread], lr=0.05)
first = Normal(aim.detach().clone(), log_spread.detach().exp())
for shot in range(1, 31):
    hand = Normal(aim, log_spread.exp())
    arrows = hand.sample((64,))
    reward = -((arrows - mark) ** 2).sum(-1)
    advantage = (reward - reward.mean()) / (reward.std() + 1e-8)
    loss = -(hand.log_prob(arrows).sum(-1) * advantage).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if shot % 10 == 0:
        print(f"shot {shot}: reward {reward.mean():.2f}, aim {[f'{a:.2f}' for a in aim.tolist()]}")
hand = Normal(aim.detach(), log_spread.detach().exp())
print(hand, [f"{d:.2f}" for d in kl_divergence(hand, first).tolist()])
