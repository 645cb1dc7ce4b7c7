"""Names and birth dates however they are written, and citizen numbers that come in by twos and threes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.deliveries import read_ledger
from features.errors import ProtectedInputError
from features.ingestion import ingest
from features.protected import look, scan
from features.settings import Settings, load
from tests.features.test_protected import CITIZENS, PEOPLE, STREETS, arbitrary, births, kinds
from tests.hamlet import addresses, hamlet, table

DUTCH = "januari februari maart april mei juni juli augustus september oktober november december".split()
ENGLISH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
OTHERS = [n for n in arbitrary(400) if n not in CITIZENS]

# Spellings


def test_a_nested_column_about_objects_is_excused_as_a_whole() -> None:
    given = pa.table({"boot": pa.array([{"naam": n} for n in PEOPLE]), "nr": pa.array([[n] for n in CITIZENS[:9]])})
    with duckdb.connect() as connection:
        connection.register("given", given)
        assert [one.column for one in scan(connection, "given")] == ["boot.naam", "nr.item"]
        assert [one.column for one in scan(connection, "given", about_objects=("boot", "nr"))] == ["nr.item"]


@pytest.mark.parametrize(
    "column",
    [
        [f"{n} {i}" for i, n in enumerate(PEOPLE)],
        [f"{n} ({1950 + i})" for i, n in enumerate(PEOPLE)],
        [f"'{n}" for n in PEOPLE],
        [f"{a} {b} de Jong" for a in "ABC" for b in "DEF"],
        [f"{a}{b} van den Berg" for a in "ABC" for b in "DEF"],
        [f"JANSEN {a}{b}" for a in "ABC" for b in "DEF"],
        [f"Vries, {a}{b} de" for a in "ABC" for b in "DEF"],
        [f"Bakker, {a}" for a in "ABCDEFGHI"],
        [f"{a}.{b}. van der Molenstra 2" for a in "ABC" for b in "DEF"],
    ],
    ids="number year quote initials-apart initials-together surname-initials surname-comma-initials one-initial dotted-and-number".split(),
)
def test_names_are_found_with_digits_and_with_initials_of_any_form(column: list[object]) -> None:
    assert kinds(x=column) == {"x": "name"}


@pytest.mark.parametrize(
    "column",
    [
        [f"{s} {n} {a}" for s in STREETS for n, a in ((1, "a"), (12, "bis"), (3, "hs"))],
        [f"12 {s}" for s in STREETS],
        [f"{a}{n}" for a in ("Blok ", "Hal ", "A", "NL") for n in range(9)],
        [f"{a} {kind}" for a in "ABC" for kind in ("Noord", "Centrum", "Bedrijf", "Hal")],
        [f"w{i}@voorbeeld.nl" for i in range(9)],
    ],
    ids="addresses number-first blocks letters-and-kinds mail".split(),
)
def test_other_texts_with_digits_and_letters_are_no_names(column: list[object]) -> None:
    assert kinds(x=column) == {}


def spelled(days: list[date], form: str) -> list[object]:
    months = {"D": DUTCH, "E": ENGLISH, "S": [m[:3] + "." for m in DUTCH]}
    if form in months:
        return [f"{day.day} {months[form][day.month - 1]} {day.year}" for day in days]
    return [day.strftime(form) for day in days]


@pytest.mark.parametrize(
    "form", ["%-d-%-m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%d%m%Y", "%Y%m%d.0", "'%d-%m-%Y", "%d-%m-%y", "%d-%b-%Y", "%-d %B %Y", "D", "E", "S"]
)
def test_birth_dates_are_found_in_any_usual_form(form: str) -> None:
    assert kinds(d=spelled(births(1_500), form)) == {"d": "birth date"}


def test_whole_numbers_and_decimals_that_are_days_are_birth_dates() -> None:
    numbers = [int(day.strftime("%Y%m%d")) for day in births(1_500)]
    assert kinds(a=list(numbers), b=[float(n) for n in numbers], c=[Decimal(n) for n in numbers]) == dict.fromkeys("abc", "birth date")


def test_amounts_that_a_spreadsheet_could_show_as_days_are_none() -> None:
    amounts = np.random.default_rng(5).integers(7_000, 45_000, 2_000)
    assert kinds(a=list(amounts), b=[20_000_000 + int(n) for n in amounts]) == {}


# Few


@pytest.mark.parametrize(
    ("header", "column", "found"),
    [
        ("nummer", CITIZENS[:4], True),
        ("nummer", [int(n) for n in CITIZENS[:4]], True),
        ("nummer", CITIZENS[:3], False),
        ("nummer", [*CITIZENS[:4], OTHERS[0]], False),
        ("aanvrager_nr", CITIZENS[:2], True),
        ("persoonsnummer", CITIZENS[:2], True),
        ("Klant nr", CITIZENS[:2], True),
        ("aanvrager_nr", CITIZENS[:1], False),
        ("aanvrager_nr", [CITIZENS[0], OTHERS[0]], False),
        ("bsn", CITIZENS[:1], True),
        ("nummer", [str(n) for n in range(12_345_600, 12_346_600) if n % 11 == 4][:3], False),
    ],
)
def test_a_few_numbers_that_all_pass_are_enough(header: str, column: list[object], found: bool) -> None:
    assert kinds(**{header: column}) == ({header: "citizen number"} if found else {})


def test_a_few_other_numbers_are_seldom_taken_for_citizen_numbers() -> None:
    """Numbers of companies, of objects and of meters, days, and house numbers: sixty small deliveries of each."""
    rng, wrong = np.random.default_rng(8), 0
    with duckdb.connect() as connection:
        for _ in range(60):
            columns = {
                "kvk": [f"{n}" for n in rng.integers(10_000_000, 99_999_999, 5)],
                "vestiging": [f"{n:012d}" for n in rng.integers(10_000_000, 99_999_999, 5)],
                "object": [f"0999010{n:09d}" for n in rng.integers(1, 10**9, 5)],
                "ean": [f"8716946{n:011d}" for n in rng.integers(1, 10**9, 5)],
                "telefoon": [f"0{n}" for n in rng.integers(610_000_000, 659_999_999, 5)],
                "dag": [f"{day:%Y%m%d}" for day in births(5, seed=int(rng.integers(1e6)))],
                "huisnummer": [str(n) for n in rng.integers(1, 400, 5)],
                "zaak": [f"{n}" for n in rng.integers(100_000_000, 999_999_999, 5)],
            }
            connection.register("given", pd.DataFrame(columns))
            wrong += len(scan(connection, "given"))
    assert wrong == 0


def test_numbers_are_judged_with_those_that_came_before() -> None:
    with duckdb.connect() as connection:
        connection.register("first", pd.DataFrame({"nr": CITIZENS[:3]}))
        found, seen = look(connection, "first")
        assert (found, len(seen["nr"].passing), seen["nr"].other) == ([], 3, ())
        connection.register("again", pd.DataFrame({"nr": CITIZENS[:3]}))
        assert look(connection, "again", earlier=seen) == ([], seen), "the same numbers again are no more numbers"
        connection.register("second", pd.DataFrame({"nr": [CITIZENS[3]]}))
        assert "with those of earlier deliveries" in look(connection, "second", earlier=seen)[0][0].why
        connection.register("other", pd.DataFrame({"nr": OTHERS[:1]}))
        _, mixed = look(connection, "other", earlier=seen)
        assert look(connection, "second", earlier=mixed)[0] == []
        assert not set(CITIZENS) & {str(mark) for few in mixed.values() for mark in (*few.passing, *few.other)}


def test_a_column_that_is_known_by_many_other_numbers_is_not_refused_for_four() -> None:
    with duckdb.connect() as connection:
        connection.register("many", pd.DataFrame({"nr": arbitrary(900)}))
        connection.register("four", pd.DataFrame({"nr": CITIZENS[:4]}))
        connection.register("six", pd.DataFrame({"nr": CITIZENS[:6]}))
        found, seen = look(connection, "many")
        assert (found, seen["nr"].count) == ([], 65)
        assert look(connection, "four", earlier=seen) == ([], seen)
        assert [one.kind for one in look(connection, "six", earlier=seen)[0]] == ["citizen number"]


REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category
    r0        | A1         | 2023-11-01  | 2023-11-02 | app     | housing
""")


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Settings]:
    """Give a hamlet whose reports come in deliveries; each call delivers some numbers in a column that no register reads."""
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text().replace('path = "reports.parquet"', "path = \"reports*.parquet\"\ndeliveries = '_(?P<day>[0-9]{8})\\.parquet$'"))
    (settings.folder / "registers" / "reports.sql").write_text(
        "SELECT record_id, address_id, happened_on, known_on, channel, category FROM raw_reports"
    )
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings, today=date(2024, 1, 1))

    def deliver(day: date, *numbers: str) -> Settings:
        rows = [{**REPORTS.iloc[0], "record_id": f"{day}-{n}", "known_on": str(day), "nummer": n} for n in numbers]
        pd.DataFrame(rows).to_parquet(tmp_path / "raw" / f"reports_{day:%Y%m%d}.parquet")
        return settings

    return deliver


