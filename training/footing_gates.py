"""Gates on what a score stands on: not on one source, not on the future, not on old inspections, and nothing learned where nothing is."""

from __future__ import annotations

from features.limits import TELLS_NOTHING, Limits
from training.dominance import Dominance
from training.folds import FoldSummary
from training.gate import Gate, below, decided, unknown
from training.probes import Foresight, Shuffled
from training.scrutiny import Scrutiny

SOURCE, SHUFFLED, FUTURE, AGE = "no source dominates", "shuffled labels teach nothing", "no column from the future", "age of the inspections"
UNMEASURED = "was not measured: train again"
WIDEST = 0.65
"""Assumed: an interval of shuffled labels that reaches this AUC would hold a leak as well as none."""


def judge(looked_into: Scrutiny | None, *, last: FoldSummary, limits: Limits) -> tuple[Gate, ...]:
    """Hold the shares of the sources, the probes and the age of the newest inspection against the limits.

    Parameters
    ----------
    looked_into : Scrutiny, optional
        None where it was not measured.
    last : FoldSummary
        The newest test period.
    limits : Limits
    """
    dominance, probes = (looked_into.dominance, looked_into.probes) if looked_into else (None, None)
    return (
        _source(dominance, limit=limits.maximum_source_share),
        _shuffled(probes.shuffled if probes else None),
        _future(probes.foresight if probes else None, limit=limits.maximum_foresight),
        _age((last.ends_on - last.last_on).days, limit=limits.maximum_age_days),
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
    told = f"{said} {auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f}, 99.9 %); asked: {TELLS_NOTHING} within"
    holds = auc.low <= TELLS_NOTHING <= auc.high
    if holds and auc.high > WIDEST:
        return decided(SHUFFLED, auc, limit=TELLS_NOTHING, state="not enough data", why=f"{told}, and nothing above {WIDEST}")
    return decided(SHUFFLED, auc, limit=TELLS_NOTHING, state="passed" if holds else "failed", why=told)


def _future(found: Foresight | None, *, limit: float) -> Gate:
    if found is None or found.indicator is None:
        return unknown(FUTURE, limit=limit, why=UNMEASURED if found is None else "no indicator can be held against the outcome")
    return below(FUTURE, found.auc, limit=limit, subject=f"AUC of '{found.indicator}' alone for the {found.tells}")


def _age(days: int, *, limit: int) -> Gate:
    why = f"the newest inspection with a known outcome was decided {days} days before the end of the last period; asked: at most {limit}"
    return Gate(name=AGE, state="passed" if days <= limit else "failed", measured=days, limit=limit, why=why)
