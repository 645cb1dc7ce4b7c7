"""The matrix builder against its peers: a hundred columns of four days, also in hand-written DuckDB SQL and with pandas.

    python -m experiments.benchmarks.peers [ADDRESSES ...] [--rounds N] [--state DIR] [--patience SECONDS]

The three run in turn (ours, by hand, twin, ours, ...), each time in a process of its own, so that CPU (user and system, all threads) and the
peak of memory are its own. What is timed: from open event files and a frame in memory to one parquet file, in the order of day and
address; what is not: starting Python and importing. Each ratio is of two runs of one round; what stands between brackets is the smallest and
the largest of the rounds. Once per size the three files are compared. The town is synthetic, and on a shared machine only ratios mean something.
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
from functools import partial
from pathlib import Path

import pandas as pd

from experiments.benchmarks.hundred.by_hand import by_hand
from experiments.benchmarks.hundred.names import DAYS, NAMES, THEME
from experiments.benchmarks.hundred.ours import ours
from experiments.benchmarks.hundred.twin import twin
from experiments.town import Size, make
from features.engine import connect
from features.ingestion import ingest
from features.settings import Engine, Settings, load
from features.store import event_table, open_store
from features.themes import load_theme

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
MODULE = "experiments.benchmarks.peers"
"""Named, for the one that runs is called __main__."""
SIZES, ROUNDS, PATIENCE_SECONDS = [20_000], 3, 3600.0
PEERS = ("ours", "by hand", "twin")
NUMBERS = 1e-9
"""How far sums of one column may lie apart, as a share."""
Figures = dict[str, float]


def main(asked: argparse.Namespace) -> None:
    """Compare the peers at each size, or on a town that stands already."""
    print(f"{len(NAMES)} columns, {len(DAYS)} days, {asked.rounds} rounds: the median, and [the smallest - the largest]; a synthetic town")
    with tempfile.TemporaryDirectory() as folder:
        if asked.state:
            compare(asked.state, Path(folder), rounds=asked.rounds, patience=asked.patience)
        for size in [] if asked.state else asked.addresses:
            state = Path(folder) / str(size)
            _process("--make", state, str(size), patience=None)
            compare(state, Path(folder), rounds=asked.rounds, patience=asked.patience)


def compare(state: Path, folder: Path, *, rounds: int, patience: float) -> None:
    """Run the peers in turn and print what each took, and the ratios.

    Parameters
    ----------
    state : Path
        State folder of a built town.
    folder : Path
        Where what they write may stand for as long as this takes.
    rounds : int
    patience : float
        Seconds after which a run is stopped.
    """
    rows = _process("--frame", state, str(folder / "frame.parquet"), patience=None)["rows"]
    print(f"\n{rows // len(DAYS):,.0f} addresses, {rows:,.0f} rows\n{'':8} {'wall s':>22} {'CPU s':>22} {'peak MB':>22}", flush=True)
    taken: dict[str, list[Figures]] = {peer: [] for peer in PEERS}
    for _ in range(rounds):
        for peer in PEERS:
            taken[peer].append(_process("--one", state, peer, str(folder), patience=patience))
    for peer, runs in taken.items():
        print(
            f"{peer:8} " + " ".join(f"{_spread([r.get(what) for r in runs], digits):>22}" for what, digits in (("wall", 1), ("cpu", 1), ("peak", 0)))
        )
    for one, other, what in (("ours", "by hand", "cpu"), ("twin", "ours", "wall")):
        ratios = [a[what] / b[what] if a and b else None for a, b in zip(taken[one], taken[other], strict=True)]
        print(f"{one} / {other}, {what}: {_spread(ratios, 2)}")
    for peer in PEERS[1:]:
        whole = all(taken[peer]) and all(taken["ours"])
        differing = f"{_process('--agree', state, peer, str(folder), patience=None)['columns']:.0f} columns differ" if whole else "not compared"
        print(f"{peer} against ours, sums and numbers of values: {differing}")


def measure(state: Path, peer: str, folder: Path) -> Figures:
    """Run one peer in this process and give seconds of wall and CPU, and the peak of memory in MB."""
    settings = _settings(state)
    frame, events = pd.read_parquet(folder / "frame.parquet"), (state / "events").resolve()
    store, theme, target = open_store(settings), load_theme(settings, THEME), _target(folder, peer)
    engine = settings.engine
    work: dict[str, Callable[[], None]] = {
        "ours": partial(ours, store, theme, NAMES, frame, target),
        "by hand": partial(by_hand, events, frame, target, memory_limit=engine.memory_limit, threads=engine.threads),
        "twin": partial(twin, events, frame, target),
    }
    wall, cpu = time.perf_counter(), time.process_time()
    work[peer]()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def agree(peer: str, folder: Path) -> Figures:
    """Give the number of columns of which a peer's file has another sum or another number of values than ours."""
    sums = ", ".join(f"sum({n}), count({n})" for n in NAMES)
    with connect(Engine(), scratch=folder) as connection:
        asked = [f"SELECT {sums} FROM read_parquet('{_target(folder, p)}')" for p in ("ours", peer)]  # noqa: S608 - names of our own
        found = [connection.execute(sql).fetchall()[0] for sql in asked]
    pairs = zip(*(zip(values[::2], values[1::2], strict=True) for values in found), strict=True)
    differ = [n != m or abs((a or 0) - (b or 0)) > NUMBERS * max(1, abs(a or 0)) for (a, n), (b, m) in pairs]
    return {"columns": sum(differ)}


