"""How many answers a second the score log takes, with lines that wait sharing a commit and with a commit for each.

    python -m experiments.benchmarks.score_log [--postgresql URL] [--rounds 3] [--seconds 5] [--processes 2] [--callers 32]

Processes append as the workers of the service do, each from its share of the callers, every append on disk before it returns. The ways take
turns, round after round, each on an empty database: SQLite in a folder of its own and, where a URL is given, PostgreSQL in a schema of its own.
A line holds as much as an answer of forty indicators. Afterwards the log must verify, and hold every line that was acknowledged and no other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from serving import database, score_log
from serving.score_log import appending

WAYS = {"grouped": appending.GROUP_LINES, "a commit for each": 1}
"""Each way by the number of lines after which a group takes no further call."""

INDICATORS = 40
START_S = 5
"""How long after its start a process begins, so that all begin together."""


def main(postgresql: str | None, *, rounds: int, seconds: float, processes: int, callers: int) -> None:
    """Let the ways take turns, and print."""
    print(f"{len(score_log.canonical(payload()))} bytes a payload, {rounds} rounds of {seconds:g} s: the median, and [the smallest - the largest]\n")
    for kind in ("sqlite", *(["postgresql"] if postgresql else [])):
        cases = [(way, processes, callers) for way in WAYS] + [("grouped", 1, 1)]
        found: dict[tuple[str, int, int], list[dict[str, float]]] = {case: [] for case in cases}
        for _ in range(rounds):
            for case in cases:
                with empty(kind, postgresql) as url:
                    found[case].append(measured(url, case[0], seconds=seconds, processes=case[1], callers=case[2]))
        print(f"{kind}\n{'':34}{'appends/s':>26}{'median ms':>22}{'p99 ms':>24}")
        for (way, of, by), turns in found.items():
            shown = [told([turn[name] for turn in turns], digits) for name, digits in (("rate", 0), ("median", 1), ("p99", 1))]
            print(f"{f'{way}, {by} callers in {of} processes':34}{shown[0]:>26}{shown[1]:>22}{shown[2]:>24}")
        grouped, single = ([turn["rate"] for turn in found[case]] for case in cases[:2])
        print(f"grouped / a commit for each: {told([g / s for g, s in zip(grouped, single, strict=True)], 1)} times\n")


def measured(url: str, way: str, *, seconds: float, processes: int, callers: int) -> dict[str, float]:
    """Run one turn, and give appends a second and the time of one in ms."""
    start = time.time() + START_S
    words = [url, str(WAYS[way]), str(callers // processes), str(start), str(start + seconds)]
    command = [sys.executable, "-m", "experiments.benchmarks.score_log", "--append", *words]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]  # noqa: S603 - our own words
    took = np.array([ms for process in running for ms in json.loads(process.communicate()[0])])
    if any(process.returncode for process in running):
        raise SystemExit("a process failed")
    engine = database.connect(url)
    found = score_log.verify(engine)
    engine.dispose()
    if found.fault is not None or found.lines != len(took) or found.writers != processes:
        raise SystemExit(f"the log does not hold what was acknowledged: {found}, {len(took)} acknowledged")
    return {"rate": len(took) / seconds, "median": float(np.median(took)), "p99": float(np.quantile(took, 0.99))}


def append(url: str, group_lines: int, callers: int, start: float, end: float) -> list[float]:
    """Append from so many threads between two moments, and give what each append took, in ms; those that began before the end count."""
    appending.GROUP_LINES = group_lines
    engine, took = database.connect(url), list[float]()
    said = payload()

    def ask() -> None:
        time.sleep(max(0.0, start - time.time()))
        while time.time() < end:
            began = time.perf_counter()
            score_log.append(engine, said, score_id=str(uuid.uuid4()), theme="trial", logged_at=datetime.now(UTC).replace(tzinfo=None))
            took.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def payload() -> dict[str, Any]:
    """Give a payload as large as that of an answer; its numbers mean nothing."""
    hashes = {f"{name}_hash": "0" * 64 for name in ("theme", "release", "catalogue", "wording", "lock")}
    names = [f"indicator_number_{n:02d}" for n in range(INDICATORS)]
    answer = {"row": {name: n / 3 for n, name in enumerate(names)}, "contributions": {name: n / 7 for n, name in enumerate(names)}}
    return {**hashes, "address_hash": f"{0:08x}.{0:040x}", "address_id": "0" * 16, "answer": answer}


@contextmanager
def empty(kind: str, postgresql: str | None) -> Iterator[str]:
    """Give the URL of an empty database with its tables, and take it away afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'schouw.db'}"
            upgraded(url)
            yield url
        return
    schema, above = f"benchmark_{uuid.uuid4().hex[:12]}", database.connect(str(postgresql))
    try:
        with database.writing(above) as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        url = f"{postgresql}{'&' if '?' in str(postgresql) else '?'}options=-csearch_path%3D{schema}"
        upgraded(url)
        yield url
    finally:
        with database.writing(above) as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        above.dispose()


def upgraded(url: str) -> None:
    """Make the tables."""
    engine = database.connect(url)
    database.upgrade(engine)
    engine.dispose()


def told(values: list[float], digits: int) -> str:
    """Write the median and the two ends."""
    return f"{np.median(values):,.{digits}f} [{min(values):,.{digits}f} - {max(values):,.{digits}f}]"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--append"]:
        of, size, threads_here, begin, until = sys.argv[2:]
        print(json.dumps(append(of, int(size), int(threads_here), float(begin), float(until))))
        raise SystemExit
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--callers", type=int, default=32)
    given = parser.parse_args()
    main(given.postgresql, rounds=given.rounds, seconds=given.seconds, processes=given.processes, callers=given.callers)
