"""Energy by connection: what one address uses in a year. Off, until a municipality enters a legal basis for it.

What a home uses says much of the lives in it, and the grid operator counts it for tasks of its own. No law hands it to a municipality for
supervision as a rule; where a by-law or a supervisor's power does in a case, the process owner enters that under ``[legal_basis.connection_energy]``,
with the data agreement and the impact assessment. Until then no register may fill this source and no theme may list it.

References
----------
Energiewet, and before it Elektriciteitswet 1998 and Gaswet: metering data are for the tasks of the grid operator; GDPR art. 6 and 35;
Algemene wet bestuursrecht art. 5:16 and 5:17.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="connection_energy",
    title_nl="Energieverbruik per aansluiting",
    title_en="Energy use by connection",
    tier=1,
    provenance="The grid operator of the region, under a data agreement that names the theme and its legal basis.",
    known_on_rule="the day the grid operator delivered the year; happened_on is the last day of the year described",
    catches="Estimates say nothing; what panels make and is used at once is not counted; one connection may serve several homes; no heat networks.",
    off_until="metering data are for the tasks of the grid operator, and no law gives a municipality what one address uses as a rule",
    rhythm_days=365,  # delivered once a year, in spring
    max_age_days=500,  # a year, and the months until the next delivery
    retention_days=2692,  # six years of training, and what is not yet stale on the first of them; assumed
    term=Term("happened", "a figure is about a year that is over"),
    columns=(
        Column("year", "integer", "Year described", required=True, minimum=2000, maximum=2100),
        Column("used_kwh", "number", "Electricity taken from the grid in the year, in kWh", minimum=0, maximum=10_000_000),
        Column("gas_m3", "number", "Gas taken in the year, in cubic metres; missing where there is no gas connection", minimum=0, maximum=10_000_000),
        Column("reading", "code", "How the meter was read", required=True, codes=("read", "self-reported", "estimated")),
        Column("feeds_in", "boolean", "The connection also feeds in"),
        Column("shared_connection", "boolean", "The connection serves several addresses"),
    ),
)
