"""Which addresses a client asked about within a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_case_addresses"
down_revision = "0005_mail"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_addresses",
        sa.Column("client_id", sa.String(64), primary_key=True),
        sa.Column("case_reference", sa.String(64), primary_key=True),
        sa.Column("address_id", sa.String(64), primary_key=True),
        sa.Column("first_on", sa.Date(), nullable=False),
    )
