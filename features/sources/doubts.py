"""Doubts: what a row of permits or inspections that cannot be read in full may have meant for a list (DESIGN rule 12).

No register delivers them: the build makes them (`features.doubts`), each known from the day its row was, until a later row of the record could be
read. They leave addresses off a list, and inform no score.

References
----------
GDPR art. 5(1)(d) and 25.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="doubts",
    title_nl="Twijfel over vergunningen en controles",
    title_en="Doubts about permits and inspections",
    tier=1,
    provenance="Schouw itself, from rows of permits and inspections that could not be read in full.",
    known_on_rule="the day the row was known, or that on which the field with the slip was",
    catches="A corrected address keeps the wrong one off as well. Of a row whose address cannot be read nothing is known.",
    use="exclusion",
    rhythm_days=1,  # made at each build
    max_age_days=366,  # registers without slips give none
    retention_days=3653,  # ten years, and not applied: see the term
    term=Term("never", "made anew at each build from rows that are themselves kept no longer than their register"),
    columns=(
        Column(
            "kind",
            "code",
            "What there is doubt about: a visit, a permit of a kind, or one of any kind",
            required=True,
            indicator=False,
            codes=("visit", "any", "conversion", "room-rental", "holiday-rental", "hospitality", "building", "demolition", "environment", "other"),
        ),
        Column("possible_on", "date", "Last day on which the visit may have been", indicator=False),
    ),
)
