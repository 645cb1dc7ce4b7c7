"""How often the test days of a candidate were looked at before."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.training.test_gates import evaluation
from training import release
from training.evaluation import Evaluation
from training.looks import Looks, before

DAY = date(2024, 1, 1)


def measured(first_on: str, last_on: str) -> Evaluation:
    found = evaluation()
    test = found.folds[-1].model_copy(update={"first_on": date.fromisoformat(first_on), "last_on": date.fromisoformat(last_on)})
    return found.model_copy(update={"folds": (found.folds[0], test)})


def keep(
    state: Path, version: str, *, tested: tuple[str, str] = ("2023-01-01", "2023-12-31"), trained_on: str = "2024-01-01", state_of: str = "failed"
) -> Path:
    folder = state / "candidates" / "t" / version
    folder.mkdir(parents=True)
    (folder / release.EVALUATION).write_text(measured(*tested).model_dump_json())
    (folder / release.GATES).write_text(json.dumps({"gates": [{"state": "passed"}, {"state": state_of}]}))
    (folder / release.CARD).write_text(json.dumps({"trained_on": trained_on}))
    return folder


def seen(state: Path, kind: str = "candidates") -> Looks:
    card = SimpleNamespace(trained_on=DAY)
    own = {"theme": "t", "version": "v9", "folder": state / kind / "t" / "v9", "evaluation": measured("2023-01-01", "2023-12-31"), "card": card}
    return before(SimpleNamespace(**own))  # type: ignore[arg-type]  # a release, as far as it is read


def test_the_first_candidate_was_looked_at_by_nobody(tmp_path: Path) -> None:
    keep(tmp_path, "v9")
    assert seen(tmp_path) == Looks()
    assert seen(tmp_path).sentence.startswith("No other candidate")


@pytest.mark.parametrize("kind", ["candidates", "releases"])
def test_those_on_the_same_days_are_counted_and_those_that_did_not_pass(tmp_path: Path, kind: str) -> None:
    for version, states in (("v1", "failed"), ("v2", "not enough data"), ("v3", "passed")):
        keep(tmp_path, version, state_of=states)
    assert seen(tmp_path, kind) == Looks(candidates=3, blocked=2)
    assert "3 other candidates were measured on some of them, of which 2 did not pass" in seen(tmp_path, kind).sentence


@pytest.mark.parametrize(
    ("tested", "trained_on", "counted"),
    [
        (("2022-01-01", "2023-01-01"), "2024-01-01", 1),
        (("2022-01-01", "2022-12-31"), "2024-01-01", 0),
        (("2023-12-31", "2024-06-01"), "2024-01-01", 1),
        (("2024-01-01", "2024-06-01"), "2024-01-01", 0),
        (("2023-01-01", "2023-12-31"), "2024-01-02", 0),
    ],
)
def test_only_one_day_in_common_and_trained_no_later_counts(tmp_path: Path, tested: tuple[str, str], trained_on: str, counted: int) -> None:
    keep(tmp_path, "v1", tested=tested, trained_on=trained_on)
    assert seen(tmp_path).candidates == counted


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (keep(tmp_path, "v1") / release.GATES).write_text("{}")
    assert seen(tmp_path) == Looks(unreadable=1)
    assert "Of 1 more the files cannot be read." in seen(tmp_path).sentence


def test_a_draft_that_a_killed_process_left_is_no_candidate(tmp_path: Path) -> None:
    keep(tmp_path, ".v9.0a1b2c3d")
    assert seen(tmp_path) == Looks()
