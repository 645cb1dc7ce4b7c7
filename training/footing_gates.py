"""Gates on what a score stands on: not on one source, not on the future, not on old inspections, and nothing learned where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from features.limits import TELLS_NOTHING, Limits
from training.dominance import Dominance
from training.folds import TEST, FoldSummary
from training.gate import Gate, below, decided, unknown
from training.probes import Foresight, Shuffled
from training.scrutiny import Scrutiny

SOURCE, SHUFFLED, FUTURE = "no source dominates", "shuffled labels teach nothing", "no column from the future"
AGE, LEARNED_AGE = "age of the inspections", "age of what was learned"
UNMEASURED = "was not measured: train again"
WIDEST = 0.65
"""Assumed: an interval of shuffled labels that reaches this AUC would hold a leak as well as none."""


def judge(looked_into: Scrutiny | None, *, folds: Sequence[FoldSummary], limits: Limits) -> tuple[Gate, ...]:
    """Hold the shares of the sources, the probes and the age of the inspections against the limits.

    Parameters
    ----------
    looked_into : Scrutiny, optional
        None where it was not measured.
    folds : sequence of FoldSummary
        Of the last round, whose model this is: what it learned from, its calibration too, and what it was measured on.
    limits : Limits
    """
    dominance, probes = (looked_into.dominance, looked_into.probes) if looked_into else (None, None)
    return (
        _source(dominance, limit=limits.maximum_source_share),
        _shuffled(probes.shuffled if probes else None),
        _future(probes.foresight if probes else None, limit=limits.maximum_foresight),
        *_ages(folds, limits=limits),
    )


def _source(found: Dominance | None, *, limit: float) -> Gate:
    if found is None or not found.shares:
        return unknown(SOURCE, limit=limit, why=UNMEASURED if found is None else "the model reads no source")
    name, share = next(iter(found.shares.items()))
    return below(SOURCE, share, limit=limit, subject=f"part of the contributions that rests on '{name}'")


def _shuffled(found: Shuffled | None) -> Gate:
    """Pass where one half lies within the interval; a wide one holds it too, so the interval may reach no further than a leak would."""
    if found is None:
        return unknown(SHUFFLED, limit=TELLS_NOTHING, why=UNMEASURED)
    auc = found.auc
    said = f"mean AUC over {found.shuffles} shuffles"
    if auc.value is None or auc.low is None or auc.high is None:
        return decided(SHUFFLED, auc, limit=TELLS_NOTHING, state="not enough data", why=f"{said} is not defined: a part has one class only")
    told = (
        f"taught by labels that were shuffled, so by nothing, the {said} is {auc.value:.3f} (99.9 % interval {auc.low:.3f} to {auc.high:.3f});"
        f" asked: an interval that holds {TELLS_NOTHING}, which is what guessing gives"
    )
    holds = auc.low <= TELLS_NOTHING <= auc.high
    if holds and auc.high > WIDEST:
        return decided(SHUFFLED, auc, limit=TELLS_NOTHING, state="not enough data", why=f"{told}, and ends at {WIDEST} at most")
    return decided(SHUFFLED, auc, limit=TELLS_NOTHING, state="passed" if holds else "failed", why=told)


def _future(found: Foresight | None, *, limit: float) -> Gate:
    if found is None or found.indicator is None:
        return unknown(FUTURE, limit=limit, why=UNMEASURED if found is None else "no indicator can be held against the outcome")
    return below(FUTURE, found.auc, limit=limit, subject=f"AUC of '{found.indicator}' alone for the {found.tells}")


def _ages(folds: Sequence[FoldSummary], *, limits: Limits) -> tuple[Gate, ...]:
    """Count back from the end of the last test period: to the newest inspection, and to the newest one that the model learned from."""
    tested, learned = ([fold for fold in folds if (fold.name == TEST) == wanted] for wanted in (True, False))
    ends_on = max((fold.ends_on for fold in tested), default=None)
    asked = ((AGE, tested, limits.maximum_age_days, "with a known outcome"), (LEARNED_AGE, learned, limits.maximum_learned_age_days, "learned from"))
    return tuple(_age(name, max((f.last_on for f in of), default=None), ends_on, limit=limit, what=what) for name, of, limit, what in asked)


def _age(name: str, newest_on: date | None, ends_on: date | None, *, limit: int, what: str) -> Gate:
    if newest_on is None or ends_on is None:
        return unknown(name, limit=limit, why=UNMEASURED)
    days = (ends_on - newest_on).days
    why = f"the newest inspection {what} was decided {days} days before the end of the last period; asked: at most {limit}"
    return Gate(name=name, state="passed" if days <= limit else "failed", measured=days, limit=limit, why=why)
