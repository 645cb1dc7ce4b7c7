"""The law of no look-ahead (DESIGN rule 1), over all sources and all indicators.

Whatever is inserted, completed, corrected or deleted on or after ``as_of`` changes nothing for ``as_of``. Days sit on the boundary.
The last tests plant the faults and see them caught, so that the law cannot hold by accident.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import cohort, events, linking, matrix
from features.catalogue import for_sources
from features.ingestion import ingest
from features.sources import Column, Source, all_sources
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import hamlet
from tests.planted import SEES_WHEN, plant

AS_OF = date(2024, 1, 1)
BUILT_ON = AS_OF + timedelta(days=401)
"""A day on which all is known that becomes known after the day."""
HOMES = ("A1", "A2", "A3", "A4")
DAYS = (AS_OF - timedelta(days=200), AS_OF - timedelta(days=1), AS_OF)
"""What becomes known on the last of them, or later, changes none of them."""
FILLED = tuple(name for name, source in all_sources().items() if source.use in ("indicators", "linkage") and not source.off_until)
KINDS = ("insert", "complete", "correct", "moved", "redated", "delete")
EXAMPLES = 12
CHANGES = 25
NUMBERS = {home: str(number) for number, home in enumerate(HOMES, start=1)}
DOOR: dict[str, str | None] = {"street": "Dorpsstraat", "house_letter": None, "house_number_addition": None}


def value_of(column: Column, seed: int) -> str | None:
    """Give a value that fits the contract, different for different seeds."""
    if column.codes:
        return column.codes[seed % len(column.codes)]
    if column.maximum == 1:
        return f"0.{1 + seed % 9}"
    plain = {
        "integer": str(1 + seed % int(min(9, column.maximum or 9))),
        "number": str(2 + seed % 40),
        "boolean": ("true", "false")[seed % 2],
        "date": None,
        "text": None,
    }
    if column.type == "integer" and (column.minimum or 0) > 9:
        return str(int(column.minimum or 0) + seed % 9)
    return plain.get(column.type, f"k{seed % 3}")


def version(source: Source, *, record: str, home: str, happened_on: date, known_on: date, seed: int) -> dict[str, str | None]:
    """Give one version of a record, its late fields still empty."""
    row: dict[str, str | None] = {
        "record_id": record,
        source.place: area_of(source, home) if source.area else home,
        "happened_on": str(happened_on),
        "known_on": str(known_on),
        "withdrawn": "false",
    }
    late = {c.name for c in source.columns if c.known_by} | {c.known_by for c in source.columns}
    for column in source.columns:
        if column.name not in ("address_text", source.area):
            row[column.name] = None if column.name in late else value_of(column, seed)
    if "period_start_on" in row:
        row["period_start_on"] = str(happened_on - timedelta(days=300))
    return row


def area_of(source: Source, home: str) -> str:
    """Give the area in which a home lies: all lie under one postcode, and in two cable sections."""
    return "1000AA" if source.area == "postcode" else f"S{HOMES.index(home) // 2 if home in HOMES else 0}"


def base_rows(source: Source) -> list[dict[str, str | None]]:
    """Give a history that ends on the boundary: known one day before as_of at the latest."""
    if source.name == "addresses":
        return [_home(source, home, seed) for seed, home in enumerate(HOMES)]
    if source.name == "designations":
        return [_door(source, home, seed) for seed, home in enumerate(HOMES)]
    spans = (1, 2, 30, 200, 400)
    rows = []
    for seed, (home, span) in enumerate(product(HOMES, spans)):
        happened_on, known_on = AS_OF - timedelta(days=span), AS_OF - timedelta(days=max(1, span - 3))
        row = version(source, record=f"{home}-{span}", home=home, happened_on=happened_on, known_on=known_on, seed=seed)
        rows.append({**row, **_placed(source, home, seed)})
    return rows


def _placed(source: Source, home: str, seed: int) -> dict[str, str | None]:
    """Give what a supplier has in the place of an address: its id, the id of its door or, where the source has texts, a text."""
    texts = any(column.name == "address_text" for column in source.columns)
    if source.area or seed % 3 == 0:
        return {}
    if texts and seed % 3 == 1:
        return {"address_id": None, "address_text": f"Dorpsstraat {NUMBERS[home]}"}
    return {"address_id": f"D{NUMBERS[home]}"}


def _door(source: Source, home: str, seed: int) -> dict[str, str | None]:
    """Give the designation of a home that was always there."""
    number = NUMBERS[home]
    row = version(source, record=f"D{number}", home=home, happened_on=date(2000, 1, 1), known_on=date(2000, 1, 1), seed=seed)
    return {**row, **DOOR, "kind": "main", "postcode": "1000AA", "house_number": number}


def _home(source: Source, home: str, seed: int) -> dict[str, str | None]:
    """Give a home that was always there; two homes share a building."""
    row = version(source, record=home, home=home, happened_on=date(2000, 1, 1), known_on=date(2000, 1, 1), seed=seed)
    return {
        **row,
        "object_type": "01",
        "use": "residential",
        "protection": "none",
        "building_id": f"P{seed // 2}",
        "postcode": "1000AA",
        "cable_section": f"S{seed // 2}",
        **DOOR,
        "house_number": NUMBERS.get(home, "99"),
    }


def completed(source: Source, row: dict[str, str | None], known_on: date, seed: int) -> dict[str, str | None]:
    """Fill in every late field of a version, known on a day; an end lies before as_of, so only the knowing is late."""
    filled = dict(row)
    for column in source.columns:
        if column.known_by:
            happened = str(AS_OF - timedelta(days=1)) if column.type == "date" else value_of(column, seed)
            filled |= {column.name: happened, column.known_by: str(known_on)}
    return filled


def changed(rows: list[dict[str, str | None]], source: Source, kind: str, pick: int, offset: int) -> list[dict[str, str | None]]:
    """Apply one change that becomes known ``offset`` days after as_of (negative: before it).

    A record that is moved gets another place and nothing else; one that is redated happened a hundred days earlier.
    """
    known_on, at = AS_OF + timedelta(days=offset), pick % len(rows)
    old = rows[at]
    seed = pick + 1
    if kind == "complete":
        return [*rows[:at], completed(source, old, known_on, seed), *rows[at + 1 :]]
    other = HOMES[(at + 1 + pick % 3) % len(HOMES)]
    if kind in ("moved", "redated"):
        place = {source.place: area_of(source, other) if source.area else other} | ({"address_text": None} if "address_text" in old else {})
        earlier = {"happened_on": str(date.fromisoformat(str(old["happened_on"])) - timedelta(days=100))}
        return [*rows, {**old, "known_on": str(known_on), **(place if kind == "moved" and source.name != "addresses" else earlier)}]
    happened_on = AS_OF + timedelta(days=min(offset, (pick % 3) - 1))
    home = str(old.get("address_id") or HOMES[pick % 4])
    new = version(source, record=str(old["record_id"]), home=home, happened_on=happened_on, known_on=known_on, seed=seed)
    if kind == "insert":
        new["record_id"] = f"N{pick}{offset % 7}"
        if source.name == "addresses":
            new["address_id"] = new["record_id"]
    return [*rows, {**new, "withdrawn": "true" if kind == "delete" else "false"}]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., pd.DataFrame]:
    """Give the indicators of the hamlet on the day, or on several, for the rows of each source, on both roads to a matrix."""
    folder: Path = tmp_path_factory.mktemp("hamlet")

    def indicators(rows: dict[str, list[dict[str, str | None]]], days: tuple[date, ...] = (AS_OF,)) -> pd.DataFrame:
        frames = {name: pd.DataFrame(found, dtype=object) for name, found in rows.items()}
        chosen = hamlet(folder, today=AS_OF, **frames)
        chosen = chosen.model_copy(update={"rejects": chosen.rejects.model_copy(update={"maximum_share": 1.0})})
        ingest(chosen, today=BUILT_ON, anew=True)
        store = open_store(chosen)
        theme = load_theme(chosen, "trial")
        every = tuple(for_sources(theme.source_names))  # as a release names them: the law is about values, whatever is filled
        asked = pd.DataFrame(list(product(HOMES, days)), columns=["address_id", "as_of"])
        with pytest.MonkeyPatch.context() as patch:
            roads = []
            for most in (matrix.MOST, 2.0):  # whole days, and the rows alone: a share that no frame reaches
                patch.setattr(matrix, "MOST", most)
                roads.append(matrix.Builder(store, theme, every).rows(asked))
        found = pd.concat(roads, ignore_index=True)
        listed = cohort.at(store, theme, AS_OF, addresses=list(HOMES)).frame["address_id"]
        return found.assign(listed=found["address_id"].isin(listed))

    return indicators


@pytest.fixture(scope="module")
def base(build: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Give the indicators of the unchanged history."""
    return build(history())


