"""The study of selective labels, smaller: over one truth, corrected figures are right where plain ones are not."""

from __future__ import annotations

import re

import pytest

from experiments.kinds import REPO
from experiments.selective_labels.declared import SelectiveLabelsStudy
from experiments.selective_labels.page import page, picture
from experiments.selective_labels.run import CORRECTED, REGIMES, SelectiveLabelsResult, run
from experiments.study import declared

SMALL = SelectiveLabelsStudy(
    kind="selective-labels", page="docs/selective-labels.md", seed=1, simulations=30, asked_simulations=10, addresses=12_000, visits_per_year=2_100,
    random_share=0.10, small_random_shares=(0.02,), capacity_share=0.05, themes=("overcrowding",),
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> SelectiveLabelsResult:
    return run(SMALL, progress=lambda _: None)


def test_a_year_has_at_least_two_thousand_visits(result: SelectiveLabelsResult) -> None:
    assert result.visits >= 2_000


def test_the_kept_page_is_of_years_of_at_least_two_thousand_visits() -> None:
    kept = (REPO / declared("selective-labels").page).read_text(encoding="utf-8")
    told = re.search(r"Over (\d+) simulated years of ([\d,]+) visits or more", kept)
    assert told is not None
    assert (int(told[1]) >= 200, int(told[2].replace(",", "")) >= 2_000) == (True, True)


@pytest.mark.parametrize("regime", REGIMES)
def test_the_corrected_bias_is_at_most_a_fifth_of_the_plain_one(result: SelectiveLabelsResult, regime: str) -> None:
    kept = {"regime": regime, "area": "everywhere", "figure": "base_rate", "random_share": 0.10}
    (plain,), (corrected,) = (result.of(method=method, **kept) for method in ("inspected", CORRECTED[regime]))  # type: ignore[index] # a regime
    assert plain.bias is not None
    assert corrected.bias is not None
    assert plain.bias > 0.03
    assert abs(corrected.bias) <= plain.bias / 5
    assert plain.covered < 0.5


@pytest.mark.parametrize("regime", REGIMES)
def test_corrected_intervals_cover_the_truth(result: SelectiveLabelsResult, regime: str) -> None:
    for figure in ("base_rate", "precision_at_capacity", "recall_at_capacity"):
        found = result.of(regime=regime, area="everywhere", figure=figure, method=CORRECTED[regime], random_share=0.10)  # type: ignore[index] # a regime
        assert found[0].covered >= 0.85  # of 30 years; 0.90 of the 200 of the study itself


def test_bounds_hold_the_truth_in_every_year(result: SelectiveLabelsResult) -> None:
    assert all(found.covered == 1 for found in result.of(method="bounds"))


def test_a_small_random_arm_is_wide_and_too_few(result: SelectiveLabelsResult) -> None:
    small, large = (
        result.of(regime="history", area="everywhere", figure="base_rate", method="random arm", random_share=share)[0] for share in (0.02, 0.10)
    )
    assert small.width > 1.4 * large.width
    assert small.too_few == 1
    assert small.covered >= 0.85


def test_the_page_tells_how_exact_a_mean_is_and_what_the_first_years_would_have_said(result: SelectiveLabelsResult) -> None:
    (found,) = result.of(regime="worklist", area="everywhere", figure="recall_at_capacity", method="inverse propensity")
    assert found.error is not None
    assert found.bias is not None
    assert 0.01 < found.error < 0.05
    assert found.asked_bias != found.bias
    text = page(result, SMALL)
    assert f"inverse propensity: {100 * found.bias:+.2f} pp (s.e. {100 * found.error:.2f})" in text
    assert "Over all 30 years" in text
    assert "Over the first 10 years" in text
    assert "(selective-labels.svg)" in text


def test_the_picture_holds_every_theme_and_way_with_the_truth(result: SelectiveLabelsResult) -> None:
    drawn = picture(result, SMALL).decode("utf-8")
    assert drawn == picture(result, SMALL).decode("utf-8")
    for word in ("overcrowding, history", "overcrowding, worklist", "truth", "inspected", "corrected"):
        assert f">{word}<" in drawn
