"""Registrations: how many people are registered at an address, per keyed household.

References
----------
Wet basisregistratie personen (BRP), art. 2.4 and 2.20. Keys are made at the register's owner; Schouw never holds its key.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="registrations",
    title_nl="Basisregistratie Personen (aantallen)",
    title_en="Registrations (counts)",
    tier=1,
    provenance="The municipality as keeper of the BRP; counts and a keyed hash per household, nothing about its members.",
    known_on_rule="the day the register processed the move; happened_on is the date of the move itself",
    catches="Departures are reported late or never; a move abroad may be entered months afterwards.",
    rhythm_days=1,  # moves are taken over every day
    max_age_days=31,  # a month without a move is a broken delivery
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("ended", "a household is registered until it leaves", ended_on="ended_on"),
    columns=(
        Column("household_key", "key", "Keyed hash of the household that registered", required=True),
        Column("residents", "integer", "Number of people registered in this record", required=True, minimum=1, maximum=99),
        Column("ended_on", "date", "Day on which the registration ended", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which the end was processed"),
        Column("under_investigation", "boolean", "The register is investigating whether the registration is right"),
    ),
)
