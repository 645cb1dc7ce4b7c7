"""An override: who may give one, what it says, what it excuses and when it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.errors import ApprovalError, InputError, ReleaseError
from tests.training.promoting import approve, champion
from tests.training.testdam import TODAY
from training import keys, ledger, model_card, override, release
from training.gates import judge
from training.promotion import Asked

REASON = "the lift of the list is small, but nothing else is at hand until June"
UNTIL = TODAY + timedelta(days=60)
NAMING = ("0999010000000001", "9999.90.019", "999 990 019", "06-123 456 78", "1506 AB 12", "1506AB")


def declare(blocked, who="owner", **changes):
    given = {"reason": REASON, "until_on": UNTIL, "on": TODAY, **changes}
    found = blocked.candidate.release
    return override.declare(found.gates, key=keys.read(getattr(blocked.town, who)), settings=blocked.town.settings, trained=found.trained, **given)


def overridden(blocked, **changes):
    return approve(blocked.town, overriding=Asked(**{"reason": REASON, "until_on": UNTIL, **changes}))


def rewrite(approved, **changes):
    path = approved.folder / release.OVERRIDE
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_a_gate_that_did_not_pass_is_overridden_by_a_process_owner_and_it_stands_everywhere(blocked, registry_of):
    with pytest.raises(ApprovalError, match=r"did not pass: lift at capacity \(failed\).*an override signed by a process owner"):
        approve(blocked.town)
    approved = overridden(blocked)
    given = approved.override
    assert (given.person, given.reason, given.until_on, given.on) == ("owner", REASON, UNTIL, TODAY)
    assert [(gate.name, gate.state) for gate in given.gates] == [("lift at capacity", "failed")]
    assert release.load(approved.folder, blocked.town.settings).override == given
    assert ledger.read(blocked.town.settings)[-1].override == given
    said = f"overridden until {UNTIL}**: lift at capacity (failed). By owner on {TODAY}, because: {REASON}"
    assert said in (approved.folder / "card.md").read_text(encoding="utf-8")
    registry = registry_of(blocked.town)
    model = next(one for one in registry.versions("registration") if one.version == approved.version)
    assert (model.tags["overridden_by"], model.tags["overridden_until"]) == ("owner", UNTIL.isoformat())
    version = registry.client.get_model_version(registry.name("registration"), model.number)
    assert f"Gates overridden by owner until {UNTIL}" in version.description
    assert registry.client.get_run(model.run_id).data.tags["mlflow.note.content"] == version.description
    kept = registry.client.download_artifacts(model.run_id, "card.md")
    assert said in Path(kept).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("who", "kind", "fault"),
    [("scientist", ApprovalError, "the role process-owner"), ("stranger", ApprovalError, "belongs to nobody")],
)
def test_who_may_not_override_is_refused(blocked, who, kind, fault):
    with pytest.raises(kind, match=fault):
        declare(blocked, who)


def test_who_trained_may_not_override_although_a_process_owner(blocked):
    found = blocked.candidate.release
    trained = replace(blocked.candidate.release, trained=found.trained.model_copy(update={"person": "both"}))
    with pytest.raises(ApprovalError, match="'both' trained this model, and would override its gates"):
        declare(replace(blocked, candidate=replace(blocked.candidate, release=trained)), "both")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"until_on": TODAY}, "the override would end on 2025-01-31"),
        ({"until_on": TODAY - timedelta(days=1)}, "the override would end on 2025-01-30"),
        ({"until_on": TODAY + timedelta(days=367)}, "366 days at most"),
        ({"until_on": date.max}, "366 days at most"),
        ({"reason": ""}, "20 to 1000 characters"),
        ({"reason": "too short to tell"}, "20 to 1000 characters"),
        ({"reason": " " * 40}, "begins or ends with a space"),
        ({"reason": "x" * 1001}, "20 to 1000 characters"),
        ({"reason": "a line that ends here\nand goes on"}, "line ends"),
        ({"reason": "a text in red \x1b[31m for a terminal"}, "not text"),
        *(({"reason": f"because of what is known of {what}"}, "may not name an address or a person") for what in NAMING),
    ],
)
def test_an_override_without_an_end_or_a_reason_is_refused(blocked, changes, fault):
    with pytest.raises(InputError, match=fault):
        declare(blocked, **changes)


@pytest.mark.parametrize("days", [1, 366])
def test_an_override_lasts_a_day_at_least_and_a_year_at_most(blocked, days):
    assert declare(blocked, until_on=TODAY + timedelta(days=days)).until_on == TODAY + timedelta(days=days)


def test_there_is_nothing_to_override_where_every_gate_passed(trained, registry_of):
    with pytest.raises(InputError, match="every gate passed"):
        approve(trained.town, overriding=Asked(REASON, UNTIL))
    assert champion(registry_of(trained.town)) == []
    assert not (trained.town.settings.state / "releases").exists()


@pytest.mark.parametrize(
    ("changes", "kind", "fault"),
    [
        ({"until_on": "2026-01-31"}, ApprovalError, "not as 'owner' may have signed it"),
        ({"reason": "another reason that nobody gave"}, ApprovalError, "not as 'owner' may have signed it"),
        ({"person": "both"}, ApprovalError, "not as 'both' may have signed it"),
        ({"gates": [{"name": "calibration", "state": "failed"}]}, ApprovalError, "not as 'owner' may have signed it"),
        ({"release_hash": "0" * 64}, ReleaseError, "the override speaks of 000000000000"),
        ({"gates": []}, ReleaseError, "cannot be read"),
        ({"reason": "short"}, ReleaseError, "cannot be read"),
    ],
)
def test_an_override_that_was_changed_is_refused_when_it_is_loaded(blocked, changes, kind, fault):
    approved = overridden(blocked)
    rewrite(approved, **changes)
    with pytest.raises(kind, match=fault):
        release.load(approved.folder, blocked.town.settings)


def test_a_release_of_which_the_override_was_taken_out_is_refused(blocked):
    approved = overridden(blocked)
    (approved.folder / release.OVERRIDE).unlink()
    with pytest.raises(ApprovalError, match=r"did not pass: lift at capacity \(failed\)"):
        release.load(approved.folder, blocked.town.settings)


def test_an_override_of_one_gate_does_not_excuse_another(blocked):
    found = blocked.candidate.release
    folds = tuple(fold.model_copy(update={"rows": 10}) for fold in found.evaluation.folds)
    evaluation = found.evaluation.model_copy(update={"folds": folds})
    worse = replace(found, evaluation=evaluation, gates=judge(evaluation, limits=found.gates.limits), override=declare(blocked))
    assert [gate.name for gate in worse.gates.blocking] == ["labels", "lift at capacity"]
    with pytest.raises(ApprovalError, match=r"did not pass: labels \(not enough data\); lift at capacity"):
        release.check_gates(worse, limits=found.gates.limits)


def test_an_override_ends_after_its_last_day(blocked):
    approved = overridden(blocked)
    release.check_in_force(approved, on=UNTIL)
    with pytest.raises(ApprovalError, match=rf"under an override until {UNTIL} \(lift at capacity\), and it is 2025-04-02.*rollback"):
        release.check_in_force(approved, on=UNTIL + timedelta(days=1))
    with pytest.raises(ApprovalError, match="under an override until"):
        approve(blocked.town, today=UNTIL + timedelta(days=1))


def test_an_override_that_stands_is_kept_and_one_that_ended_can_be_given_again(blocked):
    first = overridden(blocked)
    assert approve(blocked.town).override == overridden(blocked).override == first.override
    assert len(ledger.read(blocked.town.settings)) == 1
    later, until = UNTIL + timedelta(days=1), UNTIL + timedelta(days=30)
    again = approve(blocked.town, today=later, overriding=Asked(REASON, until))
    assert (again.override.until_on, again.override.on) == (until, later)
    assert again.approval == first.approval
    assert [entry.override.until_on for entry in ledger.read(blocked.town.settings)] == [UNTIL, until]


def test_a_newer_override_takes_effect_after_the_ledger_tells_of_it(blocked, monkeypatch):
    first, until = overridden(blocked), UNTIL + timedelta(days=30)
    later = TODAY + timedelta(days=1)

    def in_the_folder():
        return release.load(first.folder, blocked.town.settings).override

    def stop(*_, **__):
        raise KeyboardInterrupt

    for owner, name, lines in ((ledger, "add", 1), (release, "put_override", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, stop)
            with pytest.raises(KeyboardInterrupt):
                approve(blocked.town, today=later, overriding=Asked(REASON, until))
        assert in_the_folder() == first.override
        assert len(ledger.read(blocked.town.settings)) == lines
    again = approve(blocked.town, today=later, overriding=Asked(REASON, until))
    assert in_the_folder() == again.override == ledger.read(blocked.town.settings)[-1].override
    assert len(ledger.read(blocked.town.settings)) == 2, "the same command adds no second line"


def test_a_signed_override_that_lasts_too_long_is_refused(blocked, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(override, "LONGEST_DAYS", 9999)
        approved = overridden(blocked, until_on=date(2040, 1, 1))
    with pytest.raises(ApprovalError, match="an end within 366 days"):
        release.load(approved.folder, blocked.town.settings)


def test_an_override_that_was_dated_ahead_to_last_longer_is_not_in_force(blocked):
    ahead = TODAY + timedelta(days=1)
    dated = replace(blocked.candidate.release, override=declare(blocked, on=ahead, until_on=ahead + timedelta(days=366)))
    release.check_in_force(dated, on=ahead)
    with pytest.raises(ApprovalError, match="is dated 2025-02-01, and it is 2025-01-31"):
        release.check_in_force(dated, on=TODAY)


def test_an_override_in_the_ledger_cannot_be_changed(blocked):
    overridden(blocked)
    path = ledger.path_of(blocked.town.settings.state)
    path.write_text(path.read_text(encoding="utf-8").replace(REASON, REASON.replace("small", "large")), encoding="utf-8")
    with pytest.raises(Exception, match="line 1 is not as it was written"):
        ledger.read(blocked.town.settings)


def test_a_candidate_without_override_says_so_in_no_card(trained):
    card = model_card.text(trained.candidate.release, trained.town.theme)
    assert "overridden" not in card


def test_a_reason_may_name_a_case_and_days(blocked):
    said = "decided on 2025-01-28, case Z-2025-00123, to be seen again before 30-6-2025 or 2025-07-01"
    assert declare(blocked, reason=said).reason == said
