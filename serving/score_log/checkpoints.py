"""Checkpoints: where every chain ended at a moment, signed, in a file outside the database.

Who can write the database can write a whole chain anew, with every hash in it. The heads here were signed by the service's own key,
in a chained file (`training.chain`) that only grows and may lie on another disk: a chain that no longer holds them was rewritten.
Each line tells the heads that moved since the line before. Where the file itself ended stands in the database, so that lines that are
gone from its end are missed too.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from features.disk import unwritable
from features.errors import StateError
from features.settings import Settings
from serving import database, own_keys
from serving.score_log import heads
from serving.score_log.fault import Fault
from serving.score_log.verifying import Signed
from serving.tables import score_log, score_log_writers
from training import chain, keys
from training.hashes import canonical

FILE = "score-log-checkpoints.jsonl"
LOCK = "score-log-checkpoints.lock"

LATE_S = 3600
"""A newest checkpoint that is older is late: what was rewritten since shows nowhere."""

Head = tuple[int, str]


@dataclass(frozen=True)
class Checkpoint:
    """One line of the file.

    Attributes
    ----------
    at : datetime
        UTC without zone.
    heads : mapping of str to (int, str)
        Position and hash of the last line of each chain that moved since the line before.
    restored : str, optional
        Why the chains may be others than those signed before: the database or this file came back from a backup.
    """

    position: int
    at: datetime
    heads: Mapping[str, Head]
    restored: str | None
    public_key: str
    entry_hash: str


def path(settings: Settings) -> Path:
    """Give the file."""
    folder = settings.score_log.checkpoints
    return (settings.state if folder is None else settings.folder / folder) / FILE


def add(settings: Settings, engine: Engine, *, at: datetime, restored: str | None = None) -> Checkpoint:
    """Sign where every chain ends now, and return when that is on disk.

    Parameters
    ----------
    settings : Settings
    engine : sqlalchemy.Engine
    at : datetime
        UTC without zone.
    restored : str, optional
        Why a database or a file that does not fit what was signed before is right: it came back from a backup. It is signed too,
        and `schouw log verify` tells it.

    Raises
    ------
    StateError
        A chain does not hold what was signed last, the file is not as it was written, or the disk or the database refuses.
    """
    with _alone(settings):
        kept = read(settings)
        with database.reading(engine) as connection:
            now = heads.everyone(connection)
            fault = None if restored else _misfit(connection, kept, now)
        if fault is not None:
            raise fault.error()
        file = now.pop(heads.CHECKPOINTS, (0, ""))
        last = {} if restored else newest(kept)
        moved = {name: head for name, head in now.items() if last.get(name) != head}
        line = chain.append(path(settings), _signer(settings, at=at, moved=moved, restored=restored))
        if line.position > file[0] or restored:
            with database.writing(engine) as connection:
                heads.move(connection, heads.CHECKPOINTS, position=line.position, entry_hash=line.entry_hash)
    return _checkpoint(line)


def read(settings: Settings) -> list[Checkpoint]:
    """Give all checkpoints, the first first.

    Raises
    ------
    StateError
        A line is not as it was written, or not signed by a key that counts.
    """
    lines = chain.read(path(settings))
    trusted = _trusted(settings) if lines else ()
    for line in lines:
        said = dict(line.content)
        signature, key = str(said.pop("signature", "")), str(said.get("public_key"))
        if key not in trusted or not keys.verified(key, signature=signature, message=_message(line.position, line.previous_hash, said)):
            raise chain.broken(path(settings), f"line {line.position} is not signed by a key of this service")
    return [_checkpoint(line) for line in lines]


def signed(settings: Settings) -> Signed:
    """Give what the file holds as `serving.score_log.verify` reads it; the errors are those of `read`."""
    kept = read(settings)
    told: dict[str, dict[int, str]] = {}
    for checkpoint in since_restore(kept):
        for name, (position, entry_hash) in checkpoint.heads.items():
            told.setdefault(name, {})[position] = entry_hash
    return Signed(told, [checkpoint.entry_hash for checkpoint in kept])


def newest(kept: list[Checkpoint]) -> dict[str, Head]:
    """Give the head of every chain as it was signed last, since the last restore."""
    return {name: head for checkpoint in since_restore(kept) for name, head in checkpoint.heads.items()}


def since_restore(kept: list[Checkpoint]) -> list[Checkpoint]:
    """Give the checkpoints that still bind: from the newest one that tells of a restore."""
    start = max((n for n, checkpoint in enumerate(kept) if checkpoint.restored), default=0)
    return kept[start:]


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Let one process at a time add a checkpoint."""
    lock = path(settings).with_name(LOCK)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("ab")
    except OSError as error:
        raise unwritable(lock, error) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _misfit(connection: Connection, kept: list[Checkpoint], now: Mapping[str, Head]) -> Fault | None:
    """Hold what was signed last against the database: a head that does not fit is never signed over."""
    position, entry_hash = now.get(heads.CHECKPOINTS, (0, ""))
    if position > len(kept) or (position and kept[position - 1].entry_hash != entry_hash):
        return Fault(position, "checkpoint-removed", heads.CHECKPOINTS)
    for name, (position, entry_hash) in newest(kept).items():
        if name not in now:
            return Fault(1, "writer-removed", name)
        if now[name][0] < position:
            return Fault(now[name][0] + 1, "tail-removed", name)
        if position and now[name] != (position, entry_hash) and _hash_at(connection, name, position) != entry_hash:
            return Fault(position, "rewritten", name)
    return None


def _hash_at(connection: Connection, name: str, position: int) -> str | None:
    register, log = score_log_writers.c, score_log.c
    query = select(register.entry_hash).where(register.position == position)
    if name != heads.WRITERS:
        query = select(log.entry_hash).where(log.writer_id == name, log.position == position)
    found: str | None = connection.execute(query).scalar()
    return found


def _signer(settings: Settings, *, at: datetime, moved: Mapping[str, Head], restored: str | None) -> Any:
    key = own_keys.signing(settings.state)
    if keys.public_text(key) not in _trusted(settings):
        raise StateError(
            f"the key of this service is {keys.public_text(key)}, which municipality.toml does not list",
            expected="the key of the service under public_keys of [score_log]",
            remedy="add it there, or put back the key file of the state folder from its backup",
        )
    said: dict[str, Any] = {"at": at.isoformat(), "heads": {n: list(h) for n, h in moved.items()}, "public_key": keys.public_text(key)}
    if restored:
        said["restored"] = restored
    return lambda position, before: said | {"signature": keys.sign(key, _message(position, before, said))}


def _message(position: int, before: str, said: Mapping[str, Any]) -> bytes:
    return canonical({"position": position, "previous_hash": before, "content": said})


def _trusted(settings: Settings) -> tuple[str, ...]:
    return settings.score_log.public_keys or (own_keys.public_text(settings.state),)


def _checkpoint(line: chain.Line) -> Checkpoint:
    said = line.content
    signed = {name: (int(position), str(entry_hash)) for name, (position, entry_hash) in said["heads"].items()}
    return Checkpoint(line.position, datetime.fromisoformat(said["at"]), signed, said.get("restored"), said["public_key"], line.entry_hash)
