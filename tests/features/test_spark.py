"""Spark gives what DuckDB gives: the same indicators, cohorts and versions of a small town, on three days."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from experiments.town import Size, make
from features import cohort, matrix, matrix_file
from features.catalogue import catalogue
from features.engine import compile_sql
from features.errors import SettingsError, StateError
from features.evaluation import lay_out
from features.ingestion import ingest
from features.settings import Engine, load
from features.store import FRAME, Store, event_table, open_store
from features.themes import load_theme
from tests.both_engines import need_spark, open_on
from tests.hamlet import addresses, hamlet

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
THEMES = [p.stem for p in sorted((ZAANWIJK / "themes").glob("*.toml")) if tomllib.loads(p.read_text())["enabled"]]
DAYS = (date(2022, 1, 1), date(2024, 7, 1), date(2026, 1, 1))
TOLERANCE = 1e-9
"""Relative, and for numbers only: what is whole (counts, days, years) and what is missing must be the same."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """The same events, opened on DuckDB and on Spark."""
    folder = tmp_path_factory.mktemp("two-engines")
    settings = load(ZAANWIJK, state=folder, raw=folder / "raw")
    make(settings, Size(addresses=600, inspections_per_year=150, seed=3))
    ingest(settings)
    plant(settings.state / "events")
    return open_on("duckdb", settings), open_on("spark", settings)


PLANTED = {
    "inspections": "ordinal % 5 AS violations, nullif(ordinal % 3, 2) AS severe_violations",
    "businesses": "ordinal % 4 = 0 AS serves_alcohol, ordinal % 3 = 0 AS sells_tobacco, "
    "CASE WHEN ordinal % 5 < 2 THEN 'chain' || (ordinal // 5) ELSE business_key END AS business_key",
}
"""What the town does not have and other places do: violations that are counted, licences, and businesses with several branches."""


def plant(events: Path) -> None:
    """Fill in, by the number of each version, what the town leaves empty or the same everywhere; here and there it stays unknown."""
    for source, columns in PLANTED.items():
        path = events / f"{source}.parquet"
        written = path.with_suffix(".planted")
        duckdb.sql(f"COPY (SELECT * REPLACE ({columns}) FROM read_parquet('{path}')) TO '{written}' (FORMAT parquet)")
        written.replace(path)


@pytest.fixture(scope="module")
def everyone(stores: tuple[Store, Store]) -> pd.DataFrame:
    known = stores[0].run(event_table("addresses").select("address_id").distinct().order_by("address_id"))
    return pd.concat([known.assign(as_of=day) for day in DAYS], ignore_index=True)


def differing(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    """Names of the columns that are not the same."""
    assert list(ours.columns) == list(theirs.columns)
    return [name for name in ours if not same(ours[name], theirs[name])]


def same(ours: pd.Series, theirs: pd.Series) -> bool:
    a, b = ours.to_numpy("float64"), theirs.to_numpy("float64")
    known = ~np.isnan(a)
    whole = bool((a[known] % 1 == 0).all())
    return np.array_equal(a, b, equal_nan=True) if whole else np.allclose(a, b, rtol=TOLERANCE, atol=0, equal_nan=True)


def values(store: Store, rows: pd.DataFrame) -> pd.DataFrame:
    """Every indicator of the catalogue, whatever theme may use it."""
    columns = {name: indicator.column for name, indicator in catalogue().items()}
    return store.run(lay_out(FRAME, columns, columns, event_table), rows).set_index(["as_of", "address_id"]).sort_index().astype("float64")


@pytest.mark.slow
def test_every_indicator_is_the_same_on_both_engines(stores: tuple[Store, Store], everyone: pd.DataFrame) -> None:
    on_duckdb, on_spark = (values(store, everyone) for store in stores)
    assert on_duckdb.index.equals(on_spark.index)
    assert len(on_duckdb) == len(everyone)
    assert [n for n in on_duckdb if on_duckdb[n].nunique() < 2] == [], "a column without values, or with one, compares nothing"
    assert differing(on_duckdb, on_spark) == []


@pytest.mark.slow
@pytest.mark.parametrize("code", THEMES)
def test_the_same_addresses_are_left_out_for_the_same_reasons(stores: tuple[Store, Store], everyone: pd.DataFrame, code: str) -> None:
    on_duckdb, on_spark = (cohort.screen(s, load_theme(s.settings, code), everyone, listing=True) for s in stores)
    assert on_duckdb.exclusions == on_spark.exclusions
    assert sum(on_duckdb.exclusions.values()) > 0
    pd.testing.assert_frame_equal(on_duckdb.frame, on_spark.frame)


@pytest.mark.slow
def test_a_matrix_holds_the_same_rows_with_their_building_and_neighbourhood(stores: tuple[Store, Store]) -> None:
    built = []
    for store in stores:
        theme = load_theme(store.settings, "room-rental")
        built.append(matrix.build(store, theme, cohort.at(store, theme, DAYS[1]), built_on=DAYS[1]))
    pd.testing.assert_frame_equal(built[0].frame[matrix_file.KEYS], built[1].frame[matrix.KEYS])
    assert differing(built[0].indicators, built[1].indicators) == []
    assert built[0].manifest.exclusions == built[1].manifest.exclusions


@pytest.mark.slow
def test_every_version_of_a_source_reads_the_same_with_its_dates_and_types(stores: tuple[Store, Store]) -> None:
    for source in sorted(stores[0].sources):
        on_duckdb, on_spark = (store.run(store.events(source).order_by("ordinal")) for store in stores)
        pd.testing.assert_frame_equal(on_duckdb, on_spark)


@pytest.mark.slow
def test_a_query_that_spark_cannot_run_is_our_error_without_its_text(stores: tuple[Store, Store]) -> None:
    with pytest.raises(StateError, match="the engine stopped: CAST_INVALID_INPUT") as raised:
        stores[1].run_sql("SELECT CAST('Dorpsstraat 1' AS INT) AS n")
    assert "Dorpsstraat" not in str(raised.value)


@pytest.mark.slow
def test_without_java_the_reader_is_told_what_to_install(stores: tuple[Store, Store], tmp_path: Path) -> None:
    asked = "from pathlib import Path; from features import engine_spark as e, settings; e.running(settings.Engine(kind='spark'), Path('none'))"
    done = subprocess.run([sys.executable, "-c", asked], env={**os.environ, "JAVA_HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Java did not start. Expected: a whole Java 17 or 21" in done.stderr


AT_WORK = """
import sys
from pathlib import Path
from features.settings import Engine, load
from features.store import open_store

