"""A report by mail is in the next build from the day its address was known, as docs/mail.md says. On SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import pytest

from features.ingestion import ingest
from features.settings import Settings, load
from features.store import open_store
from serving import tables
from serving.mail import listing
from serving.mail.placing import choose
from tests.conftest import REPO
from tests.serving.conftest import TODAY
from tests.serving.mailing import mail, put, rows, runner

PAGE = (REPO / "docs" / "mail.md").read_text(encoding="utf-8")


def told(language: str) -> str:
    """The one block of the page in a language."""
    (block,) = re.findall(rf"\n```{language}(\n.*?)```", PAGE, re.DOTALL)
    return block


@pytest.fixture
def settings(own_village, engine) -> Settings:
    home = own_village.settings.folder
    with (home / "municipality.toml").open("a") as file:
        file.write(told("toml"))
    register = home / "registers" / "reports.sql"
    register.write_text(register.read_text() + told("sql"))
    loaded = load(home, state=own_village.settings.state, raw=own_village.settings.raw)
    return loaded.model_copy(update={"database_url": engine.url.render_as_string(hide_password=False)})


def events(settings: Settings) -> list[tuple[str, date, date, bool, str]]:
    ingest(settings, today=settings.today_on)
    found = open_store(settings).look_up(
        "SELECT * FROM events_reports WHERE starts_with(record_id, 'mail:') AND coalesce(superseded_on > known_on, true) ORDER BY known_on, ordinal"
    )
    days = found.assign(**{name: pd.to_datetime(found[name]).dt.date for name in ("happened_on", "known_on")})
    return list(days[["address_id", "happened_on", "known_on", "withdrawn", "category"]].itertuples(index=False, name=None))


def on(settings: Settings, day: date) -> Settings:
    return settings.model_copy(update={"today_on": day})


def test_a_report_by_mail_counts_for_its_address_from_the_day_it_was_led_there(settings, engine, tmp_path):
    later, sent = TODAY + timedelta(days=2), date(2023, 12, 30)
    subjects = ("Dorpsstraat 2", "Vraag", "Dorpsstraat 4")
    runner(settings, engine)(put(tmp_path / "box", *(mail("Het is daar vol.", subject=subject) for subject in subjects)))
    linked = [("A2", sent, TODAY, False, "other"), ("A4", sent, TODAY, False, "other")]
    assert sorted(events(settings)) == linked, "what waits for a person is in no build"
    (waiting,) = listing.waiting(engine)
    (wrong,) = [r["report_id"] for r in rows(engine, tables.mail_places) if r["address_id"] == "A4"]
    choose(engine, waiting.report_id, "A5", today=later)
    choose(engine, waiting.report_id, "A3", today=later)
    choose(engine, wrong, None, today=later)
    told_later = [("A3", sent, later, False, "other"), ("A4", sent, later, True, None)]
    assert sorted(events(on(settings, later))) == sorted([*linked, *told_later], key=str)


def test_no_text_and_no_sender_is_in_the_tables_that_a_register_reads(settings, engine, tmp_path):
    runner(settings, engine)(put(tmp_path / "box", mail("Het is daar vol.", subject="Dorpsstraat 2")))
    read = [rows(engine, getattr(tables, extract.table)) for name, extract in settings.extracts.items() if name.startswith("mail_")]
    assert len(read) == 2
    assert not re.search("vol|Dorpsstraat|example|Vries", str(read))
