"""The oracle: who would be ranked first by someone who sees the noise-free traces, but not the truth.

It knows how the town works (strengths, depths, shares), sees the six traces of an address on a day and gives the exact
probability of an episode of the theme given those. No model that sees only the registers can be expected to pass it, and one that
comes near shows that the town is too easy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.town.lives import Floats
from experiments.town.mechanisms import THEMES, Group, states, states_of_theme
from experiments.town.parameters import Parameters

Counts = NDArray[np.int64]
BINS = 20_000
"""Scores are counted in this many steps of probability, so that millions of addresses fit in memory; costs less than 0.001 of AUC."""
ROOT = 0.25
"""Scores lie close to 0; their fourth root spreads them over the steps."""


def probabilities(traces: Floats, group: Group, parameters: Parameters) -> dict[str, Floats]:
    """Give for each theme the probability that an address is in an episode of it, given its traces on the day.

    Parameters
    ----------
    traces : Floats
        Shape (n, 6).
    group : str
        The addresses' group; all of one group.
    parameters : Parameters
    """
    found = states(group, parameters)
    total = np.full(len(traces), 1 - sum(share for share, _ in found.values()))
    wanted: dict[str, Floats] = {}
    for state, (share, shift) in found.items():
        weight = share * _likelihood(traces, shift, parameters)
        total += weight
        for theme in THEMES:
            if state in states_of_theme(theme):
                wanted[theme] = wanted.get(theme, 0) + weight
    return {theme: weight / total for theme, weight in wanted.items()}


def _likelihood(traces: Floats, shift: Floats, parameters: Parameters) -> Floats:
    """Give how many times likelier the traces are in a state with this shift than in an ordinary spell."""
    ratio = np.zeros(len(traces))
    for depth, share in zip(parameters.depths, parameters.depth_shares, strict=True):
        moved = shift * depth
        marked = np.exp(traces * moved - moved**2 / 2)
        ratio += share * np.prod(1 - parameters.trace_left + parameters.trace_left * marked, axis=1)
    return ratio


@dataclass
class Tally:
    """Counts of scores with and without an episode, from which prevalence and AUC follow in bounded memory."""

    positive: Counts = field(default_factory=lambda: np.zeros(BINS, dtype=np.int64))
    negative: Counts = field(default_factory=lambda: np.zeros(BINS, dtype=np.int64))

    def add(self, score: Floats, truth: NDArray[np.bool_]) -> None:
        """Count scores of addresses and whether each is in an episode."""
        step = np.minimum((score**ROOT * BINS).astype(np.int64), BINS - 1)
        self.positive += np.bincount(step[truth], minlength=BINS)
        self.negative += np.bincount(step[~truth], minlength=BINS)

    @property
    def prevalence(self) -> float | None:
        """Share of address days with an episode; None where nothing was counted."""
        total = int(self.positive.sum() + self.negative.sum())
        return int(self.positive.sum()) / total if total else None

    @property
    def auc(self) -> float | None:
        """Chance that an address with an episode ranks above one without; None where one of the two is absent.

        Examples
        --------
        >>> tally = Tally()
        >>> tally.add(np.array([0.1, 0.2, 0.3, 0.3]), np.array([False, True, False, True]))
        >>> tally.auc
        0.625
        """
        positives, negatives = int(self.positive.sum()), int(self.negative.sum())
        if not positives or not negatives:
            return None
        below = np.cumsum(self.negative) - self.negative
        return float((self.positive * (below + self.negative / 2)).sum() / (positives * negatives))


def is_episode(state: NDArray[np.int64], theme: str) -> NDArray[np.bool_]:
    """Say for each state whether an inspection of the theme is right to confirm."""
    return np.asarray(np.isin(state, states_of_theme(theme)))
