"""People never come in: a raw file with a citizen number, names or birth dates is refused, by column, and nothing of it is kept."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.citizen_number import PASSES, passes
from features.engine import connect, quoted
from features.errors import ProtectedInputError
from features.extracts import register_extracts
from features.ingestion import ingest
from features.protected import scan
from features.settings import Engine, Settings, load
from tests.hamlet import addresses, hamlet, table

REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
""")
CITIZENS = [str(n) for n in range(999_900_000, 999_999_999) if passes(str(n))]
PEOPLE = ["Jan de Vries", "Fatima Amrani", "Piet Jansen", "Anna Bakker", "Mohamed Kaya", "Sanne Visser", "Kees Mulder", "Ilse de Wit", "Wim Bos"]
STREETS = [
    f"{name} {kind}" for name in ("Jan van", "Anna van", "Willem de", "Pieter", "Vincent van") for kind in ("Goghstraat", "Saksenlaan", "Rodeplein")
]
THREADS = Engine(memory_limit="1GB", threads=1)


def kinds(about_objects: tuple[str, ...] = (), **columns: list[object]) -> dict[str, str]:
    """Give what each column is taken for."""
    with tempfile.TemporaryDirectory() as folder, connect(THREADS, scratch=Path(folder)) as connection:
        connection.register("given", pd.DataFrame(columns))
        found = scan(connection, "given", about_objects=about_objects)
    return {one.column: one.kind for one in found}


def births(rows: int, seed: int = 1) -> list[date]:
    ages = 18 + 80 * np.random.default_rng(seed).beta(1.6, 2.3, rows)
    return [date(2025, 12, 31) - timedelta(days=int(365.25 * age)) for age in ages]


def arbitrary(rows: int, digits: int = 9, seed: int = 1) -> list[str]:
    return [str(n) for n in np.random.default_rng(seed).integers(10 ** (digits - 1), 10**digits, rows)]


# Columns


@pytest.mark.parametrize(
    "column",
    [
        CITIZENS[:50],
        CITIZENS[:6],
        [int(n) for n in CITIZENS[:50]],
        [float(n) for n in CITIZENS[:50]] + [None],
        [f"{n}.0" for n in CITIZENS[:50]],
        [f" {n[:4]}.{n[4:6]}.{n[6:]}" for n in CITIZENS[:50]],
        [f"{n[:3]} {n[3:6]} {n[6:]}" for n in CITIZENS[:50]],
        [str(n) for n in range(12_345_600, 12_347_000) if passes(str(n))],
        CITIZENS[:60] + arbitrary(40, 8),
        CITIZENS[:60] + ["onbekend"] * 2_000,
    ],
    ids="text six whole-numbers with-decimals decimals-as-text dots spaces lost-zero between-company-numbers rare".split(),
)
def test_a_column_of_citizen_numbers_is_found_whatever_it_is_called(column: list[object]) -> None:
    assert kinds(nummer=column) == {"nummer": "citizen number"}


@pytest.mark.parametrize("name", ["v", "n", "value", "times", "b", "d", 'a "quoted" name', "select", "één;"])
def test_no_name_of_a_column_hides_it(name: str) -> None:
    assert kinds(**{name: CITIZENS[:50], "other": PEOPLE * 5 + [None] * 5}) == {name: "citizen number", "other": "name"}


@pytest.mark.parametrize(
    "column",
    [
        arbitrary(5_000),
        arbitrary(5_000, 8),
        [100_000_000 + n for n in range(2_000)],
        [CITIZENS[0]] * 2_000,
        [f"{'.' * before}{CITIZENS[0][:4]}{' ' * between}{CITIZENS[0][4:]}" for before in range(4) for between in range(2)] * 90,
        CITIZENS[:5] + arbitrary(30),
        [f"{n:016d}" for n in range(999_010_000_000_001, 999_010_000_000_500)],
        [f"2024{m:02d}{d:02d}" for m in range(1, 13) for d in range(1, 29)],
        [f"Zijn nummer is {n}, zegt hij aan de deur" for n in CITIZENS[:50]],
    ],
    ids="nine-digits eight-digits in-a-row one-number one-number-in-many-spellings some-that-pass address-ids days inside-a-text".split(),
)
def test_other_numbers_are_no_citizen_numbers(column: list[object]) -> None:
    assert kinds(nummer=column) == {}


@pytest.mark.parametrize("header", ["BSN", "bsn_aanvrager", "burgerservicenummer", "Burger Service Nr.", "sofi-nummer", "A-nummer"])
def test_the_header_of_a_citizen_number_is_enough(header: str) -> None:
    assert kinds(**{header: ["x1234", "x1235"]}) == {header: "citizen number"}


@pytest.mark.parametrize("header", ["achternaam", "Voornamen", "geslachtsnaam", "voorletters", "last_name", "firstName", "Tussenvoegsel"])
def test_the_header_of_a_name_is_enough(header: str) -> None:
    assert kinds(**{header: ["Xylo", "Yvonker"]}) == {header: "name"}


