"""Where each chain ends: a row per writer, one for the register of writers, and one for the signed heads outside the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from features.errors import StateError
from serving.tables import CHECKPOINTS, WRITERS, score_log_head

__all__ = ["CHECKPOINTS", "WRITERS", "add", "everyone", "find", "lock", "move"]


def lock(connection: Connection, chain: str) -> Row[Any, Any]:
    """Give the head of a chain, which stays locked until the transaction ends.

    Raises
    ------
    StateError
        The chain has no head.
    """
    head = _query(connection, chain, locked=True)
    if head is None:
        raise StateError(
            f"the score log has no head of chain {chain}",
            expected="a head of the register and of every writer in it",
            remedy="restore the database from its backup, and start the service again",
        )
    return head


def find(connection: Connection, chain: str) -> Row[Any, Any] | None:
    """Give the head of a chain, or None."""
    return _query(connection, chain, locked=False)


def everyone(connection: Connection) -> dict[str, tuple[int, str]]:
    """Give position and hash of every head, by chain."""
    rows = connection.execute(select(score_log_head).order_by(score_log_head.c.chain))
    return {row.chain: (row.position, row.entry_hash) for row in rows}


def add(connection: Connection, chain: str, *, entry_hash: str) -> None:
    """Give a new chain its head; it holds no line yet."""
    connection.execute(score_log_head.insert().values(chain=chain, position=0, entry_hash=entry_hash))


def move(connection: Connection, chain: str, *, position: int, entry_hash: str) -> None:
    """Say that a chain ends elsewhere now."""
    head = score_log_head
    connection.execute(head.update().where(head.c.chain == chain).values(position=position, entry_hash=entry_hash))


def _query(connection: Connection, chain: str, *, locked: bool) -> Row[Any, Any] | None:
    query = select(score_log_head.c.position, score_log_head.c.entry_hash).where(score_log_head.c.chain == chain)
    found: Row[Any, Any] | None = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return found
