"""Score log, its head, and outcomes.

What stands here is history: it is never edited after a release. A change of the tables is a new migration.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

EMPTY_HASH = "0" * 64


def upgrade() -> None:
    """Make the three tables and the head of the empty log."""
    op.create_table(
        "score_log",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("score_id", sa.String(36), nullable=False, unique=True),
        sa.Column("logged_at", sa.DateTime(timezone=False), nullable=False),
        sa.Column("theme", sa.String(64), nullable=False, index=True),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text),
    )
    head = op.create_table(
        "score_log_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="score_log_head_is_one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "entry_hash": EMPTY_HASH}])
    _create_outcomes()


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("outcome_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("score_id", sa.String(36)),
        sa.Column("address_id", sa.String(64), nullable=False),
        sa.Column("theme", sa.String(64), nullable=False),
        sa.Column("inspection_id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("trigger", sa.String(32), nullable=False),
        sa.Column("team", sa.String(64)),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("visited_on", sa.Date),
        *_four_parts(),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("client_id", "inspection_id", "theme", "version", name="outcomes_once_per_inspection"),
        sa.UniqueConstraint("client_id", "idempotency_key", name="outcomes_once_per_key"),
    )


def _four_parts() -> list[sa.Column[Any]]:
    return [
        sa.Column("course", sa.String(32), nullable=False),
        sa.Column("course_known_on", sa.Date, nullable=False),
        sa.Column("finding", sa.String(64)),
        sa.Column("violations", sa.Integer),
        sa.Column("severe_violations", sa.Integer),
        sa.Column("finding_known_on", sa.Date),
        sa.Column("measure", sa.String(32)),
        sa.Column("measure_known_on", sa.Date),
        sa.Column("standing", sa.String(32)),
        sa.Column("standing_known_on", sa.Date),
    ]
