"""A row that takes a place off the list on a day to come takes nothing off, and the build says what to do about it (DESIGN rule 12)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import schouw
from features.ingestion import ingest
from features.placing import RELEASE_TO_COME
from features.settings import Settings
from tests.spec.test_what_takes_a_place_off_the_list import MONDAY, NEXT_WEEK, OFF, Row, hand_in, judged, listed

SHELTERS: list[Row] = [("A1", "shelter", "2020-03-01"), ("A2", "shelter", "2020-03-01"), ("A3", "shelter", "31-02-2020")]
TO_COME: list[Row] = [("A1", "none", str(NEXT_WEEK)), ("A2", "none", str(MONDAY + timedelta(days=1)))]


def mended(settings: Settings, past: int) -> dict[str, int]:
    """Give what is counted of the list on a day after Monday."""
    (report,) = [r for r in ingest(settings, today=MONDAY + timedelta(days=past)) if r.source == "protected_places"]
    return report.mended


def test_it_is_counted_apart_from_a_slip_for_as_long_as_it_stands_so_and_never_counts(tmp_path: Path) -> None:
    settings = hand_in(tmp_path, *SHELTERS, *TO_COME, *judged(OFF))
    for past in (0, 1, 7, 30):
        assert mended(settings, past) == {RELEASE_TO_COME: 2, "known_on is no likely day": 1}
        assert "A1" not in listed(settings, MONDAY + timedelta(days=past + 1))


def test_dated_anew_when_its_day_has_come_it_takes_the_place_off(tmp_path: Path) -> None:
    hand_in(tmp_path, *SHELTERS, *TO_COME, *judged(OFF))
    anew: Row = ("A1", "none", str(NEXT_WEEK + timedelta(days=1)))
    settings = hand_in(tmp_path, *SHELTERS, anew, *TO_COME[1:], *judged(OFF), today=NEXT_WEEK + timedelta(days=1))
    assert ["A1" in listed(settings, NEXT_WEEK + timedelta(days=past)) for past in (1, 2)] == [False, True]
    assert mended(settings, 8) == {RELEASE_TO_COME: 1, "known_on is no likely day": 1}


def test_one_of_today_is_not_to_come(tmp_path: Path) -> None:
    settings = hand_in(tmp_path, ("A1", "shelter", "2020-03-01"), ("A1", "none", str(MONDAY)), *judged(OFF))
    assert mended(settings, 0) == {}


@pytest.mark.parametrize("as_json", [False, True])
def test_the_build_says_how_many_rows_and_what_to_do(tmp_path: Path, *, as_json: bool) -> None:
    settings = hand_in(tmp_path, *SHELTERS, *TO_COME, *judged(OFF))
    given = {"SCHOUW_RAW": str(settings.raw), "SCHOUW_STATE": str(settings.state), "COLUMNS": "200"}
    words = ["build", "--municipality", str(settings.folder), *(["--json"] if as_json else [])]
    told = CliRunner().invoke(schouw.build(), words, env=given)
    said = " ".join((told.stderr if as_json else told.stdout).split())
    assert "Dated on a day to come, so they take no place off the list" in said
    assert re.search(r"protected_places │\s*2\b", said)
    assert "as they are these rows of the kind none never count: give each another day in the list" in said
