"""The catalogue of indicators: registration, discovery, lineage and what is refused.

An indicator is a function. Its name is the column, its parameters name what it reads (a source, or another indicator), its
docstring is the definition and its decorator holds the sentences that people read.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Unpack

from features import indicators as indicator_files
from features.about import About, must_be_answered
from features.accusing import refuse_accusing
from features.areas import AreaEvents
from features.columns import Column, Reach, must_be_column, reference
from features.errors import CatalogueError
from features.events import Addresses, Events
from features.personal import refuse_personal
from features.sentences import Said, Wording, wordings
from features.sources import all_sources
from features.sources.contract import FIXED, Tier
from features.withheld import refuse_sources

Risk = Literal["+", "-"]
_TOLD: dict[Callable[..., Any], dict[str, Any]] = {}
"""What the decorator was told of each function."""


@dataclass(frozen=True)
class Indicator:
    """One indicator as the catalogue knows it.

    Attributes
    ----------
    name : str
        Column name.
    definition : str
        First line of the docstring.
    unit : str
    risk : {"+", "-"}, optional
        Direction in which the experts expect the probability to go; the monotone constraint of the model.
    subject, family : str
        File it stands in; group of indicators that give one reason together (same subject, other window).
    column : Column
    nl, en : Wording
    absence_known : bool
        No value is itself a known fact (no business, so no oldest one), not missing data.
    about : About
        The five questions, answered.
    code : str
        Source text of the function.
    """

    name: str
    definition: str
    unit: str
    risk: Risk | None
    subject: str
    family: str
    column: Column
    nl: Wording
    en: Wording
    absence_known: bool
    about: About
    code: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources it reads, through other indicators too."""
        return tuple(sorted({source for source, _ in self.column.reads}))

    @property
    def tier(self) -> Tier:
        """Highest tier of what it reads; links are 2."""
        if self.column.reach == "linked":
            return 2
        return max((all_sources()[source].tier_of(name) for source, name in self.column.reads), default=0)

    @property
    def reach(self) -> Reach:
        """Whether it looks at the address alone, at linked addresses or at a group."""
        return self.column.reach


