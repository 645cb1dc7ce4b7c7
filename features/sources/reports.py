"""Reports (meldingen): what people told the municipality about an address, before anyone judged it.

This is the system of the citizens' app. The desk enters in the same system what comes by telephone, e-mail or at the counter, so these have one
supplier, one ground and one delivery, and ``channel`` tells them apart. What has a supplier, a purpose or a ground of its own is a source of its
own: ``rental_hotline``, ``register_signals``, ``address_quality_signals``, and ``signals`` for what a handler made of a report.

The text of a report never enters. Where a report gives its address only as text, linkage reads that text
once to find the address, and the text stops there.

References
----------
Gemeentewet art. 160; the channels' own privacy statements.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="reports",
    title_nl="Meldingen",
    title_en="Reports",
    tier=1,
    provenance="The system of the citizens' app, in which the desk enters what comes by telephone, e-mail or at the counter. The rental hotline, "
    "returned mail and register corrections, and national address-quality signals are sources of their own.",
    known_on_rule="the day of receipt; happened_on is the day the channel registered that the report was made",
    catches="Some areas report more at equal truth, some hardly at all; neighbours' quarrels; the same matter reported twice.",
    rhythm_days=1,  # taken from the channels every night
    max_age_days=14,  # a fortnight of silence is a broken delivery
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term("happened", "a report is made once"),
    columns=(
        Column("address_text", "text", "Address as the reporter wrote it; read by linkage, then dropped"),
        Column(
            "channel",
            "code",
            "Channel through which the report came in: the citizens' app, or the desk that entered it",
            required=True,
            codes=("app", "telephone", "email", "counter", "other"),
        ),
        Column(
            "category",
            "code",
            "What the report is about, as the channel sorts it",
            required=True,
            codes=("nuisance", "waste", "housing", "premises", "registration", "other"),
        ),
        Column("closed_on", "date", "Day on which the report was closed", known_by="closed_known_on"),
        Column("closed_known_on", "date", "Day on which the closing was registered"),
    ),
)
