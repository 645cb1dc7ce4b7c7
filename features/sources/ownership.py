"""Ownership: who holds an object, as a keyed hash, and when it changed hands.

References
----------
Kadasterwet art. 48; Basisregistratie Kadaster (BRK).
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="ownership",
    title_nl="Basisregistratie Kadaster (eigendom)",
    title_en="Ownership",
    tier=2,
    provenance="Kadaster; owners are keyed hashes made before delivery.",
    known_on_rule="the day the deed was entered in the register; happened_on is the date of the deed",
    catches="Apartment rights and ground lease hide the user; a housing corporation owns thousands and links nothing.",
    rhythm_days=30,  # delivered by the month
    max_age_days=62,  # two deliveries missed
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("ended", "who owns, owns until the transfer", ended_on="ended_on"),
    columns=(
        Column("owner_key", "key", "Keyed hash of the owner", required=True),
        Column("owner_kind", "code", "Kind of owner", codes=("private", "company", "corporation", "public")),
        Column("price_eur", "number", "Price paid at this transfer, in euro", minimum=0, maximum=1_000_000_000),
        Column("mortgage_lender_kind", "code", "Kind of lender at this transfer", codes=("bank", "other", "none")),
        Column("ended_on", "date", "Day on which this ownership ended", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which the end was entered"),
    ),
)
