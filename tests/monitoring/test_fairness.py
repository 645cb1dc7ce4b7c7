"""For whom the score may be wrong: against published figures, against a slow twin, and only on rows that may count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate

from monitoring.fairness import Cohort, Fairness, Measure, by_group, highest, measure, of_rows

DAY = pd.Timestamp("2024-01-02")


@pytest.fixture(scope="module")
def compas(shared: Path) -> pd.DataFrame:
    """ProPublica's two-year table; positive is a score that is not low."""
    table = pd.read_csv(shared / "compas" / "compas_two_years.csv")
    return pd.DataFrame({"group": table["race"], "label": table["two_year_recid"], "positive": table["score_text"] != "Low"})


def errors(table: pd.DataFrame, label: int) -> dict[str, float]:
    rows = table[table["label"] == label].assign(as_of=DAY)
    name = "false_negative_rate" if label else "false_positive_rate"
    found = of_rows(name, rows, rows["positive"] != bool(label), absent=None)
    return {cell.group: cell.rate for cell in found.cells if cell.rate is not None}


def test_compas_gives_the_rates_that_propublica_published(compas):
    false_positives, false_negatives = errors(compas, 0), errors(compas, 1)
    assert len(compas) == 7214
    assert round(false_positives["African-American"], 4) == 0.4485
    assert round(false_positives["Caucasian"], 4) == 0.2345
    assert round(false_negatives["African-American"], 4) == 0.2799
    assert round(false_negatives["Caucasian"], 4) == 0.4772


def test_compas_gives_the_disparities_that_aequitas_documents(compas):
    false_positives, false_negatives = errors(compas, 0), errors(compas, 1)
    assert round(false_positives["African-American"] / false_positives["Caucasian"], 6) == 1.912093
    assert round(false_negatives["African-American"] / false_negatives["Caucasian"], 6) == 0.586416


def test_compas_groups_under_ten_are_withheld(compas):
    assert {"Asian", "Native American"}.isdisjoint(errors(compas, 0))


def test_rates_agree_with_those_of_fairlearn(compas):
    metrics = {"fpr": false_positive_rate, "fnr": false_negative_rate}
    twin = MetricFrame(metrics=metrics, y_true=compas["label"], y_pred=compas["positive"].astype(int), sensitive_features=compas["group"]).by_group
    for label, name in ((0, "fpr"), (1, "fnr")):
        for group, rate in errors(compas, label).items():
            assert rate == pytest.approx(twin.loc[group, name], abs=1e-12)


def test_count_of_hits_survives_the_rate_that_fairlearn_gives():
    draw = np.random.default_rng(1)
    hit, group = pd.Series(draw.random(50_000) < 0.3), pd.Series(draw.choice(["a", "b"], 50_000))
    assert {g: (s.hits, s.rows) for g, s in by_group(hit, group).items()} == {
        g: (int(hit[group == g].sum()), int((group == g).sum())) for g in ("a", "b")
    }


def scored(rows: int = 600) -> pd.DataFrame:
    score = np.linspace(0.9, 0.01, rows)
    group = np.where(np.arange(rows) % 3 == 0, "a", "b")
    return pd.DataFrame({"address_id": [f"H{n}" for n in range(rows)], "as_of": DAY, "group": group, "score": score})


def inspected(rows: int = 400, **columns: object) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    table = scored(rows).assign(trigger="random", label=draw.integers(0, 2, rows), propensity=0.01, unseen=True)
    return table.assign(**columns)


def look(table: pd.DataFrame, *, visits: int = 200, audited: bool = True) -> Fairness:
    return measure(Cohort(scored(), table, visits), audited=audited)


def named(fairness: Fairness, name: str) -> Measure:
    return next(m for m in fairness.measures if m.name == name)


def test_positive_is_within_capacity_and_not_one_more():
    found = look(inspected(), visits=123)
    assert sum(cell.hits or 0 for cell in named(found, "selection_rate").cells) == 123
    assert found.positive_above == sorted(scored()["score"], reverse=True)[122]


def test_equal_scores_do_not_favour_who_comes_first_in_the_file():
    rows = scored().assign(score=0.5)
    within = highest(rows, visits=300)
    assert within.sum() == 300
    assert 100 < within[:300].sum() < 200


def test_false_rates_count_the_random_arm_only():
    drawn = inspected()
    others = inspected(2000, trigger="list", label=1).assign(address_id="X")
    with_others = look(pd.concat([drawn, others], ignore_index=True))
    for name in ("false_positive_rate", "false_negative_rate"):
        assert named(with_others, name) == named(look(drawn), name)
        assert named(with_others, name).cells[0].rows


def test_false_rates_leave_out_what_the_model_learned_from():
    learned = inspected(300, unseen=False)
    found = look(pd.concat([learned, inspected(200)], ignore_index=True))
    assert (found.random_rows, found.random_unseen_rows) == (500, 200)
    assert sum(cell.rows or 0 for name in ("false_positive_rate", "false_negative_rate") for cell in named(found, name).cells) == 200


def test_precision_counts_inspected_list_items_only():
    rows = pd.concat([inspected(300, trigger="list"), inspected(300, trigger="report", label=1)], ignore_index=True)
    cells = named(look(rows), "precision").cells
    lists = rows[rows["trigger"] == "list"]
    assert {c.group: (c.hits, c.rows) for c in cells} == {g: (int(part["label"].sum()), len(part)) for g, part in lists.groupby("group")}


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"trigger": "list"}, "false_positive_rate", "no-random-arm"),
        ({"trigger": "list"}, "false_negative_rate", "no-random-arm"),
        ({"unseen": False}, "false_negative_rate", "all-learned-from"),
        ({"label": 0}, "false_negative_rate", "none-confirmed"),
        ({"label": 1}, "false_positive_rate", "all-confirmed"),
        ({"trigger": "report"}, "precision", "no-list-items"),
    ],
)
def test_rate_that_cannot_be_known_says_why_and_gives_no_number(changes, name, reason):
    found = named(look(inspected(**changes)), name)
    assert found.not_computable == reason
    assert (found.cells, found.total, found.gaps) == ((), None, ())


def test_without_audit_data_nothing_is_computed_per_group():
    found = look(inspected(), audited=False)
    assert {m.not_computable for m in found.measures} == {"no-audit-data"}
    assert all(m.cells == () for m in found.measures)


def test_gaps_hold_together_at_95_percent():
    rows = scored().assign(group=np.repeat(["a", "b", "c"], 200), as_of=DAY)
    hit = pd.Series(np.random.default_rng(1).random(600) < 0.5)
    found = of_rows("selection_rate", rows, hit, absent=None)
    assert len(found.gaps) == 2
    assert found.level == pytest.approx(0.975)


def test_gap_of_a_bounded_group_tells_only_its_bound():
    rows = pd.DataFrame({"as_of": DAY, "group": ["a"] * 900 + ["b"] * 500 + ["c"] * 500})
    hits = [pd.Series([1] * 200 + [0] * 700 + [1] * n + [0] * (500 - n) + [1] * 9 + [0] * 491, dtype=bool) for n in (1, 7)]
    gaps = [of_rows("selection_rate", rows, hit, absent=None).gaps for hit in hits]
    assert gaps[0] == gaps[1]
    assert gaps[0][0].difference is None
    assert gaps[0][0].low is None
    assert gaps[0][0].high < -0.15


def test_groups_stand_in_the_order_of_the_theme():
    found = measure(Cohort(scored(), inspected(), 200, ("b", "a")), audited=True)
    assert [cell.group for cell in named(found, "selection_rate").cells] == ["b", "a"]
