"""Commands over registers and indicators: ``pseudonymise``, ``check``, ``build``, ``indicators``, ``lineage``.

What the other packages' commands share is here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from features.settings import Settings, load, municipality_folder

if TYPE_CHECKING:
    from features.pseudonymise import Delivered
    from features.report import SourceReport
    from features.sources.contract import Tier

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
def pseudonymise(
    key: Annotated[Path, typer.Option("--key", help="Key of the register's owner: a file that nobody else can read (mode 0600).")],
    new_key: Annotated[bool, typer.Option("--new-key", help="Make that key first; a file that is there is never overwritten.")] = False,
    listing: Annotated[Path | None, typer.Option("--listing", help="What may leave; otherwise the municipality's pseudonymise.toml.")] = None,
    given: Annotated[Path | None, typer.Option("--input", help="File of the register; otherwise as listed.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Parquet file to write; otherwise as listed.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """At the register's owner: keep the listed columns, turn households and owners into keyed hashes, and drop everything else."""
    from features import pseudonym_key
    from features.pseudonymise import Listing, listed_paths
    from features.pseudonymise import pseudonymise as run

    file = listing or municipality_folder(municipality) / "pseudonymise.toml"
    what = Listing.read(file)
    source, target = listed_paths(what, file, given=given, output=output)
    if new_key:
        pseudonym_key.create(key)
    delivered = run(what, key=pseudonym_key.read(key), given=source, output=target)
    if as_json:
        print_json_of(delivered.as_json())
    else:
        print_delivered(delivered)


@app.command()
def check(municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Look at every register without changing anything: rows, rejects by reason, linked share, dates, lateness, last delivery and its age."""
    from features.ingestion import ingest, registers

    settings = load(municipality)
    with progress_bar("checking", total=len(registers(settings)), quiet=as_json) as step:
        reports = ingest(settings, progress=step, keep=False, today=today(settings))
    if as_json:
        print_json_of([r.model_dump(mode="json") for r in reports])
    else:
        print_reports(reports, title=f"Registers of {settings.name}", kept=False)
    print_unread(settings, quiet=as_json)


@app.command()
def build(theme: Annotated[str | None, typer.Argument(help="One theme; otherwise every enabled one.")] = None,
          tier: Annotated[int, typer.Option(min=0, max=2, help="Highest privacy tier: 0 object and area, 1 address, 2 keyed records.")] = 2,
          anew: Annotated[bool, typer.Option("--anew", help="Read all that lies in the raw folder as history; forget when it came.")] = False,
          anew_register: Annotated[list[str] | None, typer.Option("--anew-register", help="The same, of this register alone; repeatable.")] = None,
          municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """Turn registers into events, and events into a training matrix and the scoring matrix of today; say what came in and what is stale."""
    from features.builds import alone
    from features.ingestion import ingest, registers
    from features.store import open_store
    from features.tables import matrix_tables, received_tables
    from features.theme_matrices import write
    from features.themes import load_theme, load_themes

    settings = load(municipality)
    themes = [load_theme(settings, theme)] if theme else [t for t in load_themes(settings).values() if t.enabled]
    with alone(settings.state):
        with progress_bar("reading registers", total=len(registers(settings)), quiet=as_json) as step:
            reports = ingest(settings, progress=step, today=today(settings), anew=anew or tuple(anew_register or ()), held=True)
        if not as_json:  # before the matrices: a theme that stops at a stale source must not hide what came in
            console.print(*received_tables(reports), sep="\n")
        print_releases(reports, quiet=as_json)
        with progress_bar("building", total=2 * len(themes), quiet=as_json) as step:
            store = open_store(settings)
            built = [manifest for t in themes for manifest in write(store, t, today(settings), step, tier=cast("Tier", tier))]
    if as_json:
        print_json_of([m.model_dump(mode="json", exclude={"indicators"}) for m in built])
    else:
        console.print(*matrix_tables(built), sep="\n")
    print_unread(settings, quiet=as_json)


@app.command()
def indicators(theme: Annotated[str | None, typer.Argument(help="Only what this theme may read.")] = None,
               municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """List the indicators with their sources, tier, reach and direction."""
    from features.catalogue import catalogue, for_sources
    from features.manifest import IndicatorRecord
    from features.tables import indicator_table
    from features.themes import load_theme

    found = for_sources(load_theme(load(municipality), theme).source_names) if theme else catalogue()
    if as_json:
        print_json_of([IndicatorRecord.of(i).model_dump(mode="json") for i in found.values()])
        return
    console.print(indicator_table(found.values(), title=f"{len(found)} indicators"))


@app.command()
def lineage(theme: ThemeArgument, municipality: MunicipalityOption = None, as_json: JsonOption = False,
            graph: Annotated[Path | None, typer.Option("--graph", help="Also draw it into this SVG file.")] = None) -> None:  # fmt: skip
    """Show what a theme may read: indicator, sources, tier, legal basis and retention; and which indicators nothing fills here."""
    from features.engine import replaced_whole
    from features.filled import never_filled
    from features.lineage import of_theme, picture
    from features.tables import lineage_tables
    from features.themes import find_theme

    settings = load(municipality)
    found = of_theme(find_theme(settings, theme), settings, never_filled(settings))
    if graph:
        with replaced_whole(graph) as draft:
            draft.write_text(picture(found), encoding="utf-8")
        Console(stderr=True).print(f"Drawn: {graph}", soft_wrap=True, highlight=False)
    if as_json:
        print_json_of(found.model_dump(mode="json"))
        return
    console.print(*lineage_tables(found), sep="\n")


def print_delivered(delivered: Delivered) -> None:
    """Print what happened to each column of the owner's file."""
    from features.tables import delivered_table

    console.print(delivered_table(delivered))


def print_reports(reports: list[SourceReport], *, title: str, kept: bool = True) -> None:
    """Print what came in per source, and why rows were set aside."""
    from features.tables import register_tables

    console.print(*register_tables(reports, title=title, kept=kept), sep="\n")


def print_releases(reports: list[SourceReport], *, quiet: bool) -> None:
    """Print how many rows take no place off a list because they are of a day to come; on standard error where standard output is for a program."""
    from features.tables import release_tables

    found = release_tables(reports)
    if found:
        (Console(stderr=True) if quiet else console).print(*found, sep="\n")


def print_unread(settings: Settings, *, quiet: bool) -> None:
    """Print which files and columns in the raw folder nothing reads; on standard error where standard output is for a program (``quiet``)."""
    from features.ingestion import registers
    from features.tables import unread_tables
    from features.unread import unread

    found = unread_tables(unread(settings, {register.source.name: register.select for register in registers(settings)}))
    if found:
        (Console(stderr=True) if quiet else console).print(*found, sep="\n")
