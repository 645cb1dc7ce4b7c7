"""Commands for when something is wrong: ``stop``, ``resume``, ``stops``, ``scores-since``."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of
from features.errors import InputError
from features.settings import load
from features.themes import find_theme

app = typer.Typer()
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it goes with every answer that is not given.")]


@app.command()
def stop(theme: ThemeArgument, reason: ReasonOption, municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Stop a theme: from now on no worker gives a score of it, and a worklist of it is drawn by lot."""
    from serving.clock import system_clock
    from training import stops

    settings = load(municipality)
    line = stops.stop(settings, theme, by=f"command-line/{getpass.getuser()}", reason=reason, now=system_clock(settings).now())
    if as_json:
        print_json_of(line.model_dump(mode="json"))
        return
    console.print(f"Theme '{line.theme}' is stopped since {line.at:%Y-%m-%d %H:%M:%S} UTC.")
    console.print(f"A process owner lets it go on: schouw resume {theme} --key FILE --reason WHY", markup=False, soft_wrap=True)
    console.print("See which answers were given since the fault began: schouw scores-since TIME", markup=False, soft_wrap=True)


@app.command()
def resume(
    theme: ThemeArgument,
    key: Annotated[Path, typer.Option("--key", help="Private key of a process owner, a PEM file.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may; it stands in the list of stops.")],
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a stopped theme go on; only a process owner can."""
    from serving.clock import system_clock
    from training import stops

    settings = load(municipality)
    line = stops.resume(settings, theme, private_key=key, reason=reason, now=system_clock(settings).now())
    if as_json:
        print_json_of(line.model_dump(mode="json"))
        return
    console.print(f"Theme '{line.theme}' gives scores again since {line.at:%Y-%m-%d %H:%M:%S} UTC, by {line.by}.")


@app.command()
def stops(municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """List what was stopped and what went on, the newest first."""
    from training.stops import Stops

    lines = list(reversed(Stops(load(municipality)).all()))
    if as_json:
        print_json_of([line.model_dump(mode="json") for line in lines])
        return
    table = Table("when (UTC)", "theme", "what", Column("by", overflow="fold"), "why")
    for line in lines:
        table.add_row(f"{line.at:%Y-%m-%d %H:%M:%S}", line.theme, line.act, *map(escape, (line.by, line.reason)))
    console.print(table if lines else "Nothing was ever stopped.")


@app.command()
def scores_since(
    moment: Annotated[str, typer.Argument(metavar="TIME", help="2025-01-31T14:00; UTC where no zone stands behind it.")],
    theme: Annotated[str | None, typer.Option("--theme", help="Code; otherwise of every theme.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every answer since a fault began: score id, theme, address, who asked and in which case, to tell them and ask again."""
    from serving.log_commands import log_of
    from serving.score_log.since import since

    settings, since_when = load(municipality), _utc(moment)
    if theme is not None:
        find_theme(settings, theme)  # a slip of the pen would say that nobody was answered
    rows: list[dict[str, object]] = [
        {
            "logged_at": entry.logged_at.isoformat(timespec="seconds"),
            "score_id": entry.score_id,
            "theme": entry.theme,
            **{name: (entry.payload or {}).get(name) for name in ("address_id", "caller", "user", "case_reference", "version")},
        }
        for entry in since(log_of(settings), since_when, theme=theme)
    ]
    if as_json:
        print_json_of(rows)
        return
    names: list[dict[str, object]] = [{name: name for name in row} for row in rows[:1]]
    for row in names + rows:
        console.print(*("-" if value is None else str(value) for value in row.values()), markup=False, soft_wrap=True, highlight=False)
    console.print(f"{len(rows)} answers since {since_when.isoformat(timespec='seconds')} UTC.")


def _utc(moment: str) -> datetime:
    try:
        given = datetime.fromisoformat(moment)
    except ValueError as error:
        raise InputError(f"'{moment}' is no moment", expected="2025-01-31T14:00, or with a zone", remedy="correct it") from error
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
