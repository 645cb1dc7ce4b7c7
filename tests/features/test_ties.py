"""Two rows of one record and one day: which counts is decided by the file or by what they say, never by how many threads read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from features.engine import connect
from features.mapping import declare
from features.register_rows import read_rows
from features.settings import Engine
from features.sources import all_sources
from features.sources.contract import LAST_DAY

REGISTERS = Path(__file__).parents[2] / "municipalities" / "zaanwijk" / "registers"
RECORDS = 20_000
Maker = Callable[[duckdb.DuckDBPyConnection], None]
DAY = "DATE '2023-03-01'"


def arrivals(connection: duckdb.DuckDBPyConnection) -> None:
    """Two arrivals of each record, processed on one day, and a departure."""
    connection.execute(
        f"CREATE TABLE raw_brp_vestiging AS SELECT 'r'||(i % {RECORDS}) AS inschrijving_nr, 'A1' AS adresseerbaar_object, {DAY} AS datum_vestiging,"
        f" {DAY} + 9 AS verwerkt_op, 'N' AS vervallen, 'h' AS huishoud_sleutel, i // {RECORDS} + 1 AS aantal, 'N' AS in_onderzoek "
        f"FROM range({2 * RECORDS}) t(i) ORDER BY hash(i)"
    )
    connection.execute(
        f"CREATE TABLE raw_brp_vertrek AS SELECT 'r' || i AS inschrijving_nr, {DAY} + 60 AS datum_vertrek, {DAY} + 70 AS verwerkt_op, "
        f"'N' AS vervallen FROM range({RECORDS}) t(i)"
    )


def lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Two lines of each inspection, changed on one day, and two decisions on an objection on another."""
    other = ", ".join(
        f"'x' AS {c}" for c in "object controlenummer zaaknummer thema aanleiding steekproefkader trekkingskans verloop bevinding maatregel".split()
    )
    counts = ", ".join(f"1 AS {c}" for c in ("kader_adressen", "kader_op_score", "kader_geloot"))
    days = ", ".join(
        f"{DAY} AS {c}" for c in "besloten_op bezocht_op verloop_geboekt_op bevinding_geboekt_op maatregel_geboekt_op gewijzigd_op".split()
    )
    connection.execute(
        f"CREATE TABLE raw_controles AS SELECT 'r' || (i % {RECORDS}) AS regelnummer, 'N' AS vervallen, 'team ' || (i // {RECORDS}) AS team, "
        f"1 AS aantal_overtredingen, {counts}, {other}, {days} FROM range({2 * RECORDS}) t(i) ORDER BY hash(i)"
    )
    connection.execute(
        f"""CREATE TABLE raw_bezwaren AS SELECT 'r' || (i % {RECORDS}) AS "Regelnummer", '09-05-2023' AS "Datum beslissing",
        CASE i // {RECORDS} WHEN 0 THEN 'Ongegrond' ELSE 'Gegrond, besluit herroepen' END AS "Beslissing" FROM range({2 * RECORDS}) t(i)
        ORDER BY hash(i)"""
    )
    source = all_sources()["inspections"]
    sent = {c.name for c in source.columns} | {"version", "received_on", "decided_on", "client_id", "address_id", "theme", "inspection_id"}
    connection.execute(f"CREATE TABLE raw_outcomes ({', '.join(f'{name} VARCHAR' for name in sorted(sent))})")


def given(folder: Path, make: Maker, name: str, select: str, *, threads: int, ask: str) -> list[tuple[object, ...]]:
    with connect(Engine(memory_limit="1GB", threads=threads), scratch=folder) as connection:
        declare(connection, LAST_DAY)
        make(connection)
        read_rows(connection, all_sources()[name], select, {}, after=0)
        return connection.execute(ask).fetchall()


@pytest.mark.parametrize(("name", "make", "told"), [("registrations", arrivals, "residents"), ("inspections", lines, "team || standing")])
def test_which_of_two_rows_of_a_day_counts_is_the_same_with_any_number_of_threads(tmp_path: Path, name: str, make: Maker, told: str) -> None:
    ask = f"SELECT record_id, CAST(known_on AS DATE), arg_max({told}, delivered), count(*) FROM given GROUP BY ALL ORDER BY ALL"
    select = (REGISTERS / f"{name}.sql").read_text(encoding="utf-8")
    one, *others = (given(tmp_path, make, name, select, threads=threads, ask=ask) for threads in (1, 2, 4))
    assert all(rows == one for rows in others)
    assert len(one) == 2 * RECORDS


@pytest.mark.parametrize(("name", "make"), [("registrations", arrivals), ("inspections", lines)])
def test_the_later_in_the_file_counts(tmp_path: Path, name: str, make: Maker) -> None:
    table, key, value = ("raw_brp_vestiging", "inschrijving_nr", "aantal") if name == "registrations" else ("raw_controles", "regelnummer", "team")
    column = "residents" if name == "registrations" else "team"
    ask = (
        f"WITH last AS (SELECT {key} AS record_id, arg_max({value}, rowid) AS said FROM {table} GROUP BY ALL), "
        f"counted AS (SELECT record_id, known_on, arg_max({column}, delivered) AS said FROM given GROUP BY ALL) "
        "SELECT count(*), count(*) FILTER (counted.said = last.said) FROM counted JOIN last USING (record_id)"
    )
    select = (REGISTERS / f"{name}.sql").read_text(encoding="utf-8")
    assert given(tmp_path, make, name, select, threads=2, ask=ask) == [(2 * RECORDS, 2 * RECORDS)]


def test_rows_of_a_join_without_a_place_are_ordered_by_what_they_say(tmp_path: Path) -> None:
    def make(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE TABLE raw_letters AS SELECT 'r' AS record_id, i AS n FROM range(50000) t(i) ORDER BY hash(i)")

    day = "DATE '2023-12-01' AS happened_on, DATE '2023-12-02' AS known_on"
    select = f"SELECT 'r' AS record_id, 'A' || n AS address_id, {day}, 'app' AS channel, 'housing' AS category FROM raw_letters"
    ask = "SELECT address_id FROM given ORDER BY delivered"
    kept = given(tmp_path, make, "reports", select, threads=4, ask=ask)
    joined = given(tmp_path, make, "reports", f"{select} JOIN (FROM raw_letters) USING (n)", threads=4, ask=ask)
    assert kept != sorted(kept)
    assert joined == sorted(kept)
