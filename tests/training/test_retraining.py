"""Retraining: one command builds, trains, compares with what is served and advises, and a person promotes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.errors import ApprovalError, StateError
from features.manifest import InputRecord, Manifest
from tests.training.conftest import Trained, copy_of
from tests.training.promoting import aliases, approve
from tests.training.retrainings import again, built, cohort, later_frame
from tests.training.testdam import TODAY, make_frame, make_matrix
from training import retraining
from training.commands import app
from training.comparison import compare, unreadable
from training.paired import Arm, Paired, unlearned
from training.registry import Registry


@dataclass(frozen=True)
class Again:
    """A town that was retrained, after Ctrl-C in the very last step before the comparison was written."""

    trained: Trained
    found: retraining.Retrained
    left_by_ctrl_c: list[str]


@pytest.fixture(scope="session")
def first_retraining(first_training: Trained, tmp_path_factory: pytest.TempPathFactory) -> Again:
    copied = copy_of(first_training, tmp_path_factory.mktemp("retrained"))
    approve(copied.town)
    with built(copied.town, later_frame()):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Registry, "keep_comparison", _stop)
            with pytest.raises(KeyboardInterrupt):
                again(copied.town)
        left = [path.name for path in copied.town.settings.state.glob("retraining/*/*/*")]
        return Again(copied, again(copied.town), left)


def _stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def retrained(first_retraining: Again, tmp_path: Path) -> Again:
    copied = copy_of(first_retraining.trained, tmp_path)
    folder = first_retraining.found.folder
    assert folder is not None
    place = copied.town.settings.state / folder.relative_to(first_retraining.trained.town.settings.state)
    return replace(first_retraining, trained=copied, found=replace(first_retraining.found, folder=place))


def test_the_same_command_carries_on_after_ctrl_c_and_registers_nothing_twice(first_retraining: Again) -> None:
    registry = Registry.open(first_retraining.trained.town.settings)
    assert first_retraining.left_by_ctrl_c == []
    assert [one.version for one in registry.versions("registration")] == [first_retraining.found.version, _champion(first_retraining)]


def test_nothing_is_promoted(first_retraining: Again) -> None:
    assert aliases(Registry.open(first_retraining.trained.town.settings)) == {
        "champion": _champion(first_retraining),
        "challenger": first_retraining.found.version,
    }
    assert "Nothing was promoted" in first_retraining.found.page


def test_both_are_measured_on_the_same_rows_that_the_champion_did_not_learn_from(first_retraining: Again) -> None:
    found, champion = first_retraining.found.comparison, first_retraining.trained.candidate.release
    assert found is not None
    assert isinstance(found.newest, Paired)
    assert champion.evaluation.folds[1].ends_on <= found.newest.first_on
    assert set(found.newest.metrics) == {"challenger", "champion"}
    for metric, difference in found.newest.differences.items():
        both = [found.newest.metrics[name][metric].value for name in ("challenger", "champion")]
        assert difference.value == pytest.approx(both[0] - both[1])  # type: ignore[operator] # None would fail
    assert {"auc", "lift_at_capacity", "calibration_gap"} <= set(found.newest.differences)


def test_what_was_drawn_by_lot_is_looked_at_alone_and_said_to_be_too_few(first_retraining: Again) -> None:
    found = first_retraining.found.comparison
    assert found is not None
    assert isinstance(found.random_arm, Arm)
    assert isinstance(found.newest, Paired)
    assert 0 < found.random_arm.figures.rows < found.newest.rows
    assert found.random_arm.too_few
    assert "**Too few**" in first_retraining.found.page


def test_what_was_decided_before_the_champions_test_period_is_left_out(first_training: Trained) -> None:
    champion = first_training.candidate.release
    begins = champion.evaluation.folds[-2].ends_on
    days = pd.DataFrame({"as_of": pd.to_datetime([begins - timedelta(days=1), begins, begins + timedelta(days=1)])})
    assert unlearned(days, champion)["as_of"].dt.date.tolist() == [begins, begins + timedelta(days=1)]


def test_addresses_stand_in_the_list_of_the_state_folder_and_nowhere_else(first_retraining: Again) -> None:
    folder, found = first_retraining.found.folder, first_retraining.found.comparison
    assert folder is not None
    assert found is not None
    assert found.changed_list is not None
    listed = pd.read_csv(folder / "changed-list.csv", dtype={"address_id": str})
    counts = listed["change"].value_counts().to_dict()
    changed = found.changed_list
    assert counts == {name: n for name, n in (("enters", changed.entered), ("leaves", changed.left), ("stays", changed.stayed)) if n}
    assert (changed.places, changed.entered) == (40, changed.left)
    assert changed.stayed + changed.entered == changed.places
    assert changed.overlap.share.value == pytest.approx(changed.stayed / changed.places)
    state = first_retraining.trained.town.settings.state
    told = [path for path in (*folder.iterdir(), *(state / "mlartifacts").rglob("comparison.md")) if path.suffix != ".csv"]
    assert {path.name for path in told} == {"comparison.json", "comparison.md"}
    for path in told:
        text = path.read_text(encoding="utf-8")
        assert [one for one in listed["address_id"] if one in text] == []


def test_the_page_is_kept_in_the_run_too(first_retraining: Again) -> None:
    registry = Registry.open(first_retraining.trained.town.settings)
    run = registry.versions("registration")[0].run_id
    assert Path(registry.client.download_artifacts(run, "comparison.md")).read_text(encoding="utf-8") == first_retraining.found.page
    assert "Synthetic data" in first_retraining.found.page


def test_the_reasons_before_and_after_are_of_whoever_is_on_either_list(first_retraining: Again) -> None:
    found = first_retraining.found.comparison
    assert found is not None
    assert {one.indicator for one in found.changed_reasons} == set(make_matrix(first_retraining.trained.town.theme).manifest.names)
    sizes = [one.after.size for one in found.changed_reasons if one.after]
    assert sizes == sorted(sizes, reverse=True)
    assert sorted(one.before.place for one in found.changed_reasons if one.before) == [1, 2, 3, 4, 5, 6]


def test_where_nothing_is_new_nothing_is_trained_unless_asked(retrained: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    town = retrained.trained.town
    monkeypatch.setattr(retraining, "train", _stop)
    with built(town, later_frame()):
        since = again(town)
        assert (since.comparison, since.version, since.trained_on) == (None, retrained.found.version, TODAY)
        with pytest.raises(KeyboardInterrupt):
            again(town, anyway=True)
    with built(town, make_frame()):
        assert again(town).version == _champion(retrained), "the champion learned from just this"
    with built(town, later_frame(seed=3)), pytest.raises(KeyboardInterrupt):
        again(town)


def test_a_comparison_with_a_former_champion_is_made_again(retrained: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    town = retrained.trained.town
    folder = retrained.found.folder
    assert folder is not None
    record = json.loads((folder / "comparison.json").read_text())
    record["champion"]["version"] = "another"
    (folder / "comparison.json").write_text(json.dumps(record))
    monkeypatch.setattr(retraining, "train", _stop)
    with built(town, later_frame()), pytest.raises(KeyboardInterrupt):
        again(town)


def test_the_command_prints_the_page_and_gives_the_same_to_a_program(retrained: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    town, found = retrained.trained.town, retrained.found
    monkeypatch.setattr("features.commands.console.width", 250, raising=False)
    monkeypatch.setenv("SCHOUW_STATE", str(town.settings.state))
    monkeypatch.setattr(retraining, "retrain", lambda *_, **__: found)
    words = ["retrain", "registration", "--key", str(town.scientist), "--municipality", str(town.settings.folder)]
    said = CliRunner().invoke(app, words, catch_exceptions=False).stdout
    assert found.page.strip() in said
    assert f"Kept in {found.folder}" in said
    assert found.comparison is not None
    told = json.loads(CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False).stdout)
    assert told == {"folder": str(found.folder), **found.comparison.model_dump(mode="json")}
    same = retraining.Retrained(since=retrained.trained.candidate.release.manifest, version="v", trained_on=TODAY)
    monkeypatch.setattr(retraining, "retrain", lambda *_, **__: same)
    assert "Nothing is new since v was trained on 2025-01-31" in CliRunner().invoke(app, words, catch_exceptions=False).stdout
    assert json.loads(CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False).stdout) == {
        "nothing_new_since": {"version": "v", "trained_on": "2025-01-31"}
    }


def test_a_first_model_is_held_against_the_baselines_only(first_training: Trained) -> None:
    town = first_training.town
    found = compare(first_training.candidate, None, cohort=cohort(town), theme=town.theme, made_on=TODAY, seed=1)
    assert found.lists is None
    assert (found.comparison.champion, found.comparison.advice.kind) == (None, "promote")
    assert found.comparison.advice.why == ("there is no champion: the challenger is held against the baselines only",)
    assert set(found.comparison.baselines) == {"random", "number of reports", "logistic regression", "ranking objective"}
    page = retraining.comparison_page.text(found.comparison)
    assert "There is no champion yet." in page
    assert "would change" not in page


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "other"}, r"the champion reads 1 indicators that the matrix of now does not hold, first 'reports_3y'"),
        ({"unit": "m3"}, r"1 indicators of the champion mean something else now, first 'reports_3y'"),
    ],
)
def test_a_champion_that_reads_something_else_is_not_compared(first_training: Trained, changes: dict[str, str], fault: str) -> None:
    champion, town = first_training.candidate.release, first_training.town
    first, *others = champion.manifest.indicators
    now = champion.manifest.model_copy(update={"indicators": (first.model_copy(update=changes), *others)})
    assert unreadable(champion, champion.manifest) is None
    assert unreadable(champion, now) == fault
    other = replace(first_training.candidate, release=replace(champion, manifest=now))
    found = compare(other, champion, cohort=cohort(town), theme=town.theme, made_on=TODAY, seed=1).comparison
    assert (found.newest, found.advice.kind, found.changed_list) == (fault, "not enough data", None)


def test_what_monitoring_advised_stands_on_the_page_and_a_broken_report_stops_nothing(trained: Trained) -> None:
    settings = trained.town.settings
    assert retraining.advised(settings, "registration") == ()
    report = settings.state / "reports" / "registration" / "2025-01-30" / "report.json"
    report.parent.mkdir(parents=True)
    report.write_text(json.dumps({"advice": [{"kind": "retrain", "en": "There are 90 new outcomes."}]}), encoding="utf-8")
    assert retraining.advised(settings, "registration") == ("2025-01-30, retrain: There are 90 new outcomes.",)
    report.write_text("[]", encoding="utf-8")
    assert retraining.advised(settings, "registration") == ("the report of 2025-01-30 cannot be read: run 'schouw monitor registration'",)


def test_who_may_not_train_may_not_retrain_and_a_registry_that_is_down_is_said_before_the_build(trained: Trained) -> None:
    with built(trained.town, later_frame()):
        with pytest.raises(ApprovalError, match="the role data-scientist"):
            retraining.retrain(trained.town.settings, "registration", private_key=trained.town.owner, today=TODAY)
        down = trained.town.on(tracking_uri="postgresql+psycopg://someone:secret@127.0.0.1:9/none")
        before = (trained.town.settings.state / "matrices" / "registration" / "training" / "manifest.json").read_bytes()
        with pytest.raises(StateError, match=r"the registry .* refuses"):
            again(down)
    assert (trained.town.settings.state / "matrices" / "registration" / "training" / "manifest.json").read_bytes() == before


def test_lists_of_addresses_are_forgotten_and_the_comparison_stays(retrained: Again) -> None:
    folder = retrained.found.folder
    assert folder is not None
    retraining._forget(folder.parent, today=TODAY + timedelta(days=400))
    assert (folder / "changed-list.csv").exists()
    retraining._forget(folder.parent, today=TODAY + timedelta(days=401))
    assert sorted(path.name for path in folder.iterdir()) == ["comparison.json", "comparison.md"]


def test_lists_are_forgotten_where_nothing_is_new_too(retrained: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    old = retrained.trained.town.settings.state / "retraining" / "registration" / "2020-01-01-0a1b2c3d" / "changed-list.csv"
    old.parent.mkdir(parents=True)
    old.write_text("address_id")
    monkeypatch.setattr(retraining, "train", _stop)
    with built(retrained.trained.town, later_frame()):
        assert again(retrained.trained.town).comparison is None
    assert not old.exists()


def test_a_challenger_that_no_longer_says_what_it_learned_from_stops_nothing(retrained: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    town = retrained.trained.town
    (town.settings.state / "candidates" / "registration" / retrained.found.version / "manifest.json").write_text("{")
    monkeypatch.setattr(retraining, "train", _stop)
    with built(town, later_frame()), pytest.raises(KeyboardInterrupt):
        again(town)


def put(*, hashed: str = "a", rows: int = 10, known: int = 0, kept: int = 0) -> InputRecord:
    return InputRecord(content_hash=hashed, rows=rows, last_known_on=TODAY + timedelta(days=known), kept_since=TODAY + timedelta(days=kept - 900))


@pytest.mark.parametrize(
    ("now", "new"),
    [
        ({"content_hash": "same"}, False),
        ({"inputs": {"reports": put(hashed="b", rows=9, kept=1)}}, False),
        ({"inputs": {"reports": put(hashed="b", rows=11, kept=1)}}, True),
        ({"inputs": {"reports": put(hashed="b", rows=9, kept=1, known=1)}}, True),
        ({"inputs": {"reports": put(hashed="b")}}, True),
        ({"rows": 1}, False),
        ({"rows": 3000}, True),
        ({"catalogue_hash": "d" * 64}, True),
        ({"tier_limit": 1}, True),
        ({"content_hash": "same", "theme_hash": "0" * 64}, True),
    ],
)
def test_what_was_only_forgotten_is_not_new(first_training: Trained, now: dict[str, object], new: bool) -> None:
    manifest: Manifest = first_training.candidate.release.manifest.model_copy(update={"inputs": {"reports": put()}, "content_hash": "same"})
    assert retraining.is_new(manifest.model_copy(update={"content_hash": "other"} | now), since=manifest) is new


def _champion(found: Again) -> str:
    return str(found.trained.candidate.release.version)
