"""The cohort: which addresses a theme is about on a day, and who is never listed (DESIGN rule 12).

Every exclusion is counted and none is named per address: that an address is a shelter must not follow from its absence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import ibis
import pandas as pd

from features.cohort_rules import CohortRule, Exclusions
from features.columns import Column
from features.doubts import ANY, DOUBTS, VISIT
from features.engine import compile_sql
from features.errors import CohortError, StateError
from features.evaluation import lay_out
from features.events import Addresses, Events, known_value
from features.joining import ROW
from features.look_back import first_whole_on, refuse_too_early
from features.settings import EngineKind
from features.sources import all_sources
from features.store import FRAME, Store, event_table
from features.themes import Theme

UNKNOWN = "not in the register on the day"
PROTECTED = "protected place"
PERMITTED = "permitted"
LIST = "protected_places"
"""The municipality's own list, for all themes alike: no theme has to name it. Where there is none, the address register says who is protected."""
CARRIED_OUT = ("inspected", "desk-only")


@dataclass(frozen=True)
class Cohort:
    """Rows to build a matrix for, and how many were left out for which reason.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``address_id`` (str), ``as_of`` (date) and whatever the rows came with; one row per address and day.
    exclusions : dict
        Number of rows by reason, each row counted under its first reason; 0 where a rule left out nobody.
    """

    frame: pd.DataFrame
    exclusions: dict[str, int]


def at(store: Store, theme: Theme, as_of: date, *, addresses: list[str] | None = None) -> Cohort:
    """Give the addresses that the theme may list on a day.

    Parameters
    ----------
    store : Store
    theme : Theme
    as_of : date
        Only what was known before this day counts.
    addresses : list of str, optional
        Look at these only.

    Returns
    -------
    Cohort
        Empty where none of ``addresses`` may be listed.

    Raises
    ------
    CohortError
        The whole municipality has no address in the cohort, or what was known on such an early day is no longer kept.
    """
    refuse_too_early(as_of, first_whole_on(store.reports(), theme.source_names))
    if addresses is None:
        everyone = store.events("addresses")
        addresses = store.run(everyone.select("address_id").distinct().order_by("address_id"))["address_id"].tolist()
        cohort = screen(store, theme, pd.DataFrame({"address_id": addresses, "as_of": as_of}), listing=True)
        if cohort.frame.empty:
            raise CohortError(
                f"theme '{theme.code}' has no address on {as_of}",
                expected=f"objects of type {', '.join(theme.cohort.object_types)} in use {', '.join(theme.cohort.uses)}",
                remedy="compare [cohort] of the theme with the address register",
            )
        return cohort
    return screen(store, theme, pd.DataFrame({"address_id": addresses, "as_of": [as_of] * len(addresses)}), listing=True)


def screen(store: Store, theme: Theme, rows: pd.DataFrame, *, listing: bool) -> Cohort:
    """Keep the rows whose address belongs to the theme on its day.

    Parameters
    ----------
    store : Store
    theme : Theme
    rows : pandas.DataFrame
        ``address_id``, ``as_of`` and more.
    listing : bool
        True also leaves out open cases and recent inspections: a list must not send anyone there again. Training keeps them.

    Raises
    ------
    PurposeError, SourceError
        A rule reads a source that the theme does not list, or that is not filled here: it would leave out nobody.
    StateError
        The build is of before doubts were written down: nobody would be left out for one.
    """
    for source in sorted(theme.exclusions.sources):
        theme.allow(source)
        store.need(source)
    if DOUBTS not in store.sources:
        raise StateError(f"the build in {store.folder} has no doubts", expected="a build of this version", remedy="run 'schouw build' again")
    rules, sql = _compiled(theme.cohort, theme.exclusions, store.settings.engine.kind, listing=listing, list_kept=LIST in store.sources)
    if rows.empty:
        return Cohort(rows.reset_index(drop=True), dict.fromkeys(rules, 0))
    tested = store.run_sql(sql, rows)
    tested["as_of"] = tested["as_of"].astype("datetime64[us]")
    if set(rows.columns) == set(ROW) and len(rows) == len(tested):
        both = tested
    else:
        keyed = rows.assign(as_of=pd.to_datetime(rows["as_of"]).astype("datetime64[us]"))
        both = keyed.merge(tested, on=ROW, how="left", validate="many_to_one")
    counts = both["reason"].value_counts()
    kept = both[both["reason"].isna()].drop(columns="reason").sort_values(["as_of", "address_id"], ignore_index=True)
    days = {moment: moment.date() for moment in kept["as_of"].unique()}
    return Cohort(kept.assign(as_of=kept["as_of"].map(days)), {name: int(counts.get(name, 0)) for name in rules})


