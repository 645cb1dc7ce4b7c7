"""Protected columns: a citizen number, a name or a birth date in a raw extract is refused before anything of it is used.

A column is judged on its values and on its header. The values are looked at whole, or, where a column has many, as the part whose
hash falls in one of so many bins: the same part in every run, whatever the order of the rows. Nothing here keeps or shows a value.

Of a citizen number in a text of more than forty characters this says nothing: that is free text, which no contract lets in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import duckdb

from features.birth_dates import LEAST as BIRTHS_LEAST
from features.birth_dates import MONTH, spread_as_births
from features.citizen_number import LEAST, LONGEST, PASSES, SPELLED, are_all, is_beyond_chance
from features.engine import identifier, quoted
from features.errors import ProtectedInputError
from features.few_numbers import MARK, FewNumbers, Seen
from features.few_numbers import MOST as MOST_NUMBERS
from features.person_names import GIVEN, INITIALS, INITIALS_AFTER, INITIALS_BEFORE, INITIALS_LAST, PARTICLES, STREET, SURNAMES
from features.settings import Settings

Kind = Literal["citizen number", "name", "birth date"]

LOOKED_AT = 10_000
"""Different values of a column that are looked at, about: a share is then known within one per cent."""

HEADERS: dict[Kind, re.Pattern[str]] = {
    "citizen number": re.compile(r"\b(bsn\w*|burger ?service ?(nummer|nr)|sofi( ?(nummer|nr))?|(gba )?a ?nummer|citizen number|social security)\b"),
    "name": re.compile(
        r"\b((achter|voor|roep|geslachts|geboorte|familie|meisjes|partner)(naam|namen)|voorletters?|tussenvoegsels?|surname|forenames?|"
        r"(first|last|given|family|maiden|full) ?names?)\b"
    ),
    "birth date": re.compile(r"\b(geboorte(?!naam|namen)\w*|geb ?(datum|dat|dt|jaar)|birth\w*|dob)\b"),
}
"""Headers that are enough by themselves. Words are split at capitals, digits and signs; accents are left out."""

HEADER_OF_SOMEONE = re.compile(
    r"\b(naam|namen|names?|aanvrager|bewoner|hoofdbewoner|eigenaar|houder|melder|contact(persoon)?|inspecteur|inspector|gerechtigde|owner|resident)\b"
)
"""Headers under which a name may stand, and much else: fewer values that look like a name are then enough."""

NUMBER_OF_SOMEONE = re.compile(
    HEADER_OF_SOMEONE.pattern + r"|\b(burger|client|huurder|verhuurder|inwoner|klant|kind|partner|persoons?\w*|persoon|subject|ouder)\b"
)
"""Headers under which a number of nine digits may well be a citizen number."""

HEADER_LENGTH = 4
"""Under a header that is enough by itself a value must have so many characters: *J* or *ja* says that there is one, not which."""

WORDS = "length(v) BETWEEN 2 AND 60 AND NOT regexp_matches(v, '^[0-9]|[@:/]')"
"""SQL: what may be a name at all; a number or a year may follow it."""

NAMES_SHARE, NAMES_LEAST = 0.12, 8
NAMES_SHARE_BY_HEADER, NAMES_LEAST_BY_HEADER = 0.05, 2
"""Share of the rows with a listed name or with initials, and how many different ones, for a column to look like names. The lists hold
common names only, so a part is asked, and not most; a column of streets, kinds or places has hardly any."""

AROUND = " '\u2019=\"\u00a0\t"
"""What a spreadsheet puts around a value that is to stay text, and blanks."""

NESTED = re.compile(r"\]$|^(STRUCT|MAP)\(", re.IGNORECASE)
"""Types that hold values in values: each is looked at as a column of its own."""


@dataclass(frozen=True)
class Protected:
    """A column that may not come in, with what it looks like and why; never a value."""

    column: str
    kind: Kind
    why: str

    def __str__(self) -> str:
        """Say it in a sentence for an error."""
        return f"column '{self.column}' looks like a {self.kind} ({self.why})"


def refuse_protected(connection: duckdb.DuckDBPyConnection, settings: Settings, earlier: Seen = MappingProxyType({})) -> Seen:
    """Look at every raw extract, and refuse them all if one has a protected column.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    settings : Settings
        With the extracts of which something was read.
    earlier : Seen, optional
        The few numbers of nine digits of earlier builds: a column is judged over all that was ever delivered in it.

    Returns
    -------
    Seen
        The same with those of now.

    Raises
    ------
    ProtectedInputError
        A column is a citizen number, or looks like names or birth dates.
    """
    found, seen = [], dict(earlier)
    for name, extract in settings.extracts.items():
        if extract.form != "database":
            files = sorted(path.name for path in settings.raw_folder.glob(extract.path)) if extract.path else [f"table {extract.table}"]
            columns, seen[name] = look(connection, f"raw_{name}", about_objects=extract.about_objects, earlier=earlier.get(name, {}))
            found += [f"extract '{name}' ({_listed(files)}): {'; '.join(str(c) for c in columns)}"] if columns else []
    if found:
        raise ProtectedInputError(
            ". ".join(found),
            expected="facts about addresses, and keyed hashes where a household or an owner must be told apart",
            remedy="remove the file from this machine, and have the register's owner run 'schouw pseudonymise' on it before it is delivered",
        )
    return {name: columns for name, columns in seen.items() if columns}


def scan(connection: duckdb.DuckDBPyConnection, relation: str, *, about_objects: Collection[str] = ()) -> list[Protected]:
    """Give the protected columns of a table.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    relation : str
        What stands behind FROM.
    about_objects : collection of str
        Columns of which someone has seen that they name or date an object. Citizen numbers are not excused.

    Returns
    -------
    list of Protected
        At most one for each column, in the order of the table.
    """
    return look(connection, relation, about_objects=about_objects)[0]


def look(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    about_objects: Collection[str] = (),
    earlier: Mapping[str, FewNumbers] = MappingProxyType({}),
) -> tuple[list[Protected], dict[str, FewNumbers]]:
    """Give the protected columns of a table as `scan`, judged with the few numbers that came in them before; and those with the ones of now."""
    _word_tables(connection)
    found: list[Protected] = []
    seen = dict(earlier)
    for table, columns in _tables(connection, relation):
        counts = connection.execute(
            f"SELECT {', '.join(f'approx_count_distinct({identifier(c)})' for c in columns.values())} FROM {table}"
        ).fetchone()
        for (label, column), different in zip(columns.items(), counts or (), strict=True):
            _looked_at(connection, table, column, bins=max(1, different // LOOKED_AT))
            one, seen[label] = _judge(connection, label, earlier.get(label, FewNumbers()))
            if one and (one.kind == "citizen number" or not {label, label.split(".")[0]} & set(about_objects)):
                found.append(one)
    return found, {label: few for label, few in seen.items() if few.count}


def _tables(connection: duckdb.DuckDBPyConnection, relation: str, within: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Give a table with its columns by what they are called; what a column holds in lists and in fields of its own is a table after it."""
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    columns = {f"{within}{name}": name for name, kind in types.items() if kind != "BOOLEAN" and not NESTED.search(kind)}
    if columns:
        yield relation, columns
    for name, kind in types.items():
        if NESTED.search(kind):
            column = f"map_entries({identifier(name)})" if kind.startswith("MAP(") else identifier(name)
            item = "" if kind.startswith("STRUCT(") and not kind.endswith("]") else " AS item"
            yield from _tables(connection, f"(SELECT unnest({column}){item} FROM {relation})", f"{within}{name}.")


