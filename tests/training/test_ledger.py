"""The ledger: who promoted what, signed, and nothing of it changed unseen, not even by who may write its file."""

from __future__ import annotations

import pytest

from features.errors import ApprovalError, ReleaseError, StateError
from tests.training.testdam import TODAY
from training import chain, keys, ledger

HASH = "a" * 64


def add(town, version, *, act="promoted", who="owner", replaces=None, theme="registration"):
    key = keys.read(getattr(town, who))
    ledger.add(town.settings, key=key, act=act, theme=theme, version=version, release_hash=HASH, replaces=replaces, override=None, on=TODAY)


def served(town, theme="registration"):
    return ledger.served(ledger.read(town.settings), theme)


def test_a_line_says_who_did_what_and_is_signed(town):
    add(town, "A")
    add(town, "B", replaces="A", who="both")
    first, second = ledger.read(town.settings)
    assert (first.act, first.version, first.replaces, first.person, first.on) == ("promoted", "A", None, "owner", TODAY)
    assert (second.position, second.person, second.previous_hash) == (2, "both", ledger.chain.read(ledger.path_of(town.settings.state))[0].entry_hash)
    assert keys.verified(second.public_key, signature=second.signature, message=second.message)


@pytest.mark.parametrize(("who", "fault"), [("scientist", "the role process-owner"), ("stranger", "belongs to nobody")])
def test_who_may_not_release_adds_no_line(town, who, fault):
    with pytest.raises(ApprovalError, match=fault):
        add(town, "A", who=who)
    assert ledger.read(town.settings) == []


def rewrite(town, **changes):
    """Write the whole chain anew over changed content, as anyone could who may write the file but holds no key."""
    path = ledger.path_of(town.settings.state)
    lines = chain.read(path)
    path.unlink()
    for line in lines:
        chain.append(path, lambda _, before, line=line: {**line.content, "previous_hash": before, **changes})


@pytest.mark.parametrize(
    "changes", [{"version": "C"}, {"person": "both"}, {"on": "2024-01-01"}, {"act": "rolled back"}, {"replaces": "Z"}, {"theme": "premises"}]
)
def test_a_ledger_that_was_written_anew_without_the_keys_shows(town, changes):
    add(town, "A")
    add(town, "B")
    rewrite(town)
    assert len(ledger.read(town.settings)) == 2
    rewrite(town, **changes)
    with pytest.raises(StateError, match=r"line 1 is not as '\w+' signed it"):
        ledger.read(town.settings)


def test_a_line_that_is_put_elsewhere_shows_although_the_chain_is_whole(town):
    add(town, "A")
    add(town, "B")
    path = ledger.path_of(town.settings.state)
    second = chain.read(path)[1]
    path.unlink()
    chain.append(path, lambda *_: second.content)
    with pytest.raises(StateError, match="line 1 is not as 'owner' signed it"):
        ledger.read(town.settings)


def test_a_line_of_someone_who_is_listed_no_more_says_so(town):
    add(town, "A")
    gone = town.on(people=tuple(person for person in town.settings.people if person.id != "owner"))
    with pytest.raises(StateError, match="line 1: the key under line 1 belongs to nobody"):
        ledger.read(gone.settings)


def test_a_line_that_is_none_of_a_ledger_says_so(town):
    chain.append(ledger.path_of(town.settings.state), lambda *_: {"note": "nice"})
    with pytest.raises(StateError, match="line 1: it is no line of a ledger"):
        ledger.read(town.settings)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], []),
        ([("A", None)], ["A"]),
        ([("A", None), ("B", "A")], ["A", "B"]),
        ([("B", "A")], ["A", "B"]),  # A was promoted before there was a ledger
        ([("A", None), ("B", "A"), ("back", "A")], ["A"]),
        ([("A", None), ("B", "A"), ("A", "B")], ["A", "B", "A"]),
        ([("A", None), ("B", "A"), ("A", "B"), ("back", "B")], ["A", "B"]),
        ([("A", None), ("B", "A"), ("A", "B"), ("back", "B"), ("back", "A")], ["A"]),
        ([("A", None), ("B", "A"), ("back", "A"), ("C", "A")], ["A", "C"]),
        ([("A", None), ("A", "A")], ["A"]),  # promoted again, with another override
        ([("A", None), ("B", "A"), ("C", "A")], ["A", "B", "A", "C"]),  # B was stopped before it was served
    ],
)
def test_what_a_rollback_can_go_back_through(town, acts, expected):
    add(town, "X", theme="premises")
    for version, other in acts:
        if version == "back":
            add(town, other, act="rolled back", replaces="?")
        else:
            add(town, version, replaces=other)
    assert served(town) == expected
    assert served(town, "premises") == ["X"]


def test_a_copy_of_the_head_finds_what_is_gone_from_the_end(town):
    state = town.settings.state
    ledger.check_kept(state, ledger.head(state), needed=True)
    add(town, "A")
    add(town, "B")
    kept = ledger.head(state)
    assert kept.position == 2
    add(town, "C")
    ledger.check_kept(state, kept, needed=True)
    ledger.check_kept(state, None, needed=False)
    path = ledger.path_of(state)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:1]))
    with pytest.raises(StateError, match=r"line 2, of which a copy of the hash is kept elsewhere, is gone or is another \(1 lines\)"):
        ledger.check_kept(state, kept, needed=True)
    add(town, "D")
    with pytest.raises(StateError, match="line 2, of which a copy of the hash is kept elsewhere"):
        ledger.check_kept(state, kept, needed=True)


def test_a_copy_that_must_be_there_and_is_not_shows(town):
    add(town, "A")
    with pytest.raises(StateError, match="nothing keeps a copy of its last hash, and 1 lines tell of what is served"):
        ledger.check_kept(town.settings.state, None, needed=True)


def test_what_is_served_is_what_the_last_line_of_its_theme_tells(town):
    add(town, "A")
    add(town, "X", theme="premises")
    told = {"theme": "registration", "release_hash": HASH, "override": None}
    ledger.check_served(town.settings, version="A", **told)
    for changes in ({"version": "B"}, {"version": "A", "release_hash": "b" * 64}, {"version": "A", "theme": "overcrowding"}):
        with pytest.raises(ReleaseError, match=r"would be served, and (the last|no) line of"):
            ledger.check_served(town.settings, **told | changes)


def test_what_is_served_is_held_against_a_line_that_is_signed(town):
    add(town, "A")
    add(town, "B")
    rewrite(town, version="C")
    with pytest.raises(StateError, match="line 2 is not as 'owner' signed it"):
        ledger.check_served(town.settings, theme="registration", version="C", release_hash=HASH, override=None)


@pytest.mark.parametrize("content", [{"theme": "premises"}, {"note": "nice"}])
def test_what_is_served_is_refused_where_an_unsigned_line_stands_behind_it(town, content):
    add(town, "A")
    chain.append(ledger.path_of(town.settings.state), lambda *_: content)
    with pytest.raises(StateError, match="line 2: it is no line of a ledger"):
        ledger.check_served(town.settings, theme="registration", version="A", release_hash=HASH, override=None)


def test_a_line_that_is_no_object_is_refused_before_anything_is_served(town):
    add(town, "A")
    chain.append(ledger.path_of(town.settings.state), lambda *_: ["A"])
    with pytest.raises(StateError, match="line 2 is not as it was written"):
        ledger.check_served(town.settings, theme="registration", version="A", release_hash=HASH, override=None)
