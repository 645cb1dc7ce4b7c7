"""What serving saw of the ledger of releases: it never goes back behind that.

Each line of the ledger is signed, so no line can be changed; lines that are taken from its end show only where its last hash is kept elsewhere.
The registry keeps one, which a worker does not open. So our own database keeps where the ledger ended when a release was loaded last.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, select

from features.errors import StateError
from serving import database
from serving.tables import release_ledger_seen
from training import lean_lightgbm, ledger  # noqa: F401 - the first stands before anything that imports LightGBM


def follow(engine: Engine, state: Path) -> None:
    """Refuse a ledger that no longer holds the line that was its last, and keep where it ends now.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of our own database, with its tables.
    state : Path
        The folder that holds the ledger.

    Raises
    ------
    StateError
        The line is gone or is another, what was seen is gone, or the database refuses.
    """
    seen = release_ledger_seen
    with database.writing(engine) as connection:
        row = connection.execute(select(seen.c.position, seen.c.entry_hash).with_for_update()).one_or_none()
        if row is None:
            raise StateError(
                "the database does not say where the ledger of releases ended",
                expected="the row that the migrations made",
                remedy="find out who could write to the database, and restore it from its backup",
            )
        ledger.check_kept(state, ledger.Head(position=row.position, entry_hash=row.entry_hash), needed=True)
        now = ledger.head(state)
        if now.position > row.position:
            connection.execute(seen.update().values(position=now.position, entry_hash=now.entry_hash))
