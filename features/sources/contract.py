"""What a register promises: its columns, its two dates, its tier and where it comes from.

A contract is a *closed* list. A column that is not listed never enters, a column whose name or meaning
concerns a person is refused when the source is registered (DESIGN rule 2), and free text is only ever
read to find the address it speaks of.

Every row is one *version* of one record, and carries

- ``record_id``: which record it is about;
- ``happened_on``: the day it happened in the world;
- ``known_on``: the day the municipality could first know this version;
- ``withdrawn``: the record was deleted in this version.

A field that is filled in later in the same version (an end date, a finding) names the column that
says when: ``known_by``. Before that day the field is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.accusing import refuse_accusing
from features.errors import CatalogueError
from features.personal import refuse_personal
from features.term import Term

ColumnType = Literal["id", "key", "code", "text", "integer", "number", "boolean", "date"]
Tier = Literal[0, 1, 2]

FIRST_DAY, LAST_DAY = date(1700, 1, 1), date(2200, 12, 31)
"""Days outside are slips of a key, and beyond what pandas can hold (1677 to 2262). Assumed: no register of a municipality is older."""

FIXED = ("record_id", "address_id", "happened_on", "known_on", "withdrawn")
"""Columns that every source has; they are not listed again in its contract."""

HAPPENED = Term("happened", "an event happens once")

REFUSED_SOURCES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "police data": (
        re.compile(r"(?<![a-z])(police|[a-z]*politie|bvh(?![a-z])|wpg(?![a-z]))", re.IGNORECASE),
        "they are shared for the ends of the Wet politiegegevens art. 16 to 20 alone, and concern suspicions (GDPR art. 10)",
    ),
    "the national anonymous line": (
        re.compile(
            r"(?<![a-z])(m\.?m\.?a|meld[ _-]?misdaad[ _-]?anoniem|(?:national )?anonymous (?:crime |tip )?line|(?:crime|misdaad) ?stoppers)(?![a-z])",
            re.IGNORECASE,
        ),
        "what it hears goes to the police, cannot be checked, and concerns suspicions (GDPR art. 10; Wet politiegegevens art. 16 to 20)",
    ),
    "Bibob data": (
        re.compile(r"(?<![a-z])(bibob|lbb(?![a-z]))", re.IGNORECASE),
        "they are secret and serve the one decision for which they were asked (Wet Bibob art. 28)",
    ),
}
"""Registers that may never inform a score, how they are recognised, and why."""


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    Parameters
    ----------
    name : str
        Column name, snake case.
    type : {"id", "key", "code", "text", "integer", "number", "boolean", "date"}
        ``id`` names an object or record, ``key`` is a keyed hash of a household or owner (tier 2), ``code``
        comes from a closed list, ``text`` is read only by linkage and never stored.
    meaning : str
        What a value means, with its unit. Never empty.
    required : bool
        A row without it is rejected.
    codes : tuple of str
        The closed list of a ``code``; empty means that the list belongs to the supplier (a theme, a team).
    minimum, maximum : float, optional
        Inclusive bounds of a number; a row outside them is rejected.
    known_by : str, optional
        The date column that says from which day this field was known.
    indicator : bool
        Whether an indicator may read it as a value. Who inspected, how a visit was drawn, where a place lies and a business sector
        may not (DESIGN rules 2, 4 and 6); a group in which addresses are compared is no value.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    codes: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    known_by: str | None = None
    indicator: bool = True


@dataclass(frozen=True)
class Source:
    """One register as Schouw sees it.

    Parameters
    ----------
    name : str
        Table name, and the parameter name by which an indicator asks for it.
    title_nl, title_en : str
        How people read it, in a reason and in the lineage.
    tier : {0, 1, 2}
        Privacy tier of its columns (DESIGN 3); a ``key`` column is always tier 2, whatever stands here.
    provenance : str
        Who keeps it, and under which law.
    known_on_rule : str
        How ``known_on`` follows from what the supplier delivers.
    catches : str
        What is known to be wrong with it.
    columns : tuple of Column
    use : {"indicators", "outcomes", "audit", "linkage", "exclusion"}
        ``audit`` sources test fairness and are never read by an indicator (DESIGN rule 4); ``linkage`` sources only help to find the
        address of a row, and are not read by one either; an ``exclusion`` source says which places are never listed, whatever the theme, and
        nothing else (DESIGN rule 12).
    rhythm_days, max_age_days, retention_days : int
        How often it is delivered, when it is stale, how long versions are kept; each source says why.
    term : features.term.Term
        From when the retention of a record runs, and why.
    off_until : str, optional
        Why no municipality may read it as it ships: a register and a theme may use it only where ``[legal_basis.<source>]`` of
        municipality.toml enters a ground.
    only_for : tuple of str
        Codes of the only purposes that it may serve, by the law it comes under; empty where the legal basis in the theme decides.
    area : str, optional
        Name of the column that replaces ``address_id`` where rows are about an area.
    """

    name: str
    title_nl: str
    title_en: str
    tier: Tier
    provenance: str
    known_on_rule: str
    catches: str
    columns: tuple[Column, ...]
    use: Literal["indicators", "outcomes", "audit", "linkage", "exclusion"] = "indicators"
    rhythm_days: int = 30
    max_age_days: int = 120
    retention_days: int = 2192
    term: Term = HAPPENED
    off_until: str | None = None
    only_for: tuple[str, ...] = ()
    area: str | None = None

    def __post_init__(self) -> None:
        """Refuse at registration what may never enter.

        Raises
        ------
        CatalogueError
            The register may not be used at all, its name or a column concerns a person or accuses, or a column
            has no meaning, repeats a fixed one, or is dated by a column that is not there.
        """
        refuse_register(self.name, self.title_nl, self.title_en, self.provenance)
        for said in (self.name, self.title_nl, self.title_en, self.place):
            self._speak(said, f"'{said}'", held_off=False)
        names = [c.name for c in self.columns]
        if len(set(names)) < len(names) or set(names) & set(FIXED):
            raise CatalogueError(
                f"source '{self.name}' lists a column twice or lists one of {', '.join(FIXED)}",
                expected="each column once, and none of the fixed ones",
                remedy=f"remove it from features/sources/{self.name}.py",
            )
        if unknown := sorted(set(self.term.columns) - set(names) - set(FIXED)):
            raise CatalogueError(
                f"the term of source '{self.name}' runs from {', '.join(unknown)}, which is not listed",
                expected="columns of the same source",
                remedy="list them, or correct the term",
            )
        for column in self.columns:
            self._check(column, names)

    def _speak(self, text: str, what: str, *, held_off: bool) -> None:
        """Refuse words about a person, and words that accuse."""
        what = f"{what} of source '{self.name}'"
        refuse_personal(text, what=what, audit=self.use == "audit" and self.area is not None, withheld=held_off)
        refuse_accusing(text, what=what)

    def _check(self, column: Column, names: list[str]) -> None:
        held_off = not column.indicator
        self._speak(column.name, f"column '{column.name}'", held_off=held_off)
        self._speak(f"{column.meaning} {' '.join(column.codes)}", f"the meaning or a code of column '{column.name}'", held_off=held_off)
        if not column.meaning.strip():
            raise CatalogueError(
                f"column '{column.name}' of source '{self.name}' has no meaning",
                expected="a sentence that says what a value means",
                remedy="declare the meaning beside the column",
            )
        if column.known_by is not None and column.known_by not in names:
            raise CatalogueError(
                f"column '{column.name}' of source '{self.name}' is dated by '{column.known_by}', which is not listed",
                expected="a date column of the same source",
                remedy="list that column or correct known_by",
            )

    @property
    def place(self) -> str:
        """The column that says where: ``address_id``, or the area column."""
        return self.area or "address_id"

    def tier_of(self, name: str) -> Tier:
        """Privacy tier of one column: 2 for a key, the tier of the source for all others."""
        return 2 if name not in FIXED and self.column(name).type == "key" else self.tier

    def column(self, name: str) -> Column:
        """Give one column of the contract.

        Raises
        ------
        CatalogueError
            The contract has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise CatalogueError(
            f"source '{self.name}' has no column '{name}'",
            expected=f"one of {', '.join(c.name for c in self.columns)}",
            remedy="correct the indicator, or extend the contract with a meaning",
        )


