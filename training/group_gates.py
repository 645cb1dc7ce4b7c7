"""Gates on audit groups: no group may be treated much otherwise than another, and the score may not tell a group.

What cannot be shown is not passed: no audit data, too many rows of no known group, a group of which a rate is withheld.
"""

from __future__ import annotations

from itertools import combinations

from features.limits import TELLS_NOTHING, Limits
from training import fairness
from training.fairness import BIAS, FALSE_POSITIVES, MAXIMUM_UNKNOWN_SHARE, PRECISION, RECALL, SELECTION, Fairness, Gap
from training.gate import Gate, State, decided, text, unknown, within
from training.proxies import Proxies, Proxy
from training.scrutiny import Scrutiny

UNMEASURED = "was not measured: train again"
SAID = {
    SELECTION: "share within capacity",
    PRECISION: "share confirmed within capacity",
    RECALL: "share of the confirmed within capacity",
    FALSE_POSITIVES: "share of the others within capacity",
    BIAS: "mean score minus share confirmed",
}
GROUP_AUC = "score tells no group"


def judge(looked_into: Scrutiny | None, *, limits: Limits) -> tuple[Gate, ...]:
    """Hold all gaps and what the score tells of a group against the limits; ``looked_into`` is None where it was not measured."""
    found, proxies = (looked_into.fairness, looked_into.proxies) if looked_into else (None, None)
    return (*(_gap(measure, found, limit=limit) for measure, limit in allowed(limits).items()), _told(proxies, found, limit=limits.maximum_group_auc))


def allowed(limits: Limits) -> dict[str, float]:
    """Give the limit of the gap in each rate."""
    return {
        SELECTION: limits.maximum_selection_gap,
        PRECISION: limits.maximum_precision_gap,
        RECALL: limits.maximum_recall_gap,
        FALSE_POSITIVES: limits.maximum_false_positive_gap,
        BIAS: limits.maximum_group_bias,
    }


def gap_name(measure: str) -> str:
    """Give the name of a gate on gaps.

    Examples
    --------
    >>> gap_name(RECALL)
    'group gap: recall'
    """
    return f"group gap: {measure.replace('_', ' ')}"


def _gap(measure: str, found: Fairness | None, *, limit: float) -> Gate:
    name = gap_name(measure)
    absent = UNMEASURED if found is None else found.absent
    if found is None or absent:
        return unknown(name, limit=limit, why=str(absent))
    gaps = [gap for gap in found.gaps if gap.measure == measure]
    hidden = _hidden(measure, found)
    if not gaps:
        return unknown(name, limit=limit, why=f"no two groups can be compared{hidden}")
    hidden += _silent(measure, found)
    worst = max(gaps, key=_reach)
    states: list[State] = [within(gap.difference, centre=0, limit=limit) for gap in gaps]
    if "failed" in states:
        worst = max((gap for gap, state in zip(gaps, states, strict=True) if state == "failed"), key=lambda gap: abs(gap.difference.value or 0))
    state: State = "failed" if "failed" in states else "not enough data" if hidden or "not enough data" in states else "passed"
    said = f"{SAID[measure]}, {worst.first} minus {worst.second}: {text(worst.difference)}, the worst of {len(gaps)}{hidden}"
    return decided(name, worst.difference, limit=limit, state=state, why=f"{said}; asked: each wholly between {-limit:g} and {limit:g}")


def _hidden(measure: str, found: Fairness) -> str:
    """Say what is not shown; nothing where all is."""
    groups = found.withheld.get(measure, ())
    said = [f"not shown, with fewer than {fairness.MINIMUM_CELL} rows of a kind: {', '.join(groups)}"] if groups else []
    if found.unknown_share > MAXIMUM_UNKNOWN_SHARE:
        said.append(f"{found.unknown_share:.0%} of the rows is of no known group, more than {MAXIMUM_UNKNOWN_SHARE:.0%}")
    return "".join(f"; {one}" for one in said)


def _silent(measure: str, found: Fairness) -> str:
    """Say of how many pairs of groups that are shown the gap is missing; nothing where none is."""
    shown = sorted(group.name for group in found.groups if group.name not in found.withheld.get(measure, ()))
    given = {frozenset((gap.first, gap.second)) for gap in found.gaps if gap.measure == measure}
    missing = sum(frozenset(pair) not in given for pair in combinations(shown, 2))
    return f"; {missing} pairs of groups were not compared: train again" if missing else ""


def _reach(gap: Gap) -> float:
    """How far from 0 the interval reaches; one without an interval reaches furthest."""
    low, high = gap.difference.low, gap.difference.high
    return float("inf") if low is None or high is None else max(abs(low), abs(high))


def _told(found: Proxies | None, fairness_of: Fairness | None, *, limit: float) -> Gate:
    absent = UNMEASURED if found is None else found.absent
    if found is None or absent:
        return unknown(GROUP_AUC, limit=limit, why=str(absent))
    known = [(proxy, proxy.score) for proxy in found.groups if proxy.score is not None]
    measured = {proxy.group for proxy, _ in known}
    groups = [*(proxy.group for proxy in found.groups), *(group.name for group in (fairness_of.groups if fairness_of else ()))]
    few = [group for group in dict.fromkeys(groups) if group not in measured]
    if not known:
        return unknown(GROUP_AUC, limit=limit, why="no group has ten rows")
    states: list[State] = [within(score, centre=TELLS_NOTHING, limit=limit - TELLS_NOTHING) for _, score in known]
    worst, score = max(known, key=lambda pair: _off(pair[0]))
    state: State = "failed" if "failed" in states else "not enough data" if few or "not enough data" in states else "passed"
    hidden = f"; not shown, with fewer than {fairness.MINIMUM_CELL} rows: {', '.join(few)}" if few else ""
    why = f"AUC among equal outcomes, of {worst.group}: {text(score)}{hidden}; asked: wholly between {1 - limit:g} and {limit:g}"
    return decided(GROUP_AUC, score, limit=limit, state=state, why=why)


def _off(proxy: Proxy) -> float:
    return abs((proxy.score.value if proxy.score and proxy.score.value is not None else TELLS_NOTHING) - TELLS_NOTHING)
