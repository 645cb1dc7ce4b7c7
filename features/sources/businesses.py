"""Businesses: branches registered at an address.

The activity is withheld from indicators: a business sector stands in for origin (DESIGN rule 2). Only its broad kind may be read.

References
----------
Handelsregisterwet 2007; KvK, Handelsregister Dataservice. Elsewhere: business licences.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="businesses",
    title_nl="Handelsregister",
    title_en="Business register",
    tier=1,
    provenance="The Chamber of Commerce (Handelsregisterwet), or the licence register of a city.",
    known_on_rule="the day the register published the entry; happened_on is the start of the branch",
    catches="Branches are left standing after closing; a business centre holds hundreds; a sole trader is a person, so keys are tier 2.",
    rhythm_days=7,  # delivered by the week
    max_age_days=45,  # six weeks without an entry is a broken delivery
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("ended", "a branch lasts until it stops", ended_on="ended_on"),
    columns=(
        Column("address_text", "text", "Address as the register spells it, where it has no id; read by linkage, then dropped"),
        Column("business_key", "key", "Keyed hash of the business that runs the branch", required=True),
        Column("director_key", "key", "Keyed hash of the registered owner or director"),
        Column("activity", "code", "Main activity: section letter and group of the SBI, or a licence code", indicator=False),
        Column(
            "branch",
            "code",
            "Broad kind of branch",
            codes=("hospitality", "retail", "lodging", "storage", "services", "employment-agency", "other"),
        ),
        Column(
            "legal_form",
            "code",
            "Legal form of the business that runs the branch; a foreign one is other",
            codes=(
                "sole-trader",
                "partnership",
                "private-company",
                "public-company",
                "foundation",
                "association",
                "cooperative",
                "other",
            ),
        ),
        Column("ended_on", "date", "Day on which the branch stopped", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which the stop was published"),
        Column("serves_alcohol", "boolean", "Licensed to serve or sell alcohol"),
        Column("sells_tobacco", "boolean", "Licensed to sell tobacco"),
    ),
)
