"""The sentences of a report in Dutch and in English, from ``words/*.toml``; both files hold the same keys (a test compares them)."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from features.declared import read_toml

Code = Literal["en", "nl"]
WORDS = Path(__file__).parent / "words"
MANY = 5
"""Names that a sentence lists before it says how many more there are."""


@dataclass(frozen=True)
class Language:
    """One language; ``sentences`` by dotted key."""

    code: Code
    sentences: Mapping[str, str]

    def say(self, key: str, **values: Any) -> str:
        """Give a sentence with its values filled in: ``{x:share}`` is a percentage, other numbers follow the language.

        Examples
        --------
        >>> read("nl").share(0.125), read("en").number(1234.5678)
        ('12,5 %', '1,235')
        """
        return _Formatter(self).vformat(self.sentences[key], (), values)

    def share(self, value: float) -> str:
        """Give a share of 1 as a percentage, with a decimal more where it is small."""
        return self._local(f"{100 * value:.{1 if abs(value) >= 0.01 or value == 0 else 2}f}") + " %"

    def points(self, value: float) -> str:
        """Give a difference of two shares in percentage points, with its sign."""
        return self._local(f"{100 * value:+.{1 if abs(value) >= 0.01 or value == 0 else 2}f}").replace("-", "\u2212")

    def number(self, value: float) -> str:
        """Give a number: whole from 1,000 and where it is an integer, else with three digits that count."""
        if isinstance(value, int) or abs(value) >= 1000:
            return self._local(f"{value:,.0f}")
        return self._local(f"{value:.3g}")

    def group(self, name: str) -> str:
        """Give the name of an audit group, as it is where the words do not have it."""
        return self.sentences.get(f"group.{name}", name)

    def reason(self, text: str) -> str:
        """Give a reason why a row or an address was left out: the longest phrase that the words have is said, the rest stays.

        Examples
        --------
        >>> read("nl").reason("known_on is missing"), read("nl").reason("recently inspected"), read("nl").reason("another reason")
        ('known_on ontbreekt', 'onlangs gecontroleerd', 'another reason')
        """
        phrases = (key.removeprefix("reason.") for key in self.sentences if key.startswith("reason."))
        said = max((phrase for phrase in phrases if phrase in text), key=len, default="")
        return text.replace(said, self.sentences[f"reason.{said}"]) if said else text

    def any(self, value: Any, spec: str = "") -> str:
        """Give any value as people of this language write it; None is a dash."""
        if value is None:
            return "\u2013"
        if spec in ("share", "points"):
            return str(getattr(self, spec)(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        if isinstance(value, date):
            return f"{value.day} {self.say(f'month.{value.month}')} {value.year}"
        return self._names(value) if isinstance(value, tuple | list) else str(value)

    def _names(self, names: tuple[str, ...] | list[str]) -> str:
        more = len(names) - MANY
        return ", ".join(names[:MANY]) + (self.say("and_more", number=more) if more > 0 else "")

    def _local(self, text: str) -> str:
        return text.translate(str.maketrans(",.", ".,")) if self.code == "nl" else text


class _Formatter(string.Formatter):
    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        return self.language.any(value, format_spec)


@cache
def read(code: Code) -> Language:
    """Read the words of a language."""
    return Language(code, dict(_flat(read_toml(WORDS / f"{code}.toml"))))


def _flat(tree: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        found += _flat(value, f"{path}{key}.") if isinstance(value, Mapping) else [(path + key, value)]
    return found
