"""The demo: the whole loop on the synthetic town, from registers to an answer, an outcome that comes back and a report.

It plays both people that a release needs, with keys that are public, which a municipality with real data refuses to load. Every
figure is of a made-up town: it proves the machine, not the world.
"""

from __future__ import annotations

import shutil
import signal
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rich.table import Table

from experiments.asking import KEYS, Asked, curl, post, service
from experiments.showcase import TOP, fill, fill_api, top
from experiments.telling import Telling
from experiments.town.making import LAND_KEY, OWNER, OWNERS_KEY
from experiments.town.suppliers import deeds
from experiments.town.suppliers.population import OWNERS_FILE
from features import cohort, matrix, outcomes, pseudonym_key
from features.builds import alone
from features.commands import console, progress_bar, today
from features.errors import ProtectedInputError, SettingsError
from features.ingestion import ingest, registers
from features.pseudonymise import Listing, pseudonymise
from features.settings import Settings, next_as_of
from features.store import open_store
from features.themes import Theme, load_theme

if TYPE_CHECKING:
    from training.gates import Gates

ADDRESSES = 20_000
POPULATION = "brp_vestiging"
"""Extract of the population register that is shown with people in it."""

INSPECTIONS_PER_YEAR = 1_500
"""Visits a year per theme: several times what a town of this size makes, so that a model can honestly be released."""

UNDECIDED = "A made-up town has too few visits to decide these gates, and a demo visits nobody."
OVERRIDDEN_DAYS = 181
"""Half a year, after which someone would look again."""

STOPPED = (
    "\nThe service stopped with the demo. 'schouw demo' keeps it answering until Ctrl-C; 'schouw serve' starts it again on what was made. "
    "A second demo reads the outcome above back as an inspection, so its model and Top 10 differ a little."
)


def run(
    settings: Settings,
    theme_code: str,
    *,
    serve: bool,
    port: int,
    addresses: int = ADDRESSES,
    inspections: int = INSPECTIONS_PER_YEAR,
    write_readme: bool = False,
    verbose: bool = False,
) -> list[Asked]:
    """Go round the loop once and say what is seen.

    Parameters
    ----------
    settings : Settings
        Of a synthetic municipality, with ``demo-keys`` beside it.
    theme_code : str
    serve : bool
        Keep answering until Ctrl-C; otherwise end by itself.
    port : int
        Port of the service; 0 takes a free one.
    addresses, inspections : int
        Size of the town and visits a year per theme.
    write_readme : bool
        Put the answer and the Top 10 between their marks in README.md and README.nl.md, and both examples in docs/api.md.
    verbose : bool
        Print the whole tables of each stage; otherwise the few lines that matter, and the command that prints the rest.

    Returns
    -------
    list of Asked
        The score and the outcome, as sent and answered.

    Raises
    ------
    SettingsError
        The municipality is not synthetic.
    """
    if not settings.synthetic:
        raise SettingsError(f"'{settings.code}' is not synthetic", expected="a made-up municipality", remedy="use municipalities/zaanwijk")
    theme, tell = load_theme(settings, theme_code), Telling(verbose)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill ends like Ctrl-C: the service stops too
    _town(settings, addresses=addresses, inspections=inspections)
    _keep_people_out(settings, tell)
    _build(settings, theme, tell)
    _train_and_promote(settings, theme, tell)
    with service(settings, port=port) as url:
        scored = _ask(settings, theme, url, tell)
        sent = _send_back(settings, theme, url, tell, first_day=scored.answer["asOf"])
        _report(settings, theme)
        if write_readme:
            _write(settings, theme, url, scored, sent)
        if serve:
            _stay(settings, url, scored)
        else:
            console.print(STOPPED)
    return [scored, sent]


