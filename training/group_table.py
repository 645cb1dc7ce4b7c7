"""The group table: what may be known of each audit group, for the terminal, the model card and the registry."""

from __future__ import annotations

from training.bootstrap import Estimate
from training.fairness import GAP, MEASURES, MINIMUM_CELL, Fairness
from training.proxies import Proxies

TITLE = "For whom it may be wrong: later inspected addresses, by level of the neighbourhood"
NOT_SHOWN = "not shown"


def group_table(fairness: Fairness, proxies: Proxies) -> list[dict[str, str]]:
    """Give one line per group: rows, each rate, the calibration gap (ECE) with whose it is, and how well it is told; none without audit data."""
    told = {proxy.group: proxy for proxy in proxies.groups}
    return [
        {
            "audit group": group.name,
            "rows": f"under {MINIMUM_CELL}" if group.rows is None else str(group.rows),
            **{measure.replace("_", " "): figure(group.rates.get(measure)) for measure in MEASURES},
            f"{GAP.replace('_', ' ')} ({fairness.calibrated_for})": figure(group.calibration_gap),
            "told by the score (AUC)": figure(told[group.name].score if group.name in told else None),
            "told by all indicators (AUC)": figure(told[group.name].joint if group.name in told else None),
        }
        for group in fairness.groups
    ]


def gap_table(fairness: Fairness) -> list[dict[str, str]]:
    """Give one line per pair of groups: what the first has more than the second, by measure; none where no two can be compared."""
    pairs = dict.fromkeys((gap.first, gap.second) for gap in fairness.gaps)
    found = {(gap.first, gap.second, gap.measure): gap.difference for gap in fairness.gaps}
    return [
        {"difference": f"{a} minus {b}", **{measure.replace("_", " "): figure(found.get((a, b, measure))) for measure in MEASURES}} for a, b in pairs
    ]


def figure(estimate: Estimate | None) -> str:
    """Give a figure with its interval in three decimals.

    Examples
    --------
    >>> figure(None), figure(Estimate(value=0.5, low=0.45, high=0.55))
    ('not shown', '0.500 (0.450 to 0.550)')
    """
    if estimate is None:
        return NOT_SHOWN
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} (no interval)"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
