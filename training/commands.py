"""Commands over models: ``train``, ``models``, ``keys new``; see `training.cold_start` and `training.release_commands` for the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer
from rich.markup import escape
from rich.table import Table

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar, today
from features.errors import StateError
from features.settings import load
from training import cold_start, release_commands, retrain_commands
from training.release_commands import KeyOption

if TYPE_CHECKING:
    from features.settings import Settings
    from features.sources.contract import Tier
    from training.bootstrap import Estimate
    from training.evaluation import Evaluation
    from training.gates import Gates
    from training.registry import Registered
    from training.release import Release
    from training.tuned import Tuning

app = typer.Typer()
app.add_typer(release_commands.app)
app.add_typer(cold_start.app)
app.add_typer(retrain_commands.app)
keys_app = typer.Typer(help="Keys with which people sign.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

KeyMunicipalityOption = Annotated[
    Path | None, typer.Option("--municipality", "-m", help="Folder with municipality.toml; then it is said where the lines belong.")
]
AIM = "Fit the trees to each outcome, or to the order of those of a month; the other one is measured beside it."
COLOUR = {"passed": "green", "failed": "red", "not enough data": "yellow"}
FIGURES = {"auc": "AUC", "lift_at_capacity": "lift"}


@app.command()
def train(theme: ThemeArgument, key: KeyOption,
          tier: Annotated[int, typer.Option(min=0, max=2, help="Learn from the matrix that 'schouw build --tier' made.")] = 2,
          trials: Annotated[int, typer.Option(min=0, help="Search for parameters with so many trials in each round; 0 takes those that ship.")] = 0,
          minutes: Annotated[float | None, typer.Option(min=0, help="Search no longer than this; the result then depends on the machine.")] = None,
          objective: Annotated[Literal["binary", "ranking"], typer.Option("--objective", help=AIM)] = "binary",
          municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:  # fmt: skip
    """Fit, calibrate and measure a model on the training matrix, and register it as a candidate."""
    settings = load(municipality)
    with progress_bar(f"training {theme}", quiet=as_json) as step:
        step("starting")
        from training.looks import before
        from training.run import train as run

        candidate = run(settings, theme, private_key=key, today=today(settings), progress=step, tier=cast("Tier", tier), trials=trials,
                        minutes=minutes, objective=objective)  # fmt: skip
    if as_json:
        print_json_of(_shown(candidate.registered, candidate.release))
        return
    print_evaluation(candidate.release.evaluation)
    print_gates(candidate.release.gates)
    trained = candidate.release
    console.print(before(trained).sentence)
    if trained.manifest.synthetic:
        console.print("Synthetic: every figure above is of made-up data, and says nothing about any municipality.")
    made = f"trained by {trained.trained_by}, tier {trained.manifest.tier}, {trained.card.objective} objective"
    console.print(f"Candidate {trained.version} of theme {theme}, {made}.")
    if trained.gates.passed:
        console.print(f"Next, by someone else: schouw promote {theme} --version {trained.version} --key FILE", soft_wrap=True)
    else:
        console.print("A gate blocks its promotion: it may be looked at, and used only where a process owner overrides it in writing, until a day:")
        console.print(f"schouw promote {theme} --version {trained.version} --key FILE --override WHY --until DAY", soft_wrap=True)


@app.command()
def models(
    theme: Annotated[str | None, typer.Argument(help="One theme; otherwise every theme.")] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the registered models: version, tier, aliases, gates, figures with intervals, who trained and who approved."""
    from features.themes import load_theme, load_themes

    settings = load(municipality)
    codes = [load_theme(settings, theme).code] if theme else list(load_themes(settings))
    with progress_bar("reading the registry", quiet=as_json) as step:
        step("opening")
        from training.registry import Registry

        registry = Registry.open(settings)
        found = [_listed(settings, code, registered) for code in codes for registered in registry.versions(code)]
    if not found and any((settings.state / "releases" / code).is_dir() for code in codes):
        raise StateError(
            "the registry lists no model, and there is a release in the state folder",
            expected="the registry in which it was registered",
            remedy="put it back from a backup (mlflow.db of the state folder), or correct tracking_uri or SCHOUW_TRACKING_URI",
        )
    if as_json:
        print_json_of(found)
        return
    table = Table(title=f"Models of {settings.name}", show_lines=True)
    for heading in ("model", "gates", "figures (95 %)"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "figures (95 %)")
    for one in found:
        table.add_row(*_row(one))
    console.print(table if found else "No model is registered yet: schouw build THEME, then schouw train THEME --key FILE")


