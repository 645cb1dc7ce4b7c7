"""Permits on the object: what use was asked for and allowed. Grounds of a refusal never enter.

References
----------
Huisvestingswet 2014 art. 21 (conversion, house sharing) and 23a-23c (holiday rental); Alcoholwet art. 3; Omgevingswet.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="permits",
    title_nl="Vergunningen",
    title_en="Permits",
    tier=0,
    provenance="The municipality's case system, permits on the object only.",
    known_on_rule="the day the application was registered; the decision has its own decision_known_on",
    catches="Old permits on paper are missing. A permit may be granted years after the use began.",
    rhythm_days=1,  # taken over every night from the case system
    max_age_days=92,  # a quarter without an application is a broken delivery; a place of a thousand homes goes a month without one
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term(
        "ended",
        "a permit holds until its last day; one that was refused or withdrawn holds no more",
        ended_on="valid_until_on",
        ended_where=("decision", ("refused", "withdrawn"), "decision_known_on"),
    ),
    columns=(
        Column(
            "kind",
            "code",
            "What the permit is for",
            required=True,
            codes=("conversion", "room-rental", "holiday-rental", "hospitality", "building", "demolition", "environment", "other"),
        ),
        Column("decision", "code", "What was decided", codes=("granted", "refused", "withdrawn"), known_by="decision_known_on"),
        Column("decision_known_on", "date", "Day on which the decision was sent"),
        Column("valid_until_on", "date", "Last day on which a granted permit is valid", known_by="decision_known_on"),
    ),
)
