"""Raw extracts: what suppliers deliver, made readable as ``raw_<name>`` without changing a value.

Every column of a CSV arrives as text, so that a lost zero or a decimal comma is the mapping's to mend and never a silent guess.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from features.declared_extracts import Extract
from features.declared_registers import refuse_files
from features.engine import identifier, quoted
from features.errors import SourceError
from features.own_database import read_own
from features.postgresql import read_postgresql
from features.settings import Settings
from features.swallowed import count_lost, refuse_cells_of_lines, set_aside
from features.transcoding import transcoded

FILE = "schouw_file"
"""Column that says which file a row is from; never one of a supplier's."""


def register_extracts(connection: duckdb.DuckDBPyConnection, settings: Settings, scratch: Path, new: Mapping[str, list[Path]] | None = None) -> None:
    """Make every declared extract readable as ``raw_<name>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    settings : Settings
    scratch : Path
        Folder for transcoded files; the caller removes it.
    new : mapping of str to list of Path, optional
        Of the extracts that come in deliveries: the files to read. With none there is no ``raw_<name>``.

    Raises
    ------
    SourceError
        An extract is missing, has no header or no row, is not in the declared encoding, or its database cannot be reached.
    PurposeError
        A file comes from a register that may never inform a score.
    """
    for name, extract in settings.extracts.items():
        if new is not None and name in new:
            if new[name]:
                register_files(connection, name, extract, new[name], scratch)
        elif extract.form == "database":
            if not read_own(connection, name, extract, settings.database_url):
                _empty(connection, name, extract)
        elif extract.form == "postgresql":
            if not read_postgresql(connection, name, extract):
                _empty(connection, name, extract)
        else:
            _register_found(connection, name, extract, settings.raw_folder, scratch)
        _refuse_missing(connection, name, extract)


def _register_found(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, raw: Path, scratch: Path) -> None:
    paths = sorted(raw.glob(extract.path or ""))
    if paths:
        register_files(connection, name, extract, paths, scratch)
    elif extract.optional:
        _empty(connection, name, extract)
    else:
        raise absent(name, extract)


def absent(name: str, extract: Extract) -> SourceError:
    """Give the error for an extract of which there is no file."""
    return SourceError(
        f"extract '{name}' is missing: no file matches '{extract.path}'",
        expected=f"a {extract.form} file in the raw folder",
        remedy="ask the supplier, correct the path under [extracts] in municipality.toml, or run 'schouw town' for the synthetic town",
    )


def _refuse_missing(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract) -> None:
    """Refuse an extract of which nothing came: beside a full one of the same register it would not be missed.

    One that comes in deliveries stands alone in its register, and its files are refused one by one.
    """
    if extract.complete:
        _refuse_gaps(connection, name)
        if extract.form == "csv":
            refuse_cells_of_lines(connection, name)
    elif not (extract.deliveries or extract.optional or extract.may_be_empty or _count(connection, f"raw_{name}") or _unread(connection, name)):
        raise SourceError(
            f"extract '{name}' holds no row",
            expected="at least one row: a header alone is how a query that failed looks",
            remedy="ask the supplier for a new delivery; or, where there may be nothing to tell, set may_be_empty = true for it in municipality.toml",
        )