def indicator(
    *,
    nl: str,
    en: str,
    unit: str,
    about: About | None = None,
    risk: Risk | None = None,
    family: str | None = None,
    **said: Unpack[Said],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as an indicator.

    Parameters
    ----------
    nl, en : str
        Sentence with ``{value}`` in Dutch and in English.
    unit : str
        Unit of the value: "reports", "m2", "days", "ratio".
    about : About
        The five questions, answered; an indicator without is refused.
    risk : {"+", "-"}, optional
        Monotone direction, only where experts agree.
    family : str, optional
        Indicators of one family give one reason together; otherwise the name without its window.
    **said : features.sentences.Said
        ``nl_high``, ``nl_low``, ``nl_zero``, ``nl_missing``, ``nl_none`` and the same in English: what is not said is made from the plain
        sentence.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        told = {"unit": unit, "risk": risk, "about": about, "family": family or _family(name), "absence_known": "nl_none" in said}
        _TOLD[function] = told | wordings(name, nl=nl, en=en, unit=unit, **said)
        return function

    return register


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Give all indicators of `features.indicators`, each after those it reads.

    Raises
    ------
    CatalogueError
        A name stands twice, an indicator reads something unknown, withheld, audit-only or personal, it accuses, or it goes in a circle.
    """
    functions: list[tuple[str, Callable[..., Any]]] = []
    for file in pkgutil.iter_modules(indicator_files.__path__):
        module = importlib.import_module(f"{indicator_files.__name__}.{file.name}")
        found = (f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__)
        functions += [(file.name, f) for f in found if f in _TOLD]
    return compose(functions)


def compose(functions: list[tuple[str, Callable[..., Any]]]) -> dict[str, Indicator]:
    """Turn (subject, function) pairs into indicators; see `catalogue` for what is refused."""
    by_name = dict(_unique(functions))
    done: dict[str, Indicator] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in path:
            raise CatalogueError(
                f"indicators read each other in a circle: {' -> '.join((*path, name))}",
                expected="an indicator reads sources and earlier indicators",
                remedy="break the circle",
            )
        subject, function = by_name[name]
        for needed in inspect.signature(function).parameters:
            if needed in by_name:
                visit(needed, (*path, name))
        done[name] = _make(subject, function, done)

    for name in sorted(by_name, key=lambda n: (by_name[n][0], n)):
        visit(name, ())
    return done


def not_filled(indicators: Mapping[str, Indicator], empty: frozenset[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Give the indicators that need a (source, column) that is never filled, with those columns; see `features.columns.Quantity`."""
    lacking = {name: sorted(i.column.needs & empty) for name, i in indicators.items()}
    return {name: tuple(f"{source}.{column}" for source, column in columns) for name, columns in lacking.items() if columns}


def for_sources(allowed: frozenset[str]) -> dict[str, Indicator]:
    """Give the indicators that read nothing outside ``allowed`` (DESIGN rule 3)."""
    return {name: i for name, i in catalogue().items() if set(i.sources) <= allowed}


def catalogue_hash(indicators: Mapping[str, Indicator]) -> str:
    """SHA-256 over name, meaning and code of each indicator, in order."""
    said = [(i.name, i.definition, i.unit, i.risk, i.family, i.column.text, i.code) for i in indicators.values()]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _make(subject: str, function: Callable[..., Any], done: Mapping[str, Indicator]) -> Indicator:
    name = function.__name__
    refuse_personal(name, what=f"indicator '{name}'")
    told = _TOLD[function]
    about = must_be_answered(told["about"], name=name)
    definition = (inspect.getdoc(function) or "").split("\n")[0]
    if not definition:
        raise CatalogueError(f"indicator '{name}' has no definition", expected="a docstring", remedy="say in one sentence what it gives")
    for text in (name, inspect.getdoc(function) or "", *told["nl"].all, *told["en"].all):
        refuse_accusing(text, what=f"indicator '{name}'")
    for text in (definition, told["unit"], told["family"], *told["nl"].all, *told["en"].all):
        refuse_personal(text, what=f"indicator '{name}'")
    arguments = {p: _argument(name, p, done) for p in inspect.signature(function).parameters}
    column = must_be_column(function(**arguments), what=f"indicator '{name}'")
    refuse_sources({source for source, _ in column.reads}, what=f"indicator '{name}'")
    given = {**told, "about": about}
    return Indicator(name=name, definition=definition, subject=subject, column=column, code=inspect.getsource(function), **given)


def _argument(name: str, wanted: str, done: Mapping[str, Indicator]) -> Events | AreaEvents | Column:
    if wanted in done:
        return reference(wanted, done[wanted].column)
    source = all_sources().get(wanted)
    if source is None:
        raise CatalogueError(
            f"indicator '{name}' reads '{wanted}', which is neither a source nor an indicator",
            expected=f"one of the sources {', '.join(all_sources())}, or an indicator",
            remedy="correct the parameter name",
        )
    if source.use == "audit":
        raise CatalogueError(
            f"indicator '{name}' reads '{wanted}', which is audit-only",
            expected="a source that may inform a score (DESIGN rule 4)",
            remedy="remove the indicator; audit data tests fairness and nothing else",
        )
    if source.use in ("linkage", "exclusion"):
        raise CatalogueError(
            f"indicator '{name}' reads '{wanted}', which is there only to {'find addresses' if source.use == 'linkage' else 'leave places off'}",
            expected="a source that says something about an address",
            remedy="remove the parameter; how a door is numbered, or that a place is protected, is no ground for a score",
        )
    if source.area is not None:
        return AreaEvents(Events(source))
    return Addresses(source) if wanted == "addresses" else Events(source)


def _unique(functions: list[tuple[str, Callable[..., Any]]]) -> list[tuple[str, tuple[str, Callable[..., Any]]]]:
    names = [f.__name__ for _, f in functions]
    twice = sorted({n for n in names if names.count(n) > 1 or n in all_sources() or n in FIXED})
    if twice:
        raise CatalogueError(f"the name {', '.join(twice)} stands twice", expected="one indicator per name, and no source's name", remedy="rename")
    return [(f.__name__, (subject, f)) for subject, f in functions]


def _family(name: str) -> str:
    """Cut the window off a name: ``reports_1y`` and ``reports_3y`` are one family."""
    return re.sub(r"_(\d+[dwmy]|ever|now)$", "", name)
