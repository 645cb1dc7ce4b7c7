"""The study of sources about persons, smaller: what each step reads, from how many inspections, and a page that follows from the figures."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.subsets.learning import Plan, Subset, learn, thinned
from experiments.subsets.matrices import TRUTH, ThemeRows, TownOfStudy, theme_rows
from experiments.without_persons.declared import Times, WithoutPersonsStudy
from experiments.without_persons.page import TOO_FEW, page, picture
from experiments.without_persons.run import STEPS, TIER_2, WITH_REGISTRATIONS, WithoutPersonsResult, run
from features.errors import StudyError
from tests.experiments.conftest import TODAY, SmallTown
from training.rounds import fit_and_calibrate
from training.scored import REPORTS

THEME = "overcrowding"
SMALL = WithoutPersonsStudy(
    kind="without-persons", page="docs/without-persons.md", seed=5, replicates=20, addresses=3_000, visits_per_year=100,
    times=(Times(times=1, lots=2), Times(times=3, lots=1)), themes=(THEME,),
)  # fmt: skip
DECLARED = TownOfStudy(addresses=3_000, inspections_per_year=300, seed=5)


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def rows(town: SmallTown) -> ThemeRows:
    return next(theme_rows(DECLARED, (THEME,), state=town.settings.state, progress=silent))


@pytest.fixture(scope="module")
def result(town: SmallTown, rows: ThemeRows) -> WithoutPersonsResult:
    return run(SMALL, state=town.settings.state, progress=silent)


def test_a_step_reads_the_columns_of_its_sources_and_tier_alone(rows: ThemeRows) -> None:
    records = rows.matrix.manifest.indicators
    for step in STEPS:
        read = step.reads.of(records)
        assert read, step.reads.name
        assert all(i.tier <= step.reads.tier for i in read)
        assert all(step.reads.sources is None or set(i.sources) <= step.reads.sources for i in read)
    assert STEPS[-1].reads.of(records) == records
    names = {step.reads.name: {i.name for i in step.reads.of(records)} for step in STEPS}
    assert all(names[step.below] <= names[step.reads.name] for step in STEPS if step.below)


def test_who_learns_from_less_sees_a_part_of_what_who_learns_from_more_sees(rows: ThemeRows) -> None:
    whole = Plan.of(rows, share=1.0, lots=1, seed=5).rolling.last
    seen = [
        {tuple(row) for row in thinned(whole, share=share, seed=5, lot=0).training.rows[["address_id", "as_of"]].to_numpy()}
        for share in (0.3, 0.6, 1.0)
    ]
    assert all(less < more for less, more in combinations(seen, 2))
    assert thinned(whole, share=0.3, seed=5, lot=0).test is whole.test
    assert not thinned(whole, share=0.3, seed=5, lot=1).training.rows["as_of"].equals(thinned(whole, share=0.3, seed=5, lot=0).training.rows["as_of"])


def test_scores_are_those_of_the_rounds_that_train_would_fit(rows: ThemeRows) -> None:
    plan = Plan.of(rows, share=1.0, lots=1, seed=5)
    reads = Subset("all").of(rows.matrix.manifest.indicators)
    scores = learn(plan, reads)
    assert scores is not None
    last = plan.rolling.last
    fitted, line, _ = fit_and_calibrate(last, rows.matrix.manifest, seed=5)
    expected = line.apply(np.asarray(fitted.booster.predict(last.test.rows[fitted.booster.feature_name()], raw_score=True)))
    np.testing.assert_array_equal(scores.test[plan.fold == 4], expected)
    assert (len(scores.test), len(scores.everyone)) == (len(plan.test), len(rows.cohort))


def test_the_truth_of_the_cohort_is_whether_an_episode_goes_on(town: SmallTown, rows: ThemeRows) -> None:
    episodes = town.truth("episodes")
    going = episodes[(episodes["theme"] == THEME) & (episodes["start"] <= TODAY) & (episodes["end"].isna() | (episodes["end"] > TODAY))]
    expected = rows.cohort["address_id"].isin(set(going["address_id"]))
    assert rows.cohort[TRUTH].astype(bool).equals(expected)
    assert 0 < expected.sum() < len(expected)
    assert rows.cohort["as_of"].eq(TODAY + pd.Timedelta(days=1)).all()


def test_every_step_is_held_against_the_one_below_it(result: WithoutPersonsResult) -> None:
    assert {(f.times, f.name) for f in result.found} == {(n, name) for n in (1, 3) for name in (*(s.reads.name for s in STEPS), REPORTS)}
    (whole,) = result.of(times=3, name=TIER_2)
    assert whole.truth is not None
    assert whole.truth_gain is not None
    below = result.of(times=3, name="tier 1")[0].truth
    assert below is not None
    assert whole.truth_gain.value == pytest.approx((whole.truth.value or 0) - (below.value or 0))


def test_the_same_declaration_gives_the_same_figures(town: SmallTown, result: WithoutPersonsResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.without_persons.run.STEPS", STEPS[:2])
    again = run(SMALL, state=town.settings.state, progress=silent)
    assert len(again.found) == 2 * (2 + 1)
    assert all(found in result.found for found in again.found)
    assert again.sizes == result.sizes


def test_the_same_figures_give_the_same_page_and_picture(result: WithoutPersonsResult) -> None:
    assert page(result, SMALL) == page(result, SMALL)
    assert picture(result, SMALL) == picture(result, SMALL)


def test_the_page_is_written_from_the_figures(result: WithoutPersonsResult) -> None:
    text = page(result, SMALL)
    assert "synthetic" in text
    assert "stays personal data" in text
    value = result.of(times=3, name=WITH_REGISTRATIONS)[0].truth
    assert value is not None
    assert f"{value.value:.1%}" in text
    (size,) = result.sizes
    assert 0 < size.confirmed[1] < size.confirmed[3] < size.learned[3]
    learned = " | ".join(f"{size.learned[n]:,}, {size.confirmed[n]:,} | {size.learned[n]:,}, {size.confirmed[n]:,}" for n in (1, 3))
    assert f"| *learned from, confirmed* |  | {learned} |" in text
    measured = f"{size.rows:,}, {size.positives:,} | {size.cohort:,}, {size.episodes:,}"
    assert f"| *measured on, positive* |  | {measured} | {measured} |" in text
    assert "no independent repeats" in text
    none = WithoutPersonsResult(tuple(f.__class__(f.theme, f.times, f.name, f.indicators, None, None) for f in result.found), result.sizes)
    assert TOO_FEW in page(none, SMALL)
    assert not re.search(r"\d\.\d%", page(none, SMALL).split("## Of whom")[0])


def test_another_town_in_the_folder_is_refused(town: SmallTown) -> None:
    other = DECLARED.model_copy(update={"seed": 6})
    with pytest.raises(StudyError, match="another town stands in"):
        next(theme_rows(other, (THEME,), state=town.settings.state, progress=silent))


def test_the_page_in_the_docs_was_written_by_such_a_run() -> None:
    kept = (Path(__file__).parents[2] / "docs" / "without-persons.md").read_text(encoding="utf-8")
    assert "Written by `schouw study without-persons`" in kept
    assert len(re.findall(r"^## ", kept, re.MULTILINE)) == 9
