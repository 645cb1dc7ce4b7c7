"""Signals: what a case handler made of earlier reports, before the day. Opinions of the moment, each dated."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

SIGNALS = About(
    lawful="The municipality's own judgement of a report about the matter of the theme (Algemene wet bestuursrecht art. 3:2); no handler enters.",
    proxy="Some areas report more at equal truth, and what was reported is what is judged. The audit compares scores by level of "
    "neighbourhood income alone: how readily an area reports is not measured.",
    quality="Handlers differ in strictness and see earlier signals; what was never judged is missing and not a no; a hit leads to a visit.",
    relation="More or heavier signals go with more findings; a neighbours' quarrel or one matter told often gives many signals as well.",
    idea="the work process: handlers read the earlier signals of an address before they plan a visit",
)


@indicator(
    about=SIGNALS,
    nl="Aantal signalen in de afgelopen 12 maanden: {value}",
    en="Number of signals in the past 12 months: {value}",
    unit="signals",
    nl_zero="Geen signaal in de afgelopen 12 maanden",
    en_zero="No signal in the past 12 months",
)
def signals_1y(signals: Events) -> Column:
    """Signals taken in during the past year, whatever was made of them."""
    return signals.within(days=365).count()


@indicator(
    about=SIGNALS,
    nl="Aantal signalen dat in de afgelopen 3 jaar gegrond leek: {value}",
    en="Number of signals in the past 3 years that seemed well-founded: {value}",
    unit="signals",
    risk="+",
    nl_zero="Geen signaal in de afgelopen 3 jaar dat gegrond leek",
    en_zero="No signal in the past 3 years that seemed well-founded",
)
def signal_hits_3y(signals: Events) -> Column:
    """Signals of three years that a handler judged to be a hit."""
    return signals.within(days=1095).where(status="hit").count()


@indicator(
    about=SIGNALS,
    nl="{value} van de beoordeelde signalen in 3 jaar leek gegrond",
    en="{value} of the signals judged in 3 years seemed well-founded",
    unit="share",
    nl_zero="Geen van de beoordeelde signalen in 3 jaar leek gegrond",
    en_zero="None of the signals judged in 3 years seemed well-founded",
    nl_none="Er is in 3 jaar geen signaal beoordeeld",
    en_none="No signal was judged in 3 years",
)
def signal_hit_share_3y(signals: Events) -> Column:
    """Share of the judged signals of three years that were a hit: many signals do not by themselves make it high."""
    return signals.within(days=1095).share(status="hit")


@indicator(
    about=SIGNALS,
    nl="Het zwaarste signaal in 3 jaar woog {value} op een schaal van 1 (licht) tot 3 (zwaar)",
    en="The heaviest signal in 3 years weighed {value} on a scale from 1 (light) to 3 (heavy)",
    unit="weight",
    risk="+",
    nl_high="Het zwaarste signaal in 3 jaar woog {value} op een schaal tot 3. Dat is zwaarder dan bij de meeste gecontroleerde adressen",
    en_high="The heaviest signal in 3 years weighed {value} on a scale to 3. That is heavier than at most inspected addresses",
    nl_low="Het zwaarste signaal in 3 jaar woog {value} op een schaal tot 3. Dat is lichter dan bij de meeste gecontroleerde adressen",
    en_low="The heaviest signal in 3 years weighed {value} on a scale to 3. That is lighter than at most inspected addresses",
    nl_none="Er was in 3 jaar geen signaal",
    en_none="There was no signal in 3 years",
)
def heaviest_signal_3y(signals: Events) -> Column:
    """Largest weight that a handler gave to a signal of three years."""
    return signals.within(days=1095).max("weight")


@indicator(
    about=SIGNALS,
    nl="Aantal dagen sinds het laatste signaal: {value}",
    en="Number of days since the last signal: {value}",
    unit="days",
    nl_none="Er is nooit een signaal geweest",
    en_none="There was never a signal",
)
def days_since_signal(signals: Events) -> Column:
    """Days since the newest signal was taken in."""
    return signals.days_since()


@indicator(
    about=SIGNALS,
    nl="Aantal signalen in de afgelopen 12 maanden dat nog niet is beoordeeld: {value}",
    en="Number of signals in the past 12 months that were not yet judged: {value}",
    unit="signals",
    nl_zero="Elk signaal van de afgelopen 12 maanden is beoordeeld, of er was er geen",
    en_zero="Every signal of the past 12 months was judged, or there was none",
)
def unjudged_signals_1y(signals: Events) -> Column:
    """Signals of the past year that were not judged before the day."""
    return signals.within(days=365).where_missing("status").count()


@indicator(
    about=SIGNALS,
    nl="Aantal signalen in de afgelopen 12 maanden min dat in de 12 maanden ervoor: {value}",
    en="Number of signals in the past 12 months less that in the 12 months before: {value}",
    unit="signals",
    nl_zero="Evenveel signalen in de afgelopen 12 maanden als in de 12 maanden ervoor",
    en_zero="As many signals in the past 12 months as in the 12 months before",
)
def signals_change_1y(signals: Events) -> Column:
    """Signals of the past year less those of the year before it."""
    return signals.change(days=365)
