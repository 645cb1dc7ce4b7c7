"""Contributions to reasons: one per family of indicators, with a sentence chosen by sign and value.

Indicators of one family are the same subject over other windows. Apart they would fill the list with one fact, so their
contributions are summed; the sentence is that of the member that weighs most in the direction of the sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from features.manifest import IndicatorRecord
from serving.wording import Language, fact, in_context

MOST_REASONS = 5
"""Reasons in each direction; more are not read."""

Direction = Literal["raising", "lowering"]


@dataclass(frozen=True)
class Contribution:
    """One indicator of one address.

    Attributes
    ----------
    value : float
        NaN is missing.
    contribution : float
        What it adds to the score's log-odds, after calibration.
    """

    indicator: IndicatorRecord
    value: float
    contribution: float


@dataclass(frozen=True)
class Reason:
    """One reason as people read it.

    Attributes
    ----------
    family : str
        Code of the group of indicators.
    contribution : float
        Sum over the family, in log-odds; its sign is ``direction``.
    context : bool
        True where the fact by itself points the other way, and is worded so.
    members : tuple of Contribution
        Every indicator of the family, the heaviest first.
    """

    family: str
    direction: Direction
    contribution: float
    sentence: str
    context: bool
    members: tuple[Contribution, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources that the family reads."""
        return tuple(sorted({source for member in self.members for source in member.indicator.sources}))


def reasons(contributions: Sequence[Contribution], *, direction: Direction, language: Language) -> list[Reason]:
    """Give up to five reasons in one direction, the heaviest first.

    Parameters
    ----------
    contributions : sequence of Contribution
        All of an address; order does not matter.
    direction : {"raising", "lowering"}
    language : {"nl", "en"}
    """
    sign = 1.0 if direction == "raising" else -1.0
    summed = {family: (math.fsum(m.contribution for m in members), members) for family, members in _families(contributions).items()}
    ours = sorted((f for f, (total, _) in summed.items() if total * sign > 0), key=lambda f: (-abs(summed[f][0]), f))
    return [_reason(f, *summed[f], direction=direction, language=language) for f in ours[:MOST_REASONS]]


def missing(contributions: Sequence[Contribution], language: Language) -> list[tuple[str, str]]:
    """Give name and sentence of every indicator that is not known; that there is nothing to measure is a known fact, and not missing."""
    unknown = [c for c in contributions if math.isnan(c.value) and not c.indicator.absence_known]
    return [(c.indicator.name, fact(c.indicator, c.value, language)) for c in unknown]


def contradicts(risk: Literal["+", "-"] | None, value: float, contribution: float, *, counted_from_zero: bool) -> bool:
    """Say whether a fact, read by itself, points the other way than its contribution.

    Only where experts declared a direction and 0 is the natural reference (something is there, or it is not). Whether 12 m2 is
    much or little cannot be read off the value.

    Examples
    --------
    >>> contradicts("+", 3.0, -0.2, counted_from_zero=True), contradicts("+", 3.0, 0.2, counted_from_zero=True)
    (True, False)
    >>> contradicts("+", 0.0, 0.1, counted_from_zero=True), contradicts("-", 2.0, 0.1, counted_from_zero=True)
    (True, True)
    """
    if risk is None or math.isnan(value) or not counted_from_zero:
        return False
    raises_by_itself = (value > 0) == (risk == "+")
    return raises_by_itself != (contribution > 0)


def _families(contributions: Sequence[Contribution]) -> Mapping[str, list[Contribution]]:
    families: dict[str, list[Contribution]] = {}
    for contribution in contributions:
        families.setdefault(contribution.indicator.family, []).append(contribution)
    return families


def _reason(family: str, total: float, members: list[Contribution], *, direction: Direction, language: Language) -> Reason:
    sign = 1.0 if direction == "raising" else -1.0
    ordered = sorted(members, key=lambda m: (-m.contribution * sign, m.indicator.name))
    speaker = ordered[0]
    indicator = speaker.indicator
    sentence = fact(indicator, speaker.value, language)
    context = contradicts(indicator.risk, speaker.value, speaker.contribution, counted_from_zero=indicator.nl_zero is not None)
    if context:
        sentence = in_context(sentence, direction=direction, language=language)
    return Reason(family, direction, total, sentence, context, tuple(ordered))
