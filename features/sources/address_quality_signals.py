"""Address quality signals: addresses that the national address-quality programme asks the municipality to look at.

They are anonymous to the municipality: which body or profile a signal comes from is not told, so no column can hold it. They serve the
correctness of registrations and nothing else: a theme with another purpose that lists them is refused.

References
----------
Wet basisregistratie personen, Landelijke Aanpak Adreskwaliteit (LAA); RvIG, Handreiking Adresonderzoek LAA.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="address_quality_signals",
    title_nl="Signalen adreskwaliteit (LAA)",
    title_en="National address-quality signals",
    tier=1,
    provenance="The national programme for address quality (RvIG), anonymous to the municipality; for the correctness of registrations only.",
    known_on_rule="the day of receipt; happened_on is the day of the round; the answer has its own result_known_on",
    catches="Profiles choose who is looked at: a signal says that a profile fitted, not that a registration is wrong; profiles change unannounced.",
    rhythm_days=91,  # some rounds a year
    max_age_days=200,  # two rounds missed
    retention_days=4017,  # six years of training, and the five that an indicator looks back from the first of them; assumed
    term=Term("happened", "a signal is of the day of its round"),
    only_for=("supervise-registration",),
    columns=(
        Column("result", "code", "What the municipality answered", codes=("adjusted", "correct", "undetermined"), known_by="result_known_on"),
        Column("result_known_on", "date", "Day on which it answered"),
    ),
)
