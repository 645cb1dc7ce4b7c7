from __future__ import annotations

import json
import re
import tomllib

import pytest
from typer.testing import CliRunner

from features import settings
from features.errors import ApprovalError, InputError, NotFoundError, SettingsError, StateError, TrainingError
from features.settings import Person
from tests.training.testdam import make_frame, make_matrix
from training import keys
from training.commands import app


@pytest.fixture
def schouw(trained, monkeypatch):
    """Run a command on a copy of the trained town; errors of ours come through, as in schouw.py."""
    folder = trained.town.settings.folder
    monkeypatch.setattr("features.commands.console.width", 250, raising=False)
    monkeypatch.setenv("SCHOUW_STATE", str(trained.town.settings.state))

    def run(*words):
        return CliRunner().invoke(app, [*words, "--municipality", str(folder)], catch_exceptions=False).stdout

    return run


def test_training_prints_folds_figures_and_gates(schouw, trained):
    said = schouw("train", "registration", "--key", str(trained.town.scientist))
    evaluation = trained.candidate.release.evaluation
    for one in evaluation.rounds:
        *learned, test = one.folds
        assert f"{test.first_on} to {test.last_on}" in said
        assert [f"{fold.rows} / {fold.positives}" for fold in (*learned, test) if f"{fold.rows} / {fold.positives}" not in said] == []
        auc = one.figures.metrics["model"]["auc"]
        assert f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})" in said
    assert f"the gap of {evaluation.gap_days} days" in said
    assert f"model, {evaluation.never_visited.rows} rows at" in said
    assert "addresses never visited" in said
    auc = evaluation.metrics["model"]["auc"]
    assert f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})" in said
    assert "better than number of reports" in said
    assert "Team effects: none taken out." in said
    assert "No other candidate that is still kept was measured on these test days before." in said
    assert f"schouw promote registration --version {trained.candidate.release.version} --key FILE" in said
    assert f"Candidate {trained.candidate.release.version} of theme registration, trained by scientist, tier 1, binary objective." in said


def test_a_search_is_printed_beside_what_ships_and_kept_with_the_model(schouw, trained):
    trained.town.keep(make_matrix(trained.town.theme, make_frame(600)))
    found = json.loads(schouw("train", "registration", "--key", str(trained.town.scientist), "--trials", "2", "--minutes", "60", "--json"))
    record = found["evaluation"]["tuning"]
    assert (record["trials"], record["minutes"], record["repeatable"]) == (2, 60, False)
    assert [one["trials"] for one in record["rounds"]] == [2] * 5
    said = schouw("train", "registration", "--key", str(trained.town.scientist), "--trials", "2")
    assert f"{record['rounds'][0]['loss_as_shipped']:.4f}" in said
    assert f"num_leaves {record['rounds'][4]['parameters']['num_leaves']}" in said
    assert "not repeatable" not in said


def test_a_blocked_candidate_is_said_to_be_blocked(schouw, trained):
    trained.town.limit("minimum_lift", 4.5)
    trained.town.keep(make_matrix(trained.town.theme))
    said = schouw("train", "registration", "--key", str(trained.town.scientist))
    assert "A gate blocks its promotion" in said
    assert re.search(r"schouw promote registration --version \S+ --key FILE --override WHY --until DAY", said)
    assert "asked: wholly above 4.5" in said
    assert "lift at capacity: failed" in schouw("models")


def test_where_nothing_is_registered_the_next_commands_are_said_unless_something_was_released(schouw, tmp_path, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(tmp_path))
    assert "No model is registered yet: schouw build THEME" in schouw("models")
    (tmp_path / "releases" / "registration").mkdir(parents=True)
    with pytest.raises(StateError, match="lists no model, and there is a release"):
        schouw("models")


def test_a_promotion_names_both_people(schouw, trained):
    said = schouw("promote", "registration", "--key", str(trained.town.owner))
    assert f"{trained.candidate.release.version}, trained by scientist, approved by owner, tier 1." in said


def test_an_override_is_asked_for_with_its_two_halves(schouw, trained):
    key = ("--key", str(trained.town.owner))
    for half, fault in (("--override", "--override stands alone"), ("--until", "--until stands alone")):
        with pytest.raises(InputError, match=fault):
            schouw("promote", "registration", *key, half, "2025-06-30")
    with pytest.raises(InputError, match="--until 'June' is no date"):
        schouw("promote", "registration", *key, "--override", "a reason that is long enough", "--until", "June")
    with pytest.raises(InputError, match="every gate passed"):
        schouw("promote", "registration", *key, "--override", "a reason that is long enough", "--until", "2025-06-30")


