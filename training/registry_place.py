"""Where the registry is: knocked at before MLflow is, whose it is, and found again after the state folder was moved or copied.

MLflow writes down where each artifact lies as a whole path, when an experiment, a run or a model is made, and knows no way to change it. So a
state folder that was moved, restored elsewhere or copied would still be sought, and written to, in its old place. A database that lies in the
state folder goes where the folder goes: its places are set right. One that lies elsewhere, as PostgreSQL does, may be asked from two folders:
there it is done only where the old one is gone, and only for the folder to which the models belong. Each experiment says which that is, by a
number that the folder keeps too (`NUMBER`): a path says nothing, for in containers every town has the same one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import sqlalchemy
from sqlalchemy import Connection, Engine, text

from features import turn
from features.disk import unwritable
from features.engine import replaced_whole
from features.errors import StateError
from features.settings import Settings

ARTIFACTS = "mlartifacts"
DATABASES = ("sqlite", "postgresql")
NUMBER = "registry.id"
"""File in the state folder: its number, made once, which goes along where the folder is moved or restored."""
OWNER_TAG = "schouw.state"
"""Tag of an experiment: the number of the state folder to which it belongs."""
PLACES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "datasets": "dataset_source",
}
"""Columns of MLflow 3 that hold a place, by table; each table tells of which experiment a row is."""
MODELS = ("model_versions", "storage_location")
"""The one that tells the name instead."""


@dataclass(frozen=True)
class Experiment:
    """An experiment of this municipality as the database has it: ``state`` is the folder under which its artifacts are sought."""

    number: int
    name: str
    state: str
    owner: str | None
    runs: tuple[str, ...]

    def lies_in(self, folder: Path) -> bool:
        """Say whether a state folder holds artifacts of any of its runs."""
        return any((folder / ARTIFACTS / self.name / run).exists() for run in self.runs)


def reach(settings: Settings) -> None:
    """Knock at the database, for MLflow itself would try for minutes; and let it look where the state folder is now.

    Raises
    ------
    SQLAlchemyError, OSError
        It is down, locked or cannot be written.
    StateError
        Its models belong to another state folder; or this one was moved, and the artifacts are neither where they were nor in it.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    url = _url(settings)
    if url is None or url.get_backend_name() not in DATABASES:
        return
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            found = _experiments(connection, settings)
        for one in found:
            refuse_other(settings, name=one.name, owner=one.owner, place=one.state)
        _follow(engine, [one for one in found if one.state != settings.state.as_uri()], settings)
    finally:
        engine.dispose()


def refuse_other(settings: Settings, *, name: str, owner: str | None, place: str) -> None:
    """Refuse an experiment of another state folder, in a database that two can ask.

    Raises
    ------
    StateError
        It belongs to another one; or the disk refuses.
    """
    if owner is None or _goes_along(settings) or owner == number_of(settings):
        return
    raise StateError(
        f"the models '{name}' in the registry belong to the state folder of number {owner}, then in {_path(place)};"
        f" this is {settings.state} of number {number_of(settings)}",
        expected=f"a registry in which no other state folder keeps models of municipality '{settings.code}'; nothing was changed",
        remedy=f"give this one a database of its own (tracking_uri or SCHOUW_TRACKING_URI); or, if it is that folder, restore its file {NUMBER}",
    )


def number_of(settings: Settings) -> str:
    """Give the number of the state folder, made the first time.

    Raises
    ------
    StateError
        The disk refuses.
    """
    file = settings.state / NUMBER
    try:
        if not file.exists():
            _make_number(file)
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise unwritable(file, error) from error


def _make_number(file: Path) -> None:
    with turn.waiting(file.with_name(f".{file.name}.lock"), doing="opening the registry", say=lambda _: None):
        if not file.exists():
            with replaced_whole(file) as draft:
                draft.write_text(f"{uuid.uuid4()}\n", encoding="utf-8")


def _follow(engine: Engine, moved: Iterable[Experiment], settings: Settings) -> None:
    """Let experiments whose artifacts are sought elsewhere look in the state folder of now, where they are in it."""
    for one in moved:
        here, there = one.lies_in(settings.state), one.lies_in(_path(one.state))
        if one.runs and not (here or there):
            raise StateError(
                f"the artifacts of the registry were in {_path(one.state)}, and are neither there nor in {settings.state}",
                expected=f"the folder {ARTIFACTS} beside what else was in that state folder",
                remedy=f"move or restore {ARTIFACTS} to {settings.state} too, and repeat the command",
            )
        if (here or not one.runs) and (_goes_along(settings) or not there):
            with engine.begin() as connection:
                _rewrite(connection, one, now=settings.state.as_uri())


def _experiments(connection: Connection, settings: Settings) -> list[Experiment]:
    """Give this municipality's experiments of which the artifacts lie under a state folder."""
    if not sqlalchemy.inspect(connection).has_table("experiments"):
        return []
    asked = """
        SELECT e.experiment_id, e.name, e.artifact_location, t.value FROM experiments e
        LEFT JOIN experiment_tags t ON t.experiment_id = e.experiment_id AND t.key = :owner WHERE e.name LIKE :ours ORDER BY e.name
    """
    found = []
    for number, name, location, owner in connection.execute(text(asked), {"owner": OWNER_TAG, "ours": f"{settings.code}.%"}).all():
        state, ours, rest = str(location).rpartition(f"/{ARTIFACTS}/")
        if ours and rest == name:
            runs = connection.execute(text("SELECT run_uuid FROM runs WHERE experiment_id = :number"), {"number": number}).scalars()
            found.append(Experiment(number, name, state, owner, tuple(runs)))
    return found


def _rewrite(connection: Connection, one: Experiment, *, now: str) -> None:
    """Put the new folder in the place of the old one, in every column that holds a place, for this experiment alone."""
    which = [(table, column, "experiment_id = :number") for table, column in PLACES.items()] + [(*MODELS, "name = :name")]
    given = {"before": f"{one.state}/", "now": f"{now}/", "number": one.number, "name": one.name}
    for table, column, mine in which:
        done = f"UPDATE {table} SET {column} = REPLACE({column}, :before, :now) WHERE {mine}"  # noqa: S608 - names of our own
        connection.execute(text(done), {key: value for key, value in given.items() if f":{key}" in done})


def _goes_along(settings: Settings) -> bool:
    """Say whether the database lies in the state folder."""
    url = _url(settings)
    if url is None or url.get_backend_name() != "sqlite" or url.database is None:
        return False
    return Path(url.database).resolve().is_relative_to(settings.state.resolve())


def _url(settings: Settings) -> sqlalchemy.engine.URL | None:
    return sqlalchemy.engine.make_url(settings.tracking_uri) if "://" in settings.tracking_uri else None


def _path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))
