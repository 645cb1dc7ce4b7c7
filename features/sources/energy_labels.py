"""Energy labels: the class of an object, how long it holds, and the floor area that the surveyor measured.

References
----------
Besluit bouwwerken leefomgeving (energy label at sale and letting); EP-Online, the open register of energy labels of the state (RVO).
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="energy_labels",
    title_nl="Energielabels (EP-Online)",
    title_en="Energy labels",
    tier=0,
    provenance="The state (RVO), open register EP-Online, by id of the address and building register.",
    known_on_rule="the day of registration; happened_on is the day of the survey",
    catches="Made at a sale or a new tenancy, so missing where nobody moves; old ones rest on a questionnaire; the area is measured by other rules.",
    rhythm_days=30,  # a new file every month
    max_age_days=120,  # three deliveries missed, and a month that is late
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("ended", "a label holds until its last day", ended_on="valid_until_on"),
    columns=(
        Column(
            "label",
            "code",
            "Energy class",
            required=True,
            codes=("A+++++", "A++++", "A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G"),
        ),
        Column("valid_until_on", "date", "Last day on which the label is valid"),
        Column("surveyed_area_m2", "number", "Usable floor area that the surveyor measured, in square metres", minimum=1, maximum=1_000_000),
    ),
)
