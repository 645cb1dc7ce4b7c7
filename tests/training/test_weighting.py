"""The line speaks of every address of the worklists where enough chances were logged, and otherwise of those like the inspected."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.training.testdam import TODAY, make_frame, make_matrix
from training import calibration, model
from training.folds import roll
from training.printed import sentences
from training.rounds import _line, cohort_of, learn_round
from training.run import learn
from training.weighting import effective, to_cohort

LISTED, DRAWN = 20, 20


def quiet(_):
    return None


def worklists(*, seed=5):
    """Give every address of a list a month, and those inspected: twenty that someone knew more about than any register, twenty by lot."""
    everyone = make_frame(24_000, seed=seed)
    draw = np.random.default_rng(seed)
    everyone["frame"] = everyone["as_of"].dt.strftime("f%Y%m")
    hunch = everyone["label"] + draw.normal(scale=0.8, size=len(everyone))
    place = hunch.groupby(everyone["frame"]).rank(ascending=False, method="first")
    size = everyone.groupby("frame")["label"].transform("size")
    lot = pd.Series(draw.random(len(everyone))).where(place > LISTED).groupby(everyone["frame"]).rank(method="first")
    everyone["propensity"] = np.where(place <= LISTED, 1.0, DRAWN / (size - LISTED))
    everyone = everyone.assign(frame_size=size.astype(float), frame_listed=float(LISTED), frame_drawn=float(DRAWN))
    everyone["trigger"] = np.where(place <= LISTED, "list", "random")
    return everyone, everyone[(place <= LISTED) | (lot <= DRAWN)].reset_index(drop=True)


@pytest.fixture(scope="module")
def drawn():
    return worklists()


@pytest.fixture(scope="module")
def rounds(drawn):
    return roll(drawn[1], until=TODAY)


def test_weighted_rows_stand_for_every_address_of_their_frames(rounds, drawn):
    everyone, _ = drawn
    weighting = to_cohort(rounds.last)
    rows = rounds.last.calibration.rows
    whole = everyone[everyone["frame"].isin(rows["frame"])]
    plain, weighted = rows["label"].mean(), np.average(rows["label"], weights=weighting.calibration)
    assert plain > whole["label"].mean() + 0.2
    assert weighted == pytest.approx(whole["label"].mean(), abs=0.04)
    assert len(weighting.test) == len(rounds.last.test.rows)


def test_a_line_of_the_cohort_is_right_where_nobody_was_sent(rounds, drawn, town):
    everyone, _ = drawn
    manifest = make_matrix(town.theme).manifest
    found = learn_round(rounds.last, manifest, seed=1)
    assert found.line.population == "cohort"
    later = everyone[everyone["as_of"] >= rounds.last.test.rows["as_of"].min()]
    margins = model.margins(found.fitted.booster, later)
    last = rounds.last.calibration
    plain = calibration.fit(model.margins(found.fitted.booster, last.rows), labels=last.labels)
    assert plain.apply(margins).mean() - later["label"].mean() > 0.15
    assert found.line.apply(margins).mean() == pytest.approx(later["label"].mean(), abs=0.04)


def test_rows_without_a_logged_chance_weigh_nothing_and_a_report_never_has_one(drawn):
    _, inspected = drawn
    reported = inspected.assign(trigger=np.where(np.arange(len(inspected)) % 3 == 0, "report", inspected["trigger"]))
    last = roll(reported, until=TODAY).last
    weighting = to_cohort(last)
    for rows, weights in ((last.calibration.rows, weighting.calibration), (last.test.rows, weighting.test)):
        assert (weights[(rows["trigger"] == "report").to_numpy()] == 0).all()
        assert (weights[(rows["trigger"] != "report").to_numpy()] > 0).all()


def test_lists_that_were_drawn_whole_by_lot_count_too(drawn):
    _, inspected = drawn
    lot = inspected.assign(trigger="random", propensity=0.08, frame_listed=0.0)
    weighting = to_cohort(roll(lot, until=TODAY).last)
    assert set(weighting.calibration) == {1 / 0.08}


@pytest.mark.parametrize("place", ["calibration", "test"])
def test_too_few_in_either_period_leave_the_line_to_the_inspected_and_say_so(drawn, place):
    _, inspected = drawn
    last = roll(inspected, until=TODAY).last
    few = getattr(last, place).rows.index[60:]
    thinned = {"training": last.training, "calibration": last.calibration, "test": last.test}
    rows = thinned[place].rows.assign(propensity=thinned[place].rows["propensity"].mask(thinned[place].rows.index.isin(few)))
    cut = type(last)(**thinned | {place: type(last.test)(**vars(thinned[place]) | {"rows": rows})}, earlier=last.earlier, stopping=last.stopping)
    said = to_cohort(cut)
    assert isinstance(said, str)
    assert "it takes 20, 20 and 40" in said


def test_a_matrix_from_before_there_were_worklists_speaks_of_the_inspected(town):
    last = roll(make_frame(), until=TODAY).last
    assert to_cohort(last) == "no row was listed for its score with a logged probability"
    found = learn_round(last, make_matrix(town.theme).manifest, seed=1)
    assert found.line.population == "inspected"
    assert not found.cohort.any()


def test_the_gap_that_the_gate_reads_is_of_the_addresses_that_the_line_speaks_of(drawn, town):
    _, inspected = drawn
    found = learn(make_matrix(town.theme, inspected), town.theme, until=TODAY, seed=1, progress=quiet)
    evaluation = found.evaluation
    figures = evaluation.metrics["model"]
    assert (found.line.population, evaluation.calibrated_for) == ("cohort", "cohort")
    assert figures["calibration_gap_inspected"].value > 0.15
    assert figures["calibration_gap"].value < figures["calibration_gap_inspected"].value / 2
    weighed = cohort_of(found.rounds) > 0
    assert sum(part.rows for part in evaluation.reliability) == weighed.sum()
    apart = [abs(part.mean_score - part.share) for part in evaluation.reliability]
    inspected_apart = [abs(part.mean_score - part.positives / part.rows) for part in evaluation.reliability]
    assert np.mean(apart) < np.mean(inspected_apart) / 2
    assert "speak of every address from which the worklists of the theme were drawn" in sentences(evaluation)[0]
    gate = next(gate for gate in found.gates.gates if gate.name == "calibration")
    assert gate.measured == figures["calibration_gap"].value


def test_weights_that_differ_say_less_than_as_many_equal_ones():
    assert effective(np.ones(30)) == pytest.approx(30)
    assert effective(np.r_[np.ones(29), 100.0]) < 2


def test_team_effects_and_chances_count_together(rounds, town):
    last, manifest = rounds.last, make_matrix(town.theme).manifest
    found = learn_round(last, manifest, seed=1)

    class Half:
        """Stands for team effects that are given: half of the rows weigh double, and a log-odds of one goes to the team."""

        def beside(self, rows):
            even = np.arange(len(rows)) % 2 == 0
            return model.Beside(offset=even.astype(float), weight=1.0 + even)

    weights = to_cohort(last).calibration
    line = _line(found.fitted, last, Half(), weights=weights)
    beside = Half().beside(last.calibration.rows)
    margins = model.margins(found.fitted.booster, last.calibration.rows)
    expected = calibration.fit(margins, labels=last.calibration.labels, weights=weights * beside.weight, offset=beside.offset)
    assert (line.slope, line.intercept, line.population) == (expected.slope, expected.intercept, "cohort")
    assert _line(found.fitted, last, Half(), weights=None).population == "inspected"
