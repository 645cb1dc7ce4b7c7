"""Five faults of a well-known open model, planted one by one: each is caught by a law that holds without it.

State read as of today; counts over all time, the future included; a loop that overwrites a column with that of its last day; a random
split; a label that leaks through a field filled in later.

The last is planted where labels are made: one late field is read whenever it became known. It is the version's own field, so the days of
versions do not hold it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import matrix, outcomes
from features.catalogue import for_sources
from features.errors import TrainingError
from features.ingestion import ingest
from features.sources import all_sources
from features.store import Store, open_store
from features.themes import load_theme
from tests.features.test_point_in_time import AS_OF, BUILT_ON, FILLED, HOMES, base_rows, changed, completed
from tests.hamlet import addresses, hamlet
from tests.planted import SEES_WHEN, plant
from training.folds import Fold, Folds, roll

Rows = dict[str, list[dict[str, str | None]]]
DAYS = (AS_OF - timedelta(days=150), AS_OF)


@pytest.fixture(autouse=True, params=[matrix.MOST, 2.0], ids=["for all addresses", "for the rows alone"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute in both ways: a share that no frame reaches lets only what the rows need be computed."""
    monkeypatch.setattr(matrix, "MOST", request.param)


@pytest.fixture
def built(tmp_path: Path) -> Callable[[Rows], Store]:
    """Give a store of the rows of each source, in a place of its own, so that one can be asked again beside another."""

    def store(rows: Rows) -> Store:
        own = tmp_path / str(len(list(tmp_path.iterdir())))
        settings = hamlet(own, today=AS_OF, **{name: pd.DataFrame(found, dtype=object) for name, found in rows.items()})
        ingest(settings, today=BUILT_ON, anew=True)
        return open_store(settings)

    return store


def rows(store: Store, days: tuple[date, ...] = (AS_OF,)) -> pd.DataFrame:
    frame = pd.DataFrame([(home, day) for day in days for home in HOMES], columns=["address_id", "as_of"])
    theme = load_theme(store.settings, "trial")
    return matrix.Builder(store, theme, tuple(for_sources(theme.source_names))).rows(frame)


def history() -> Rows:
    return {name: base_rows(all_sources()[name]) for name in FILLED}


def later(kind: str) -> Rows:
    """Give the history with every record of every source changed on the day itself."""
    found = history()
    for name in FILLED:
        for pick in range(len(found[name])):
            found[name] = changed(found[name], all_sources()[name], kind, pick, 0)
    return found


def differing(ours: pd.DataFrame, theirs: pd.DataFrame) -> set[str]:
    return {name for name in ours.columns[4:] if not ours[name].equals(theirs[name])}


def state_of_today(table: Any, source: Any, name: str) -> Any:
    return table[name]


def of_all_time(events: Any, as_of: Any) -> Any:
    return ~events.withdrawn


@pytest.mark.parametrize(
    ("places", "fault", "kind"),
    [
        (("features.events.known_value",), state_of_today, "complete"),
        (SEES_WHEN, of_all_time, "insert"),
    ],
    ids=["state read as of today", "counts over all time"],
)
def test_what_becomes_known_on_the_day_shows_the_fault(
    built: Callable[[Rows], Store], monkeypatch: pytest.MonkeyPatch, places: tuple[str, ...], fault: Any, kind: str
) -> None:
    before, after = built(history()), built(later(kind))
    assert differing(rows(after), rows(before)) == set()
    for place in places:
        plant(monkeypatch, place, fault)
    assert len(differing(rows(after), rows(before))) >= 3


def test_a_day_built_among_others_equals_the_day_alone(built: Callable[[Rows], Store], monkeypatch: pytest.MonkeyPatch) -> None:
    store, right = built(history()), matrix.Builder.rows

    def overwriting(self: matrix.Builder, frame: pd.DataFrame) -> pd.DataFrame:
        """Compute every day into the same columns, as a loop does that keeps its last round only."""
        last = right(self, frame.assign(as_of=frame["as_of"].max())).drop_duplicates("address_id")
        return frame.merge(last.drop(columns="as_of"), on="address_id").assign(as_of=pd.to_datetime(frame["as_of"]))[list(last.columns)]

    def holds() -> bool:
        alone = pd.concat([rows(store, (day,)) for day in DAYS], ignore_index=True)
        return differing(rows(store, DAYS), alone) == set()

    assert holds()
    monkeypatch.setattr(matrix.Builder, "rows", overwriting)
    assert not holds()