engine = Engine(kind="spark", memory_limit="1GB")
settings = load(Path(sys.argv[1]), state=Path(sys.argv[2]), raw=Path(sys.argv[3])).model_copy(update={"engine": engine})
store = open_store(settings)
store.run(store.events("addresses").order_by("ordinal"))
from features.engine_spark import _RUNNING

print(_RUNNING[0].session._jvm.java.lang.System.getProperty("java.io.tmpdir"))
print(*(path for path in (settings.state / "scratch").rglob("*") if path.name.startswith(("blockmgr-", "spark-"))))
"""


@pytest.mark.slow
def test_what_spark_writes_while_it_works_lies_in_the_scratch_folder_and_goes_with_its_process(tmp_path: Path) -> None:
    need_spark()
    settings = hamlet(tmp_path / "two words", addresses=addresses("A1", "A2"))
    ingest(settings)
    (tmp_path / "working").mkdir()
    asked = [sys.executable, "-c", AT_WORK, str(settings.folder), str(settings.state), str(settings.raw)]
    given = {**os.environ, "PYTHONPATH": str(ZAANWIJK.parents[1]), "SPARK_LOCAL_DIRS": str(tmp_path / "elsewhere")}
    done = subprocess.run(asked, env=given, cwd=tmp_path / "working", capture_output=True, text=True, check=True)
    own, found = done.stdout.splitlines()
    assert Path(own).is_relative_to(settings.state / "scratch")
    assert "blockmgr-" in found
    assert [path for path in (settings.state / "scratch").rglob("*") if path.is_dir()] == []
    assert list((tmp_path / "working").iterdir()) == []
    assert not (tmp_path / "elsewhere").exists()


def test_without_pyspark_the_reader_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    ingest(settings)
    store = open_store(settings.model_copy(update={"engine": Engine(kind="spark")}))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pyspark is not installed.*run 'make spark'"):
        store.run(store.events("addresses"))
    with pytest.raises(SettingsError, match="pyspark is not installed"):
        compile_sql(event_table("addresses"), kind="spark")


@pytest.mark.parametrize(
    ("found", "equal"),
    [([1.0, 2.5, None], True), ([1.0, 2.5 * (1 + 1e-10), None], True), ([1.0, 2.5 * (1 + 2e-9), None], False), ([1.0, 2.5, 0.0], False)],
)
def test_the_comparison_sees_a_last_digit_and_a_missing_value(found: list[float | None], equal: bool) -> None:
    assert same(pd.Series([1.0, 2.5, None]), pd.Series(found)) is equal


def test_a_whole_number_must_be_the_same() -> None:
    assert not same(pd.Series([3.0, None]), pd.Series([3.0 + 1e-12, None]))
