"""A live request finds the row of the nightly run, and computes it where that run does not serve; both are the same numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import cohort, live, matrix, matrix_file
from features.ingestion import ingest
from features.live import Live
from features.settings import load
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import addresses, settle

DAY = date(2024, 1, 1)
HOMES = [f"A{i:02}" for i in range(30)]
SHELTER, STRANGER, BEFORE_ALL = "A07", "Z99", "A"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give a hamlet with a shelter."""
    rng = np.random.default_rng(3)
    homes = addresses(*HOMES, postcode=list(rng.choice(["1000AA", "1000AB"], len(HOMES))), floor_area_m2="60")
    homes["protection"] = ["shelter" if home == SHELTER else "none" for home in HOMES]
    known = [str(d.date()) for d in pd.Timestamp("2022-06-01") + pd.to_timedelta(rng.integers(0, 500, 200), unit="D")]
    reports = pd.DataFrame(
        {"record_id": [f"r{i}" for i in range(200)], "address_id": rng.choice(HOMES, 200), "happened_on": known, "known_on": known}
    )
    return settle(tmp_path, addresses=homes, reports=reports.assign(channel="app", category="housing"))


def folder(store: Store) -> Path:
    return store.settings.state / "matrices" / "trial" / DAY.isoformat()


def nightly(store: Store) -> Live:
    """Write the matrix of the day, and give what a service opens."""
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    builder.write(cohort.at(store, builder.theme, DAY), folder(store), built_on=DAY)
    return Live(matrix.Builder(store, builder.theme, tuple(builder.indicators)))


def never(*_: object, **__: object) -> None:
    raise AssertionError("it was computed")


def test_the_row_of_the_nightly_run_is_the_row_that_is_computed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nightly(store)
    computed = {home: asked.compute(home, DAY, built_on=DAY) for home in [*HOMES, STRANGER]}
    monkeypatch.setattr(Live, "compute", never)
    for home, expected in computed.items():
        found = asked.find(home, DAY, built_on=DAY)
        if expected is None:
            assert found is None
            assert home in (SHELTER, STRANGER)
            continue
        assert found is not None
        pd.testing.assert_frame_equal(found.indicators.reset_index(drop=True), expected.indicators, check_exact=True)
        assert found.manifest.inputs == expected.manifest.inputs
    assert asked.find(BEFORE_ALL, DAY, built_on=DAY) is None


def other_build(store: Store) -> None:
    ingest(store.settings)


def other_rules(store: Store) -> None:
    toml = store.settings.folder / "themes" / "trial.toml"
    toml.write_text(toml.read_text().replace("span_days = ", "span_days = 1"))


def edited(store: Store) -> None:
    frame = pd.read_parquet(folder(store) / matrix_file.ROWS)
    frame.assign(reports_1y=frame["reports_1y"] + 1).to_parquet(folder(store) / matrix_file.ROWS, index=False)


def half(store: Store) -> None:
    (folder(store) / matrix_file.ROWS).unlink()


def gone(store: Store) -> None:
    shutil.rmtree(folder(store))


def elsewhere(store: Store) -> None:
    manifest = folder(store) / matrix_file.MANIFEST
    manifest.write_text(manifest.read_text().replace('"municipality": "hamlet"', '"municipality": "elsewhere"'))
    assert "elsewhere" in manifest.read_text()


@pytest.mark.parametrize("change", [other_build, other_rules, edited, half, gone, elsewhere])
def test_a_matrix_that_does_not_serve_is_left_alone_and_the_row_computed(
    store: Store, change: Callable[[Store], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = nightly(store)
    before = asked.compute("A01", DAY, built_on=DAY)
    change(store)
    again = load(store.settings.folder, state=store.settings.state, raw=store.settings.raw)
    asked = Live(matrix.Builder(open_store(again), load_theme(again, "trial"), tuple(asked.builder.indicators)))
    computed: list[str] = []
    compute = Live.compute
    monkeypatch.setattr(Live, "compute", lambda self, home, day, *, built_on: (computed.append(home), compute(self, home, day, built_on=built_on))[1])
    found = asked.find("A01", DAY, built_on=DAY)
    assert computed == ["A01"]
    assert found is not None
    assert before is not None
    pd.testing.assert_frame_equal(found.indicators, before.indicators)


def test_another_day_another_code_and_a_missing_indicator_are_computed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nightly(store)
    monkeypatch.setattr(Live, "compute", lambda *_, **__: "computed")
    assert asked.find("A01", date(2024, 1, 2), built_on=DAY) == "computed"
    assert asked.find("A01", DAY, built_on=DAY) != "computed"
    with monkeypatch.context() as patch:
        patch.setattr(live, "git_commit", lambda: "another")
        assert asked.find("A01", DAY, built_on=DAY) == "computed"
    narrow = matrix.Builder(store, asked.builder.theme, tier=0)
    narrow.write(cohort.at(store, narrow.theme, DAY), folder(store), built_on=DAY)
    assert asked.find("A01", DAY, built_on=DAY) == "computed"


def test_a_newer_matrix_of_the_day_is_seen_by_the_next_request(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nightly(store)
    first = asked.find("A01", DAY, built_on=DAY)
    other_build(store)
    nightly(store)
    monkeypatch.setattr(Live, "compute", never)
    again = asked.find("A01", DAY, built_on=DAY)
    assert first is not None
    assert again is not None
    assert first.manifest.build != again.manifest.build == store.folder.name


def test_a_matrix_that_is_written_over_while_it_is_open_does_not_stop_an_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nightly(store)
    assert asked.find("A01", DAY, built_on=DAY) is not None
    (folder(store) / matrix_file.ROWS).write_bytes(b"PAR1")
    monkeypatch.setattr(Live, "compute", lambda *_, **__: "computed")
    assert asked.find("A02", DAY, built_on=DAY) == "computed"