def history() -> dict[str, list[dict[str, str | None]]]:
    """Give the unchanged history of every source."""
    return {name: base_rows(all_sources()[name]) for name in FILLED}


@pytest.fixture(scope="module")
def base_on_each_day(build: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Give the indicators of the unchanged history on several days."""
    texts = [row for rows in history().values() for row in rows if row.get("address_text")]
    doors = [row for rows in history().values() for row in rows if str(row.get("address_id")).startswith("D")]
    assert min(len(texts), len(doors)) >= len(HOMES), "a history without texts and doors is moved by neither"
    return build(history(), DAYS)


CHANGE = st.tuples(st.sampled_from(FILLED), st.sampled_from(KINDS), st.integers(0, 99), st.sampled_from([0, 1, 400]))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(CHANGE, min_size=CHANGES, max_size=CHANGES))
def test_nothing_known_on_or_after_the_day_changes_it(
    build: Callable[..., pd.DataFrame], base_on_each_day: pd.DataFrame, changes: list[tuple[str, str, int, int]]
) -> None:
    rows = history()
    for name, kind, pick, offset in changes:
        rows[name] = changed(rows[name], all_sources()[name], kind, pick, offset)
    pd.testing.assert_frame_equal(build(rows, DAYS), base_on_each_day)


@pytest.mark.parametrize(("kind", "offset", "seen"), [("moved", -1, True), ("moved", 0, False), ("redated", 0, False), ("delete", 0, False)])
def test_a_door_that_changes_later_moves_no_row(build: Callable[..., pd.DataFrame], base: pd.DataFrame, kind: str, offset: int, seen: bool) -> None:
    """Rows are led to an object by the id of its door as it was known on their own day; the last of them became known the day before."""
    rows = history()
    for pick in range(len(HOMES)):
        rows["designations"] = changed(rows["designations"], all_sources()["designations"], kind, pick, offset)
    assert build(rows)["reports_1y"].equals(base["reports_1y"]) is not seen


def test_a_door_that_is_looked_up_by_what_became_known_later_is_caught(
    build: Callable[..., pd.DataFrame], base: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant the fault: lead a row by the newest version of a door, whenever that became known."""
    rows = history()
    for pick in range(len(HOMES)):
        rows["designations"] = changed(rows["designations"], all_sources()["designations"], "moved", pick, 0)
    later = linking.RESOLVED.replace(" AND d.known_on <= a.known_on\n", "\n")
    assert later != linking.RESOLVED
    monkeypatch.setattr(linking, "RESOLVED", later)
    assert not build(rows).iloc[:, 4:].equals(base.iloc[:, 4:])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_changes_known_a_day_earlier_are_seen(build: Callable[..., pd.DataFrame], base: pd.DataFrame, kind: str) -> None:
    rows = history()
    for name in FILLED:
        source = all_sources()[name]
        for pick in range(len(rows[name])):
            rows[name] = changed(rows[name], source, kind, pick, -1)
    seen = build(rows)
    differing = [n for n in base.columns[4:] if not seen[n].equals(base[n])]
    assert len(differing) >= 10, differing


@pytest.mark.parametrize(("offset", "linked"), [(-1, 1), (0, 0), (1, 0)])
def test_an_address_registered_on_or_after_the_day_links_nothing_for_it(build: Callable[..., pd.DataFrame], offset: int, linked: int) -> None:
    """Its owner was known long before; the row about it could count only from the day its address was known."""
    rows = history()
    rows["ownership"] = [
        {**version(all_sources()["ownership"], record=f"o{home}", home=home, happened_on=date(2020, 1, 1), known_on=date(2020, 1, 1), seed=0)}
        for home in ("A1", "N1")
    ]
    late = AS_OF + timedelta(days=offset)
    rows["addresses"].append({**_home(all_sources()["addresses"], "N1", 7), "happened_on": str(late), "known_on": str(late)})
    assert build(rows).set_index("address_id")["owner_other_addresses"]["A1"].tolist() == [linked, linked]


@pytest.mark.parametrize(("offset", "counted"), [(-1, 0), (0, 1), (1, 1)])
def test_an_address_registered_on_or_after_the_day_makes_no_text_ambiguous(build: Callable[..., pd.DataFrame], offset: int, counted: int) -> None:
    rows = history()
    place = {"street": "Dorpsstraat", "house_number": "7", "house_letter": None, "house_number_addition": None}
    rows["addresses"][0] |= place
    source = all_sources()["reports"]
    day = AS_OF - timedelta(days=1)
    report = version(source, record="r1", home="A1", happened_on=day, known_on=day, seed=0)
    others = [{**report, "record_id": f"o{n}", "address_id": "A2", "address_text": None} for n in range(99)]
    rows["reports"] = [*others, {**report, "address_id": None, "address_text": "Dorpsstraat 7"}]
    late = AS_OF + timedelta(days=offset)
    rows["addresses"].append({**_home(all_sources()["addresses"], "N1", 7), **place, "happened_on": str(late), "known_on": str(late)})
    assert build(rows).set_index("address_id")["reports_1y"]["A1"].tolist() == [counted, counted]


def test_a_look_ahead_by_one_day_is_caught(build: Callable[..., pd.DataFrame], base: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant the fault ``known_on <= as_of`` and see the law break."""

    def lenient(table: events.ibis.Table, as_of: object) -> object:
        return (table.known_on <= as_of) & ~table.withdrawn & (table.happened_on < as_of)

    rows = history()
    rows["reports"] = changed(rows["reports"], all_sources()["reports"], "insert", 0, 0)
    for place in SEES_WHEN:
        plant(monkeypatch, place, lenient)
    seen = build(rows)
    assert not seen["reports_1y"].equals(base["reports_1y"])
