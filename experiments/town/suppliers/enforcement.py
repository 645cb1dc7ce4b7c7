"""The enforcement system: inspections in parquet, with what was filled in later and when; objections from the legal office as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import Bools, blanked, chosen, day, dutch_day, joined, padded, table
from experiments.town.chunk import Chunk
from experiments.town.examining import Texts
from experiments.town.inspecting import TRIGGERS, Round
from experiments.town.mess import later, picked, soiled
from experiments.town.streams import Ints

COURSES = {
    "not-carried-out": "Niet uitgevoerd", "desk-only": "Administratief", "nobody-home": "Niemand thuis", "entry-refused": "Toegang geweigerd",
    "inspected": "Gecontroleerd",
}  # fmt: skip
MEASURES = {
    "none": "Geen", "warning": "Waarschuwing", "penalty-order": "Last onder dwangsom", "fine": "Bestuurlijke boete", "closure": "Sluiting",
    "permit-withdrawn": "Intrekking vergunning",
}  # fmt: skip
OBJECTIONS = {"upheld": "Ongegrond", "revoked": "Gegrond, besluit herroepen"}
REASONS = ("Melding", "Lijst", "Steekproef")
FRAME = {"size": "kader_adressen", "listed": "kader_op_score", "drawn": "kader_geloot"}
NOT_VISITED = ("not-carried-out", "desk-only")
VISIT = ("address", "decided", "visited", "trigger", "case", "propensity", "team")
THEME = (
    "theme", "course", "course_known", "finding", "finding_known", "violations", "measure", "measure_known", "objection", "objection_known",
)  # fmt: skip


@dataclass(frozen=True)
class _Lines:
    """All examinations of a chunk as long columns: of the visit, and of the theme that was examined."""

    visit: Mapping[str, np.ndarray]
    theme: Mapping[str, np.ndarray]
    frame: Texts
    counts: Mapping[str, Ints]
    number: Ints


def deliver(chunk: Chunk, rounds: list[Round], ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``handhaving/controles.parquet`` and ``bezwaren.csv``."""
    rng, p, clock = chunk.rng("enforcement"), chunk.parameters, chunk.clock
    lines = _delayed(chunk, _lines(rounds))
    line = joined("C", padded(chunk.unique(len(lines.number), 11), 14))
    decided = lines.visit["decided"]
    columns = {"regelnummer": line, **_decision(chunk, lines, ids), **_outcome(chunk, lines)}
    inspections = table(columns, decided <= clock.last)
    found = ~np.asarray(inspections["aantal_overtredingen"].is_null())
    recounted = _version(inspections, chunk, picked(len(found), p.corrected_share, rng) & found, rng, name="aantal_overtredingen", value=2)
    deleted = _version(inspections, chunk, picked(len(found), p.deleted_share, rng), rng, name="vervallen", value="J")
    ended = lines.theme["objection_known"]
    objections = {
        "Regelnummer": line,
        "Beslissing": _text(lines.theme["objection"], OBJECTIONS, ended > clock.last),
        "Datum beslissing": dutch_day(ended, clock),
    }
    whole = pa.concat_tables([_next_door(chunk, inspections, ids), recounted, deleted])
    return {
        "handhaving/controles.parquet": soiled(whole, p, rng, broken={"aanleiding": "Onbekend", "trekkingskans": 5.0}),
        "bezwaren.csv": soiled(table(objections, (ended <= clock.last) & (decided <= clock.last)), p, rng, broken={"Beslissing": "Ingetrokken"}),
    }


def _lines(rounds: list[Round]) -> _Lines:
    """Put the rounds behind each other; themes examined at one visit share its number."""
    parts = [(made, examined) for made in rounds for examined in made.examined if len(examined.rows)]
    starts = dict(zip(map(id, rounds), np.cumsum([0, *(len(made.address) for made in rounds)]), strict=False))
    visit = {n: _joined([getattr(made, n)[examined.rows] for made, examined in parts]) for n in VISIT}
    theme = {n: _joined([getattr(examined, n) for _, examined in parts]) for n in THEME}
    frame = np.array([made.frame for made, examined in parts for _ in examined.rows], dtype=object)
    counts = {n: np.array([getattr(made.counts, n) for made, examined in parts for _ in examined.rows], dtype=np.int64) for n in FRAME}
    return _Lines(visit, theme, frame, counts, _joined([starts[id(made)] + examined.rows for made, examined in parts]))


def _delayed(chunk: Chunk, lines: _Lines) -> _Lines:
    """Let a few visits come more than a year after they were decided on, and all that follows with them."""
    rng, p = chunk.rng("late visits"), chunk.parameters
    days = rng.integers(*p.late_visit_days)
    in_time = np.flatnonzero((lines.theme["course_known"] + days <= chunk.clock.last) & (lines.theme["course"] == "inspected"))
    recent = in_time[np.argsort(-lines.theme["course_known"][in_time], kind="stable")][: max(1, int(p.late_visit_share * len(lines.number)))]
    late = np.isin(lines.number, lines.number[recent])
    by = np.where(late, days, 0)
    visit = {**lines.visit, "visited": lines.visit["visited"] + by}
    known = ("course_known", "finding_known", "measure_known", "objection_known")
    return _Lines(visit, {**lines.theme, **{name: lines.theme[name] + by for name in known}}, lines.frame, lines.counts, lines.number)