def _refuse_gaps(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuse an extract that must be complete and is not: a protected place that goes missing in it would be visited."""
    rows, unread = _count(connection, f"raw_{name}"), _unread(connection, name)
    if unread or not rows:
        raise SourceError(
            f"extract '{name}' has {rows} rows and {unread} lines that cannot be read",
            expected="rows, and every line readable: municipality.toml says that it is complete",
            remedy="mend those lines with the supplier, and build again",
        )


def _unread(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Count the lines that could not be read."""
    there = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"lines_{name}"]).fetchall()
    return _count(connection, f"lines_{name}") if there else 0


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    # To its end: a result that was begun and not ended keeps the connection from taking in the next table.
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def register_files(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, paths: list[Path], scratch: Path) -> None:
    """Make the files of one extract readable as ``raw_<name>``; raises and parameters as `register_extracts`.

    Of an extract that comes in deliveries ``files_<name>`` also says in ``schouw_file`` which file a row is from.
    """
    refuse_files(name, (path.name for path in paths))
    files = [transcoded(path, scratch / f"{name}_{i}.csv", extract.encoding) for i, path in enumerate(paths)] if extract.form == "csv" else paths
    relation = (
        _csv(dict(zip(paths, files, strict=True)), name, extract)
        if extract.form == "csv"
        else f"read_parquet([{_listed(files)}], union_by_name = true)"
    )
    if extract.deliveries:
        relation = f"{relation.removesuffix(')')}, filename = '{FILE}')"
    table = f"{'files' if extract.deliveries else 'raw'}_{name}"
    _read(connection, table, relation, name, paths)
    if extract.form == "csv":
        called = dict(zip(files, (path.name for path in paths), strict=True))
        _keep_no_text(connection, name, {str(file): path for file, path in called.items()})
        count_lost(connection, table, name, files=called, by_file=FILE if extract.deliveries else None)
        if not extract.complete:
            set_aside(connection, table, name, delimiter=extract.delimiter, columns=len(header(files[0], name, extract)), files=called)
    if not extract.deliveries:
        return
    connection.execute(f"CREATE OR REPLACE VIEW raw_{name} AS SELECT * EXCLUDE ({FILE}) FROM files_{name}")
    places = ", ".join(f"{quoted(file)}: {i}" for i, file in enumerate(files))
    connection.execute(
        f"CREATE OR REPLACE TABLE counts_{name} AS SELECT MAP {{{places}}}[{FILE}] AS place, count(*) AS rows FROM files_{name} GROUP BY 1"
    )


def _keep_no_text(connection: duckdb.DuckDBPyConnection, name: str, files: Mapping[str, str]) -> None:
    """Make ``lines_<name>`` of the lines that could not be read: where each stands and what is first wrong with it, never what stands in it.

    In which column a value of such a line belongs nobody knows, so it cannot be looked at for people.
    """
    called = ", ".join(f"{quoted(path)}: {quoted(file)}" for path, file in files.items())
    connection.execute(
        f"CREATE OR REPLACE TABLE lines_{name} AS SELECT MAP {{{called}}}[file_path] AS file, CAST(line AS BIGINT) AS line, "
        f"arg_min(error_message, byte_position) AS error FROM rejects_{name} JOIN scans_{name} USING (scan_id, file_id) GROUP BY ALL"
    )
    connection.execute(f"DROP TABLE rejects_{name}")
    connection.execute(f"DROP TABLE scans_{name}")


def rows_by_file(connection: duckdb.DuckDBPyConnection, name: str, files: int) -> list[int]:
    """Give the number of rows that could be read in each file of an extract that comes in deliveries, in the order in which they were given."""
    found = dict(connection.execute(f"SELECT place, rows FROM counts_{name}").fetchall())
    return [found.get(place, 0) for place in range(files)]


def unread_by_file(connection: duckdb.DuckDBPyConnection, name: str, file: str) -> int:
    """Give the number of lines that could not be read in one file of an extract; 0 where it has no lines."""
    return _count(connection, f"lines_{name} WHERE file = {quoted(file)}") if _unread(connection, name) else 0


def _listed(files: list[Path]) -> str:
    return ", ".join(quoted(file) for file in files)


