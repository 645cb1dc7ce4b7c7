"""Commands of before there is a model: ``plan`` and ``worklist``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar, today
from features.settings import load

if TYPE_CHECKING:
    from features.settings import Settings
    from features.themes import Theme
    from training.labels import Labels
    from training.plan import Plan

app = typer.Typer()
Visits = Annotated[int | None, typer.Option("--visits", min=1, help="Addresses that a round visits; otherwise the theme's capacity.")]
RoundWeeks = Annotated[int | None, typer.Option("--round-weeks", min=1, help="Weeks that a round takes; otherwise the theme's.")]
BaseRate = Annotated[float | None, typer.Option("--base-rate", help="Share of labels that confirm; otherwise the theme's.")]
RandomShare = Annotated[float | None, typer.Option("--random-share", help="Share of the visits drawn by lot; otherwise the theme's.")]
LabelledShare = Annotated[float | None, typer.Option("--labelled-share", help="Share of visits that give a label; 0.7 is assumed.")]
Lift = Annotated[float | None, typer.Option("--lift", help="Lift at capacity that is hoped for; 2 is assumed.")]
OutcomeWeeks = Annotated[int | None, typer.Option("--outcome-weeks", min=0, help="Weeks until an outcome is known; otherwise the theme's span.")]
LabelsNow = Annotated[int | None, typer.Option("--labels-now", min=0, help="Labels that there are already; otherwise those of the training matrix.")]
FromNothing = Annotated[bool, typer.Option("--from-nothing", help="Count as on the first day, whatever labels there are.")]
Replay = Annotated[
    str | None, typer.Option("--replay", metavar="LIST", help="Draw this list again from its matrix and seed, and check it; writes nothing.")
]


@app.command()
def plan(theme: ThemeArgument, visits: Visits = None, round_weeks: RoundWeeks = None, base_rate: BaseRate = None,
         random_share: RandomShare = None, labelled_share: LabelledShare = None, lift: Lift = None, outcome_weeks: OutcomeWeeks = None,
         labels_now: LabelsNow = None, from_nothing: FromNothing = False, municipality: MunicipalityOption = None,
         as_json: JsonOption = False) -> None:  # fmt: skip
    """Say how many weeks it takes from now until each gate can be decided, and the smallest lift that could be shown before."""
    from features.themes import load_theme
    from training.plan import given, without_gate
    from training.plan import plan as answer

    settings = load(municipality)
    rules = load_theme(settings, theme)
    found = _labels(settings, rules, asked=labels_now, from_nothing=from_nothing)
    now = {"labels_now": labels_now} if found is None or isinstance(found, str) else {"labels_now": found.rows, "random_now": found.drawn}
    count = given(rules, visits=visits, round_weeks=round_weeks, base_rate=base_rate, random_share=random_share, labelled_share=labelled_share,
                  lift=lift, outcome_weeks=outcome_weeks, **now)  # fmt: skip
    planned = answer(rules.code, count, limits=rules.limits, absent=without_gate(rules))
    planned = planned.model_copy(update={"labels": found, "synthetic": settings.synthetic})
    if as_json:
        print_json_of(planned.model_dump(mode="json"))
    else:
        print_plan(planned)


@app.command()
def worklist(theme: ThemeArgument,
             by: Annotated[Literal["scorecard", "reports"] | None, typer.Option("--by", help="Otherwise the scorecard, where there is one.")] = None,
             visits: Visits = None, replay: Replay = None, municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """Draw a worklist without a model: experts' points or reports, and a random arm; write the list and its record."""
    settings = load(municipality)
    if replay is not None:
        _replayed(settings, theme, replay, given=by or visits, as_json=as_json)
        return
    with progress_bar(f"drawing {theme}", quiet=as_json) as step:
        step("reading the matrix of today")
        from training.draws import LIST
        from training.worklist import without_model

        made = without_model(settings, theme, today=today(settings), by=by, visits=visits)
    record, frame = made.record, made.record.frame
    if as_json:
        print_json_of({**record.model_dump(mode="json", exclude={"items"}), "addresses": len(record.items), "folder": str(made.folder)})
        return
    console.print(f"{record.id}: {len(record.items)} of {frame.frame_size} addresses, in shuffled order. {record.basis}.", soft_wrap=True)
    arm = f"{frame.drawn} drawn by lot ({record.random_form}), {frame.top} at the top" if frame.share else "nothing is drawn by lot in this theme"
    console.print(f"{arm}; seed {frame.seed}.", soft_wrap=True)
    for name in record.absent:
        console.print(f"The matrix does not hold {name}: it gave no points.", soft_wrap=True)
    console.print(f"For who visits: {made.folder / LIST}. The record beside it tells why, and is for after the handler's own judgement.",
                  soft_wrap=True, highlight=False)  # fmt: skip


