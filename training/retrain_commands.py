"""The command over retraining: ``retrain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar, today
from features.settings import load
from training.release_commands import KeyOption

if TYPE_CHECKING:
    from features.sources.contract import Tier
    from training.retraining import Retrained

app = typer.Typer()


@app.command()
def retrain(theme: ThemeArgument, key: KeyOption,
            tier: Annotated[int | None, typer.Option(min=0, max=2, help="Highest privacy tier; otherwise that of the champion.")] = None,
            trials: Annotated[int, typer.Option(min=0, help="Search for parameters with so many trials in each round; 0 takes those that ship.")] = 0,
            minutes: Annotated[float | None, typer.Option(min=0, help="Search no longer than this; the result then depends on the machine.")] = None,
            objective: Annotated[Literal["binary", "ranking"] | None, typer.Option(help="Aim of the trees; otherwise that of the champion.")] = None,
            anyway: Annotated[bool, typer.Option("--anyway", help="Train also where nothing is new in the registers.")] = False,
            municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """Build, train a challenger, compare it with the champion on one page, and advise; a person promotes."""
    settings = load(municipality)
    with progress_bar(f"retraining {theme}", quiet=as_json) as step:
        step("starting")
        from training.retraining import Search
        from training.retraining import retrain as run

        found = run(settings, theme, private_key=key, today=today(settings), progress=step, tier=cast("Tier | None", tier),
                    search=Search(trials, minutes), objective=objective, anyway=anyway)  # fmt: skip
    if as_json:
        print_json_of(_told(found))
    elif found.comparison is None:
        console.print(f"Nothing is new since {found.version} was trained on {found.trained_on}: nothing was trained. With --anyway it is.")
    else:
        console.print(found.page, markup=False, highlight=False, soft_wrap=True)
        console.print(f"Kept in {found.folder}", soft_wrap=True, highlight=False)


def _told(found: Retrained) -> dict[str, object]:
    """Give the same to a program; no address in it."""
    if found.comparison is None:
        return {"nothing_new_since": {"version": found.version, "trained_on": found.trained_on}}
    return {"folder": str(found.folder), **found.comparison.model_dump(mode="json")}
