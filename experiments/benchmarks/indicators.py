"""Indicators against a careful pandas twin: the same eight columns, the same values, interleaved in one run.

    python experiments/benchmarks/indicators.py [ADDRESSES]

Prints the ratio of wall times (pandas / Schouw), median and range over the rounds. On a shared machine only the ratio means something.
The twin is vectorised and reads the same parquet; it computes own events only, without links and without values of others.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from experiments.town import Size, make
from features.catalogue import catalogue
from features.commands import today
from features.engine import compile_sql
from features.evaluation import lay_out
from features.ingestion import ingest
from features.settings import load, next_as_of
from features.store import FRAME, Store, event_table, open_store

ROUNDS = 7
NAMES = ["reports_1y", "reports_3y", "housing_reports_1y", "nuisance_reports_1y", "days_since_report", "registrations_1y", "registrations_3y",
         "residents_now"]  # fmt: skip
TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


def main(addresses: int) -> None:
    """Make a town, compute the columns both ways, check that they agree and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(TOWN, state=Path(folder), raw=Path(folder) / "raw")
        day = today(settings)
        make(settings, Size(addresses=addresses, today_on=day))
        ingest(settings)
        store, as_of = open_store(settings), next_as_of(day)
        homes = store.run(event_table("addresses").select("address_id").distinct().order_by("address_id"))
        frame = homes.assign(as_of=as_of)
        sql = compile_sql(lay_out(FRAME, NAMES, {n: i.column for n, i in catalogue().items()}, event_table))
        ours, theirs = partial(store.run_sql, sql, frame), partial(twin, store, frame, pd.Timestamp(as_of))
        _agree(ours(), theirs())
        ratios = [_seconds(theirs) / _seconds(ours) for _ in range(ROUNDS)]
    print(f"{len(frame):,} addresses, {len(NAMES)} columns: pandas takes {statistics.median(ratios):.1f} times as long "
          f"(range {min(ratios):.1f} to {max(ratios):.1f} over {ROUNDS} rounds)")  # fmt: skip


def twin(store: Store, frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Compute the columns with pandas, from the same files."""
    out = frame.set_index("address_id")
    reports, moves = (_seen(store, name, as_of) for name in ("reports", "registrations"))
    age = (as_of - reports["happened_on"]).dt.days
    kinds = {"housing_reports_1y": ["housing", "registration"], "nuisance_reports_1y": ["nuisance", "waste"]}
    columns = {"reports_1y": _count(reports, age <= 365), "reports_3y": _count(reports, age <= 1095)}
    columns |= {name: _count(reports, (age <= 365) & reports["category"].isin(kind)) for name, kind in kinds.items()}
    columns["days_since_report"] = age.groupby(reports["address_id"]).min()
    moved = (as_of - moves["happened_on"]).dt.days
    columns |= {"registrations_1y": _count(moves, moved <= 365), "registrations_3y": _count(moves, moved <= 1095)}
    ended = pd.to_datetime(moves["ended_on"]).where(pd.to_datetime(moves["ended_known_on"]) < as_of)
    here = moves[ended.isna() | (ended >= as_of)]
    columns["residents_now"] = here.groupby("address_id")["residents"].sum()
    counted = [n for n in NAMES if n not in ("days_since_report", "residents_now")]
    return out.assign(**columns).fillna(dict.fromkeys(counted, 0)).reset_index()


def _seen(store: Store, source: str, as_of: pd.Timestamp) -> pd.DataFrame:
    events = pd.read_parquet(store.folder / f"{source}.parquet")
    days = {c: pd.to_datetime(events[c]) for c in ("happened_on", "known_on", "superseded_on")}
    events = events.assign(**days)
    current = events["superseded_on"].isna() | (events["superseded_on"] >= as_of)
    return events[(events["known_on"] < as_of) & (events["happened_on"] < as_of) & current & ~events["withdrawn"]]


def _count(events: pd.DataFrame, keep: pd.Series) -> pd.Series:
    return events[keep].groupby("address_id").size()


def _agree(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    left, right = (t.sort_values("address_id")[NAMES].astype("float64").reset_index(drop=True) for t in (ours, theirs))
    pd.testing.assert_frame_equal(left, right, check_names=False)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