def test_a_random_split_is_refused_when_it_is_made() -> None:
    as_of = pd.date_range("2024-01-01", periods=200)
    frame = pd.DataFrame({"address_id": [f"a{n}" for n in range(200)], "as_of": as_of, "label": np.arange(200) % 4 == 0})
    frame = frame.assign(label=frame["label"].astype(int), label_known_on=as_of + pd.Timedelta(days=1))
    right = roll(frame, until=date(2024, 12, 1)).last
    parts = np.array_split(np.random.default_rng(3).permutation(200), [120, 160])
    drawn = [Fold(f.name, frame.iloc[part].reset_index(drop=True), f.ends_on, 0) for f, part in zip(right, parts, strict=True)]
    with pytest.raises(TrainingError, match="the training fold holds an inspection decided on or after"):
        Folds(*drawn, earlier=np.ones(120, dtype=bool), stopping=np.zeros(120, dtype=bool))


def test_the_finding_of_an_inspection_is_no_indicator_of_its_own_row(built: Callable[[Rows], Store], monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is as of its own decision; what was found comes later, into a field of that same record."""
    source = all_sources()["inspections"]
    known = history()
    known["inspections"] = [row for row in known["inspections"] if row["happened_on"] < str(AS_OF - timedelta(days=1))]
    decided = {
        **known["inspections"][0],
        "record_id": "own",
        "happened_on": str(AS_OF - timedelta(days=1)),
        "known_on": str(AS_OF - timedelta(days=1)),
    }
    before = built({**known, "inspections": [*known["inspections"], decided]})
    found = completed(source, decided, AS_OF + timedelta(days=30), seed=1) | {"course": "inspected", "finding": "confirmed"}
    after = built({**known, "inspections": [*known["inspections"], found]})
    assert differing(rows(after), rows(before)) == set()
    plant(monkeypatch, "features.events.known_value", state_of_today)
    assert "findings_ever" in differing(rows(after), rows(before))


def inspected(case: str, **late: timedelta) -> dict[str, str | None]:
    """Give an inspection that confirmed; what it found is known the day after it, or so long after ``AS_OF``."""
    decided = str(AS_OF - timedelta(days=60))
    known = {f"{name}_known_on": str(AS_OF - timedelta(days=59)) for name in ("course", "finding")}
    known |= {f"{name}_known_on": str(AS_OF + days) for name, days in late.items()}
    standing = "revoked" if "standing" in late else None
    return {
        "record_id": case,
        "address_id": "A1",
        "happened_on": decided,
        "known_on": decided,
        "inspection_id": case,
        "case_id": case,
        "theme": "trial",
        "trigger": "report",
        "course": "inspected",
        "finding": "confirmed",
        "standing": standing,
        "standing_known_on": None,
        **known,
    }


DAY = timedelta(days=1)
LATE = dict(outcomes.LATE)
KNOWN_LATER = [inspected(f"{field}{n}", **{field: n * DAY}) for field in LATE for n in (0, 1)]
CASES = [inspected("known"), *(inspected(f"{field}-1", **{field: -DAY}) for field in LATE), *KNOWN_LATER]


def labels(built: Callable[[Rows], Store], inspections: list[dict[str, str | None]]) -> dict[str, int]:
    homes = addresses("A1").to_dict("records")
    store = built({"addresses": homes, "inspections": inspections})
    frame = outcomes.labelled(store, load_theme(store.settings, "trial"), AS_OF).frame
    return {str(case): int(label) for case, label in zip(frame["case_id"], frame["label"], strict=True)}


def leaking(built: Callable[[Rows], Store]) -> set[str]:
    """Give the cases of which the label changes with what became known on the day or later."""
    empty = [row | {n: None for name, by in LATE.items() for n in (name, by) if (row[by] or "") >= str(AS_OF)} for row in CASES]
    now, then = labels(built, CASES), labels(built, empty)
    return {case for case in now | then if now.get(case) != then.get(case)}


@pytest.mark.parametrize("field", LATE)
def test_a_label_that_leaks_through_a_late_field_is_seen(built: Callable[[Rows], Store], monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    assert leaking(built) == set()
    monkeypatch.setattr(outcomes, "LATE", {name: by for name, by in LATE.items() if name != field})
    assert leaking(built) == {f"{field}0", f"{field}1"}