def _next_door(chunk: Chunk, inspections: pa.Table, ids: pa.Array) -> pa.Table:
    """Give the lines, and of some of them how they stood on the first day, at the home next door. The newest that can be are among them."""
    share, place = chunk.parameters.two_addresses_share, inspections.schema.get_field_index("object")
    other = np.roll(np.arange(len(chunk)), -1)
    at = np.asarray(pc.index_in(inspections["object"].combine_chunks(), ids)).astype(np.int64)
    beside = other[at]
    home = chunk.objects.is_home & (chunk.objects.protection == 0)
    decided = np.asarray(inspections["besloten_op"].cast(pa.int32())).astype(np.int64) - chunk.clock.offset
    may = np.flatnonzero(home[at] & home[beside] & (decided < chunk.clock.last))
    rows = np.sort(may[np.argsort(-decided[may], kind="stable")][: max(1, int(share * len(inspections)))])
    first = inspections.take(pa.array(rows)).set_column(place, "object", ids.take(pa.array(beside[rows])))
    moved = day(decided + np.isin(np.arange(len(decided)), rows), chunk.clock)
    return pa.concat_tables([first, inspections.set_column(inspections.schema.get_field_index("gewijzigd_op"), "gewijzigd_op", moved)])


def _decision(chunk: Chunk, lines: _Lines, ids: pa.Array) -> dict[str, pa.Array]:
    """Give the columns that are filled in when an inspection is decided."""
    visit, clock = lines.visit, chunk.clock
    return {
        "controlenummer": joined("V", padded(chunk.unique(1, 13)[0] + lines.number, 14)),
        "zaaknummer": joined("H", padded(visit["case"], 14)),
        "object": ids.take(pa.array(visit["address"])),
        "thema": pa.array(lines.theme["theme"], pa.string()),
        "aanleiding": chosen(REASONS, visit["trigger"]),
        "steekproefkader": pa.array(lines.frame, pa.string(), mask=visit["trigger"] != TRIGGERS.index("random")),
        "trekkingskans": pa.array(visit["propensity"], pa.float64(), from_pandas=True),
        **{name: pa.array(lines.counts[n], pa.int64(), mask=visit["trigger"] != TRIGGERS.index("random")) for n, name in FRAME.items()},
        "team": joined("team-", pa.array(visit["team"] + 1).cast(pa.string())),
        "besloten_op": day(visit["decided"], clock),
        "gewijzigd_op": day(visit["decided"], clock),
        "vervallen": chosen(["N"], np.zeros(len(lines.number), dtype=np.int64)),
    }


def _outcome(chunk: Chunk, lines: _Lines) -> dict[str, pa.Array]:
    """Give the columns that are filled in later, each missing until its day."""
    theme, clock = lines.theme, chunk.clock
    course, finding, measure = (theme[f"{part}_known"] for part in ("course", "finding", "measure"))
    return {
        "bezocht_op": blanked(day(lines.visit["visited"], clock, by=course), np.isin(theme["course"], NOT_VISITED)),
        "verloop": _text(theme["course"], COURSES, course > clock.last),
        "verloop_geboekt_op": day(course, clock),
        "bevinding": _text(theme["finding"], None, finding > clock.last),
        "aantal_overtredingen": pa.array(theme["violations"], pa.int64(), mask=finding > clock.last),
        "bevinding_geboekt_op": day(finding, clock),
        "maatregel": _text(theme["measure"], MEASURES, measure > clock.last),
        "maatregel_geboekt_op": day(measure, clock),
    }


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)


def _text(values: Texts, names: Mapping[str, str] | None, hidden: Bools) -> pa.Array:
    said = values if names is None else np.array([names.get(v) for v in values], dtype=object)
    return pa.array(said, pa.string(), mask=hidden | np.array([v is None for v in said], dtype=np.bool_))


def _version(rows: pa.Table, chunk: Chunk, which: Bools, rng: np.random.Generator, *, name: str, value: int | str) -> pa.Table:
    """Give later versions of some rows with one column changed."""
    picked_rows = rows.filter(pa.array(which))
    changed_on = later(np.asarray(picked_rows["besloten_op"].cast(pa.int32())).astype(np.int64) - chunk.clock.offset, rng, first=5, last=200)
    place = rows.schema.get_field_index
    changed = picked_rows.set_column(place("gewijzigd_op"), "gewijzigd_op", day(changed_on, chunk.clock))
    changed = changed.set_column(place(name), name, pa.array([value] * len(changed), rows.schema.field(name).type))
    return changed.filter(pa.array(changed_on <= chunk.clock.last))
