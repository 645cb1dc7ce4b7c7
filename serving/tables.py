"""The tables of our own database: score log, outcomes, reports by mail, what handlers make of reports, and what was seen of releases.

A table with a column ``address_id`` says in ``info`` what its rows mean, for the person who asks what is held about a home (GDPR art. 15).

The migrations in ``serving/migrations/`` make these tables; a test checks that both agree.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

HASH = String(64)
"""SHA-256 in hexadecimal."""

WRITERS = "*writers"
"""Chain of the register of writers; no writer can be called so."""

CHECKPOINTS = "*checkpoints"
"""Chain of the file in which heads stand signed; its head here tells when lines of that file are gone."""

metadata = MetaData()

score_log = Table(
    "score_log",
    metadata,
    Column("writer_id", String(36), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 ... of its writer: a gap is a removed line
    Column("score_id", String(36), nullable=False, unique=True),
    Column("logged_at", DateTime(timezone=False), nullable=False),  # UTC
    Column("theme", String(64), nullable=False),
    Column("previous_hash", HASH, nullable=False),
    Column("payload_hash", HASH, nullable=False),
    Column("entry_hash", HASH, nullable=False),  # over all columns above; the writer stands before the first line
    Column("address_hash", HASH, index=True),  # keyed; as the payload says it, and purged with it
    Column("payload", Text),  # canonical JSON; may be purged later while the chain still verifies
    Index("ix_score_log_theme_logged_at", "theme", "logged_at"),
)

score_log_writers = Table(
    "score_log_writers",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 ...: a gap is a writer that vanished
    Column("writer_id", String(36), nullable=False, unique=True),
    Column("registered_at", DateTime(timezone=False), nullable=False),  # UTC
    Column("previous_hash", HASH, nullable=False),
    Column("entry_hash", HASH, nullable=False),  # over all columns above
)

score_log_head = Table(
    "score_log_head",
    metadata,
    Column("chain", String(36), primary_key=True),  # a writer's id, or one of the two names above
    Column("position", BigInteger, nullable=False),  # of the newest entry; 0 where the chain is empty
    Column("entry_hash", HASH, nullable=False),
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
    info={
        "nl": "Wat controles op dit adres vonden, zoals een zaaksysteem het meldde; van elke verbetering blijft de vorige versie staan.",
        "en": "What inspections of this address found, as a case system told it; of each correction the version before it stays.",
    },
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
    info={
        "nl": "Wat een behandelaar van een melding over dit adres maakte: ingenomen, gewogen, beoordeeld of ingetrokken.",
        "en": "What a handler made of a report about this address: taken in, weighed, judged or withdrawn.",
    },
)

case_addresses = Table(
    "case_addresses",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("case_reference", String(64), primary_key=True),
    Column("address_id", String(64), primary_key=True),
    Column("first_on", Date, nullable=False),
    info={
        "nl": "In welke zaken naar dit adres is gevraagd, door welk programma, en sinds wanneer.",
        "en": "In which cases this address was asked about, by which program, and since when.",
    },
)

release_ledger_seen = Table(
    "release_ledger_seen",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),  # of the newest line that was seen; 0 where none was
    Column("entry_hash", HASH, nullable=False),
    CheckConstraint("id = 1", name="release_ledger_seen_is_one_row"),
)

mail_intake = Table(
    "mail_intake",
    metadata,
    Column("fingerprint", HASH, primary_key=True),  # each mail once, wherever it lies
    Column("received_on", Date, nullable=False),
    Column("report_id", String(36), unique=True),
    Column("reason", String(64)),  # why it was set aside
    Column("bytes", BigInteger, nullable=False),
    CheckConstraint("(report_id IS NULL) <> (reason IS NULL)", name="mail_intake_is_taken_or_set_aside"),
)

mail_reports = Table(
    "mail_reports",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("received_on", Date, nullable=False),
    Column("sent_on", Date),
    Column("themes", Text, nullable=False),  # codes in order, with commas; empty where no word told one
    Column("citizen_numbers", Integer, nullable=False),  # masked in subject, text and names of files
)

mail_places = Table(
    "mail_places",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("address_id", String(64)),
    Column("confidence", Float),  # of the link; missing where a person chose
    Column("outcome", String(16), nullable=False),
    Column("placed_on", Date, nullable=False),
    info={
        "nl": "Welke meldingen per e-mail over dit adres gaan, en hoe dat is gevonden. De tekst van een melding is op te vragen met haar nummer.",
        "en": "Which reports by mail are about this address, and how that was found. The text of a report can be asked for by its number.",
    },
)

mail_candidates = Table(
    "mail_candidates",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("address_id", String(64), primary_key=True),
    Column("confidence", Float, nullable=False),
    info={
        "nl": "Meldingen per e-mail die misschien over dit adres gaan; een mens kiest.",
        "en": "Reports by mail that may be about this address; a person chooses.",
    },
)

mail_texts = Table(
    "mail_texts",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
)

mail_senders = Table(
    "mail_senders",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("sender", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("message_id", Text, nullable=False),
)

mail_attachments = Table(
    "mail_attachments",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content_hash", HASH, nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("declared_type", Text, nullable=False),
    Column("name", Text, nullable=False),
)

mail_boxes = Table(
    "mail_boxes",
    metadata,
    Column("box", HASH, primary_key=True),
    Column("uid_validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)
