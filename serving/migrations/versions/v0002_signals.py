"""Signals that handlers weighed and judged.

What stands here is history: it is never edited after a release. A change of the tables is a new migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "signals",
        sa.Column("signal_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("signal_number", sa.String(64), nullable=False),
        sa.Column("address_id", sa.String(64), nullable=False),
        sa.Column("theme", sa.String(64), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("taken_in_on", sa.Date, nullable=False),
        sa.Column("weight", sa.Integer),
        sa.Column("status", sa.String(16)),
        sa.Column("judged_on", sa.Date),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("client_id", "signal_number", "version", name="signals_once_per_number"),
        sa.UniqueConstraint("client_id", "idempotency_key", name="signals_once_per_key"),
    )
