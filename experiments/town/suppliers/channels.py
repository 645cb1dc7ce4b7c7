"""The channels for reports: one CSV a year, and one of the rental hotline. A third of the reports has no id but an address as someone typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import NEVER, Bools, blanked, chosen, dutch_day, joined, padded, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.doors import KINDS, Written, written
from experiments.town.geography import postcode
from experiments.town.mess import later, picked, soiled
from experiments.town.reporting import CATEGORIES, Reports
from experiments.town.streams import Clock, Ints, lag, span
from experiments.town.suppliers import hotline
from experiments.town.suppliers.bag import house_numbers
from experiments.town.suppliers.designations import given_ids

CHANNELS = ("App", "Telefoon", "E-mail", hotline.CHANNEL, "Balie", "Overig")
NAMES = {
    "nuisance": "Overlast",
    "waste": "Afval",
    "housing": "Woonsituatie",
    "premises": "Bedrijfspand",
    "registration": "Inschrijving",
    "other": "Overig",
}
COLUMNS = (
    "Meldnummer", "Gemeld op", "Ontvangen op", "Kanaal", "Categorie", "Object", "Adres volgens melder", "Afgehandeld op", "Afhandeling geboekt op",
    "Vervallen",
)  # fmt: skip
NOWHERE = (
    "hoek bij de kerk",
    "achter het station, bij de containers",
    "boven de snackbar",
    "woonboot met de groene deur",
    "n.v.t.",
    "Nergenslaan 9999",
)
FORMS = (
    "{street} {number}{unit}, {postcode} Zaanwijk",
    "{street} {number}{unit}",
    "{short} {number}{unit}, {postcode}",
    "{lower} {number}{unit} zaanwijk",
    "{typo} {number}{unit}, {postcode}",
    "{typo} {number}{unit}",
    "{postcode} {number}{unit}",
)
SPELLINGS = ("whole", "no-postcode", "short", "lower-case", "typo", "postcode-only", "no-unit", "nowhere")
"""How a text is written, for the truth: by its form, or else that it leaves out which home at the number, or names no address at all."""
SPELLING_OF = (0, 1, 2, 3, 4, 4, 5)
"""Place in `SPELLINGS` of each of the `FORMS`."""
SHORT = {"straat": "str.", "weg": "wg", "plein": "pln", "gracht": "gr.", "singel": "sngl"}


@dataclass(frozen=True)
class _Inbox:
    """What every version of a report is made from."""

    chunk: Chunk
    fixed: Mapping[str, pa.Array]

    def versions(self, which: Bools, received: Ints, category: Ints, *, deleted: bool = False) -> pa.Table:
        """Give versions of some reports, as far as they are known by now."""
        clock, rows = self.chunk.clock, len(category)
        columns = {
            **self.fixed,
            "Ontvangen op": dutch_day(received, clock),
            "Categorie": chosen([NAMES[c] for c in CATEGORIES], category),
            "Vervallen": chosen(["N", "J"], np.full(rows, int(deleted))),
        }
        return table({name: columns[name] for name in COLUMNS}, which & (received <= clock.last))


@dataclass(frozen=True)
class _Said:
    """How reports say where: the id that they give, whether they give a text instead, and what that speaks of."""

    given: pa.Array
    as_text: Bools
    written: Written


def deliver(chunk: Chunk, reports: Reports, ids: pa.Array) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """Give ``meldingen/meldingen_<year>.csv`` and ``meldpunt.csv``, and as hidden truth which address each text and each door's id speaks of."""
    rng, p, clock = chunk.rng("channels"), chunk.parameters, chunk.clock
    rows = len(reports.day)
    received = reports.day + lag(rng, rows, p.report_lag_days, late_share=p.late_share)
    as_text = rng.random(rows) < p.report_as_text_share
    given, of_door = given_ids(chunk, "channels", reports.address, reports.day, ids)
    said = _Said(given, as_text, written(chunk, reports.address, reports.day))
    inbox = _Inbox(chunk, _fixed(chunk, reports, received, said, rng))
    versions = [
        inbox.versions(np.ones(rows, dtype=np.bool_), received, reports.category),
        inbox.versions(picked(rows, p.corrected_share, rng), later(received, rng, first=1), rng.permutation(reports.category)),
        inbox.versions(picked(rows, p.deleted_share, rng), later(received, rng, first=1), reports.category, deleted=True),
    ]
    delivered = soiled(pa.concat_tables(versions), p, rng, broken={"Kanaal": "Fax", "Ontvangen op": "00-00-0000"})
    truth = {"report": inbox.fixed["Meldnummer"], "address_id": ids.take(pa.array(reports.address))}
    others, own = hotline.parted(delivered)
    known = received <= clock.last
    kinds = {"kind": chosen(KINDS, said.written.kind), "spelling": inbox.fixed["spelling"]}
    texts = table(truth | kinds, known & as_text)
    by_door = table(truth | {"kind": chosen(("", "main", "secondary"), of_door)}, known & ~as_text & (of_door > 0))
    return _by_year(others, clock) | {"meldpunt.csv": own}, {"report_texts.parquet": texts, "report_designations.parquet": by_door}


