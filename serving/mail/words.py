"""Words of a mail that tell a theme, as ``[mail.words]`` of municipality.toml lists them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from features.errors import SettingsError
from features.themes import Theme


def check(words: Mapping[str, Collection[str]], themes: Mapping[str, Theme]) -> None:
    """Refuse words of a theme that is not there or is off: its mail would be sorted for nothing.

    Raises
    ------
    SettingsError
        Names the theme.
    """
    enabled = sorted(code for code, theme in themes.items() if theme.enabled)
    if unknown := sorted(set(words) - set(enabled)):
        raise SettingsError(
            f"[mail.words] names '{unknown[0]}', which is no theme here or one that is off",
            expected=f"one of {', '.join(enabled) or 'the enabled themes: there is none'}",
            remedy="correct the code, or take its words out",
        )


def told(text: str, words: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    r"""Give the themes of which a word stands in a text, whatever its capitals and accents.

    Examples
    --------
    >>> words = {"registration": ["leegsta*"], "room-rental": ["verhuur per kamer", "kamers"]}
    >>> told("L\u00e9egstand, en verhuur\n per kamer!", words), told("slaapkamers", words)
    (('registration', 'room-rental'), ())
    """
    said = f" {_spaced(text)} "
    return tuple(sorted(theme for theme, listed in words.items() if any(_in(said, word) for word in listed)))


def _in(said: str, word: str) -> bool:
    return f" {_spaced(word.removesuffix('*'))}{'' if word.endswith('*') else ' '}" in said


def _spaced(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", letters))
