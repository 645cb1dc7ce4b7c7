"""Allocations: when a housing corporation let a home anew, with how many rooms. Nothing about who came to live there.

Why someone came first (urgency, care, status) is about a person, so the kind says only what sort of tenancy it is.

References
----------
Woningwet art. 46 (suitable allocation by corporations); Huisvestingswet 2014 chapter 2.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="allocations",
    title_nl="Toewijzingen door woningcorporaties",
    title_en="Housing-corporation allocations",
    tier=1,
    provenance="The housing corporations, under a data agreement that names the theme and its legal basis.",
    known_on_rule="the day the corporation delivered it; happened_on is the first day of the tenancy",
    catches="Only homes of corporations; rooms are counted as each corporation does; an exchange between tenants comes late.",
    rhythm_days=30,  # each corporation delivers by the month
    max_age_days=120,  # three deliveries missed, and a month that is late
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("happened", "a home is let once: who left is in no allocation"),
    columns=(
        Column("rooms", "integer", "Rooms of the home, as the corporation counts them", required=True, minimum=1, maximum=20),
        Column("kind", "code", "Kind of tenancy", required=True, codes=("regular", "temporary", "exchange")),
    ),
)
