"""Free-text addresses to address_id: what is linked, what is "several", and what is never guessed."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import linkage
from features.linkage import link
from tests.hamlet import table

KNOWN = table("""
    address_id | postcode | street             | house_number | house_letter | house_number_addition
    dorp12     | 1506AB   | Dorpsstraat        | 12           |              |
    kerk12a    | 1506AC   | Kerkweg            | 12           | A            |
    kerk12b    | 1506AC   | Kerkweg            | 12           | B            |
    plein12    | 1507CD   | Plein 1940         | 12           |              |
    dwars5     | 1508AA   | 1e Dwarsstraat     | 5            |              | 2
    berk7      | 1509AA   | Berkstraat         | 7            |              |
    kerkstr9   | 1509AC   | Kerkstraat         | 9            |              |
    kerkstr11  | 1509AC   | Kerkstraat         | 11           |              |
    burg3      | 1510AA   | Burg. van der Bergstraat | 3      |              |
    dijk1z     | 1511AA   | Zuiddijk           | 1            |              |
    dijk1n     | 1511AB   | Noorddijk          | 1            |              |
    main48     | 60609    | S MAIN AVE         | 48           |              |
    north48    | 60609    | N MAIN AVE         | 48           |              |
    p24        | 60608    | W 24TH ST          | 2718         |              |
    p26        | 60608    | W 26TH PL          | 2718         |              |
    shore1755  | 60626    | W NORTH SHORE AVE  | 1755         |              |
