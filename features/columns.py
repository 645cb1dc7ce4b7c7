"""Columns: a number per address and day, as a sentence that can be computed later.

A column knows which columns of which sources it reads, how far it reaches and how it reads aloud; the value itself is an Ibis
expression over a table that `features.evaluation` lays out. A value of *others* is a type of its own: it can be compared with
the address's own value but never be an indicator by itself (DESIGN rule 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import ibis

from features.errors import CatalogueError
from features.relative import BUILT, Make

Reach = Literal["own", "linked", "group"]
REACHES: tuple[Reach, ...] = ("own", "linked", "group")
Statistic = Literal["mean", "sum", "rank"]
SAID: dict[Statistic, str] = {"mean": "mean_of_others", "sum": "sum_of_others", "rank": "rank_among"}
Expression = Callable[[ibis.Table], Any]


@dataclass(frozen=True)
class Group:
    """Addresses that are compared with each other: those that share ``column`` and are objects of the same type and use."""

    column: Literal["building_id", "postcode", "neighbourhood"]


@dataclass(frozen=True)
class Part:
    """Something that must be computed before a column can be: an aggregate, a link or a value of others.

    ``text`` reads as the sentence that asked for it and names the part: equal texts are one computation.
    """

    text: str

    @property
    def name(self) -> str:
        """Column name of the part in the laid-out table."""
        return "part_" + hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Quantity:
    """What columns and values of others share: an expression, the parts it is made of, and what it reads.

    ``needs`` is the share of ``reads`` without which there is nothing to say: where a municipality never fills one of these, a count
    would be 0 and say so falsely. What may be missing (an end that was not announced) is read, not needed.
    """

    expression: Expression
    text: str
    parts: tuple[Part, ...] = ()
    reads: frozenset[tuple[str, str]] = frozenset()
    needs: frozenset[tuple[str, str]] = frozenset()
    reach: Reach = "own"
    depends: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class OtherValue(Quantity):
    """A value of the other addresses in a group. Only in comparison with the address itself does it say something.

    ``of`` is the text of the column whose level it is, None for a figure about an area; ``whole`` tells a mean from a sum or such a figure.
    """

    of: str | None = None
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Column(Quantity):
    """A number per address and day.

    Arithmetic keeps missing missing: a division by zero, or by a missing number, is missing. ``make`` says what it is to its surroundings.
    """

    make: Make = BUILT

    def __add__(self, other: Quantity | float) -> Column:
        """Add."""
        return self._with(other, lambda a, b: a + b, "+")

    def __sub__(self, other: Quantity | float) -> Column:
        """Subtract."""
        return self._with(other, lambda a, b: a - b, "-")

    def __mul__(self, other: Quantity | float) -> Column:
        """Multiply."""
        return self._with(other, lambda a, b: a * b, "*")

    def __truediv__(self, other: Quantity | float) -> Column:
        """Divide; missing where the divisor is 0."""
        return self._with(other, _quotient, "/")

    def __gt__(self, other: Quantity | float) -> Column:
        """Give 1 where greater, 0 where not, missing where either is missing."""
        return self._with(other, lambda a, b: (a > b).cast("int64"), ">")

    def known(self) -> Column:
        """Give 1 where there is a value, 0 where it is missing."""
        return self._cut(lambda t: self.expression(t).notnull().cast("int64"), f"{self.text}.known()")

    def at_most(self, limit: float) -> Column:
        """Cut off above ``limit``, in the unit of the column."""
        return self._cut(lambda t: ibis.least(self.expression(t), limit), f"{self.text}.at_most({limit})")

    def place_in(self, codes: tuple[str, ...]) -> Column:
        """Give the place of a code in an ordered list, 1 for the first; missing where it is not in the list."""
        places = [(code, number) for number, code in enumerate(codes, start=1)]
        return replace(self, expression=lambda t: self.expression(t).cases(*places, else_=None), text=f"{self.text}.place_in{codes}")

    def days_ahead(self) -> Column:
        """Give the number of days from ``as_of`` to a date; below 0 where the date has passed."""
        return replace(self, expression=lambda t: self.expression(t).delta(t.as_of, unit="day"), text=f"{self.text}.days_ahead()")

    def only_if(self, condition: Column) -> Column:
        """Keep the value where ``condition`` is above 0; missing elsewhere."""
        return self._with(condition, lambda a, b: ibis.ifelse(b > 0, a, None), "only_if")

    def missing_if(self, condition: Column) -> Column:
        """Make the value missing where ``condition`` is above 0."""
        return self._with(condition, lambda a, b: ibis.ifelse(b > 0, None, a), "missing_if")

    def mean_of_others(self, group: Group) -> OtherValue:
        """Give the mean over the *other* addresses in the group on the same day; missing where there are none."""
        return OtherValue(**self._among(group, "mean"), of=self.text, whole=True)

    def sum_of_others(self, group: Group) -> OtherValue:
        """Give the sum over the *other* addresses in the group on the same day; missing where none has a value."""
        return OtherValue(**self._among(group, "sum"), of=self.text)

    def rank_among(self, group: Group) -> Column:
        """Give the share of the *other* addresses in the group with a lower value, equal ones for half; missing where there are none."""
        return Column(**self._among(group, "rank"), make=Make("relative"))

    def _among(self, group: Group, statistic: Statistic) -> dict[str, Any]:
        must_be_column(self, what=f"'{self.text}'")
        text = f"{self.text}.{SAID[statistic]}({group.column})"
        part = ValueAmongOthers(text=text, column=self, group=group, statistic=statistic)
        reads = self.reads | {("addresses", group.column), ("addresses", "object_type"), ("addresses", "use")}
        needs = self.needs | {("addresses", group.column)}
        return {
            "expression": lambda t: t[part.name], "text": text, "parts": (part,), "reads": reads, "needs": needs, "reach": "group",
            "depends": self.depends,
        }  # fmt: skip

    def _cut(self, expression: Expression, text: str) -> Column:
        return replace(self, expression=expression, text=text, make=self.make.cut())

    def _with(self, other: Quantity | float, combine: Callable[[Any, Any], Any], sign: str) -> Column:
        if not isinstance(other, Quantity):
            text = f"({self.text} {sign} {other})"
            return replace(self, expression=lambda t: combine(self.expression(t), other), text=text, make=self.make.by_number(sign, other))
        right = other
        text = f"({self.text} {sign} {right.text})"
        return Column(
            expression=lambda t: combine(self.expression(t), right.expression(t)),
            text=text,
            parts=self.parts + right.parts,
            reads=self.reads | right.reads,
            needs=self.needs | right.needs,
            reach=max(self.reach, right.reach, key=REACHES.index),
            depends=self.depends | right.depends,
            make=self._made_with(right, sign, text),
        )

    def _made_with(self, other: Quantity, sign: str, text: str) -> Make:
        if isinstance(other, Column):
            return self.make.with_column(sign, other.make, text=text)
        level = other if isinstance(other, OtherValue) else OtherValue(other.expression, other.text)
        return self.make.with_level(sign, whole=level.whole, same=level.of in (None, self.text), text=text)


@dataclass(frozen=True)
class ValueAmongOthers(Part):
    """A statistic of a column over the other addresses of a group: their mean, their sum, or the share of them that lies lower."""

    column: Column
    group: Group
    statistic: Statistic

    @property
    def own_name(self) -> str:
        """Name of each address's own value in the laid-out table; statistics of one column share it."""
        return "own_" + Part(self.column.text).name


