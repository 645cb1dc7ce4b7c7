"""A chain per writer in the score log, a chained register of the writers, and a keyed hash to find an address by.

The chain that was there becomes that of the first writer. What stands here is history: it is never edited after a release.
A change of the tables is a new migration.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_score_log_writers"
down_revision = "0003"

EMPTY_HASH = "0" * 64
FIRST_WRITER = "first"
UNKNOWN_SINCE = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC without zone, as the score log keeps it; no line is left to tell


def upgrade() -> None:
    """Make the tables anew, and copy the lines there were: SQLite cannot give a table another key."""
    connection = op.get_bind()
    head = connection.execute(sa.text("SELECT position, entry_hash FROM score_log_head")).one_or_none()
    since = connection.execute(sa.text("SELECT MIN(logged_at) AS since FROM score_log").columns(since=sa.DateTime)).scalar()
    op.drop_table("score_log_head")
    op.rename_table("score_log", "score_log_before")
    _create()
    columns = "position, score_id, logged_at, theme, previous_hash, payload_hash, entry_hash, payload"
    copied = f"INSERT INTO score_log (writer_id, {columns}) SELECT '{FIRST_WRITER}', {columns} FROM score_log_before"  # noqa: S608 - our own words
    connection.execute(sa.text(copied))
    op.drop_table("score_log_before")
    op.create_index("ix_score_log_theme_logged_at", "score_log", ["theme", "logged_at"])
    op.create_index("ix_score_log_address_hash", "score_log", ["address_hash"])
    if head is not None:
        _keep(head, since or UNKNOWN_SINCE)


def _create() -> None:
    op.create_table(
        "score_log",
        sa.Column("writer_id", sa.String(36), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("score_id", sa.String(36), nullable=False, unique=True),
        sa.Column("logged_at", sa.DateTime(timezone=False), nullable=False),
        sa.Column("theme", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.Column("address_hash", sa.String(64)),
        sa.Column("payload", sa.Text),
    )
    op.create_table(
        "score_log_writers",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("writer_id", sa.String(36), nullable=False, unique=True),
        sa.Column("registered_at", sa.DateTime(timezone=False), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "score_log_head",
        sa.Column("chain", sa.String(36), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
    )


def _keep(head: sa.Row[Any], since: datetime) -> None:
    """Enter the writer of the lines there were, where there were any, and the heads."""
    heads = sa.table("score_log_head", sa.column("chain"), sa.column("position"), sa.column("entry_hash"))
    register = {"chain": "*writers", "position": 0, "entry_hash": EMPTY_HASH}
    rows = [register, {"chain": "*checkpoints", "position": 0, "entry_hash": EMPTY_HASH}]
    if head.position:
        line = {"position": 1, "writer_id": FIRST_WRITER, "registered_at": since, "previous_hash": EMPTY_HASH}
        said = json.dumps({**line, "registered_at": since.isoformat()}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        register |= {"position": 1, "entry_hash": hashlib.sha256(said.encode()).hexdigest()}
        names: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("position", "writer_id", "previous_hash", "entry_hash")]
        writers = sa.table("score_log_writers", *names, sa.column("registered_at", sa.DateTime))
        op.bulk_insert(writers, [{**line, "entry_hash": register["entry_hash"]}])
        rows.append({"chain": FIRST_WRITER, "position": head.position, "entry_hash": head.entry_hash})
    op.bulk_insert(heads, rows)
