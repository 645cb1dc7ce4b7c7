"""Property values: the yearly assessed value of an object.

References
----------
Wet waardering onroerende zaken (WOZ), art. 17 and 40a: the value date lies a year before the year it is for.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="property_values",
    title_nl="WOZ-waarden",
    title_en="Property values",
    tier=1,
    provenance="The municipality's tax office, under the purpose that art. 40a of the Wet WOZ allows.",
    known_on_rule="the day the assessment was sent; happened_on is the value date",
    catches="A value may be lowered on objection years later: a new version of the same record.",
    rhythm_days=365,  # sent once a year
    max_age_days=500,  # a year, and the months until the next assessment
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("happened", "a value is of its value date"),
    columns=(
        Column("value_eur", "number", "Assessed value in euro", required=True, minimum=1, maximum=1_000_000_000),
        Column("tax_year", "integer", "Year for which the value holds", required=True, minimum=1995, maximum=2100),
    ),
)
