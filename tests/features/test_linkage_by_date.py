"""Free-text addresses on a day: what was known by then counts, old street names lead on, and nothing learned later changes a text."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from features.linkage import link
from tests.hamlet import table


def history(text: str) -> pd.DataFrame:
    return table(text).assign(house_number=lambda t: t["house_number"].astype(int), house_letter=None, house_number_addition=None)


@pytest.mark.parametrize(("day", "expected"), [(date(2023, 12, 31), "berk7"), (date(2024, 1, 1), "unknown-number")])
def test_a_street_that_is_named_later_changes_no_earlier_text(day: date, expected: str) -> None:
    known = history("""
        address_id | postcode | street     | house_number | known_on   | superseded_on
        berk7      | 1509AA   | Berkstraat | 7            | 2000-01-01 |
        bergk8     | 1509AB   | Bergkstraat | 8           | 2024-01-01 |
    """)
    row = link(["Bergkstraat 7"], known, minimum_confidence=0.85, days=[day]).iloc[0]
    assert (row["address_id"] or row["outcome"]) == expected


@pytest.mark.parametrize(("day", "expected"), [(date(2023, 12, 31), "linked"), (date(2024, 1, 1), "several")])
def test_an_address_that_is_registered_later_makes_no_earlier_text_ambiguous(day: date, expected: str) -> None:
    known = history("""
        address_id | postcode | street     | house_number | known_on   | superseded_on
        one        | 1509AA   | Berkstraat | 7            | 2000-01-01 |
        other      | 1509AA   | Berkstraat | 7            | 2024-01-01 |
    """)
    assert link(["Berkstraat 7"], known, minimum_confidence=0.9, days=[day])["outcome"].iloc[0] == expected


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Oudeweg 7", date(2023, 12, 31), "linked"),
        ("Oudeweg 7", date(2024, 1, 1), "linked"),
        ("Nieuweweg 7", date(2023, 12, 31), "unknown-street"),
        ("Nieuweweg 7", date(2024, 1, 1), "linked"),
        ("1509AA 7", date(2023, 12, 31), "linked"),
    ],
)
def test_a_text_is_read_with_the_names_of_its_own_day(text: str, day: date, expected: str) -> None:
    known = history("""
        address_id | postcode | street    | house_number | known_on   | superseded_on
        home       | 1509AA   | Oudeweg   | 7            | 2000-01-01 | 2024-01-01
        home       | 1509AA   | Nieuweweg | 7            | 2024-01-01 |
        far        | 1509AA   | Markt     | 7            | 2024-01-01 |
        far        | 1509AA   | Plein     | 8            | 2024-01-01 |
        far        | 1509AA   | Kade      | 9            | 2024-01-01 |
    """)
    assert link([text], known, minimum_confidence=0.9, days=[day])["outcome"].iloc[0] == expected


def test_an_old_street_name_is_less_sure_than_the_name_of_the_day() -> None:
    known = history("""
        address_id | postcode | street    | house_number | known_on   | superseded_on
        home       | 1509AA   | Oudeweg   | 7            | 2000-01-01 | 2024-01-01
        home       | 1509AA   | Nieuweweg | 7            | 2024-01-01 |
    """)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 1)]
    found = link(["Oudeweg 7", "Oudeweg 7", "Nieuweweg 7"], known, minimum_confidence=0.9, days=days)
    assert found["address_id"].tolist() == ["home"] * 3
    assert found["confidence"].tolist() == [1.0, 0.95, 1.0]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Oudeweg 7", date(2025, 12, 31), "old"),
        ("Oudeweg 7", date(2026, 1, 1), "new"),
        ("Oudeweg 9", date(2026, 1, 1), "unknown-number"),
        ("Ouweweg 7", date(2026, 1, 1), "new"),
    ],
)
def test_a_name_that_went_to_another_street_leads_to_that_street(text: str, day: date, expected: str) -> None:
    known = history("""
        address_id | postcode | street    | house_number | known_on   | superseded_on
        old        | 1509AA   | Oudeweg   | 7            | 2000-01-01 | 2024-01-01
        old        | 1509AA   | Nieuweweg | 7            | 2024-01-01 |
        old9       | 1509AA   | Oudeweg   | 9            | 2000-01-01 | 2024-01-01
        old9       | 1509AA   | Nieuweweg | 9            | 2024-01-01 | 2025-01-01
        new        | 1509XX   | Oudeweg   | 7            | 2026-01-01 |
    """)
    row = link([text], known, minimum_confidence=0.85, days=[day]).iloc[0]
    assert (row["address_id"] or row["outcome"]) == expected


def test_a_number_that_an_object_no_longer_has_does_not_lead_to_it() -> None:
    known = history("""
        address_id | postcode | street  | house_number | known_on   | superseded_on
        home       | 1509AA   | Oudeweg | 7            | 2000-01-01 | 2024-01-01
        home       | 1509AA   | Oudeweg | 9            | 2024-01-01 |
    """)
    found = link(["Oudeweg 7", "Oudeweg 9"], known, minimum_confidence=0.9, days=[date(2024, 1, 1)] * 2)
    assert found["outcome"].tolist() == ["unknown-number", "linked"]


def test_two_doors_of_one_object_have_a_history_each() -> None:
    known = history("""
        address_id | door | postcode | street    | house_number | known_on   | superseded_on
        home       | one  | 1509AA   | Oudeweg   | 7            | 2000-01-01 |
        home       | two  | 1509AB   | Zijweg    | 401          | 2000-01-01 | 2024-01-01
        home       | two  | 1509AB   | Kapelweg  | 401          | 2024-01-01 | 2025-01-01
    """)
    texts = ["Oudeweg 7", "Zijweg 401", "Kapelweg 401"]
    by_year = {year: link(texts, known, minimum_confidence=0.9, days=[date(year, 6, 1)] * 3)["outcome"].tolist() for year in (2023, 2024, 2025)}
    assert by_year[2023] == ["linked", "linked", "unknown-street"]
    assert by_year[2024] == ["linked", "linked", "linked"]
    assert by_year[2025] == ["linked", "unknown-number", "unknown-number"]
