"""What came in: one report per source, for a person to read before anything is built on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from features.errors import StateError
from features.freshness import DAY, Silence, silences, silent
from features.linkage_audit import LinkageSummary, summarise
from features.retention import forgotten
from features.sources.contract import Source


class SourceReport(BaseModel):
    """One register as it came in.

    Attributes
    ----------
    rows, accepted, repeated, rejected : int
        Rows delivered; versions stored; rows that repeat another to the letter; rows set aside.
    overtaken : int
        Rows older than what an earlier delivery said of the same record; they count on no day.
    replaced : int
        Rows of earlier files that the file of now, which is read whole, holds no more; what they said counts until something replaced it.
    new_files, new_rows, new_rejected : int, optional
        Deliveries that this build received, their rows, and those of them that were set aside; None for a register that is read whole.
    new_mended : dict, optional
        Number of cells of those rows that became missing, by reason.
    rejects : dict
        Number of rows by reason.
    mended : dict
        Number of cells that became missing by reason, where a field that is filled in later was wrong; their rows stay. Those of rows that the
        file of now holds no more are not among them.
    past_retention : int
        Versions that fit and did not enter, because they are past the retention of the source; they are no rejects. Of a file that is read
        whole also all rows that an earlier build took out with them.
    kept_since : date, optional
        The oldest day on which something may have happened, or ended, and still be here; None where nothing is forgotten.
    linked_share : float, optional
        Share of rows with only a text for an address that was linked; None where every row had an id.
    linkage : LinkageSummary, optional
        What became of the rows that did not name their object themselves; None where there were none.
    first_on, last_on, last_known_on : date, optional
        First and last day of what happened, and the last day something became known.
    median_late_days, late_days_95 : float, optional
        Days between happening and knowing: the median, and what 95 % stays under.
    content_hash : str
        Hash over the ordered values that were stored.
    last_delivery_on : date, optional
        Its newest sign of life up to the day of the build: a delivery, or a version that became known.
    age_days, rhythm_days, max_age_days : int, optional
        Days since then on the day that is scored, the one after the build; the number in which the contract expects something,
        and that after which the source is stale.
    stale : bool
        Whether it is stale for what is scored on the day of the build.
    silences : tuple of Silence
        The days on which it was stale; see `features.freshness`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    rows: int
    accepted: int
    repeated: int
    rejected: int
    rejects: dict[str, int]
    mended: dict[str, int] = {}
    past_retention: int = 0
    kept_since: date | None = None
    linked_share: float | None
    linkage: LinkageSummary | None = None
    first_on: date | None
    last_on: date | None
    last_known_on: date | None
    median_late_days: float | None
    late_days_95: float | None
    content_hash: str
    overtaken: int = 0
    replaced: int = 0
    new_files: int | None = None
    new_rows: int | None = None
    new_rejected: int | None = None
    new_mended: dict[str, int] | None = None
    last_delivery_on: date | None = None
    age_days: int | None = None
    rhythm_days: int | None = None
    max_age_days: int | None = None
    stale: bool = False
    silences: tuple[Silence, ...] = ()

    @property
    def reject_share(self) -> float:
        """Rejected rows as a share of all rows."""
        return self.rejected / self.rows if self.rows else 0.0

    @property
    def judged(self) -> tuple[int, int]:
        """Rows to judge this build by, and those of them that were set aside: a bad delivery must not hide behind good ones of before."""
        return (self.rows, self.rejected) if self.new_rows is None else (self.new_rows, self.new_rejected or 0)

    @property
    def judged_cells(self) -> dict[str, int]:
        """Cells of those rows that became missing, by reason."""
        return self.mended if self.new_mended is None else self.new_mended


NO_ROW = "line cannot be read"
"""Reason of a line that never became a row."""
REPORT = "report.json"
REPORTS = TypeAdapter(list[SourceReport])


@dataclass(frozen=True)
class Arrival:
    """How a source came in with this build.

    Attributes
    ----------
    unreadable, new_unreadable : int
        Lines that never became a row, of all deliveries and of the new ones; they count as delivered and as rejected.
    after : int, optional
        Number of the last row that was received before; None where the register is read whole.
    delivered : tuple of (date, date)
        Days of receipt of its deliveries, and the days on which these were made.
    new_files : int
        Number of the deliveries that are new.
    max_age_days : int
        Days after which it is stale.
    today : date
        Day of the build.
    """

    max_age_days: int
    today: date
    unreadable: int = 0
    new_unreadable: int = 0
    after: int | None = None
    delivered: tuple[tuple[date, date], ...] = ()
    new_files: int = 0


