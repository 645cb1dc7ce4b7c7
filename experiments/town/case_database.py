"""A supplier that lets its own database be read: where municipality.toml says so, the town's case system is a table in PostgreSQL.

The demo needs no PostgreSQL: as it ships, Zaanwijk gets a file of the same rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import sqlalchemy
from sqlalchemy import BigInteger, Column, Date, Float, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from features.declared_extracts import Extract
from features.errors import StateError
from features.postgresql import engine_of
from features.settings import Settings

SERVED = {"signalen": "signalen.parquet"}
"""Extracts that may be a table of a database, each with the file that the town makes of it."""

BATCH_ROWS = 10_000


def hand_over(settings: Settings) -> list[str]:
    """Move what is declared as a table of a database from its file into that table; one that is there is replaced.

    Parameters
    ----------
    settings : Settings
        Of a synthetic municipality whose files were just made.

    Returns
    -------
    list of str
        The extracts that are a table now.

    Raises
    ------
    SourceError
        The environment holds no URL of a PostgreSQL database.
    StateError
        The database cannot be reached, or the login may not make the table.
    """
    moved = []
    for name, file in SERVED.items():
        extract, path = settings.extracts.get(name), settings.raw_folder / file
        if extract is not None and extract.form == "postgresql" and path.is_file() and (engine := engine_of(name, extract)) is not None:
            try:
                _load(engine, extract, path)
            except sqlalchemy.exc.SQLAlchemyError as error:
                raise StateError(
                    f"the town could not fill table '{extract.table}': {type(error).__name__}",
                    expected="a PostgreSQL server that answers, and a login that may make the table",
                    remedy=f"check the server and the URL in {extract.url_from}; or declare the extract as the file {file}",
                ) from None  # the driver's text may hold host, login and password
            finally:
                engine.dispose()
            path.unlink()
            moved.append(name)
    return moved


def _load(engine: sqlalchemy.Engine, extract: Extract, path: Path) -> None:
    with pyarrow.parquet.ParquetFile(path) as file, engine.begin() as opened:
        *schema, name = str(extract.table).split(".")
        columns = [Column(field.name, _kind(field.type)) for field in file.schema_arrow]
        table = Table(name, MetaData(), *columns, schema=schema[0] if schema else None)
        table.drop(opened, checkfirst=True)
        table.create(opened)
        for batch in file.iter_batches(BATCH_ROWS):
            opened.execute(table.insert(), batch.to_pylist())


def _kind(arrow: pa.DataType) -> TypeEngine[Any]:
    if pa.types.is_date(arrow):
        return Date()
    if pa.types.is_integer(arrow):
        return BigInteger()
    return Float() if pa.types.is_floating(arrow) else Text()
