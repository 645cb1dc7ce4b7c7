"""Columns as suppliers write them: ids, keyed hashes, dates and amounts, made for a whole chunk at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.town.streams import EPOCH, Clock, Ints

MUNICIPALITY = "0999"
"""Fictitious municipality code. It begins with 0, as real ones do, so that spreadsheets lose something."""
CALENDAR_DAYS = 50_000
"""The calendar reaches this far to both sides of 1970: from 1833 to 2106."""
NEVER = 10**7
"""A day that never comes."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

Bools = NDArray[np.bool_]


def padded(numbers: Ints, width: int) -> pa.Array:
    """Give numbers as text of a fixed width, zeros in front."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def joined(*parts: pa.Array | str) -> pa.Array:
    """Put texts behind each other, row by row."""
    return pc.binary_join_element_wise(*parts, "")


def object_id(numbers: Ints, kind: Sequence[str] | pa.Array | str = "01") -> pa.Array:
    """Give 16-digit ids of the address and building register: municipality, kind of object, number."""
    return joined(MUNICIPALITY, kind if isinstance(kind, str) else pa.array(kind), padded(numbers, 10))


def key(numbers: Ints, salt: int) -> pa.Array:
    """Give opaque keys of 16 hexadecimal digits, one for each number and salt, as a register's owner would deliver them.

    Examples
    --------
    >>> key(np.array([1, 1, 2]), 7).to_pylist()
    ['21d693177fad95d6', '21d693177fad95d6', '7fbe7edf5d85a258']
    """
    with np.errstate(over="ignore"):
        mixed = (numbers.astype(np.uint64) + np.uint64(salt) * _GOLDEN) * _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    digits = np.frombuffer(mixed.astype(">u8").tobytes().hex().encode(), dtype="S16")
    return pc.cast(pa.array(digits, pa.binary()), pa.string())


def chosen(values: Sequence[str | None], numbers: Ints) -> pa.Array:
    """Give for each number the value at that place."""
    return pa.array(values, pa.string()).take(pa.array(numbers))


def day(days: Ints, clock: Clock, *, by: Ints | None = None) -> pa.Array:
    """Give day numbers as dates; missing where the day, or the day ``by`` on which it became known, is yet to come."""
    unknown = days > clock.last if by is None else (by > clock.last) | (days >= NEVER)
    numbers = np.where(unknown, 0, days) + clock.offset
    return pa.array(numbers.astype(np.int32), pa.int32(), mask=unknown).cast(pa.date32())


def dutch_day(days: Ints, clock: Clock, *, by: Ints | None = None) -> pa.Array:
    """Give day numbers as ``31-12-2025``; missing as in `day`."""
    numbers = day(days, clock, by=by).cast(pa.int32())
    return _calendar().take(pc.add(numbers, CALENDAR_DAYS))


@cache
def _calendar() -> pa.Array:
    """Write every day once; formatting millions of dates one by one took a third of the time of a town."""
    return pa.array([(EPOCH + timedelta(days=d)).strftime("%d-%m-%Y") for d in range(-CALENDAR_DAYS, CALENDAR_DAYS)])


def dutch_decimal(values: NDArray[np.float64], digits: int) -> pa.Array:
    """Give amounts with a decimal comma.

    Examples
    --------
    >>> dutch_decimal(np.array([12.5, 1234.0]), 1).to_pylist()
    ['12,5', '1234,0']
    """
    scaled = np.round(values * 10**digits).astype(np.int64)
    whole, rest = np.divmod(np.abs(scaled), 10**digits)
    sign = chosen(["", "-"], (scaled < 0).astype(np.int64))
    return joined(sign, pc.cast(pa.array(whole), pa.string()), ",", padded(rest, digits))


def blanked(column: pa.Array, empty: Bools) -> pa.Array:
    """Give a column with some values missing."""
    return pc.if_else(pa.array(empty), pa.scalar(None, column.type), column)


def without_zero(ids: pa.Array, lost: Bools) -> pa.Array:
    """Give ids of which some went through a spreadsheet: those lost their leading zero."""
    return pc.if_else(pa.array(lost), pc.utf8_ltrim(ids, "0"), ids)


def table(columns: Mapping[str, pa.Array], keep: Bools | None = None) -> pa.Table:
    """Put columns together, and keep some rows only."""
    whole = pa.table(dict(columns))
    return whole if keep is None else whole.filter(pa.array(keep))
