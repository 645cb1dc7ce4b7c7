"""The audit of linking: how surely texts were linked, why others were not, and which rows a person could still look at.

The file holds no text: which record, why not, and the addresses that it may have meant (DESIGN rules 2 and 11).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from features.engine import replaced_whole
from features.sources.contract import Source

UNLINKED = "unlinked.parquet"
"""File among the rejects with every row that was not linked, of all sources of the last look."""
BANDS = ((1.0, "1"), (0.95, "0.95 to 1"), (0.9, "0.9 to 0.95"), (0.8, "0.8 to 0.9"), (0.0, "below 0.8"))
"""Bands of confidence, each from its lower bound; the last ones are filled only where a municipality sets a lower limit."""
MANY = 10
"""From this many candidates on, texts are counted together."""
LINKED = ("linked", "designation")


class LinkageSummary(BaseModel):
    """What became of the rows of one source that did not name their object themselves.

    Attributes
    ----------
    texts : int
        Rows with only a text for an address.
    linked : dict
        Number of texts that were linked, by band of confidence.
    designations : int
        Rows with the id of a designation that led to its object.
    not_linked : dict
        Number of rows by the reason why they were not linked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: int
    linked: dict[str, int]
    designations: int
    not_linked: dict[str, int]


def summarise(connection: duckdb.DuckDBPyConnection, source: Source) -> LinkageSummary | None:
    """Count what became of the rows in ``linkage_<source>``; None where each row named its object itself."""
    if source.name not in _audited(connection):
        return None
    band = " ".join(f"WHEN confidence >= {lower} THEN '{name}'" for lower, name in BANDS)
    several = f"'several, ' || least(candidates, {MANY}) || CASE WHEN candidates >= {MANY} THEN ' candidates or more' ELSE ' candidates' END"
    told = f"CASE outcome WHEN 'linked' THEN CASE {band} END WHEN 'several' THEN {several} ELSE outcome END"
    rows = connection.execute(
        f"SELECT outcome, {told} AS said, count(*), count(confidence) FROM linkage_{source.name} GROUP BY ALL ORDER BY 3 DESC, 2"
    ).fetchall()
    if not rows:
        return None
    linked = {said: number for outcome, said, number, _ in rows if outcome == "linked"}
    return LinkageSummary(
        texts=sum(texts for *_, texts in rows),
        linked={name: linked[name] for _, name in BANDS if name in linked},
        designations=sum(number for outcome, _, number, _ in rows if outcome == "designation"),
        not_linked={said: number for outcome, said, number, _ in rows if outcome not in LINKED},
    )


def write_unlinked(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each distinct row that was not linked: source, record, reason, number of candidates, the first of them, best confidence."""
    selects = [
        f"SELECT '{name}' AS source, record_id, outcome AS reason, candidates, candidate_ids, confidence FROM linkage_{name} "
        f"WHERE outcome NOT IN {LINKED}"
        for name in _audited(connection)
    ] or [
        "SELECT '' AS source, '' AS record_id, '' AS reason, 0::BIGINT AS candidates, []::VARCHAR[] AS candidate_ids, 0::DOUBLE AS confidence "
        "WHERE false"
    ]
    with replaced_whole(folder / UNLINKED) as draft:
        connection.execute(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(selects)}) ORDER BY ALL").df().to_parquet(draft, index=False)


def _audited(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = connection.execute(r"SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'linkage\_%' ESCAPE '\' ORDER BY 1").fetchall()
    return [name.removeprefix("linkage_") for (name,) in tables]