def _looked_at(connection: duckdb.DuckDBPyConnection, relation: str, column: str, *, bins: int) -> None:
    """Make the table ``looked_at``: different values ``v`` of a column as text, and ``n``, in how many rows each stands."""
    name = identifier(column)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT trim(CAST(value AS VARCHAR), {quoted(AROUND)}) AS v, sum(times)::BIGINT AS n FROM "
        f"(SELECT {name} AS value, count(*) AS times FROM {relation} WHERE {name} IS NOT NULL AND hash({name}) % {bins} = 0 GROUP BY 1) "
        "GROUP BY 1 HAVING v <> ''"
    )


def _judge(connection: duckdb.DuckDBPyConnection, column: str, earlier: FewNumbers) -> tuple[Protected | None, FewNumbers]:
    """Judge what was looked at: its numbers, the header, its names and its dates, in that order."""
    rows, longest, digits, dates, words, dots, months = (
        connection.execute(
            "SELECT coalesce(sum(n), 0), coalesce(max(length(v)), 0), "
            f"count(*) FILTER (WHERE length(v) BETWEEN 8 AND {LONGEST} AND regexp_matches(v, '[0-9\uff10-\uff19]')), "
            "count(*) FILTER (WHERE regexp_matches(v, '^[0-9]')), "
            f"count(*) FILTER (WHERE {WORDS}), count(*) FILTER (WHERE contains(v, '.')), count(*) FILTER (WHERE regexp_matches(v, '{MONTH}')) "
            "FROM looked_at"
        ).fetchone()
        or (0,) * 7
    )
    header = _words(column)
    found, few = _citizen_numbers(connection, column, earlier) if digits else (None, earlier)
    kind = next((kind for kind, said in HEADERS.items() if said.search(header)), None) if longest >= HEADER_LENGTH else None
    found = found or (Protected(column, kind, "its header says so") if kind else None)
    if not found and words >= NAMES_LEAST_BY_HEADER:
        found = _names(connection, column, rows, named=bool(HEADER_OF_SOMEONE.search(header)), dotted=dots > 0)
    years = spread_as_births(connection, rows, months=months > 0) if not found and dates >= BIRTHS_LEAST else None
    return found or (Protected(column, "birth date", f"its dates spread over {years:.0f} years as those of people do, and few are round")
                     if years is not None else None), few  # fmt: skip


