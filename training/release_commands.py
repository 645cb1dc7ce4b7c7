"""Commands over releases: ``promote``, ``rollback``, ``releases``, ``card``, ``shadow``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar, today
from features.errors import InputError
from features.settings import load

if TYPE_CHECKING:
    from training.ledger import Entry
    from training.override import Override
    from training.promotion import Asked
    from training.release import Release

app = typer.Typer()
KeyOption = Annotated[Path, typer.Option("--key", help="Your private key, a PEM file.")]
VersionOption = Annotated[str | None, typer.Option("--version", help="As 'schouw models' lists it; otherwise the newest of the champion's tier.")]
NEXT = "A service that runs answers with it within seconds, and loses no request."
MADE_UP = " (a made-up municipality)"
ONE_RELEASE = (
    "There is nothing to roll back to yet: 'schouw rollback' needs an earlier release that no rollback left."
    " Train another with 'schouw train {theme} --key FILE' or 'schouw retrain {theme} --key FILE', promote it,"
    " and the one of now is what it goes back to."
)


@app.command()
def promote(
    theme: ThemeArgument,
    key: KeyOption,
    version: VersionOption = None,
    override: Annotated[str | None, typer.Option("--override", help="Why it may be used though a gate did not pass; goes with each answer.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day of the override, as 2025-12-31; after it nothing is served.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve a candidate that someone else trained, and make it the champion."""
    overriding = _asked(override, until)
    settings = load(municipality)
    with progress_bar(f"promoting {theme}", quiet=as_json) as step:
        step("checking the candidate")
        from training.promotion import promote as approve

        release = approve(settings, theme, private_key=key, today=today(settings), version=version, overriding=overriding)
    _print(theme, release, as_json=as_json)


@app.command()
def rollback(theme: ThemeArgument, key: KeyOption, municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Go back to the release that was served before the champion."""
    settings = load(municipality)
    with progress_bar(f"going back with {theme}", quiet=as_json) as step:
        step("checking the earlier release")
        from training.promotion import rollback as back

        release = back(settings, theme, private_key=key, today=today(settings))
    _print(theme, release, as_json=as_json)


@app.command()
def releases(theme: ThemeArgument, municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Print what was promoted and rolled back, by whom, and check that nothing was changed or taken out (exit code 13 where it was)."""
    from features.themes import load_theme

    settings = load(municipality)
    code = load_theme(settings, theme).code
    with progress_bar("checking the ledger", quiet=as_json) as step:
        step("opening the registry")
        from training.history import history, steps_back

        found = history(settings, code)
    if as_json:
        print_json_of([entry.model_dump(mode="json") for entry in found])
        return
    _print_ledger(found, title=f"Releases of theme {code}{MADE_UP if settings.synthetic else ''}, each as it was signed")
    if not found:
        console.print(f"Nothing was released yet: see 'schouw models {code}'.")
    elif not steps_back(found, code):
        console.print(ONE_RELEASE.format(theme=code), soft_wrap=True)
    for entry in found:
        if entry.override:
            console.print(f"Override in line {entry.position}: {escape(_told(entry.override))}")


@app.command()
def card(
    theme: ThemeArgument,
    version: Annotated[str | None, typer.Option("--version", help="As 'schouw models' lists it; otherwise the champion.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the model card of the champion, or of a candidate, as its signed files give it."""
    from features.themes import load_theme
    from training import model_card
    from training.history import find

    settings = load(municipality)
    rules = load_theme(settings, theme)
    text = model_card.text(find(settings, rules.code, version=version), rules)
    if as_json:
        print_json_of({"theme": rules.code, "card": text})
    else:
        typer.echo(text)


@app.command()
def shadow(theme: ThemeArgument, municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Let the challenger score the matrix of the day; the scores are kept and shown to nobody."""
    settings = load(municipality)
    with progress_bar(f"scoring {theme} in the shadow", quiet=as_json) as step:
        step("reading the challenger and the matrix")
        from training.shadow import shadow as run

        line = run(settings, theme, today=today(settings))
    if as_json:
        print_json_of(line.model_dump(mode="json"))
    else:
        unlike = f" ({line.not_scorable} are unlike any inspected one and got none)" if line.not_scorable else ""
        console.print(f"Challenger {line.version} of theme {theme} scored {line.rows} addresses as of {line.as_of}{unlike}; shown to nobody.")


def _print_ledger(entries: list[Entry], *, title: str) -> None:
    from training.side_by_side import side_by_side

    rows = [
        {
            "line": str(entry.position),
            "day": str(entry.on),
            "act": entry.act,
            "version": entry.version,
            "in the place of": entry.replaces or "-",
            "by": entry.person,
        }
        for entry in entries
    ]
    console.print(*side_by_side(rows, title=title, width=console.width), sep="\n")


def _asked(reason: str | None, until: str | None) -> Asked | None:
    """Read the two halves of an override; one without the other is none."""
    from datetime import date

    if reason is None and until is None:
        return None
    if reason is None or until is None:
        raise InputError(
            f"{'--until' if reason is None else '--override'} stands alone",
            expected="a reason and an end date together",
            remedy='give both: --override "REASON" --until 2025-12-31',
        )
    from training.promotion import Asked

    try:
        return Asked(reason, date.fromisoformat(until))
    except ValueError as error:
        raise InputError(f"--until '{until}' is no date", expected="a date as 2025-12-31", remedy="correct it") from error


def _print(theme: str, release: Release, *, as_json: bool) -> None:
    if as_json:
        told = {"trained_by": release.trained_by, "approved_by": release.approved_by, "release_hash": release.release_hash}
        override = release.override and release.override.model_dump(mode="json")
        known: dict[str, Any] = {"theme": theme, "version": release.version, "tier": release.manifest.tier, **told, "override": override}
        print_json_of({**known, "folder": str(release.folder)})
        return
    people = f"trained by {release.trained_by}, approved by {release.approved_by}"
    console.print(f"Champion of theme {theme}: {release.version}, {people}, tier {release.manifest.tier}.")
    if release.override is not None:
        console.print(f"[yellow]Overridden: {escape(_told(release.override))}[/yellow]")
    console.print(NEXT)


def _told(override: Override) -> str:
    gates = ", ".join(f"{gate.name} ({gate.state})" for gate in override.gates)
    return f"{gates}; until {override.until_on}, by {override.person}: {override.reason}"
