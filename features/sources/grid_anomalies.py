"""Grid anomalies: the difference between what went into a section of the cable and what its meters counted, month by month.

About a section with many connections, never about an address. The address level is off until a legal basis is entered: which of the
connections a difference comes from is for the grid operator to find out, and no column here can hold it.

References
----------
Energiewet, and before it Elektriciteitswet 1998: the grid operator's duty to find and limit losses on its grid.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="grid_anomalies",
    title_nl="Afwijkingen op het elektriciteitsnet per kabelvak",
    title_en="Grid anomalies by cable section",
    tier=0,
    provenance="The grid operator, under a data agreement that names the theme and its legal basis; sections of ten connections or more.",
    known_on_rule="the day the grid operator delivered the month; happened_on is its last day",
    catches="Every cable loses some; a meter read late moves use to another month; street lighting and works are not metered; addresses move to "
    "another section when the grid is rebuilt.",
    area="cable_section",
    rhythm_days=30,  # delivered once a month
    max_age_days=120,  # a month that is late for a quarter says nothing of the present
    retention_days=2312,  # six years of training, and what is not yet stale on the first of them; assumed
    term=Term("happened", "a figure is about a month that is over"),
    columns=(
        Column("cable_section", "id", "Section of the low-voltage cable", required=True, indicator=False),
        Column("connections", "integer", "Connections on the section", required=True, minimum=10, maximum=100_000),
        Column("supplied_kwh", "number", "Energy that went into the section in the month, in kWh", required=True, minimum=0, maximum=100_000_000),
        Column("difference_kwh", "number", "Supplied less counted by the meters, in kWh; below 0 where meters counted more", required=True),
        Column("difference_share", "number", "That difference as a share of what was supplied", minimum=-10, maximum=1),
    ),
)
