"""Outcomes to labels: what an inspection found, as far as it was known, and what is no label at all.

A row is the first inspection of a case, on the day it was decided, where that inspection examined the theme: what a later visit finds is
no answer to the question that opened the case. Only an inspection that was carried out and whose finding is known gives a label;
everything else is left out and counted, never 0. A finding that was revoked on objection does not confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.errors import CohortError
from features.events import visible
from features.look_back import TOO_LONG_AGO, first_whole_on
from features.store import Store
from features.themes import Theme

DRAW = ["propensity", "frame_size", "frame_listed", "frame_drawn"]
"""How an address came to be visited, as far as it was logged; numbers."""
KEPT = ["address_id", "as_of", "case_id", "inspection_id", "label", "label_known_on", "team", "trigger", "frame", *DRAW]
LATE = {
    "course": "course_known_on",
    "finding": "finding_known_on",
    "standing": "standing_known_on",
}


@dataclass(frozen=True)
class Labels:
    """Labelled inspections of one theme.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns of `KEPT`: ``label`` 1 where the inspection ended in a confirming finding within the span, else 0;
        ``label_known_on`` the day on which it was first known, and has been ever since: the later of the day that the register gives and
        of the version that said so; ``propensity`` only where the chance of being listed was logged, never after a report.
    left_out : dict
        Number of inspections without a label, by reason.
    """

    frame: pd.DataFrame
    left_out: dict[str, int]


def labelled(store: Store, theme: Theme, known_before: date) -> Labels:
    """Give the labels that were known before a day.

    Parameters
    ----------
    store : Store
    theme : Theme
    known_before : date
        Only outcomes known strictly before this day count.

    Raises
    ------
    PurposeError
        The theme does not allow past inspections.
    CohortError
        No inspection of this theme has a label.
    """
    theme.allow("inspections")
    events = store.events("inspections")
    day = pd.Timestamp(known_before)
    seen = store.run(events.filter(visible(events, known_before)).order_by("ordinal"))
    seen = _known(seen, day).rename(columns={"happened_on": "as_of"})
    first, left_out = _first_of_case(seen, theme)
    reason = _reason(first, theme)
    whole = first_whole_on(store.reports(), theme.source_names)
    if whole is not None:
        reason = reason.mask(reason.isna() & (pd.to_datetime(first["as_of"]) < pd.Timestamp(whole)), TOO_LONG_AGO)
    left_out |= {str(r): int(n) for r, n in reason.value_counts().sort_index().items()}
    rows = _label(first[reason.isna()], theme)
    if rows.empty:
        raise CohortError(
            f"no inspection of theme '{theme.code}' has a label before {known_before} ({left_out})",
            expected="inspections that were carried out and whose finding is known",
            remedy="wait for outcomes, or check the codes in registers/inspections.sql",
        )
    told = store.run(
        events.filter((events.known_on < known_before) & events.record_id.isin(rows["record_id"].tolist())).order_by("known_on", "ordinal")
    )
    rows = rows.assign(label_known_on=_first_known(rows, told, theme, day))
    return Labels(rows[KEPT].sort_values(["as_of", "address_id", "case_id"], ignore_index=True), left_out)


def _first_known(rows: pd.DataFrame, told: pd.DataFrame, theme: Theme, day: pd.Timestamp) -> pd.Series:
    """Give the day from which each label has been known: of the last unbroken run of versions with that label, the first one.

    A version speaks from the later of its own day and that of its finding, and only if nothing replaced it before.
    """
    until = pd.to_datetime(told["superseded_on"])
    until = until.where(until < day, day)
    said = _known(told, until).rename(columns={"happened_on": "as_of"})
    said = said.assign(until=until)[~said["withdrawn"]]
    said = _label(said[_reason(said, theme).isna()], theme)
    given = said["label_known_on"].where(said["label_known_on"] > pd.to_datetime(said["known_on"]), pd.to_datetime(said["known_on"]))
    spoken = given < said["until"]
    every = told[["record_id"]].assign(label=said["label"].where(spoken), given=given.where(spoken))
    change = every["label"].isna() | (every["label"] != every.groupby("record_id")["label"].shift())
    first = every.assign(run=change.groupby(every["record_id"]).cumsum()).groupby(["record_id", "run"], as_index=False)["given"].min()
    return rows["record_id"].map(first.groupby("record_id")["given"].last())


def _known(seen: pd.DataFrame, day: pd.Timestamp | pd.Series) -> pd.DataFrame:
    masked = {c: seen[c].where(pd.to_datetime(seen[by]) < day) for c, by in LATE.items()}
    return seen.assign(**masked)


def _first_of_case(seen: pd.DataFrame, theme: Theme) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give the theme's row of the first inspection of each case, and the number of rows left out by reason.

    An inspection that examines several themes has a row for each, under one ``inspection_id``.
    """
    ordered = seen.sort_values(["as_of", "ordinal"])
    opening = ordered.groupby("case_id", sort=False)["inspection_id"].transform("first") == ordered["inspection_id"]
    ours = ordered["theme"] == theme.code
    first = ordered[ours & opening].drop_duplicates("case_id")
    asked = ordered["case_id"].isin(first["case_id"])
    left_out = {
        "this theme not examined": int((~ours).sum()),
        "first visit of the case examined another theme": int((ours & ~asked).sum()),
        "later visit of the same case": int((ours & asked).sum()) - len(first),
    }
    return first, left_out


def _reason(first: pd.DataFrame, theme: Theme) -> pd.Series:
    """Say why an inspection gives no label; missing where it gives one."""
    reason = pd.Series(None, index=first.index, dtype=object)
    carried_out = ("inspected", "desk-only") if theme.outcome.desk_only_counts else ("inspected",)
    without = ~first["course"].isin(carried_out)
    reason = reason.mask(without, first["course"])
    return reason.mask(first["course"].isna() | (~without & first["finding"].isna()), "outcome not yet known")


def _label(rows: pd.DataFrame, theme: Theme) -> pd.DataFrame:
    as_of, known = pd.to_datetime(rows["as_of"]), pd.to_datetime(rows["finding_known_on"])
    revoked = rows["standing"].eq("revoked").fillna(False).astype(bool)
    in_time = (known - as_of).dt.days <= theme.outcome.span_days
    confirmed = rows["finding"].isin(theme.outcome.confirming) & in_time & ~revoked
    settled = known.where(~revoked, pd.to_datetime(rows["standing_known_on"]))
    drawn = {name: pd.to_numeric(rows[name], errors="coerce").astype("float64") for name in DRAW}
    return rows.assign(as_of=as_of.dt.date, label=confirmed.astype("int8"), label_known_on=settled, **drawn)