def refuse_register(name: str, *told: str) -> None:
    """Refuse a register that may never inform a score, whatever it is called.

    Raises
    ------
    CatalogueError
        The name, a title or the provenance speaks of one of `REFUSED_SOURCES`.

    Examples
    --------
    >>> refuse_register("reports", "Meldingen", "Reports", "The municipality's own channels.")
    >>> refuse_register("tips", "Tips", "Tips", "Meld Misdaad Anoniem")
    Traceback (most recent call last):
        ...
    features.errors.CatalogueError: source 'tips' comes from the national anonymous line. Expected: a register that a municipality may use \
for supervision. Do: leave it out: what it hears goes to the police, cannot be checked, and concerns suspicions (GDPR art. 10; Wet \
politiegegevens art. 16 to 20).
    """
    if found := refused(name, *told):
        register, why = found
        raise CatalogueError(
            f"source '{name}' comes from {register}",
            expected="a register that a municipality may use for supervision",
            remedy=f"leave it out: {why}",
        )


def refused(*told: str) -> tuple[str, str] | None:
    """Give which of `REFUSED_SOURCES` the words speak of, and why it may not be used; None where they speak of none."""
    text = " ".join(told).replace("_", " ")
    return next(((register, why) for register, (pattern, why) in REFUSED_SOURCES.items() if pattern.search(text)), None)


SQL_TYPES: Mapping[ColumnType, str] = {
    "id": "VARCHAR",
    "key": "VARCHAR",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DECIMAL(18, 6)",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
"""Storage type per contract type. Numbers are decimal: sums of floats differ from run to run with two threads."""


def column_types(source: Source) -> dict[str, str]:
    """Give the storage type of every column of a source, the fixed ones first."""
    fixed = {"record_id": "VARCHAR", source.place: "VARCHAR", "happened_on": "DATE", "known_on": "DATE", "withdrawn": "BOOLEAN"}
    return fixed | {c.name: SQL_TYPES[c.type] for c in source.columns}
