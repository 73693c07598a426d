"""Distributions: the same draws, probabilities, entropies and gradients, and the same text."""

from __future__ import annotations

import pytest

from tests.programs import both, said

MADE = {
    "Categorical(probs)": lambda torch, D: D.Categorical(torch.tensor([0.2, 0.3, 1.5])),
    "Categorical(logits)": lambda torch, D: D.Categorical(logits=torch.randn(2, 4)),
    "Bernoulli(probs)": lambda torch, D: D.Bernoulli(torch.tensor([0.1, 0.5, 1.0])),
    "Bernoulli(logits)": lambda torch, D: D.Bernoulli(logits=torch.randn(2, 3)),
    "Bernoulli(0.3)": lambda torch, D: D.Bernoulli(0.3),
    "Normal": lambda torch, D: D.Normal(torch.randn(3), torch.tensor([[0.5], [2.0]])),
    "Normal(0, 1)": lambda torch, D: D.Normal(0.0, 1.0),
    "Uniform": lambda torch, D: D.Uniform(torch.tensor([-1.0, 0.0]), 2.5),
    "Independent": lambda torch, D: D.Independent(D.Normal(torch.zeros(2, 3), 1.0), 1),
}
each = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


@each
@both
def test_it_draws_and_scores(torch, make):
    made = make(torch, torch.distributions)
    before = repr(made)
    outcomes = [made.sample(), made.sample((3,)), made.sample((2, 2))]
    return (
        *(before, outcomes, [made.log_prob(outcome) for outcome in outcomes]),
        *(made.entropy(), made.perplexity(), made.mean, made.variance, made.stddev),
        *(repr(made), made.batch_shape, made.event_shape, made.has_rsample),
    )


@pytest.mark.parametrize("make", [m for n, m in MADE.items() if n != "Uniform"])
@both
def test_the_likeliest_outcome(torch, make):
    return make(torch, torch.distributions).mode


@both
def test_discrete_outcomes_can_be_listed(torch):
    D = torch.distributions
    chances = torch.full((2, 3), 0.3)
    return [
        listed
        for made in (D.Categorical(chances), D.Bernoulli(chances))
        for listed in (made.enumerate_support(), made.enumerate_support(expand=False))
    ]


@both
def test_continuous_outcomes_have_quantiles(torch):
    D, shares = torch.distributions, torch.tensor([0.1, 0.5, 0.9])
    made = (D.Normal(1.0, 2.0), D.Uniform(-1.0, 3.0))
    return [(m.icdf(shares), m.cdf(m.icdf(shares))) for m in made]


@both
def test_gradients_reach_the_parameters(torch):
    D = torch.distributions
    mean = torch.tensor([0.5, -0.5], requires_grad=True)
    log_std = torch.zeros(2, requires_grad=True)
    logits = torch.randn(2, 3, requires_grad=True)
    normal = D.Normal(mean, log_std.exp())
    drawn = normal.rsample((4,))
    (drawn.pow(2).sum() + normal.log_prob(normal.sample()).sum()).backward()
    policy = D.Categorical(logits=logits)
    (policy.log_prob(torch.tensor([2, 0])) * torch.tensor([1.0, -2.0])).sum().backward()
    return mean.grad, log_std.grad, logits.grad, normal.sample().requires_grad


@both
def test_what_is_computed_lazily_is_recorded_under_no_grad_too(torch):
    logits = torch.randn(3, requires_grad=True)
    policy = torch.distributions.Categorical(logits=logits)
    with torch.no_grad():
        policy.sample()
    return policy.probs


PAIRS = {
    "Normal": lambda D, p, q: (D.Normal(p, 1.0), D.Normal(q, p)),
    "Bernoulli": lambda D, p, q: (D.Bernoulli(p), D.Bernoulli(q)),
    "Bernoulli, certain": lambda D, p, q: (D.Bernoulli(p.round()), D.Bernoulli(q.round())),
    "Categorical": lambda D, p, q: (D.Categorical(p), D.Categorical(q)),
    "Categorical, certain": lambda D, p, q: (D.Categorical(p.round()), D.Categorical(q.round())),
    "Uniform": lambda D, p, q: (D.Uniform(-p, p), D.Uniform(-q, q)),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@both
def test_the_divergence_of_two(torch, pair):
    p = torch.tensor([0.1, 0.6, 0.9], requires_grad=True)
    q = torch.tensor([0.7, 0.6, 0.2], requires_grad=True)
    divergence = torch.distributions.kl_divergence(*pair(torch.distributions, p, q))
    divergence[divergence.isfinite()].sum().backward()
    return divergence, p.grad, q.grad


WRONG = {
    "neither": lambda torch, D: D.Categorical(),
    "both": lambda torch, D: D.Bernoulli(probs=0.5, logits=0.0),
    "a number for classes": lambda torch, D: D.Categorical(torch.tensor(0.5)),
    "negative chances": lambda torch, D: D.Categorical(torch.tensor([-1.0, 2.0])),
    "a chance of 2": lambda torch, D: D.Bernoulli(torch.tensor([2.0])),
    "a negative scale": lambda torch, D: D.Normal(0.0, -1.0),
    "a mean of nan": lambda torch, D: D.Normal(torch.tensor([float("nan")]), 1.0),
    "nan logits": lambda torch, D: D.Categorical(logits=torch.tensor([float("nan"), 0.0])),
    "an empty interval": lambda torch, D: D.Uniform(1.0, 1.0),
    "a class too many": lambda torch, D: D.Categorical(torch.ones(2)).log_prob(torch.tensor(2)),
    "a half": lambda torch, D: D.Bernoulli(0.5).log_prob(torch.tensor(0.5)),
    "no tensor": lambda torch, D: D.Normal(0.0, 1.0).log_prob(1.0),
    "another shape": lambda torch, D: D.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3)),
    "outside": lambda torch, D: D.Uniform(0.0, 1.0).log_prob(torch.tensor(2.0)),
    "too many dimensions": lambda torch, D: D.Independent(D.Normal(0.0, 1.0), 1),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@both
def test_what_cannot_be_is_refused(torch, wrong):
    return said(ValueError, lambda: wrong(torch, torch.distributions))


@both
def test_checks_can_be_left_out_and_some_pairs_have_no_divergence(torch):
    D = torch.distributions
    return (
        D.Bernoulli(torch.tensor([2.0]), validate_args=False).mean,
        said(
            NotImplementedError,
            lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Categorical(torch.ones(2))),
        ),
    )
