"""Commands over experiments: ``town``, ``study``, ``demo``. Heavy imports stand inside the command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from features.commands import JsonOption, MunicipalityOption, console, print_json_of, progress_bar

app = typer.Typer()
RECEIVING = (
    "Move one to the same path in the raw folder to receive it; what is read whole lies there in a folder of its day, "
    "and takes the place of the file of before."
)

HoldBackOption = Annotated[
    datetime | None,
    typer.Option(
        "--hold-back-after", formats=["%Y-%m-%d"], help="Lay what is told after this day out in later/ beside the raw folder, a file a month."
    ),
]


@app.command()
def town(
    addresses: Annotated[int, typer.Option("--addresses", min=1_000, help="Addresses in the town; millions are made chunk by chunk.")] = 20_000,
    years: Annotated[int, typer.Option("--years", min=2, max=20, help="Years that end today.")] = 6,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same town.")] = 1,
    inspections_per_year: Annotated[int, typer.Option("--inspections-per-year", min=0, help="Visits a year, for each theme.")] = 200,
    chunk: Annotated[int, typer.Option("--chunk", min=1_000, help="Addresses in memory at a time.")] = 50_000,
    hold_back_after: HoldBackOption = None,
    state: Annotated[Path | None, typer.Option("--state", help="State folder; otherwise as municipality.toml or SCHOUW_STATE.")] = None,
    raw: Annotated[Path | None, typer.Option("--raw", help="Raw folder; otherwise as municipality.toml or SCHOUW_RAW.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the synthetic town: raw extracts with the mess of real ones, and its hidden truth."""
    from experiments.town import Size, make
    from experiments.town.deliveries import hold_back
    from experiments.town.showing import CEILING, as_table
    from features.commands import today
    from features.settings import load

    settings = load(municipality, state=state, raw=raw)
    size = Size(addresses=addresses, years=years, seed=seed, inspections_per_year=inspections_per_year, chunk=chunk, today_on=today(settings))
    with progress_bar("making the town", total=size.chunks, quiet=as_json) as step:
        made = make(settings, size, progress=step)
        coming = hold_back(settings, after=hold_back_after.date() if hold_back_after else None, today=size.today_on)
    if as_json:
        print_json_of(made.as_json() | {"held_back": [str(path) for path in coming]})
    else:
        waiting = [f"{len(coming)} files wait in later/ beside the raw folder. {RECEIVING}"]
        console.print(as_table(made, name=settings.name), CEILING, *(waiting if coming else []), sep="\n")


@app.command()
def study(
    name: Annotated[
        str | None, typer.Argument(help="Name of a study: a file in experiments/studies, without .toml.", show_default="list them")
    ] = None,
    raw: Annotated[Path | None, typer.Option("--raw", help="Folder with the raw files; otherwise SCHOUW_RAW.")] = None,
    state: Annotated[Path | None, typer.Option("--state", help="Folder to keep the town of a study in; otherwise it is made anew.")] = None,
    page: Annotated[Path | None, typer.Option("--page", help="File to write; otherwise the page that the study declares.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a declared study and write its page; without a name, list those there are."""
    from experiments.study import names, run

    if name is None:
        print_json_of(names()) if as_json else console.print(*names(), sep="\n", highlight=False)
        return
    with progress_bar(f"study {name}", quiet=as_json) as step:
        written = run(name, raw=raw, municipality=municipality, state=state, page=page, progress=step)
    if as_json:
        print_json_of(written.figures)
    else:
        console.print(f"Written: {written.page}")


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep answering until Ctrl-C, or end by itself.")] = True,
    theme: Annotated[str, typer.Option("--theme", help="Theme to go round with.")] = "registration",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the service; 0 takes a free one.")] = 0,
    addresses: Annotated[int, typer.Option("--addresses", min=1_000, help="Addresses in the town.")] = 20_000,
    inspections_per_year: Annotated[int, typer.Option("--inspections-per-year", min=1, help="Visits a year, for each theme.")] = 1_500,
    write_readme: Annotated[
        bool, typer.Option("--write-readme", help="Put the answer and the Top 10 of this run in both READMEs and docs/api.md.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print the whole tables and the whole answer of each stage.")] = False,
    municipality: MunicipalityOption = None,
) -> None:
    """Go round the whole loop on the synthetic town: registers, model, approval, answer, outcome, report."""
    from experiments.demo import run
    from features.settings import load

    run(load(municipality), theme, serve=serve, port=port, addresses=addresses, inspections=inspections_per_year, write_readme=write_readme,
        verbose=verbose)  # fmt: skip