""").assign(house_number=lambda t: t["house_number"].astype(int))


STREETS = ("Dorpsstraat", "Dorpsweg", "Kerkstraat", "Berkstraat", "Prins Hendrikkade", "1e Dwarsstraat", "2e Dwarsstraat", "Plein 1940", "Zuiddijk")
UNITS = ((None, None), ("A", None), (None, "2"), (None, "hs"))
PLACES = st.tuples(st.sampled_from(STREETS), st.integers(1, 12), st.sampled_from(UNITS))


def written(place: tuple[str, int, tuple[str | None, str | None]], style: int) -> str:
    """One of the ways in which people write an address."""
    street, number, (letter, addition) = place
    unit = letter or addition or ""
    plain = f"{street} {number}{'-' if unit and (style % 2 or unit.isdigit()) else ''}{unit}"
    if style >= 4:
        plain = plain.replace("straat", "str.")
    return (plain.upper, plain.lower, lambda: f"  {plain},  Zaanwijk")[style % 3]()


def linked(text: str | None, *, minimum: float = 0.9) -> str:
    """The address a text is linked to, or why it is not."""
    row = link([text], KNOWN, minimum_confidence=minimum).iloc[0]
    return row["address_id"] or row["outcome"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dorpsstr. 12, 1506 AB Zaanwijk", "dorp12"),
        ("dorpsstraat 12 Zaanwijk", "dorp12"),
        ("DORPS STRAAT 12", "dorp12"),
        ("12 Dorpsstraat", "dorp12"),
        ("overlast bij Dorpsstraat 12", "dorp12"),
        ("1506AB 12", "dorp12"),
        ("Drosstraat 12, 1506 AB", "dorp12"),
        ("Kerkweg 12-b", "kerk12b"),
        ("Kerkweg 12 A", "kerk12a"),
        ("Plein 1940 12", "plein12"),
        ("1e Dwarsstraat 5-2", "dwars5"),
        ("Eerste dwarsstr. 5-2", "dwars5"),
        ("Burgemeester v.d. Bergstr. 3", "burg3"),
        ("Kerkstrat 9", "kerkstr9"),
        ("48 S MAIN", "main48"),
        ("48-52 S Main Avenue (100W) FL 2", "main48"),
        ("48 S MAIN AVE 1ST, 60609", "main48"),
        ("1755 W NORTH SHORE AVE", "shore1755"),
    ],
)
def test_what_people_write_finds_its_address(text: str, expected: str) -> None:
    assert linked(text, minimum=0.85) == expected


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (None, "no-text"),
        ("   ", "no-text"),
        ("achter de kerk", "no-number"),
        ("12", "no-street"),
        ("24 hours a day", "unknown-street"),
        ("Stationsweg 1", "unknown-street"),
        ("Kerkstraat 13", "unknown-number"),
        ("Kerkweg 12", "several"),
        ("48 MAIN AVE", "several"),
        ("Oude Dorpsstraat 12", "low-confidence"),
        ("1755 W NORTH AVE", "unknown-street"),
    ],
)
def test_what_cannot_be_linked_says_why(text: str | None, outcome: str) -> None:
    assert linked(text) == outcome


def test_a_street_that_we_know_is_never_a_typing_error_of_another() -> None:
    assert linked("Kerkstraat 7", minimum=0.5) == "unknown-number"
    assert linked("Kergstraat 9") == "kerkstr9"


def test_numbered_streets_differ_by_their_digits() -> None:
    assert linked("2718 W 25TH ST", minimum=0.5) == "unknown-number"
    assert linked("2718 W 24TH ST") == "p24"


def test_a_direction_is_part_of_the_address() -> None:
    assert linked("48 N MAIN AVE") == "north48"
    assert linked("48 E MAIN AVE", minimum=0.1) == "unknown-number"


def test_several_tells_how_many_fit() -> None:
    row = link(["Kerkweg 12"], KNOWN, minimum_confidence=0.9).iloc[0]
    assert (row["outcome"], row["candidates"], row["address_id"]) == ("several", 2, None)


def test_objects_at_one_street_address_are_never_chosen_between() -> None:
    stacked = pd.concat([KNOWN, KNOWN[KNOWN["address_id"] == "dorp12"].assign(address_id="dorp12-again")])
    row = link(["Dorpsstraat 12, 1506 AB"], stacked, minimum_confidence=0.9).iloc[0]
    assert (row["outcome"], row["candidates"]) == ("several", 2)


def test_below_the_set_confidence_nothing_is_linked() -> None:
    text = ["Kerkstrat 9"]
    confidence = link(text, KNOWN, minimum_confidence=0.5)["confidence"].iloc[0]
    assert 0.8 < confidence < 1
    assert link(text, KNOWN, minimum_confidence=confidence)["outcome"].iloc[0] == "linked"
    assert link(text, KNOWN, minimum_confidence=confidence + 0.01)["outcome"].iloc[0] == "low-confidence"


def test_the_answer_keeps_the_index_of_the_texts() -> None:
    texts = pd.Series(["Kerkstraat 9", None, "Dorpsstraat 12", "Kerkstraat 9"], index=[7, 3, 9, 1])
    found = link(texts, KNOWN, minimum_confidence=0.9)
    assert found.index.tolist() == [7, 3, 9, 1]
    assert found["address_id"].tolist() == ["kerkstr9", None, "dorp12", "kerkstr9"]


def test_what_fits_equally_well_is_named_and_never_more_than_a_handful() -> None:
    several = link(["Kerkweg 12"], KNOWN, minimum_confidence=0.9).iloc[0]
    assert several["candidate_ids"] == ("kerk12a", "kerk12b")
    flat = pd.concat([KNOWN.iloc[:1].assign(address_id=f"home{i}", house_number_addition=str(i)) for i in range(1, 9)])
    row = link(["Dorpsstraat 12"], flat, minimum_confidence=0.9).iloc[0]
    assert (row["candidates"], len(row["candidate_ids"])) == (8, 5)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(PLACES, st.sampled_from(["1506AB", "1506AC", None])), min_size=1, max_size=30),
    st.lists(st.tuples(PLACES, st.integers(0, 7), st.sampled_from(["", ", 1506 AB", ", 1506AC", "alone"])), min_size=1, max_size=6),
)
def test_the_short_way_gives_what_weighing_everything_gives(
    places: list[tuple[tuple[str, int, tuple[str | None, str | None]], str | None]],
    asked: list[tuple[tuple[str, int, tuple[str | None, str | None]], int, str]],
) -> None:
    known = pd.DataFrame(
        {
            "address_id": [f"a{i}" for i in range(len(places))],
            "postcode": [code for _, code in places],
            "street": [p[0] for p, _ in places],
            "house_number": [p[1] for p, _ in places],
            "house_letter": [p[2][0] for p, _ in places],
            "house_number_addition": [p[2][1] for p, _ in places],
        }
    )
    texts = [f"1506 AB {place[1]}{place[2][0] or ''}" if code == "alone" else written(place, style) + code for place, style, code in asked]
    short = link(texts, known, minimum_confidence=0.9)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("features.linkage._exact", lambda *_: None)
        pd.testing.assert_frame_equal(short, link(texts, known, minimum_confidence=0.9))


def test_without_addresses_nothing_is_linked() -> None:
    found = link(["Kerkstraat 9", "hier"], KNOWN.iloc[:0], minimum_confidence=0.9)
    assert found["outcome"].tolist() == ["unknown-street", "no-number"]


@settings(deadline=None, max_examples=150)
@given(places=st.sets(PLACES, min_size=1, max_size=40), asked=st.tuples(PLACES, st.integers(0, 7)))
def test_a_text_leads_to_its_own_address_or_to_none_that_is_written_otherwise(
    places: set[tuple[str, int, tuple[str | None, str | None]]], asked: tuple[tuple[str, int, tuple[str | None, str | None]], int]
) -> None:
    rows = sorted(places, key=repr)
    known = pd.DataFrame(
        {
            "address_id": [repr(p) for p in rows],
            "postcode": None,
            "street": [p[0] for p in rows],
            "house_number": [p[1] for p in rows],
            "house_letter": [p[2][0] for p in rows],
            "house_number_addition": [p[2][1] for p in rows],
        }
    )
    found = link([written(*asked)], known, minimum_confidence=0.95).iloc[0]
    if asked[0] in places:
        assert found["address_id"] == repr(asked[0])
    else:
        assert found["address_id"] is None


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.sampled_from(["Kerkweg 12", "Kerkstraat 9", "Dorpsstr 12", None, "hier", "48 S MAIN", "Kergstraat 9"]) | st.text(max_size=30), max_size=8
    )
)
def test_a_text_is_answered_alone_as_it_is_among_others(texts: list[str | None]) -> None:
    together = link(texts, KNOWN, minimum_confidence=0.9)
    alone = [link([text], KNOWN, minimum_confidence=0.9).iloc[0].tolist() for text in texts]
    assert together.to_numpy().tolist() == alone


@settings(deadline=None, max_examples=150)
@given(
    places=st.sets(PLACES, min_size=1, max_size=40),
    texts=st.lists(st.tuples(st.sampled_from(STREETS), st.integers(0, 20), st.sampled_from("aeiks"), st.integers(1, 12)), min_size=1, max_size=8),
)
def test_spellings_that_are_not_weighed_would_have_changed_no_answer(
    places: set[tuple[str, int, tuple[str | None, str | None]]], texts: list[tuple[str, int, str, int]]
) -> None:
    rows = sorted(places, key=repr)
    known = pd.DataFrame([(repr(p), None, p[0], p[1], *p[2]) for p in rows], columns=list(KNOWN.columns))
    spoiled = [f"{name[:at]}{letter}{name[at + 1 :]} {number}" for name, at, letter, number in texts]
    found = link(spoiled, known, minimum_confidence=0.8)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(linkage, "BEYOND", 10.0)
        assert found.to_numpy().tolist() == link(spoiled, known, minimum_confidence=0.8).to_numpy().tolist()


def test_many_texts_take_seconds() -> None:
    streets = [
        f"{first}{last}straat"
        for first in ("Noorder", "Zuider", "Ooster", "Wester", "Linde", "Eike")
        for last in ("berg", "dal", "veld", "bos", "hout")
    ]
    known = pd.DataFrame(
        {
            "address_id": [f"{s}{n}" for s in streets for n in range(1, 301)],
            "postcode": None,
            "street": [s for s in streets for _ in range(1, 301)],
            "house_number": [n for _ in streets for n in range(1, 301)],
            "house_letter": None,
            "house_number_addition": None,
        }
    )
    texts = [f"{s.replace('straat', 'str.')} {n} {town}" for s in streets for n in range(1, 301) for town in ("Dorp", "Stad", "dorp")]
    started = time.process_time()
    found = link(texts, known, minimum_confidence=0.9)
    assert time.process_time() - started < 30
    assert (found["outcome"] == "linked").all()
