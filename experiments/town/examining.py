"""How a visit goes and what a team makes of it: course, finding, measure and objection, each with its own day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.town.arrow import NEVER, Bools
from experiments.town.chunk import Chunk
from experiments.town.lives import Floats, Lives
from experiments.town.mechanisms import FINDINGS, MECHANISMS, THEMES, lookalike, states_of_theme
from experiments.town.occupancy import HOME, PREMISES
from experiments.town.streams import Ints, span

Texts = NDArray[np.object_]

COURSES = ("not-carried-out", "desk-only", "nobody-home", "entry-refused", "inspected")
MEASURES = ("none", "warning", "penalty-order", "fine", "closure", "permit-withdrawn")


@dataclass(frozen=True)
class Examined:
    """One theme examined at some addresses, and what came of it; rows as the visits, ``NEVER`` where a day does not come.

    Attributes
    ----------
    rows : Ints
        Which of the visits.
    theme : Texts
        Theme that was examined.
    true : Bools
        Whether an episode of that theme was going on: hidden truth.
    course, finding, measure : Texts
        None where there is none.
    course_known, finding_known, measure_known, objection_known : Ints
    violations : Ints
    objection : Texts
        How an objection against the finding ended: ``upheld``, ``revoked``, or None.
    """

    rows: Ints
    theme: Texts
    true: Bools
    course: Texts
    course_known: Ints
    finding: Texts
    finding_known: Ints
    violations: Ints
    measure: Texts
    measure_known: Ints
    objection: Texts
    objection_known: Ints

    @property
    def confirmed(self) -> Bools:
        """Whether the finding confirms the theme that was examined."""
        return np.asarray([f is not None and f == FINDINGS[t] for f, t in zip(self.finding, self.theme, strict=True)], dtype=np.bool_)


def examine(
    chunk: Chunk, lives: Lives, theme: str, address: Ints, visited: Ints, team: Ints, drawn: Bools, rng: np.random.Generator,
    *, second: bool = False,
) -> list[Examined]:  # fmt: skip
    """Examine addresses on the day of the visit.

    Parameters
    ----------
    theme : str
        Theme for which the visits were planned; some examine another one, or another one as well, unless ``drawn`` at random.
    address, visited, team : Ints
    drawn : Bools
    second : bool
        A second visit: it takes place, and was announced.

    Returns
    -------
    list of Examined
        First the visits themselves, then the additional themes.
    """
    p = chunk.parameters
    rows = len(address)
    spell = lives.at(address, visited)
    course = _course(chunk, lives, address, spell, rng, second=second)
    course_known = visited + span(rng, rows, p.course_days)
    themes = np.full(rows, theme, dtype=object)
    others = [t for t in THEMES[:-1] if t != theme]
    at_home = theme in THEMES[:-1]
    if at_home:
        other = ~drawn & (rng.random(rows) < p.other_theme_share)
        themes[other] = rng.choice(others, int(other.sum()))
    made = [_outcome(chunk, lives, np.arange(rows), themes, spell, course, course_known, team, rng)]
    more = np.flatnonzero((course == "inspected") & at_home & (themes == theme) & (rng.random(rows) < p.extra_theme_share))
    if len(more):
        extra = np.asarray(rng.choice(others, len(more)), dtype=object)
        made.append(_outcome(chunk, lives, more, extra, spell[more], course[more], course_known[more], team[more], rng))
    return made


def chance_nobody_home(chunk: Chunk, lives: Lives, address: Ints, spell: Ints) -> Floats:
    """Give the chance that nobody is home at a first visit, in the spell that each address is in."""
    p = chunk.parameters
    away = np.where(chunk.objects.is_home[address], lives.traces[spell, HOME["absence"]], lives.traces[spell, PREMISES["quiet"]])
    return np.asarray(np.minimum(p.nobody_home_share * np.exp(p.away_not_home * away), p.most_not_home))


def _course(chunk: Chunk, lives: Lives, address: Ints, spell: Ints, rng: np.random.Generator, *, second: bool) -> Texts:
    p, rows = chunk.parameters, len(address)
    nobody = chance_nobody_home(chunk, lives, address, spell) * (p.second_not_home if second else 1.0)
    course = np.full(rows, "inspected", dtype=object)
    course[rng.random(rows) < p.entry_refused_share] = "entry-refused"
    course[rng.random(rows) < nobody] = "nobody-home"
    if not second:
        course[rng.random(rows) < p.desk_only_share] = "desk-only"
        course[rng.random(rows) < p.not_carried_out_share] = "not-carried-out"
    return course


def _outcome(
    chunk: Chunk, lives: Lives, rows: Ints, themes: Texts, spell: Ints, course: Texts, course_known: Ints, team: Ints, rng: np.random.Generator
) -> Examined:
    p, count, state = chunk.parameters, len(rows), lives.state[spell]
    true = _among(state, themes, {t: states_of_theme(t) for t in THEMES})
    finding = _finding(chunk, state, themes, team, rng)
    finding[course != "inspected"] = None
    found = np.array([f is not None for f in finding], dtype=np.bool_)
    finding_known = np.where(found, course_known + span(rng, count, p.finding_days, late_share=p.late_share), NEVER)
    confirmed = np.array([f in FINDINGS.values() for f in finding], dtype=np.bool_)
    other = finding == "other-violation"
    more, less = (1 + rng.poisson(mean, count) for mean in p.more_violations)
    violations = np.where(confirmed, more, np.where(other, less, 0))
    measure = np.where(
        confirmed, rng.choice(len(MEASURES), count, p=p.confirmed_measures), np.where(other, rng.choice(len(MEASURES), count, p=p.other_measures), 0)
    )
    measure_known = np.where(found, finding_known + span(rng, count, p.measure_days), NEVER)
    objection, objection_known = _objection(chunk, true, confirmed, measure, measure_known, rng)
    names = np.array(MEASURES, dtype=object)[measure]
    names[~found] = None
    return Examined(rows, themes, true, course, course_known, finding, finding_known, violations, names, measure_known, objection, objection_known)


def chance_confirmed(chunk: Chunk, state: Ints, themes: Texts, team: Ints) -> Floats:
    """Give the chance that a team which gets in confirms the theme, given what goes on; a strict one sees more, and more that is not there.

    Parameters
    ----------
    state : Ints
        State of the address on the day of the visit.
    themes : Texts
        Theme that is examined.
    team : Ints
    """
    p = chunk.parameters
    strict = np.random.default_rng([chunk.size.seed, 7]).permutation(np.linspace(0, 1, p.teams))[team]
    right = p.team_sensitivity[0] + strict * (p.team_sensitivity[1] - p.team_sensitivity[0])
    twins = {t: [lookalike(i) for i, m in enumerate(MECHANISMS) if m.theme == t] for t in THEMES}
    wrong = p.team_false_alarm[0] + strict * (p.team_false_alarm[1] - p.team_false_alarm[0])
    wrong = np.where(_among(state, themes, twins), wrong * p.lookalike_false_alarm, wrong)
    true = _among(state, themes, {t: states_of_theme(t) for t in THEMES})
    return np.where(true, right, wrong)


def _finding(chunk: Chunk, state: Ints, themes: Texts, team: Ints, rng: np.random.Generator) -> Texts:
    """Say what a team finds."""
    p, count = chunk.parameters, len(state)
    confirmed: Bools = rng.random(count) < chance_confirmed(chunk, state, themes, team)
    lot: Floats = rng.random(count)
    finding = np.full(count, "none", dtype=object)
    finding[lot < p.other_violation_share + p.care_signal_share] = "care-signal"
    finding[lot < p.other_violation_share] = "other-violation"
    return np.where(confirmed, np.array([FINDINGS[t] for t in themes], dtype=object), finding)


def _objection(chunk: Chunk, true: Bools, confirmed: Bools, measure: Ints, measure_known: Ints, rng: np.random.Generator) -> tuple[Texts, Ints]:
    """Say which findings were objected to, and which of those fell; a wrong one falls more often."""
    p, count = chunk.parameters, len(true)
    objection = np.full(count, None, dtype=object)
    objected = confirmed & (measure > 0) & (rng.random(count) < p.objection_share)
    revoked = objected & (rng.random(count) < np.where(true, p.revoked_true_share, p.revoked_false_share))
    objection[objected] = "upheld"
    objection[revoked] = "revoked"
    return objection, np.where(objected, measure_known + span(rng, count, p.objection_days), NEVER)


def _among(state: Ints, themes: Texts, states: dict[str, list[int]]) -> Bools:
    """Say whether each state is one of those of its theme."""
    fits = np.zeros(len(state), dtype=np.bool_)
    for theme, those in states.items():
        fits |= (themes == theme) & np.isin(state, those)
    return fits