@cache
def _compiled(rule: CohortRule, exclusions: Exclusions, kind: EngineKind, *, listing: bool, list_kept: bool) -> tuple[tuple[str, ...], str]:
    """Give the reasons to leave an address out, and the query for the first that holds; compiled once per set of rules and engine."""
    rules = _rules(rule, exclusions, listing=listing, list_kept=list_kept)
    table = lay_out(FRAME, list(rules), rules, event_table)
    reason = ibis.cases(*((table[name] > 0, name) for name in rules))
    return tuple(dict.fromkeys((*rules, PERMITTED))), compile_sql(table.select(*ROW, reason=reason), kind=kind)


def _rules(rule: CohortRule, exclusions: Exclusions, *, listing: bool, list_kept: bool) -> dict[str, Column]:
    """Give one column per reason to leave an address out; above 0 means left out."""
    there = Addresses(all_sources()["addresses"]).as_known()
    inside = _condition(there, "object_type", rule.object_types)
    used = _condition(inside, "use", rule.uses)
    rules = {
        UNKNOWN: _none(there),
        "other type of object": _none(inside),
        "other use": _none(used),
        PROTECTED: _condition(there, "protection", exclusions.protections).count(),
    }
    if list_kept:
        rules[PROTECTED] = rules[PROTECTED] + _condition(Events(all_sources()[LIST]), "kind", exclusions.protections).count()
    if exclusions.permits:
        granted = Events(all_sources()["permits"]).where(kind=exclusions.permits, decision="granted").as_known("valid_until_on")
        rules[PERMITTED] = granted.count()
        if listing:
            rules[PERMITTED] = rules[PERMITTED] + _condition(Events(all_sources()[DOUBTS]), "kind", (*exclusions.permits, ANY)).count()
    if listing:
        decided = Events(all_sources()["inspections"])
        rules["open case"] = decided.within(days=exclusions.open_case_days).where_missing("course").count()
        recent = _within_of_visit(decided, exclusions.recent_inspection_days)
        rules["recently inspected"] = recent.where(course=CARRIED_OUT).count() + _visit_in_doubt(exclusions.recent_inspection_days).count()
    return rules


def _none(events: Events) -> Column:
    """Give 1 where there is no such event."""
    return events.count() * -1 + 1


def _within_of_visit(events: Events, days: int) -> Events:
    """Narrow to inspections that were decided in the days before, or of which the visit was, or else the entry of how it went."""

    def recent(table: ibis.Table) -> Any:
        entered = known_value(table, events.source, "course_known_on")
        visited = known_value(table, events.source, "visited_on").fill_null(entered).fill_null(table.happened_on)
        return ibis.least(table.as_of.delta(visited, unit="day"), table.age_days) <= days

    return Events(events.source, (*events.conditions, recent), f"{events.text}.within_of_visit(days={days})", events.reads)


def _visit_in_doubt(days: int) -> Events:
    """Narrow to visits that may have been in the days before; see `features.doubts`."""
    visits = _condition(Events(all_sources()[DOUBTS]), "kind", (VISIT,))
    conditions = (*visits.conditions, lambda t: t.as_of.delta(t.possible_on, unit="day") <= days)
    return Events(visits.source, conditions, f"{visits.text}.possible_within(days={days})", visits.reads)


def _condition(events: Events, name: str, values: tuple[str, ...]) -> Events:
    """Narrow to rows with one of these values; unlike an indicator, a cohort may read what is withheld."""
    listed = list(values)
    narrowed = (*events.conditions, lambda t: t[name].isin(listed))
    return Events(events.source, narrowed, f"{events.text}.where({name}={values!r})", events.reads)
