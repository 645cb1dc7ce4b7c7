from __future__ import annotations

import os

import pytest

from features.errors import ApprovalError, NotFoundError, ReleaseError, StateError
from tests.training.promoting import aliases, approve, champion
from tests.training.test_release import FORGED_GATES, forge_gates, resign, rewrite
from tests.training.testdam import TODAY
from training import ledger, model_card, promotion, release
from training.gates import judge
from training.hashes import content_hash


def test_promoting_makes_a_champion_and_a_release_folder(trained, registry_of):
    approved = approve(trained.town)
    assert release.champion_folder(trained.town.settings, "registration") == approved.folder
    registered = registry_of(trained.town).versions("registration")[0]
    assert registered.aliases == ("champion",)
    assert registered.tags["approved_by"] == "owner"
    assert registered.tags["approved_on"] == TODAY.isoformat()
    assert release.load(approved.folder, trained.town.settings).approved_by == "owner"


def test_a_second_promotion_moves_the_aliases_and_an_earlier_one_can_come_back(stored, registry_of):
    town, second = stored.town, stored.candidate.release.version
    first = next(one.version for one in registry_of(town).versions("registration") if one.version != second)
    assert aliases(registry_of(town)) == {"challenger": second}
    approved = approve(town, version=first)
    assert aliases(registry_of(town)) == {"champion": first, "challenger": second}
    assert approve(town).version == second
    assert aliases(registry_of(town)) == {"champion": second, "previous": first}
    again = approve(town, "both", version=first)
    assert aliases(registry_of(town)) == {"champion": first, "previous": second}
    assert again.approval == approved.approval
    assert release.champion_folder(town.settings, "registration") == town.settings.state / "releases" / "registration" / first
    assert approve(town, version="2").version == second
    assert [(one.act, one.version, one.replaces, one.person) for one in ledger.read(town.settings)] == [
        ("promoted", first, None, "owner"),
        ("promoted", second, first, "owner"),
        ("promoted", first, second, "both"),
        ("promoted", second, first, "owner"),
    ]


def test_promoting_the_champion_again_adds_nothing_to_the_ledger(trained):
    approve(trained.town)
    before = (trained.town.settings.state / ledger.FILE).read_bytes()
    approve(trained.town)
    assert (trained.town.settings.state / ledger.FILE).read_bytes() == before


def test_the_trainer_cannot_promote_the_own_model(trained_twice, registry_of):
    refused(trained_twice.town, registry_of, "both", ApprovalError, "'both' both trained and approved")


@pytest.mark.parametrize(("who", "fault"), [("scientist", "the role process-owner"), ("stranger", "belongs to nobody")])
def test_who_may_not_approve_is_refused(trained, registry_of, who, fault):
    refused(trained.town, registry_of, who, ApprovalError, fault)


def refused(town, registry_of, who, kind, fault, **options):
    with pytest.raises(kind, match=fault):
        approve(town, who, **options)
    assert champion(registry_of(town)) == []
    assert not (town.settings.state / "releases").exists()


def test_a_changed_candidate_is_refused(trained, registry_of):
    path = trained.candidate.release.folder / "gates.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"passed"', '"failed"', 1), encoding="utf-8")
    refused(trained.town, registry_of, "owner", ReleaseError, "the files have hash")


def test_a_candidate_that_was_signed_again_after_registration_is_refused(trained, registry_of):
    path = trained.candidate.release.folder / "evaluation.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    resign(trained.candidate.release.folder, trained.town)
    (trained.candidate.release.folder / "approval.json").unlink()
    refused(trained.town, registry_of, "owner", ReleaseError, "is not the one that was registered")


def test_a_candidate_that_did_not_pass_is_refused_with_the_gate(blocked, registry_of):
    refused(blocked.town, registry_of, "owner", ApprovalError, r"did not pass: lift at capacity \(failed\)")


def register_again(trained, registry_of):
    """Sign a changed candidate anew and write its hash into the registry, as its trainer could."""
    folder, registry = trained.candidate.release.folder, registry_of(trained.town)
    resign(folder, trained.town)
    (folder / "approval.json").unlink()
    release_hash = content_hash(release.read_files(folder))
    registry.client.set_model_version_tag(registry.name("registration"), trained.candidate.registered.number, "release_hash", release_hash)


@pytest.mark.parametrize("forged", FORGED_GATES)
def test_gates_that_were_typed_by_the_trainer_are_refused(trained, registry_of, forged):
    forge_gates(trained.candidate.release.folder, forged)
    register_again(trained, registry_of)
    refused(trained.town, registry_of, "owner", ApprovalError, "are not what its evaluation gives")


def test_gates_under_limits_of_ones_own_are_refused(trained, registry_of):
    candidate = trained.candidate.release
    loose = judge(candidate.evaluation, limits=candidate.gates.limits.model_copy(update={"minimum_lift": 1.0}))
    rewrite(candidate.folder, "gates.json", **loose.model_dump(mode="json"))
    register_again(trained, registry_of)
    refused(trained.town, registry_of, "owner", ApprovalError, "are not what its evaluation gives under the limits of its theme")


def test_limits_that_were_loosened_after_training_are_refused(trained, registry_of):
    trained.town.limit("minimum_lift", 1.0)
    refused(trained.town, registry_of, "owner", ReleaseError, "theme 'registration' was changed after it was trained")


def test_a_version_that_is_not_known_is_refused_with_those_that_are(trained, registry_of):
    known = trained.candidate.release.version
    refused(trained.town, registry_of, "owner", NotFoundError, f"has no candidate 7. Expected: one of {known}", version="7")


def test_a_theme_without_candidates_says_what_to_do(trained):
    elsewhere = trained.town.on(code="elsewhere")
    with pytest.raises(NotFoundError, match=r"has no candidate\. Expected: one of none yet"):
        approve(elsewhere)


def test_two_do_not_promote_at_once(trained, registry_of):
    with promotion._alone(trained.town.settings):
        refused(trained.town, registry_of, "owner", StateError, f"process {os.getpid()} is promoting or rolling back in")


def test_the_card_of_a_release_says_what_its_signed_files_say(trained):
    approved = approve(trained.town)
    card = (approved.folder / "card.md").read_text(encoding="utf-8")
    assert card == model_card.text(release.load(approved.folder, trained.town.settings), trained.town.theme)
    auc = approved.evaluation.metrics["model"]["auc"]
    for said in ("Synthetic data", "trained by scientist", "approved by owner", "not for", "fines", approved.release_hash,
                 f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})", "| better than random | passed |"):  # fmt: skip
        assert said in card


def test_what_people_wrote_stays_text_in_the_card(trained):
    odd = trained.town.theme.model_copy(update={"not_for_en": "a | b <script>x</script> [link](http://elsewhere) `code`\nnext"})
    card = model_card.text(trained.candidate.release, odd)
    assert "- a \\| b &lt;script>x&lt;/script> \\[link\\](http://elsewhere) \\`code\\` next\n" in card
    assert "approved by nobody" in card


def test_a_card_that_was_changed_or_left_half_written_changes_nothing_that_is_served(trained):
    approved = approve(trained.town)
    (approved.folder / "card.md").write_text("nice", encoding="utf-8")
    (approved.folder / ".card.md.new").write_text("ni", encoding="utf-8")
    assert release.load(approved.folder, trained.town.settings).release_hash == approved.release_hash
