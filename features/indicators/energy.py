"""Energy: the energy label of the object, and its own residents and water against what its surroundings use.

What the grid operator publishes is about a postcode and never an indicator by itself. The losses of a cable section have no figure of
the address that they could honestly be compared with, so no indicator reads them, and no theme that ships lists them (docs/decisions.md).
"""

from __future__ import annotations

from features.about import About
from features.areas import AreaEvents
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

THOUSAND = 1000
LABEL = About(
    lawful="EP-Online is an open register of the state about objects; it holds nothing about who lives there.",
    proxy="A poor label goes with cheap rented homes, and so with a low income. The audit compares scores by level of neighbourhood income "
    "alone: renting, and income within a neighbourhood, are not measured. No direction is set.",
    quality="Only where a home was sold or let anew; older labels rest on a questionnaire, so a class may be off by some places either way.",
    relation="Assumed: poorly kept homes are let more carelessly; most homes with a poor label are only old, and most labels lapse unnoticed.",
    idea="assumed: the register is open and is about the object, which is why it was tried",
)
LABELS_MADE = About(
    lawful="EP-Online is an open register of the state about objects; of each label only the day of the survey is read, and nothing of who "
    "asked for it.",
    proxy="A label is made at a sale or a new tenancy, so it stands in for people who move, and for owners who can renovate. The audit "
    "compares scores by level of neighbourhood income alone: movers and owners are not measured. No direction is set.",
    quality="A sale or tenancy without a label is not seen, and a label that was made again after works counts twice. Errs towards too few.",
    relation="Assumed: more labels may tell of a home that changes hands or is let anew often; insulation, solar panels and a label that "
    "lapsed after ten years give one too.",
    idea="assumed: a survey leaves a dated trace of a sale or a tenancy that no other open register has",
)
SURVEYED = About(
    lawful="EP-Online and the register of addresses and buildings are open registers about objects; areas alone are read, nothing of who "
    "lives there.",
    proxy="It says that two registers differ, and nothing of who lives there; it is known only where a home was sold or let anew. The "
    "audit compares scores by level of neighbourhood income alone: movers are not measured. No direction is set.",
    quality="The surveyor measures the area by other rules than the register, so a difference of some square metres is ordinary; one label "
    "may be for a whole building. Errs either way.",
    relation="Assumed: an area far above the registered one may be an extension or a home that was joined, one far below it a home that was "
    "divided; a difference in measuring, or a register that lags behind, explains most.",
    idea="assumed: the surveyor is one of the few who measures a home after it was built",
)
AREA = About(
    lawful="Open data of the grid operators, averages over ten connections or more; beside it counts that the theme lists with their own ground.",
    proxy="The use of a postcode goes with income and kind of home; only the address relative to it counts, never the level by itself.",
    quality="A year old when published; panels that feed in make the use of a postcode look small, which makes the address look large.",
    relation="Assumed: more residents or water than the surroundings use energy for may be more people than usual; large households do the same.",
    idea="assumed: an address that does not fit what its surroundings use",
)


@indicator(
    about=LABEL,
    nl="De energieklasse is nummer {value} van 12 (1 is de zuinigste, 12 is G)",
    en="The energy class is number {value} of 12 (1 is the thriftiest, 12 is G)",
    unit="place",
    nl_high="De energieklasse is nummer {value} van 12 (12 is G). Dat is minder zuinig dan de meeste gecontroleerde adressen",
    en_high="The energy class is number {value} of 12 (12 is G). That is less thrifty than most inspected addresses",
    nl_low="De energieklasse is nummer {value} van 12 (12 is G). Dat is zuiniger dan de meeste gecontroleerde adressen",
    en_low="The energy class is number {value} of 12 (12 is G). That is thriftier than most inspected addresses",
    nl_missing="Er is geen energielabel bekend",
    en_missing="No energy label is known",
)
def energy_label_class(energy_labels: Events) -> Column:
    """Place of the newest energy label among the classes, from 1 (A+++++) to 12 (G)."""
    return energy_labels.latest("label").place_in(energy_labels.source.column("label").codes)


