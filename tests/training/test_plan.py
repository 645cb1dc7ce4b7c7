"""The plan of a cold start: rounds, weeks, and what the command says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import schouw
from features.errors import InputError
from features.limits import Limits
from features.scorecard import Line
from tests.training.test_gates import evaluation
from tests.training.testdam import Town, make_frame, make_matrix
from training.gates import BASELINES, WITHOUT_GATE, gate_name, judge
from training.plan import HORIZONS, Given, given, labels_after, plan, weeks_until, without_gate
from training.scored import RANKING

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


def counted(**changes: float) -> Given:
    own = {"visits": 10, "round_weeks": 2, "base_rate": 0.2, "random_share": 0.1, "labelled_share": 0.5, "capacity_share": 0.1, "outcome_weeks": 4}
    return Given.model_validate(own | changes)


@pytest.mark.parametrize(("labels", "weeks"), [(0, 0), (1, 6), (5, 6), (6, 8), (50, 24)])
def test_labels_come_by_whole_rounds_and_then_wait_for_their_outcome(labels: int, weeks: int) -> None:
    assert weeks_until(labels, counted()) == weeks
    assert labels_after(weeks, counted()) >= labels
    assert weeks == 0 or labels_after(weeks - 1, counted()) < labels


def test_labels_that_there_are_shorten_the_wait() -> None:
    assert weeks_until(50, counted(labels_now=50)) == 0
    assert weeks_until(50, counted(labels_now=45)) == 6
    assert labels_after(0, counted(labels_now=45)) == 45


def test_more_visits_never_lengthen_a_wait_and_without_a_random_arm_its_own_never_ends() -> None:
    slow, fast = (plan("t", counted(visits=visits), limits=Limits()).waits for visits in (10, 40))
    assert [wait.gate for wait in slow] == [wait.gate for wait in fast]
    assert all(more.weeks <= less.weeks for less, more in zip(slow, fast, strict=True) if less.weeks is not None and more.weeks is not None)
    alone = next(w for w in plan("t", counted(random_share=0.0), limits=Limits()).waits if w.gate == "random arm alone")
    assert (alone.labels, alone.weeks) == (None, None)


def test_a_plan_knows_every_gate_and_no_other() -> None:
    planned = plan("t", counted(), limits=Limits())
    judged = {gate.name for gate in judge(evaluation(absent=dict.fromkeys(BASELINES["binary"], "nobody counted")), limits=Limits()).gates}
    assert {wait.gate for wait in planned.waits} | set(planned.unplanned) == judged | {"random arm alone"}
    assert not {wait.gate for wait in planned.waits} & set(planned.unplanned)


def test_a_gate_that_the_theme_does_not_have_is_named_and_not_waited_for(town: Town) -> None:
    silent = town.theme.model_copy(update={"sources": tuple(one for one in town.theme.sources if one.name != "reports"), "scorecard": ()})
    pointed = town.theme.model_copy(update={"scorecard": (Line(indicator="reports_3y", at_least=1, points=1),)})
    assert (len(without_gate(silent)), without_gate(pointed)) == (2, {})
    names = set(without_gate(silent))
    planned = plan("t", counted(), limits=Limits(), absent=without_gate(silent))
    assert not names & {wait.gate for wait in planned.waits}
    assert names <= set(planned.unplanned)
    judged = judge(evaluation(absent=WITHOUT_GATE), limits=Limits()).gates
    assert {wait.gate for wait in planned.waits} | set(planned.unplanned) == {gate.name for gate in judged} | {"random arm alone"} | names


def test_a_rate_of_few_rows_waits_longer_than_one_of_all() -> None:
    labels = {wait.gate: wait.labels for wait in plan("t", counted(), limits=Limits(maximum_precision_gap=0.1, maximum_recall_gap=0.1)).waits}
    assert labels["group gap: selection rate"] is not None
    assert labels["group gap: precision"] > labels["group gap: recall"] > labels["group gap: selection rate"]  # type: ignore[operator]  # none is None


def test_a_smaller_margin_waits_longer() -> None:
    wide, narrow = (
        next(w.labels for w in plan("t", counted(), limits=Limits(maximum_auc_loss=loss)).waits if w.gate == gate_name(RANKING))
        for loss in (0.04, 0.02)
    )
    assert narrow is not None
    assert wide is not None
    assert 3.5 * wide < narrow < 4.5 * wide


def test_what_could_be_shown_grows_with_the_weeks() -> None:
    shown = plan("t", counted(visits=100, outcome_weeks=0), limits=Limits(minimum_lift=1.3)).horizons
    assert [at.weeks for at in shown] == list(HORIZONS)
    lifts = [at.smallest_lift for at in shown]
    assert all(lift is not None and lift > 1.3 for lift in lifts)
    assert lifts == sorted(lifts, reverse=True)  # type: ignore[type-var]  # none is None, as was just seen
    assert shown[0].labels == 300
    assert shown[0].random_labels == 30
    assert shown[0].confirmed == pytest.approx(60)


def test_a_plan_counts_with_the_theme_unless_it_is_told_otherwise(town: Town) -> None:
    told = given(town.theme, base_rate=0.3, visits=7)
    assert (told.visits, told.base_rate, told.round_weeks) == (7, 0.3, 1)
    assert told.random_share == (town.theme.random_arm.share or 0.0)
    with pytest.raises(InputError, match=r"says nothing of a base rate.*--base-rate"):
        given(town.theme)


@pytest.mark.parametrize("wrong", [{"base_rate": 1.0}, {"base_rate": float("nan")}, {"lift": 1.0}, {"labelled_share": 0.0}, {"random_share": 1.0}])
def test_a_number_outside_its_range_is_refused_by_name(town: Town, wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        given(town.theme, **{"base_rate": 0.2} | wrong)


def test_labels_drawn_by_lot_are_counted_apart() -> None:
    count = counted(labels_now=100, random_now=40)
    assert (count.drawn(100), count.drawn(200)) == (40, 50)
    assert (count.labels_for(40), count.labels_for(41)) == (100, 110)
    assert (counted(labels_now=100).drawn(100), counted(labels_now=100).labels_for(40)) == (10, 400)
    assert (counted(random_share=0.0, random_now=40).labels_for(40), counted(random_share=0.0, random_now=40).labels_for(41)) == (0, None)


def planned(*options: str, monkeypatch: pytest.MonkeyPatch, width: int = 200) -> str:
    monkeypatch.setattr("features.commands.console.width", width, raising=False)
    return CliRunner().invoke(schouw.build(), ["plan", "registration", *options], catch_exceptions=False).stdout


def test_the_command_answers_in_a_table_and_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--municipality", str(ZAANWIJK), "--visits", "50", "--labels-now", "100"]
    table = planned(*words, monkeypatch=monkeypatch)
    answer = json.loads(planned(*words, "--json", monkeypatch=monkeypatch))
    assert answer["given"]["visits"] == 50
    assert [wait["labels"] for wait in answer["waits"][:1]] == [300]
    for wait in answer["waits"]:
        assert all(word in table for word in [*wait["gate"].split(), *wait["method"].split()])
    for gate, why in answer["unplanned"].items():
        assert f"Not planned, {gate}: {why}." in table
    assert "No model was measured" in table
    assert "Counted from 100 labels, as asked." in table


def test_a_plan_starts_from_the_labels_that_there_are(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOUW_STATE", str(town.settings.state))
    words = ["--municipality", str(town.settings.folder), "--base-rate", "0.2"]
    assert "Counted from no labels: there is no matrix in" in planned(*words, monkeypatch=monkeypatch)
    frame = make_frame()
    drawn = np.arange(len(frame)) < 500
    lots = frame.assign(trigger=np.where(drawn, "random", "list"), frame="f1", propensity=np.where(drawn, 0.05, 1.0))
    town.keep(make_matrix(town.theme, lots))
    said, answer = planned(*words, monkeypatch=monkeypatch), json.loads(planned(*words, "--json", monkeypatch=monkeypatch))
    assert (answer["given"]["labels_now"], answer["given"]["random_now"]) == (len(frame), 500)
    assert f"Counted from the {len(frame):,} labels of the training matrix" in said
    assert f"({frame['label'].mean():.1%} confirmed)" in said
    assert "500 of them were drawn by lot" in said
    weeks = {wait["gate"]: wait["weeks"] for wait in answer["waits"]}
    assert (weeks["labels"], weeks["random arm alone"]) == (0, 0)
    nothing = json.loads(planned(*words, "--from-nothing", "--json", monkeypatch=monkeypatch))
    assert (nothing["given"]["labels_now"], nothing["labels"]) == (0, None)
    assert nothing["waits"][0]["weeks"] > 0
    with pytest.raises(InputError, match="--from-nothing stands beside --labels-now"):
        planned(*words, "--from-nothing", "--labels-now", "3", monkeypatch=monkeypatch)


def test_a_plan_fits_a_terminal_of_80_columns_and_says_that_the_town_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    said = planned("--municipality", str(ZAANWIJK), "--from-nothing", monkeypatch=monkeypatch, width=80)
    rows = [line for line in said.splitlines() if line.startswith(("\u2502", "\u2503"))]
    assert len(rows) > 20
    assert max(map(len, rows)) <= 80
    assert "\u2026" not in said
    assert " ".join(said.split()).count("(a made-up municipality)") == 2
