"""Sentences that people read, for every indicator there is."""

from __future__ import annotations

import math
import re
from datetime import date

import pytest

from features.catalogue import catalogue
from features.manifest import IndicatorRecord
from features.sentences import FLAG
from serving import wording
from serving.explanation import Contribution, reasons

INDICATORS = [IndicatorRecord.of(i) for i in catalogue().values()]
VALUES = (0.0, 1.0, 0.25, 3.0, 1234.5, math.nan)
REPORTS = next(i for i in INDICATORS if i.name == "reports_1y")
WATER = next(i for i in INDICATORS if i.name == "water_per_resident_day")
SAME_FOR_ONE = {"is", "was", "as", "een", "van", "in"}
"""Words after a number that end as a plural does and are none."""


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


def quartiles(indicator, lower, upper):
    return indicator.model_copy(update={"lower_quartile": lower, "upper_quartile": upper})


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (5.0, "5. Dat is meer dan bij de meeste gecontroleerde adressen", "5. That is more than at most inspected addresses"),
        (4.0, "4", "4"),
        (2.0, "2", "2"),
        (1.0, "1. Dat is minder dan bij de meeste gecontroleerde adressen", "1. That is less than at most inspected addresses"),
    ],
)
def test_a_value_is_called_high_or_low_beyond_the_quartiles_and_not_on_them(value, nl, en):
    known = quartiles(REPORTS, 2.0, 4.0)
    assert wording.fact(known, value, "nl") == f"Aantal meldingen in de afgelopen 12 maanden: {nl}"
    assert wording.fact(known, value, "en") == f"Reports in the past 12 months: {en}"


def test_none_is_said_as_none_where_it_is_low_too():
    assert wording.fact(quartiles(REPORTS, 2.0, 4.0), 0.0, "nl") == "Geen meldingen in de afgelopen 12 maanden"


@pytest.mark.parametrize("value", [1.0, 3.0, 5000.0])
@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_without_quartiles_every_indicator_says_its_plain_sentence(language, value):
    for indicator in INDICATORS:
        assert (indicator.lower_quartile, indicator.upper_quartile) == (None, None)
        plain = indicator.nl if language == "nl" else indicator.en
        said = plain.replace("{value}", wording.number(value, unit=indicator.unit, language=language))
        assert wording.fact(indicator, value, language) == said


def low_use():
    """Every indicator of how much water was used; how long ago a meter was read, or whether at all, is no use."""
    reading = [i for i in catalogue().values() if ("water", "volume_m3") in i.column.reads and i.unit != "days"]
    return [next(record for record in INDICATORS if record.name == i.name) for i in reading]


@pytest.mark.parametrize("indicator", low_use(), ids=lambda i: i.name)
def test_only_low_water_use_says_that_there_is_often_an_ordinary_cause(indicator):
    """Away, thrift, fewer people: said where use is low, never where it is as usual or high."""
    known = quartiles(indicator, -1.0, 160.0)
    for language, often, causes in (
        ("nl", r"(vaak|soms)", r"reizen|zuinig|vertrokken|veel weg"),
        ("en", r"(often|may be)", r"travel|thrift|someone left|being away|is away"),
    ):
        low, usual, high = (wording.fact(known, value, language).lower() for value in (-2.0, 129.0, 300.0))
        assert re.search(often, low), low
        assert re.search(causes, low), low
        assert not re.search(causes, usual + high), usual + high


def test_every_indicator_of_how_much_water_was_used_is_looked_at():
    assert {"water_per_day", "water_rank_postcode", "water_trend_5y", "water_per_100m2", "water_vs_own_mean_5y"} <= {i.name for i in low_use()}
    assert "gewone reden" in wording.fact(quartiles(WATER, 60.0, 160.0), 0.0, "nl")


def test_what_is_not_known_is_a_number_or_has_a_sentence_of_its_own():
    """ "Not known: the object is registered for hospitality use" says that it is; a flag says whether."""
    for indicator in INDICATORS:
        for language, made, begins in (("nl", "Niet bekend: ", "aantal "), ("en", "Not known: ", "number of ")):
            said = wording.fact(indicator, math.nan, language)
            assert not said.startswith(made) or said.removeprefix(made).startswith(begins), said
            assert "…" not in said, said
    flag = next(i for i in INDICATORS if i.name == "used_for_hospitality")
    assert wording.fact(flag, math.nan, "nl") == "Niet bekend of het object een horecabestemming heeft"
    assert wording.fact(flag, math.nan, "en") == "Not known whether the object is registered for hospitality use"


def test_every_sentence_is_right_for_one_as_it_is_for_many():
    """A number never stands before a word that must bend with it: "1 meldingen", "1 reports"."""
    for i in INDICATORS:
        for language, sentences in (("nl", (i.nl, i.nl_high, i.nl_low)), ("en", (i.en, i.en_high, i.en_low))):
            followers = {word for sentence in sentences if sentence for word in re.findall(r"\{value\} (\w+)", sentence)}
            ending = ("en", "s") if language == "nl" else ("s", "people")
            assert not [word for word in followers - SAME_FOR_ONE if word.endswith(ending)], i.name


def test_a_flag_is_yes_or_no_and_never_a_number():
    flags = [i for i in INDICATORS if i.unit == FLAG]
    assert {"used_for_hospitality", "used_for_industry"} <= {i.name for i in flags}
    for flag in flags:
        assert not re.search(r"\d", wording.fact(quartiles(flag, 0.0, 0.0), 1.0, "nl")), flag.name
    industry = next(i for i in flags if i.name == "used_for_industry")
    assert wording.fact(industry, 1.0, "nl") == "Het object heeft een industriebestemming: ja"
    assert wording.fact(industry, 1.0, "en") == "The object is registered for industrial use: yes"
    assert wording.fact(industry, 0.0, "en") == "The object is not registered for industrial use"
    assert [wording.number(0.0, unit=FLAG, language=language) for language in wording.LANGUAGES] == ["nee", "no"]


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


def test_an_indicator_that_reads_two_stale_sources_is_told_once_by_the_one_that_was_silent_longest():
    first, second = (IndicatorRecord.of(catalogue()[name]) for name in ("owner_other_reports_1y", "reports_1y"))
    last_on = {"reports": date(2024, 2, 1), "ownership": date(2024, 1, 1)}
    found = wording.of_stale([first, second], last_on)
    assert [i.family for i in found] == ["stale_ownership", "stale_reports"]
    assert found[0].en_missing.endswith("(the last is of 1 January 2024). Indicators missing for it: 1")
    assert (
        found[1].nl_missing
        == "Niet bekend: geen recente gegevens uit Meldingen (laatste van 1 februari 2024). Aantal indicatoren dat daardoor ontbreekt: 1"
    )
    assert [i.family for i in wording.of_stale([second], {"water": None})] == [second.family]
