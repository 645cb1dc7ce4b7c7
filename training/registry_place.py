"""Where the registry is: knocked at before MLflow is, and found again after the state folder was moved or copied.

MLflow writes down where each artifact lies as a whole path, when an experiment, a run or a model is made, and knows no way to change it. So a
state folder that was moved, restored elsewhere or copied would still be sought, and written to, in its old place. A database that lies in the
state folder goes where the folder goes: its places are set right. One that lies elsewhere, as PostgreSQL does, may be asked from two folders:
there it is done only where the old one is gone.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import sqlalchemy
from sqlalchemy import Connection, Engine, text

from features.errors import StateError
from features.settings import Settings

ARTIFACTS = "mlartifacts"
DATABASES = ("sqlite", "postgresql")
PLACES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
    "datasets": "dataset_source",
}
"""Columns of MLflow 3 that hold a place, by table."""


def reach(settings: Settings) -> None:
    """Knock at the database, for MLflow itself would try for minutes; and let it look where the state folder is now.

    Raises
    ------
    SQLAlchemyError, OSError
        It is down, locked or cannot be written.
    StateError
        The state folder was moved, and the artifacts are neither where they were nor in it.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    url = sqlalchemy.engine.make_url(settings.tracking_uri) if "://" in settings.tracking_uri else None
    if url is None or url.get_backend_name() not in DATABASES:
        return
    engine = sqlalchemy.create_engine(url)
    try:
        _follow(engine, settings, goes_along=_lies_in(url, settings.state))
    finally:
        engine.dispose()


def _follow(engine: Engine, settings: Settings, *, goes_along: bool) -> None:
    with engine.connect() as connection:
        former = _former_places(connection, settings)
    for before, names in former.items():
        there = [folder for folder in (_path(before), settings.state) if any((folder / ARTIFACTS / name).exists() for name in names)]
        if not there:
            raise StateError(
                f"the artifacts of the registry were in {_path(before)}, and are neither there nor in {settings.state}",
                expected=f"the folder {ARTIFACTS} beside what else was in that state folder",
                remedy=f"move or restore {ARTIFACTS} to {settings.state} too, and repeat the command",
            )
        if settings.state in there and (goes_along or len(there) == 1):
            with engine.begin() as connection:
                _rewrite(connection, before=before, now=settings.state.as_uri())


def _former_places(connection: Connection, settings: Settings) -> dict[str, list[str]]:
    """Give the names of this municipality's experiments that have a run, by the state folder that they know, where that is another one."""
    if not sqlalchemy.inspect(connection).has_table("experiments"):
        return {}
    held = "SELECT DISTINCT e.name, e.artifact_location FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id WHERE e.name LIKE :ours"
    found: dict[str, list[str]] = {}
    for name, location in connection.execute(text(held), {"ours": f"{settings.code}.%"}):
        before, ours, rest = str(location).rpartition(f"/{ARTIFACTS}/")
        if ours and rest == name and before != settings.state.as_uri():
            found.setdefault(before, []).append(name)
    return found


def _rewrite(connection: Connection, *, before: str, now: str) -> None:
    """Put the new folder in the place of the old one, in every column that holds a place."""
    for table, column in PLACES.items():
        done = f"UPDATE {table} SET {column} = REPLACE({column}, :before, :now) WHERE {column} LIKE :old"  # noqa: S608 - names of our own
        connection.execute(text(done), {"before": f"{before}/", "now": f"{now}/", "old": f"%{before}/%"})


def _lies_in(url: sqlalchemy.engine.URL, folder: Path) -> bool:
    return url.get_backend_name() == "sqlite" and url.database is not None and Path(url.database).resolve().is_relative_to(folder.resolve())


def _path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))
