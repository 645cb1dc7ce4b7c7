"""Each verb in one small table, on 1 January 2024: what was known of homes A to D, and what the verb gives for each of them.

Every table has a home without events, and events on the boundary: what happened or became known on the day itself does not count.
What a table leaves out is filled with something plain. All tables are asked in one query, on DuckDB and on Spark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from features.columns import Quantity
from features.evaluation import lay_out
from features.events import Addresses, Events
from features.sources import all_sources
from features.stays import Span
from features.store import FRAME, event_table
from tests.both_engines import KINDS, open_on
from tests.hamlet import addresses, settle, table

AS_OF = date(2024, 1, 1)
HOMES = "ABCD"
water = Events(all_sources()["water"])
moves = Events(all_sources()["registrations"])
homes = Addresses(all_sources()["addresses"])
PLAIN = {
    "water": {"period_start_on": "2020-01-01", "period_days": "100", "reading": "read", "shared_meter": "false"},
    "registrations": {"residents": "1"},
}


@dataclass(frozen=True)
class Verb:
    """One table: what is asked, what was known by source, and the answer for homes A to D."""

    asked: Quantity
    then: tuple[float | None, ...]
    given: dict[str, str]


SAME_DAY = """
    home | happened_on | known_on   | volume_m3 | reading
    A    | 2022-05-01  | 2022-05-02 | 4         | read
    A    | 2023-06-01  | 2023-06-02 | 9         | read
    A    | 2023-12-31  | 2024-01-01 | 90        | read
    B    | 2023-06-01  | 2023-06-02 | 5         | read
    B    | 2023-06-01  | 2023-12-31 | 5         | estimated
    B    | 2024-01-01  | 2024-01-01 | 90        | read
    C    | 2023-06-01  | 2023-06-02 |           | self-reported
"""
"""A has two days, B two events of one day, C one without a value, D nothing; 90 is of the day itself, or known on it."""
TREND = """
    home | happened_on | known_on   | volume_m3 | period_days
    A    | 2022-06-01  | 2022-06-02 | 100       | 400
    A    | 2023-06-01  | 2023-06-02 | 50        | 200
    A    | 2023-07-01  | 2023-07-02 |           | 100
    A    | 2023-12-31  | 2024-01-01 | 900       | 100
    B    | 2023-06-01  | 2023-06-02 | 5         | 100
    B    | 2023-06-01  | 2023-06-02 | 6         | 100
    C    | 2022-06-01  | 2022-06-02 | 10        | 100
    C    | 2023-06-01  | 2023-06-02 | 30        | 100
"""
"""A halves its volume in half the time, B has one day only, C triples."""
SHARED = """
    home | happened_on | known_on   | household_key
    A    | 2022-01-01  | 2022-01-02 | both
    B    | 2022-01-01  | 2022-01-02 | both
    C    | 2022-01-01  | 2024-01-01 | both
    D    | 2022-01-01  | 2022-01-02 | alone
"""
GROUP = """
    home | happened_on | known_on   | volume_m3
    A    | 2023-06-01  | 2023-06-02 | 4
    B    | 2023-06-01  | 2023-06-02 | 4
    C    | 2023-06-01  | 2023-06-02 | 10
    C    | 2023-07-01  | 2024-01-01 | 90
"""
"""A and B are equal, C is higher, D has no value."""
PERIOD = """
    home | happened_on | known_on   | period_days
    A    | 2023-06-30  | 2023-07-01 | 10
    B    | 2023-06-30  | 2023-07-01 | 10
    C    | 2023-06-30  | 2024-01-01 | 10
    D    | 2023-06-30  | 2023-07-01 | 10
    D    | 2023-07-10  | 2023-07-11 | 30
