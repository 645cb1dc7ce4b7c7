"""Commands over registers and indicators: ``check``, ``build``, ``indicators``. What the other packages' commands share is here too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from features.settings import Settings, load, next_as_of

if TYPE_CHECKING:
    from features.matrix import Matrix
    from features.report import SourceReport
    from features.themes import Theme

app = typer.Typer()
console = Console()
MunicipalityOption = Annotated[
    Path | None, typer.Option("--municipality", "-m", help="Folder with municipality.toml; otherwise SCHOUW_MUNICIPALITY.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
ThemeArgument = Annotated[str, typer.Argument(help="Code of a theme, the name of its TOML file.")]


def today(settings: Settings) -> date:
    """Give the day it is: the fixed clock of the municipality, or the system's."""
    return settings.today_on or date.today()


@contextmanager
def progress_bar(description: str, *, total: int | None = None, quiet: bool = False) -> Iterator[Any]:
    """Show a bar on standard error while something takes its time; gives a function that is told each step."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task(description, total=total)

        def step(said: str) -> None:
            bar.update(task, description=f"{description}: {said}", advance=1 if total else 0)

        yield step


def print_json_of(value: Any) -> None:
    """Print a value as JSON on standard output; dates as ISO 8601."""
    typer.echo(json.dumps(value, indent=1, default=str, ensure_ascii=False))


@app.command()
def check(municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Look at every register without changing anything: rows, rejects by reason, linked share, dates, lateness."""
    from features.ingestion import ingest, registers

    settings = load(municipality)
    with progress_bar("checking", total=len(registers(settings)), quiet=as_json) as step:
        reports = ingest(settings, progress=step, keep=False)
    if as_json:
        print_json_of([r.model_dump(mode="json") for r in reports])
    else:
        print_reports(reports, title=f"Registers of {settings.name}")


@app.command()
def build(theme: Annotated[str | None, typer.Argument(help="One theme; otherwise every enabled one.")] = None,
          municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """Turn registers into events, and events into a training matrix and the scoring matrix of today."""
    from features.ingestion import ingest, registers
    from features.store import open_store
    from features.themes import load_theme, load_themes

    settings = load(municipality)
    themes = [load_theme(settings, theme)] if theme else [t for t in load_themes(settings).values() if t.enabled]
    with progress_bar("building", total=len(registers(settings)) + 2 * len(themes), quiet=as_json) as step:
        ingest(settings, progress=step)
        store = open_store(settings)
        built = [matrix for t in themes for matrix in _matrices(store, t, today(settings), step)]
    if as_json:
        print_json_of([m.manifest.model_dump(mode="json", exclude={"indicators"}) for m in built])
    else:
        console.print(_matrices_table(built))


@app.command()
def indicators(theme: Annotated[str | None, typer.Argument(help="Only what this theme may read.")] = None,
               municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """List the indicators with their sources, tier, reach and direction."""
    from features.catalogue import catalogue, for_sources
    from features.manifest import IndicatorRecord
    from features.themes import load_theme

    found = for_sources(load_theme(load(municipality), theme).source_names) if theme else catalogue()
    if as_json:
        print_json_of([IndicatorRecord.of(i).model_dump(mode="json") for i in found.values()])
        return
    table = Table("indicator", "definition", "unit", "risk", "tier", "reach", "sources", title=f"{len(found)} indicators")
    for i in found.values():
        table.add_row(i.name, i.definition, i.unit, i.risk or "", str(i.tier), i.reach, ", ".join(i.sources))
    console.print(table)


def _matrices(store: Any, theme: Theme, day: date, step: Any) -> list[Matrix]:
    from features import cohort, matrix, outcomes

    step(f"{theme.code}, training")
    as_of = next_as_of(day)
    labels = outcomes.labelled(store, theme, as_of)
    rows = cohort.screen(store, theme, labels.frame, listing=False)
    folder = store.settings.state / "matrices" / theme.code
    training = matrix.build(store, theme, rows, labels=labels, built_on=day)
    training.write(folder / "training")
    step(f"{theme.code}, scoring")
    scoring = matrix.build(store, theme, cohort.at(store, theme, as_of), built_on=day)
    scoring.write(folder / as_of.isoformat())
    return [training, scoring]


def print_reports(reports: list[SourceReport], *, title: str) -> None:
    """Print what came in per source, and why rows were set aside."""
    table = Table(title=title)
    for heading in ("source", "rows", "stored", "repeated", "set aside", "linked", "years", "days late"):
        table.add_column(heading, no_wrap=True, justify="left" if heading == "source" else "right")
    for r in reports:
        linked = "" if r.linked_share is None else f"{r.linked_share:.1%}"
        late = "" if r.median_late_days is None else f"{r.median_late_days:.0f} ({r.late_days_95 or 0:.0f})"
        years = f"{r.first_on.year}-{r.last_on.year}" if r.first_on and r.last_on else ""
        table.add_row(r.source, str(r.rows), str(r.accepted), str(r.repeated), f"{r.reject_share:.1%}", linked, years, late)
    table.caption = "linked: of the rows with only a text for an address; days late: median, and what 95 % stays under"
    console.print(table)
    reasons = Table("source", "rows set aside", "reason", title="Why rows were set aside (kept in rejects/)")
    for r in reports:
        for reason, number in r.rejects.items():
            reasons.add_row(r.source, str(number), reason)
    if reasons.row_count:
        console.print(reasons)


def _matrices_table(built: list[Matrix]) -> Table:
    table = Table("theme", "kind", "rows", "indicators", "tier", "days", "left out", title="Matrices")
    for m in (b.manifest for b in built):
        out = "\n".join(f"{n} x {reason}" for reason, n in {**m.exclusions, **m.left_out}.items() if n)
        table.add_row(m.theme, m.kind, str(m.rows), str(len(m.indicators)), str(m.tier), f"{m.as_of_first} to {m.as_of_last}", out)
    return table
