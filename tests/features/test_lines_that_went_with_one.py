"""Lines of a CSV that go with a line that cannot be read are counted, each (DESIGN rule 11)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from features import swallowed
from features.declared_extracts import Extract
from features.extracts import register_extracts, register_files, unread_by_file
from features.swallowed import WITH_IT
from tests.hamlet import addresses, hamlet

ROWS = 3000


def written(file: Path, *, first: str, second: str, end: str = "\n", encoding: str = "utf-8") -> Path:
    """Write a file without quotes, and put two lines in it: the 101st and the 201st row."""
    lines = ["a;b;c", *(f"{i};é{i};z" for i in range(ROWS))]
    lines[101], lines[201] = first, second
    file.write_bytes((end.join(lines) + end + end).encode(encoding))
    return file


def counted(folder: Path, extract: Extract) -> tuple[int, Counter[str]]:
    """Give the rows, and the lines that cannot be read by file."""
    settings = hamlet(folder / "town", addresses=addresses("A1"))
    settings = settings.model_copy(update={"extracts": {"list": extract}, "raw": folder})
    with duckdb.connect() as connection:
        register_extracts(connection, settings, folder)
        ((rows,),) = connection.execute("SELECT count(*) FROM raw_list").fetchall()
        return rows, Counter(file for (file,) in connection.execute("SELECT file FROM lines_list").fetchall())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ('7;"x;z', '8;x;z"', 101),
        ('7;"x;z', '8";x;z', 101),
        ('"7;x;z', '8;x";z', 101),
        ('"7;x;z', '8;x;z"', 101),
        ('7;"x;z', '8;"x";z', 101),
        ('7;"x;z', "8;x;z", ROWS - 100),
        ('7;"x"y;z', "8;x;z", 1),
        ("7;x;z;w", "8;x", 2),
    ],
)
def test_every_line_between_quotes_that_do_not_match_is_counted(tmp_path: Path, first: str, second: str, lost: int, end: str, encoding: str) -> None:
    written(tmp_path / "list.csv", first=first, second=second, end=end, encoding=encoding)
    found = counted(tmp_path, Extract(form="csv", path="list.csv", encoding=encoding))
    assert found == (ROWS - lost, {"list.csv": lost})


def test_lines_of_several_files_are_all_counted(tmp_path: Path) -> None:
    written(tmp_path / "list_1.csv", first="7;x;z", second="8;x;z")
    written(tmp_path / "list_2.csv", first='7;"x;z', second='8;x;z"')
    assert counted(tmp_path, Extract(form="csv", path="list_*.csv")) == (2 * ROWS - 101, {"list_2.csv": 101})


def test_lines_of_a_delivery_are_counted_where_they_stood(tmp_path: Path) -> None:
    clean = written(tmp_path / "list_20240101.csv", first="7;x;z", second="8;x;z")
    broken = written(tmp_path / "list_20240102.csv", first='7;"x;z', second='8;x;z"')
    other = written(tmp_path / "list_20240103.csv", first='7;"x;z', second="8;x;z")
    extract = Extract(form="csv", path="list_*.csv", deliveries=r"_(?P<day>\d{8})\.csv$")
    with duckdb.connect() as connection:
        register_files(connection, "list", extract, [clean, broken, other], tmp_path)
        assert [unread_by_file(connection, "list", file.name) for file in (clean, broken, other)] == [0, 101, ROWS - 100]


def test_a_remark_of_several_lines_is_no_line_that_went_with_another(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('a;b;c\n1;"first\n\nthird";z\n\n2;y;z;w\n3;"one\ntwo";z\n')
    settings = hamlet(tmp_path / "town", addresses=addresses("A1")).model_copy(update={"raw": tmp_path})
    settings = settings.model_copy(update={"extracts": {"list": Extract(form="csv", path="list.csv")}})
    with duckdb.connect() as connection:
        register_extracts(connection, settings, tmp_path)
        assert connection.execute("SELECT count(*) FROM raw_list").fetchone() == (2,)
        assert connection.execute(f"SELECT count(*), count(*) FILTER (error = '{WITH_IT}') FROM lines_list").fetchone() == (1, 0)


def test_many_cells_of_lines_are_found_in_one_walk_through_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [f'{i};"remark {i}; one\ntwo; three";z\n' for i in range(2000)]
    (tmp_path / "list.csv").write_text("a;b;c\n" + "".join(cells))
    walked: list[int] = []
    breaks = swallowed._breaks

    def watched(path: Path, start: int, end: int) -> int:
        walked.append(end - start)
        return breaks(path, start, end)

    monkeypatch.setattr(swallowed, "_breaks", watched)
    assert counted(tmp_path, Extract(form="csv", path="list.csv")) == (0, {"list.csv": 4000})
    assert 0 < sum(walked) <= (tmp_path / "list.csv").stat().st_size
