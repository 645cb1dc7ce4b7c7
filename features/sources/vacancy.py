"""Vacancy: objects that stand empty, as their owner reported or the municipality found.

References
----------
Leegstandwet art. 2 and 3 (list and duty to report, where a by-law asks it) and 15 (permit for temporary letting).
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="vacancy",
    title_nl="Leegstandregister",
    title_en="Vacancy",
    tier=0,
    provenance="The municipality, under its by-law on vacancy (Leegstandwet art. 2 and 3).",
    known_on_rule="the day of entry; happened_on is the day since which it stands empty; the end has its own ended_known_on",
    catches="Owners report late or not at all; an end is often never entered; furnished and unused looks the same as let.",
    rhythm_days=30,  # kept by hand, delivered by the month
    max_age_days=120,  # three deliveries missed, and a month that is late
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("ended", "an object stands empty until it is in use again", ended_on="ended_on"),
    columns=(
        Column("kind", "code", "How it became known", required=True, codes=("reported", "found", "temporary-letting-permit")),
        Column("ended_on", "date", "Day on which it was in use again", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which that was entered"),
    ),
)
