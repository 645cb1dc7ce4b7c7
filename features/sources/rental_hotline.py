"""Rental hotline: reports to the municipality's hotline for undesired letting, as its own source and with its own subjects.

Who reported never enters: a tenant may report without a name. The text of a report is read by linkage alone, to find the address.

References
----------
Wet goed verhuurderschap art. 4: every municipality has a hotline at which undesired letting can be reported, since 1 January 2024.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="rental_hotline",
    title_nl="Meldpunt goed verhuurderschap",
    title_en="Rental hotline",
    tier=1,
    provenance="The municipality's hotline under the Wet goed verhuurderschap art. 4, for the letting of homes.",
    known_on_rule="the day of receipt; happened_on is the day the hotline registered that the report was made",
    catches="Tenants who fear for their home do not report; a quarrel about money is reported as something else; there is none before it opened.",
    rhythm_days=1,  # taken from the hotline's own system every night
    max_age_days=31,  # few report here, so a fortnight of silence is common; a month is a broken delivery
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term("happened", "a report is made once"),
    columns=(
        Column("address_text", "text", "Address as the reporter wrote it; read by linkage, then dropped"),
        Column(
            "subject",
            "code",
            "What the report is about, as the hotline sorts it",
            required=True,
            codes=("letting-unpermitted", "registration-barred", "upkeep", "pressure", "other"),
        ),
        Column("closed_on", "date", "Day on which the report was closed", known_by="closed_known_on"),
        Column("closed_known_on", "date", "Day on which the closing was registered"),
    ),
)