@pytest.mark.parametrize("header", ["geboortedatum", "Geb. datum", "geboortejaar", "BirthDate", "date_of_birth", "geboorteplaats"])
def test_the_header_of_a_birth_date_is_enough(header: str) -> None:
    assert kinds(**{header: ["1980", "1990"]}) == {header: "birth date"}


@pytest.mark.parametrize(
    "header", ["straatnaam", "buurtnaam", "gebouw", "geb_jaar_verbouwing", "in_onderzoek", "aanvang", "Leeftijd pand", "bsn_bekend", "jaarlaag"]
)
def test_other_headers_are_not(header: str) -> None:
    values: list[object] = ["J", "N"] if header == "bsn_bekend" else ["Centrum", "Noord", "1970"]
    expected = {header: "birth date"} if header == "geb_jaar_verbouwing" else {}
    assert kinds(**{header: values}) == expected


@pytest.mark.parametrize(
    "column",
    [
        PEOPLE,
        [n.upper() for n in PEOPLE],
        [n.split()[0] for n in PEOPLE],
        [f"{n.split(' ', 1)[1]}, {n.split()[0]}" for n in PEOPLE],
        [f"{a}.{b}. van der Molenstra" for a in "ABC" for b in "DEF"],
        [f"{s}kamp, {a}.B. de" for s in ("Molen", "Zaag", "Riet") for a in "ABC"],
        PEOPLE + [f"Xyl{c} Yzo{c}" for c in "abcdefghijklmnopqrstuvwxyz"],
    ],
    ids="whole capitals given surname-first initials initials-last few-listed".split(),
)
def test_a_column_of_names_is_found_whatever_it_is_called(column: list[object]) -> None:
    assert kinds(x=column) == {"x": "name"}


def test_fewer_names_are_enough_under_a_header_of_someone() -> None:
    column: list[object] = ["Jan de Vries", "Fatima Amrani", *[f"Xyl{c} Yzo{c}" for c in "abcdefghijklmnopqrstuvwxyz"]]
    assert (kinds(soort=column), kinds(naam_melder=column)) == ({}, {"naam_melder": "name"})


@pytest.mark.parametrize(
    "column",
    [STREETS, [f"{s} 12" for s in STREETS], ["Bakker", "Visser", "Kok"] * 300, ["team-1", "team-2"], ["Jan"] * 500, ["Horeca", "Detailhandel"] * 9],
    ids="streets addresses trades teams one-word kinds".split(),
)
def test_other_texts_are_no_names(column: list[object]) -> None:
    assert kinds(x=column, naam=column) == ({"naam": "name"} if "Bakker" in column else {})


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d-%m-%Y", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%d 00:00:00.000", "%Y-%m-%dT00:00:00+01:00", "%d-%m-%Y 12:00"])
def test_birth_dates_are_found_by_how_they_spread(form: str) -> None:
    assert kinds(d=[day.strftime(form) for day in births(1_500)]) == {"d": "birth date"}


def test_birth_dates_are_found_whatever_type_they_have() -> None:
    days = pd.to_datetime(pd.Series(births(1_500)))
    assert kinds(a=list(days), b=list(days.dt.tz_localize("UTC")), c=[int(day.strftime("%Y%m%d")) for day in days]) == dict.fromkeys(
        "abc", "birth date"
    )


def test_other_dates_are_no_birth_dates() -> None:
    rng = np.random.default_rng(3)
    built = [date(int(y), 1, 1) if round_ else date(int(y), 5, int(d)) for y, round_, d in
             zip(rng.integers(1900, 2025, 2_000), rng.random(2_000) < 0.3, rng.integers(1, 29, 2_000), strict=True)]  # fmt: skip
    deeds = [date(2025, 12, 31) - timedelta(days=int(n)) for n in np.minimum(rng.exponential(3_000, 2_000), 25_000)]
    entered = [max(day, date(1950, 1, 1)) + timedelta(days=int(n)) for day, n in zip(built, rng.integers(5, 60, 2_000), strict=True)]
    assert kinds(a=built, b=deeds, c=entered) == {}


def test_many_other_dates_are_judged_by_rows_and_not_by_different_days() -> None:
    """In a large register nearly every old day stands somewhere: the days spread over a lifetime, the rows do not."""
    rng = np.random.default_rng(4)
    ages = np.concatenate([rng.uniform(0, 36 * 365, 290_000), rng.uniform(36 * 365, 95 * 365, 10_000)])
    assert kinds(deeds=[date(2025, 12, 31) - timedelta(days=int(n)) for n in ages]) == {}


def test_someone_may_say_that_names_and_dates_are_of_objects_but_never_of_citizen_numbers() -> None:
    columns: dict[str, list[object]] = {"boot": PEOPLE * 100, "gebouwd": list(births(900)), "nummer": list(CITIZENS[:900])}
    assert set(kinds(**columns)) == {"boot", "gebouwd", "nummer"}
    assert kinds(("boot", "gebouwd", "nummer"), **columns) == {"nummer": "citizen number"}


