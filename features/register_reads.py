"""What a register's SELECT may reach: the raw extracts that municipality.toml declares, which were looked at before, and nothing else.

A file that a SELECT opened by itself would come in past the check for people, the purpose of its register and the ledger of deliveries. The
text is taken apart by DuckDB's own parser, so no spelling says one thing here and another when it runs. This names the fault; that
nothing else is read is made sure of by planning it where nothing else is (`features.register_rows`) and by closing the engine
(`features.engine.confine`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from features.engine import bare
from features.errors import SourceError

MADE_OF_NOTHING = frozenset({"unnest", "range", "generate_series"})
"""Table functions that read nothing but what they are given."""

EXTRACT = re.compile(r"raw_\w+")
"""How an extract is called in a SELECT. One that nobody declared is no table, so the SELECT cannot be run."""

NAMED = re.compile(r"(?!(events|candidate|raw|files|received)_)\w+", re.IGNORECASE)
"""How a SELECT may call what it makes WITH: no name of a table of ours, of an extract or of a file, so that none is taken for another."""

ASKING = frozenset({"SHOW_REF"})
"""What DESCRIBE, SHOW and SUMMARIZE are: they tell about tables, and give no rows of a register."""


def refuse_reach(name: str, select: str, extracts: Collection[str]) -> None:
    """Refuse a register's text that is more than one SELECT, or reads anything but the declared extracts.

    Parameters
    ----------
    name : str
        Of the source.
    select : str
        Text of ``registers/<name>.sql``.
    extracts : collection of str
        Names of the declared extracts: each can be read as ``raw_<extract>``.

    Raises
    ------
    SourceError
        It is no SELECT, more than one, or names a file, a function that reads one, or a table that cannot be an extract.

    Examples
    --------
    >>> refuse_reach("reports", "WITH a AS (SELECT * FROM raw_letters) SELECT * FROM a", ["letters"])
    >>> refuse_reach("reports", "SELECT * FROM read_csv('people.csv')", ["letters"])
    Traceback (most recent call last):
        ...
    features.errors.SourceError: registers/reports.sql reads read_csv(...). Expected: one SELECT over the declared extracts: raw_letters. \
Do: declare the file or the table under [extracts] in municipality.toml, where it is checked for people, and read it as raw_<name>.
    """
    statements = _parsed(name, select)
    if len(statements) != 1:
        raise SourceError(
            f"registers/{name}.sql holds {len(statements)} statements",
            expected="one SELECT, which gives the contract's columns",
            remedy="make the other statements part of it with WITH, or take them out",
        )
    found = list(dict.fromkeys(_beyond(statements[0], frozenset())))
    if found:
        raise SourceError(
            f"registers/{name}.sql reads {', '.join(found)}",
            expected=f"one SELECT over the declared extracts: {', '.join(f'raw_{extract}' for extract in extracts) or 'none is declared'}",
            remedy="declare the file or the table under [extracts] in municipality.toml, where it is checked for people, and read it as raw_<name>",
        )


def _parsed(name: str, select: str) -> list[Any]:
    """Give the statements of a register's text."""
    with closing(bare()) as engine:
        told: dict[str, Any] = json.loads(engine.execute("SELECT json_serialize_sql($text::VARCHAR)", {"text": select}).fetchall()[0][0])
    if told["error"]:
        raise SourceError(
            f"registers/{name}.sql is no SELECT: {str(told['error_message']).splitlines()[0]}",
            expected="one SELECT over the raw extracts that gives the contract's columns",
            remedy="correct the file; what DuckDB writes as a statement of its own, such as PIVOT or COPY, stands in no register",
        )
    statements: list[Any] = told["statements"]
    return statements


def _beyond(node: Any, named: frozenset[str]) -> Iterator[str]:
    """Give what a part of a SELECT reads that is not allowed; a name of WITH counts below where it is given, after its own definition."""
    parts: Iterable[Any] = node if isinstance(node, list) else ()
    if isinstance(node, dict):
        if (read := _read(node)) and read not in named and not EXTRACT.fullmatch(read):
            yield read
        for one in (node.get("cte_map") or {}).get("map", ()):
            name = one["key"]
            yield from () if NAMED.fullmatch(name) else (f"WITH {name}, a name that it may not give",)
            yield from _beyond(one["value"], named - {name})
            named |= {name}
        parts = (part for key, part in node.items() if key not in {"cte_map", *(("left", "right") if _is_recursive(node) else ())})
    for part in parts:
        yield from _beyond(part, named)
    if _is_recursive(node):
        yield from (*_beyond(node["left"], named), *_beyond(node["right"], named | {node["cte_name"]}))


