"""A group's level is never an indicator by itself, only the address relative to it (DESIGN rule 4), however it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from features.areas import AreaEvents
from features.catalogue import catalogue, compose, indicator
from features.columns import Column
from features.errors import CatalogueError
from features.events import Addresses, Events
from features.sources import all_sources
from tests.hamlet import TRIAL

registrations = Events(all_sources()["registrations"])
water = Events(all_sources()["water"])
homes = Addresses(all_sources()["addresses"])
energy = AreaEvents(Events(all_sources()["energy"]))
here = homes.neighbourhood
x = registrations.count()
y = water.sum("volume_m3")
usage = energy.latest("average_kwh")

LEVELS: dict[str, Callable[[], Any]] = {
    "nothing of the own value": lambda: x * 0 + x.mean_of_others(here),
    "one times the level": lambda: (x.known() / x.known()) * x.mean_of_others(here),
    "the own value taken off again": lambda: x - (x - x.mean_of_others(here)),
    "the same with a turned sign": lambda: (x - x.mean_of_others(here)) * -1 + x,
    "divided out": lambda: x / (x / x.mean_of_others(here)),
    "nested": lambda: x - (x - (x * 0 + x.sum_of_others(here))),
    "two comparisons": lambda: (x - x.mean_of_others(homes.postcode)) - (x - x.mean_of_others(here)),
    "beside nothing": lambda: x * 0 - x.mean_of_others(here),
    "beside a grain of the own value": lambda: x * 1e-9 + 1 - x.mean_of_others(here),
    "where the level is above 0": lambda: x.known().only_if(x.mean_of_others(here)),
    "missing where the level is": lambda: x.known().missing_if(x.mean_of_others(here)),
    "the number of neighbours": lambda: (x * 0 + 1) / (x * 0 + 1).sum_of_others(here),
    "the number of neighbours with a reading": lambda: y.known() / y.known().sum_of_others(here),
    "the number of neighbours that are there": lambda: homes.count() / homes.count().sum_of_others(here),
    "an area beside nothing": lambda: x * 0 - usage,
    "an area beside a one": lambda: (x / x) / usage,
    "an area beside a one in disguise": lambda: (x * y) / (y * x) / usage,
    "an area beside what is there anyway": lambda: homes.where(use="residential").count() / usage,
    "an area beside what is capped": lambda: x.at_most(0.001) / usage,
    "an area and the own value taken off": lambda: x - (x - usage),
    "an area read as if it were the address": lambda: energy.events.latest("average_kwh"),
    "an area made relative to another area": lambda: energy.events.latest("average_kwh") / energy.latest("average_gas_m3"),
    "an area among areas": lambda: energy.events.latest("average_kwh").rank_among(here),
    "an area minus the own value": lambda: energy.events.latest("average_kwh") - x,
}

COMPARED: dict[str, Callable[[], Column]] = {
    "a difference": lambda: x - x.mean_of_others(here),
    "a ratio": lambda: y / y.mean_of_others(here),
    "more than the others": lambda: x > x.mean_of_others(here),
    "a share of the whole": lambda: y / y.sum_of_others(here),
    "two facts together": lambda: (x + y) / (x + y).mean_of_others(here),
    "a rank": lambda: y.rank_among(here),
    "in other units, capped": lambda: ((y / y.mean_of_others(here)) * 100 + 1).at_most(500),
    "only where there is enough to say it": lambda: (y / y.mean_of_others(here)).only_if(x > 2).missing_if(water.where_missing("volume_m3").count()),
    "a use beside that of the area": lambda: (y * 365 / water.sum("period_days")) / usage,
    "a use above that of the area": lambda: y > energy.mean("average_gas_m3"),
}


@pytest.mark.parametrize("said", list(LEVELS))
def test_a_level_is_refused_however_it_is_written(said: str) -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def level(registrations: Events) -> Column:
        """Hide a level."""
        return LEVELS[said]()  # type: ignore[no-any-return] - that is what is tested

    with pytest.raises(CatalogueError, match=r"DESIGN rule 4"):
        compose([("trial", level)])


@pytest.mark.parametrize("said", list(COMPARED))
def test_an_address_relative_to_its_surroundings_is_an_indicator(said: str) -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def beside(registrations: Events) -> Column:
        """Compare."""
        return COMPARED[said]()

    assert compose([("trial", beside)])["beside"].reach == "group"


def test_a_level_does_not_come_back_through_another_indicator() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def own_value(registrations: Events) -> Column:
        """Give the own value."""
        return registrations.count()

    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def compared(own_value: Column, addresses: Addresses) -> Column:
        """Compare it."""
        return own_value - own_value.mean_of_others(addresses.postcode)

    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def taken_off(own_value: Column, compared: Column) -> Column:
        """Take the own value off again."""
        return own_value - compared

    assert set(compose([("trial", own_value), ("trial", compared)])) == {"own_value", "compared"}
    with pytest.raises(CatalogueError, match="combines what was compared with a level"):
        compose([("trial", f) for f in (own_value, compared, taken_off)])


def test_the_indicators_that_ship_are_of_the_address_or_relative() -> None:
    found = {i.name: i.column.make.standing for i in catalogue().values()}
    assert set(found.values()) == {"own", "relative"}
    assert {name for name, standing in found.items() if standing == "relative"} == {i.name for i in catalogue().values() if i.reach == "group"}
