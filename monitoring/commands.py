"""The command over what is in use: ``monitor``."""

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