def _replayed(settings: Settings, theme: str, list_id: str, *, given: object, as_json: bool) -> None:
    """Draw a list again and say that it is the same."""
    from features.errors import InputError
    from training.replay import replay

    if given:
        raise InputError("--replay stands beside --by or --visits", expected="a list as it was drawn", remedy="leave the others out")
    record = replay(settings, theme, list_id)
    if as_json:
        print_json_of({"id": record.id, "addresses": len(record.items), "seed": record.frame.seed, "same": True})
        return
    console.print(
        f"{record.id}: drawn again with seed {record.frame.seed}, the same {len(record.items)} addresses, arms and chances.", soft_wrap=True
    )


def _labels(settings: Settings, rules: Theme, *, asked: int | None, from_nothing: bool) -> Labels | str | None:
    """Count what there is, unless another number was asked for."""
    from features.errors import InputError
    from training.labels import labels_now

    if from_nothing and asked is not None:
        raise InputError("--from-nothing stands beside --labels-now", expected="one of both", remedy="leave the other out")
    return None if from_nothing or asked is not None else labels_now(settings, rules)


def print_plan(planned: Plan) -> None:
    """Print the wait for each gate, what could be shown when, what it starts from and what was assumed."""
    from training.side_by_side import side_by_side

    made_up = " (a made-up municipality)" if planned.synthetic else ""
    waits = [
        {"gate": wait.gate, "labels": _number(wait.labels), "weeks": _number(wait.weeks), "asked": wait.asked, "method": wait.method}
        for wait in planned.waits
    ]
    shown = [
        {
            "weeks": str(at.weeks),
            "labels": f"{at.labels:,}",
            "confirmed": f"{at.confirmed:.0f}",
            "smallest lift": "none" if at.smallest_lift is None else f"{at.smallest_lift:.2f}",
            "drawn by lot": f"{at.random_labels:,}",
            "base rate within": f"{at.random_half_width:.3f}",
        }
        for at in planned.horizons
    ]
    width, titles = console.width, (f"Until each gate of {planned.theme} can be decided{made_up}", f"What could be shown by then{made_up}")
    for rows, title in zip((waits, shown), titles, strict=True):
        console.print(*side_by_side(rows, title=title, width=width), sep="\n")
    for said in (*(f"Not planned, {gate}: {why}." for gate, why in planned.unplanned.items()), _start(planned), _assumed(planned)):
        console.print(said, soft_wrap=True, highlight=False)


def _assumed(planned: Plan) -> str:
    """Say what was counted with."""
    count = planned.given
    rounds = f"{count.visits} visits every {count.round_weeks} week(s), {count.labelled_share:.0%} of them with a label"
    known = f"its outcome known within {count.outcome_weeks} weeks"
    hoped = f"base rate {count.base_rate:.0%}, {count.random_share:.0%} by lot, a lift of {count.lift:g} hoped for"
    checked = f"a chance of {planned.power:.0%} to pass, intervals of {planned.confidence:.0%}"
    noise = f"{planned.measured_share:.0%} of the labels measured, {planned.design_effect:g} times the rows for homes in one building"
    return f"Counted with: {rounds}, {known}; {hoped}; {checked}; {noise}. No model was measured."


def _start(planned: Plan) -> str:
    """Say from how many labels the weeks are counted, and of whom those speak."""
    found, count = planned.labels, planned.given
    if isinstance(found, str):
        return f"Counted from no labels: {found}."
    if found is None:
        return f"Counted from {count.labels_now:,} labels, as asked."
    confirmed = f" ({found.confirmed / found.rows:.1%} confirmed)" if found.rows else ""
    return (
        f"Counted from the {found.rows:,} labels of the training matrix of {found.built_on}{confirmed}, which speak of inspected addresses;"
        f" {found.drawn:,} of them were drawn by lot, and speak of every address of their lists. A gate with 0 weeks can be decided now, for a model"
        " as good as hoped."
        " --from-nothing counts as on the first day."
    )


def _number(found: int | None) -> str:
    return "never" if found is None else f"{found:,}"
