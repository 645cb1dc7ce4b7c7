"""What people read: sentences with their value filled in, and what a score means, in Dutch and in English."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from features.manifest import IndicatorRecord
from features.sentences import FLAG
from features.sources import all_sources
from features.themes import Theme
from training.bands import MINIMUM_ROWS, Band
from training.objective import Objective
from training.release_card import Population
from training.support import Side

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
DEFAULT_LANGUAGE: Language = "nl"

MEANING: Mapping[Language, str] = {
    "nl": (
        "De score is de geschatte kans, tussen 0 en 1, dat een controle waartoe op {day} wordt besloten hier een bevinding bevestigt "
        "voor het thema '{title}'. Alleen wat voor die dag bekend was telt mee. De score is geleerd van adressen waar eerder is "
        "gecontroleerd. Zij zegt niets over een persoon en is op zichzelf nooit de grond voor een bezoek."
    ),
    "en": (
        "The score is the estimated probability, between 0 and 1, that an inspection decided on {day} confirms a finding here for the "
        "theme '{title}'. Only what was known before that day counts. It is learned from addresses that were inspected before. It says "
        "nothing about a person, and by itself it is never the ground for a visit."
    ),
}
NOT_SCORABLE: Mapping[Language, str] = {
    "nl": "Voor dit adres geeft Schouw bij dit thema geen score. Dat zegt niets over het adres.",
    "en": "Schouw gives no score for this address and theme. That says nothing about the address.",
}
"""One sentence for every reason to leave an address out: a shelter must not follow from its absence (DESIGN rule 12)."""

UNLIKE: Mapping[Language, str] = {
    "nl": "Dit adres verschilt in te veel feiten van alle adressen waarvan het model leerde. Daarom geeft Schouw geen score: die zou nergens op "
    "rusten. Dat zegt niets over het adres.",
    "en": "This address differs in too many facts from all addresses that the model learned from. So Schouw gives no score: it would rest on "
    "nothing. That says nothing about the address.",
}
OUTSIDE: Mapping[Language, Mapping[Side, str]] = {
    "nl": {
        "above": "{fact}. Bij geen adres waarvan het model leerde was dit zo hoog",
        "below": "{fact}. Bij geen adres waarvan het model leerde was dit zo laag",
        "missing": "{fact}. Bij elk adres waarvan het model leerde was dit bekend",
        "known": "{fact}. Bij geen adres waarvan het model leerde was dit bekend",
    },
    "en": {
        "above": "{fact}. At no address that the model learned from it was as high",
        "below": "{fact}. At no address that the model learned from it was as low",
        "missing": "{fact}. At every address that the model learned from it was known",
        "known": "{fact}. At no address that the model learned from it was known",
    },
}
OTHERWISE: Mapping[Language, str] = {
    "nl": "{fact}. Bij elk adres waarvan het model leerde was dit anders",
    "en": "{fact}. At every address that the model learned from it was otherwise",
}
"""For yes or no, which is neither high nor low."""

SYNTHETIC: Mapping[Language, str] = {
    "nl": "Verzonnen gegevens van een verzonnen gemeente: deze score gaat over geen bestaand adres.",
    "en": "Made-up data of a made-up municipality: this score is about no existing address.",
}
PREVIEW: Mapping[Language, str] = {
    "nl": "Dit is geen score van een adres, maar wat het model zou zeggen als een gegeven anders was. Niets mag hierop rusten.",
    "en": "This is no score of an address, but what the model would say if a fact were otherwise. Nothing may rest on it.",
}
CONTEXT: Mapping[Language, Mapping[Literal["raising", "lowering"], str]] = {
    "nl": {
        "raising": "Ter context: {sentence}. Samen met de andere gegevens verhoogt dit de score",
        "lowering": "Ter context: {sentence}. Samen met de andere gegevens verlaagt dit de score",
    },
    "en": {
        "raising": "For context: {sentence}. Together with the other facts this raises the score",
        "lowering": "For context: {sentence}. Together with the other facts this lowers the score",
    },
}
"""For a fact that by itself points the other way: the model saw it beside other facts."""

STALE: Mapping[Language, str] = {
    "nl": "Niet bekend: geen recente gegevens uit {source} (laatste van {day}). ",
    "en": "Not known: nothing recent from {source} (the last is of {day}). ",
}
MISSING_FOR_IT: Mapping[Language, str] = {"nl": "Aantal indicatoren dat daardoor ontbreekt: {count}", "en": "Indicators missing for it: {count}"}
NAMED_FOR_IT: Mapping[Language, str] = {"nl": "Daardoor ontbreken: {names}", "en": "Missing for it: {names}"}
NEVER: Mapping[Language, str] = {"nl": "geen enkele dag", "en": "no day"}

BAND: Mapping[Language, str] = {
    "nl": "Bij een score van {above} tot {upto} bevestigden {confirmed} van {inspected} latere controles een bevinding: {share} (95%-interval {low} "
    "tot {high})",
    "en": "At a score from {above} to {upto}, {confirmed} of {inspected} later inspections confirmed a finding: {share} (95% interval {low} to "
    "{high})",
}
BAND_OF_FEW: Mapping[Language, str] = {
    "nl": "Bij een score van {above} tot {upto} zijn er minder dan {few} latere controles: te weinig om te zeggen hoe vaak die iets bevestigden",
    "en": "At a score from {above} to {upto} there are fewer than {few} later inspections: too few to say how often they confirmed a finding",
}
POPULATION: Mapping[Language, Mapping[Population, str]] = {
    "nl": {
        "inspected": "De score geldt onder adressen zoals die zijn gecontroleerd",
        "cohort": "De score is geijkt op alle adressen waaruit de werklijsten van dit thema zijn getrokken",
    },
    "en": {
        "inspected": "The score holds among addresses like those inspected",
        "cohort": "The score is calibrated to all addresses from which the worklists of this theme were drawn",
    },
}

LEARNED: Mapping[Language, Mapping[Objective, str]] = {
    "nl": {
        "binary": "Het model leerde van elke controle hoe waarschijnlijk het is dat die een bevinding bevestigt",
        "ranking": "Het model leerde in welke volgorde controles van één maand een bevinding bevestigen; daarna is het geijkt op kansen",
    },
    "en": {
        "binary": "The model learned from each inspection how likely it is to confirm a finding",
        "ranking": "The model learned in which order the inspections of one month confirm a finding; then it was calibrated to probabilities",
    },
}

MONTHS_NL = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december")
MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
TINY: Mapping[Language, str] = {"nl": "minder dan 0,01", "en": "less than 0.01"}
YES_OR_NO: Mapping[Language, tuple[str, str]] = {"nl": ("ja", "nee"), "en": ("yes", "no")}


def fact(indicator: IndicatorRecord, value: float, language: Language) -> str:
    """Say an indicator's value in the form that fits: missing, zero, high, low or plain.

    High and low are above and below the quartiles of the training matrix, where the release knows them.

    Parameters
    ----------
    indicator : IndicatorRecord
    value : float
        NaN is missing.
    language : {"nl", "en"}
    """
    i = indicator
    high, low = (i.nl_high, i.nl_low) if language == "nl" else (i.en_high, i.en_low)
    if i.upper_quartile is not None and value > i.upper_quartile:
        return _filled(indicator, value, language, among_others=high)
    if i.lower_quartile is not None and value < i.lower_quartile:
        return _filled(indicator, value, language, among_others=low)
    return _filled(indicator, value, language)


def outside(indicator: IndicatorRecord, value: float, side: Side, language: Language) -> str:
    """Say a fact that no address had that the model learned from, and how it differs.

    Parameters
    ----------
    indicator : IndicatorRecord
    value : float
        NaN is missing.
    side : {"above", "below", "missing", "known"}
    language : {"nl", "en"}
    """
    said = OTHERWISE[language] if indicator.unit == FLAG and side in ("above", "below") else OUTSIDE[language][side]
    return said.replace("{fact}", _filled(indicator, value, language).rstrip("."))


def _filled(indicator: IndicatorRecord, value: float, language: Language, *, among_others: str | None = None) -> str:
    """Say a value: missing, zero, or in the sentence that places it among others where there is one."""
    i = indicator
    plain, zero, missing = (i.nl, i.nl_zero, i.nl_missing) if language == "nl" else (i.en, i.en_zero, i.en_missing)
    if math.isnan(value):
        return missing
    if value == 0 and zero is not None:
        return zero
    return (among_others or plain).replace("{value}", number(value, unit=i.unit, language=language))


def in_context(sentence: str, *, direction: Literal["raising", "lowering"], language: Language) -> str:
    """Word a fact that contradicts its own effect."""
    return CONTEXT[language][direction].replace("{sentence}", sentence[:1].lower() + sentence[1:].rstrip("."))


def number(value: float, *, unit: str, language: Language) -> str:
    """Write a number as people do: at most three figures that matter, a share as a percentage, a year without a point, a flag as yes or no.

    Examples
    --------
    >>> number(1234.0, unit="euro", language="nl"), number(1234.0, unit="euro", language="en")
    ('1.234', '1,234')
    >>> number(0.5, unit="ratio", language="nl"), number(0.25, unit="share", language="nl"), number(1932.0, unit="year", language="nl")
    ('0,5', '25%', '1932')
    >>> number(0.004, unit="ratio", language="en"), number(1.0, unit="yes or no", language="en")
    ('less than 0.01', 'yes')
    """
    if unit == FLAG:
        return YES_OR_NO[language][0 if value else 1]
    if unit == "year":
        return f"{value:.0f}"
    if unit == "share":
        return _local(f"{value * 100:.3g}" if abs(value) < 1 else f"{value * 100:.0f}", language) + "%"
    if value != 0 and abs(value) < 0.005:
        return TINY[language]
    decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{decimals}f}"
    return _local(text.rstrip("0").rstrip(".") if decimals else text, language)


def left_missing(source: str, last_on: date | None, names: Sequence[str], language: Language) -> str:
    """Say of one stale source what it leaves missing.

    Parameters
    ----------
    source : str
        Its name.
    last_on : date, optional
        The last day on which it was heard of.
    names : sequence of str
        The indicators that read it.
    language : {"nl", "en"}
    """
    return _silent(source, last_on, language) + NAMED_FOR_IT[language].replace("{names}", ", ".join(names))


def of_stale(indicators: Iterable[IndicatorRecord], last_on: Mapping[str, date | None]) -> list[IndicatorRecord]:
    """Give the indicators, those of one stale source as one family with one sentence: it is one fact, and none about the address.

    Parameters
    ----------
    indicators : iterable of IndicatorRecord
    last_on : mapping of str to date, optional
        By name of a stale source, the last day on which it was heard of. Of two behind one indicator the longest silent speaks.
    """
    found = list(indicators)
    blamed = [min((s for s in i.sources if s in last_on), key=lambda s: (last_on[s] or date.min, s), default=None) for i in found]
    said = {s: {lang: _silent(s, last_on[s], lang) + _counted(blamed.count(s), lang) for lang in LANGUAGES} for s in last_on}
    return [i.unknown_because(family=f"stale_{s}", **said[s]) if s else i for i, s in zip(found, blamed, strict=True)]


def _silent(source: str, last_on: date | None, language: Language) -> str:
    title = all_sources()[source].title_nl if language == "nl" else all_sources()[source].title_en
    return STALE[language].replace("{source}", title).replace("{day}", day(last_on, language) if last_on else NEVER[language])


def _counted(count: int, language: Language) -> str:
    return MISSING_FOR_IT[language].replace("{count}", str(count))


def meaning(theme: Theme, as_of: date, language: Language) -> str:
    """Say what a score of this theme means (DESIGN 3)."""
    title = theme.title_nl if language == "nl" else theme.title_en
    return MEANING[language].replace("{day}", day(as_of, language)).replace("{title}", title)


def seen(band: Band, language: Language) -> str:
    """Say what later inspections found at scores of a band, or that there were too few to say."""
    edges = {name: _local(f"{value:.3g}", language) for name, value in (("above", band.above), ("upto", band.upto))}
    share = band.share
    if share.value is None or share.low is None or share.high is None:
        return BAND_OF_FEW[language].format(**edges, few=MINIMUM_ROWS)
    shares = {
        name: number(value, unit="share", language=language) for name, value in (("share", share.value), ("low", share.low), ("high", share.high))
    }
    counts = {
        name: number(value, unit="inspections", language=language) for name, value in (("confirmed", band.confirmed), ("inspected", band.inspected))
    }
    return BAND[language].format(**edges, **shares, **counts)


def day(value: date, language: Language) -> str:
    """Write a date in words.

    Examples
    --------
    >>> day(date(2024, 3, 1), "nl"), day(date(2024, 3, 1), "en")
    ('1 maart 2024', '1 March 2024')
    """
    months = MONTHS_NL if language == "nl" else MONTHS_EN
    return f"{value.day} {months[value.month - 1]} {value.year}"


def _local(text: str, language: Language) -> str:
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text
