"""Where the ledger of releases ended when it was read last.

What stands here is history: it is never edited after a release. A change of the tables is a new migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

EMPTY_HASH = "0" * 64


def upgrade() -> None:
    """Make the table and its row."""
    seen = op.create_table(
        "release_ledger_seen",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="release_ledger_seen_is_one_row"),
    )
    op.bulk_insert(seen, [{"id": 1, "position": 0, "entry_hash": EMPTY_HASH}])
