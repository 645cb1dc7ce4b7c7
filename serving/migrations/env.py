"""Alembic's entry: runs on the connection that `serving.database.upgrade` holds the lock with."""

from __future__ import annotations

from alembic import context

from serving.tables import metadata

RUN_BY_ALEMBIC = "env_py"
"""The module name under which Alembic runs this file; any other import (a check, a document) must do nothing."""


def migrate() -> None:
    """Bring the tables to the revision that was asked for."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True, version_table="schema_version"
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == RUN_BY_ALEMBIC:
    migrate()
