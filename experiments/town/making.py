"""Make a town: chunk by chunk, every supplier in turn, in bounded memory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.town import occupancy, truth
from experiments.town.case_database import hand_over
from experiments.town.chunk import Chunk
from experiments.town.extracts import Extracts
from experiments.town.geography import Neighbourhoods, draw_neighbourhoods
from experiments.town.inspecting import Round, inspect
from experiments.town.lives import draw_lives
from experiments.town.mechanisms import FINDINGS, THEMES
from experiments.town.objects import draw_objects
from experiments.town.oracle import Tally
from experiments.town.parameters import Parameters, Size
from experiments.town.reporting import after_visits, draw_reports
from experiments.town.standing import draw_standing
from experiments.town.streams import Clock
from experiments.town.suppliers import (
    bag,
    channels,
    civil,
    connections,
    corporations,
    deeds,
    enforcement,
    grid,
    intake,
    labels,
    lodging,
    permits,
    population,
    statistics,
    tax,
    trade,
    vacancy,
    water,
)
from features import pseudonym_key
from features.errors import SettingsError
from features.pseudonymise import Pseudonymiser
from features.settings import Settings

Progress = Callable[[str], None]
OWNER, OWNERS_KEY, LAND_KEY = "owner", "key", "key-owners"
"""Folder of the registers' owners in the state folder, and the keys in it: of the population register and of the land register. They are made
of the seed: they show the way, and protect nobody."""


@dataclass(frozen=True)
class ThemeReport:
    """What the town says about one theme.

    Attributes
    ----------
    prevalence : float, optional
        Share of cohort addresses with an episode, at the ends of the years.
    inspections_per_year : float
        Examinations of the theme that were decided, per year.
    inspected, confirmed : int
        Examinations that were carried out, and those that ended in a confirming finding.
    oracle_auc : float, optional
        AUC over the cohort of who sees the noise-free traces but not the truth.
    """

    theme: str
    cohort: float
    prevalence: float | None
    inspections_per_year: float
    inspected: int
    confirmed: int
    oracle_auc: float | None


@dataclass(frozen=True)
class TownReport:
    """What was made."""

    addresses: int
    seed: int
    years: int
    themes: tuple[ThemeReport, ...]
    rows: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Give the report as plain values."""
        return asdict(self)


def make(settings: Settings, size: Size, *, progress: Progress | None = None) -> TownReport:
    """Make the town of a municipality: extracts in its raw folder, the hidden truth and the owners' files in its state folder.

    An extract that is declared as a table of a PostgreSQL database becomes one, where the town knows it (`case_database`).

    Raises
    ------
    SettingsError
        The municipality is not synthetic: its registers must never be overwritten.
    SourceError
        An extract is declared as a table, and the environment holds no URL of its database.
    StateError
        A folder or a table cannot be written.
    """
    if not settings.synthetic or settings.raw is None:
        raise SettingsError(
            f"municipality '{settings.code}' is {'not synthetic' if not settings.synthetic else 'without a raw folder'}",
            expected="synthetic = true and a raw folder in municipality.toml",
            remedy="make a town for municipalities/zaanwijk only",
        )
    made = make_town(size, raw=settings.raw, truth_folder=settings.state / "truth", progress=progress)
    hand_over(settings)
    return made


def make_town(size: Size, *, raw: Path, truth_folder: Path, parameters: Parameters | None = None, progress: Progress | None = None) -> TownReport:
    """Write the raw extracts and the hidden truth of a synthetic town.

    Parameters
    ----------
    size : Size
        Addresses, years, seed, inspections a year per theme, chunk, today.
    raw, truth_folder : Path
        Folders; files of an earlier town in them are replaced when this one is whole, others stay. Beside the truth stands ``owner/``:
        the registrations and the rights with made-up people in them, and the keys with which the delivered ones are made from them.
    parameters : Parameters, optional
        How the town lives; the documented one where absent.
    progress : callable, optional
        Told after each chunk how far it is.

    Returns
    -------
    TownReport

    Raises
    ------
    StateError
        A folder cannot be written.
    """
    parameters = parameters or Parameters()
    clock, neighbourhoods = Clock.of(size), draw_neighbourhoods(size, parameters)
    tallies = {theme: Tally() for theme in THEMES}
    counts: Counter[str] = Counter()
    owner_folder = truth_folder.with_name(OWNER)
    secrets = {OWNERS_KEY: _secret(f"town {size.seed}"), LAND_KEY: _secret(f"town {size.seed}, land")}
    with Extracts(raw) as extracts, Extracts(truth_folder) as hidden, Extracts(owner_folder) as owner:
        owners = Owners(
            Owner(owner, Pseudonymiser(population.LISTING, secrets[OWNERS_KEY]), population.OWNERS_FILE, population.DELIVERED),
            Owner(owner, Pseudonymiser(deeds.LISTING, secrets[LAND_KEY]), deeds.OWNERS_FILE, deeds.DELIVERED),
        )
        extracts.write(statistics.deliver(neighbourhoods, size=size, clock=clock))
        for number, first in enumerate(range(0, size.addresses, size.chunk)):
            chunk = draw_chunk(number, first, size=size, parameters=parameters, clock=clock, neighbourhoods=neighbourhoods)
            _chunk(chunk, extracts, hidden, owners, tallies, counts)
            if progress:
                progress(f"{min(first + size.chunk, size.addresses):,} of {size.addresses:,} addresses")
    for name, secret in secrets.items():
        (owner_folder / name).unlink(missing_ok=True)
        pseudonym_key.create(owner_folder / name, key=secret)
    (truth_folder / "parameters.json").write_text(json.dumps({**asdict(size), **asdict(parameters)}, default=str, indent=1), encoding="utf-8")
    return _report(size, tallies, counts, extracts.rows)


