"""Water: drinking water used at an address over a reading period.

References
----------
Drinkwaterwet art. 1; Vewin, Watergebruik thuis 2021: 129 litres a person a day on average.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="water",
    title_nl="Drinkwaterverbruik",
    title_en="Drinking water use",
    tier=1,
    provenance="The drinking water company, under a data agreement that names the theme and its legal basis.",
    known_on_rule="the day the company delivered the reading; happened_on is the last day of the reading period",
    catches="One reading a year; self-reported readings round; estimates say nothing; a shared meter covers several homes.",
    rhythm_days=30,  # the company delivers by the month
    max_age_days=120,  # a quarter, and a month that is late
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("happened", "a reading is of a period that is over"),
    columns=(
        Column("period_start_on", "date", "First day of the reading period", required=True),
        Column("period_days", "integer", "Length of the reading period in days", required=True, minimum=1, maximum=1500),
        Column("volume_m3", "number", "Volume used in the period, in cubic metres", minimum=0, maximum=50_000),
        Column("reading", "code", "How the meter was read", required=True, codes=("read", "self-reported", "estimated")),
        Column("shared_meter", "boolean", "The meter serves several addresses", required=True),
    ),
)
