"""Our own database as a raw extract: outcomes and signals come back through the same door as any register, in batches and with their types."""

from __future__ import annotations

from pathlib import Path

import duckdb
import sqlalchemy

from features.declared_extracts import Extract
from features.errors import SourceError, StateError
from features.typed_batches import BATCH_ROWS, copy_table, reflected


def read_own(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, url: str, *, batch_rows: int = BATCH_ROWS) -> bool:
    """Copy a table of our own database to ``raw_<name>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        Of the extract.
    extract : Extract
        Of form ``database``.
    url : str
        SQLAlchemy URL, of SQLite or PostgreSQL.
    batch_rows : int
        Rows that are in memory at a time.

    Returns
    -------
    bool
        False where the extract is optional and its table is not there.

    Raises
    ------
    StateError
        The database cannot be reached or read.
    SourceError
        The table is not there, and the extract is not optional.
    """
    try:
        return _copy(connection, name, extract, url, batch_rows)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError) as error:
        raise StateError(
            f"our own database cannot be read for extract '{name}': {type(error).__name__}",
            expected="a database that answers at the URL in municipality.toml or SCHOUW_DATABASE_URL",
            remedy="check the URL, and whether the database runs",
        ) from None  # the driver's text may hold host, login and password


def _copy(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, url: str, batch_rows: int) -> bool:
    engine = sqlalchemy.create_engine(url, hide_parameters=True)
    try:
        if _reachable(engine, url):
            with engine.connect() as opened:
                copy_table(connection, name, reflected(opened, str(extract.table)), opened, batch_rows=batch_rows)
            return True
    except sqlalchemy.exc.NoSuchTableError:
        pass
    finally:
        engine.dispose()
    if not extract.optional:
        raise SourceError(f"table '{extract.table}' is not in our database", expected="an upgraded database", remedy="start 'schouw serve' once")
    return False


def _reachable(engine: sqlalchemy.Engine, url: str) -> bool:
    """Tell whether a SQLite file is there at all: connecting would make an empty one."""
    if engine.dialect.name != "sqlite":
        return True
    file = sqlalchemy.make_url(url).database
    return bool(file) and Path(str(file)).exists()
