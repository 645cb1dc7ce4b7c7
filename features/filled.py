"""What this municipality fills: the columns of registers in which no row ever had a value."""

from __future__ import annotations

from dataclasses import dataclass

from features.builds import current
from features.settings import Settings
from features.sources import all_sources
from features.store import open_store

AS_BUILT = "as the last build found the registers"
NOT_BUILT = "nothing was built yet: only a register without a SELECT is known to be not filled"


@dataclass(frozen=True)
class Unfilled:
    """The sources that have no register here, the (source, column) pairs that are never filled, and by what the latter are known."""

    sources: frozenset[str]
    columns: frozenset[tuple[str, str]]
    known_by: str


UNKNOWN = Unfilled(frozenset(), frozenset(), NOT_BUILT)
"""Where nobody looked."""


def never_filled(settings: Settings) -> Unfilled:
    """Give what nothing fills: a source without a SELECT, and, once there is a build, the columns without a value.

    DuckDB counts, whichever engine the settings name: it only looks whether there is anything at all.

    Raises
    ------
    StateError
        The last build is not whole.
    """
    absent = frozenset(name for name in all_sources() if not (settings.folder / "registers" / f"{name}.sql").exists())
    if not current(settings.state).is_dir():
        return Unfilled(absent, frozenset(), NOT_BUILT)
    store = open_store(settings.model_copy(update={"engine": settings.engine.model_copy(update={"kind": "duckdb"})}))
    return Unfilled(absent, store.empty, AS_BUILT)