def test_citizen_numbers_that_come_in_one_by_one_are_refused_when_they_are_enough(office: Callable[..., Settings]) -> None:
    day = date(2024, 1, 2)
    for n in CITIZENS[:3]:
        settings = office(day, n)
        ingest(settings, today=day)
        day += timedelta(days=1)
    settings = office(day, CITIZENS[3])
    before = read_ledger(settings.state)
    with pytest.raises(ProtectedInputError, match=r"column 'nummer' .* \(4 of 4 different numbers of 9 digits, with those of earlier deliveries"):
        ingest(settings, today=day)
    assert read_ledger(settings.state) == before
    assert not [n for n in CITIZENS[:4] if n in before.model_dump_json()]


def test_a_build_anew_judges_all_files_together_and_other_numbers_stop_nothing(office: Callable[..., Settings]) -> None:
    day = date(2024, 1, 2)
    ingest(office(day, CITIZENS[0], OTHERS[0]), today=day)
    for n in (*CITIZENS[1:4], OTHERS[1]):
        day += timedelta(days=1)
        ingest(office(day, n), today=day)
    settings = office(day, OTHERS[1])
    seen = read_ledger(settings.state).numbers["reports"]["nummer"]
    assert (len(seen.passing), len(seen.other)) == (4, 2)
    ingest(settings, today=day, anew=True)
    assert read_ledger(settings.state).numbers["reports"]["nummer"] == seen
