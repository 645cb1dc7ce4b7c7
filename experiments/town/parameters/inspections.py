"""Inspections: who is visited, by whom, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import parameter


@dataclass(frozen=True, kw_only=True)
class Inspecting:
    """Inspections: who is visited, by whom, and what comes of it."""

    by_report_share: float = parameter(0.60, "share of the visits that follow a report")
    random_share: float = parameter(0.05, "share of the visits drawn at random with a known probability")
    several_reports: float = parameter(2.0, "twice as many reports make a visit this much likelier: weight of their logarithm, against noise of 1")
    report_lookback_days: int = parameter(120, "how old a report may be when it leads to a visit")
    relevant_reports: tuple[tuple[str, tuple[str, ...]], ...] = parameter(
        (
            ("registration", ("registration", "housing")),
            ("room-rental", ("housing", "nuisance")),
            ("overcrowding", ("housing", "nuisance", "waste")),
            ("premises", ("premises", "nuisance", "waste", "other")),
        ),
        "categories of report that may lead to a visit, by theme",
    )
    again_after_days: int = parameter(365, "how long an address is left alone after a visit for the same theme")
    list_follows_trace: float = parameter(0.30, "how strongly the inspectors' own list follows the traces, against noise of 1")
    triage_follows_trace: float = parameter(0.90, "how strongly the desk check of reports follows the traces, against noise of 1")
    list_area_bias: float = parameter(0.6, "how much more the list looks at over-reported areas, against noise of 1")
    most_of_cohort: float = parameter(0.30, "largest share of a cohort that is visited in a year, however many visits are asked for")
    teams: int = parameter(6, "number of inspection teams; their areas overlap")
    home_team_share: float = parameter(0.7, "share of the visits in an area by its own team")
    team_reach: int = parameter(2, "how many other teams, the next ones in number, make the rest; at least one")
    team_sensitivity: tuple[float, float] = parameter((0.75, 0.97), "chance that the mildest and the strictest team confirms what is there")
    team_false_alarm: tuple[float, float] = parameter((0.004, 0.020), "chance that the mildest and the strictest team confirms what is not there")
    lookalike_false_alarm: float = parameter(2.5, "how many times as often a look-alike is taken for the real thing")
    not_carried_out_share: float = parameter(0.04, "share of the decided inspections that never take place")
    desk_only_share: float = parameter(0.05, "share that stays at the desk")
    nobody_home_share: float = parameter(0.14, "share of the visits at which nobody is home, where people are home as usual")
    entry_refused_share: float = parameter(0.04, "share of the visits at which entry is refused")
    most_not_home: float = parameter(0.6, "largest chance that nobody is home")
    visit_days: tuple[int, float] = parameter((3, 12.0), "from the decision to the visit, in days: at least, and on average on top of that")
    second_visit_share: float = parameter(0.7, "share of the visits without result that are followed by a second one in the same case")
    second_not_home: float = parameter(0.5, "how many times as often nobody is home at a second visit, which is announced")
    second_decision_days: tuple[int, float] = parameter(
        (14, 10.0), "from the first visit to that decision, in days: at least, and on average on top of that"
    )
    second_visit_days: tuple[int, float] = parameter(
        (1, 8.0), "from that decision to the second visit, in days: at least, and on average on top of that"
    )
    other_theme_share: float = parameter(0.06, "share of the visits that examine another theme than the one they were planned for")
    extra_theme_share: float = parameter(0.05, "share of the visits that examine another theme as well")
    other_violation_share: float = parameter(0.07, "share of the examinations without a confirming finding that find another violation")
    care_signal_share: float = parameter(0.02, "share of those that end in a care signal")
    more_violations: tuple[float, float] = parameter(
        (0.8, 0.3), "violations besides the first: after a confirming finding, after another violation; means"
    )
    course_days: tuple[int, float] = parameter((0, 2.0), "from a visit to the entry of its course, in days: at least, and on average on top of that")
    finding_days: tuple[int, float] = parameter((1, 9.0), "from there to the entry of the finding, in days: at least, and on average on top of that")
    measure_days: tuple[int, float] = parameter(
        (14, 25.0), "from there to the entry of the measure, in days: at least, and on average on top of that"
    )
    confirmed_measures: tuple[float, ...] = parameter(
        (0.10, 0.35, 0.30, 0.15, 0.06, 0.04), "after a confirming finding: no measure, warning, penalty order, fine, closure, permit withdrawn"
    )
    other_measures: tuple[float, ...] = parameter((0.50, 0.45, 0.0, 0.05, 0.0, 0.0), "the same after another violation")
    objection_share: float = parameter(0.18, "share of the measures against which someone objects")
    objection_days: tuple[int, float] = parameter(
        (60, 90.0), "from the measure to the decision on an objection, in days: at least, and on average on top of that"
    )
    revoked_true_share: float = parameter(0.12, "share of the objections that revoke a finding that was right")
    revoked_false_share: float = parameter(0.65, "share of the objections that revoke a finding that was wrong")