def test_an_override_is_told_by_every_command(blocked, monkeypatch):
    monkeypatch.setattr("features.commands.console.width", 250, raising=False)
    monkeypatch.setenv("SCHOUW_STATE", str(blocked.town.settings.state))

    def schouw(*words):
        return CliRunner().invoke(app, [*words, "--municipality", str(blocked.town.settings.folder)], catch_exceptions=False).stdout

    reason = "nothing [red]better[/red] is at hand until the summer"
    words = ("--key", str(blocked.town.owner), "--version", blocked.candidate.release.version, "--override", reason, "--until", "2025-06-30")
    said = schouw("promote", "registration", *words)
    assert f"Overridden: lift at capacity (failed); until 2025-06-30, by owner: {reason}" in said
    assert reason in schouw("releases", "registration")
    assert "overridden until 2025-06-30" in schouw("models", "registration")
    assert "A gate did not pass and was overridden until 2025-06-30" in schouw("card", "registration")
    assert json.loads(schouw("releases", "registration", "--json"))[0]["override"]["reason"] == reason


def test_a_rollback_names_what_is_served_again_and_the_ledger_tells_of_it(trained_twice, first_training, monkeypatch):
    town, first, second = trained_twice.town, first_training.candidate.release.version, trained_twice.candidate.release.version
    monkeypatch.setattr("features.commands.console.width", 250, raising=False)
    monkeypatch.setenv("SCHOUW_STATE", str(town.settings.state))

    def schouw(*words):
        return CliRunner().invoke(app, [*words, "--municipality", str(town.settings.folder)], catch_exceptions=False).stdout

    key = ("--key", str(town.owner))
    schouw("promote", "registration", "--version", first, *key)
    schouw("promote", "registration", "--version", second, *key)
    said = schouw("rollback", "registration", *key)
    assert f"Champion of theme registration: {first}, trained by scientist, approved by owner" in said
    assert "answers with it within seconds" in said
    lines = json.loads(schouw("releases", "registration", "--json"))
    assert [(line["act"], line["version"], line["replaces"]) for line in lines] == [
        ("promoted", first, None),
        ("promoted", second, first),
        ("rolled back", first, second),
    ]
    table = schouw("releases", "registration")
    assert "each as it was signed" in table
    assert "rolled back" in table
    assert f"model {first}" in schouw("card", "registration").splitlines()[0]
    assert f"model {second}" in json.loads(schouw("card", "registration", "--version", second, "--json"))["card"]
    with pytest.raises(NotFoundError, match="has no model nowhere"):
        schouw("card", "registration", "--version", "nowhere")


def test_a_program_reads_the_same_as_json(schouw, trained):
    found = json.loads(schouw("train", "registration", "--key", str(trained.town.scientist), "--json"))
    assert found["version"] == trained.candidate.release.version
    assert found["passed"] is True
    assert found["evaluation"]["metrics"]["model"]["auc"]["low"] == trained.candidate.release.evaluation.metrics["model"]["auc"].low


def test_models_are_listed_before_and_after_promotion(schouw, trained):
    before = json.loads(schouw("models", "--json"))
    assert [(one["aliases"], one["tier"], one["trained_by"], one["approved_by"]) for one in before] == [(["challenger"], 1, "scientist", None)]
    promoted = json.loads(schouw("promote", "registration", "--key", str(trained.town.owner), "--json"))
    assert (promoted["trained_by"], promoted["approved_by"]) == ("scientist", "owner")
    after = json.loads(schouw("models", "registration", "--json"))
    assert [(one["aliases"], one["approved_by"]) for one in after] == [(["champion"], "owner")]
    assert {gate["state"] for gate in after[0]["gates"]} == {"passed"}
    said = schouw("models")
    assert all(word in said for word in (trained.candidate.release.version, "champion", "trained: scientist", "approved: owner"))


