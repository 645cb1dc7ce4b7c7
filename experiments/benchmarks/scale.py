"""Size: what a delivery of everything and one day of a theme cost at several sizes of town, and what one address costs live.

    python -m experiments.benchmarks.scale [ADDRESSES ...] [--memory 3GB] [--rounds 1] [--kept FOLDER] [--no-live]

Per size: making events out of the raw extracts, then the scoring matrix of one day, written as `schouw build` writes it, each in a
process of its own so that its peak of memory is its own. Then single addresses are asked live: found in the matrix of the day, as on
every day with a nightly run, and computed from near by, as on a day without one, after what they need of others was computed for all.
Medians of milliseconds, of wall time and of CPU, with an interval that holds the true median 95 times in 100. A town that stands in
FOLDER/<ADDRESSES> is not made again, nor is a country that `experiments.country` put there. With more rounds the sizes take turns, and
medians are printed with the smallest and the largest. Times are of this machine; only their growth, printed at the end, is a finding.
The towns are synthetic.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from experiments.town import Size, make
from features import cohort, matrix
from features.builds import current
from features.ingestion import ingest
from features.live import Live
from features.report import REPORT
from features.settings import Settings, load, next_as_of
from features.store import open_store
from features.themes import load_theme

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
MODULE = "experiments.benchmarks.scale"
"""Named, for the one that runs is called __main__."""
SIZES = (20_000, 100_000)
THEME = "registration"
LIVE = 50


@dataclass
class Cost:
    """Seconds of wall and CPU, the peak of memory of the process in MB, and rows."""

    wall: float
    cpu: float
    peak: float
    rows: int


def main(sizes: list[int], memory: str, kept: Path | None, rounds: int, *, live: bool) -> None:
    """Measure each size, and print a line for each, and how a row grows from the first of them."""
    print(f"theme {THEME}, one day, engine memory limit {memory}, rounds {rounds}")
    with tempfile.TemporaryDirectory() as scratch:
        states = {size: (kept or Path(scratch)) / str(size) for size in sizes}
        for size, state in states.items():
            events = _apart("events", size, state, memory)
            took = f"ingested in {events['wall']:.1f} s, peak {events['peak']:.0f} MB" if events["peak"] else "ingested before"
            print(f"{size:11,} addresses: {took}", flush=True)
        built: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
        for _ in range(rounds):
            for size, state in states.items():
                built[size].append(_apart("matrix", size, state, memory))
                print(f"{size:11,} addresses: {_told(built[size][-1])}", flush=True)
        for size, state in states.items():
            if live:
                found = _apart("live", size, state, memory)
                print(f"{size:11,} addresses live: {found['told']}; peak {found['peak']:.0f} MB", flush=True)
    for clock in ("CPU", "wall"):
        first = _per_million(built[sizes[0]], clock)
        for size in sizes:
            costs = _per_million(built[size], clock)
            spread = f"{statistics.median(costs):.1f} ({min(costs):.1f} to {max(costs):.1f})"
            growth = statistics.median(costs) / statistics.median(first)
            print(f"{size:11,} addresses: {spread} s of {clock} per million rows, {growth:.2f} times that of {sizes[0]:,}")


def _told(cost: dict[str, Any]) -> str:
    return f"{cost['rows']:,} rows, {cost['wall']:.1f} s wall, {cost['cpu']:.1f} s CPU, peak {cost['peak']:.0f} MB"


def _per_million(costs: list[dict[str, Any]], clock: str) -> list[float]:
    return [1_000_000 * cost[clock.lower()] / cost["rows"] for cost in costs]


def _apart(what: str, size: int, state: Path, memory: str) -> dict[str, Any]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", MODULE, str(size), "--step", what, "--kept", str(state), "--memory", memory]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - this module again
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def _step(what: str, size: int, state: Path, memory: str) -> dict[str, Any]:
    settings = load(TOWN, state=state, raw=state / "raw")
    settings = settings.model_copy(update={"engine": settings.engine.model_copy(update={"memory_limit": memory})})
    return {"events": _events, "matrix": _matrix, "live": _live}[what](settings, size)


def _events(settings: Settings, size: int) -> dict[str, float]:
    """Make a town, and events out of its extracts; nothing where they stand already."""
    if (current(settings.state) / REPORT).exists():
        return {"wall": 0.0, "peak": 0.0}
    make(settings, Size(addresses=size, today_on=_today(settings)))
    return asdict(_cost(lambda: len(ingest(settings))))


def _matrix(settings: Settings, _: int) -> dict[str, float]:
    """Write the matrix of the day."""
    store, as_of = open_store(settings), next_as_of(_today(settings))
    builder = matrix.Builder(store, load_theme(settings, THEME))
    builder.blocks(cohort.at(store, builder.theme, as_of).frame)  # compiled before the clock runs: once per process, whatever the size
    folder = settings.state / "matrices" / THEME / as_of.isoformat()
    return asdict(_cost(lambda: builder.write(cohort.at(store, builder.theme, as_of), folder, built_on=_today(settings)).rows))


def _live(settings: Settings, _: int) -> dict[str, Any]:
    """Ask single addresses, both ways."""
    store, today = open_store(settings), _today(settings)
    whole = matrix.Builder(store, load_theme(settings, THEME))
    asked = Live(matrix.Builder(store, whole.theme, tuple(whole.indicators)))
    listed = cohort.at(store, whole.theme, next_as_of(today)).frame["address_id"]
    some = listed.iloc[:: max(1, len(listed) // LIVE)].iloc[:LIVE].tolist()
    prepared = _cost(lambda: int(asked.prepare(next_as_of(today))))
    told = [f"{name} {_medians(give, some, settings)}" for name, give in (("found", asked.find), ("computed", asked.compute))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"told": f"{'; '.join(told)}; n={len(some)}; prepared in {prepared.wall:.1f} s, CPU {prepared.cpu:.1f} s", "peak": peak}


def _medians(give: Callable[..., object], addresses: list[str], settings: Settings) -> str:
    """Give the medians of milliseconds, after one that opens and plans."""
    today, wall, cpu = _today(settings), [], []
    for address in [addresses[0], *addresses]:
        started, worked = time.perf_counter(), time.process_time()
        give(address, next_as_of(today), built_on=today)
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - worked))
    return f"{_interval(wall[1:])} ms wall, {_interval(cpu[1:])} ms CPU"


def _interval(values: list[float]) -> str:
    """Give the median with the two values between which the true one lies 95 times in 100, by their places in the order."""
    ordered, number = sorted(values), len(values)
    aside = round(0.98 * number**0.5)
    low, high = max(0, number // 2 - aside), min(number - 1, (number - 1) // 2 + aside)
    return f"{statistics.median(ordered):.1f} ({ordered[low]:.1f} to {ordered[high]:.1f})"


def _cost(work: Callable[[], int]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows)


def _today(settings: Settings) -> date:
    if settings.today_on is None:
        raise SystemExit("the town has no day of its own: set today_on")
    return settings.today_on


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--no-live", action="store_true")
    parser.add_argument("--step", choices=("events", "matrix", "live"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(_step(given.step, given.sizes[0], given.kept, given.memory)))
    else:
        main(given.sizes, given.memory, given.kept, given.rounds, live=not given.no_live)
