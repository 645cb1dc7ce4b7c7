"""The way back, and what is left of a promotion or a rollback that was stopped between any two of its steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import ApprovalError, NotFoundError, ReleaseError, StateError
from tests.training.promoting import aliases, approve, back
from training import ledger, promotion, release
from training.history import history
from training.registry import LEDGER_TAG, Registry

STEPS = (
    (promotion.release, "approve"),
    (promotion, "_write_card"),
    (Registry, "describe"),
    ("client", "log_text"),
    ("client", "set_tag"),
    ("client", "update_model_version"),
    ("client", "set_model_version_tag"),
    ("client", "set_registered_model_alias"),
    ("client", "delete_registered_model_alias"),
    (ledger, "add"),
    ("client", "set_registered_model_tag"),
    (promotion.release, "put_override"),
    (promotion, "replaced_whole"),
)
"""Every call by which a promotion or a rollback changes something; some are made more than once."""


def served(town):
    try:
        return release.champion_folder(town.settings, "registration").name
    except NotFoundError:
        return None


@pytest.fixture
def two(stored, registry_of):
    """A town on which the first and then the second candidate was promoted; with the versions."""
    second = stored.candidate.release.version
    first = next(one.version for one in registry_of(stored.town).versions("registration") if one.version != second)
    approve(stored.town, version=first)
    approve(stored.town, version=second)
    return stored.town, first, second


def test_one_command_goes_back_to_what_was_served_before(two, registry_of):
    town, first, second = two
    assert aliases(registry_of(town)) == {"champion": second, "previous": first}
    assert back(town).version == first
    assert served(town) == first
    assert aliases(registry_of(town)) == {"champion": first}
    assert [(one.act, one.version, one.replaces, one.person) for one in history(town.settings, "registration")][2:] == [
        ("rolled back", first, second, "owner")
    ]
    with pytest.raises(NotFoundError, match="nothing was served for theme 'registration' before its champion"):
        back(town)
    assert served(town) == first


def test_what_was_left_is_promoted_again_only_by_its_name(two, registry_of):
    town, first, second = two
    back(town)
    with pytest.raises(ReleaseError, match=f"release {second} of theme 'registration' was left on .*, by a rollback of owner"):
        approve(town)
    assert served(town) == first
    approve(town, version=second)
    assert aliases(registry_of(town)) == {"champion": second, "previous": first}
    assert [one.act for one in history(town.settings, "registration")] == ["promoted", "promoted", "rolled back", "promoted"]


@pytest.mark.parametrize(("who", "fault"), [("scientist", "the role process-owner"), ("stranger", "belongs to nobody")])
def test_who_may_not_promote_may_not_go_back(trained, who, fault):
    approve(trained.town)
    with pytest.raises(ApprovalError, match=fault):
        back(trained.town, who)


def test_a_theme_without_a_champion_has_nothing_to_go_back_to(trained):
    with pytest.raises(NotFoundError, match="nothing was served"):
        back(trained.town)


def test_an_earlier_release_that_was_changed_or_learned_under_other_rules_is_not_gone_back_to(trained_twice, first_training):
    town, first = trained_twice.town, first_training.candidate.release.version
    approve(town, version=first)
    approve(town)
    path = town.settings.state / "releases" / "registration" / first / "model.txt"
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    with pytest.raises(ReleaseError, match="the files have hash"):
        back(town)
    path.write_bytes(content)
    town.limit("minimum_lift", 1.1)
    with pytest.raises(ReleaseError, match="theme 'registration' was changed after it was trained"):
        back(town)
    assert served(town) == trained_twice.candidate.release.version
    assert len(ledger.read(town.settings)) == 2


def until_done(monkeypatch, registry, command, *, check):
    """Interrupt the command as each of its steps begins, once each; give the steps in the order in which they were interrupted."""
    stopped = []

    def counted(real, name, calls):
        def call(*given, **named):
            calls.append(name)
            step = (name, calls.count(name))
            if step not in stopped:
                stopped.append(step)
                raise KeyboardInterrupt
            return real(*given, **named)

        return call

    for _ in range(40):
        with monkeypatch.context() as patch:
            calls = []
            for owner, name in STEPS:
                place = type(registry.client) if owner == "client" else owner
                patch.setattr(place, name, counted(getattr(place, name), name, calls))
            try:
                command()
            except KeyboardInterrupt:
                check([name for name, _ in stopped])
            else:
                return [name for name, _ in stopped]
    raise AssertionError("the command never ended")


def test_a_promotion_that_is_stopped_at_any_step_is_completed_by_the_same_command(stored, registry_of, monkeypatch):
    town, second = stored.town, stored.candidate.release.version
    first = next(one.version for one in registry_of(town).versions("registration") if one.version != second)
    approve(town, version=first)

    def unserved(stops):
        assert served(town) == first
        assert release.load(release.champion_folder(town.settings, "registration"), town.settings).version == first
        assert len(ledger.read(town.settings)) == (2 if "set_registered_model_tag" in stops else 1)

    stops = until_done(monkeypatch, registry_of(town), lambda: approve(town, version=second), check=unserved)
    assert {*stops} == {name for _, name in STEPS}
    assert (stops[0], stops[-1]) == ("approve", "replaced_whole")
    assert served(town) == second
    assert aliases(registry_of(town)) == {"champion": second, "previous": first}
    assert [(one.version, one.replaces) for one in history(town.settings, "registration")] == [(first, None), (second, first)]


def test_a_rollback_that_is_stopped_at_any_step_goes_back_once(two, registry_of, monkeypatch):
    town, first, second = two

    def unserved(_):
        assert served(town) == second

    stops = until_done(monkeypatch, registry_of(town), lambda: back(town), check=unserved)
    assert stops[-1] == "replaced_whole"
    assert {"add", "set_registered_model_tag", "delete_registered_model_alias"} <= {*stops}
    assert served(town) == first
    assert aliases(registry_of(town)) == {"champion": first}
    assert [(one.act, one.version) for one in history(town.settings, "registration")] == [
        ("promoted", first),
        ("promoted", second),
        ("rolled back", first),
    ]


def test_a_promotion_that_was_stopped_can_be_taken_back_instead(trained_twice, first_training, monkeypatch):
    town, first = trained_twice.town, first_training.candidate.release.version
    approve(town, version=first)
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "keep_head", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            approve(town)
    with pytest.raises(StateError, match="a command was interrupted"):
        history(town.settings, "registration")
    assert back(town).version == first
    assert [one.act for one in history(town.settings, "registration")] == ["promoted", "promoted", "rolled back"]


def test_a_champion_that_was_put_in_place_by_hand_is_found(trained_twice, first_training):
    town, first = trained_twice.town, first_training.candidate.release.version
    approve(town, version=first)
    approve(town)
    Path(town.settings.state / "releases" / "registration" / release.CHAMPION).write_text(first, encoding="utf-8")
    with pytest.raises(StateError, match=r"last line of theme 'registration' \(promoted\) is of .*, and served is "):
        history(town.settings, "registration")


def test_a_champion_of_which_no_line_tells_is_found(trained, registry_of):
    town = trained.town
    registry = registry_of(town)
    approve(town)
    ledger.path_of(town.settings.state).unlink()
    registry.client.delete_registered_model_tag(registry.name("registration"), LEDGER_TAG)
    with pytest.raises(StateError, match="it has no line of theme 'registration', and served is "):
        history(town.settings, "registration")


def test_lines_that_are_gone_from_the_end_of_the_ledger_are_found_by_the_copy_in_the_registry(two):
    town, first, _ = two
    path = town.settings.state / ledger.FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0])
    Path(town.settings.state / "releases" / "registration" / release.CHAMPION).write_text(first, encoding="utf-8")
    for command in (lambda: history(town.settings, "registration"), lambda: approve(town), lambda: approve(town, version=first)):
        with pytest.raises(StateError, match=r"line 2, of which a copy of the hash is kept elsewhere, is gone or is another \(1 lines\)"):
            command()
    path.unlink()
    with pytest.raises(StateError, match="line 2, of which a copy of the hash is kept elsewhere"):
        history(town.settings, "registration")


def test_lines_that_are_gone_together_with_the_copy_in_the_registry_are_found_too(two, registry_of):
    town, first, _ = two
    path = town.settings.state / ledger.FILE
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    Path(town.settings.state / "releases" / "registration" / release.CHAMPION).write_text(first, encoding="utf-8")
    registry = registry_of(town)
    registry.client.delete_registered_model_tag(registry.name("registration"), LEDGER_TAG)
    for command in (lambda: history(town.settings, "registration"), lambda: approve(town)):
        with pytest.raises(StateError, match="nothing keeps a copy of its last hash, and 1 lines tell of what is served"):
            command()