"""
"""From 21 to 30 June, of C not known before the day, and of D from 11 June to 10 July: longer than two hundred days ago."""
STAYS = """
    home | happened_on | known_on   | residents | ended_on   | ended_known_on
    A    | 2023-06-21  | 2023-07-05 | 2         |            |
    A    | 2023-06-30  | 2023-07-05 | 1         |            |
    A    | 2023-06-01  | 2024-01-01 | 9         |            |
    B    | 2020-01-01  | 2020-01-01 | 1         | 2023-06-22 | 2023-12-31
    B    | 2020-01-01  | 2020-01-01 | 1         | 2023-06-22 | 2024-01-01
    C    | 2020-01-01  | 2020-01-01 | 1         |            |
    D    | 2023-07-01  | 2023-07-01 | 3         |            |
    D    | 2020-01-01  | 2020-01-01 | 3         | 2023-06-21 | 2023-06-21
"""
LASTING = """
    home | happened_on | known_on   | ended_on   | ended_known_on
    A    | 2020-01-01  | 2020-01-01 |            |
    A    | 2020-01-01  | 2020-01-01 | 2023-12-31 | 2023-12-31
    A    | 2020-01-01  | 2020-01-01 | 2023-12-31 | 2024-01-01
    B    | 2020-01-01  | 2020-01-01 | 2024-01-01 | 2023-01-01
    B    | 2024-01-01  | 2024-01-01 |            |
    C    | 2020-01-01  | 2020-01-01 | 2021-01-01 | 2021-01-01
"""
KEYS = """
    home | happened_on | known_on   | household_key
    A    | 2020-01-01  | 2020-01-01 | one
    A    | 2021-01-01  | 2021-01-01 | one
    A    | 2022-01-01  | 2022-01-01 | two
    A    | 2023-01-01  | 2024-01-01 | three
    B    | 2023-12-31  | 2023-12-31 | one
"""
EDGE = """
    home | happened_on | known_on
    A    | 2023-12-02  | 2023-12-31
    A    | 2023-12-31  | 2023-12-31
    A    | 2023-12-31  | 2024-01-01
    B    | 2023-12-01  | 2023-12-02
    B    | 2024-01-01  | 2024-01-01
    C    | 2023-12-02  | 2023-12-31
    C    | 2023-12-02  | 2023-12-31
"""
"""Thirty days before the day is 2 December."""
SHARES = """
    home | happened_on | known_on   | under_investigation
    A    | 2022-01-01  | 2022-01-02 | true
    A    | 2022-01-01  | 2022-01-02 | false
    A    | 2022-01-01  | 2022-01-02 | false
    A    | 2022-01-01  | 2022-01-02 |
    A    | 2022-01-01  | 2024-01-01 | true
    B    | 2022-01-01  | 2022-01-02 | true
    C    | 2022-01-01  | 2022-01-02 |
