"""Free-text addresses to ``address_id``, with a confidence between 0 and 1.

A text is looked up, not searched for: its street is matched with the streets we know, then its house number (or its
postcode and number, where a postcode holds few streets) gives the few addresses it can mean. What stands in the way of
a wrong link:

- a street that we know is never taken for a typing error of another one;
- digits and direction of a street must be equal: 24th is not 26th, north is not south;
- two addresses that fit equally well give "several", and none is chosen;
- an address that the register learns of later changes nothing for an earlier text (DESIGN rule 1);
- the old name of a street leads to the object that had it only where nothing else stands there now, and as long as that object stands.

Below the set confidence nothing is linked; the row keeps its reason and stays countable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import pandas as pd
from rapidfuzz.distance import OSA

from features.address_text import PREPOSITIONS, UNIT_WORDS, Reading, Street, readings, street
from features.known_addresses import NEAR, OnDay, Place, find_near, index

Found = tuple[str, float, "Outcome", int, tuple[str, ...]]
Outcome = Literal["linked", "several", "no-text", "no-number", "no-street", "unknown-street", "unknown-number", "low-confidence"]

NAMED = 5
"""Candidates of a text that are named, at most; all are counted."""
MARGIN = 0.03
"""Two addresses whose confidence differs by less are equally likely."""
BEYOND = 2 * MARGIN
"""A spelling that stays this far behind is never equally likely: what else lowers both, lowers them to no less than half."""
LAST = date.max.toordinal()
"""The day of a text without one: everything that the register ever knew counts."""
CORE, KIND = 0.75, 0.25
"""Weight of a street's name and of its kind."""
KIND_MISSING, KIND_DIFFERS = 0.8, 0.4
DIRECTION_MISSING = 0.93
UNIT_MISSING, UNIT_UNKNOWN, UNIT_DIFFERS = 0.9, 0.9, 0.6
POSTCODE_NEAR, POSTCODE_DIFFERS = 0.97, 0.9
POSTCODE_ONLY = 0.95
RANGE_END = 0.95
WORD_LEFT = 0.88
FORMER = 0.95
"""Factors, each the confidence left when only that is wrong. Assumed, and checked on real addresses with coordinates."""


