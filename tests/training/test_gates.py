from __future__ import annotations

from datetime import date

import pytest

from features.limits import Limits
from training.bootstrap import Estimate
from training.dominance import Dominance
from training.evaluation import Evaluation
from training.fairness import MEASURES, Fairness, Gap
from training.folds import FoldSummary
from training.gates import gate_name, judge
from training.probes import Foresight, Probes, Shuffled
from training.proxies import Proxies, Proxy
from training.scorecard import SCORECARD
from training.scored import LOGISTIC_REGRESSION, MODEL, NO_SCORECARD, NO_SOURCE, RANKING, REPORTS
from training.scrutiny import Scrutiny
from training.stability import Overlap, Stability

DAY = date(2024, 1, 1)
LIMITS = Limits(minimum_labels=300, minimum_positives=50, minimum_lift=1.5, maximum_calibration_gap=0.1, maximum_auc_loss=0.02)


def of(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high)


def scrutiny(*, share=None):
    """A scrutiny that passes every gate, but for what a test says."""
    even = {measure: of(0.0, -0.05, 0.05) for measure in MEASURES}
    return Scrutiny(
        fairness=Fairness(gaps=tuple(Gap(measure=m, first="poor", second="rich", difference=gap) for m, gap in even.items())),
        proxies=Proxies(groups=(Proxy(group="poor", rows=50, score=of(0.5, 0.45, 0.55)),)),
        dominance=Dominance(shares={"water": share or of(0.3, 0.2, 0.4)}),
        probes=Probes(
            shuffled=Shuffled(shuffles=10, auc=of(0.5, 0.47, 0.53)),
            foresight=Foresight(indicator="reports_1y", tells="outcome", auc=of(0.65, 0.6, 0.7)),
        ),
        bands=(),
    )


def stays(*above_chance):
    return Overlap(share=of(0.9, 0.8, 1.0), jaccard=of(0.9, 0.8, 1.0), above_chance=of(*above_chance))


def evaluation(*, rows=300, positives=50, lift=None, gap=None, random=None, logistic=None, ranking=None, absent=None):
    """An evaluation that passes every gate, but for what a test says."""
    differences = {
        "random": {"auc": random or of(0.3, 0.2, 0.4)},
        LOGISTIC_REGRESSION: {"auc": logistic or of(0.01, -0.01, 0.04)},
        RANKING: {"auc": ranking or of(0.02, 0.0, 0.04)},
    }
    model = {"auc": of(0.8, 0.7, 0.9), "lift_at_capacity": lift or of(2.0, 1.6, 2.4), "calibration_gap": gap or of(0.05, 0.02, 0.09)}
    fold = {"first_on": DAY, "last_on": DAY, "ends_on": DAY, "outcome_too_late": 0}
    return Evaluation(
        population="inspected addresses",
        rows=rows,
        positives=positives,
        clusters=rows,
        replicates=1000,
        seed=1,
        capacity_share=0.1,
        folds=(
            FoldSummary(name="training", rows=rows - 60, positives=positives - 10, **fold),
            FoldSummary(name="test", rows=60, positives=10, **fold),
        ),
        metrics={MODEL: model},
        differences=differences,
        absent_baselines={REPORTS: NO_SOURCE, SCORECARD: NO_SCORECARD} | (absent or {}),
        reliability=(),
        scrutiny=scrutiny(),
        stability=Stability(capacity_share=0.1, refits=10, resampling=stays(0.7, 0.6, 0.8), one_day=stays(0.95, 0.9, 1.0)),
    )


def state(name, **changes):
    return {gate.name: gate.state for gate in judge(evaluation(**changes), limits=LIMITS).gates}[name]


