"""Free-text addresses to ``address_id``, with a confidence between 0 and 1.

A text is looked up, not searched for: its street is matched with the streets we know, then its house number (or its
postcode and number, where a postcode holds few streets) gives the few addresses it can mean. What stands in the way of
a wrong link:

- a street that we know is never taken for a typing error of another one;
- digits and direction of a street must be equal: 24th is not 26th, north is not south;
- two addresses that fit equally well give "several", and none is chosen.

Below the set confidence nothing is linked; the row keeps its reason and stays countable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from features.address_text import PREPOSITIONS, UNIT_WORDS, Reading, Street, postcode, readings, street, words_of

Outcome = Literal["linked", "several", "no-text", "no-number", "unknown-street", "unknown-number", "low-confidence"]

MARGIN = 0.03
"""Two addresses whose confidence differs by less are equally likely."""
NEAR = 0.6
"""Smallest similarity of two street names that is looked at: one typing error in three letters."""
FINE_POSTCODE_STREETS = 3
"""A postcode with at most this many streets names the street by itself (a Dutch postcode covers about 20 addresses)."""
QUERIES_AT_ONCE = 256
"""Unknown street names compared at a time, to bound memory."""
SLIP_LENGTH = 4
"""Shortest name in which one typing error is forgiven where no other street comes near."""
CORE, KIND = 0.75, 0.25
"""Weight of a street's name and of its kind."""
KIND_MISSING, KIND_DIFFERS = 0.8, 0.4
DIRECTION_MISSING = 0.93
UNIT_MISSING, UNIT_UNKNOWN, UNIT_DIFFERS = 0.9, 0.9, 0.6
POSTCODE_NEAR, POSTCODE_DIFFERS = 0.97, 0.9
POSTCODE_ONLY = 0.95
RANGE_END = 0.95
WORD_LEFT = 0.88
"""Factors, each the confidence left when only that is wrong. Assumed, and checked on real addresses with coordinates."""


@dataclass(frozen=True)
class _Place:
    """One known address, ready to compare."""

    address_id: str
    unit: str
    street: Street
    postcode: str


@dataclass(frozen=True)
class _Near:
    """A known street name that an unknown one may be a spelling of; ``whole`` where they were compared with the kind of street in them."""

    core: str
    similarity: float
    slip: bool
    whole: bool


@dataclass
class _Known:
    """The known addresses, by street and number and by fine postcode and number."""

    by_street: dict[tuple[str, int], list[_Place]] = field(default_factory=lambda: defaultdict(list))
    by_postcode: dict[tuple[str, int], list[_Place]] = field(default_factory=lambda: defaultdict(list))
    streets: set[Street] = field(default_factory=set)
    cores: set[str] = field(default_factory=set)
    wholes: dict[str, str] = field(default_factory=dict)
    near: dict[str, list[_Near]] = field(default_factory=dict)


def link(texts: Sequence[str | None] | pd.Series, addresses: pd.DataFrame, *, minimum_confidence: float) -> pd.DataFrame:
    """Find the address that each text means.

    Parameters
    ----------
    texts : sequence of str or None
        Addresses as people wrote them.
    addresses : DataFrame
        Known addresses: address_id, postcode, street, house_number, house_letter, house_number_addition.
    minimum_confidence : float
        Below it nothing is linked.

    Returns
    -------
    DataFrame
        One row per text, with the index of ``texts`` where it is a Series: ``address_id`` (None unless linked),
        ``confidence`` (0 to 1, of the best candidate), ``outcome`` (linked, several, or why not) and ``candidates``
        (how many addresses fit equally well).

    Examples
    --------
    >>> known = pd.DataFrame(
    ...     {
    ...         "address_id": ["a", "b"],
    ...         "postcode": ["1506AB", "1506AB"],
    ...         "street": ["Dorpsstraat", "Kerkweg"],
    ...         "house_number": [12, 12],
    ...         "house_letter": [None, "A"],
    ...         "house_number_addition": [None, None],
    ...     }
    ... )
    >>> link(["Dorpstr. 12, 1506 ab", "Kerkweg 12-a", "Kerkweg 13", "bij de kerk"], known, minimum_confidence=0.9).outcome.to_list()
    ['linked', 'linked', 'unknown-number', 'no-number']
    """
    series = texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype="object")
    codes, distinct = pd.factorize(series)
    read = [readings(str(text)) for text in distinct]
    known = _index(addresses, {n for found in read for r in found for n in (r.number, r.until) if n is not None})
    streets = [[_street(r, known) for r in found] for found in read]
    _find_near(known, {s[0] for row in streets for s in row if s is not None})
    results = [_best(found, row, known, minimum_confidence) for found, row in zip(read, streets, strict=True)]
    table = pd.DataFrame([*results, (None, 0.0, "no-text", 0)], columns=["address_id", "confidence", "outcome", "candidates"])
    blank = series.fillna("").astype(str).str.strip().eq("").to_numpy()
    return table.iloc[np.where(blank, len(results), codes)].set_axis(series.index)