def link(
    texts: Sequence[str | None] | pd.Series, addresses: pd.DataFrame, *, minimum_confidence: float, days: Sequence[date] | pd.Series | None = None
) -> pd.DataFrame:
    """Find the address that each text means.

    Parameters
    ----------
    texts : sequence of str or None
        Addresses as people wrote them.
    addresses : DataFrame
        Known addresses, see `features.known_addresses.index`; with a history where the texts have days. An object with several
        doors has a row for each.
    minimum_confidence : float
        Below it nothing is linked.
    days : sequence of date, optional
        The day on which each text came in: only what the register knew by then counts. All of it counts where absent.

    Returns
    -------
    DataFrame
        One row per text, with the index of ``texts`` where it is a Series: ``address_id`` (None unless linked),
        ``confidence`` (0 to 1, of the best candidate), ``outcome`` (linked, several, or why not), ``candidates``
        (how many addresses fit equally well) and ``candidate_ids`` (the first of these in order of id, where none is chosen).

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
    ordinals = [LAST] * len(series) if days is None else [day.toordinal() for day in days]
    blank = series.fillna("").astype(str).str.strip().eq("").to_numpy()
    asked = [None if empty else (str(text), day) for text, day, empty in zip(series, ordinals, blank, strict=True)]
    distinct = list(dict.fromkeys(pair for pair in asked if pair is not None))
    found = dict(zip(distinct, _find(distinct, addresses, minimum_confidence), strict=True))
    rows = [("", 0.0, "no-text", 0, ()) if pair is None else found[pair] for pair in asked]
    table = pd.DataFrame(rows, columns=["address_id", "confidence", "outcome", "candidates", "candidate_ids"])
    return table.assign(address_id=table["address_id"].astype(object).where(table["address_id"] != "", None)).set_axis(series.index)


def _find(asked: list[tuple[str, int]], addresses: pd.DataFrame, minimum: float) -> list[Found]:
    """Answer distinct pairs of text and ordinal day; an address that is not linked is empty.

    Most texts name one address to the letter: only the others are weighed.
    """
    read = {text: readings(text) for text in dict.fromkeys(text for text, _ in asked)}
    known = index(addresses, {n for found in read.values() for r in found for n in (r.number, r.until) if n is not None})
    views = {day: OnDay(known, day) for day in {day for _, day in asked}}
    exact = [_exact(read[text], views[day], minimum) for text, day in asked]
    left = [(text, views[day]) for (text, day), found in zip(asked, exact, strict=True) if found is None]
    streets = [[_street(r, view) for r in read[text]] for text, view in left]
    named = ((name[0], view) for row, (_, view) in zip(streets, left, strict=True) for name in row if name is not None)
    find_near(known, (name for name, view in named if not view.has_core(name.core)))
    weighed = (_best(text, read[text], row, view, minimum) for (text, view), row in zip(left, streets, strict=True))
    return [next(weighed) if found is None else found for found in exact]


def _exact(found: list[Reading], known: OnDay, minimum: float) -> Found | None:
    """Answer a text that names one address to the letter; None where it must be weighed, which would give the same answer."""
    if not found or found[0].until is not None or any(known.can_name(r.words) for r in found[1:]):
        return None
    reading = found[0]
    there = [p for p in known.at_postcode(reading.postcode, reading.number) if p.unit == reading.unit]
    here, name = there, street(reading.words) if reading.words else None
    if name is not None:
        if not known.has_street(name):
            return None
        here = [p for p in known.at_street(name.core, reading.number) if p.unit == reading.unit and p.street == name]
    ids = {p.address_id for p in (*here, *there)}
    confidence = POSTCODE_ONLY if name is None else 1.0
    if len(ids) != 1 or confidence < minimum or not any(_postcode(reading, p) == 1 for p in here):
        return None
    return ids.pop(), confidence, "linked", 1, ()


def _street(reading: Reading, known: OnDay) -> tuple[Street, float] | None:
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
    known_whole = [known.has_street(candidate) for candidate in found]
    known_core = [known.has_core(candidate.core) for candidate in found]
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


def _best(text: str, found: list[Reading], streets: list[tuple[Street, float] | None], known: OnDay, minimum: float) -> Found:
    """Weigh all candidates of all readings of one text."""
    if not found:
        return "", 0.0, "no-street" if any(c.isdigit() for c in text) else "no-number", 0, ()
    scores: dict[str, float] = {}
    for reading, named in zip(found, streets, strict=True):
        name, factor = named or (None, 1.0)
        for place, score in _candidates(reading, name, known):
            scores[place.address_id] = max(score * factor * reading.likelihood, scores.get(place.address_id, 0.0))
    if not scores:
        familiar = any(s is not None and (known.has_core(s[0].core) or known.near(s[0].core)) for s in streets)
        return "", 0.0, "unknown-number" if familiar else "unknown-street", 0, ()
    best = max(scores, key=lambda address_id: (scores[address_id], address_id))
    confidence = round(scores[best], 4)
    tied = sorted(address_id for address_id, score in scores.items() if score > scores[best] - MARGIN)
    if confidence < minimum or len(tied) > 1:
        return "", confidence, "low-confidence" if confidence < minimum else "several", len(tied), tuple(tied[:NAMED])
    return best, confidence, "linked", 1, ()


def _candidates(reading: Reading, name: Street | None, known: OnDay) -> Iterable[tuple[Place, float]]:
    """Give the addresses that one reading can mean, with their confidence."""
    for number, factor in ((reading.number, 1.0), (reading.until, RANGE_END)):
        if number is None:
            continue
        seen = False
        for place in known.at_postcode(reading.postcode, number):
            similarity = _similarity(name, place.street) if name else 0.0
            if name is None or similarity >= NEAR:
                seen = True
                yield place, factor * _unit(reading, place) * (POSTCODE_ONLY if name is None else 0.8 + 0.2 * similarity)
        if name is not None:
            for place, score in _same_street(reading, name, number, known):
                seen = True
                yield place, factor * score
        if seen:
            return


def _same_street(reading: Reading, name: Street, number: int, known: OnDay) -> Iterable[tuple[Place, float]]:
    """Give the addresses with this number in this street, or in a street that it may be a spelling of.

    Of the spellings the likeliest come first, and those that can come near none of the found ones are not weighed: a city has many.
    """
    if known.has_core(name.core):
        exact = known.has_street(name)
        for place, sure in _now_or_once(name.core, number, known, only=name if exact else None):
            yield from _kept(reading, place, _weigh(name, place.street, 1.0), sure)
        return
    near = [(n, places) for n in known.near(name.core) if (places := _now_or_once(n.core, number, known))]
    alone = len({n.core for n, _ in near}) == 1
    alike = [(1 + n.similarity) / 2 if n.slip and alone else n.similarity for n, _ in near]
    best = 0.0
    for at in sorted(range(len(near)), key=lambda at: -alike[at]):
        if CORE * alike[at] + KIND < best - BEYOND:
            return
        one, places = near[at]
        for place, sure in places:
            for found, score in _kept(reading, place, _weigh(name, place.street, alike[at], same_kind=one.whole), sure):
                best = max(best, score)
                yield found, score


def _now_or_once(core: str, number: int, known: OnDay, *, only: Street | None = None) -> list[tuple[Place, float]]:
    """Give the addresses that stand there now; where none does, those that did until their street got another name, less surely."""
    now = [(p, 1.0) for p in known.at_street(core, number) if only is None or p.street == only]
    return now or [(p, FORMER) for p in known.once_at_street(core, number) if only is None or p.street == only]


def _kept(reading: Reading, place: Place, similarity: float, sure: float) -> Iterable[tuple[Place, float]]:
    if similarity >= NEAR:
        yield place, similarity * sure * _unit(reading, place) * _postcode(reading, place)


def _similarity(one: Street, other: Street) -> float:
    return _weigh(one, other, OSA.normalized_similarity(one.core, other.core))


def _weigh(one: Street, other: Street, core: float, *, same_kind: bool = False) -> float:
    """Give how alike two streets are: name, kind, and direction."""
    if one.marks != other.marks or (one.direction and other.direction and one.direction != other.direction):
        return 0.0
    kind = 1.0 if same_kind or one.kind == other.kind else KIND_DIFFERS if one.kind and other.kind else KIND_MISSING
    return (CORE * core + KIND * kind) * (1.0 if one.direction == other.direction else DIRECTION_MISSING)


def _unit(reading: Reading, place: Place) -> float:
    if reading.unit == place.unit:
        return 1.0
    if not reading.unit:
        return UNIT_MISSING
    return UNIT_DIFFERS if place.unit else UNIT_UNKNOWN


def _postcode(reading: Reading, place: Place) -> float:
    if not reading.postcode or not place.postcode or reading.postcode == place.postcode:
        return 1.0
    return POSTCODE_NEAR if reading.postcode[:4] == place.postcode[:4] else POSTCODE_DIFFERS
