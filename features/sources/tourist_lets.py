"""Tourist lets: homes registered for letting to tourists, and the nights that were reported of them, year by year.

References
----------
Huisvestingswet 2014 art. 23a (registration number), 23b (nights) and 23c (permit); Regulation (EU) 2024/1028 on short-term rentals.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="tourist_lets",
    title_nl="Geregistreerde toeristische verhuur",
    title_en="Registered tourist lets",
    tier=1,
    provenance="The municipality, which gives out the registration numbers (Huisvestingswet 2014 art. 23a), and nights as reported to it.",
    known_on_rule="the day of entry; nights of a year are known some weeks after it, happened_on is then its last day",
    catches="Only who registers is in it: who lets without a number is not. Nights are what hosts and platforms say. A number outlives the letting.",
    rhythm_days=30,  # registrations by the month, nights once a year
    max_age_days=120,  # three deliveries missed, and a month that is late
    retention_days=2922,  # six years of training, and the two that an indicator looks back from the first of them; assumed
    term=Term(
        "ended",
        "a home is registered for lets until that ends; nights are of one year",
        ended_on="ended_on",
        ended_where=("kind", ("nights",), "happened_on"),
    ),
    columns=(
        Column("kind", "code", "A registration, or the nights of one year", required=True, codes=("registration", "nights")),
        Column("year", "integer", "Year of the nights", minimum=2000, maximum=2100),
        Column("nights", "integer", "Nights let in that year, as reported", minimum=0, maximum=366),
        Column("ended_on", "date", "Day on which the registration ended", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which the end was entered"),
    ),
)