def draw_chunk(number: int, first: int, *, size: Size, parameters: Parameters, clock: Clock, neighbourhoods: Neighbourhoods) -> Chunk:
    """Draw the objects of one chunk."""
    count = min(size.chunk, size.addresses - first)
    objects = draw_objects(first, count, size=size, parameters=parameters, neighbourhoods=neighbourhoods, chunk=number)
    return Chunk(number, first, size, parameters, clock, neighbourhoods, objects)


@dataclass(frozen=True)
class Owner:
    """The owner of a register with people in it: a folder that Schouw never reads, the key that stays in it, and what is kept and delivered."""

    folder: Extracts
    pseudonymiser: Pseudonymiser
    kept: str
    delivered: str

    def deliver(self, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """Keep the register with people in it, and hand over what is made from it."""
        ours = tables[self.kept]
        self.folder.write({self.kept: ours})
        others = {name: table for name, table in tables.items() if name != self.kept}
        return {self.delivered: self.pseudonymiser.table(ours), **others}


@dataclass(frozen=True)
class Owners:
    """Who keep the registers with people in them."""

    population: Owner
    land: Owner


def _secret(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


def _chunk(chunk: Chunk, extracts: Extracts, hidden: Extracts, owners: Owners, tallies: dict[str, Tally], counts: Counter[str]) -> None:
    """Let a chunk live through its years, then have every supplier deliver."""
    lives = draw_lives(chunk.objects.group, chunk.parameters, days=chunk.clock.days, rng=chunk.rng("lives"))
    standing = draw_standing(chunk, lives)
    reports = draw_reports(chunk, lives)
    rounds, lives = inspect(chunk, lives, standing, reports)
    reports = after_visits(chunk, reports, lives)
    ids = bag.object_ids(chunk)
    people = occupancy.people_present(chunk, lives)
    branch_tables, branches = trade.deliver(chunk, lives, ids)
    report_tables, texts = channels.deliver(chunk, reports, ids)
    extracts.write(bag.deliver(chunk, standing.protection))
    extracts.write(owners.population.deliver(population.deliver(chunk, lives, occupancy.households(chunk, lives, people), ids)))
    extracts.write(water.deliver(chunk, lives, occupancy.water_per_day(chunk, lives, people), ids))
    extracts.write(branch_tables | report_tables)
    extracts.write(permits.deliver(chunk, lives, standing, branches, ids))
    extracts.write(tax.deliver(chunk, lives, ids))
    extracts.write(owners.land.deliver(deeds.deliver(chunk, lives, ids)))
    extracts.write(enforcement.deliver(chunk, rounds, ids))
    extracts.write(grid.deliver(chunk, lives, people) | civil.deliver(chunk, lives, ids) | connections.deliver(chunk, lives, people, ids))
    extracts.write(intake.deliver(chunk, lives, reports, ids) | labels.deliver(chunk, ids))
    extracts.write(lodging.deliver(chunk, lives, ids) | vacancy.deliver(chunk, lives, ids) | corporations.deliver(chunk, lives, ids))
    hidden.write(truth.episodes(chunk, lives, ids) | truth.traces(chunk, lives, standing, ids, tallies) | texts)
    _count(rounds, chunk.clock, counts)


def _count(rounds: list[Round], clock: Clock, counts: Counter[str]) -> None:
    for made in rounds:
        for examined in made.examined:
            decided = made.decided[examined.rows] <= clock.last
            for theme in THEMES:
                ours = (examined.theme == theme) & decided
                counts[f"{theme} decided"] += int(ours.sum())
                counts[f"{theme} inspected"] += int((ours & (examined.course == "inspected")).sum())
                counts[f"{theme} confirmed"] += int((ours & (examined.finding == FINDINGS[theme])).sum())


def _report(size: Size, tallies: dict[str, Tally], counts: Counter[str], rows: dict[str, int]) -> TownReport:
    ends = len(Clock.of(size).year_ends())
    themes = tuple(
        ThemeReport(
            theme=theme,
            cohort=int(tallies[theme].positive.sum() + tallies[theme].negative.sum()) / ends,
            prevalence=tallies[theme].prevalence,
            inspections_per_year=counts[f"{theme} decided"] / size.years,
            inspected=counts[f"{theme} inspected"],
            confirmed=counts[f"{theme} confirmed"],
            oracle_auc=tallies[theme].auc,
        )
        for theme in THEMES
    )
    return TownReport(size.addresses, size.seed, size.years, themes, dict(sorted(rows.items())))
