"""A country: the events of one town, told many times under other ids, so that size can be measured without waiting for ingestion.

    python -m experiments.country STATE TIMES TARGET

Reads the last good build of STATE and writes a build to TARGET in which each object, area, household, owner and record stands TIMES
times, each time under an id of its own. Nothing is shared between copies, as municipalities share no buildings; links between
municipalities, which a country has, are missing. For sizes alone: rows that are copies say nothing about a model. Synthetic.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from features.builds import current, new_build
from features.doubts import DOUBTS
from features.engine import connect, quoted
from features.report import REPORT, read_report, write_report
from features.scratch import scratch
from features.settings import Engine
from features.sources import all_sources
from features.sources.contract import Source, column_types

FIRST_CODE = 1000
"""Municipality code of the first copy: four digits, in the place of the town's own, so that the copies sort one after the other."""
OBJECT_DIGITS = 16


def main(state: Path, times: int, target: Path) -> None:
    """Write the build."""
    if not 1 <= times < 10_000 - FIRST_CODE:
        raise SystemExit(f"{times} copies do not fit in four digits")
    reports = read_report(current(state) / REPORT)
    with new_build(target) as folder, scratch(target) as spill, connect(Engine(), scratch=spill) as connection:
        for name in (*(report.source for report in reports), DOUBTS):
            file = current(state) / f"{name}.parquet"
            copies = " UNION ALL ".join(_copy(all_sources()[name], file, FIRST_CODE + n) for n in range(times))
            connection.execute(f"COPY ({copies}) TO {quoted(folder / file.name)} (FORMAT parquet, COMPRESSION zstd)")
        write_report(folder / REPORT, [r.model_copy(update={"rows": r.rows * times, "accepted": r.accepted * times}) for r in reports])


def _copy(source: Source, file: Path, code: int) -> str:
    """Give the SELECT of one copy: every id and key is changed, every value stays."""
    renamed = []
    for name, kind in column_types(source).items():
        listed = name not in ("record_id", source.place, "happened_on", "known_on", "withdrawn")
        places = ("postcode", "neighbourhood", "cable_section")
        if kind == "VARCHAR" and name != "address_text" and (not listed or name in places or source.column(name).type in ("id", "key")):
            objects = f"CASE WHEN length({name}) = {OBJECT_DIGITS} THEN '{code}' || substr({name}, 5) ELSE {name} || '-{code}' END"
            renamed.append(f"{objects} AS {name}")
    return f"SELECT * REPLACE ({', '.join(renamed)}) FROM read_parquet({quoted(file)})"  # noqa: S608 - names of contracts alone


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    main(given.state, given.times, given.target)