@indicator(
    about=LABEL,
    nl="Aantal dagen dat het energielabel nog geldt (onder nul is het verlopen): {value}",
    en="Number of days that the energy label is still valid (below zero it has lapsed): {value}",
    unit="days",
    nl_zero="Het energielabel geldt tot en met de peildatum",
    en_zero="The energy label is valid up to and including the reference day",
    nl_missing="Er is geen energielabel met een einddatum bekend",
    en_missing="No energy label with an end is known",
)
def energy_label_days_left(energy_labels: Events) -> Column:
    """Days until the newest energy label lapses; below 0 where it has lapsed."""
    return energy_labels.latest("valid_until_on").days_ahead()


@indicator(
    about=LABELS_MADE,
    nl="Aantal energielabels dat in de afgelopen 5 jaar is gemaakt: {value}",
    en="Number of energy labels made in the past 5 years: {value}",
    unit="labels",
    nl_zero="In de afgelopen 5 jaar is geen energielabel gemaakt",
    en_zero="No energy label was made in the past 5 years",
)
def energy_labels_5y(energy_labels: Events) -> Column:
    """Energy labels surveyed in five years: each goes with a sale or a new tenancy."""
    return energy_labels.within(days=1825).count()


@indicator(
    about=SURVEYED,
    nl="Het oppervlak op het energielabel is {value} keer dat in het adresregister",
    en="The floor area on the energy label against that in the address register, as a ratio: {value}",
    unit="ratio",
    nl_missing="Het oppervlak op een energielabel kan niet met het adresregister worden vergeleken",
    en_missing="The floor area on an energy label cannot be compared with the address register",
)
def surveyed_area_vs_registered(floor_area_m2: Column, energy_labels: Events) -> Column:
    """Floor area that the surveyor of the newest label measured, relative to the registered one."""
    return energy_labels.latest("surveyed_area_m2") / floor_area_m2


@indicator(
    about=AREA,
    nl="Aantal bewoners per 1.000 kWh die een aansluiting met deze postcode gemiddeld in een jaar gebruikt: {value}",
    en="Number of residents per 1,000 kWh that a connection with this postcode uses on average in a year: {value}",
    unit="residents per 1000 kWh",
    nl_missing="Het aantal bewoners kan niet met het stroomverbruik van de postcode worden vergeleken",
    en_missing="The number of residents cannot be compared with the electricity use of the postcode",
)
def residents_per_area_electricity(residents_now: Column, energy: AreaEvents) -> Column:
    """Registered residents against the average electricity use of a connection under the postcode, in thousands of kWh a year."""
    return residents_now * THOUSAND / energy.latest("average_kwh")


@indicator(
    about=AREA,
    nl="Aantal bewoners per 1.000 m3 gas die een aansluiting met deze postcode gemiddeld in een jaar gebruikt: {value}",
    en="Number of residents per 1,000 m3 of gas that a connection with this postcode uses on average in a year: {value}",
    unit="residents per 1000 m3",
    nl_missing="Het aantal bewoners kan niet met het gasverbruik van de postcode worden vergeleken",
    en_missing="The number of residents cannot be compared with the gas use of the postcode",
)
def residents_per_area_gas(residents_now: Column, energy: AreaEvents) -> Column:
    """Registered residents against the average gas use of a connection under the postcode, in thousands of cubic metres a year."""
    return residents_now * THOUSAND / energy.latest("average_gas_m3")


@indicator(
    about=AREA,
    nl="Het waterverbruik in liter per dag is {value} per 1.000 kWh stroom van een gemiddelde aansluiting met deze postcode",
    en="Water use in litres a day is {value} per 1,000 kWh of electricity of an average connection with this postcode",
    unit="litres per day per 1000 kWh",
    nl_low="Het waterverbruik in liter per dag is {value} per 1.000 kWh stroom van een gemiddelde aansluiting met deze postcode. Dat is weinig; "
    "vaak komt dat door zuinig leven of veel weg zijn",
    en_low="Water use in litres a day is {value} per 1,000 kWh of electricity of an average connection with this postcode. That is little; "
    "often the reason is thrift or being away a lot",
    nl_missing="Het waterverbruik kan niet met het stroomverbruik van de postcode worden vergeleken",
    en_missing="Water use cannot be compared with the electricity use of the postcode",
)
def water_per_area_electricity(water_per_day: Column, energy: AreaEvents) -> Column:
    """Litres of water a day at the address against the average electricity use of a connection under the postcode."""
    return water_per_day * THOUSAND / energy.latest("average_kwh")
