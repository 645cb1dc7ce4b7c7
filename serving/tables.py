"""The tables of our own database: the score log, its head, outcomes, what handlers make of reports, and what was seen of the ledger of releases.

The migrations in ``serving/migrations/`` make these tables; a test checks that both agree.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Integer, MetaData, String, Table, Text, UniqueConstraint

HASH = String(64)
"""SHA-256 in hexadecimal."""

metadata = MetaData()

score_log = Table(
    "score_log",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 ...: a gap is a removed line
    Column("score_id", String(36), nullable=False, unique=True),
    Column("logged_at", DateTime(timezone=False), nullable=False),  # UTC
    Column("theme", String(64), nullable=False, index=True),
    Column("previous_hash", HASH, nullable=False),
    Column("payload_hash", HASH, nullable=False),
    Column("entry_hash", HASH, nullable=False),  # over all columns above
    Column("payload", Text),  # canonical JSON; may be purged later while the chain still verifies
)

score_log_head = Table(
    "score_log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),  # of the newest entry; 0 where the log is empty
    Column("entry_hash", HASH, nullable=False),
    CheckConstraint("id = 1", name="score_log_head_is_one_row"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("client_id", String(64), nullable=False),
    Column("score_id", String(36)),
    Column("address_id", String(64), nullable=False),
    Column("theme", String(64), nullable=False),
    Column("inspection_id", String(64), nullable=False),
    Column("case_id", String(64), nullable=False),
    Column("trigger", String(32), nullable=False),
    Column("team", String(64)),
    Column("decided_on", Date, nullable=False),
    Column("visited_on", Date),
    Column("course", String(32), nullable=False),
    Column("course_known_on", Date, nullable=False),
    Column("finding", String(64)),
    Column("violations", Integer),
    Column("severe_violations", Integer),
    Column("finding_known_on", Date),
    Column("measure", String(32)),
    Column("measure_known_on", Date),
    Column("standing", String(32)),
    Column("standing_known_on", Date),
    Column("received_on", Date, nullable=False),
    Column("idempotency_key", String(255)),
    Column("content_hash", HASH, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON of what was sent, with the dates that the sender gave
    UniqueConstraint("client_id", "inspection_id", "theme", "version", name="outcomes_once_per_inspection"),
    UniqueConstraint("client_id", "idempotency_key", name="outcomes_once_per_key"),
)

signals = Table(
    "signals",
    metadata,
    Column("signal_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("client_id", String(64), nullable=False),
    Column("signal_number", String(64), nullable=False),
    Column("address_id", String(64), nullable=False),
    Column("theme", String(64), nullable=False),
    Column("step", String(16), nullable=False),
    Column("taken_in_on", Date, nullable=False),
    Column("weight", Integer),
    Column("status", String(16)),
    Column("judged_on", Date),
    Column("received_on", Date, nullable=False),
    Column("idempotency_key", String(255)),
    Column("content_hash", HASH, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON of what was sent
    UniqueConstraint("client_id", "signal_number", "version", name="signals_once_per_number"),
    UniqueConstraint("client_id", "idempotency_key", name="signals_once_per_key"),
)

release_ledger_seen = Table(
    "release_ledger_seen",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),  # of the newest line that was seen; 0 where none was
    Column("entry_hash", HASH, nullable=False),
    CheckConstraint("id = 1", name="release_ledger_seen_is_one_row"),
)
