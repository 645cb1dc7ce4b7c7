"""The list of today and that of tomorrow, from a real store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.builds import current
from features.errors import CohortError
from features.manifest import Manifest
from features.matrix_file import Matrix, content_hash, folder_of
from features.settings import next_as_of
from features.store import Store
from features.themes import Theme, load_theme
from tests.hamlet import addresses, settle, table
from tests.training.testdam import SIGNALS, TODAY, DrawnDays, Town, make_frame, make_matrix
from training.bootstrap import Estimate
from training.metrics import Floats
from training.run import learn
from training.shift import Days, Score, one_day_shift, scores_on
from training.stability import Overlap, Stability

REPORTS = table("""
    record_id | address_id | happened_on | known_on   | category | channel
    r1        | A1         | 2023-06-01  | 2023-06-01 | nuisance | telephone
    r2        | A2         | 2023-06-01  | 2023-06-01 | nuisance | telephone
    r3        | A3         | 2023-06-01  | 2023-12-31 | nuisance | telephone
    r4        | A3         | 2023-07-01  | 2023-12-31 | nuisance | telephone
""")
NAMES = ["reports_1y"]


def by_reports(rows: pd.DataFrame) -> Floats:
    return np.asarray(rows["reports_1y"].fillna(0), dtype=np.float64)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    homes = addresses("A1", "A2", "A3", "A4", "A5")
    return settle(tmp_path_factory.mktemp("shift"), addresses=homes, reports=REPORTS)


@pytest.fixture(scope="module")
def trial(store: Store) -> Theme:
    return load_theme(store.settings, "trial")


def test_an_address_is_scored_by_what_was_known_before_the_day(store: Store, trial: Theme) -> None:
    on = [scores_on(store, trial, NAMES, by_reports, as_of=date(2023, 12, 31) + timedelta(days=later)) for later in range(2)]
    found = [day.set_index("address_id")["score"].to_dict() for day in on]
    assert found == [{"A1": 1, "A2": 1, "A3": 0, "A4": 0, "A5": 0}, {"A1": 1, "A2": 1, "A3": 2, "A4": 0, "A5": 0}]


def test_what_came_in_overnight_takes_a_place_on_the_list_of_two(store: Store, trial: Theme) -> None:
    assert trial.capacity.visits == 2
    assert one_day_shift(store, trial, NAMES, by_reports, as_of=date(2023, 12, 31), seed=1).share.value == 0.5


def test_a_quiet_night_leaves_the_list_as_it_is(store: Store, trial: Theme) -> None:
    assert one_day_shift(store, trial, NAMES, by_reports, as_of=date(2023, 12, 1), seed=1).share.value == 1


def test_a_day_that_is_no_longer_kept_is_refused(store: Store, trial: Theme) -> None:
    with pytest.raises(CohortError, match="1990-01-01 lies before"):
        one_day_shift(store, trial, NAMES, by_reports, as_of=date(1990, 1, 1), seed=1)


@pytest.fixture(scope="module")
def manifest(store: Store, trial: Theme) -> Manifest:
    found = make_matrix(trial, build=current(store.settings.state).name).manifest
    return found.model_copy(update={"indicators": tuple(one for one in found.indicators if one.name in NAMES)})


@pytest.fixture(scope="module")
def measured() -> Stability:
    nothing = Estimate(value=None, low=None, high=None)
    return Stability(capacity_share=0.2, refits=10, resampling=Overlap(share=nothing, jaccard=nothing, above_chance=nothing))


def days(store: Store, trial: Theme, manifest: Manifest, **changes: object) -> Days:
    return Days(store.settings, trial, manifest.model_copy(update=changes), as_of=date(2023, 12, 31), seed=1)


def test_what_stays_a_day_later_stands_beside_what_stays_under_other_draws(
    store: Store, trial: Theme, manifest: Manifest, measured: Stability
) -> None:
    found = days(store, trial, manifest).beside(measured, by_reports)
    assert found.one_day == one_day_shift(store, trial, NAMES, by_reports, as_of=date(2023, 12, 31), seed=1)
    assert (found.one_day_on, found.one_day_absent, found.resampling) == (date(2024, 1, 1), None, measured.resampling)


def test_the_cohort_of_the_later_day_is_scored_from_its_matrix_or_not_at_all(store: Store, trial: Theme, manifest: Manifest) -> None:
    day = days(store, trial, manifest)
    assert day.cohort(by_reports) is None
    frame = pd.DataFrame({"address_id": ["A1", "A2", "A5"], "as_of": pd.to_datetime(["2023-12-31"] * 3), "reports_1y": [1.0, 0.0, 2.0]})
    made = Matrix(frame, manifest.model_copy(update={"kind": "scoring", "rows": len(frame), "content_hash": content_hash(frame)}))
    made.write(folder_of(store.settings.state, "trial") / "2024-01-01")
    found = day.cohort(by_reports)
    assert found is not None
    assert found.to_dict("list") == {"address_id": ["A1", "A2", "A5"], "score": [1.0, 0.0, 2.0]}
    other = manifest.indicators[0].model_copy(update={"name": "gone"})
    assert days(store, trial, manifest, indicators=(*manifest.indicators, other)).cohort(by_reports) is None


def test_a_training_bounds_the_whole_cohort_where_no_worklist_logged_a_frame(town: Town) -> None:
    matrix, theme = make_matrix(town.theme, make_frame(600)), town.theme
    listed = make_matrix(theme, make_frame(300, seed=9).assign(address_id=[f"listed {n}" for n in range(300)]), kind="scoring")
    listed.write(folder_of(town.settings.state, theme.code) / next_as_of(TODAY).isoformat())
    days = DrawnDays(town.settings, theme, matrix.manifest, as_of=TODAY, seed=1)
    learned = learn(matrix, theme, until=next_as_of(TODAY), seed=1, progress=lambda _: None, days=days)
    found = learned.evaluation.selection
    assert found is not None
    bounds = found.by("bounds")
    assert bounds is not None
    whole = learned.evaluation.rows + 300
    assert bounds.population.startswith(f"all {whole} addresses of the cohort")
    assert bounds.figures["base_rate"].low == pytest.approx(learned.evaluation.positives / whole)
    assert bounds.figures["base_rate"].high == pytest.approx((learned.evaluation.positives + 300) / whole)
    at_capacity, tested = found.by("bounds at capacity"), learned.evaluation.folds[-1]
    assert at_capacity is not None
    assert (at_capacity.rows, at_capacity.positives) == (tested.rows, tested.positives)
    assert at_capacity.population.startswith(f"all {tested.rows + 300} addresses of the cohort and of the last test period")
    precision, recall = (at_capacity.figures[f"{name}_at_capacity"] for name in ("precision", "recall"))
    assert 0 < precision.low < precision.high < 1
    assert 0 < recall.low < recall.high < 1


def test_an_address_unlike_any_inspected_one_is_on_no_list_of_a_day(town: Town) -> None:
    scored = []

    class Heard(DrawnDays):
        def beside(self, stability: Stability, score: Score) -> Stability:
            far = make_frame(300).head(2).fillna(0.0)
            far.loc[0, list(SIGNALS)] = 1e6
            scored.extend(score(far))
            return stability

    matrix = make_matrix(town.theme, make_frame(600))
    days = Heard(town.settings, town.theme, matrix.manifest, as_of=TODAY, seed=1)
    learn(matrix, town.theme, until=next_as_of(TODAY), seed=1, progress=lambda _: None, days=days)
    assert np.isnan(scored).tolist() == [True, False]


def test_events_of_another_build_than_the_matrix_are_not_compared(store: Store, trial: Theme, manifest: Manifest, measured: Stability) -> None:
    found = days(store, trial, manifest, build="an earlier one").beside(measured, by_reports)
    assert (found.one_day, found.one_day_absent) == (None, "the events were built again after the training matrix")


def test_an_indicator_that_is_gone_is_said_and_stops_no_training(store: Store, trial: Theme, manifest: Manifest, measured: Stability) -> None:
    gone = (manifest.indicators[0].model_copy(update={"name": "gone"}),)
    found = days(store, trial, manifest, indicators=gone).beside(measured, by_reports)
    assert found.one_day_absent == "theme 'trial' does not give 1 of the named indicators, first 'gone'"