"""
YEAR = 365.25 / 365
sharing, litres = moves.links("household_key"), water.latest("volume_m3")
VERBS = {
    "within": Verb(water.within(days=30).count(), (2, 0, 2, 0), {"water": EDGE}),
    "before": Verb(water.before(days=30).count(), (0, 1, 0, 0), {"water": EDGE}),
    "where": Verb(water.where(reading=("read", "estimated")).count(), (2, 2, 0, 0), {"water": SAME_DAY}),
    "where a value is missing": Verb(moves.where(under_investigation=True).count(), (1, 1, 0, 0), {"registrations": SHARES}),
    "count": Verb(water.count(), (2, 2, 1, 0), {"water": SAME_DAY}),
    "sum": Verb(water.sum("volume_m3"), (13, 10, None, None), {"water": SAME_DAY}),
    "mean": Verb(water.mean("volume_m3"), (6.5, 5, None, None), {"water": SAME_DAY}),
    "max": Verb(water.max("volume_m3"), (9, 5, None, None), {"water": SAME_DAY}),
    "latest": Verb(water.latest("volume_m3"), (9, 5, None, None), {"water": SAME_DAY}),
    "first": Verb(water.first("volume_m3"), (4, 5, None, None), {"water": SAME_DAY}),
    "days_since": Verb(water.days_since(), (1, 31, 30, None), {"water": EDGE}),
    "days_since_first": Verb(water.days_since_first(), (30, 31, 30, None), {"water": EDGE}),
    "trend": Verb(water.trend("volume_m3"), (-50 * YEAR, None, 20 * YEAR, None), {"water": TREND}),
    "trend of a rate": Verb(water.trend("volume_m3", per="period_days"), (0, None, 0.2 * YEAR, None), {"water": TREND}),
    "share": Verb(moves.share(under_investigation=True), (1 / 3, 1, None, None), {"registrations": SHARES}),
    "distinct": Verb(moves.distinct("household_key"), (2, 1, 0, 0), {"registrations": KEYS}),
    "as_known": Verb(moves.as_known().count(), (2, 1, 0, 0), {"registrations": LASTING}),
    "links": Verb(sharing.count(), (1, 1, 0, 0), {"registrations": SHARED}),
    "linked_by": Verb(water.linked_by(sharing).count(), (2, 2, 0, 0), {"registrations": SHARED, "water": SAME_DAY}),
    "mean_of_others": Verb(litres.mean_of_others(homes.postcode), (7, 7, 4, 6), {"water": GROUP}),
    "sum_of_others": Verb(litres.sum_of_others(homes.postcode), (14, 14, 8, 18), {"water": GROUP}),
    "rank_among": Verb(litres.rank_among(homes.postcode), (0.25, 0.25, 1, None), {"water": GROUP}),
    "of others where there are none": Verb(litres.mean_of_others(homes.building), (None, None, None, None), {"water": GROUP}),
    "days_in": Verb(
        moves.days_in(Span(last=water.days_since(), days=water.latest("period_days")), "residents", back=200),
        (21, 11, None, None),
        {"water": PERIOD, "registrations": STAYS},
    ),
}  # fmt: skip


def place(home: str, number: int) -> str:
    """Give the address of a home of one table: each table has four of its own."""
    return f"{home}{number}"


def given(source: str) -> pd.DataFrame:
    """Give what all tables say of a source."""
    found = []
    for number, verb in enumerate(VERBS.values()):
        if source in verb.given:
            rows = table(verb.given[source])
            rows["address_id"] = [place(home, number) for home in rows.pop("home")]
            rows["record_id"] = [f"{number}-{n}" for n in range(len(rows))]
            if source == "registrations":
                keys = rows["household_key"] if "household_key" in rows else rows["record_id"]
                rows["household_key"] = [f"{number}-{key}" for key in keys]
            found.append(rows.assign(**{name: value for name, value in PLAIN[source].items() if name not in rows}))
    return pd.concat(found, ignore_index=True)


@pytest.fixture(scope="module", params=[KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.slow)])
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give the answer of every verb for every home, out of one query."""
    ids = [(place(home, number), f"{1000 + number}AA") for number in range(len(VERBS)) for home in HOMES]
    known = addresses(*(home for home, _ in ids), postcode=[postcode for _, postcode in ids])
    folder = tmp_path_factory.mktemp("verbs")
    settings = settle(folder, today=AS_OF, addresses=known, **{source: given(source) for source in PLAIN}).settings
    columns = {f"verb_{number}": verb.asked for number, verb in enumerate(VERBS.values())}
    frame = pd.DataFrame({"address_id": [home for home, _ in ids], "as_of": AS_OF})
    return open_on(request.param, settings).run(lay_out(FRAME, columns, columns, event_table), frame).set_index("address_id")


@pytest.mark.parametrize("said", VERBS)
def test_verb(said: str, answers: pd.DataFrame) -> None:
    number, verb = list(VERBS).index(said), VERBS[said]
    found = answers.loc[[place(home, number) for home in HOMES], f"verb_{number}"].astype("float64")
    for home, value, expected in zip(HOMES, found, verb.then, strict=True):
        told = None if pd.isna(value) else value
        close = told == expected if expected is None or expected == int(expected) else told == pytest.approx(expected, rel=1e-9)
        assert close, f"{home}: {told}, expected {expected}"


def test_every_verb_has_a_table() -> None:
    """A verb is what gives events or a column; what is made of verbs only (a change) has its test beside the others."""
    elsewhere = {"where_not", "unless", "where_known", "where_missing", "ended_within", "change"}
    helping = {"counted", "reading", "make"}
    verbs = {name for name in vars(Events) if not name.startswith("_") and name not in Events.__dataclass_fields__} - helping
    assert verbs - elsewhere <= {said.split()[0] for said in VERBS}
