"""Stays: for how many days of a span something lasted, such as a registration within the period of a meter reading.

A span differs from address to address, and its days come from another source. So all stays of an address are first put into one list, as
ages in days; the list is then cut to the span. The day of arrival counts, the day of departure does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from features.columns import Column
from features.relative import BUILT


@dataclass(frozen=True)
class Span:
    """Days in a row before ``as_of``.

    Parameters
    ----------
    last : Column
        Age of its last day, 1 for yesterday.
    days : Column
        How many days it has.
    """

    last: Column
    days: Column


def stays(table: ibis.Table, amount: Any, *, end: Any, keep: Any, back: int) -> Any:
    """Give the stays of an address as a list, each with its amount and with the ages at which it began and ended.

    Parameters
    ----------
    table : ibis.Table
        Visible events, with ``age_days``.
    amount : ibis.IntegerValue
        How much each of its days counts.
    end : ibis.DateValue
        The first day on which it no longer lasted, as known on the day; missing while it lasts.
    keep : ibis.BooleanValue
        Which events are stays.
    back : int
        Those that ended this many days before ``as_of``, or longer ago, are left out: how far retention must reach (`features.look_back`).
    """
    ended = table.as_of.delta(end, unit="day").fill_null(0)
    stay = ibis.struct({"amount": amount.cast("int64"), "began": table.age_days.cast("int64"), "ended": ended.cast("int64")})
    return stay.collect(where=keep & amount.notnull() & (ended < back))


def within_span(listed: Column, span: Span, *, back: int) -> Column:
    """Give the amounts of a list of stays times their days in a span, added up.

    Missing without stays, without a span, or where the span began more than ``back`` days before ``as_of``.
    """
    columns = (listed, span.last, span.days)

    def total(t: ibis.Table) -> Any:
        each, last, days = (column.expression(t) for column in columns)
        newest, oldest = last, last + days - 1

        def counted(stay: Any) -> Any:
            lasted = ibis.least(stay["began"], oldest) - ibis.greatest(stay["ended"] + 1, newest) + 1
            return stay["amount"] * ibis.greatest(lasted, 0)

        return ibis.ifelse(oldest.notnull() & (oldest <= back), each.map(counted).sums(), None).cast("int64")

    return Column(
        expression=total,
        text=f"{listed.text}.in_span({span.last.text}, {span.days.text})",
        parts=tuple(part for column in columns for part in column.parts),
        reads=frozenset().union(*(column.reads for column in columns)),
        needs=frozenset().union(*(column.needs for column in columns)),
        depends=frozenset().union(*(column.depends for column in columns)),
        make=BUILT,
    )
