"""Two languages that say the same."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest

from monitoring.language import read

TEMPLATE = Path(__file__).parents[2] / "monitoring" / "templates" / "report.html"


def fields(sentence: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_keys_and_the_same_values_in_them():
    english, dutch = read("en").sentences, read("nl").sentences
    assert list(english) == list(dutch)
    assert {key for key in english if fields(english[key]) != fields(dutch[key])} == set()


def test_every_sentence_that_the_page_names_is_there():
    named = set(re.findall(r"""say\(["']([a-z_.]+)["'][,)]""", TEMPLATE.read_text(encoding="utf-8")))
    assert len(named) > 80
    assert named <= set(read("en").sentences)


@pytest.mark.parametrize(
    ("value", "spec", "english", "dutch"),
    [
        (0.1234, "share", "12.3 %", "12,3 %"),
        (0.00123, "share", "0.12 %", "0,12 %"),
        (0, "share", "0.0 %", "0,0 %"),
        (-0.05, "points", "\u22125.0", "\u22125,0"),
        (0.05, "points", "+5.0", "+5,0"),
        (12345, "", "12,345", "12.345"),
        (0.123456, "", "0.123", "0,123"),
        (1234.5, "", "1,234", "1.234"),
        (None, "share", "\u2013", "\u2013"),
        (date(2024, 3, 1), "", "1 March 2024", "1 maart 2024"),
        (("a", "b"), "", "a, b", "a, b"),
        (tuple("abcdefg"), "", "a, b, c, d, e and 2 more", "a, b, c, d, e en nog 2"),
    ],
)
def test_values_are_written_as_people_of_the_language_do(value, spec, english, dutch):
    assert read("en").any(value, spec) == english
    assert read("nl").any(value, spec) == dutch
