"""Energy by postcode, and what a cable section loses."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import USES_IN_ORDER, parameter

CBS_ENERGY = "assumed, in the order of CBS, Energieverbruik particuliere woningen 2022: about 2,500 kWh and 1,000 cubic metres of gas a home"
CBS_SOLAR = "assumed; CBS, Zonnestroom: well over a quarter of the homes had panels in 2023, and few ten years before"
PUBLISHED = "assumed; the open data of the Dutch grid operators join postcodes until they hold ten connections; here such a postcode is left empty"


@dataclass(frozen=True, kw_only=True)
class Energy:
    """Energy by postcode, and what a cable section loses."""

    home_kwh_year: float = parameter(800.0, "electricity of a home a year, whoever is in, in kWh", CBS_ENERGY)
    person_kwh_year: float = parameter(800.0, "and for each person in it", CBS_ENERGY)
    absence_energy: float = parameter(-0.50, "electricity of a home, by absence (change of the logarithm per standard deviation)")
    premises_kwh_per_m2: tuple[float, ...] = parameter(
        (0, 220, 120, 150, 80, 60, 50, 70, 90), "electricity of premises a year per square metre, in kWh: " + USES_IN_ORDER
    )
    odd_energy: float = parameter(0.30, "electricity of premises that is metered, by odd use")
    quiet_energy: float = parameter(-0.40, "the same, by quiet")
    gas_per_m2: float = parameter(9.0, "gas a year per square metre, in cubic metres", CBS_ENERGY)
    energy_sd: float = parameter(0.35, "spread of lasting differences in energy use, standard deviation of the logarithm")
    energy_year_sd: float = parameter(0.05, "spread of the figure of a postcode from year to year, standard deviation of the logarithm")
    heat_network_share: float = parameter(0.08, "share of the postcodes on a heat network")
    heat_network_gas: float = parameter(0.15, "share of the addresses there that have gas all the same")
    gas_share: float = parameter(0.92, "share of the addresses elsewhere that have gas")
    feed_in_share: float = parameter(0.14, "share of the connections that feed in, in the first year", CBS_SOLAR)
    feed_in_growth: float = parameter(0.05, "how much larger it is each next year", CBS_SOLAR)
    fewest_connections: int = parameter(10, "connections below which a figure of an area is not given", PUBLISHED)
    energy_published_days: int = parameter(90, "days from the end of a year to the publication of its figures")
    addresses_per_cable_section: int = parameter(40, "addresses on one section of the low-voltage cable")
    cable_loss: tuple[float, float] = parameter((0.045, 0.012), "part of the energy that a section loses by itself: mean and spread between sections")
    cable_month_sd: float = parameter(0.012, "spread of that part from month to month")
    unmetered_kwh_day: float = parameter(1.2, "energy that passes by the meter at average premises, in kWh a day")
    odd_unmetered: float = parameter(1.10, "that energy, by odd use")
    quiet_unmetered: float = parameter(0.20, "that energy, by quiet")
    grid_delivery_days: tuple[int, float] = parameter((15, 12.0), "from the end of a month to its figures, in days: at least, and on average on top")
    connections_delivered_share: float = parameter(
        0.0, "share of the connections of which the grid operator delivers what each uses: none, for no municipality may read it as a rule"
    )
    connection_estimated_share: float = parameter(0.12, "share of those figures that are estimated, from the year before")
