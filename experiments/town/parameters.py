"""Every number the synthetic town rests on, each with what it means and where it comes from.

``docs/town.md`` holds the same table; a test compares the two. A figure without a public source says "assumed".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

ASSUMED = "assumed"
CBS_HOUSEHOLDS = "CBS, Huishoudens 2023: 2.1 people on average; the shape is assumed"
CBS_MOVES = "CBS, Verhuisde personen: about one in ten people moves in a year"
VEWIN = "Vewin, Watergebruik thuis 2021: 129 litres a person a day"
KADASTER = "Kadaster, existing homes sold: about 200,000 a year on 8 million homes"
CBS_LANDLORDS = "CBS, Voorraad woningen naar eigendom 2023: about 57 % owner-occupied, 29 % corporation, 14 % other rental"
CBS_SELF_EMPLOYED = "CBS, 2023: about 1.2 million self-employed without staff on 8.1 million homes"
WOZ = "assumed; the Waarderingskamer reports objections against a few per cent of the assessments, part of which succeed"
STOCK = (
    "CBS, Voorraad woningen en niet-woningen 2023: 8.1 million homes, 1.2 million other objects; more premises here, so that their cohort is not tiny"
)
USES_IN_ORDER = "residential, hospitality, lodging, retail, office, industry, other, assembly, care"
USES_OF = f"shares of the uses ({USES_IN_ORDER}) of "
KINDS_OF = "shares of nuisance, waste, housing, premises, registration and other among the reports about "


def parameter(value: Any, meaning: str, source: str = ASSUMED) -> Any:
    """Declare one number with what it means and its public source."""
    return field(default=value, metadata={"meaning": meaning, "source": source})


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a town, over how many years; what the command line sets."""

    addresses: int = 20_000
    years: int = 6
    seed: int = 1
    inspections_per_year: int = 200
    chunk: int = 50_000
    today_on: date = date(2025, 12, 31)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.addresses // self.chunk)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How the town lives, how its registers lag behind, and how its past inspections were biased."""

    # The place
    home_share: float = parameter(0.80, "share of the objects that are homes", STOCK)
    boat_share: float = parameter(0.004, "share of the homes that are a house boat or a caravan")
    flat_share: float = parameter(
        0.45, "share of the homes in a building with several homes", "CBS, Woningvoorraad 2023: 36 % flats in the country, more in towns: assumed"
    )
    mean_neighbourhood: int = parameter(800, "addresses in a neighbourhood, on average")
    addresses_per_postcode: int = parameter(20, "addresses under one postcode", "PostNL: about 460,000 postcodes for 9.3 million objects")
    mean_home_m2: float = parameter(
        105.0, "usable floor area of a home, median in square metres", "CBS, Woningvoorraad 2023: 120 on average; the median is assumed"
    )
    protected_share: float = parameter(0.012, "share of the homes that is a protected place, all kinds together")
    listed_from_start_share: float = parameter(0.8, "share of the protected places that were on the list before the first year")
    industrial_share: float = parameter(0.08, "share of the neighbourhoods that are industrial")
    industrial_premises: float = parameter(0.70, "share of the objects there that are premises")
    flat_homes: int = parameter(16, "homes in a building of flats, on average")
    premises_units: float = parameter(1.5, "units in a business building, on average")
    premises_uses: tuple[float, ...] = parameter((0, 0.13, 0.03, 0.27, 0.22, 0.25, 0.06, 0.02, 0.02), USES_OF + "premises elsewhere")
    industrial_uses: tuple[float, ...] = parameter((0, 0.04, 0, 0.10, 0.20, 0.60, 0.06, 0, 0), USES_OF + "premises in an industrial neighbourhood")
    low_income_beta: tuple[float, float] = parameter(
        (4, 26), "low incomes by neighbourhood, before the next two: the beta distribution of their share"
    )
    migration_beta: tuple[float, float] = parameter((4, 16), "the same for migration backgrounds")
    rental_beta: tuple[float, float] = parameter((8, 12), "the same for rented homes")
    over_reported_more: tuple[float, ...] = parameter((0.12, 0.15, 0.20), "how much larger those three shares are where more is reported")
    closed_more: tuple[float, ...] = parameter((0.05, 0.35, 0.0), "how much larger they are in a closed community")
    price_sd: float = parameter(0.12, "spread of property values between neighbourhoods, standard deviation of the logarithm")
    price_falls_with_low_income: float = parameter(1.0, "how much of the level of values is lost for each unit of the share of low incomes")

    # Hidden truth
    prevalence: float = parameter(0.05, "share of the cohort of a theme with an episode on any day, where nobody inspects")
    mean_episode_days: float = parameter(1800.0, "mean length of an episode, or of its innocent look-alike, in days")
    moves_per_year: float = parameter(0.10, "chance a year that an ordinary home gets other occupants, or premises another user", CBS_MOVES)
    kept_household_share: float = parameter(0.3, "share of the episodes and look-alikes that begin under the household that was there")
    trace_left: float = parameter(0.85, "chance that an episode leaves its mark on one trace at all: traces are partial")
    depths: tuple[float, ...] = parameter((0.6, 1.0, 1.4), "how deep an episode marks its traces, times the mechanism's strength")
    depth_shares: tuple[float, ...] = parameter((0.3, 0.4, 0.3), "share of each depth")
    stops_after_finding: float = parameter(0.25, "chance that an episode ends within weeks after a confirmed finding")
    stop_days: tuple[int, int] = parameter((10, 60), "days from that finding to the end: from, and up to")

    # What registers show of the traces: how steeply each follows, as a change of the logarithm (or of the log-odds) per standard deviation
    crowding_people: float = parameter(0.50, "people in a home, by crowding")
    absence_presence: float = parameter(-0.95, "time at home, and so water, by absence")
    turnover_water: float = parameter(0.10, "water by turnover")
    turnover_stays: float = parameter(1.30, "short stays that are registered, by turnover")
    paperwork_lingering: float = parameter(1.30, "households that stay on paper, by paperwork")
    paperwork_investigated: float = parameter(1.30, "registrations that the register investigates, by paperwork")
    paperwork_branches: float = parameter(0.25, "branches registered at a home, by paperwork")
    paperwork_permits: float = parameter(-0.20, "share of hospitality operators with a permit, by paperwork (plain difference)")
    holding_investor: float = parameter(1.50, "chance that a new owner has several objects, by holding (homes) or links (premises)")
    operators_changes: float = parameter(1.00, "changes of operator, by operators")
    links_branches: float = parameter(0.95, "further branches at one place, by links")
    links_directors: float = parameter(1.40, "chance that a director is one of few behind many branches, by links")
    quiet_water: float = parameter(-0.65, "water of premises, by quiet")
    odd_water: float = parameter(0.80, "water of premises, by odd use")
    disturbance_value: float = parameter(-0.03, "assessed value, by disturbance")
    away_not_home: float = parameter(0.35, "chance that nobody is home at a visit, by absence (homes) or quiet (premises)")

    # Registers as they usually are, and how they lag
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
    operators_per_year: float = parameter(0.10, "changes of operator a year, at average premises")
    extra_branches: float = parameter(0.25, "further branches at a time, at average premises")
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
    conversion_share: float = parameter(0.3, "share of the applications for rooms that are for conversion of a home")
    hospitality_permit_share: float = parameter(0.85, "share of hospitality operators with a permit in the register, at average premises")
    hospitality_asks_days: tuple[int, int] = parameter((-60, 200), "days from their start to the application: from, and up to")
    permit_on_paper_share: float = parameter(0.5, "share of the permitted student houses whose permit is old and only on paper")
    permit_asks_days: tuple[int, int] = parameter((-200, 60), "days from the start of a student house to its application: from, and up to")
    permit_refused_share: float = parameter(0.08, "share of the unpermitted room rentals that asked for a permit and were refused")
    refused_asks_days: tuple[int, int] = parameter((60, 900), "days from the start of the rental to that application: from, and up to")
    rooms_decision_days: tuple[int, int] = parameter((30, 240), "days from an application for rooms to its decision: from, and up to")

    student_listed_share: float = parameter(0.15, "share of the permitted student houses on the municipality's list of protected places")

    # Reports, and who makes them
    reports_per_year_home: float = parameter(0.18, "reports a year about an ordinary home in an ordinary area")
    reports_per_year_premises: float = parameter(0.30, "reports a year about ordinary premises in an ordinary area")
    home_mix: tuple[float, ...] = parameter((0.30, 0.14, 0.24, 0.0, 0.16, 0.16), KINDS_OF + "an ordinary home")
    premises_mix: tuple[float, ...] = parameter((0.30, 0.10, 0.0, 0.45, 0.0, 0.15), KINDS_OF + "ordinary premises")
    most_per_year: float = parameter(8.0, "reports of one category a year about one address, at most")
    reports_follow_trace: float = parameter(
        0.85, "how steeply the rate of reports follows the trace they speak of, per standard deviation (logarithm)"
    )
    report_lag_days: float = parameter(0.7, "mean days between a report and its receipt")
    over_reported_area_share: float = parameter(0.20, "share of the neighbourhoods that are reported more at equal truth")
    over_reported_factor: float = parameter(2.2, "how many times more")
    closed_area_share: float = parameter(0.08, "share of the neighbourhoods that hardly report: a closed community")
    closed_factor: float = parameter(0.12, "how many times as often they report")
    reporting_sd: float = parameter(0.25, "spread of reporting between neighbourhoods alike, standard deviation of the logarithm")
    report_as_text_share: float = parameter(0.35, "share of the reports that give the address only as text")
    report_unlinkable_share: float = parameter(0.05, "share of those texts that no one can link")
    text_form_shares: tuple[float, ...] = parameter(
        (0.28, 0.30, 0.12, 0.10, 0.06, 0.06, 0.08),
        "shares of their forms: whole, without postcode, shortened, in lower case, two with a typing error, postcode only",
    )
    channel_shares: tuple[float, ...] = parameter(
        (0.38, 0.26, 0.14, 0.10, 0.07, 0.05), "shares of app, telephone, e-mail, housing desk, counter, other"
    )
    stays_open_share: float = parameter(0.1, "share of the reports that are never closed")
    closed_days: tuple[int, float] = parameter((1, 25.0), "from receipt to closing of the others, in days: at least, and on average on top of that")

    # Inspections
    by_report_share: float = parameter(0.60, "share of the visits that follow a report")
    random_share: float = parameter(0.05, "share of the visits drawn at random with a known probability")
    several_reports: float = parameter(2.0, "twice as many reports make a visit this much likelier: weight of their logarithm, against noise of 1")
    report_lookback_days: int = parameter(120, "how old a report may be when it leads to a visit")
    relevant_reports: tuple[tuple[str, tuple[str, ...]], ...] = parameter(
        (
            ("registration", ("registration", "housing")),
            ("room-rental", ("housing", "nuisance")),
            ("overcrowding", ("housing", "nuisance", "waste")),
            ("premises", ("premises", "nuisance", "waste", "other")),
        ),
        "categories of report that may lead to a visit, by theme",
    )
    again_after_days: int = parameter(365, "how long an address is left alone after a visit for the same theme")
    list_follows_trace: float = parameter(0.30, "how strongly the inspectors' own list follows the traces, against noise of 1")
    triage_follows_trace: float = parameter(0.90, "how strongly the desk check of reports follows the traces, against noise of 1")
    list_area_bias: float = parameter(0.6, "how much more the list looks at over-reported areas, against noise of 1")
    most_of_cohort: float = parameter(0.30, "largest share of a cohort that is visited in a year, however many visits are asked for")
    teams: int = parameter(6, "number of inspection teams; their areas overlap")
    home_team_share: float = parameter(0.7, "share of the visits in an area by its own team")
    team_reach: int = parameter(2, "how many other teams, the next ones in number, make the rest; at least one")
    team_sensitivity: tuple[float, float] = parameter((0.75, 0.97), "chance that the mildest and the strictest team confirms what is there")
    team_false_alarm: tuple[float, float] = parameter((0.004, 0.020), "chance that the mildest and the strictest team confirms what is not there")
    lookalike_false_alarm: float = parameter(2.5, "how many times as often a look-alike is taken for the real thing")
    not_carried_out_share: float = parameter(0.04, "share of the decided inspections that never take place")
    desk_only_share: float = parameter(0.05, "share that stays at the desk")
    nobody_home_share: float = parameter(0.14, "share of the visits at which nobody is home, where people are home as usual")
    entry_refused_share: float = parameter(0.04, "share of the visits at which entry is refused")
    most_not_home: float = parameter(0.6, "largest chance that nobody is home")
    visit_days: tuple[int, float] = parameter((3, 12.0), "from the decision to the visit, in days: at least, and on average on top of that")
    second_visit_share: float = parameter(0.7, "share of the visits without result that are followed by a second one in the same case")
    second_not_home: float = parameter(0.5, "how many times as often nobody is home at a second visit, which is announced")
    second_decision_days: tuple[int, float] = parameter(
        (14, 10.0), "from the first visit to that decision, in days: at least, and on average on top of that"
    )
    second_visit_days: tuple[int, float] = parameter(
        (1, 8.0), "from that decision to the second visit, in days: at least, and on average on top of that"
    )
    other_theme_share: float = parameter(0.06, "share of the visits that examine another theme than the one they were planned for")
    extra_theme_share: float = parameter(0.05, "share of the visits that examine another theme as well")
    other_violation_share: float = parameter(0.07, "share of the examinations without a confirming finding that find another violation")
    care_signal_share: float = parameter(0.02, "share of those that end in a care signal")
    more_violations: tuple[float, float] = parameter(
        (0.8, 0.3), "violations besides the first: after a confirming finding, after another violation; means"
    )
    course_days: tuple[int, float] = parameter((0, 2.0), "from a visit to the entry of its course, in days: at least, and on average on top of that")
    finding_days: tuple[int, float] = parameter((1, 9.0), "from there to the entry of the finding, in days: at least, and on average on top of that")
    measure_days: tuple[int, float] = parameter(
        (14, 25.0), "from there to the entry of the measure, in days: at least, and on average on top of that"
    )
    confirmed_measures: tuple[float, ...] = parameter(
        (0.10, 0.35, 0.30, 0.15, 0.06, 0.04), "after a confirming finding: no measure, warning, penalty order, fine, closure, permit withdrawn"
    )
    other_measures: tuple[float, ...] = parameter((0.50, 0.45, 0.0, 0.05, 0.0, 0.0), "the same after another violation")
    objection_share: float = parameter(0.18, "share of the measures against which someone objects")
    objection_days: tuple[int, float] = parameter(
        (60, 90.0), "from the measure to the decision on an objection, in days: at least, and on average on top of that"
    )
    revoked_true_share: float = parameter(0.12, "share of the objections that revoke a finding that was right")
    revoked_false_share: float = parameter(0.65, "share of the objections that revoke a finding that was wrong")

    # Mess
    lost_zero_share: float = parameter(0.10, "share of the ids that went through a spreadsheet and lost their leading zero")
    repeated_share: float = parameter(0.01, "share of the rows delivered twice, to the letter")
    corrected_share: float = parameter(0.02, "share of the rows that a later row corrects")
    deleted_share: float = parameter(0.004, "share of the rows that a later row deletes")
    second_use_share: float = parameter(0.03, "share of the homes with a second registered use")
    unknown_area_share: float = parameter(0.01, "share of the objects with an impossible floor area")
    withdrawn_share: float = parameter(0.004, "share of the objects that are withdrawn within the years")
    numbered_share: float = parameter(0.4, "share of the buildings of flats in which all homes have one house number and an addition")
    building_entry_days: float = parameter(40.0, "mean days from building to entry in the register of buildings")
    missing_share: float = parameter(0.01, "share of the values that are missing where they may be")
    broken_share: float = parameter(0.003, "share of the rows that break their contract")
    late_share: float = parameter(0.04, "share of the rows that arrive months late")