def earlier_visit(theme: Theme, address_id: str, *, today: date) -> dict[str, Any]:
    """Give the outcome of a visit that was decided a week ago, as a case system sends it.

    It names no score: those of today are for visits decided after today (DESIGN rule 1).

    Parameters
    ----------
    theme : Theme
    address_id : str
    today : date
        The town's day.
    """
    return {
        "theme": theme.code,
        "addressId": address_id,
        "inspectionId": f"demo-{address_id}",
        "caseId": f"demo-{address_id}",
        "trigger": "report",
        "decidedOn": (today - timedelta(days=7)).isoformat(),
        "visitedOn": (today - timedelta(days=3)).isoformat(),
        "course": {"code": "inspected"},
        "finding": {"code": theme.outcome.confirming[0], "violations": 1},
    }


def undecided(gates: Gates) -> list[str]:
    """Give the gates that a town of this size has too few visits for; none where one failed, which nobody overrides in a demo."""
    failed = any(gate.state == "failed" for gate in gates.blocking)
    return [] if failed else [gate.name for gate in gates.blocking]


def _town(settings: Settings, *, addresses: int, inspections: int) -> None:
    from experiments.town import Size, make

    _heading("The registers of a made-up town")
    size = Size(addresses=addresses, inspections_per_year=inspections, today_on=today(settings))
    with progress_bar("making the town") as step:
        make(settings, size, progress=step)
    console.print(
        f"{addresses} addresses, {inspections} inspections a year per theme: several times what a town of this size carries out, so that there "
        "are enough outcomes for most gates to decide. Everything below is made up: it proves the machine, not the world."
    )


def _keep_people_out(settings: Settings, tell: Telling) -> None:
    """Deliver the owner's file as it is, which a build refuses, and then what the owner may deliver."""
    _heading("People stay with the owner of the register")
    owner, delivered = settings.state / OWNER, settings.raw_folder / str(settings.extracts[POPULATION].path)
    shutil.copyfile(owner / OWNERS_FILE, delivered)
    try:
        ingest(settings.model_copy(update={"extracts": {POPULATION: settings.extracts[POPULATION]}}), keep=False)
    except ProtectedInputError as refused:
        console.print(f"The population register as it is, with made-up people, put among the extracts. A build refuses it:\n[red]{refused}[/red]")
    console.print("\nSo its owner runs 'schouw pseudonymise', with a key that stays there:", highlight=False)
    listing = Listing.read(settings.folder / "pseudonymise.toml")
    tell.delivered(pseudonymise(listing, key=pseudonym_key.read(owner / OWNERS_KEY), given=owner / OWNERS_FILE, output=delivered))
    console.print("\nThe owner of the land register does the same for who holds a right, with a key of its own:", highlight=False)
    listing, rights = Listing.read(settings.folder / "pseudonymise-owners.toml"), settings.raw_folder / deeds.DELIVERED
    tell.delivered(pseudonymise(listing, key=pseudonym_key.read(owner / LAND_KEY), given=owner / deeds.OWNERS_FILE, output=rights))


def _build(settings: Settings, theme: Theme, tell: Telling) -> None:
    _heading("Registers to events, events to indicators")
    with progress_bar("checking and building", total=len(registers(settings)) + 2) as step, alone(settings.state):
        reports = ingest(settings, progress=step, anew=True, held=True)  # the town was made anew, so nothing of an earlier one was received
        store, day = open_store(settings), today(settings)
        folder = settings.state / "matrices" / theme.code
        step("training matrix")
        labels = outcomes.labelled(store, theme, next_as_of(day))
        training = matrix.build(store, theme, cohort.screen(store, theme, labels.frame, listing=False), labels=labels, built_on=day)
        training.write(folder / "training")
        step("matrix of today")
        listed = cohort.at(store, theme, next_as_of(day))
        scoring = matrix.Builder(store, theme).write(listed, folder / next_as_of(day).isoformat(), built_on=day)
    tell.registers(reports, settings)
    console.print(
        f"{len(training.manifest.indicators)} indicators over {len(training.manifest.inputs)} sources; {len(training.frame)} labelled inspections, "
        f"{training.frame['label'].mean():.1%} confirmed; {scoring.rows} addresses in the cohort of today."
    )


