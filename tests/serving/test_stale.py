"""A source that was silent for too long: what it would tell is said to be unknown, and a theme that cannot do without it gives no score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from features.catalogue import catalogue
from features.ingestion import ingest
from features.settings import load
from features.store import open_store
from features.themes import load_themes
from serving import score_log
from serving.api import application
from serving.backend import Opened
from serving.scorer import Scorer
from serving.scorings import open_scorings
from tests.hamlet import NEVER_STALE
from tests.serving.asking import ask, is_problem
from tests.serving.conftest import Village, clock

LAST_ON = "2023-11-02"


@pytest.fixture
def stale(own_village: Village, sqlite: Engine) -> Callable[..., TestClient]:
    """Give a caller in the village of which a source may be ten days old, and is older."""

    def opened(source: str, *, required: str = "") -> TestClient:
        home = own_village.settings.folder
        toml, theme = home / "municipality.toml", home / "themes" / "trial.toml"
        toml.write_text(toml.read_text().replace(f"\n{source} = {NEVER_STALE}\n", f"\n{source} = 10\n"))
        theme.write_text(theme.read_text().replace(f'name = "{required}"', f'name = "{required}"\nrequired = true'))
        settings = load(home, state=own_village.settings.state, raw=own_village.settings.raw)
        ingest(settings)
        store, themes = open_store(settings), load_themes(settings)
        scorer = Scorer(settings, store, sqlite, themes=themes, scorings=open_scorings(settings, store, themes))
        return TestClient(application.create(Opened(settings, sqlite, scorer, clock())), raise_server_exceptions=False)

    return opened


def result(client: TestClient, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = ask(client, headers={"Accept-Language": language}).json()["result"]
    return found


def test_an_answer_names_the_source_behind_what_is_missing(stale: Callable[..., TestClient]) -> None:
    found = result(stale("reports"))
    behind = [m for m in found["missing"] if m["staleSource"]]
    assert [(m["staleSource"], "reports_1y" in m["indicators"]) for m in behind] == [("reports", True)], "one sentence for a source, once"
    said, names = behind[0]["sentence"], behind[0]["indicators"]
    assert said == f"Not known: nothing recent from Reports (the last is of 2 November 2023). Missing for it: {', '.join(names)}"
    assert names == [c["indicator"] for c in found["contributions"] if "reports" in catalogue()[c["indicator"]].sources]
    assert ["built_year"] in [m["indicators"] for m in found["missing"] if not m["staleSource"]]
    assert {s["source"]: s["stale"] for s in found["sources"]} == {"addresses": False, "inspections": False, "permits": False, "reports": True}


def test_a_stale_source_is_one_reason_however_many_indicators_read_it(stale: Callable[..., TestClient]) -> None:
    found = result(stale("reports"))
    reasons = [r for r in found["raising"] + found["lowering"] if "reports" in r["sources"]]
    assert len(reasons) <= 1
    behind = [c for c in found["contributions"] if "reports" in catalogue()[c["indicator"]].sources]
    for reason in reasons:
        assert reason["code"] == "stale_reports"
        told = f"Not known: nothing recent from Reports (the last is of 2 November 2023). Indicators missing for it: {len(behind)}"
        assert reason["sentence"] == told
        assert reason["contribution"] == pytest.approx(sum(c["contribution"] for c in behind))


def test_whether_a_source_is_stale_can_be_counted_from_what_the_answer_says(stale: Callable[..., TestClient]) -> None:
    answer = ask(stale("reports")).json()
    reports = next(s for s in answer["result"]["sources"] if s["source"] == "reports")
    assert (reports["lastDeliveryOn"], reports["maxAgeDays"], reports["stale"]) == (LAST_ON, 10, True)
    asked_on = date.fromisoformat(answer["asOf"])
    for source in answer["result"]["sources"]:
        age = (asked_on - date.fromisoformat(source["lastDeliveryOn"])).days
        assert source["stale"] == (0 < source["maxAgeDays"] < age), source["source"]


def test_silence_of_a_source_is_never_told_as_a_known_absence(stale: Callable[..., TestClient]) -> None:
    found = result(stale("inspections"), "nl")
    said = {name: m["sentence"] for m in found["missing"] for name in m["indicators"]}
    assert said["days_since_inspection"].startswith("Niet bekend: ")
    reasons = [r["sentence"] for r in found["raising"] + found["lowering"] if "inspections" in r["sources"]]
    assert all("iet bekend" in sentence for sentence in reasons)


def test_the_score_log_says_which_sources_were_stale(stale: Callable[..., TestClient], sqlite: Engine) -> None:
    client = stale("reports")
    score_id = ask(client).json()["scoreId"]
    payload = score_log.read(sqlite, score_id).payload
    assert payload is not None
    assert payload["stale"] == {"reports": LAST_ON}


def test_a_theme_without_a_source_that_it_requires_gives_no_score_and_says_why(stale: Callable[..., TestClient], sqlite: Engine) -> None:
    answer = ask(stale("reports", required="reports"))
    is_problem(answer, 503)
    assert "cannot do without 'reports' (last heard of on 2023-11-02)" in answer.json()["found"]
    assert score_log.verify(sqlite).lines == 0
