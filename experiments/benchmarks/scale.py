"""Size: what one day of a theme costs at several sizes of town, and what one address costs live.

    python experiments/benchmarks/scale.py [ADDRESSES ...]

Each size runs in a process of its own, so that its peak of memory is its own. Prints seconds of wall and CPU for the matrix of one day, per
million addresses, the peak of memory, and the median of single addresses asked live. Times are of this machine; only their growth is a
finding.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from experiments.town import Size, make
from features import matrix
from features.ingestion import ingest
from features.settings import load, next_as_of
from features.store import event_table, open_store
from features.themes import load_theme

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
SIZES = (20_000, 100_000)
THEME = "registration"
LIVE = 50


def main(sizes: list[int]) -> None:
    """Measure each size in a process of its own, and print a line for each."""
    print(f"theme {THEME}, one day; live: the median of {LIVE} addresses")
    print(f"{'addresses':>11} {'indicators':>10} {'wall s':>8} {'CPU s':>8} {'CPU s per million':>18} {'peak MB':>8} {'live ms':>8}")
    for size in sizes:
        told = subprocess.run([sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True)  # noqa: S603 - this file again
        m = json.loads(told.stdout.splitlines()[-1])
        per_million = m["cpu"] / size * 1_000_000
        print(f"{size:11,} {m['indicators']:10} {m['wall']:8.1f} {m['cpu']:8.1f} {per_million:18.1f} {m['peak']:8.0f} {m['live']:8.1f}", flush=True)


def measure(addresses: int) -> dict[str, float]:
    """Make a town and its events, and measure the matrix of one day and of single addresses."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(TOWN, state=Path(folder), raw=Path(folder) / "raw")
        day = settings.today_on
        if day is None:
            raise SystemExit("the town has no day of its own: set today_on")
        make(settings, Size(addresses=addresses, today_on=day))
        ingest(settings)
        store, as_of = open_store(settings), next_as_of(day)
        homes = store.run(event_table("addresses").select("address_id").distinct().order_by("address_id"))
        builder = matrix.Builder(store, load_theme(settings, THEME))
        builder.rows(homes.head(1).assign(as_of=as_of))
        wall, cpu = time.perf_counter(), time.process_time()
        rows = builder.rows(homes.assign(as_of=as_of))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        live = [_live(builder, homes.iloc[[i]].assign(as_of=as_of)) for i in range(0, len(homes), max(1, len(homes) // LIVE))][:LIVE]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": wall, "cpu": cpu, "peak": peak, "live": 1000 * statistics.median(live), "indicators": len(builder.indicators), "rows": len(rows)}


def _live(builder: matrix.Builder, frame: pd.DataFrame) -> float:
    started = time.perf_counter()
    builder.rows(frame)
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        main([int(a) for a in sys.argv[1:]] or list(SIZES))
