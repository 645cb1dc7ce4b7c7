"""The addresses that a text can mean, as the register knew them on the day that the text came in.

An address, a street or a spelling that the register learns of later changes nothing for an earlier text (DESIGN rule 1): every
entry carries the day from which it was known, and a superseded version the day on which it stopped counting. A street that was
once known stays known: people go on using the old name of a street that was renamed, so it leads to the object as long as that stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from features.address_text import Street, postcode, street, words_of

ALWAYS, NEVER = date.min.toordinal(), date.max.toordinal() + 1
"""Days of an entry without dates: known before every text, and for good."""

EPOCH = pd.Timestamp(1970, 1, 1)

NEAR = 0.6
"""Smallest similarity of two street names that is looked at: one typing error in three letters."""
FINE_POSTCODE_STREETS = 3
"""A postcode with at most this many streets names the street by itself (a Dutch postcode covers about 20 addresses)."""
QUERIES_AT_ONCE = 256
"""Unknown street names compared at a time, to bound memory."""
SLIP_LENGTH = 4
"""Shortest name in which one typing error is forgiven where no other street comes near."""


@dataclass(frozen=True)
class Place:
    """One known address in one version, ready to compare; it counts from ``known_on`` up to ``until``, as ordinal days.

    From ``until`` up to ``once_until`` the object still stands, in a street that has another name.
    """

    address_id: str
    unit: str
    street: Street
    postcode: str
    known_on: int
    until: int
    once_until: int


@dataclass(frozen=True)
class Near:
    """A known street name that an unknown one may be a spelling of; ``whole`` where they were compared with the kind of street in them."""

    core: str
    similarity: float
    slip: bool
    whole: bool
    known_on: int


@dataclass
class KnownAddresses:
    """The known addresses by street and number and by postcode and number, and from which day each street was known."""

    by_street: dict[tuple[str, int], list[Place]] = field(default_factory=lambda: defaultdict(list))
    by_postcode: dict[tuple[str, int], list[Place]] = field(default_factory=lambda: defaultdict(list))
    streets: dict[Street, int] = field(default_factory=dict)
    cores: dict[str, int] = field(default_factory=dict)
    wholes: dict[str, tuple[str, int]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    in_postcode: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    near: dict[str, list[Near]] = field(default_factory=dict)


@dataclass(frozen=True)
class OnDay:
    """The known addresses as they were on one day."""

    known: KnownAddresses
    day: int

    def has_street(self, name: Street) -> bool:
        """Say whether a street of this direction, name and kind was known."""
        return self.known.streets.get(name, NEVER) <= self.day

    def has_core(self, core: str) -> bool:
        """Say whether a street of this name was known, whatever its direction and kind."""
        return self.known.cores.get(core, NEVER) <= self.day

    def can_name(self, words: tuple[str, ...]) -> bool:
        """Say whether words that end at a house number can name a street; those that end in digits which no known street has cannot."""
        digits = "".join(c for c in words[-1] if c.isdigit()) if words else ""
        return not digits or any(marks.endswith(digits) for marks in self.known.marks)

    def at_street(self, core: str, number: int) -> list[Place]:
        """Give the addresses with this number in streets of this name."""
        return self._there(self.known.by_street.get((core, number), ()))

    def once_at_street(self, core: str, number: int) -> list[Place]:
        """Give the addresses that had this number in streets of this name until their street was renamed."""
        return [p for p in self.known.by_street.get((core, number), ()) if p.until <= self.day < p.once_until]

    def at_postcode(self, code: str, number: int) -> list[Place]:
        """Give the addresses with this number under a postcode that names its street by itself; none where it holds many streets."""
        streets = self.known.in_postcode.get(code, {})
        fine = sum(known_on <= self.day for known_on in streets.values()) <= FINE_POSTCODE_STREETS
        return self._there(self.known.by_postcode.get((code, number), ())) if fine else []

    def near(self, core: str) -> list[Near]:
        """Give the known names that an unknown one may be a spelling of."""
        return [n for n in self.known.near.get(core, ()) if n.known_on <= self.day]

    def _there(self, places: Iterable[Place]) -> list[Place]:
        return [p for p in places if p.known_on <= self.day < p.until]


def index(addresses: pd.DataFrame, numbers: set[int]) -> KnownAddresses:
    """Index the addresses that have one of the numbers; streets are known wherever they are.

    Parameters
    ----------
    addresses : DataFrame
        One row per version: address_id, postcode, street, house_number, house_letter, house_number_addition and, where the register
        has a history, ``known_on`` and ``superseded_on`` (dates; missing means for good). Where objects have several doors, ``door``
        says which door a version is of; otherwise each object has one.
    numbers : set of int
        House numbers that some text holds.
    """
    known = KnownAddresses()
    dated = addresses[addresses["street"].notna()].reset_index(drop=True)
    dated = dated.assign(first=_ordinals(dated, "known_on", ALWAYS), until=_ordinals(dated, "superseded_on", NEVER))
    dated = dated.assign(once_until=_renamed(dated))
    names = {text: street(words_of(text)) for text in dated["street"].unique()}
    for text, first in dated.groupby("street", observed=True)["first"].min().items():
        _add_street(known, str(text), names[text], int(first))
    codes = {text: postcode(text) for text in dated["postcode"].dropna().unique()}
    per_code = dated.groupby(["postcode", "street"], observed=True)["first"].min().reset_index()
    for code, text, first in per_code.itertuples(index=False):
        known.in_postcode[codes[code]][text] = int(first)
    rows = dated[dated["house_number"].isin(numbers)]
    units = (rows["house_letter"].fillna("").astype(str) + rows["house_number_addition"].fillna("").astype(str)).str.lower()
    units = units.str.replace(r"[^a-z0-9]", "", regex=True)
    columns = (rows["address_id"], rows["street"], rows["house_number"].astype(int), rows["postcode"], units)
    for address_id, name, number, code, unit, *days in zip(*columns, rows["first"], rows["until"], rows["once_until"], strict=True):
        place = Place(str(address_id), unit, names[name], codes.get(code, ""), *days)
        known.by_street[place.street.core, number].append(place)
        if place.postcode:
            known.by_postcode[place.postcode, number].append(place)
    return known


def find_near(known: KnownAddresses, names: Iterable[Street]) -> None:
    """Compare names that were not known with all that are, once per name.

    A name in which no kind of street was recognised may hold a misspelt one ("Kerkstrat"): that is compared as a whole.
    """
    unknown = set(names)
    _compare(known, sorted({name.core for name in unknown}), {core: (core, first) for core, first in known.cores.items()}, whole=False)
    _compare(known, sorted({name.core for name in unknown if not name.kind}), known.wholes, whole=True)


def _renamed(dated: pd.DataFrame) -> pd.Series:
    """Give up to which day the object of each version stood on at the same door, under another name of its street; ``until`` where it did not.

    Only versions that follow each other without a gap say so: what became known after a gap changes nothing for a day before it.
    """
    found = dated["until"].copy()
    door = dated["door"] if "door" in dated.columns else dated["address_id"]
    several = dated["street"].groupby(door).transform("nunique") > 1
    for _, versions in dated[several].sort_values("first", kind="stable").groupby(door[several], sort=False):
        found.loc[versions.index] = _stood(list(versions[["address_id", "street", "first", "until"]].itertuples(index=False, name=None)))
    return found


def _stood(versions: list[tuple[str, str, int, int]]) -> list[int]:
    """Give the last day of `_renamed` for each version of one door, in order of day."""
    days = []
    for at, (address_id, name, _, ended) in enumerate(versions):
        until = ended
        for later_id, later_name, first, later_until in versions[at + 1 :]:
            if first != until or later_id != address_id or later_name == name:
                break
            until = later_until
        days.append(until)
    return days


def _add_street(known: KnownAddresses, text: str, name: Street, first: int) -> None:
    known.streets[name] = min(first, known.streets.get(name, NEVER))
    known.marks.add(name.marks)
    known.cores[name.core] = min(first, known.cores.get(name.core, NEVER))
    if name.kind and not name.direction:
        whole = "".join(words_of(text))
        known.wholes[whole] = (name.core, min(first, known.wholes.get(whole, ("", NEVER))[1]))


def _compare(known: KnownAddresses, queries: list[str], choices: dict[str, tuple[str, int]], *, whole: bool) -> None:
    spelled = sorted(choices)
    for start in range(0, len(queries) if spelled else 0, QUERIES_AT_ONCE):
        part = queries[start : start + QUERIES_AT_ONCE]
        scores = process.cdist(part, spelled, scorer=OSA.normalized_similarity, score_cutoff=NEAR, dtype=np.float32)
        for row, column in zip(*np.nonzero(scores), strict=True):
            query, found, similarity = part[row], spelled[column], float(scores[row, column])
            length = max(len(query), len(found))
            slip = length >= SLIP_LENGTH and similarity >= 1 - 1.01 / length
            core, first = choices[found]
            known.near.setdefault(query, []).append(Near(core, similarity, slip, whole, first))


def _ordinals(rows: pd.DataFrame, name: str, missing: int) -> pd.Series:
    """Give a date column as ordinal days; ``missing`` where there is no date, or no such column."""
    if name not in rows.columns:
        return pd.Series(missing, index=rows.index, dtype="int64")
    days = pd.to_datetime(rows[name])
    return ((days - EPOCH).dt.days + EPOCH.toordinal()).where(days.notna(), missing).astype("int64")