def reference(name: str, column: Column) -> Column:
    """Give an indicator as a column that another one can read."""
    return Column(lambda t: t[name], name, (), column.reads, column.needs, column.reach, frozenset({name}), column.make)


def fact(part: Part, reads: frozenset[tuple[str, str]], needs: frozenset[tuple[str, str]], *, reach: Reach, make: Make | None = None) -> Column:
    """Give what one part says, as a column; a fact unless ``make`` says otherwise."""
    made = make or Make(facts=((part.text, 1),))
    return Column(lambda t: t[part.name], part.text, (part,), reads, needs, reach, make=made)


def must_be_column(value: object, *, what: str) -> Column:
    """Refuse what is not a column of the address itself.

    Raises
    ------
    CatalogueError
        A value of others, or something else, was given.
    """
    if isinstance(value, Column) and value.make.standing != "level":
        return value
    found = "a level of its surroundings" if isinstance(value, Column | OtherValue) else f"a {type(value).__name__}"
    raise CatalogueError(
        f"{what} is {found}",
        expected="a Column: a fact about the address, or the address relative to its surroundings (DESIGN rule 4)",
        remedy="compare the address's own value with that of others",
    )


def _quotient(a: Any, b: Any) -> Any:
    """Divide as doubles: where both are decimals or counts, one engine does and the other rounds to the digits of a decimal."""
    return a.cast("float64") / (b.cast("float64").nullif(0) if isinstance(b, ibis.Value) else b)
