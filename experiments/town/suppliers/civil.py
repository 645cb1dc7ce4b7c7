"""Civil affairs: letters that came back and doubts about a register in one CSV, signals of the national programme in another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import chosen, dutch_day, joined, padded, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import Floats, Lives
from experiments.town.mess import picked, soiled
from experiments.town.occupancy import HOME, PREMISES, during
from experiments.town.streams import Ints, lag, span
from experiments.town.suppliers.versions import Records, filled_in, never

KINDS = ("Retourpost", "Terugmelding")
REGISTERS = ("BRP", "BAG", "HR")
RESULTS = ("Gecorrigeerd", "Klopte", "Niet te bepalen")
ANSWERS = ("Adres aangepast", "Inschrijving klopt", "Niet vast te stellen")
MOST_PER_YEAR = 4.0
"""Signals of one kind a year about one address, at most."""


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``registersignalen.csv`` and ``adreskwaliteit.csv``."""
    return {"registersignalen.csv": _registers(chunk, lives, ids), "adreskwaliteit.csv": _quality(chunk, lives, ids)}


def _registers(chunk: Chunk, lives: Lives, ids: pa.Array) -> pa.Table:
    rng, p, clock = chunk.rng("civil"), chunk.parameters, chunk.clock
    home = chunk.objects.is_home[lives.address]
    follows = np.exp(p.paperwork_returned * _paperwork(lives, home) + p.away_returned * _away(lives, home))
    usual = (np.where(home, p.returned_mail_per_year, p.returned_mail_premises), np.full(len(home), p.doubts_per_year))
    drawn = [during(lives, np.minimum(rate * follows, MOST_PER_YEAR), days=clock.days, rng=rng) for rate in usual]
    spell, on = (np.concatenate([d[i] for d in drawn]) for i in range(2))
    rows, kind = len(spell), np.repeat(np.arange(2), [len(d[0]) for d in drawn])
    known = on + lag(rng, rows, p.signal_lag_days, late_share=p.late_share)
    of_addresses = (kind == 1) & (rng.random(rows) < p.doubts_of_addresses)
    register = np.where(of_addresses, 1, np.where(home[spell], 0, 2))
    done = known + span(rng, rows, p.doubt_result_days)
    columns = {
        "Volgnummer": joined("S", padded(chunk.unique(rows, 14), 14)),
        "Soort": chosen(KINDS, kind),
        "Register": chosen(REGISTERS, register),
        "Object": without_zero(ids.take(pa.array(lives.address[spell])), picked(rows, p.lost_zero_share, rng)),
        "Geconstateerd op": dutch_day(on, clock),
        "Geboekt op": dutch_day(known, clock),
        "Resultaat": filled_in(RESULTS, _results(chunk, _paperwork(lives, home)[spell], rng), done, clock),
        "Resultaat geboekt op": dutch_day(done, clock),
        "Vervallen": never(rows),
    }
    records = Records(chunk, columns, known, "Geboekt op")
    delivered = records.delivered(rng, corrected={"Register": chosen(REGISTERS, rng.permutation(register))}, deleted="Vervallen")
    return soiled(delivered, p, rng, broken={"Soort": "Onbekend", "Geconstateerd op": "31-02-2022"})


def _quality(chunk: Chunk, lives: Lives, ids: pa.Array) -> pa.Table:
    """Give signals of the national programme: which profile they come from, and from whom, is not told to the municipality."""
    rng, p, clock = chunk.rng("address-quality"), chunk.parameters, chunk.clock
    home = chunk.objects.is_home[lives.address]
    follows = np.exp(p.away_quality * (_paperwork(lives, home) + _away(lives, home)))
    rate = np.where(home, np.minimum(p.quality_signals_per_year * follows, MOST_PER_YEAR), 0)
    spell, on = during(lives, rate, days=clock.days, rng=rng)
    on, rows = on // p.quality_round_days * p.quality_round_days, len(on)
    known = on + span(rng, rows, p.quality_lag_days, late_share=p.late_share)
    done = known + span(rng, rows, p.doubt_result_days)
    answer = _results(chunk, _paperwork(lives, home)[spell], rng)
    columns = {
        "Signaalnummer": joined("LAA-", padded(chunk.unique(rows, 15), 14)),
        "Object": without_zero(ids.take(pa.array(lives.address[spell])), picked(rows, p.lost_zero_share, rng)),
        "Ronde van": dutch_day(on, clock),
        "Ontvangen op": dutch_day(known, clock),
        "Terugkoppeling": filled_in(ANSWERS, answer, done, clock),
        "Teruggekoppeld op": dutch_day(done, clock),
        "Vervallen": never(rows),
    }
    records = Records(chunk, columns, known, "Ontvangen op")
    delivered = records.delivered(rng, corrected={"Terugkoppeling": filled_in(ANSWERS, rng.permutation(answer), done, clock)}, deleted="Vervallen")
    return soiled(delivered, p, rng, broken={"Object": "onbekend", "Ronde van": "00-00-0000"})


def _results(chunk: Chunk, paperwork: Floats, rng: np.random.Generator) -> Ints:
    """Draw results: a correction the likelier, the less the papers fit."""
    corrected, right, _ = chunk.parameters.doubt_results
    odds = corrected / (1 - corrected) * np.exp(chunk.parameters.paperwork_corrected * paperwork)
    left = rng.random(len(paperwork)) < right / (1 - corrected)
    return np.where(rng.random(len(paperwork)) < odds / (1 + odds), 0, np.where(left, 1, 2))


def _paperwork(lives: Lives, home: np.ndarray) -> Floats:
    return np.where(home, lives.traces[:, HOME["paperwork"]], lives.traces[:, PREMISES["paperwork"]])


def _away(lives: Lives, home: np.ndarray) -> Floats:
    return np.where(home, lives.traces[:, HOME["absence"]], lives.traces[:, PREMISES["quiet"]])
