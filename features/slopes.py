"""Slopes: how a value of an address rises or falls over its events, by least squares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis

from features.columns import Column

DAYS_PER_YEAR = 365.25
EXACT = "decimal(38, 9)"
Value = Callable[[ibis.Table], Any]


def slope(number: Column, total: Callable[[str, Value], Column], value: Value) -> Column:
    """Give the slope per year; missing where the events are of fewer than two different days.

    Computed from exact sums, so that it is the same in every run: with x the age in days and y the value,
    (n Sxy - Sx Sy) / (n Sxx - Sx Sx), turned round because age falls as time goes on.

    Parameters
    ----------
    number : Column
        How many events there are.
    total : callable
        Gives the sum over the events of a value, by how it reads.
    value : callable
        The value of an event, exact.
    """
    x = total("sum_of_ages", lambda t: t.age_days)
    xx = total("sum_of_squared_ages", lambda t: t.age_days * t.age_days)
    xy = total("sum_of_ages_times", lambda t: t.age_days * value(t))
    return (x * total("sum", value) - number * xy) / (number * xx - x * x) * DAYS_PER_YEAR


def rate(value: Any, per: Any = None) -> Any:
    """Give a value as it is, or per unit of another, with the nine decimals that add up exactly."""
    return value if per is None else (value.cast("float64") / per.cast("float64")).cast(EXACT)
