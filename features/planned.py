"""Queries that are planned once and asked many times, each time over other rows.

Planning a query over a hundred indicators takes ten times as long as running it over the rows of one address. DuckDB keeps a plan for a prepared
statement, but makes it anew where the statement reads a table: any table may have changed. So the rows are handed in as Arrow streams, which
are no tables to it, and of which it asks the rows whenever it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from features.engine import within_limits

KEPT = 64
"""Plans that are kept: one for each source and two more, of some tenths of a MB each. Assumed."""


@dataclass
class _Handed:
    """What a query reads under one name; its rows change, their types do not."""

    rows: pa.Table

    def __arrow_c_schema__(self) -> object:
        """Give the types, as Arrow's protocol asks for them."""
        return self.rows.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows of now, as Arrow's protocol asks for them."""
        return self.rows.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Planned:
    """Asks planned queries, one at a time: whoever shares it between threads takes turns.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Of nobody else.
    """

    connection: duckdb.DuckDBPyConnection
    _handed: dict[str, _Handed] = field(default_factory=dict, repr=False)
    _plans: dict[str, tuple[str, pa.Schema]] = field(default_factory=dict, repr=False)

    def ask(self, sql: str, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Run a query over the rows of tables, planned when it is asked first.

        Parameters
        ----------
        sql : str
            One SELECT.
        tables : mapping of str to pyarrow.Table
            All that it reads, by name; a name has the same columns each time.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        StateError
            The disk is full or the memory limit was reached.
        """
        for name, rows in tables.items():
            if name in self._handed:
                self._handed[name].rows = rows
            else:
                self._handed[name] = _Handed(rows)
                self.connection.register(name, self._handed[name])
        with within_limits():
            plan, types = self._plan(sql)
            rows = self.connection.execute(f"EXECUTE {plan}").fetchall()
        columns = zip(*rows, strict=True) if rows else [()] * len(types)
        return pa.Table.from_arrays([pa.array(values, field.type) for values, field in zip(columns, types, strict=True)], schema=types)

    def _plan(self, sql: str) -> tuple[str, pa.Schema]:
        """Give the name of a plan and the types of what it gives; asking for these with every answer takes longer than most answers."""
        if sql not in self._plans:
            if len(self._plans) == KEPT:
                self.connection.execute(f"DEALLOCATE {self._plans.pop(next(iter(self._plans)))[0]}")
            name = f"plan_{max((int(n[5:]) for n, _ in self._plans.values()), default=0) + 1}"
            self.connection.execute(f"PREPARE {name} AS {sql}")
            self._plans[sql] = name, self.connection.sql(f"EXECUTE {name}").to_arrow_table().schema
        return self._plans[sql]
