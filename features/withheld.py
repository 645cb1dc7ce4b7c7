"""What an indicator may not read: audit data, and columns that say which one it is instead of what is known of it (DESIGN rules 2, 4 and 6)."""

from __future__ import annotations

from collections.abc import Iterable

from features.errors import CatalogueError
from features.sources import all_sources
from features.sources.contract import FIXED, Source

IDS = ("record_id", "address_id")
"""Fixed columns that name one record or one address."""


def refuse_withheld(source: Source, names: Iterable[str]) -> None:
    """Refuse columns that are withheld from indicators, and every id: a number, a street or a case says nothing of the address.

    Raises
    ------
    CatalogueError
        A column is withheld, or is not in the contract.

    Examples
    --------
    >>> refuse_withheld(all_sources()["reports"], ["happened_on", "channel"])
    >>> refuse_withheld(all_sources()["addresses"], ["street"])
    Traceback (most recent call last):
        ...
    features.errors.CatalogueError: column 'street' of source 'addresses' is withheld from indicators. Expected: a column that says \
something about the address itself. Do: leave it out; features/sources/ says why it is withheld.
    """
    for name in names:
        if name in IDS or (name not in FIXED and _withheld(source, name)):
            raise CatalogueError(
                f"column '{name}' of source '{source.name}' is withheld from indicators",
                expected="a column that says something about the address itself",
                remedy="leave it out; features/sources/ says why it is withheld",
            )


def refuse_key_as_value(source: Source, names: Iterable[str]) -> None:
    """Refuse a keyed hash as a value: it may be counted and followed, but one household or owner may not be asked for.

    Raises
    ------
    CatalogueError
        A column is a key.
    """
    for name in names:
        if name not in FIXED and source.column(name).type == "key":
            raise CatalogueError(
                f"column '{name}' of source '{source.name}' is a key, and is read as a value",
                expected="a key that is counted with distinct() or followed with links()",
                remedy="ask how many there are, never which one it is",
            )


def refuse_sources(names: Iterable[str], *, what: str) -> None:
    """Refuse audit data and what is no source, wherever the indicator got it from.

    Raises
    ------
    CatalogueError
        A source may not inform a score.
    """
    known = all_sources()
    for name in sorted(names):
        use = known[name].use if name in known else None
        if use not in ("indicators", "outcomes"):
            said = {"audit": "audit-only", "linkage": "there only to find addresses", "exclusion": "there only to leave places off"}.get(
                use or "", "no source"
            )
            raise CatalogueError(
                f"{what} reads '{name}', which is {said}",
                expected="a source that may inform a score (DESIGN rule 4)",
                remedy="name what it reads as a parameter; audit data tests fairness and nothing else",
            )


def _withheld(source: Source, name: str) -> bool:
    column = source.column(name)
    return column.type == "id" or not column.indicator
