from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from features.errors import ApprovalError, NotFoundError, ReleaseError, StateError
from features.matrix_file import read as read_matrix
from tests.training.testdam import TODAY
from training import keys, model, release, release_files
from training.gates import judge
from training.hashes import content_hash
from training.signatures import state


@pytest.fixture
def candidate(trained):
    return release.load(trained.candidate.release.folder, trained.town.settings, require_approval=False)


@pytest.fixture
def approved(trained, candidate):
    return release.approve(candidate, trained.town.settings, approval=signed(trained.town, candidate, "owner"))


def signed(town, candidate, who, *, act="approved"):
    return state(act, key=keys.read(getattr(town, who)), settings=town.settings, release_hash=candidate.release_hash, on=TODAY)


def rewrite(folder, name, **changes):
    """Change a file, as someone with access to the disk could."""
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    (folder / name).write_text(json.dumps({**content, **changes}), encoding="utf-8")


def resign(folder, town, *, trainer="scientist", approver="owner"):
    """Sign a changed folder anew, as the people themselves could."""
    release_hash = content_hash(release.read_files(folder))
    for name, act, who in ((release.TRAINED, "trained", trainer), (release.APPROVAL, "approved", approver)):
        statement = state(act, key=keys.read(getattr(town, who)), settings=town.settings, release_hash=release_hash, on=TODAY)
        (folder / name).write_text(statement.model_dump_json(), encoding="utf-8")


def test_an_approved_release_is_read_back_whole(trained, candidate, approved):
    assert approved.folder == trained.town.settings.state / "releases" / "registration" / candidate.version
    assert (approved.trained_by, approved.approved_by) == ("scientist", "owner")
    assert approved.release_hash == candidate.release_hash
    assert approved.indicators == tuple(candidate.manifest.names)
    assert approved.card.synthetic is True


def test_a_candidate_is_not_served(trained, candidate):
    with pytest.raises(ApprovalError, match="nobody approved this release"):
        release.load(candidate.folder, trained.town.settings)


@pytest.mark.parametrize("name", [*release.CONTENT, release.TRAINED])
def test_a_release_without_one_of_its_files_is_refused(trained, approved, name):
    (approved.folder / name).unlink()
    with pytest.raises(ReleaseError, match=f"lacks {name}"):
        release.load(approved.folder, trained.town.settings)


@pytest.mark.parametrize("name", release.CONTENT)
def test_a_release_of_which_a_file_was_changed_is_refused(trained, approved, name):
    path = approved.folder / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ReleaseError, match="the files have hash"):
        release.load(approved.folder, trained.town.settings)


def test_a_file_that_was_put_into_a_release_is_refused(trained, approved):
    (approved.folder / "extra").mkdir()
    (approved.folder / "extra" / "note.txt").write_text("harmless", encoding="utf-8")
    with pytest.raises(ReleaseError, match="the files have hash"):
        release.load(approved.folder, trained.town.settings)


@pytest.mark.parametrize(("name", "content"), [("release.json", b"{}"), ("model.txt", b"no tree"), ("gates.json", b"\xff"), ("trained.json", b"[]")])
def test_a_file_that_is_not_what_it_should_be_is_refused(trained, approved, name, content):
    """Signed over or not: what cannot be read is refused, and what is not signed is not even read."""
    (approved.folder / name).write_bytes(content)
    with pytest.raises(ReleaseError, match="cannot be read" if name == release.TRAINED else "the files have hash"):
        release.load(approved.folder, trained.town.settings)
    resign(approved.folder, trained.town)
    if name != release.TRAINED:
        with pytest.raises(ReleaseError, match="cannot be read"):
            release.load(approved.folder, trained.town.settings)


def test_no_unsigned_text_reaches_the_parser_of_the_booster(trained, approved, monkeypatch):
    model = approved.folder / release.MODEL
    model.write_bytes(model.read_bytes() + b"x\n")
    parsed = []
    monkeypatch.setattr(release.lightgbm, "Booster", lambda **given: parsed.append(given))
    with pytest.raises(ReleaseError, match="the files have hash"):
        release.load(approved.folder, trained.town.settings)
    assert parsed == []


def test_an_approval_by_the_trainer_is_refused_when_it_is_loaded(trained, approved):
    resign(approved.folder, trained.town, trainer="both", approver="both")
    with pytest.raises(ApprovalError, match="'both' both trained and approved"):
        release.load(approved.folder, trained.town.settings)


def test_an_approval_by_someone_who_may_no_longer_approve_is_refused(trained, approved):
    demoted = tuple(p.model_copy(update={"roles": ("data-scientist",)}) if p.id == "owner" else p for p in trained.town.settings.people)
    with pytest.raises(ApprovalError, match="'owner' has the roles data-scientist"):
        release.load(approved.folder, trained.town.on(people=demoted).settings)


def test_a_release_that_did_not_pass_a_gate_is_refused_although_it_was_signed(trained, approved):
    folds = tuple(fold.model_copy(update={"rows": 10}) for fold in approved.evaluation.folds)
    measured = approved.evaluation.model_copy(update={"folds": folds})
    (approved.folder / "evaluation.json").write_text(measured.model_dump_json(), encoding="utf-8")
    (approved.folder / "gates.json").write_text(judge(measured, limits=approved.gates.limits).model_dump_json(), encoding="utf-8")
    resign(approved.folder, trained.town)
    with pytest.raises(ApprovalError, match=r"did not pass: labels \(not enough data\)"):
        release.load(approved.folder, trained.town.settings)


