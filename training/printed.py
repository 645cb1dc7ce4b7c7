"""What a reviewer sees of an evaluation beside the table of figures: of whom they speak, how early, and how stable."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from training.bootstrap import Estimate
from training.evaluation import Evaluation
from training.release_card import Population
from training.scored import MODEL
from training.selection import Figure, Selection
from training.side_by_side import side_by_side
from training.stability import Stability
from training.team_record import TeamRecord

TOO_FEW = "too few"
ENDS = "95 % interval, or bounds"
CALIBRATION_OF: Mapping[Population, str] = {
    "inspected": "Calibration gap and reliability, of each audit group too, speak of inspected addresses.",
    "cohort": "Calibration gap and reliability, of each audit group too, speak of every address from which the worklists of the theme were drawn:"
    " inspections are weighted by their logged chance. The rates of each group and what was seen at each score are of inspected addresses.",
}


def populations(selection: Selection, *, width: int) -> list[Table]:
    """List the model's figures for every population of which the labels can speak, as `population_lines`, as wide as the terminal."""
    title = f"Of whom the figures speak; capacity {selection.capacity_share:.0%} ({ENDS})"
    return side_by_side(population_lines(selection), title=title, width=width)


def population_lines(selection: Selection) -> list[dict[str, str]]:
    """Give one line per population of which the labels can speak, with the model's figures; one that is too few shows its width only."""
    names = tuple(dict.fromkeys(name for answer in selection.answers for name in answer.figures))
    return [
        {"way": answer.method, "speaks of": answer.population, "rows / confirmed": f"{answer.rows} / {answer.positives}"}
        | {name.replace("_", " "): figure_text(answer.figures.get(name)) for name in names}
        for answer in selection.answers
    ]


def figure_text(figure: Figure | None) -> str:
    """Give a figure with its interval; of one that is too few how wide it is.

    Examples
    --------
    >>> figure_text(Figure(value=0.12, low=0.1, high=0.15, width=0.05, effective_rows=400, too_few=False))
    '0.120 (0.100 to 0.150)'
    >>> figure_text(Figure(value=0.05, low=0.01, high=0.19, width=0.18, effective_rows=29, too_few=True))
    'too few: 0.180 wide'
    """
    if figure is None or figure.low is None or figure.high is None:
        return "-"
    if figure.too_few:
        return f"{TOO_FEW}: {figure.width:.3f} wide"
    ends = f"{figure.low:.3f} to {figure.high:.3f}"
    return ends if figure.value is None else f"{figure.value:.3f} ({ends})"


def sentences(evaluation: Evaluation) -> list[str]:
    """Say what a hundred visits bring, how much earlier than in the real order, how stable the list is, on whose word, and what is missing."""
    said = [CALIBRATION_OF[evaluation.calibrated_for]]
    if evaluation.curves is not None:
        said.append(
            f"A hundred visits at capacity: {_text(evaluation.curves.curves[MODEL].confirmed_per_100, 1)} confirmed, among inspected addresses."
        )
    if evaluation.timing is not None:
        said.append(f"Confirmed visits would have come {_text(evaluation.timing.days_earlier, 1)} days earlier, had each round followed the score.")
    if evaluation.stability is not None:
        stable = evaluation.stability
        shared = _text(stable.resampling.share, 2)
        said.append(f"Fitted on {stable.refits} other draws of the inspections, the list of the last round keeps {shared} of its addresses.")
        said += _a_day_on(stable)
    absent = {} if evaluation.selection is None else evaluation.selection.absent
    said += [] if evaluation.chances is None else evaluation.chances.sentences
    return said + [f"No figures by {way}: {reason}." for way, reason in absent.items()]


def teams(record: TeamRecord | None) -> str:
    """Say in one line whether the strictness of teams was taken out, how, and of how many teams.

    Examples
    --------
    >>> teams(TeamRecord(way="none"))
    'Team effects: none taken out.'
    >>> teams(TeamRecord(way="mixed", teams=7, rows=1200, rows_without=30))
    'Team effects: taken out (mixed), of 7 teams over 1200 rows; 30 rows have no team.'
    """
    if record is None or record.way == "none":
        return "Team effects: none taken out."
    return f"Team effects: taken out ({record.way}), of {record.teams} teams over {record.rows} rows; {record.rows_without} rows have no team."


def _a_day_on(stable: Stability) -> list[str]:
    """Say what stays of the list of the whole cohort when everything is a day on; nothing where nobody asked."""
    if stable.one_day is not None:
        return [
            f"With everything known a day later ({stable.one_day_on}), the list of the whole cohort keeps {_text(stable.one_day.share, 2)} of it."
        ]
    return [] if stable.one_day_absent is None else [f"Not known what stays of the list a day later: {stable.one_day_absent}."]


def _text(estimate: Estimate, digits: int) -> str:
    """Give a figure with its interval, as far as there are."""
    if estimate.value is None:
        return "an unknown number of"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.{digits}f} (no interval)"
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
