"""A signal that was recorded is in the next build, and in its indicators, from the day it came in. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.errors import InputError, NotFoundError
from features.ingestion import ingest
from features.matrix import Builder
from features.settings import Settings, load, next_as_of
from features.store import open_store
from features.themes import load_theme
from serving.commands import app
from tests.serving.conftest import HOME
from tests.serving.signalling import FIRST, INTAKE, JUDGED, LAST, LATER, WEIGHED, WITHDRAWN, Keep, allowing, keeper, rows

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


@pytest.fixture
def keep(engine, village, caller) -> Keep:
    return keeper(engine, allowing(village.theme()), caller)


HISTORY = {"signaalnummer": "H1", "object": HOME, "ingenomen_op": "2023-06-01", "gewijzigd_op": "2023-06-02", "vervallen": "N", "thema": "trial",
           "gewicht": "1", "oordeel": "Geen hit", "beoordeeld_op": "2023-06-10"}  # fmt: skip


def with_signals(settings: Settings, folder: Path) -> Settings:
    """Give the village with the register of signals as Zaanwijk fills it, and a theme that allows it; its release is gone."""
    raw = folder / "raw"
    shutil.copytree(settings.raw_folder, raw)
    pd.DataFrame([HISTORY]).to_parquet(raw / "signalen.parquet", index=False)
    declared = tomllib.loads((ZAANWIJK / "municipality.toml").read_text())["extracts"]["signals"]
    home = settings.folder
    (home / "registers" / "signals.sql").write_text((ZAANWIJK / "registers" / "signals.sql").read_text())
    text = (home / "municipality.toml").read_text() + '\n[extracts.signalen]\nform = "parquet"\npath = "signalen.parquet"\n'
    text += "\n".join(["[extracts.signals]", *(f"{key} = {json.dumps(value)}" for key, value in declared.items()), ""])
    (home / "municipality.toml").write_text(text)
    with (home / "themes" / "trial.toml").open("a") as file:
        file.write('\n[[sources]]\nname = "signals"\nlegal_basis = "trial"\n')
    shutil.rmtree(settings.state / "releases")
    return load(home, state=settings.state, raw=raw)


@pytest.fixture
def filled(own_village, tmp_path, engine) -> Settings:
    settings = with_signals(own_village.settings, tmp_path)
    return settings.model_copy(update={"database_url": engine.url.render_as_string(hide_password=False)})


def values(settings: Settings, as_of: date) -> dict[str, float]:
    names = ("signals_1y", "signal_hits_3y", "heaviest_signal_3y", "unjudged_signals_1y")
    builder = Builder(open_store(settings), load_theme(settings, "trial"), names)
    return builder.rows(pd.DataFrame({"address_id": [HOME], "as_of": [as_of]})).iloc[0][list(names)].to_dict()


def counts(signals_1y: int, signal_hits_3y: int, heaviest_signal_3y: int, unjudged_signals_1y: int) -> dict[str, float]:
    return {name: float(value) for name, value in locals().items()}


def test_a_signal_is_in_the_next_build_and_known_only_from_the_day_it_was_received(keep, filled, engine):
    keep(INTAKE)
    keep(WEIGHED, LATER)
    keep(JUDGED, LAST)
    (report,) = [r for r in ingest(filled, today=LAST) if r.source == "signals"]
    assert (report.rows, report.accepted, report.rejected) == (3, 3, 0), "one of the case system, and two versions: an intake is no signal yet"
    events = pd.read_parquet(filled.state / "events" / "signals.parquet").query("record_id != 'H1'")
    assert set(events["record_id"]) == {f"schouw:{rows(engine)[0]['signal_id']}"}
    assert events["happened_on"].astype(str).unique().tolist() == ["2023-12-20"]
    before, judged = counts(1, 0, 1, 0), counts(2, 1, 2, 0)
    assert values(filled, LATER) == before, "what was received today is known from tomorrow on"
    assert values(filled, next_as_of(LATER)) == counts(2, 0, 2, 1)
    assert values(filled, LAST) == counts(2, 0, 2, 1), "judged in December, and Schouw heard of it in March"
    assert values(filled, next_as_of(LAST)) == judged


def test_a_withdrawn_signal_counts_no_more_from_the_day_it_was_withdrawn(keep, filled):
    keep(INTAKE)
    keep(WEIGHED)
    keep(WITHDRAWN, LATER)
    keep(INTAKE, signalNumber="S-2")
    keep(WITHDRAWN, signalNumber="S-2")
    (report,) = [r for r in ingest(filled, today=LAST) if r.source == "signals"]
    assert report.rejected == 0
    assert values(filled, LATER)["signals_1y"] == 2
    assert values(filled, next_as_of(LATER))["signals_1y"] == 1


def test_a_correction_of_the_same_day_wins_from_what_it_corrects(keep, filled):
    keep(INTAKE)
    keep(WEIGHED)
    keep(WEIGHED, weight=3, correction=True)
    ingest(filled, today=LAST)
    assert values(filled, next_as_of(FIRST))["heaviest_signal_3y"] == 3


def test_a_build_before_the_first_signal_is_whole(filled):
    ingest(filled, today=FIRST)
    assert values(filled, next_as_of(FIRST)) == counts(1, 0, 1, 0)


@pytest.fixture
def run(own_village, tmp_path, monkeypatch):
    settings = with_signals(own_village.settings, tmp_path)
    monkeypatch.setenv("SCHOUW_STATE", str(settings.state))
    monkeypatch.setenv("SCHOUW_RAW", str(settings.raw))
    ingest(settings)

    def command(*words: str, text: str | None = None) -> str:
        result = CliRunner().invoke(app, ["record-signal", *words, "--municipality", str(settings.folder)], input=text, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return command


def test_record_signal_reads_a_file_or_standard_input_and_stores_once(run, tmp_path):
    file = tmp_path / "signal.json"
    file.write_text(json.dumps(INTAKE))
    first = json.loads(run(str(file), "--json"))
    assert (first["version"], first["step"], first["signalNumber"], first["receivedOn"]) == (1, "intake", "S-1", "2024-01-01")
    assert json.loads(run("-", "--json", text=json.dumps(INTAKE))) == first
    assert "Stored as version 1 of signal" in run(str(file), "--idempotency-key", "k1")
    by_number = INTAKE | {"addressId": None, "postcode": "1500AA", "houseNumber": 1, "step": "weighed", "weight": 1}
    assert json.loads(run("-", "--json", text=json.dumps(by_number)))["version"] == 2


@pytest.mark.parametrize("content", ["{", "[]", '{"theme": "trial"}', json.dumps(INTAKE | {"theme": "other"}), json.dumps(WEIGHED)])
def test_record_signal_says_what_does_not_fit(run, tmp_path, content):
    file = tmp_path / "signal.json"
    file.write_text(content)
    with pytest.raises((InputError, NotFoundError), match="Expected"):
        run(str(file))
    with pytest.raises(InputError, match="cannot be read"):
        run(str(file.parent / "absent.json"))
