"""The table of the nightly run: answers that are looked up are those that would be computed, and nothing else is ever looked up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from features import cohort
from features.errors import NotFoundError, StateError
from features.matrix import Builder
from features.matrix_file import folder_of as matrix_folder
from features.settings import next_as_of
from features.store import open_store
from serving import score_table
from serving.api import application
from serving.backend import Opened, open_all
from serving.score_all import score_all
from serving.score_log import read as logged
from tests.serving.asking import ask
from tests.serving.conftest import HOME, SHELTER, TODAY, Village, clock, write_release
from training import model

AS_OF = next_as_of(TODAY)
HOMES = ("A1", "A2", "A3", "A10")


@pytest.fixture
def day(own_village: Village) -> Village:
    """Give a village of which the matrix of the day was built."""
    store, theme = open_store(own_village.settings), own_village.theme()
    folder = matrix_folder(own_village.settings.state, "trial") / AS_OF.isoformat()
    Builder(store, theme).write(cohort.at(store, theme, AS_OF), folder, built_on=TODAY)
    return own_village


@pytest.fixture
def opened(day: Village) -> Opened:
    return open_all(day.settings, clock())


def answers(opened: Opened, *addresses: str) -> list[dict[str, object]]:
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    return [{**ask(client, addressId=address).json(), "scoreId": None} for address in addresses]


@pytest.fixture
def never_computed(monkeypatch: pytest.MonkeyPatch):
    """Fail where a contribution is computed."""

    def forbid() -> None:
        monkeypatch.setattr(model, "explain", lambda *_, **__: pytest.fail("it was computed"))

    return forbid


def test_what_is_looked_up_is_what_would_be_computed_bit_by_bit(day, opened, never_computed):
    computed = answers(opened, *HOMES, SHELTER)
    told = score_all(day.settings, "trial", today=TODAY)
    assert told.addresses == len(opened.scorer.scorings["trial"].live.of_the_day(AS_OF).file.read())
    never_computed()
    assert answers(opened, *HOMES, SHELTER) == computed
    assert answers(opened, SHELTER)[0]["notScorable"]["code"] == "not-in-cohort"


def test_an_answer_that_was_looked_up_replays(day, opened):
    from serving.replay import replay

    score_all(day.settings, "trial", today=TODAY)
    client = TestClient(application.create(opened))
    given = ask(client).json()["scoreId"]
    assert logged(opened.engine, given).payload["answer"]["row"]
    assert replay(day.settings, opened.engine, given).verdict == "bit-equal"


def test_another_release_another_matrix_and_another_day_are_computed(day, opened):
    score_all(day.settings, "trial", today=TODAY)
    scoring = opened.scorer.scorings["trial"]
    manifest = scoring.live.of_the_day(AS_OF).manifest
    assert scoring.tables.of(scoring.release, manifest) is not None
    assert scoring.tables.of(scoring.release, manifest.model_copy(update={"content_hash": "0" * 64})) is None
    assert scoring.tables.of(scoring.release, manifest.model_copy(update={"as_of_last": TODAY})) is None
    write_release(day, seed=5, version="2024-01-01-00000005")
    newer = open_all(day.settings, clock())
    assert newer.scorer.scorings["trial"].release.version == "2024-01-01-00000005"
    assert newer.scorer.scorings["trial"].tables.of(newer.scorer.scorings["trial"].release, manifest) is None
    assert answers(newer, HOME)[0]["model"]["version"] == "2024-01-01-00000005"


@pytest.mark.parametrize("name", [*score_table.ARRAYS, "table"])
def test_a_table_that_was_changed_is_not_looked_at(day, opened, name):
    before = answers(opened, *HOMES)
    score_all(day.settings, "trial", today=TODAY)
    folder = score_table.folder_of(day.settings.state, "trial", AS_OF)
    (file,) = folder.glob(f"{name}.*")
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(StateError, match="score --all"):
        score_table.read(folder)
    assert answers(opened, *HOMES) == before


def test_a_run_that_was_killed_halfway_leaves_the_table_of_before(day, opened, monkeypatch):
    score_all(day.settings, "trial", today=TODAY)
    folder = score_table.folder_of(day.settings.state, "trial", AS_OF)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    monkeypatch.setattr(np, "save", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StateError, match="No space left"):
        score_all(day.settings, "trial", today=TODAY)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_an_address_unlike_any_inspected_one_has_no_score_in_the_table_either(day, monkeypatch):
    from training.support import Support, Usual

    opened = open_all(day.settings, clock())
    loaded = opened.scorer.scorings["trial"].release
    narrow = Support(rows=9, usual=(Usual(indicator="reports_1y", lowest=2.0, highest=9.0, missing=False),), most=0)
    monkeypatch.setattr(type(loaded), "support", property(lambda _self: narrow))
    computed = answers(opened, *HOMES)
    score_all(day.settings, "trial", today=TODAY)
    table = score_table.read(score_table.folder_of(day.settings.state, "trial", AS_OF))
    assert np.isnan(table.find("A3").log_odds)
    assert not np.isnan(table.find(HOME).log_odds)
    assert answers(opened, *HOMES) == computed
    assert computed[2]["notScorable"]["code"] == "unlike-inspected"


def test_without_a_matrix_of_the_day_or_a_release_there_is_no_table(own_village, day):
    shutil.rmtree(matrix_folder(day.settings.state, "trial") / AS_OF.isoformat())
    with pytest.raises(StateError, match="schouw build"):
        score_all(day.settings, "trial", today=TODAY)
    with pytest.raises(NotFoundError, match="no released model"):
        score_all(day.settings, "unreleased", today=TODAY)


def test_only_recent_tables_are_kept(day, tmp_path: Path):
    score_all(day.settings, "trial", today=TODAY)
    folder = score_table.folder_of(day.settings.state, "trial", AS_OF)
    old = folder.with_name("2023-01-01")
    shutil.copytree(folder, old)
    score_all(day.settings, "trial", today=TODAY)
    assert not old.exists()
    assert json.loads((folder / "table.json").read_text())["as_of"] == AS_OF.isoformat()