def _train_and_promote(settings: Settings, theme: Theme, tell: Telling) -> None:
    from training.promotion import Asked as Override
    from training.promotion import promote
    from training.run import train

    _heading("Training, gates and a second person")
    with progress_bar(f"training {theme.code}") as step:
        candidate = train(settings, theme.code, private_key=settings.folder / KEYS / "data-scientist.pem", today=today(settings), progress=step)
    tell.trained(candidate.release, settings)
    owner = settings.folder / KEYS / "process-owner.pem"
    override = Override(UNDECIDED, today(settings) + timedelta(days=OVERRIDDEN_DAYS)) if undecided(candidate.release.gates) else None
    released = promote(settings, theme.code, private_key=owner, today=today(settings), version=candidate.release.version, overriding=override)
    if override:
        console.print(
            f"Not enough data: {', '.join(undecided(candidate.release.gates))}. A process owner overrides that until {override.until_on}, for a "
            "reason that goes with every answer. No limit was loosened, and a gate that failed would have stopped the demo."
        )
    console.print(f"Released: {released.version}, trained by {released.trained_by}, approved by {released.approved_by}. The demo played both.")
    table = Table("", "address", "score", "heaviest reason", title=f"Top {TOP} of {theme.title_en} (made-up addresses)")
    for place, row in top(settings, theme).iterrows():
        table.add_row(str(int(str(place)) + 1), row["address_id"], f"{row['score']:.2f}", row["reason_en"])
    console.print(table)


def _ask(settings: Settings, theme: Theme, url: str, tell: Telling) -> Asked:
    _heading("One question and its answer")
    highest = top(settings, theme, number=1)["address_id"].iloc[0]
    asked = post(settings, url, "/v1/scores", {"theme": theme.code, "purpose": theme.purpose.code, "addressId": highest})
    tell.answer(asked)
    return asked


def _send_back(settings: Settings, theme: Theme, url: str, tell: Telling, *, first_day: str) -> Asked:
    _heading("What an inspection found comes back")
    console.print(
        f"The address above was not visited since this score was given: it is for a visit decided on {first_day} or later, and that outcome will "
        "carry its scoreId. Today another one comes in, of a visit that was decided a week ago on a report, so it rests on no score."
    )
    address = top(settings, theme, number=2)["address_id"].iloc[1]
    sent = post(settings, url, "/v1/outcomes", earlier_visit(theme, address, today=today(settings)))
    tell.outcome(sent)
    console.print("The next 'schouw build' sees it as one more inspection.")
    return sent


def _report(settings: Settings, theme: Theme) -> None:
    from monitoring.run import monitor

    _heading("Drift and fairness")
    with progress_bar("monitoring") as step:
        written = monitor(settings, theme.code, today=today(settings), progress=step)
    for one in written.report.advice:
        console.print(f"{one.kind}: {one.en}", highlight=False)
    for path in written.paths.values():
        console.print(f"Report: {path}", soft_wrap=True, highlight=False)


def _write(settings: Settings, theme: Theme, url: str, scored: Asked, sent: Asked) -> None:
    fill(scored, top(settings, theme), theme)
    fill_api(settings, post(settings, url, scored.path, scored.sent, language="en"), sent)


def _heading(said: str) -> None:
    console.rule(f"[bold]{said}[/bold]", align="left")


def _stay(settings: Settings, url: str, asked: Asked) -> None:
    """Keep answering, and say how to ask."""
    console.print(
        f"\nThe service answers at [bold]{url}[/bold] (API: {url}/v1/openapi.json). Ask the same yourself, with the public key of the demo:"
    )
    console.print(curl(settings, url, asked), soft_wrap=True, highlight=False, markup=False)
    console.print("Stop with Ctrl-C.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopped.")