def test_a_large_column_is_judged_on_the_same_part_of_it_whatever_the_order(tmp_path: Path) -> None:
    connection = connect(THREADS, scratch=tmp_path)
    connection.execute("CREATE TABLE up AS SELECT i AS nr, (100000000 + hash(i) % 899999999) AS other FROM range(120000) t(i)")
    connection.execute("CREATE TABLE down AS SELECT * FROM up ORDER BY nr DESC")
    connection.execute(f"CREATE TABLE citizens AS SELECT b AS nr FROM (SELECT unnest(range(900000000, 902000000)) AS b) WHERE {PASSES}")
    assert scan(connection, "up") == scan(connection, "down") == []
    (found,) = scan(connection, "citizens")
    assert found.why.startswith("100.0% of ")
    assert found == scan(connection, "(SELECT nr FROM citizens ORDER BY nr DESC)")[0]
    connection.close()


# What a build does


def placed(folder: Path, **people: list[object]) -> Settings:
    """Give a hamlet whose reports, ingested once, are now delivered with people in them."""
    again = hamlet(folder, addresses=addresses("A1"), reports=REPORTS)
    ingest(again)
    rows = max(len(column) for column in people.values())
    pd.concat([REPORTS] * rows, ignore_index=True).assign(**people).to_parquet(folder / "raw" / "reports.parquet")
    return again


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"nr": CITIZENS[:40]}, "column 'nr' looks like a citizen number (100.0% of 40 different numbers"),
        ({"melder": PEOPLE}, "column 'melder' looks like a name (100.0% of its values"),
        ({"sinds": births(900)}, "column 'sinds' looks like a birth date (its dates spread over "),
    ],
    ids="citizen-number name birth-date".split(),
)
@pytest.mark.parametrize("keep", [True, False], ids=["build", "check"])
def test_a_refusal_names_the_column_and_leaves_the_stored_events_as_they_were(
    tmp_path: Path, people: dict[str, list[object]], said: str, keep: bool
) -> None:
    again = placed(tmp_path, **people)
    before = {path: path.read_bytes() for path in again.state.rglob("*") if path.is_file()}
    with pytest.raises(ProtectedInputError) as refused:
        ingest(again, keep=keep)
    assert f"extract 'reports' (reports.parquet): {said}" in str(refused.value)
    assert "have the register's owner run 'schouw pseudonymise'" in str(refused.value)
    assert not [str(value) for values in people.values() for value in values if str(value) in str(refused.value)]
    assert {path: path.read_bytes() for path in again.state.rglob("*") if path.is_file()} == before


def test_every_protected_column_of_every_extract_is_named_at_once(tmp_path: Path) -> None:
    again = placed(tmp_path, nr=CITIZENS[:9], melder=PEOPLE)
    addresses("A1").assign(achternaam="Jansen").to_parquet(tmp_path / "raw" / "addresses.parquet")
    with pytest.raises(ProtectedInputError) as refused:
        ingest(again)
    for named in ("extract 'addresses' (addresses.parquet): column 'achternaam'", "column 'nr'", "column 'melder'"):
        assert named in str(refused.value)


def test_a_csv_in_another_encoding_is_refused_too(tmp_path: Path) -> None:
    again = hamlet(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    toml = again.folder / "municipality.toml"
    toml.write_text(toml.read_text() + '[extracts.melders]\nform = "csv"\npath = "melders_*.csv"\nencoding = "cp1252"\n')
    for year in range(2020, 2025):
        lines = "\n".join(f"{i};één;{n}" for i, n in enumerate(CITIZENS[:9]))
        (tmp_path / "raw" / f"melders_{year}.csv").write_bytes(f"nr;soort;Nummer melder\n{lines}\n".encode("cp1252"))
    with pytest.raises(ProtectedInputError, match=r"melders_2020.csv, melders_2021.csv, melders_2022.csv and 2 more\): column 'Nummer melder'"):
        ingest(load(again.folder, state=again.state, raw=again.raw))


def test_a_column_about_objects_is_let_in_where_the_settings_say_so(tmp_path: Path) -> None:
    again = placed(tmp_path, boot=list(PEOPLE))
    toml = again.folder / "municipality.toml"
    toml.write_text(toml.read_text() + 'about_objects = ["boot"]\n')
    (again.folder / "registers" / "reports.sql").write_text("SELECT * EXCLUDE (boot) FROM raw_reports")
    assert [r.source for r in ingest(load(again.folder, state=again.state, raw=again.raw))] == ["addresses", "inspections", "reports"]


def test_no_column_of_real_public_extracts_is_taken_for_people(shared: Path, tmp_path: Path) -> None:
    chicago = load(Path(__file__).parents[2] / "municipalities" / "chicago", state=tmp_path, raw=shared / "chicago")
    connection = connect(THREADS, scratch=tmp_path)
    register_extracts(connection, chicago, tmp_path)
    assert {name: found for name in chicago.extracts if (found := scan(connection, f"raw_{name}"))} == {}
    for path in sorted((shared / "chicago").glob("*.parquet")):
        assert scan(connection, quoted(path)) == [], path.name
    connection.close()