def make_town(state: Path, addresses: int) -> Figures:
    """Make a town of so many addresses and its events."""
    settings = _settings(state)
    if settings.today_on is None:
        raise SystemExit("the town has no day of its own: set today_on")
    make(settings, Size(addresses=addresses, today_on=settings.today_on))
    ingest(settings)
    return {}


def make_frame(state: Path, target: Path) -> Figures:
    """Write every address of the town on every day, and give the number of rows."""
    store = open_store(_settings(state))
    homes = store.run(event_table("addresses").select("address_id").distinct().order_by("address_id"))
    frame = pd.concat([homes.assign(as_of=day) for day in DAYS], ignore_index=True)
    frame.to_parquet(target, index=False)
    return {"rows": len(frame)}


def _settings(state: Path) -> Settings:
    return load(TOWN, state=state, raw=state / "raw")


def _target(folder: Path, peer: str) -> Path:
    return folder / f"{peer.replace(' ', '_')}.parquet"


def _process(step: str, state: Path, *words: str, patience: float | None) -> Figures:
    """Take one step in a process of its own; nothing where a peer needed more memory or time than there is, which is said."""
    command = [sys.executable, "-m", MODULE, step, str(state), *words]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience)  # noqa: S603 - this module again
    except subprocess.TimeoutExpired:
        print(f"{words[0]}: not done after {patience:.0f} seconds", flush=True)
        return {}
    except subprocess.CalledProcessError as error:
        if step != "--one":
            raise SystemExit(error.stderr) from error
        print(f"{words[0]}: stopped with exit code {error.returncode}: {(error.stderr.splitlines() or ['killed: no memory left'])[-1]}", flush=True)
        return {}
    found: Figures = json.loads(told.stdout.splitlines()[-1])
    return found


def _spread(values: list[float | None], digits: int) -> str:
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return f"{len(values) - len(known)} of {len(values)} not done"
    return f"{statistics.median(known):,.{digits}f} [{min(known):,.{digits}f} - {max(known):,.{digits}f}]"


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the matrix builder with SQL written by hand and with pandas.")
    parser.add_argument("addresses", nargs="*", type=int, default=SIZES, help="sizes of town")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--state", type=Path, help="state folder of a built town, in the place of sizes")
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds after which a run is stopped")
    return parser.parse_args(words)


STEPS: dict[str, Callable[[Path, list[str]], Figures]] = {
    "--one": lambda state, words: measure(state, words[0], Path(words[1])),
    "--agree": lambda _, words: agree(words[0], Path(words[1])),
    "--make": lambda state, words: make_town(state, int(words[0])),
    "--frame": lambda state, words: make_frame(state, Path(words[0])),
}
"""What this file does in a process of its own."""

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3:])))
    else:
        main(_arguments(sys.argv[1:]))
