"""Energy: what the addresses under one postcode use on average in a year, as the grid operator publishes it.

About an area, never about an address: this source cannot hold what one address uses. That is `connection_energy`, which is off until a
municipality enters a legal basis for it.

References
----------
Open data of the Dutch grid operators on small connections (kleinverbruiksdata), yearly, by postcode of four digits and two letters.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="energy",
    title_nl="Energieverbruik per postcode",
    title_en="Energy use by postcode",
    tier=0,
    provenance="The grid operator of the region, open data.",
    known_on_rule="the day of publication; happened_on is the last day of the year described",
    catches="Averages over fewer than ten connections are left out by the publisher; panels that feed in make a use look small; no heat networks.",
    area="postcode",
    rhythm_days=365,  # published once a year, in spring
    max_age_days=500,  # a year, and the months until the next publication
    retention_days=2692,  # six years of training, and what is not yet stale on the first of them; assumed
    term=Term("happened", "a figure is about a year that is over"),
    columns=(
        Column("postcode", "id", "Postcode of four digits and two letters", required=True, indicator=False),
        Column("year", "integer", "Year described", required=True, minimum=2000, maximum=2100),
        Column("connections", "integer", "Connections for electricity under the postcode", minimum=0, maximum=100_000),
        Column("gas_connections", "integer", "Connections for gas under the postcode", minimum=0, maximum=100_000),
        Column(
            "average_kwh", "number", "Electricity taken from the grid by one connection in the year, on average, in kWh", minimum=0, maximum=1_000_000
        ),
        Column("average_gas_m3", "number", "Gas taken by one connection in the year, on average, in cubic metres", minimum=0, maximum=1_000_000),
        Column("feed_in_share", "number", "Share of the connections that also feed in, 0 to 1", minimum=0, maximum=1),
    ),
)
