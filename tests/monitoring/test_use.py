"""Who asked, from the score log itself."""

from __future__ import annotations

import os
import uuid
from datetime import datetime

import pytest
from sqlalchemy import text, update

from features.declared_clients import Client
from monitoring.use import count
from serving import database, score_log
from serving.tables import score_log as table

CASE_SYSTEM = Client(id="case-system", key_sha256="0" * 64, purposes=("trial",), themes=("trial",))


POSTGRES = "SCHOUW_TEST_POSTGRES_URL"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, place):
    """Give settings whose database is empty, of each kind; the driver of PostgreSQL goes around the guard against the network."""
    if request.param == "sqlite":
        yield place.settings
        return
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"needs postgres: set {POSTGRES}")
    schema, above = f"test_{uuid.uuid4().hex[:12]}", database.connect(url)
    with database.writing(above) as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield place.settings.model_copy(update={"database_url": f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"})
    finally:
        with database.writing(above) as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        above.dispose()


@pytest.fixture
def asked(settings):
    """Four answers: three to a listed client, one of them long ago, one to a client that is no longer listed; one of another theme."""
    settings = settings.model_copy(update={"clients": (CASE_SYSTEM,)})
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    lines = [("case-system", "trial", 1), ("case-system", "trial", 5), ("case-system", "trial", 9), ("old-system", "trial", 3)]
    times = [datetime(2024, 1, day) for *_, day in lines]  # noqa: DTZ001 - UTC without zone, as the score log keeps it
    for number, (client, purpose, _) in enumerate(lines):
        payload = {"caller": client, "purpose": purpose, "address_id": "A1"}
        score_log.append(engine, payload, score_id=f"s{number}", theme="trial", logged_at=times[number])
    score_log.append(engine, {"caller": "case-system", "purpose": "x"}, score_id="other", theme="other", logged_at=times[0])
    yield settings, engine
    engine.dispose()


def test_answers_are_counted_per_client_and_purpose(asked):
    settings, _ = asked
    assert [(u.client, u.purpose, u.answers, str(u.first_on), str(u.last_on), u.listed) for u in count(settings, "trial")] == [
        ("case-system", "trial", 3, "2024-01-01", "2024-01-09", True),
        ("old-system", "trial", 1, "2024-01-03", "2024-01-03", False),
    ]


def test_purged_answers_are_still_counted(asked):
    settings, engine = asked
    with database.writing(engine) as connection:
        connection.execute(update(table).where(table.c.score_id == "s3").values(payload=None))
    assert (None, None, 1) in [(u.client, u.purpose, u.answers) for u in count(settings, "trial")]


def test_theme_nobody_asked_for_has_no_use(asked):
    assert count(asked[0], "silent") == ()


def test_without_a_database_there_is_no_log_and_none_is_made(place):
    assert count(place.settings, "trial") is None
    assert not (place.settings.state / "schouw.db").exists()
