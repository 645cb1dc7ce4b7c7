"""The land register: who holds an object, with people in it as its owner has it.

What is delivered is made from it at the owner: facts about the right, and a keyed hash for each holder.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import NEVER, Bools, blanked, chosen, day, joined, padded, table
from experiments.town.chunk import Chunk
from experiments.town.lives import YEAR, Lives
from experiments.town.mess import picked, soiled
from experiments.town.occupancy import HOME, PREMISES, during
from experiments.town.streams import Ints, span
from experiments.town.suppliers.people import holders
from features.pseudonymise import Keyed, Listing

KINDS = ("Natuurlijk persoon", "Rechtspersoon", "Woningcorporatie", "Overheid")
LENDERS = ("Bank", "Overig", "Geen")


OWNERS_FILE = "rechten.parquet"
"""The rights with people in them: never in the raw folder."""

DELIVERED = "kadaster_rechten.parquet"
LISTING = Listing(
    form="parquet",
    keep=("recht_id", "object", "soort_gerechtigde", "koopsom", "geldgever", "datum_akte", "ingeschreven_op", "einde", "einde_ingeschreven"),
    keyed=(Keyed(column="persoon_id", name="gerechtigde", domain="owner"),),
)
"""What may leave the register: the same as municipalities/zaanwijk/pseudonymise-owners.toml, which a test compares."""


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give the rights as the owner has them: a row per holder and object, with the end of the right where it has one."""
    rng, p, clock = chunk.rng("deeds"), chunk.parameters, chunk.clock
    corporation = corporation_of(chunk)
    spell, start = _sales(chunk, lives, corporation, rng)
    address = lives.address[spell]
    follows = np.append(address[1:], -1) == address
    end = np.where(follows, np.append(start[1:], 0), NEVER)
    known = start + span(rng, len(start), p.deed_entry_days, late_share=p.late_share)
    ended = np.where(follows, np.append(known[1:], NEVER), NEVER)
    owner, kind = _owners(chunk, lives, spell, corporation[address], rng)
    price = np.round(chunk.objects.area[address] * 3300 * np.exp(rng.normal(0, 0.25, len(start))), -2)
    columns = {
        "recht_id": joined("R", padded(chunk.unique(len(start), 8), 14)),
        "object": ids.take(pa.array(address)),
        "persoon_id": joined("NL.IMKAD.Persoon.", padded(owner, 15)),
        **holders(owner, kind == 0),
        "soort_gerechtigde": chosen(KINDS, kind),
        "koopsom": blanked(pa.array(price.astype(np.int64)).cast(pa.string()), (rng.random(len(start)) < p.price_unknown_share) | (kind > 1)),
        "geldgever": chosen(LENDERS, rng.choice(3, len(start), p=[0.7, 0.1, 0.2])),
        "datum_akte": day(start, clock).cast(pa.string()),
        "ingeschreven_op": day(known, clock).cast(pa.string()),
        "einde": day(end, clock, by=ended).cast(pa.string()),
        "einde_ingeschreven": day(ended, clock).cast(pa.string()),
    }
    rows = table(columns, (known <= clock.last) & (start <= clock.last))
    return {OWNERS_FILE: soiled(rows, p, rng, broken={"datum_akte": "onbekend", "soort_gerechtigde": "?"})}


def corporation_of(chunk: Chunk) -> Ints:
    """Give the housing corporation that holds each object, 0 for none: whole buildings, the same in every chunk."""
    lot = np.random.default_rng([chunk.size.seed, 5]).random(8192)[chunk.objects.building % 8192]
    share = chunk.parameters.corporation_share * np.where(chunk.objects.units > 1, 1.3, 0.75)
    return np.where(chunk.objects.is_home & (lot < share), 1 + chunk.objects.neighbourhood % chunk.parameters.corporations, 0)


def _sales(chunk: Chunk, lives: Lives, corporation: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Give the first deed of each object and every sale since: spell and day, ordered by address and day."""
    mine = corporation[lives.address] > 0
    trace = _trace(chunk, lives)
    here = lives.at(np.arange(len(chunk)), 0)
    first = np.minimum(lives.start[here], 0) - np.floor(rng.exponential(6 * YEAR, len(chunk))).astype(np.int64) - 1
    begun = np.flatnonzero(~mine & (lives.start >= 0) & (rng.random(len(mine)) < chunk.parameters.sale_at_start * 2 ** np.clip(trace / 2, -2, 1.5)))
    sold, sold_on = during(lives, np.where(mine, 0, chunk.parameters.transfers_per_year), days=chunk.clock.days, rng=rng)
    later = sold_on > first[lives.address[sold]]
    spell = np.concatenate([here, begun, sold[later]])
    day_of = np.concatenate([first, lives.start[begun] + rng.integers(0, 20, len(begun)), sold_on[later]])
    order = np.lexsort((day_of, lives.address[spell]))
    return spell[order], day_of[order]


def _trace(chunk: Chunk, lives: Lives) -> np.ndarray:
    home = chunk.objects.is_home[lives.address]
    return np.where(home, lives.traces[:, HOME["holding"]], lives.traces[:, PREMISES["links"]])


def _owners(chunk: Chunk, lives: Lives, spell: Ints, corporation: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Give the number and the kind of each new owner."""
    p, rows = chunk.parameters, len(spell)
    odds = np.log(p.investor_share / (1 - p.investor_share)) + p.holding_investor * _trace(chunk, lives)[spell] - 0.3
    investor: Bools = rng.random(rows) < 1 / (1 + np.exp(-odds))
    pool = max(4, round(p.investor_share * chunk.size.addresses / p.addresses_per_investor))
    few = 100 + np.floor(pool * rng.random(rows) ** 1.4).astype(np.int64)
    number = np.where(investor, few, chunk.unique(rows, 9))
    number = np.where(corporation > 0, corporation, number)
    company = np.where(investor, few % 3 == 0, rng.random(rows) < p.company_share)
    kind = np.where(corporation > 0, 2, company.astype(np.int64))
    return number, np.where((kind == 0) & picked(rows, 0.002, rng), 3, kind)
