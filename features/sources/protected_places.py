"""Protected places: the municipality's own list of the places that are never listed (DESIGN rule 12).

It is kept by hand, and a slip of the hand must not let a place be listed. So it stands apart from the address register, and is read otherwise
than any register (`features.placing`): an ``address_id`` may be written with a quote or a space, without its leading zero, as the id of a door,
or as two ids in one cell. A row of which no object can be found stops the build. A kind that nobody knows protects all the same, and without a
likely day a place has always been protected.

``record_id`` may be the id as it is written: it becomes the ``address_id``, one record per place. A row of the kind ``none`` says that someone
looked and found no protected place: from its day on it takes the place of what the list said before, or of what followed from a split.

No theme lists this source and no indicator reads it: it serves no purpose but to leave places off.

References
----------
GDPR art. 5(1)(d) and 25; Wet basisregistratie personen art. 2.59 (secret addresses).
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="protected_places",
    title_nl="Lijst van beschermde plekken",
    title_en="List of protected places",
    tier=1,
    provenance="The municipality's own list, kept by hand.",
    known_on_rule="the day since which the place is on the list, or that on which the row was received where that is later",
    catches="Ids are typed over: quotes, spaces, lost zeros, ids of doors. Nobody takes a new id over when an object is split or numbered anew.",
    use="exclusion",
    rhythm_days=31,  # gone through every month; assumed
    max_age_days=366,  # a year without a change is a list that nobody goes through; it still protects as it stands
    retention_days=3653,  # ten years, and not applied: see the term
    term=Term("never", "a place stays protected until someone says otherwise; what was forgotten would be listed"),
    columns=(
        Column(
            "kind",
            "code",
            "Why the place is never listed; none where someone looked and found no reason",
            required=True,
            indicator=False,
            codes=("none", "institution", "shelter", "care", "secret", "student-housing", "certified-housing"),
        ),
    ),
)
