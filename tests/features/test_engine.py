"""Files are written whole or not at all, what cannot be written is our error, and no engine fetches anything from a network."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from features.engine import connect, replaced_whole, uncollected
from features.errors import InputError, StateError
from features.settings import Engine

REPO = Path(__file__).parents[2]
DOWNLOADED = "SELECT extension_name FROM duckdb_extensions() WHERE installed AND install_mode <> 'STATICALLY_LINKED'"
BUILT = f"""
from pathlib import Path
from features import cohort, matrix
from features.themes import load_theme
from tests.hamlet import addresses, settle, table
reports = "record_id | address_id | happened_on | known_on | channel | category\\n r1 | A1 | 2023-12-01 | 2023-12-02 | app | housing"
store = settle(Path.cwd(), addresses=addresses("A1", "A2"), reports=table(reports))
theme = load_theme(store.settings, "trial")
assert matrix.Builder(store, theme).write(cohort.at(store, theme, store.settings.today_on), Path("matrix"), built_on=store.settings.today_on).rows
print(store.connection.execute("{DOWNLOADED}").fetchall())
"""


def stopped_halfway(path: Path) -> None:
    with replaced_whole(path) as draft:
        draft.write_text("half", encoding="utf-8")
        raise InputError("stopped halfway", expected="the end", remedy="go on")


def test_a_draft_takes_the_place_of_a_file_only_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.txt"
    with replaced_whole(path) as draft:
        draft.write_text("first", encoding="utf-8")
    with pytest.raises(InputError, match="halfway"):
        stopped_halfway(path)
    assert [(p.name, p.read_text(encoding="utf-8")) for p in path.parent.iterdir()] == [("page.txt", "first")]


def test_a_file_where_a_folder_must_be_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(StateError, match=r"taken/page.txt could not be written"), replaced_whole(tmp_path / "taken" / "page.txt") as draft:
        draft.write_text("never", encoding="utf-8")


def test_no_engine_extension_is_installed_or_loaded_by_itself(tmp_path: Path) -> None:
    with connect(Engine(), scratch=tmp_path) as connection:
        found = connection.execute("SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'").fetchall()
        assert sorted(found) == [("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false")]
        with pytest.raises(duckdb.Error, match="not in the catalog, but it exists in the excel extension"):
            connection.execute("SELECT * FROM read_xlsx('letters.xlsx')")


def test_no_engine_extension_is_downloaded_at_run_time(tmp_path: Path) -> None:
    """A build in a home of its own, so that what another program downloaded there does not count."""
    done = subprocess.run(
        [sys.executable, "-c", BUILT], cwd=tmp_path, env={"HOME": str(tmp_path), "PYTHONPATH": str(REPO)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / ".duckdb").exists()


def test_duckdb_is_opened_in_one_place() -> None:
    """What opens it elsewhere opens it without these settings."""
    ours = [path for top in ("features", "training", "serving", "monitoring", "experiments") for path in (REPO / top).rglob("*.py")]
    opened = re.compile(r"\bduckdb\.(connect|sql|query|execute|read_\w+|from_\w+)\(")
    assert [str(p.relative_to(REPO)) for p in ours if opened.search(p.read_text(encoding="utf-8"))] == ["features/engine.py"]


def refuse() -> None:
    raise InputError("refused", expected="nothing", remedy="none")


def test_python_looks_for_cycles_again_after_a_query_that_failed() -> None:
    """Whatever happens in between, the collector is on afterwards."""
    with pytest.raises(InputError), uncollected():  # noqa: PT012 - it is asked in between
        assert not gc.isenabled()
        refuse()
    assert gc.isenabled()
