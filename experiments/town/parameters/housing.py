"""Registered lets, vacancy, allocations by corporations, and energy labels."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import parameter

BUILT_LABEL = "class A at the newest and G at the oldest"


@dataclass(frozen=True, kw_only=True)
class Housing:
    """Registered lets, vacancy, allocations by corporations, and energy labels."""

    let_share: float = parameter(0.02, "share of the occupancies of a home in which it is registered for letting to tourists")
    turnover_lets: float = parameter(0.35, "that share, by turnover: most who let without a permit do not register (change of the logarithm)")
    let_starts_days: tuple[int, int] = parameter((0, 500), "days from the start of the occupancy to the registration: from, and up to")
    let_years: float = parameter(2.5, "mean length of such a registration in years")
    let_lag_days: float = parameter(2.0, "mean days between a registration and its entry")
    let_end_lag_days: float = parameter(30.0, "mean days between its end and the entry of that")
    let_nights: float = parameter(24.0, "nights reported a year, on average")
    turnover_nights: float = parameter(0.20, "those nights, by turnover (change of the logarithm)")
    nights_unreported_share: float = parameter(0.1, "share of the years of which nobody reports the nights")
    nights_known_days: tuple[int, float] = parameter((14, 25.0), "from the end of a year to its nights, in days: at least, and on average on top")
    vacancy_per_year: tuple[float, float] = parameter((0.006, 0.03), "vacancies a year that become known, at an average home and at average premises")
    away_vacancy: float = parameter(0.50, "those vacancies, by absence (homes) or quiet (premises)")
    vacancy_days: tuple[int, float] = parameter((60, 300.0), "how long a vacancy lasts, in days: at least, and on average on top of that")
    vacancy_known_days: tuple[int, float] = parameter((20, 45.0), "from its start to its entry, in days: at least, and on average on top of that")
    vacancy_end_lag_days: float = parameter(60.0, "mean days between its end and the entry of that")
    vacancy_lingers_share: float = parameter(0.15, "share of the vacancies of which the end is never entered")
    vacancy_kinds: tuple[float, ...] = parameter(
        (0.55, 0.3, 0.15), "shares of vacancies that the owner reported, that were found, with a permit to let"
    )
    allocation_unknown_share: float = parameter(0.04, "share of the allocations that a corporation does not deliver")
    allocation_kinds: tuple[float, ...] = parameter((0.84, 0.11, 0.05), "shares of regular allocations, temporary ones and exchanges")
    allocation_lag_days: tuple[int, float] = parameter(
        (1, 20.0), "from the start of a tenancy to its delivery, in days: at least, and on average on top"
    )
    m2_per_room: float = parameter(24.0, "usable floor area for each room of a home of a corporation, in square metres")
    most_rooms: int = parameter(8, "rooms of such a home, at most")
    label_share: float = parameter(
        0.65, "share of the objects with an energy label", "assumed; RVO reports that well over half of the homes had one in 2023"
    )
    label_again_share: float = parameter(0.1, "share of those that get another within the years")
    label_before_days: int = parameter(3000, "how long before the first day labels were made")
    label_entry_days: tuple[int, float] = parameter((1, 12.0), "from a survey to the entry of the label, in days: at least, and on average on top")
    label_valid_days: int = parameter(3653, "how long a label is valid", "Besluit bouwwerken leefomgeving: 10 years")
    label_built: tuple[int, int] = parameter((2015, 1940), f"years of building that set the class, before the next: {BUILT_LABEL}")
    label_class_sd: float = parameter(1.2, "spread of the class between objects of the same year of building, in classes")
    label_area_sd: float = parameter(0.03, "spread of the floor area on the label around that in the register, standard deviation of the logarithm")
    label_area_off_share: float = parameter(0.05, "share of the labels that were made of another floor area")
    label_area_off: tuple[float, float] = parameter((0.6, 1.5), "how many times that area: from, and up to")
