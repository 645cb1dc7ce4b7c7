"""Commands over what is in use: ``monitor``, and ``nightly`` for all that a night does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar, today
from features.settings import load

if TYPE_CHECKING:
    from monitoring.run import Written

app = typer.Typer()
PlotsOption = Annotated[bool, typer.Option("--plots", help="Also keep Evidently's own page, with a plot per indicator (5 MB).")]
COLOUR = {"retrain": "yellow", "look at": "cyan", "nothing": "green"}


@app.command()
def monitor(theme: ThemeArgument, municipality: MunicipalityOption = None, plots: PlotsOption = False, as_json: JsonOption = False) -> None:
    """Report on drift, fairness per group, deliveries, outcomes and use, as pages and as JSON; gives advice, does nothing."""
    settings = load(municipality)
    with progress_bar(f"monitoring {theme}", quiet=as_json) as step:
        step("starting")
        from monitoring.run import monitor as write

        written = write(settings, theme, today=today(settings), plots=plots, progress=step)
    if as_json:
        print_json_of({"files": {k: str(p) for k, p in written.paths.items()}, **written.report.model_dump(mode="json")})
    else:
        _print(written)


@app.command()
def nightly(
    anew: Annotated[bool, typer.Option("--anew", help="Begin with the first stage, whatever was done today.")] = False,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the deliveries, build, score every address of each theme and monitor; run again, it carries on where it stopped.

    Exit codes: 0 all was done, 21 a delivery is wrong, 22 the build failed, 23 a theme could not be scored, 24 one could not be monitored.
    """
    from monitoring.nightly import run

    settings = load(municipality)
    say = (lambda _said: None) if as_json else (lambda said: console.print(said, markup=False, soft_wrap=True, highlight=False))
    night = run(settings, today=today(settings), say=say, anew=anew)
    if as_json:
        print_json_of({"on": night.on.isoformat(), "done": night.done, "failed": night.failed})
    if night.exit_code:
        raise typer.Exit(night.exit_code)


def _print(written: Written) -> None:
    subject = written.report.subject
    console.print(f"{subject.title_en}, {subject.cohort_rows} addresses on {subject.as_of}, scores by {subject.standing} {subject.version}")
    if subject.not_scorable_rows:
        console.print(f"{subject.not_scorable_rows} of them are unlike any inspected one: they get no score, and are in no figure about scores.")
    for one in written.report.advice:
        console.print(f"[{COLOUR[one.kind]}]{one.kind}[/]: {one.en}", highlight=False)
    if subject.synthetic:
        console.print("Synthetic data: this proves the machine, not the world.")
    for path in written.paths.values():
        console.print(str(path), soft_wrap=True, highlight=False)