def test_a_model_that_shows_everything_passes_every_gate():
    gates = judge(evaluation(), limits=LIMITS)
    assert gates.passed
    assert gates.blocking == ()
    assert [gate.name for gate in gates.gates] == [
        "labels",
        "confirmed labels",
        "better than random",
        "not worse than logistic regression",
        "not worse than ranking objective",
        "lift at capacity",
        "calibration",
        "group gap: selection rate",
        "group gap: precision",
        "group gap: recall",
        "group gap: false positive rate",
        "group gap: calibration bias",
        "score tells no group",
        "list stays under resampling",
        "list stays a day later",
        "no source dominates",
        "shuffled labels teach nothing",
        "no column from the future",
        "age of the inspections",
        "age of what was learned",
    ]


@pytest.mark.parametrize(
    ("gate", "changes", "expected"),
    [
        ("labels", {"rows": 300}, "passed"),
        ("labels", {"rows": 299}, "not enough data"),
        ("confirmed labels", {"positives": 49}, "not enough data"),
        ("lift at capacity", {"lift": of(2.0, 1.51, 2.4)}, "passed"),
        ("lift at capacity", {"lift": of(2.0, 1.5, 2.4)}, "not enough data"),
        ("lift at capacity", {"lift": of(1.5, 1.2, 1.9)}, "failed"),
        ("lift at capacity", {"lift": of(2.0)}, "not enough data"),
        ("lift at capacity", {"lift": of(None)}, "not enough data"),
        ("better than random", {"random": of(0.1, 0.0, 0.2)}, "not enough data"),
        ("better than random", {"random": of(0.0, -0.1, 0.1)}, "failed"),
        ("not worse than logistic regression", {"logistic": of(0.0, -0.019, 0.01)}, "passed"),
        ("not worse than logistic regression", {"logistic": of(0.0, -0.02, 0.01)}, "not enough data"),
        ("not worse than logistic regression", {"logistic": of(-0.02, -0.05, 0.01)}, "failed"),
        ("not worse than logistic regression", {"logistic": of(0.05)}, "not enough data"),
        ("not worse than ranking objective", {"ranking": of(0.0, -0.019, 0.01)}, "passed"),
        ("not worse than ranking objective", {"ranking": of(0.3, -0.3, 0.9)}, "not enough data"),
        ("not worse than ranking objective", {"ranking": of(-0.02, -0.05, 0.01)}, "failed"),
        ("calibration", {"gap": of(0.05, 0.02, 0.1)}, "passed"),
        ("calibration", {"gap": of(0.05, 0.02, 0.11)}, "not enough data"),
        ("calibration", {"gap": of(0.11, 0.05, 0.2)}, "failed"),
    ],
)
def test_a_gate_knows_passed_failed_and_not_enough_data(gate, changes, expected):
    assert state(gate, **changes) == expected


def test_what_was_not_looked_into_is_not_passed():
    gates = judge(evaluation().model_copy(update={"scrutiny": None}), limits=LIMITS)
    assert {gate.state for gate in gates.blocking} == {"not enough data"}
    assert [gate.name for gate in gates.blocking] == [
        *(f"group gap: {measure.replace('_', ' ')}" for measure in MEASURES),
        "score tells no group",
        "no source dominates",
        "shuffled labels teach nothing",
        "no column from the future",
    ]


@pytest.mark.parametrize(("figure", "gate"), [("lift_at_capacity", "lift at capacity"), ("calibration_gap", "calibration")])
def test_a_figure_of_which_an_evaluation_is_silent_blocks(figure, gate):
    found = evaluation()
    metrics = {MODEL: {name: value for name, value in found.metrics[MODEL].items() if name != figure}}
    blocked = judge(found.model_copy(update={"metrics": metrics}), limits=LIMITS).blocking
    assert [(one.name, one.state, one.measured) for one in blocked] == [(gate, "not enough data", None)]


def test_an_evaluation_without_folds_blocks():
    blocked = judge(evaluation().model_copy(update={"folds": ()}), limits=LIMITS).blocking
    assert [gate.name for gate in blocked] == ["labels", "confirmed labels", "age of the inspections", "age of what was learned"]


