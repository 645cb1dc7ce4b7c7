"""The business register: one CSV with commas and ISO dates. Stopped branches are often left standing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.town.arrow import NEVER, Bools, blanked, chosen, day, joined, key, padded, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import YEAR, Lives
from experiments.town.mechanisms import GROUPS
from experiments.town.mess import later, picked, soiled
from experiments.town.occupancy import HOME, PREMISES, during
from experiments.town.streams import Ints, lag
from experiments.town.suppliers.designations import given_ids

ACTIVITIES = {
    "hospitality": ("56.10", "56.30", "56.10", "55.10"),
    "trade": ("47.11", "47.71", "70.22", "78.20", "96.02"),
    "sheds": ("52.10", "45.20", "25.11", "52.10", "43.32"),
    "homes": ("62.01", "43.21", "70.22", "96.02", "47.91"),
}
"""Groups of the standard business classification (SBI 2008) by kind of object."""


LEGAL_FORMS = (
    "Eenmanszaak",
    "Vennootschap onder firma",
    "Besloten vennootschap",
    "Naamloze vennootschap",
    "Stichting",
    "Vereniging",
    "Coöperatie",
    "Overig",
)


COMPANY = LEGAL_FORMS.index("Besloten vennootschap")
CHAIN_DIRECTORS = 1 << 33
"""Numbers of directors of chains: above those behind many branches, below those of their own."""


@dataclass(frozen=True)
class Branches:
    """Branches as they really were: one row each."""

    spell: Ints
    start: Ints
    end: Ints
    operator: Bools


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> tuple[dict[str, pa.Table], Branches]:
    """Give ``kvk_vestigingen.csv``, and the branches behind it."""
    rng, p, clock = chunk.rng("trade"), chunk.parameters, chunk.clock
    branches = _branches(chunk, lives, rng)
    address, rows = lives.address[branches.spell], len(branches.start)
    known = branches.start + lag(rng, rows, p.branch_lag_days, late_share=p.late_share)
    stop_known = branches.end + lag(rng, rows, p.branch_stop_lag_days, late_share=p.late_share)
    stop_known = np.where(rng.random(rows) < p.branch_lingers_share, NEVER, stop_known)
    deleted_on, chain = later(known, rng), _chains(chunk, address)
    columns = {
        "vestigingsnummer": padded(chunk.unique(rows, 3), 15),
        "object": without_zero(given_ids(chunk, "trade", address, branches.start, ids)[0], picked(rows, p.lost_zero_share, rng)),
        "onderneming": key(np.where(chain < 0, chunk.unique(rows, 4), chain), chunk.size.seed + 21),
        "bestuurder": blanked(_directors(chunk, lives, branches, chain, rng), picked(rows, p.missing_share, rng)),
        "sbi": _activities(chunk, address, rng),
        "rechtsvorm": _legal_forms(chunk, address, chain),
        "aanvang": _iso(day(branches.start, clock)),
        "gepubliceerd": _iso(day(known, clock)),
        "einde": _iso(day(branches.end, clock, by=stop_known)),
        "einde_gepubliceerd": _iso(day(stop_known, clock, by=np.where(branches.end < NEVER, stop_known, NEVER))),
        "mutatie": chosen(["N"], np.zeros(rows, dtype=np.int64)),
    }
    first = table(columns, (known <= clock.last) & (branches.start <= clock.last))
    deletion = {**columns, "gepubliceerd": _iso(day(deleted_on, clock)), "mutatie": chosen(["V"], np.zeros(rows, dtype=np.int64))}
    gone = table(deletion, picked(rows, p.deleted_share, rng) & (deleted_on <= clock.last) & (branches.start <= clock.last))
    delivered = soiled(pa.concat_tables([first, gone]), p, rng, broken={"aanvang": "2024-13-01", "object": "0999"})
    return {"kvk_vestigingen.csv": delivered}, branches


def _branches(chunk: Chunk, lives: Lives, rng: np.random.Generator) -> Branches:
    p, home = chunk.parameters, chunk.objects.is_home[lives.address]
    changes = np.where(home, 0, p.operators_per_year * np.exp(p.operators_changes * lives.traces[:, PREMISES["operators"]]))
    extra = np.where(home, 0, p.extra_branches * np.exp(p.links_branches * lives.traces[:, PREMISES["links"]])) / 3
    alone = np.where(home, p.sole_trader_share / 5 * np.exp(p.paperwork_branches * lives.traces[:, HOME["paperwork"]]), 0)
    began = np.flatnonzero(~home & (lives.start <= chunk.clock.last))
    changed, changed_on = during(lives, np.minimum(changes, 4), days=chunk.clock.days, rng=rng)
    spell = np.concatenate([began, changed])
    start = np.concatenate([lives.start[began], changed_on])
    order = np.lexsort((start, lives.address[spell]))
    spell, start = spell[order], start[order]
    follows = np.append(lives.address[spell][1:], -1) == lives.address[spell]
    end = np.where(follows, np.append(start[1:], 0), NEVER)
    others, others_on = during(lives, np.minimum(extra + alone, 4), days=chunk.clock.days, rng=rng)
    lasted = np.minimum(
        others_on + 30 + np.floor(rng.exponential(p.branch_years * YEAR, len(others))).astype(np.int64), np.maximum(lives.end[others], others_on + 30)
    )
    operator = np.arange(len(spell) + len(others)) < len(spell)
    return Branches(np.concatenate([spell, others]), np.concatenate([start, others_on]), np.concatenate([end, lasted]), operator)


def _chains(chunk: Chunk, address: Ints) -> Ints:
    """Give the number of the business with several branches, of one kind of premises, that runs each branch; -1 where it has this one only.

    A chain is an innocent reason why addresses share a business and a director. It is drawn for the whole town, so it crosses chunks.
    """
    rng, p, objects = chunk.rng("chains"), chunk.parameters, chunk.objects
    several = (rng.random(len(address)) < p.chain_share) & ~objects.is_home[address]
    pool = max(2, round(p.chains_per_address * chunk.size.addresses))
    place = np.floor(pool * rng.random(len(address)) ** p.chain_skew).astype(np.int64)
    return np.where(several, place * len(GROUPS) + objects.group[address], -1)


def _directors(chunk: Chunk, lives: Lives, branches: Branches, chain: Ints, rng: np.random.Generator) -> pa.Array:
    """Give the director: that of the chain, someone of their own, the same one for branches at one spell, or one of few behind many branches."""
    p, home = chunk.parameters, chunk.objects.is_home[lives.address[branches.spell]]
    chance = 1 / (1 + np.exp(-p.few_directors_odds - p.links_directors * lives.traces[branches.spell, PREMISES["links"]]))
    pool = max(3, round(p.directors_per_address * chunk.size.addresses))
    few = np.floor(pool * rng.random(len(home)) ** 1.5).astype(np.int64)
    own = chunk.unique(len(lives.start), 5)[branches.spell]
    alone = chunk.unique(len(home), 6)
    usual = np.where(rng.random(len(home)) < p.same_director_share, own, alone)
    director = np.where(~home & (rng.random(len(home)) < chance), few, usual)
    return key(np.where(chain < 0, director, CHAIN_DIRECTORS + chain), chunk.size.seed + 22)


def _activities(chunk: Chunk, address: Ints, rng: np.random.Generator) -> pa.Array:
    codes = [code for group in GROUPS for code in ACTIVITIES[group]]
    starts = np.cumsum([0] + [len(ACTIVITIES[group]) for group in GROUPS])
    group = chunk.objects.group[address]
    place = starts[group] + np.floor(rng.random(len(address)) * np.diff(starts)[group]).astype(np.int64)
    return blanked(chosen(codes, place), picked(len(address), chunk.parameters.missing_share, rng))


def _legal_forms(chunk: Chunk, address: Ints, chain: Ints) -> pa.Array:
    """Give the legal form of the business: a chain is a company."""
    rng, p = chunk.rng("legal-forms"), chunk.parameters
    at_home, elsewhere = (rng.choice(len(LEGAL_FORMS), len(address), p=shares) for shares in (p.legal_forms_home, p.legal_forms_premises))
    form = np.where(chain < 0, np.where(chunk.objects.is_home[address], at_home, elsewhere), COMPANY)
    return blanked(chosen(LEGAL_FORMS, form), picked(len(address), p.missing_share, rng))


def _iso(dates: pa.Array) -> pa.Array:
    return joined(dates.cast(pa.string()))
