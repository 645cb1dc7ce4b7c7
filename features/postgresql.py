"""PostgreSQL: a table of someone else's database as a raw extract, read in batches with its types.

The server hands out the rows through a cursor of its own, so memory follows the batch and not the table; the rows go to DuckDB as Arrow. No
extension of DuckDB is needed (it would fetch one from the network). The session only reads. What an error says never holds the URL.
"""

from __future__ import annotations

import re

import duckdb
import sqlalchemy

from features.declared_extracts import Extract
from features.errors import SourceError
from features.typed_batches import BATCH_ROWS, copy_table, reflected

CONNECT_SECONDS = 10
"""How long a server may take to answer before it counts as unreachable."""


def read_postgresql(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, *, batch_rows: int = BATCH_ROWS) -> bool:
    """Copy a table to ``raw_<name>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        Of the extract.
    extract : Extract
        Of form ``postgresql``.
    batch_rows : int
        Rows that are in memory at a time.

    Returns
    -------
    bool
        False where the extract is optional and its variable or its table is not there.

    Raises
    ------
    SourceError
        The variable is empty, the server cannot be reached, the table is not there, or reading it broke off.
    """
    engine = engine_of(name, extract)
    if engine is None:
        return False
    try:
        with engine.connect() as opened:
            opened.exec_driver_sql("SET TRANSACTION READ ONLY")
            table = _table(opened, name, extract)
            if table is None:
                return False
            copy_table(connection, name, table, opened, batch_rows=batch_rows)
        return True
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise SourceError(
            f"extract '{name}' cannot be read from its database: {_kind(error)}",
            expected=f"a server that answers and a login that may read '{extract.table}'",
            remedy=f"check the server, and the URL in the environment variable {extract.url_from}",
        ) from None  # the driver's text may hold host, login and password
    finally:
        engine.dispose()


def engine_of(name: str, extract: Extract) -> sqlalchemy.Engine | None:
    """Give the engine of the URL; None where the extract is optional and there is none.

    Raises
    ------
    SourceError
        The variable is empty, or holds no URL of a PostgreSQL database.
    """
    if not extract.url:
        if extract.optional:
            return None
        raise SourceError(
            f"extract '{name}' has no database: the environment variable {extract.url_from} is empty",
            expected="a URL such as postgresql+psycopg://user@host/name",
            remedy=f"set {extract.url_from} where Schouw runs",
        )
    try:
        url = sqlalchemy.make_url(extract.url)
        if url.get_backend_name() != "postgresql":
            raise sqlalchemy.exc.ArgumentError("other kind")
        return sqlalchemy.create_engine(
            url.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True
        )
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise SourceError(
            f"extract '{name}' has no URL of a PostgreSQL database in the environment variable {extract.url_from}",
            expected="a URL such as postgresql+psycopg://user@host/name",
            remedy=f"correct {extract.url_from}",
        ) from None  # the text may hold the password


def _table(opened: sqlalchemy.Connection, name: str, extract: Extract) -> sqlalchemy.Table | None:
    try:
        return reflected(opened, str(extract.table))
    except sqlalchemy.exc.NoSuchTableError:
        if extract.optional:
            return None
        raise SourceError(
            f"extract '{name}' is missing: its database has no table '{extract.table}'",
            expected="a table or view that the login may read",
            remedy="ask the supplier, or correct table under [extracts] in municipality.toml",
        ) from None


def _kind(error: sqlalchemy.exc.SQLAlchemyError) -> str:
    """Say what kind of error it was: its class, and PostgreSQL's own code where there is one."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    said = re.sub(r"(?<!^)([A-Z])", r" \1", type(error).__name__).lower()
    return f"{said} ({code})" if code else said
