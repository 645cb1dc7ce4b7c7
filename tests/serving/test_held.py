"""All that is held about one address, for who asks. On SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Column, String, Table, select, update

from features.errors import InputError, StateError
from serving import held, own_keys, score_log
from serving.address_key import AddressKey
from serving.addresses import Asked
from serving.scorer import Question
from serving.tables import metadata
from serving.tables import score_log as table
from tests.serving.conftest import HOME, NOW, SHELTER
from tests.serving.test_score_log import alter


@pytest.fixture
def asked(open_on, engine, caller):
    """Three answers: two about the home, one about the shelter."""
    opened = open_on(engine)
    ids = [opened.scorer.score(Asked(a), Question("trial", "trial", caller, opened.clock)).score_id for a in (HOME, SHELTER, HOME)]
    return opened, ids


def export(opened, address_id=HOME, later=0):
    now = NOW + timedelta(seconds=later)
    return held.export(opened.settings, opened.engine, opened.scorer.themes, address_id=address_id, reference="AVG-1", now=now)


def answers(told):
    return [row["score_id"] for row in told["parts"][0]["rows"]]


def test_every_answer_about_the_address_is_given_and_none_about_another(asked):
    opened, (first, _, third) = asked
    told = export(opened)
    assert sorted(answers(told)) == sorted([first, third])
    assert told["parts"][0]["rows"][0]["payload"]["answer"]["row"]
    assert [theme["score_retention_days"] for theme in told["themes"]] == [731, 731]
    assert told["themes"][0]["purpose"]["processing_register"] == "0"


def test_an_export_stands_in_the_log_and_in_the_next_one(asked):
    opened, ids = asked
    first = export(opened, later=1)
    entry = score_log.read(opened.engine, first["export_id"])
    assert (entry.theme, entry.payload["reference"], entry.payload["parts"]["score_log"]) == (score_log.EXPORT, "AVG-1", 2)
    assert answers(export(opened, later=2))[-1] == first["export_id"]
    assert score_log.verify(opened.engine).lines == len(ids) + 2


def test_no_column_but_the_payload_holds_the_address(asked):
    opened, _ = asked
    key = AddressKey.of(opened.settings.state)
    with opened.engine.connect() as connection:
        rows = connection.execute(select(table)).all()
    for row in rows:
        assert row.address_hash.startswith(f"{key.id}.")
        assert not any(value == HOME for name, value in row._mapping.items() if name != "payload")
    assert len({row.address_hash for row in rows}) == 2
    assert key.hash(HOME) != AddressKey(bytes(32)).hash(HOME)


@pytest.mark.parametrize("key", ["00000000", "ffffffff", None])
def test_lines_from_before_the_key_or_with_another_one_are_found_too(asked, engine, key):
    opened, (first, _, third) = asked
    for number, address in enumerate((HOME, SHELTER)):
        payload = {"address_id": address} | ({"address_hash": f"{key}.{number}"} if key else {})
        score_log.append(engine, payload, score_id=f"old-{number}", theme="trial", logged_at=NOW - timedelta(days=1))
    assert sorted(answers(export(opened))) == sorted([first, third, "old-0"])


def test_what_was_purged_is_held_no_more(asked, engine):
    opened, _ = asked
    score_log.purge(engine, {"trial": 184}, now=NOW + timedelta(days=185))
    assert answers(export(opened)) == []


def test_nothing_is_given_where_an_answer_was_edited(asked, engine):
    opened, (first, *_) = asked
    alter(engine, update(table).where(table.c.score_id == first).values(payload='{"address_id":"A1"}'))
    with pytest.raises(StateError, match="is not as it was written"):
        export(opened)


def test_every_table_that_tells_of_addresses_is_given_with_its_meaning_in_both_languages(asked):
    opened, _ = asked
    told = {part["name"]: part for part in export(opened)["parts"]}
    assert set(told) == {"score_log"} | {name for name, given in metadata.tables.items() if "address_id" in given.c}
    assert {"outcomes", "signals"} < set(told)
    for part in told.values():
        assert all(len(part["meaning"][language] or "") > 30 for language in ("nl", "en")), f"{part['name']}: info of the table says what it means"


def test_a_new_table_is_given_without_anyone_thinking_of_it(asked, engine):
    opened, _ = asked
    new = Table("remarks_of_a_test", metadata, Column("id", String(9), primary_key=True), Column("address_id", String(64)))
    try:
        new.create(engine)
        alter(engine, new.insert().values([{"id": "1", "address_id": HOME}, {"id": "2", "address_id": SHELTER}]))
        rows = {part["name"]: part["rows"] for part in export(opened)["parts"]}
        assert rows["remarks_of_a_test"] == [{"id": "1", "address_id": HOME}]
    finally:
        metadata.remove(new)


def test_what_is_no_address_here_is_refused_without_repeating_it(asked):
    opened, ids = asked
    with pytest.raises(InputError) as refused:
        export(opened, "Dorpsstraat 1")
    assert "Dorpsstraat" not in str(refused.value)
    assert score_log.verify(opened.engine).lines == len(ids)


def test_the_key_of_the_addresses_is_made_once(asked):
    opened, _ = asked
    assert own_keys.addresses(opened.settings.state) == own_keys.addresses(opened.settings.state)
    assert len(own_keys.addresses(opened.settings.state)) == 32