def _csv(files: Mapping[Path, Path], name: str, extract: Extract) -> str:
    """Give the files, each with the same text in UTF-8, as one relation."""
    headers = {path: header(file, name, extract, called=path.name) for path, file in files.items()}
    usual, _ = Counter(headers.values()).most_common(1)[0]
    for path, columns in headers.items():
        if columns != usual:
            raise _another_header(name, path.name, columns, usual)
    # The columns are named here: left to itself DuckDB guesses the form of a file, and one stray quote then refuses all of it.
    typed = ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in usual)
    return (
        f"read_csv([{_listed(list(files.values()))}], delim = {quoted(extract.delimiter)}, header = true, columns = {{{typed}}}, "
        f"quote = '\"', escape = '\"', nullstr = '', comment = '', auto_detect = false, "
        f"store_rejects = true, rejects_table = 'rejects_{name}', rejects_scan = 'scans_{name}')"
    )


def _another_header(name: str, file: str, columns: tuple[str, ...], usual: tuple[str, ...]) -> SourceError:
    """Give the error for a file whose columns are not those of the other files of its extract."""
    apart = {"misses": [c for c in usual if c not in columns], "has": [c for c in columns if c not in usual]}
    said = " and ".join(f"{verb} {', '.join(map(repr, found))}" for verb, found in apart.items() if found)
    return SourceError(
        f"{file} has another header than the other files of extract '{name}': it {said or 'has the same columns in another order'}",
        expected=f"one header for all files of an extract: {', '.join(usual)}",
        remedy="ask for the file again, or rename the column",
    )


def header(path: Path, name: str, extract: Extract, *, encoding: str = "utf-8-sig", called: str | None = None) -> tuple[str, ...]:
    """Give the names of the columns of a CSV; what has no name, or the name of another, gets one of its own.

    Parameters
    ----------
    path : Path
    name : str
        Of the extract, for an error.
    extract : Extract
        Its delimiter counts.
    encoding : str
        Of this file: UTF-8 once it was transcoded.
    called : str, optional
        Name of the file for an error, where ``path`` is its text in UTF-8.

    Raises
    ------
    SourceError
        It cannot be read, or has no header.
    """
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            given = next(csv.reader(file, delimiter=extract.delimiter), [])
    except (OSError, csv.Error) as error:
        raise _unreadable(name, [called or path.name], type(error).__name__) from error
    if not given:
        raise _unreadable(name, [called or path.name], "it has no header")
    names: list[str] = []
    for place, column in enumerate(given):
        taken = {n.lower() for n in names}
        names.append(column if column and column.lower() not in taken else f"{column or 'column'}_{place}")
    return tuple(names)


def unreadable_lines(connection: duckdb.DuckDBPyConnection, select: str) -> pd.DataFrame:
    """Give the lines that could not be read in the extracts that a register's SELECT names: ``extract, file, line, error``, and no text."""
    found = []
    for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'lines\\_%' ESCAPE '\\'").fetchall():
        name = table.removeprefix("lines_")
        if re.search(rf"\braw_{re.escape(name)}\b", select):
            found.append(connection.execute(f"SELECT {quoted(name)} AS extract, * FROM {table} ORDER BY ALL").df())
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["extract", "file", "line", "error"])


def _read(connection: duckdb.DuckDBPyConnection, table: str, relation: str, name: str, paths: list[Path]) -> None:
    kind = "TABLE" if relation.startswith("read_csv") else "VIEW"
    try:
        connection.execute(f"CREATE OR REPLACE {kind} {table} AS SELECT * FROM {relation}")
    except duckdb.Error as error:
        raise _unreadable(name, [path.name for path in paths], str(error).splitlines()[0]) from error


def _unreadable(name: str, files: list[str], why: str) -> SourceError:
    return SourceError(
        f"extract '{name}' cannot be read ({', '.join(files)}): {why}",
        expected="a readable file with the declared form, delimiter and encoding",
        remedy="compare the file with [extracts] in municipality.toml",
    )


def _empty(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract) -> None:
    if not extract.columns:
        raise SourceError(
            f"extract '{name}' is optional and absent but declares no columns", expected="columns = [...]", remedy="list them in municipality.toml"
        )
    connection.execute(f"CREATE OR REPLACE TABLE raw_{name} ({', '.join(f'{identifier(c)} VARCHAR' for c in extract.columns)})")
