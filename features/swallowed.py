"""Swallowed lines: between two stray quotes of a CSV all lines are one cell, in a row that still has every column.

Such a row is told by its cell: it holds a line break, and no fewer delimiters than a whole line does. A remark of several lines seldom does.
Where every line counts (``complete``) no cell may run over several lines at all. Elsewhere these lines are set aside and counted like any
that cannot be read: what stands in them is kept nowhere (DESIGN rule 11).
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from features.engine import identifier, quoted
from features.errors import SourceError

ANY_BREAK = r"[\n\r\x0b\x0c]"
BREAK = r"\r\n|\n|\r"
SAID = "it stands in a cell that holds whole lines: two stray quotes"
NAMED_AT_MOST = 5
"""Rows that an error names."""


def refuse_cells_of_lines(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuse a CSV that must be complete with a cell of several lines: nobody would miss the lines in it.

    Raises
    ------
    SourceError
        Names the first rows of the extract ``name`` with such a cell.
    """
    cells = ", ".join(map(identifier, _columns(connection, f"raw_{name}")))
    told = f"SELECT row_number() OVER () AS row, concat_ws(' ', {cells}) AS cells FROM raw_{name}"
    found = connection.execute(f"SELECT row FROM ({told}) WHERE regexp_matches(cells, {quoted(ANY_BREAK)}) ORDER BY row").fetchall()
    if found:
        rows = ", ".join(str(row) for (row,) in found[:NAMED_AT_MOST]) + (" and more" if len(found) > NAMED_AT_MOST else "")
        raise SourceError(
            f"extract '{name}' has a cell that runs over more than one line in row {rows}, counted without the header",
            expected="each row on a line of its own: municipality.toml says that it is complete, and two stray quotes make all between them one cell",
            remedy="take the quotes or the line breaks out of these rows, and build again",
        )


def set_aside(connection: duckdb.DuckDBPyConnection, table: str, name: str, *, delimiter: str, columns: int, files: Mapping[Path, str]) -> None:
    """Take the rows with swallowed lines out of a table, and add each of those lines to ``lines_<name>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    table, name : str
        What was read of the extract ``name``.
    delimiter : str
    columns : int
        How many the file has.
    files : mapping of Path to str
        The texts in UTF-8 that were read, and what each file is called.
    """
    cells = {cell: _holds_lines(cell, delimiter, columns) for cell in map(identifier, _columns(connection, table))}
    held = [f"SELECT {cell} AS cell FROM {table} WHERE {holds}" for cell, holds in cells.items()]
    found = [cell for (cell,) in connection.execute(" UNION ALL ".join(held)).fetchall()]
    if not found:
        return
    lines = [line for cell, place in _places(found, files) for line in _lines(cell, place)]
    connection.executemany(f"INSERT INTO lines_{name} VALUES (?, ?, {quoted(SAID)})", lines)
    connection.execute(f"DELETE FROM {table} WHERE {' OR '.join(f'({holds}) IS TRUE' for holds in cells.values())}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]


def _holds_lines(cell: str, delimiter: str, columns: int) -> str:
    """SQL: whether a cell holds a line break and as many delimiters as a line."""
    delimiters = f"length({cell}) - length(replace({cell}, {quoted(delimiter)}, ''))"
    return f"(contains({cell}, chr(10)) OR contains({cell}, chr(13))) AND {delimiters} >= {columns - 1}"


def _places(cells: Sequence[str], files: Mapping[Path, str]) -> Iterable[tuple[str, tuple[str, int | None]]]:
    """Give each cell with the file in which it stands and the number of its first line; no number where its text is not found as it was read."""
    after: dict[tuple[Path, bytes], int] = {}
    for cell in cells:
        text = b'"' + cell.replace('"', '""').encode() + b'"'
        yield cell, next((p for path, file in files.items() if (p := _found(path, file, text, after))), (next(iter(files.values())), None))


def _found(path: Path, file: str, text: bytes, after: dict[tuple[Path, bytes], int]) -> tuple[str, int] | None:
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        at = whole.find(text, after.get((path, text), 0))
        if at < 0:
            return None
        after[path, text] = at + 1
        before = whole[:at]
    return file, 1 + before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r")


def _lines(cell: str, place: tuple[str, int | None]) -> list[tuple[str, int | None]]:
    """Give the file and the number of each line of a cell."""
    file, first = place
    return [(file, first + line if first else None) for line in range(len(re.findall(BREAK, cell)) + 1)]
