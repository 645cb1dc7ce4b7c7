"""Reports by mail: what was taken, where it is about, and apart from these the texts, the senders and the attachments.

What stands here is history: it is never edited after a release. A change of the tables is a new migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_mail"
down_revision = "0004_score_log_writers"

HASH = 64


def upgrade() -> None:
    """Make the tables."""
    _make_reports()
    _make_places()
    _make_what_tells_of_people()
    op.create_table(
        "mail_boxes",
        sa.Column("box", sa.String(HASH), primary_key=True),
        sa.Column("uid_validity", sa.BigInteger, nullable=False),
        sa.Column("last_uid", sa.BigInteger, nullable=False),
    )


def _make_reports() -> None:
    op.create_table(
        "mail_intake",
        sa.Column("fingerprint", sa.String(HASH), primary_key=True),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("report_id", sa.String(36), unique=True),
        sa.Column("reason", sa.String(64)),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.CheckConstraint("(report_id IS NULL) <> (reason IS NULL)", name="mail_intake_is_taken_or_set_aside"),
    )
    op.create_table(
        "mail_reports",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("sent_on", sa.Date),
        sa.Column("themes", sa.Text, nullable=False),
        sa.Column("citizen_numbers", sa.Integer, nullable=False),
    )


def _make_places() -> None:
    op.create_table(
        "mail_places",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address_id", sa.String(64)),
        sa.Column("confidence", sa.Float),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("placed_on", sa.Date, nullable=False),
    )
    op.create_table(
        "mail_candidates",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("address_id", sa.String(64), primary_key=True),
        sa.Column("confidence", sa.Float, nullable=False),
    )


def _make_what_tells_of_people() -> None:
    op.create_table(
        "mail_texts",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "mail_senders",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("reply_to", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
    )
    op.create_table(
        "mail_attachments",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content_hash", sa.String(HASH), nullable=False, index=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("declared_type", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