def test_a_score_that_rests_on_one_source_is_blocked():
    blocked = judge(evaluation().model_copy(update={"scrutiny": scrutiny(share=of(0.9, 0.85, 0.95))}), limits=LIMITS).blocking
    assert [(gate.name, gate.state) for gate in blocked] == [("no source dominates", "failed")]


def test_a_baseline_that_was_not_computed_is_not_passed_in_silence():
    gates = judge(evaluation(absent={REPORTS: "nobody counted"}), limits=LIMITS)
    assert not gates.passed
    assert [(gate.name, gate.state, gate.measured, gate.why) for gate in gates.blocking] == [
        ("better than number of reports", "not enough data", None, "nobody counted")
    ]
    assert judge(evaluation(absent={REPORTS: NO_SOURCE}), limits=LIMITS).passed, "who may not read reports cannot order by them either"


def test_a_baseline_of_which_an_evaluation_is_silent_or_gives_the_reason_of_another_blocks():
    silent = evaluation().model_copy(update={"differences": {}, "absent_baselines": {}})
    names = ["random", REPORTS, SCORECARD, LOGISTIC_REGRESSION, RANKING]
    assert [(gate.name, gate.state) for gate in judge(silent, limits=LIMITS).blocking] == [(gate_name(name), "not enough data") for name in names]
    excused = evaluation().model_copy(update={"differences": {}, "absent_baselines": dict.fromkeys(names, NO_SOURCE)})
    assert [gate.name for gate in judge(excused, limits=LIMITS).blocking] == [gate_name(name) for name in names if name != REPORTS]


def test_points_that_are_not_declared_have_no_gate_and_those_that_were_not_measured_block():
    assert judge(evaluation(absent={SCORECARD: NO_SCORECARD}), limits=LIMITS).passed
    assert not judge(evaluation(absent={SCORECARD: "the matrix holds none of its indicators"}), limits=LIMITS).passed


@pytest.mark.parametrize("changes", [{"rows": 299}, {"lift": of(1.2, 1.0, 1.4)}])
def test_anything_but_passed_blocks(changes):
    gates = judge(evaluation(**changes), limits=LIMITS)
    assert not gates.passed
    assert len(gates.blocking) == 1


def test_a_gate_says_what_was_measured_and_what_was_asked():
    gates = {gate.name: gate.why for gate in judge(evaluation(lift=of(1.2, 1.0, 1.4)), limits=LIMITS).gates}
    assert gates["lift at capacity"] == "lift 1.200 (1.000 to 1.400); asked: wholly above 1.5"
    assert gates["labels"] == "300 inspections with a label in all folds; asked: at least 300"
    undefined = {gate.name: gate.why for gate in judge(evaluation(lift=of(None)), limits=LIMITS).gates}
    assert undefined["lift at capacity"] == "lift is not defined; asked: wholly above 1.5"


@pytest.mark.parametrize(
    ("auc", "expected"),
    [(of(0.05, 0.01, 0.09), "passed"), (of(0.05, 0.0, 0.09), "not enough data"), (of(0.0, -0.05, 0.05), "failed")],
)
def test_experts_points_are_beaten_in_the_same_figure_as_the_others(auc, expected):
    measured = evaluation()
    added = {SCORECARD: {"auc": auc, "precision_at_capacity": of(0.9, 0.8, 1.0)}}
    gates = judge(measured.model_copy(update={"differences": measured.differences | added}), limits=LIMITS).gates
    assert [gate.state for gate in gates if gate.name == "better than experts' scorecard"] == [expected]


def test_a_margin_is_of_the_theme_and_cannot_switch_its_gate_off():
    wide = LIMITS.model_copy(update={"maximum_auc_loss": 0.05})
    assert state("not worse than logistic regression", logistic=of(0.0, -0.04, 0.04)) == "not enough data"
    assert judge(evaluation(logistic=of(0.0, -0.04, 0.04)), limits=wide).passed
    for wrong in (0.051, 0, float("nan")):
        with pytest.raises(ValueError, match="maximum_auc_loss"):
            Limits(maximum_auc_loss=wrong)
