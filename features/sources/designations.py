"""Designations: the numbers on the doors (nummeraanduidingen), each with the object that it leads to.

``record_id`` is the designation's own id (16 digits, type 20). An object has one main designation and any number of secondary ones: a corner
house with an entrance in two streets, a flat above a shop. Suppliers that deliver such an id in the place of an ``address_id`` mean the object
behind it on the day that their row speaks of.

A number that was withdrawn may be given to another object later, under an id of its own; an id may pass to another object when objects are
split or merged. Each is a version with its own days, so both are asked by date.

No indicator reads this source: it says which address a row is about, and nothing about the address. A municipality may leave it out; then
only main addresses are found, and a row with such an id is set aside.

References
----------
Wet basisregistratie adressen en gebouwen (BAG); Catalogus BAG 2018, nummeraanduiding, hoofdadres and nevenadres.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="designations",
    title_nl="Nummeraanduidingen (BAG)",
    title_en="Designations of the address register",
    tier=0,
    provenance="The municipality as keeper of the BAG (Wet BAG).",
    known_on_rule="the day the register processed the change (tijdstip registratie); happened_on is the begin of validity",
    catches="Secondary designations are often missing. Suppliers go on using an id for weeks after it was withdrawn.",
    use="linkage",
    rhythm_days=1,  # changes are taken over every day, as those of the objects
    max_age_days=366,  # a year without any change is a broken delivery, as of the objects that they lead to
    retention_days=3653,  # ten years, and not applied: see the term
    term=Term("never", "as the objects that they lead to: a row of long ago must still find its object; tier 0"),
    columns=(
        Column(
            "kind",
            "code",
            "Whether it is the main designation of the object or a further one",
            required=True,
            codes=("main", "secondary"),
            indicator=False,
        ),
        Column("postcode", "id", "Postcode of four digits and two letters", indicator=False),
        Column("street", "id", "Street (openbare ruimte) as registered", required=True, indicator=False),
        Column("house_number", "integer", "House number", required=True, minimum=1, maximum=99_999, indicator=False),
        Column("house_letter", "id", "House letter", indicator=False),
        Column("house_number_addition", "id", "Addition to the house number", indicator=False),
        Column("ended_on", "date", "Day on which the designation was withdrawn", known_by="ended_known_on", indicator=False),
        Column("ended_known_on", "date", "Day on which the withdrawal was processed", indicator=False),
    ),
)