def test_models_fit_a_terminal_of_80_columns_with_their_tier(schouw, trained, monkeypatch):
    schouw("promote", "registration", "--key", str(trained.town.owner))
    monkeypatch.setattr("features.commands.console.width", 80, raising=False)
    lines = schouw("models").splitlines()
    assert max(map(len, lines)) <= 80
    heads, _, figures = zip(*([cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")), strict=True)
    assert heads == ("registration", trained.candidate.release.version, "tier 1, binary", "champion", "trained: scientist", "approved: owner")
    auc = trained.candidate.release.evaluation.metrics["model"]["auc"]
    assert figures[:2] == (f"AUC {auc.value:.3f}", f"({auc.low:.3f} to {auc.high:.3f})")


def test_releases_fit_a_terminal_of_80_columns_and_say_that_there_is_nothing_to_go_back_to(schouw, trained, monkeypatch):
    monkeypatch.setattr("features.commands.console.width", 80, raising=False)
    assert "Nothing was released yet" in schouw("releases", "registration")
    schouw("promote", "registration", "--key", str(trained.town.owner))
    said = schouw("releases", "registration")
    rows = [line for line in said.splitlines() if line.startswith("│")]
    assert max(map(len, rows)) <= 80
    assert any(trained.candidate.release.version in line for line in rows)
    assert "(a made-up municipality)" in " ".join(said.split())
    assert "There is nothing to roll back to yet" in said
    with pytest.raises(NotFoundError, match=r"train another .*'schouw retrain registration'.* and promote it: then what is served now"):
        schouw("rollback", "registration", "--key", str(trained.town.owner))


def test_a_changed_candidate_is_listed_with_its_fault(schouw, trained):
    path = trained.candidate.release.folder / "gates.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "the files have hash" in json.loads(schouw("models", "--json"))[0]["fault"]
    assert "the files have hash" in schouw("models")


def test_a_command_refuses_with_our_error(schouw, trained):
    with pytest.raises(ApprovalError, match="the role process-owner"):
        schouw("promote", "registration", "--key", str(trained.town.scientist))
    (trained.town.settings.state / "matrices" / "registration" / "training" / "manifest.json").unlink()
    with pytest.raises(TrainingError, match="there is no matrix"):
        schouw("train", "registration", "--key", str(trained.town.scientist))


def test_a_new_key_prints_the_lines_that_municipality_toml_needs(town, tmp_path):
    out = tmp_path / "a.jansen.pem"
    said = CliRunner().invoke(app, ["keys", "new", "a.jansen", "--out", str(out), "--role", "process-owner"], catch_exceptions=False).stdout
    person = Person(**tomllib.loads(said)["people"][0])
    assert (person.id, person.roles) == ("a.jansen", ("process-owner",))
    assert person.public_key == keys.public_text(keys.read(out))
    file = town.settings.folder / "municipality.toml"
    file.write_text(file.read_text(encoding="utf-8") + said, encoding="utf-8")
    assert settings.load(town.settings.folder).person(person.public_key) == person


@pytest.mark.parametrize(("name", "words"), [("a.jansen", "One more person in "), ("scientist", "In place of the lines of scientist in ")])
def test_a_new_key_for_a_municipality_says_where_its_lines_belong(schouw, trained, tmp_path, name, words):
    said = schouw("keys", "new", name, "--out", str(tmp_path / "key.pem"))
    assert said.splitlines()[0] == f"# {words}{trained.town.settings.folder / 'municipality.toml'}"
    assert tomllib.loads(said)["people"][0]["id"] == name
    told = json.loads(schouw("keys", "new", name, "--out", str(tmp_path / "other.pem"), "--json"))
    assert told["public_key"] == keys.public_text(keys.read(tmp_path / "other.pem"))
    assert told["listed"] == (name == "scientist")


def test_a_new_key_as_json_is_one_person_of_the_settings(tmp_path):
    out = tmp_path / "key.pem"
    told = json.loads(CliRunner().invoke(app, ["keys", "new", "a.jansen", "--out", str(out), "--json"], catch_exceptions=False).stdout)
    assert told == {
        "private_key": str(out),
        "municipality": None,
        "listed": None,
        **Person(**{k: told[k] for k in Person.model_fields if k in told}).model_dump(mode="json", exclude_none=True),
    }


def test_a_folder_without_a_municipality_makes_no_key(tmp_path):
    with pytest.raises(SettingsError, match="is not there"):
        CliRunner().invoke(
            app, ["keys", "new", "a.jansen", "--out", str(tmp_path / "key.pem"), "--municipality", str(tmp_path)], catch_exceptions=False
        )
    assert not (tmp_path / "key.pem").exists()


def test_a_key_for_a_name_that_cannot_be_is_not_made(tmp_path):
    with pytest.raises(InputError, match="cannot be the id"):
        CliRunner().invoke(app, ["keys", "new", "A Jansen", "--out", str(tmp_path / "key.pem")], catch_exceptions=False)
    assert not (tmp_path / "key.pem").exists()