def _is_recursive(node: Any) -> bool:
    """Tell whether a part is the definition of a name of WITH RECURSIVE: its second half may name itself."""
    return isinstance(node, dict) and node.get("type") == "RECURSIVE_CTE_NODE"


def _read(node: dict[str, Any]) -> str | None:
    """Give what one part reads by itself, as an error says it; None where it reads nothing."""
    kind = node.get("type")
    if kind == "BASE_TABLE":
        path = (node.get("qualified_name") or {}).get("path") or [node[of] for of in ("catalog_name", "schema_name", "table_name") if node.get(of)]
        return path[0] if len(path) == 1 else ".".join(path) + " (a name in a schema)"
    if kind == "TABLE_FUNCTION" and (function := node["function"].get("function_name")) not in MADE_OF_NOTHING:
        return f"{function}(...)"
    return "what the engine tells of its tables" if kind in ASKING else None


@dataclass(frozen=True)
class Reads:
    """What a SELECT names.

    Attributes
    ----------
    extracts : frozenset of str
        Names of the extracts that it reads.
    columns : frozenset of str
        Columns of whichever of them, in small letters; what it calls its own results is among them.
    whole : mapping of str to frozenset of str
        Of the extracts of which it takes every column with a star: those that it leaves out, in small letters.
    """

    extracts: frozenset[str]
    columns: frozenset[str]
    whole: Mapping[str, frozenset[str]]


def reads(name: str, select: str) -> Reads:
    """Give the extracts and the columns that a register's SELECT names; parameters as `refuse_reach`."""
    extracts: set[str] = set()
    columns: set[str] = set()
    whole: dict[str, frozenset[str]] = {}
    for node in _nodes(_parsed(name, select)):
        if (read := _read(node)) and EXTRACT.fullmatch(read):
            extracts.add(read.removeprefix("raw_"))
        columns |= {str(part).lower() for part in (*(node.get("column_names") or ()), *(node.get("using_columns") or ()))}
        stars = [one for one in node.get("select_list") or () if one.get("class") == "STAR"]
        for table in _beside(node.get("from_table")) if stars else ():
            left_out = (frozenset(str(column).lower() for column in star["exclude_list"]) for star in stars)
            whole[table] = frozenset.intersection(*left_out, *([whole[table]] if table in whole else []))
    return Reads(frozenset(extracts), frozenset(columns), whole)


def keeps_order(name: str, select: str) -> bool:
    """Say whether a register's SELECT takes the rows of its extracts one by one, in their order, or says at its end how they are sorted.

    Parameters
    ----------
    name, select : str
        As `refuse_reach`.

    Examples
    --------
    >>> keeps_order("reports", "SELECT nr AS record_id FROM raw_letters UNION ALL SELECT nr FROM raw_calls")
    True
    >>> keeps_order("reports", "SELECT * FROM raw_letters JOIN raw_calls USING (nr)"), keeps_order("reports", "SELECT DISTINCT nr FROM raw_letters")
    (False, False)
    """
    statements = _parsed(name, select)
    sorted_by = [one["type"] for one in statements[0]["node"].get("modifiers", ())]
    return "ORDER_MODIFIER" in sorted_by or not any(_mixes(node) for node in _nodes(statements))


def _mixes(node: dict[str, Any]) -> bool:
    """Tell whether a part may give rows in another order than they came in."""
    kind = node.get("type")
    grouped = node.get("group_expressions") or node.get("aggregate_handling") == "FORCE_AGGREGATES"
    windowed = node.get("class") == "WINDOW" and bool(node.get("partitions") or node.get("orders"))
    united = kind == "SET_OPERATION_NODE" and not (node.get("setop_type") in {"UNION", "UNION_BY_NAME"} and node.get("setop_all"))
    return bool(grouped or windowed or united) or kind in {"JOIN", "DISTINCT_MODIFIER"} or node.get("class") == "SUBQUERY"


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Give every part of a text, and the parts in it."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(part)


def _beside(table: Any) -> Iterator[str]:
    """Give the extracts that stand in a FROM themselves, not in a SELECT of their own."""
    if isinstance(table, dict) and table.get("type") == "JOIN":
        yield from (*_beside(table["left"]), *_beside(table["right"]))
    elif isinstance(table, dict) and (read := _read(table)) and EXTRACT.fullmatch(read):
        yield read.removeprefix("raw_")
