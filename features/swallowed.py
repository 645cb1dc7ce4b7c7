"""Swallowed lines: between two stray quotes of a CSV all lines are one cell, in a row that still has every column.

Such a row is told by its cell: it holds a line break, and no fewer delimiters than a whole line does. A remark of several lines seldom does.
Where every line counts (``complete``) no cell may run over several lines at all. Elsewhere these lines are set aside and counted like any
that cannot be read: what stands in them is kept nowhere (DESIGN rule 11).

Where the quotes stand in different columns, or the second one is missing, the row has too few columns or too many, and the reader names
the line on which it begins. The lines that went with it are what the file has more than was read and named.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from features.engine import identifier, quoted
from features.errors import SourceError

ANY_BREAK = r"[\n\r\x0b\x0c]"
BREAK = r"\r\n|\n|\r"
SAID = "it stands in a cell that holds whole lines: two stray quotes"
WITH_IT = "it went with a line that cannot be read: a stray quote"
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
    seen: set[tuple[Path, int]] = set()
    lines: list[tuple[str, int | None]] = []
    for cell, holds in cells.items():
        held = [text for (text,) in connection.execute(f"SELECT {cell} FROM {table} WHERE {holds}").fetchall()]
        lines += [line for text, place in _places(held, files, seen) for line in _lines(text, place)]
    if not lines:
        return
    _add(connection, name, lines, SAID)
    connection.execute(f"DELETE FROM {table} WHERE {' OR '.join(f'({holds}) IS TRUE' for holds in cells.values())}")


def count_lost(connection: duckdb.DuckDBPyConnection, table: str, name: str, *, files: Mapping[Path, str], by_file: str | None) -> None:
    """Add to ``lines_<name>`` the lines that went with a line that cannot be read; before `set_aside`, parameters as there.

    ``by_file`` is the column that says which file a row is from, where there is one. Where there is none and the extract has several files,
    a line counts as one of the first that has such a line. Empty lines are no lines.
    """
    broken = [file for (file,) in connection.execute(f"SELECT DISTINCT file FROM lines_{name} ORDER BY file").fetchall()]
    if not broken:
        return
    cells = ", ".join(map(identifier, _columns(connection, table)))
    breaks = f"len(regexp_extract_all(concat_ws('', {cells}), {quoted(BREAK)}))"
    parts = [{path: file} for path, file in files.items() if file in broken] if by_file else [dict(files)]
    for part in parts:
        whose = f"WHERE {by_file} = {quoted(next(iter(part)))}" if by_file else ""
        named = f"WHERE file = {quoted(next(iter(part.values())))}" if by_file else ""
        ((rows,),) = connection.execute(f"SELECT coalesce(sum(1 + {breaks}), 0)::BIGINT FROM {table} {whose}").fetchall()
        ((known,),) = connection.execute(f"SELECT count(*) FROM lines_{name} {named}").fetchall()
        lost = sum(_lines_of(path) - 1 for path in part) - rows - known
        _add(connection, name, [(next(file for file in part.values() if file in broken), None)] * max(0, lost), WITH_IT)


def _lines_of(path: Path) -> int:
    """Count the lines of a file that are not empty, its header among them."""
    with path.open("r", encoding="utf-8-sig", errors="replace") as opened:
        return sum(line != "\n" for line in opened)


def _add(connection: duckdb.DuckDBPyConnection, name: str, lines: Sequence[tuple[str, int | None]], said: str) -> None:
    given = pa.table({"file": pa.array([f for f, _ in lines], pa.string()), "line": pa.array([n for _, n in lines], pa.int64())})
    connection.register(f"told_of_{name}", given)
    connection.execute(f"INSERT INTO lines_{name} SELECT file, line, {quoted(said)} FROM told_of_{name}")
    connection.unregister(f"told_of_{name}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]


def _holds_lines(cell: str, delimiter: str, columns: int) -> str:
    """SQL: whether a cell holds a line break and as many delimiters as a line."""
    delimiters = f"length({cell}) - length(replace({cell}, {quoted(delimiter)}, ''))"
    return f"(contains({cell}, chr(10)) OR contains({cell}, chr(13))) AND {delimiters} >= {columns - 1}"


def _places(cells: Sequence[str], files: Mapping[Path, str], seen: set[tuple[Path, int]]) -> Iterable[tuple[str, tuple[str, int | None]]]:
    """Give each cell of a column with the file in which it stands and the number of its first line; no number where its text is not found.

    The cells come in the order of the files, so each is looked for from where the one before it was found; ``seen`` holds what was found.
    """
    begun, at, line = list(files), 0, 1
    for cell in cells:
        text = b'"' + cell.replace('"', '""').encode() + b'"'
        found: int | None = None
        for n, path in enumerate(begun):
            start, number = (at, line) if n == 0 else (0, 1)
            if (place := _found(path, text, start, seen)) >= 0:
                begun, at, line = begun[n:], place, number + _breaks(path, start, place)
                seen.add((path, place))
                found = line
                break
        yield cell, (files[begun[0]], found)


def _found(path: Path, text: bytes, start: int, seen: set[tuple[Path, int]]) -> int:
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        at = whole.find(text, start)
        while (path, at) in seen:
            at = whole.find(text, at + 1)
    return at


def _breaks(path: Path, start: int, end: int) -> int:
    """Count the line breaks between two places of a file; the places are no line breaks themselves."""
    with path.open("rb") as opened:
        opened.seek(start)
        between = opened.read(end - start)
    return between.count(b"\n") + between.replace(b"\r\n", b"").count(b"\r")


def _lines(cell: str, place: tuple[str, int | None]) -> list[tuple[str, int | None]]:
    """Give the file and the number of each line of a cell."""
    file, first = place
    return [(file, first + line if first else None) for line in range(len(re.findall(BREAK, cell)) + 1)]
