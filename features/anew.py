"""Anew: the registers that a build reads as history, whatever was received of them before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from features.deliveries import Ledger, read_ledger
from features.errors import SourceError


def ledger_of(state: Path, brought_by: Mapping[str, str | None], anew: bool | Collection[str]) -> Ledger:
    """Give what was received, less what is read as history.

    Parameters
    ----------
    state : Path
    brought_by : mapping of str to str
        By register, the extract that brings it in deliveries; None where it is read whole.
    anew : bool or collection of str
        Whether all registers are history; or the names of those that are.

    Raises
    ------
    SourceError
        There is no such register; or another one, that is not named, comes in the same deliveries. Those are read once for both.
    StateError
        The ledger cannot be read.
    """
    if isinstance(anew, bool):
        return Ledger() if anew else read_ledger(state)
    named = set(anew)
    extracts = {extract for name, extract in brought_by.items() if extract and name in named}
    lacking = sorted(name for name, extract in brought_by.items() if extract in extracts and name not in named)
    unknown = sorted(named - set(brought_by))
    if unknown or lacking:
        raise SourceError(
            f"there is no register '{unknown[0]}'" if unknown else f"register '{lacking[0]}' comes in the same deliveries, and is not named",
            expected=f"registers of this municipality ({', '.join(brought_by)}), and all that come in the same deliveries",
            remedy="name those under --anew-register, or build everything anew with --anew",
        )
    return read_ledger(state).without(registers=named, extracts=extracts)
