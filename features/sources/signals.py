"""Signals (signalen): reports after intake, as a case handler weighed and judged them.

What a handler made of a report is an opinion of the moment, with a date of its own; who the handler was never enters.

References
----------
Algemene wet bestuursrecht art. 3:2: a public body gathers the facts before it decides.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="signals",
    title_nl="Beoordeelde signalen",
    title_en="Signals judged by case handlers",
    tier=1,
    provenance="The municipality's case system up to now, and Schouw's own database from the day that handlers judge there.",
    known_on_rule="the day the signal was taken in; the judgement has its own judged_on, and a new weight is a new version",
    catches="Handlers see earlier signals and differ in strictness; what was never judged is missing, not a no; a hit leads to a visit, "
    "so beware of circles.",
    rhythm_days=1,  # taken in every working day
    max_age_days=31,  # a month without a signal is a broken delivery
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term("happened", "a signal is taken in once; what was made of it goes with it"),
    columns=(
        Column("theme", "code", "Theme under which it was taken in", required=True),
        Column("weight", "integer", "How heavy the handler thinks it is: 1 light, 2 middling, 3 heavy", required=True, minimum=1, maximum=3),
        Column("status", "code", "What the handler made of it", codes=("hit", "no-hit"), known_by="judged_on"),
        Column("judged_on", "date", "Day on which it was judged"),
    ),
)