def measure(connection: duckdb.DuckDBPyConnection, source: Source, arrival: Arrival) -> SourceReport:
    """Measure what became of one source; reads ``placed``, ``candidate_<source>`` and ``events_<source>``.

    Lateness is that of the first version of each record: a correction or an end that follows is not a late delivery.
    """
    unreadable = arrival.unreadable
    told, replaced = (_delivered(connection, source, where) for where in ("told", "NOT told"))
    stored = f"FROM events_{source.name}"
    accepted, first, last, known = _one(connection, f"SELECT count(*), min(happened_on), max(happened_on), max(known_on) {stored}")
    past, (unkept,) = forgotten(connection, source), _one(connection, f"SELECT count(*) FROM unkept_{source.name}")
    (overtaken,) = _one(connection, "SELECT count(*) FROM placed WHERE overtaken")
    return SourceReport(
        source=source.name,
        rows=told.rows + unkept + unreadable,
        accepted=accepted,
        repeated=told.fitting + replaced.fitting - accepted - overtaken - past.versions,
        overtaken=overtaken,
        replaced=replaced.rows,
        rejected=told.rows - told.fitting + unreadable,
        rejects=_rejects(connection, source, unreadable),
        mended=_counted(connection, f"FROM cells_{source.name} WHERE delivered IN (SELECT delivered FROM candidate_{source.name} WHERE told)"),
        past_retention=past.versions + unkept,
        kept_since=past.kept_since,
        linked_share=told.linked / told.texts if told.texts else None,
        linkage=summarise(connection, source),
        first_on=first,
        last_on=last,
        last_known_on=known,
        content_hash=_content_hash(connection, source),
        rhythm_days=source.rhythm_days,
        **_lateness(connection, source),
        **_new(connection, source, arrival),
        **_signs(connection, arrival),
    )


def _rejects(connection: duckdb.DuckDBPyConnection, source: Source, unreadable: int) -> dict[str, int]:
    found = _counted(connection, f"FROM candidate_{source.name} WHERE told AND reason IS NOT NULL")
    return found | ({NO_ROW: unreadable} if unreadable else {})


class _Rows(NamedTuple):
    """Rows of a source, those of them that fit, those with only a text for an address, and those of these that were linked."""

    rows: int
    fitting: int
    texts: int
    linked: int


def _delivered(connection: duckdb.DuckDBPyConnection, source: Source, where: str) -> _Rows:
    texts = "count(*) FILTER (WHERE linked_by_text), count(*) FILTER (WHERE linked_by_text AND address_id IS NOT NULL)"
    counted = f"count(*), count(*) FILTER (WHERE reason IS NULL), {texts if source.area is None else '0, 0'}"
    return _Rows(*_one(connection, f"SELECT {counted} FROM candidate_{source.name} WHERE {where}"))


def _lateness(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, float | None]:
    days = f"SELECT min(known_on) - arg_min(happened_on, known_on) AS days FROM events_{source.name} GROUP BY record_id"
    median, late = _one(connection, f"SELECT median(days), quantile_cont(days, 0.95) FROM ({days})")
    return {"median_late_days": median, "late_days_95": late}


def _new(connection: duckdb.DuckDBPyConnection, source: Source, arrival: Arrival) -> dict[str, Any]:
    if arrival.after is None:
        return {}
    rows, rejected = _one(connection, f"SELECT count(*), count(reason) FROM candidate_{source.name} WHERE delivered > {arrival.after}")
    mended = _counted(connection, f"FROM cells_{source.name} WHERE delivered > {arrival.after}")
    lost = arrival.new_unreadable
    return {"new_files": arrival.new_files, "new_rows": rows + lost, "new_rejected": rejected + lost, "new_mended": mended}


def _signs(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> dict[str, Any]:
    """Give when the source showed itself: what became known, for the day that the register gives, and what was delivered."""
    signs = [*connection.execute("SELECT known_on, max(told_on) FROM placed GROUP BY 1").fetchall(), *arrival.delivered]
    last_on = max((speaks_for for came_in_on, speaks_for in signs if came_in_on <= arrival.today), default=None)
    found = silences(signs, max_age_days=arrival.max_age_days)
    return {
        "last_delivery_on": last_on,
        "age_days": (arrival.today + DAY - last_on).days if last_on else None,
        "max_age_days": arrival.max_age_days,
        "stale": silent(found, arrival.today + DAY) is not None,
        "silences": found,
    }


def write_report(path: Path, reports: list[SourceReport]) -> None:
    """Write the reports as JSON."""
    path.write_bytes(REPORTS.dump_json(reports, indent=1))


def read_report(path: Path) -> list[SourceReport]:
    """Read the reports of the last good run.

    Raises
    ------
    StateError
        Nothing was built yet, or the file is no report.
    """
    if not path.exists():
        raise StateError("no events were built yet", expected=f"{path}", remedy="run 'schouw build'")
    try:
        return REPORTS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StateError(f"{path} is no report of a build", expected="the file as it was written", remedy="run 'schouw build' again") from error


def _content_hash(connection: duckdb.DuckDBPyConnection, source: Source) -> str:
    columns = [row[0] for row in connection.execute(f"DESCRIBE events_{source.name}").fetchall()]
    row = ", ".join(f"coalesce(CAST({c} AS VARCHAR), chr(0))" for c in columns)
    (value,) = _one(
        connection,
        f"WITH rows AS (SELECT md5(concat_ws(chr(31), {row})) AS row, ordinal FROM events_{source.name}) "
        "SELECT sha256(coalesce(string_agg(row, '' ORDER BY ordinal), '')) FROM rows",
    )
    return str(value)


def _counted(connection: duckdb.DuckDBPyConnection, of: str) -> dict[str, int]:
    return dict(connection.execute(f"SELECT reason, count(*) {of} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    return tuple(row or ())