def _index(addresses: pd.DataFrame, numbers: set[int]) -> _Known:
    """Index the addresses that have one of the numbers; streets are known wherever they are."""
    known = _Known()
    names = {text: street(words_of(text)) for text in addresses["street"].dropna().unique()}
    known.streets = set(names.values())
    known.cores = {s.core for s in known.streets}
    known.wholes = {"".join(words_of(text)): s.core for text, s in names.items() if s.kind and not s.direction}
    rows = addresses[addresses["house_number"].isin(numbers) & addresses["street"].notna()]
    codes = {text: postcode(text) for text in addresses["postcode"].dropna().unique()}
    per_code = addresses.groupby("postcode", observed=True)["street"].nunique()
    fine = {codes[code] for code, count in per_code.items() if count <= FINE_POSTCODE_STREETS}
    units = (rows["house_letter"].fillna("").astype(str) + rows["house_number_addition"].fillna("").astype(str)).str.lower()
    units = units.str.replace(r"[^a-z0-9]", "", regex=True)
    columns = (rows["address_id"], rows["street"], rows["house_number"].astype(int), rows["postcode"], units)
    for address_id, name, number, code, unit in zip(*columns, strict=True):
        place = _Place(str(address_id), unit, names[name], codes.get(code, ""))
        known.by_street[place.street.core, number].append(place)
        if place.postcode in fine:
            known.by_postcode[place.postcode, number].append(place)
    return known


def _street(reading: Reading, known: _Known) -> tuple[Street, float] | None:
    """Find which of the words are the street: the longest run that we know, else up to its kind, else all.

    A word left over that may belong to the name ("Oude Dorpsstraat", "North Shore Avenue") costs confidence.
    """
    words = reading.words
    if not words:
        return None
    if reading.number_first:
        runs = [words[:end] for end in range(len(words), 0, -1)]
        kinds = [at for at, run in enumerate(runs) if street(run).kind]
        runs = runs[: kinds[-1] + 1] if kinds else runs
    else:
        runs = [words[start:] for start in range(len(words))]
        kinds = [0]
    found = [street(run) for run in runs]
    known_whole = [candidate in known.streets for candidate in found]
    known_core = [candidate.core in known.cores for candidate in found]
    for fits in (known_whole, known_core):
        if any(fits):
            first = fits.index(True)
            return found[first], _left_over(reading, runs[first], bool(kinds))
    return found[-1 if reading.number_first and kinds else 0], 1.0


def _left_over(reading: Reading, run: tuple[str, ...], complete: bool) -> float:
    """Give what the words outside the street cost."""
    if len(run) == len(reading.words):
        return 1.0
    if reading.number_first:
        after = reading.words[len(run)]
        return 1.0 if complete or after in UNIT_WORDS or any(c.isdigit() for c in after) else WORD_LEFT
    return 1.0 if reading.words[-len(run) - 1] in PREPOSITIONS else WORD_LEFT


def _find_near(known: _Known, names: Iterable[Street]) -> None:
    """Compare names that we do not know with all that we do, once per name.

    A name in which no kind of street was recognised may hold a misspelt one ("Kerkstrat"): that is compared as a whole.
    """
    unknown = {name for name in names if name.core not in known.cores}
    _compare(known, sorted({name.core for name in unknown}), {core: core for core in known.cores}, whole=False)
    _compare(known, sorted({name.core for name in unknown if not name.kind}), known.wholes, whole=True)


