"""Sentences that people read, for every indicator there is."""

from __future__ import annotations

import math
from datetime import date

import pytest

from features.catalogue import catalogue
from features.manifest import IndicatorRecord
from serving import wording
from serving.explanation import Contribution, reasons

INDICATORS = [IndicatorRecord.of(i) for i in catalogue().values()]
VALUES = (0.0, 1.0, 0.25, 3.0, 1234.5, math.nan)


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_indicator_has_a_whole_sentence_for_every_value_and_direction(language):
    assert INDICATORS
    for indicator in INDICATORS:
        for value in VALUES:
            for contribution in (0.3, -0.3):
                direction = "raising" if contribution > 0 else "lowering"
                (reason,) = reasons([Contribution(indicator, value, contribution)], direction=direction, language=language)
                assert reason.sentence.strip(), indicator.name
                assert "{" not in reason.sentence, reason.sentence
                assert "nan" not in reason.sentence.lower().split(), reason.sentence


def test_the_two_languages_differ():
    for indicator in INDICATORS:
        for value in (3.0, math.nan):
            assert wording.fact(indicator, value, "nl") != wording.fact(indicator, value, "en"), indicator.name


@pytest.mark.parametrize(
    ("value", "unit", "nl", "en"),
    [
        (3.0, "reports", "3", "3"),
        (1234567.0, "euro", "1.234.567", "1,234,567"),
        (1234.56, "euro", "1.235", "1,235"),
        (12.34, "m2", "12,3", "12.3"),
        (1.5, "ratio", "1,5", "1.5"),
        (1.004, "ratio", "1", "1"),
        (0.05, "ratio", "0,05", "0.05"),
        (0.001, "ratio", "minder dan 0,01", "less than 0.01"),
        (0.0, "ratio", "0", "0"),
        (1932.0, "year", "1932", "1932"),
        (1 / 3, "share", "33,3%", "33.3%"),
        (1.0, "share", "100%", "100%"),
    ],
)
def test_numbers_read_as_people_write_them(value, unit, nl, en):
    assert wording.number(value, unit=unit, language="nl") == nl
    assert wording.number(value, unit=unit, language="en") == en


def test_the_meaning_of_a_score_says_what_it_is_not(village):
    for language, words in (
        ("nl", ("kans", "nooit de grond", "2 januari 2024", "Proef")),
        ("en", ("probability", "never the ground", "2 January 2024", "Trial")),
    ):
        said = wording.meaning(village.theme(), date(2024, 1, 2), language)
        assert all(word in said for word in words)
