"""What a municipality decides about a register as a whole: how long it is kept, on which ground, and what it may be made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from features.declared import Frozen
from features.errors import PurposeError
from features.sources import all_sources
from features.sources.contract import refused

REMARK = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
VALUE = re.compile(r"'(?:[^']|'')*'")

if TYPE_CHECKING:
    from features.settings import Settings
    from features.sources.contract import Source


class LegalBasis(Frozen):
    """``[legal_basis.SOURCE]``: on which ground a source may be read that is off as it ships, and who entered it.

    ``law`` is the provision, ``agreement`` the data agreement with who keeps the register, ``impact_assessment`` the assessment under GDPR
    art. 35. ``entered_by`` is a process owner under ``[[people]]``.
    """

    law: str = Field(min_length=10)
    agreement: str = Field(min_length=3)
    impact_assessment: str = Field(min_length=3)
    entered_by: str
    entered_on: date

    @property
    def said(self) -> str:
        """The basis in words, as the lineage shows it."""
        of = f"data agreement {self.agreement}, impact assessment {self.impact_assessment}"
        return f"{self.law}; {of}; entered by {self.entered_by} on {self.entered_on}"


def max_age_of(source: Source, settings: Settings) -> int:
    """Give after how many days of silence a source is stale in this municipality; 0 where it never is."""
    return settings.max_age_days.get(source.name, source.max_age_days)


def check_max_ages(settings: Settings) -> None:
    """Refuse an age for what is no source: a limit under a misspelt name would hold nowhere, and nobody would miss it.

    Raises
    ------
    ValueError
        Says which, for pydantic to pass on.
    """
    if unknown := sorted(set(settings.max_age_days) - set(all_sources())):
        raise ValueError(f"max_age_days names '{unknown[0]}', which is no source: it is one of {', '.join(all_sources())}")


def check_retention(settings: Settings) -> None:
    """Refuse a retention of what is no source, of what is never forgotten, and one under which a delivery is forgotten before it is stale.

    Raises
    ------
    ValueError
        Says which, for pydantic to pass on.
    """
    for name, days in settings.retention.items():
        source = all_sources().get(name)
        if source is None:
            raise ValueError(f"retention names '{name}', which is no source: it is one of {', '.join(all_sources())}")
        if source.term.start == "never":
            raise ValueError(f"retention names '{name}', of which nothing is forgotten: {source.term.why}")
        if days <= (needed := max(source.max_age_days, max_age_of(source, settings))):
            raise ValueError(f"retention of '{name}' is {days} days: more than {needed} are needed, until when a delivery is not stale")


def check_legal_bases(settings: Settings) -> None:
    """Refuse a legal basis for what is not off, and one that no process owner entered.

    Raises
    ------
    ValueError
        Says which, for pydantic to pass on.
    """
    off = [name for name, source in all_sources().items() if source.off_until]
    owners = {p.id: p.until_on for p in settings.people if "process-owner" in p.roles}
    for name, basis in settings.legal_basis.items():
        if name not in off:
            raise ValueError(f"legal_basis names '{name}', which is no source that is off; these are: {', '.join(off)}")
        if basis.entered_by not in owners:
            raise ValueError(f"legal_basis.{name} was entered by '{basis.entered_by}', who is no process owner under [[people]]")
        until = owners[basis.entered_by]
        if until is not None and basis.entered_on > until:
            raise ValueError(f"legal_basis.{name} was entered on {basis.entered_on}, after {basis.entered_by} left on {until}")
        if settings.today_on is not None and basis.entered_on > settings.today_on:
            raise ValueError(f"legal_basis.{name} was entered on {basis.entered_on}, which lies after today_on {settings.today_on}")


def refuse_off(names: Iterable[str], settings: Settings, *, what: str) -> None:
    """Refuse a source that is off, unless the municipality entered a legal basis for it.

    Parameters
    ----------
    names : iterable of str
        Of sources.
    settings : Settings
    what : str
        What reads them, for the error.

    Raises
    ------
    PurposeError
        One of them is off.
    """
    for name in sorted(names):
        source = all_sources().get(name)
        if source is not None and source.off_until and name not in settings.legal_basis:
            raise PurposeError(
                f"{what} reads source '{name}', which is off: {source.off_until}",
                expected=f"[legal_basis.{name}] in municipality.toml: law, agreement, impact_assessment, entered_by a process owner, entered_on",
                remedy="leave the source out, or have the process owner settle and enter its legal basis",
            )


def refuse_select(name: str, select: str) -> None:
    """Refuse a register's SELECT that reads what may never inform a score, under whatever source it would come in.

    Parameters
    ----------
    name : str
        Of the source.
    select : str
        Its remarks say nothing, and a value in quotes may name what it leaves out, as in ``channel <> 'Politie'``; one that is a path may not.

    Raises
    ------
    PurposeError
        A table, a column or a file that it names speaks of such a register.

    Examples
    --------
    >>> refuse_select("reports", "SELECT * FROM raw_meldingen WHERE kanaal <> 'Politie' -- no police data")
    >>> refuse_select("reports", "SELECT advies AS category FROM raw_bibob")
    Traceback (most recent call last):
        ...
    features.errors.PurposeError: registers/reports.sql reads Bibob data. Expected: registers that a municipality may use for supervision. \
Do: leave it out: they are secret and serve the one decision for which they were asked (Wet Bibob art. 28).
    """
    told = VALUE.sub(lambda found: found.group(0) if set(found.group(0)) & set("./*") else "", REMARK.sub(" ", select))
    if found := refused(told):
        raise PurposeError(
            f"registers/{name}.sql reads {found[0]}",
            expected="registers that a municipality may use for supervision",
            remedy=f"leave it out: {found[1]}",
        )


def refuse_files(extract: str, names: Iterable[str]) -> None:
    """Refuse files whose own names speak of what may never inform a score: the path of their extract may be a pattern.

    Raises
    ------
    PurposeError
        One of the files does.
    """
    if found := refused(*names):
        raise PurposeError(
            f"a file of extract '{extract}' comes from {found[0]}",
            expected="registers that a municipality may use for supervision",
            remedy=f"take it out of the raw folder: {found[1]}",
        )