def _compare(known: _Known, queries: list[str], choices: dict[str, str], *, whole: bool) -> None:
    spelled = sorted(choices)
    for start in range(0, len(queries) if spelled else 0, QUERIES_AT_ONCE):
        part = queries[start : start + QUERIES_AT_ONCE]
        scores = process.cdist(part, spelled, scorer=OSA.normalized_similarity, score_cutoff=NEAR, dtype=np.float32)
        for row, column in zip(*np.nonzero(scores), strict=True):
            query, found, similarity = part[row], spelled[column], float(scores[row, column])
            length = max(len(query), len(found))
            slip = length >= SLIP_LENGTH and similarity >= 1 - 1.01 / length
            known.near.setdefault(query, []).append(_Near(choices[found], similarity, slip, whole))


def _best(found: list[Reading], streets: list[tuple[Street, float] | None], known: _Known, minimum: float) -> tuple[str | None, float, Outcome, int]:
    """Weigh all candidates of all readings of one text."""
    if not found:
        return None, 0.0, "no-number", 0
    scores: dict[str, float] = {}
    for reading, named in zip(found, streets, strict=True):
        name, factor = named or (None, 1.0)
        for place, score in _candidates(reading, name, known):
            scores[place.address_id] = max(score * factor * reading.likelihood, scores.get(place.address_id, 0.0))
    if not scores:
        familiar = any(s is not None and (s[0].core in known.cores or known.near.get(s[0].core)) for s in streets)
        return None, 0.0, "unknown-number" if familiar else "unknown-street", 0
    best = max(scores, key=lambda address_id: (scores[address_id], address_id))
    confidence = round(scores[best], 4)
    tied = sum(score > scores[best] - MARGIN for score in scores.values())
    if confidence < minimum:
        return None, confidence, "low-confidence", tied
    if tied > 1:
        return None, confidence, "several", tied
    return best, confidence, "linked", 1


def _candidates(reading: Reading, name: Street | None, known: _Known) -> Iterable[tuple[_Place, float]]:
    """Give the addresses that one reading can mean, with their confidence."""
    for number, factor in ((reading.number, 1.0), (reading.until, RANGE_END)):
        if number is None:
            continue
        seen = False
        for place in known.by_postcode.get((reading.postcode, number), ()):
            similarity = _similarity(name, place.street) if name else 0.0
            if name is None or similarity >= NEAR:
                seen = True
                yield place, factor * _unit(reading, place) * (POSTCODE_ONLY if name is None else 0.8 + 0.2 * similarity)
        if name is not None:
            for place, similarity in _same_street(name, number, known):
                seen = True
                yield place, factor * similarity * _unit(reading, place) * _postcode(reading, place)
        if seen:
            return


def _same_street(name: Street, number: int, known: _Known) -> Iterable[tuple[_Place, float]]:
    """Give the addresses with this number in this street, or in a street that it may be a spelling of."""
    if name.core in known.cores:
        exact = name in known.streets
        for place in known.by_street.get((name.core, number), ()):
            if not exact or place.street == name:
                yield from _kept(place, 1.0, name)
        return
    near = [n for n in known.near.get(name.core, ()) if (n.core, number) in known.by_street]
    for one in near:
        alike = (1 + one.similarity) / 2 if one.slip and len({n.core for n in near}) == 1 else one.similarity
        for place in known.by_street[one.core, number]:
            yield from _kept(place, alike, replace(name, kind=place.street.kind) if one.whole else name)


def _kept(place: _Place, core_similarity: float, name: Street) -> Iterable[tuple[_Place, float]]:
    similarity = _weigh(name, place.street, core_similarity)
    if similarity >= NEAR:
        yield place, similarity


def _similarity(one: Street, other: Street) -> float:
    return _weigh(one, other, OSA.normalized_similarity(one.core, other.core))


def _weigh(one: Street, other: Street, core: float) -> float:
    """Give how alike two streets are: name, kind, and direction."""
    if one.marks != other.marks or (one.direction and other.direction and one.direction != other.direction):
        return 0.0
    kind = 1.0 if one.kind == other.kind else KIND_DIFFERS if one.kind and other.kind else KIND_MISSING
    return (CORE * core + KIND * kind) * (1.0 if one.direction == other.direction else DIRECTION_MISSING)


def _unit(reading: Reading, place: _Place) -> float:
    if reading.unit == place.unit:
        return 1.0
    if not reading.unit:
        return UNIT_MISSING
    return UNIT_DIFFERS if place.unit else UNIT_UNKNOWN


def _postcode(reading: Reading, place: _Place) -> float:
    if not reading.postcode or not place.postcode or reading.postcode == place.postcode:
        return 1.0
    return POSTCODE_NEAR if reading.postcode[:4] == place.postcode[:4] else POSTCODE_DIFFERS