@keys_app.command("new")
def new_key(
    name: Annotated[str, typer.Argument(help="Id of the person: small letters, digits, dots and dashes.")],
    out: Annotated[Path, typer.Option("--out", help="File to write the private key to; never overwritten.")],
    role: Annotated[Literal["data-scientist", "process-owner"], typer.Option("--role", help="What this person may sign.")] = "data-scientist",
    municipality: KeyMunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key for one person, and print the lines that municipality.toml needs."""
    from training.keys import check_name, create

    check_name(name)
    settings = load(municipality) if municipality else None  # before a key is made: a folder that is none makes none
    told = {"id": name, "roles": [role], "public_key": create(out)}
    place = None if settings is None else settings.folder / "municipality.toml"
    listed = None if settings is None else any(person.id == name for person in settings.people)
    if as_json:
        print_json_of({**told, "private_key": str(out), "municipality": place and str(place), "listed": listed})
        return
    if place:
        typer.echo(f"# {'In place of the lines of ' + name if listed else 'One more person'} in {place}")
    typer.echo(f'[[people]]\nid = "{name}"\nroles = ["{role}"]\npublic_key = "{told["public_key"]}"')


def _listed(settings: Settings, theme: str, registered: Registered) -> dict[str, Any]:
    """Read what belongs to a registered model; a folder that is gone or was changed is said, not hidden."""
    from features.errors import SchouwError
    from training import release

    folder = settings.state / "candidates" / theme / registered.version
    try:
        return _shown(registered, release.load(folder, settings, require_approval=False))
    except SchouwError as error:
        return {**_known(registered), "fault": error.found}


def _known(registered: Registered) -> dict[str, Any]:
    tags = registered.tags
    told = {
        name: tags.get(name)
        for name in (
            "theme",
            "objective",
            "trained_by",
            "trained_on",
            "approved_by",
            "approved_on",
            "overridden_by",
            "overridden_until",
            "git_commit",
        )
    }
    return {
        **told,
        "version": registered.version,
        "number": registered.number,
        "tier": registered.tier,
        "aliases": list(registered.aliases),
        "synthetic": tags.get("synthetic") == "true",
        "release_hash": registered.release_hash,
        "run_id": registered.run_id,
    }


def _shown(registered: Registered, release: Release) -> dict[str, Any]:
    return {
        **_known(registered),
        "passed": release.gates.passed,
        "gates": [gate.model_dump() for gate in release.gates.gates],
        "evaluation": release.evaluation.model_dump(mode="json"),
        "folder": str(release.folder),
    }


def _row(one: dict[str, Any]) -> list[str]:
    from training.bootstrap import Estimate
    from training.scored import MODEL

    tier = "tier unknown" if one["tier"] is None else f"tier {one['tier']}"
    people = [f"{done}: {one[f'{done}_by']}" for done in ("trained", "approved") if one[f"{done}_by"]]
    until = [f"overridden until {one['overridden_until']}"] if one["overridden_until"] else []
    tier += f", {one['objective']}" if one["objective"] else ""
    head = "\n".join([one["theme"], one["version"], tier, *one["aliases"], *people, *until])
    if "fault" in one:
        return [head, f"[red]{escape(one['fault'])}[/red]", ""]
    blocking = [f"{gate['name']}: {gate['state']}" for gate in one["gates"] if gate["state"] != "passed"]
    figures = [f"{said} {_text(Estimate(**one['evaluation']['metrics'][MODEL][name]))}".replace(" (", "\n(") for name, said in FIGURES.items()]
    return [head, "passed" if one["passed"] else "\n".join(blocking), "\n".join(figures)]


def print_evaluation(evaluation: Evaluation) -> None:
    """Print the rounds, and each figure of the model beside those of the baselines, over all rounds together."""
    from training.metrics import METRICS
    from training.printed import populations, sentences, teams
    from training.scored import MODEL
    from training.side_by_side import side_by_side

    console.print(*_rounds(evaluation), sep="\n")
    if evaluation.tuning is not None:
        console.print(_tuning(evaluation.tuning))
    share = f"{evaluation.capacity_share:.0%} of the {evaluation.rows} rows, in each round"
    columns = {**evaluation.metrics}
    if evaluation.never_visited is not None:
        columns[f"{MODEL}, {evaluation.never_visited.rows} rows at addresses never visited"] = evaluation.never_visited.metrics[MODEL]
    lines = [
        {"figure (95 % interval)": metric.replace("_", " ")} | {name: _text(figures.get(metric)) for name, figures in columns.items()}
        for metric in METRICS
    ]
    console.print(*side_by_side(lines, title=f"On {evaluation.population}; capacity {share}", width=console.width), sep="\n")
    if evaluation.selection is not None:
        console.print(*populations(evaluation.selection, width=console.width), sep="\n")
    console.print(*sentences(evaluation), teams(evaluation.team), sep="\n")
    for name, reason in evaluation.absent_baselines.items():
        console.print(f"No baseline '{name}': {reason}.")
    if evaluation.scrutiny:
        from training.scrutiny_tables import print_scrutiny

        print_scrutiny(evaluation.scrutiny, console=console)


def _rounds(evaluation: Evaluation) -> list[Table]:
    """List what each round learned from and was measured on: rows and, after a slash, the confirmed ones."""
    from training.scored import MODEL
    from training.side_by_side import side_by_side

    title = f"Rounds (rows / confirmed; left out: outcome too late, or decided in the gap of {evaluation.gap_days} days)"
    lines = []
    for number, one in enumerate(evaluation.rounds, start=1):
        test = one.folds[-1]
        line = {"round": str(number), "tested on days": f"{test.first_on} to {test.last_on}"}
        line |= {name: f"{fold.rows} / {fold.positives}" for name, fold in zip(("training", "calibration", "test"), one.folds, strict=True)}
        line["left out"] = f"{sum(fold.outcome_too_late for fold in one.folds)}, {sum(fold.in_gap for fold in one.folds)}"
        lines.append({**line, "AUC (95 %)": _text(one.figures.metrics[MODEL]["auc"])})
    return side_by_side(lines, title=title, width=console.width)


def _tuning(tuning: Tuning) -> Table:
    """List what the search of each round found."""
    limit = "" if tuning.repeatable else f", {tuning.minutes:g} minutes: not repeatable"
    table = Table("round", "trials", "given up", f"{tuning.loss} as shipped", tuning.loss, "parameters", title=f"Tuning{limit}")
    for number, one in enumerate(tuning.rounds, start=1):
        chosen = ", ".join(f"{name} {value:.3g}" for name, value in one.parameters.items())
        table.add_row(str(number), str(one.trials), str(one.pruned), f"{one.loss_as_shipped:.4f}", f"{one.loss:.4f}", chosen)
    return table


def print_gates(gates: Gates) -> None:
    """Print what each gate asked, measured and decided."""
    table = Table("gate", "state", "why", title="Gates")
    for gate in gates.gates:
        table.add_row(gate.name, f"[{COLOUR[gate.state]}]{gate.state}[/]", escape(gate.why))
    console.print(table)


def _text(estimate: Estimate | None) -> str:
    """Give a figure with its interval in three decimals."""
    if estimate is None or estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} (no interval)"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
