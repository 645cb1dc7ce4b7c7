"""Inspections (controles) and the four parts of their outcome, one row per inspection and theme examined.

Each part of an outcome became known on its own day. ``happened_on`` and ``known_on`` are the day on which
the inspection was decided: everything the decision rested on was known before it.

References
----------
Algemene wet bestuursrecht, titel 5.2 (supervision), chapters 6 and 7 (objection); Algemene wet op het binnentreden.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="inspections",
    title_nl="Eerdere controles",
    title_en="Past inspections",
    tier=1,
    provenance="The municipality's enforcement system, and outcomes sent back to Schouw itself.",
    known_on_rule="the day of the decision; course, finding, measure and standing each have their own date",
    catches="Only inspected addresses have a finding; teams differ in strictness; findings fall on objection.",
    rhythm_days=1,  # entered every working day
    max_age_days=31,  # a month without an inspection is a broken delivery
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term("happened", "an inspection is decided on one day; what came of it goes with it"),
    columns=(
        Column("address_text", "text", "Address as the register spells it, where it has no id; read by linkage, then dropped"),
        Column("inspection_id", "id", "Number of the inspection", required=True, indicator=False),
        Column("case_id", "id", "Case to which the inspection belongs; a second visit has the same case", required=True, indicator=False),
        Column("theme", "code", "Theme that was examined", required=True),
        Column(
            "trigger", "code", "Why the address was visited", required=True, codes=("report", "list", "random", "routine", "other"), indicator=False
        ),
        Column("frame", "id", "Frame of the worklist on which the address was listed or drawn; none after a report", indicator=False),
        Column(
            "propensity",
            "number",
            "Chance with which the address was listed in its frame: 1 where its score listed it, m / (M - N) where it was drawn from the rest",
            minimum=0,
            maximum=1,
            indicator=False,
        ),
        Column("frame_size", "integer", "M: addresses in the frame", minimum=1, indicator=False),
        Column("frame_listed", "integer", "N: addresses of the frame that were listed for their score", minimum=0, indicator=False),
        Column("frame_drawn", "integer", "m: addresses drawn by lot from the rest of the frame", minimum=0, indicator=False),
        Column("team", "code", "Team that inspected; never an indicator (DESIGN rule 6)", indicator=False),
        Column("visited_on", "date", "Day of the visit", known_by="course_known_on"),
        Column(
            "course",
            "code",
            "How the visit went",
            codes=("not-carried-out", "desk-only", "nobody-home", "entry-refused", "inspected"),
            known_by="course_known_on",
        ),
        Column("course_known_on", "date", "Day on which the course was entered"),
        Column("finding", "code", "What was found: none, a finding code of the theme, other-violation or care-signal", known_by="finding_known_on"),
        Column("violations", "integer", "Number of violations recorded", minimum=0, maximum=999, known_by="finding_known_on"),
        Column("severe_violations", "integer", "Number of violations of the gravest class", minimum=0, maximum=999, known_by="finding_known_on"),
        Column("finding_known_on", "date", "Day on which the finding was entered"),
        Column(
            "measure",
            "code",
            "What the municipality did",
            codes=("none", "warning", "penalty-order", "fine", "closure", "permit-withdrawn"),
            known_by="measure_known_on",
        ),
        Column("measure_known_on", "date", "Day on which the measure was entered"),
        Column("standing", "code", "Where the finding stands in law", codes=("first-decision", "upheld", "revoked"), known_by="standing_known_on"),
        Column("standing_known_on", "date", "Day on which the standing was entered"),
    ),
)
