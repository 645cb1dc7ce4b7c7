"""Two builds of the same inputs, each by a process of its own and with another number of threads, give the same hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.town import Size, make
from features.settings import load

REPO = Path(__file__).parents[2]
ZAANWIJK = REPO / "municipalities" / "zaanwijk"
THEME = "room-rental"
BUILD = """
import json, sys
from pathlib import Path
from features import cohort, matrix, outcomes
from features.ingestion import ingest
from features.settings import Engine, load, next_as_of
from features.store import open_store
from features.themes import load_theme

folder, state, raw, threads, theme = *map(Path, sys.argv[1:4]), int(sys.argv[4]), sys.argv[5]
settings = load(folder, state=state, raw=raw).model_copy(update={"engine": Engine(threads=threads)})
day = settings.today_on
told = {"events": {report.source: report.content_hash for report in ingest(settings)}}
store, theme = open_store(settings), load_theme(settings, theme)
labels = outcomes.labelled(store, theme, next_as_of(day))
training = matrix.build(store, theme, cohort.screen(store, theme, labels.frame, listing=False), labels=labels, built_on=day)
today = matrix.Builder(store, theme).write(cohort.at(store, theme, next_as_of(day)), state / "today", built_on=day)
told |= {"training": training.manifest.content_hash, "today": today.content_hash, "rows": [len(training.frame), today.rows]}
print(json.dumps(told | {"threads": store.run_sql("SELECT current_setting('threads') AS n")["n"].tolist()}))
"""


@pytest.mark.slow
def test_two_processes_with_one_and_two_threads_build_the_same(tmp_path: Path) -> None:
    town = load(ZAANWIJK, state=tmp_path / "town", raw=tmp_path / "raw")
    make(town, Size(addresses=600, inspections_per_year=150, seed=3))
    built = []
    for threads in (1, 2):
        command = [sys.executable, "-c", BUILD, str(ZAANWIJK), str(tmp_path / f"state{threads}"), str(town.raw_folder), str(threads), THEME]
        environment = os.environ | {"PYTHONPATH": str(REPO), "PYTHONHASHSEED": str(threads)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.splitlines()[-1])
        assert told.pop("threads") == [threads]
        built.append(told)
    assert len(built[0]["events"]) >= 20
    assert min(built[0]["rows"]) >= 100
    assert built[0] == built[1]