def typed_by_hand(gates):
    return [{**gate, "state": "passed"} for gate in gates]


FORGED_GATES = {
    "passed, typed by hand": typed_by_hand,
    "no gate at all": lambda _: [],
    "a gate of one's own": lambda _: [{"name": "nice", "state": "passed", "measured": 1, "limit": 0, "why": "nice"}],
    "a gate left out": lambda gates: gates[1:],
}


def forge_gates(folder, forged):
    """Type gates over those of a model that fails one of them."""
    evaluation = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    for fold in evaluation["folds"]:
        fold["rows"] = 10
    rewrite(folder, "evaluation.json", **evaluation)
    gates = json.loads((folder / "gates.json").read_text(encoding="utf-8"))["gates"]
    rewrite(folder, "gates.json", gates=FORGED_GATES[forged](gates))


@pytest.mark.parametrize("forged", FORGED_GATES)
def test_gates_that_the_evaluation_does_not_give_are_refused_although_both_signed(trained, approved, forged):
    forge_gates(approved.folder, forged)
    resign(approved.folder, trained.town)
    with pytest.raises(ApprovalError, match=r"the gates of release .* are not what its evaluation gives"):
        release.load(approved.folder, trained.town.settings)


def test_gates_without_a_measured_model_are_refused(trained, approved):
    rewrite(approved.folder, "evaluation.json", metrics={}, differences={})
    resign(approved.folder, trained.town)
    with pytest.raises(ApprovalError, match="are not what its evaluation gives"):
        release.load(approved.folder, trained.town.settings)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"municipality": "elsewhere"}, "is of municipality 'elsewhere', not 'testdam'"),
        ({"theme": "overcrowding"}, "has a manifest of another theme or matrix"),
        ({"theme_hash": "0" * 64}, "has a manifest of another theme or matrix"),
        ({"matrix_hash": "0" * 64}, "has a manifest of another theme or matrix"),
        ({"indicators": ["reports_1y"]}, "has other indicators in its model than in its manifest"),
        ({"version": "2020-01-01-00000000"}, "lies in a folder that is not its version"),
        ({"calibration": {"slope": 0, "intercept": 0}}, "cannot be read: ValidationError"),
        ({"calibration": {"slope": -1, "intercept": 0}}, "cannot be read: ValidationError"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused_although_signed(trained, approved, changes, fault):
    rewrite(approved.folder, "release.json", **changes)
    resign(approved.folder, trained.town)
    with pytest.raises(ReleaseError, match=fault):
        release.load(approved.folder, trained.town.settings)


def test_a_refused_approval_writes_nothing(trained, candidate):
    with pytest.raises(ApprovalError):
        release.approve(candidate, trained.town.settings, approval=signed(trained.town, candidate, "scientist", act="trained"))
    assert not (trained.town.settings.state / "releases").exists()


def test_an_approved_release_is_never_written_again(trained, candidate, approved):
    again = release.approve(candidate, trained.town.settings, approval=signed(trained.town, candidate, "both"))
    assert again.approved_by == "owner"


def test_a_release_folder_appears_whole_or_not_at_all(trained, candidate, monkeypatch, tmp_path):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release_files.os, "fsync", full)
    with pytest.raises(StateError, match="No space left on device"):
        release.write(tmp_path / "release", {"a": b"1"})
    assert list(tmp_path.glob("release*")) == []
    assert list(tmp_path.glob(".release*")) == []


def test_a_theme_without_a_champion_says_what_to_do(trained):
    with pytest.raises(NotFoundError, match="theme 'registration' has no champion"):
        release.champion_folder(trained.town.settings, "registration")


@pytest.mark.parametrize("version", ["2020-01-01-00000000", "../../candidates", ""])
def test_a_champion_that_is_not_a_release_is_refused(trained, approved, version):
    pointer = approved.folder.parent / release.CHAMPION
    pointer.write_text(version, encoding="utf-8")
    with pytest.raises(ReleaseError, match="that is not there"):
        release.champion_folder(trained.town.settings, "registration")
    pointer.write_text(approved.version + "\n", encoding="utf-8")
    assert release.champion_folder(trained.town.settings, "registration") == approved.folder


def test_a_moved_state_folder_still_loads(trained, approved, tmp_path):
    shutil.copytree(approved.folder, tmp_path / "moved" / approved.version)
    assert release.load(tmp_path / "moved" / approved.version, trained.town.settings).release_hash == approved.release_hash


def test_scores_of_a_release_are_the_sum_of_their_reasons(trained, approved):
    rows = read_matrix(trained.town.settings.state / "matrices" / "registration" / "training").frame
    explained = model.explain(approved.booster, rows, slope=approved.slope, intercept=approved.intercept)
    assert np.abs(explained.base_value + explained.contributions.sum(axis=1) - explained.log_odds).max() < 1e-6
    assert approved.slope != 1


def test_a_process_that_serves_loads_nothing_heavy():
    code = "import sys, training.release, training.model, training.keys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "training.release" in loaded
    assert {"mlflow", "shap", "matplotlib", "evidently", "fairlearn", "bentoml"} & set(loaded) == set()
