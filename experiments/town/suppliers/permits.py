"""The municipality's case system: permits on the object. Old permits are on paper and not in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import NEVER, Bools, blanked, chosen, day, joined, padded, table
from experiments.town.chunk import Chunk
from experiments.town.lives import Lives
from experiments.town.mechanisms import GROUPS
from experiments.town.mess import later, picked, soiled
from experiments.town.occupancy import PREMISES, during
from experiments.town.standing import Standing
from experiments.town.streams import Ints, span
from experiments.town.suppliers.trade import Branches

KINDS = ("Kamerverhuur", "Omzetting", "Vakantieverhuur", "Horeca-exploitatie", "Bouwen", "Sloop", "Milieu", "Overig")
DECISIONS = ("Verleend", "Geweigerd", "Ingetrokken")
GRANTED, REFUSED, WITHDRAWN = range(len(DECISIONS))
GROUNDS = ("Strijd met het omgevingsplan", "Leefbaarheid van de buurt", "Openbare orde", "Slecht levensgedrag van de exploitant")
"""Grounds of a refusal, made up. The case system delivers them with each application, and they speak of people: they must not enter."""


def deliver(chunk: Chunk, lives: Lives, standing: Standing, branches: Branches, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``vergunningen.parquet``: one row per application, and one more where a permit is withdrawn or the record is deleted."""
    rng, p, clock = chunk.rng("permits"), chunk.parameters, chunk.clock
    spell, built_on = during(lives, np.full(len(lives.start), p.building_permits_per_year), days=clock.days, rng=rng)
    hosts, hosted_on = _hospitality(chunk, lives, branches, rng)
    address = np.concatenate([standing.address, lives.address[spell], lives.address[hosts]])
    applied = np.concatenate([standing.applied, built_on, hosted_on])
    rooms, other = len(standing.address), len(spell)
    kind = np.concatenate(
        [(rng.random(rooms) < p.conversion_share).astype(np.int64), rng.choice(len(KINDS), other, p=p.building_permit_kinds), np.full(len(hosts), 3)]
    )
    decided = applied + span(rng, len(applied), p.permit_decision_days)
    decided[:rooms] = standing.decided
    decision = np.where(rng.random(len(applied)) >= p.granted_share, REFUSED, GRANTED)
    decision[:rooms] = np.where(standing.granted, GRANTED, REFUSED)
    columns = _columns(chunk, ids, address, applied, decided, decision, kind)
    columns |= _slips(chunk, columns, np.arange(len(applied)) < rooms)
    removed_on = later(applied, rng)
    removal = {**columns, "gewijzigd_op": day(removed_on, clock), "vervallen": chosen(["J"], np.zeros(len(applied), dtype=np.int64))}
    gone = picked(len(applied), p.deleted_share, rng) & (removed_on <= clock.last)
    delivered = soiled(
        pa.concat_tables([table(columns, applied <= clock.last), table(removal, gone)]), p, rng, broken={"soort": "Evenement", "besluit": "???"}
    )
    may_end = (decision == GRANTED) & (np.arange(len(applied)) >= rooms) & ~gone
    return {"vergunningen.parquet": pa.concat_tables([delivered, _withdrawn(chunk, columns, decided, may_end)])}


def _withdrawn(chunk: Chunk, columns: dict[str, pa.Array], decided: Ints, may_end: Bools) -> pa.Table:
    """Give the later version of permits that were granted and withdrawn; those for rooms stay, for whoever has one is in no cohort."""
    rng, p, clock = chunk.rng("permits-withdrawn"), chunk.parameters, chunk.clock
    withdrawn_on = decided + span(rng, len(decided), p.permit_withdrawn_days)
    said = chosen([DECISIONS[WITHDRAWN]], np.zeros(len(decided), dtype=np.int64))
    ended = {**columns, "besluit": said, "besloten_op": day(withdrawn_on, clock), "gewijzigd_op": day(withdrawn_on, clock)}
    return table(ended, may_end & (rng.random(len(decided)) < p.permit_withdrawn_share) & (withdrawn_on <= clock.last))


def _hospitality(chunk: Chunk, lives: Lives, branches: Branches, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Give operators of hospitality that ask for a permit, some weeks before or after they begin."""
    p = chunk.parameters
    here = chunk.objects.group[lives.address[branches.spell]] == GROUPS.index("hospitality")
    share = p.hospitality_permit_share + p.paperwork_permits * lives.traces[branches.spell, PREMISES["paperwork"]]
    asking = np.flatnonzero(here & branches.operator & (rng.random(len(here)) < share))
    return branches.spell[asking], branches.start[asking] + rng.integers(*p.hospitality_asks_days, len(asking))


def _slips(chunk: Chunk, columns: Mapping[str, pa.Array], rooms: Bools) -> dict[str, pa.Array]:
    """Give the decisions on rooms as someone typed them: some misspelt, some without their day."""
    rng, share = chunk.rng("slips in decisions"), chunk.parameters.decision_slip_share
    said = np.flatnonzero(rooms & np.asarray(columns["besluit"].is_valid()))
    misspelt, undated = (np.isin(np.arange(len(rooms)), said[picked(len(said), share, rng)]) for _ in range(2))
    besluit = pc.if_else(pa.array(misspelt), pc.utf8_lower(columns["besluit"]), columns["besluit"])
    return {"besluit": besluit, "besloten_op": blanked(columns["besloten_op"], undated)}


def _columns(chunk: Chunk, ids: pa.Array, address: Ints, applied: Ints, decided: Ints, decision: Ints, kind: Ints) -> dict[str, pa.Array]:
    clock = chunk.clock
    ground = chunk.rng("permits-grounds").integers(0, len(GROUNDS), len(address))
    until = np.where((kind == 2) & (decision == GRANTED), decided + chunk.parameters.permit_valid_days, NEVER)
    return {
        "zaaknummer": joined("Z", padded(chunk.unique(len(address), 7), 14)),
        "object": ids.take(pa.array(address)),
        "soort": chosen(KINDS, kind),
        "aangevraagd_op": day(applied, clock),
        "gewijzigd_op": day(applied, clock),
        "besluit": pa.array(np.array(DECISIONS, dtype=object)[decision], pa.string(), mask=decided > clock.last),
        "weigeringsgrond": pa.array(np.array(GROUNDS, dtype=object)[ground], pa.string(), mask=(decision != REFUSED) | (decided > clock.last)),
        "besloten_op": day(decided, clock),
        "geldig_tot": day(until, clock, by=np.where(until < NEVER, decided, NEVER)),
        "vervallen": chosen(["N"], np.zeros(len(address), dtype=np.int64)),
    }