def _fixed(chunk: Chunk, reports: Reports, received: Ints, said: _Said, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Give what no later version of a report changes; ``spelling`` is for the truth and not delivered."""
    rows, clock, p = len(reports.day), chunk.clock, chunk.parameters
    closed = np.where(rng.random(rows) < p.stays_open_share, NEVER, received + span(rng, rows, p.closed_days))
    time = joined(padded(rng.integers(7, 23, rows), 2), ":", padded(rng.integers(0, 60, rows), 2))
    typed, spelling = np.full(rows, None, dtype=object), np.zeros(rows, dtype=np.int64)
    typed[said.as_text], spelling[said.as_text] = _texts(chunk, reports.address, said, rng)
    given = without_zero(said.given, picked(rows, p.lost_zero_share, rng))
    return {
        "Meldnummer": joined("M", padded(chunk.unique(rows, 12), 14)),
        "Gemeld op": joined(dutch_day(reports.day, clock), " ", time),
        "Kanaal": chosen(CHANNELS, rng.choice(len(CHANNELS), rows, p=p.channel_shares)),
        "Object": blanked(given, said.as_text),
        "Adres volgens melder": pa.array(typed, pa.string()),
        "spelling": chosen(SPELLINGS, spelling),
        "Afgehandeld op": dutch_day(closed, clock, by=closed + 1),
        "Afhandeling geboekt op": dutch_day(closed + 1, clock),
    }


def _by_year(delivered: pa.Table, clock: Clock) -> dict[str, pa.Table]:
    stated = np.asarray(pc.utf8_slice_codeunits(delivered["Gemeld op"], 6, 10).cast(pa.int64()))
    place = np.maximum(stated, clock.years[0])
    return {f"meldingen/meldingen_{year}.csv": delivered.filter(pa.array(place == year)) for year in clock.years}


def _texts(chunk: Chunk, everywhere: Ints, said: _Said, rng: np.random.Generator) -> tuple[list[str], Ints]:
    """Write addresses as people do; give with each text its place in `SPELLINGS`."""
    address, told, p = everywhere[said.as_text], said.written, chunk.parameters
    second, number = told.secondary[said.as_text], house_numbers(chunk)[0]
    numbers = np.where(second, told.number[said.as_text], number[address])
    areas = np.where(second, told.postcode[said.as_text], chunk.objects.number[address] // p.addresses_per_postcode)
    units, left_out = _units(chunk, address, second)
    forms = rng.choice(len(FORMS), len(address), p=p.text_form_shares)
    slips = rng.random(len(address))
    nowhere = rng.random(len(address)) < p.report_unlinkable_share
    streets, codes = told.street.filter(pa.array(said.as_text)).to_pylist(), postcode(areas).to_pylist()
    rows = zip(streets, numbers.tolist(), units, codes, forms.tolist(), slips.tolist(), nowhere.tolist(), strict=True)
    texts = [NOWHERE[int(row[5] * len(NOWHERE))] if row[6] else _text(*row[:6]) for row in rows]
    spelling = np.where(left_out, SPELLINGS.index("no-unit"), np.array(SPELLING_OF)[forms])
    return texts, np.where(nowhere, SPELLINGS.index("nowhere"), spelling)


def _units(chunk: Chunk, address: Ints, second: Bools) -> tuple[list[str], Bools]:
    """Give letter and addition behind each house number, none at a secondary address; and in which texts they are left out."""
    _, letter, addition = house_numbers(chunk)
    behind = [blanked(column.take(pa.array(address)), second).to_pylist() for column in (letter, addition)]
    units = [f"{a or ''}{'-' + b if b else ''}" for a, b in zip(*behind, strict=True)]
    drawn = chunk.rng("units-left-out").random(len(address)) < chunk.parameters.unit_left_out_share
    left_out = drawn & np.array([bool(unit) for unit in units], dtype=np.bool_)
    return ["" if out else unit for unit, out in zip(units, left_out, strict=True)], left_out


def _text(street: str, number: int, unit: str, code: str, form: int, slip: float) -> str:
    short = next((street[: -len(kind)] + brief for kind, brief in SHORT.items() if street.endswith(kind)), street)
    at = 1 + int(slip * (len(street) - 3))
    typo = street[:at] + street[at + 1] + street[at] + street[at + 2 :] if slip < 0.5 else street[:at] + street[at + 1 :]
    return FORMS[form].format(street=street, short=short, lower=street.lower(), typo=typo, number=number, unit=unit, postcode=code)
