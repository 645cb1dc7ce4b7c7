"""The rental hotline: its own reports, in a CSV of its own, with subjects of its own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import chosen

CHANNEL = "Meldpunt wonen"
SUBJECTS = {
    "Overlast": "Intimidatie of overlast",
    "Afval": "Onderhoud",
    "Woonsituatie": "Verhuur zonder vergunning",
    "Bedrijfspand": "Overig",
    "Inschrijving": "Mag niet inschrijven",
    "Overig": "Overig",
}
"""Subjects of the hotline by the category that a report has elsewhere."""
COLUMNS = {
    "Meldnummer": "Nummer",
    "Gemeld op": "Gemeld op",
    "Ontvangen op": "Ontvangen op",
    "Categorie": "Onderwerp",
    "Object": "Object",
    "Adres volgens melder": "Adres volgens melder",
    "Afgehandeld op": "Afgehandeld op",
    "Afhandeling geboekt op": "Afhandeling geboekt op",
    "Vervallen": "Vervallen",
}


def parted(reports: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Give the reports of the other channels, and those of the hotline as it delivers them."""
    apart = pc.equal(reports["Kanaal"], CHANNEL)
    own = reports.filter(apart).select(list(COLUMNS)).rename_columns(list(COLUMNS.values()))
    subject = pc.index_in(own["Onderwerp"], pa.array(SUBJECTS)).combine_chunks()
    said = chosen(list(SUBJECTS.values()), np.asarray(subject).astype(np.int64))
    return reports.filter(pc.invert(apart)), own.set_column(own.schema.get_field_index("Onderwerp"), "Onderwerp", said)
