"""Addresses: the objects of the address and building register that a score can be about.

``record_id`` is the ``address_id`` itself: one record per address, of which one version is valid on a day.

Building, postcode and neighbourhood are withheld from indicators: they say with whom an address is compared, and as a value they
would score a place for where it lies (DESIGN rule 4). Street and number only say which address it is. The type is withheld because a
berth or a pitch is never a risk (rule 2); it still says which objects are compared.

An object that is split, merged or withdrawn ends, and what comes of it begins with an id of its own. A door (postcode, number, letter,
addition) therefore leads to whichever object the register knows behind it on the day; no column says what became of what.

References
----------
Wet basisregistratie adressen en gebouwen (BAG); Catalogus BAG 2018, adresseerbaar object and pand.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="addresses",
    title_nl="Basisregistratie Adressen en Gebouwen",
    title_en="Address and building register",
    tier=0,
    provenance="The municipality as keeper of the BAG (Wet BAG); protected places from the municipality's own list.",
    known_on_rule="the day the register processed the change (tijdstip registratie); happened_on is the begin of validity",
    catches="Floor area 1 or 999999 means unknown. The stated use lags behind the real use: that is the point of looking.",
    rhythm_days=1,  # changes are taken over every day
    max_age_days=366,  # a year without any change is a broken delivery; a place of a thousand homes goes a quarter without one
    retention_days=3653,  # ten years, and not applied: see the term
    term=Term("never", "the register itself never forgets, and by law; other registers lean on the day since which an object was in it; tier 0"),
    columns=(
        Column("building_id", "id", "Building (pand) that holds the object; where there is none, the object itself", required=True, indicator=False),
        Column("object_type", "code", "Kind of addressable object", required=True, codes=("01", "02", "03"), indicator=False),
        Column(
            "use",
            "code",
            "Registered use (gebruiksdoel), the first where there are several",
            required=True,
            codes=("residential", "hospitality", "retail", "office", "industry", "lodging", "assembly", "care", "other"),
        ),
        Column("floor_area_m2", "number", "Usable floor area in square metres", minimum=2, maximum=99_999),
        Column("built_year", "integer", "Year in which the building was first completed", minimum=1000, maximum=2100),
        Column("postcode", "id", "Postcode of four digits and two letters, or the local equivalent", indicator=False),
        Column("street", "id", "Street as registered", indicator=False),
        Column("house_number", "integer", "House number", minimum=1, maximum=99_999, indicator=False),
        Column("house_letter", "id", "House letter", indicator=False),
        Column("house_number_addition", "id", "Addition to the house number", indicator=False),
        Column("neighbourhood", "id", "Neighbourhood (buurt) code", indicator=False),
        Column("cable_section", "id", "Section of the low-voltage cable that the object is connected to", indicator=False),
        Column("x_m", "number", "East coordinate (metres of the national grid, else degrees), to check links by distance", indicator=False),
        Column("y_m", "number", "North coordinate (metres of the national grid, else degrees), to check links by distance", indicator=False),
        Column(
            "protection",
            "code",
            "Why the place is never listed: none, or the kind of protected place",
            required=True,
            indicator=False,
            codes=("none", "institution", "shelter", "care", "secret", "student-housing", "certified-housing"),
        ),
        Column("ended_on", "date", "Day on which the object was withdrawn from the register", known_by="ended_known_on"),
        Column("ended_known_on", "date", "Day on which the withdrawal was processed"),
    ),
)
