"""Registers as they usually are, and how they lag."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import CBS_MOVES, USES_IN_ORDER, parameter

CBS_HOUSEHOLDS = "CBS, Huishoudens 2023: 2.1 people on average; the shape is assumed"
VEWIN = "Vewin, Watergebruik thuis 2021: 129 litres a person a day"
KADASTER = "Kadaster, existing homes sold: about 200,000 a year on 8 million homes"
CBS_LANDLORDS = "CBS, Voorraad woningen naar eigendom 2023: about 57 % owner-occupied, 29 % corporation, 14 % other rental"
CBS_SELF_EMPLOYED = "CBS, 2023: about 1.2 million self-employed without staff on 8.1 million homes"
WOZ = "assumed; the Waarderingskamer reports objections against a few per cent of the assessments, part of which succeed"

KVK = "assumed; KvK reports that well over half of all registered businesses are sole traders"
LEGAL_FORMS = "shares of sole traders, partnerships, private and public companies, foundations, associations, cooperatives and other among "


@dataclass(frozen=True, kw_only=True)
class Registers:
    """Registers as they usually are, and how they lag."""

    litres_per_person_day: float = parameter(129.0, "drinking water a person a day in litres", VEWIN)
    thrift_sd: float = parameter(0.18, "spread of lasting differences in water use, standard deviation of the logarithm")
    period_sd: float = parameter(0.12, "spread of water use from period to period, standard deviation of the logarithm")
    water_estimated_share: float = parameter(0.15, "share of readings that are an estimate")
    water_self_share: float = parameter(0.55, "share of readings that the user sent, rounded to whole cubic metres")
    shared_meter_share: float = parameter(0.15, "share of the buildings with several homes on one meter")
    reading_days_sd: float = parameter(12.0, "spread of the day of the yearly reading, standard deviation in days")
    water_delivery_days: tuple[int, float] = parameter((1, 25.0), "from a reading to its delivery, in days: at least, and on average on top of that")
    premises_litres_per_m2: tuple[float, ...] = parameter(
        (0, 2.5, 2.0, 0.35, 0.30, 0.20, 0.25, 0.5, 1.5), "litres a day per square metre of premises: " + USES_IN_ORDER
    )
    unregistered_share: float = parameter(0.05, "share of the people present who are not registered, at an ordinary home")
    unregistered_crowded: float = parameter(0.12, "and how much more, at most, where it is crowded")
    most_others: int = parameter(4, "people besides one in a home at most, before crowding; the likelier the larger the home", CBS_HOUSEHOLDS)
    stays_per_year: float = parameter(0.09, "registered short stays a year, at an average home")
    stay_days: float = parameter(260.0, "mean length of a short stay")
    stay_of_two_share: float = parameter(0.2, "share of the short stays that are of two people")
    lingering_per_year: float = parameter(0.07, "households a year that register and stay on paper, at an average home")
    lingering_days: float = parameter(700.0, "mean time that they do")
    moved_within_share: float = parameter(0.4, "share of the newcomers that come from another address in town", CBS_MOVES)
    investigated_share: float = parameter(0.015, "share of the registrations that the register investigates, at an average home")
    departure_unreported_share: float = parameter(0.08, "share of departures that the register never hears of")
    registration_lag_days: float = parameter(12.0, "mean days between a move and its entry")
    sole_trader_share: float = parameter(0.12, "share of the homes with a registered branch", CBS_SELF_EMPLOYED)
    legal_forms_home: tuple[float, ...] = parameter((0.84, 0.05, 0.09, 0.0, 0.01, 0.01, 0.0, 0.0), LEGAL_FORMS + "branches at a home", KVK)
    legal_forms_premises: tuple[float, ...] = parameter((0.30, 0.14, 0.46, 0.01, 0.04, 0.02, 0.01, 0.02), LEGAL_FORMS + "branches at premises", KVK)
    operators_per_year: float = parameter(0.10, "changes of operator a year, at average premises")
    extra_branches: float = parameter(0.25, "further branches at a time, at average premises")
    chain_share: float = parameter(0.10, "share of the branches at premises that are of a business with several, each of one kind of premises")
    chains_per_address: float = parameter(0.006, "businesses with several branches, for each address in town and kind of premises")
    chain_skew: float = parameter(2.0, "how unequal they are: 1 for chains of one size, above it a few large ones and many small ones")
    few_directors_odds: float = parameter(-2.6, "log-odds that a director is one of few behind many branches, at average premises")
    directors_per_address: float = parameter(0.01, "directors behind many branches, for each address in town")
    same_director_share: float = parameter(0.5, "share of the other directors that run all branches of one occupancy, not this one only")
    branch_lag_days: float = parameter(9.0, "mean days between the start of a branch and its entry")
    branch_stop_lag_days: float = parameter(54.0, "mean days between the end of a branch and its entry")
    branch_years: float = parameter(2.5, "mean time that a further branch stays, in years")
    branch_lingers_share: float = parameter(0.25, "share of the stopped branches that stay in the register")
    sale_at_start: float = parameter(0.25, "chance that an object is sold when other occupants come; doubles in two standard deviations of holding")
    transfers_per_year: float = parameter(0.03, "chance a year that an object changes hands", KADASTER)
    corporation_share: float = parameter(0.28, "share of the homes owned by a housing corporation", CBS_LANDLORDS)
    investor_share: float = parameter(0.13, "share of the objects owned by someone with several", CBS_LANDLORDS)
    addresses_per_investor: float = parameter(9.0, "objects of such an owner, on average")
    corporations: int = parameter(5, "housing corporations in town")
    company_share: float = parameter(0.04, "share of the other owners that are companies")
    price_unknown_share: float = parameter(0.25, "share of the sales without a price in the register")
    deed_entry_days: tuple[int, float] = parameter((1, 6.0), "from a deed to its entry, in days: at least, and on average on top of that")
    value_eur_per_m2: float = parameter(3100.0, "assessed value per square metre in the first year", "CBS, Gemiddelde WOZ-waarde 2020: 270,000 euro")
    value_growth_per_year: float = parameter(0.07, "yearly growth of the values", "CBS, WOZ 2020-2024: 270,000 to 379,000 euro")
    value_sd: float = parameter(0.15, "spread of the values of objects alike, standard deviation of the logarithm")
    value_year_sd: float = parameter(0.03, "spread of a value from year to year, standard deviation of the logarithm")
    value_sent_days: tuple[int, int] = parameter((40, 70), "days of the year on which values are sent: from, and up to")
    value_objection_share: float = parameter(0.02, "share of the values lowered on objection, one to two years later", WOZ)
    value_objection_days: tuple[int, int] = parameter((300, 700), "days of the tax year after which they are lowered: from, and up to")
    value_lowered: tuple[float, float] = parameter((0.80, 0.97), "to which part of the value: from, and up to")
    building_permits_per_year: float = parameter(0.018, "applications for building and the like, a year and object")
    granted_share: float = parameter(0.88, "share of those that is granted")
    building_permit_kinds: tuple[float, ...] = parameter(
        (0, 0, 0.06, 0, 0.62, 0.08, 0.10, 0.14),
        "shares of their kinds: room rental, conversion, holiday rental, hospitality, building, demolition, environment, other",
    )
    permit_decision_days: tuple[int, float] = parameter(
        (7, 70.0), "from an application to its decision, in days: at least, and on average on top of that"
    )
    permit_valid_days: int = parameter(1826, "how long a permit for holiday rental is valid")
    permit_withdrawn_share: float = parameter(0.03, "share of the granted permits, other than for rooms, that is withdrawn later")
    permit_withdrawn_days: tuple[int, float] = parameter(
        (60, 500.0), "from a decision to that withdrawal, in days: at least, and on average on top of that"
    )
    conversion_share: float = parameter(0.3, "share of the applications for rooms that are for conversion of a home")
    hospitality_permit_share: float = parameter(0.85, "share of hospitality operators with a permit in the register, at average premises")
    hospitality_asks_days: tuple[int, int] = parameter((-60, 200), "days from their start to the application: from, and up to")
    permit_on_paper_share: float = parameter(0.5, "share of the permitted student houses whose permit is old and only on paper")
    permit_asks_days: tuple[int, int] = parameter((-200, 60), "days from the start of a student house to its application: from, and up to")
    permit_refused_share: float = parameter(0.08, "share of the unpermitted room rentals that asked for a permit and were refused")
    refused_asks_days: tuple[int, int] = parameter((60, 900), "days from the start of the rental to that application: from, and up to")
    rooms_decision_days: tuple[int, int] = parameter((30, 240), "days from an application for rooms to its decision: from, and up to")

    student_listed_share: float = parameter(0.15, "share of the permitted student houses on the municipality's list of protected places")
