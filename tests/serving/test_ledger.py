"""Serving answers with what the ledger of releases tells, and with nothing else: not with a release or an override that was put back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from features.errors import ReleaseError, StateError
from features.store import open_store
from features.themes import load_themes
from serving import database, ledger_seen
from serving.backend import open_all
from serving.scorings import open_scorings
from serving.tables import release_ledger_seen
from tests.serving.conftest import TODAY, clock, write_release
from tests.training.test_gates import evaluation
from training import ledger, release

REASON = "a reason that is long enough to be one"


def scorings(village):
    return open_scorings(village.settings, open_store(village.settings), load_themes(village.settings))


def file_of(village):
    return ledger.path_of(village.settings.state)


def cut(village, lines=1):
    file = file_of(village)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-lines]))


@pytest.fixture
def twice(own_village):
    """A village of which a second release took the place of the first; gives the name of the first."""
    first = own_village.folder().name
    write_release(own_village, seed=2)
    assert set(scorings(own_village)) == {"trial"}
    return first


def point_to(village, version):
    (village.settings.state / "releases" / "trial" / release.CHAMPION).write_text(version)


def test_an_earlier_release_that_was_put_back_by_hand_is_not_served(own_village, twice):
    point_to(own_village, twice)
    with pytest.raises(ReleaseError, match=rf"release {twice}, .* would be served, and the last line of theme 'trial' in releases\.jsonl \(promoted"):
        scorings(own_village)


def test_a_longer_override_that_was_put_back_is_not_served(own_village):
    lacking = evaluation(rows=299)
    folder = write_release(own_village, evaluation=lacking, overridden=(REASON, TODAY + timedelta(days=90)))
    longer = (folder / "override.json").read_bytes()
    assert write_release(own_village, evaluation=lacking, overridden=(REASON, TODAY + timedelta(days=9))) == folder
    assert set(scorings(own_village)) == {"trial"}
    (folder / "override.json").write_bytes(longer)
    with pytest.raises(
        ReleaseError, match=r"tells of an override of .* until 2024-01-10 by 'owner', and the release folder holds .* until 2024-03-31"
    ):
        scorings(own_village)


def test_an_override_of_which_the_ledger_does_not_tell_is_not_served(own_village):
    write_release(own_village, evaluation=evaluation(rows=299), overridden=(REASON, TODAY + timedelta(days=90)))
    cut(own_village)
    with pytest.raises(ReleaseError, match=r"the last line of theme 'trial' in releases\.jsonl \(promoted on 2024-01-01\) is of"):
        scorings(own_village)


def test_without_a_ledger_nothing_is_served(own_village):
    file_of(own_village).unlink()
    with pytest.raises(ReleaseError, match=r"no line of releases\.jsonl tells of theme 'trial'"):
        scorings(own_village)


@pytest.mark.parametrize(("found", "put"), [('"act":"promoted"', '"act":"rolled back"'), ('"position":1', '"position":2')])
def test_a_line_that_was_changed_is_not_believed(own_village, found, put):
    text = file_of(own_village).read_text()
    assert found in text
    file_of(own_village).write_text(text.replace(found, put))
    with pytest.raises(StateError, match="line 1 is not as it was written"):
        scorings(own_village)


def test_a_line_that_nobody_signed_is_not_believed(own_village, twice):
    """The chain has no key: whoever may write the file can add a line that fits it, and nobody's signature."""
    first = json.loads(file_of(own_village).read_text().splitlines()[0])["content"]
    from training import chain

    chain.append(file_of(own_village), lambda position, before: first | {"position": position, "previous_hash": before})
    point_to(own_village, twice)
    with pytest.raises(StateError, match="line 3 is not as 'owner' signed it"):
        scorings(own_village)


def test_lines_taken_from_the_end_show_once_serving_saw_them(own_village, twice):
    open_all(own_village.settings, clock()).engine.dispose()
    cut(own_village)
    point_to(own_village, twice)
    assert set(scorings(own_village)) == {"trial"}, "what is left of it is whole"
    with pytest.raises(StateError, match=r"line 2, of which a copy of the hash is kept elsewhere, is gone or is another \(1 lines\)"):
        open_all(own_village.settings, clock())


def test_where_it_ended_is_kept_as_it_grows_and_never_goes_back(own_village, engine):
    ledger_seen.follow(engine, own_village.settings.state)
    write_release(own_village, seed=2)
    for _ in range(2):
        ledger_seen.follow(engine, own_village.settings.state)
    with database.reading(engine) as connection:
        assert connection.execute(release_ledger_seen.select()).one()[1:] == tuple(ledger.head(own_village.settings.state).model_dump().values())
    cut(own_village)
    with pytest.raises(StateError, match="line 2"):
        ledger_seen.follow(engine, own_village.settings.state)


def test_a_database_that_lost_what_was_seen_is_refused(own_village, engine):
    with database.writing(engine) as connection:
        connection.execute(release_ledger_seen.delete())
    with pytest.raises(StateError, match="does not say where the ledger of releases ended"):
        ledger_seen.follow(engine, own_village.settings.state)