def _citizen_numbers(connection: duckdb.DuckDBPyConnection, column: str, earlier: FewNumbers) -> tuple[Protected | None, FewNumbers]:
    """Test different numbers, not rows: one number that passes by chance may stand in every row."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE numbers AS SELECT CAST(d AS BIGINT) AS b, bool_or(length(d) = 9) AS nine, {PASSES} AS passes "
        f"FROM ({SPELLED}) "
        f"WHERE regexp_full_match(d, '[0-9]{{8,9}}') AND CAST(d AS BIGINT) >= {LEAST} GROUP BY b"
    )
    numbers, passing, nine = connection.execute("SELECT count(*), count(*) FILTER (passes), count(*) FILTER (nine) FROM numbers").fetchone() or (
        0,
        0,
        0,
    )
    if is_beyond_chance(passing, numbers):
        said = f"{passing / numbers:.1%} of {numbers} different numbers of 8 or 9 digits pass its check digit, by chance 9.1%"
        return Protected(column, "citizen number", said), earlier
    if not nine or earlier.count > MOST_NUMBERS:
        return None, earlier
    few = earlier.joined(
        connection.execute(f"SELECT DISTINCT {MARK}, passes FROM numbers WHERE nine ORDER BY ALL LIMIT {MOST_NUMBERS + 1}").fetchall()
    )
    someone = bool(NUMBER_OF_SOMEONE.search(_words(column)))
    if nine > MOST_NUMBERS or (not are_all(len(few.passing), few.count, someone=someone) and not is_beyond_chance(len(few.passing), few.count)):
        return None, few
    told = f"{len(few.passing)} of {few.count} different numbers of 9 digits{', with those of earlier deliveries,' if earlier.count else ''}"
    return Protected(column, "citizen number", f"{told} pass its check digit, by chance one in eleven"), few


def _names(connection: duckdb.DuckDBPyConnection, column: str, rows: int, *, named: bool, dotted: bool) -> Protected | None:
    """Count the values that look like a name. Without a full stop there are no dotted initials, and their patterns take long to prepare."""
    initials = f"OR regexp_matches(v, {quoted(INITIALS)}) OR regexp_matches(v, {quoted(INITIALS_LAST)})" if dotted else ""
    like, different = connection.execute(
        f"""
        WITH spelled AS (
            SELECT n, strip_accents(v) AS v, {_plain("v")} AS w, {_plain("split_part(v, ',', 2)")} AS after_comma FROM looked_at WHERE {WORDS}
        ), bared AS (
            SELECT *, regexp_replace(regexp_replace(v, '{INITIALS_BEFORE}', ''), '{INITIALS_AFTER}', '') AS bare FROM spelled
        ), judged AS (
            SELECT n, NOT regexp_matches(w, '{STREET}') AND (
                split_part(w, ' ', 1) IN (SELECT word FROM given_names) OR split_part(after_comma, ' ', 1) IN (SELECT word FROM given_names)
                OR regexp_replace({_plain("bare")}, '^(({PARTICLES}) )+', '') IN (SELECT word FROM surnames)
                {initials}
            ) AS like_a_name FROM bared
        )
        SELECT coalesce(sum(n), 0), count(*) FROM judged WHERE like_a_name
        """
    ).fetchone() or (0, 0)
    share, least = (NAMES_SHARE_BY_HEADER, NAMES_LEAST_BY_HEADER) if named else (NAMES_SHARE, NAMES_LEAST)
    if like < share * rows or different < least:
        return None
    return Protected(column, "name", f"{like / rows:.1%} of its values begin with a common given name or initials, or are a common surname")


def _words(column: str) -> str:
    """Give a header as small words without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", column) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain)).lower()


def _plain(text: str) -> str:
    """SQL: a text as small words without accents and signs."""
    return f"trim(regexp_replace(lower(strip_accents({text})), '[^a-z]+', ' ', 'g'))"


def _word_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for table, words in (("given_names", GIVEN), ("surnames", SURNAMES)):
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS SELECT unnest($words) AS word", {"words": sorted(words)})


def _listed(files: list[str]) -> str:
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
