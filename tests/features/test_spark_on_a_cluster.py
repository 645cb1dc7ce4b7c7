"""Spark on a cluster of its own: a master and a worker that are other processes, with a secret between them, give the rows that DuckDB gives."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import engine_spark
from features.errors import SettingsError
from features.ingestion import ingest
from features.settings import Engine, load
from tests.both_engines import need_spark
from tests.hamlet import addresses, hamlet

ROOT = Path(__file__).parents[2]
HOMES = [f"A{n}" for n in range(40)]
WAIT_SECONDS = 120
ASKED = """
import sys
from pathlib import Path
from features import cohort, matrix
from features.settings import Engine, load
from features.store import open_store
from features.themes import load_theme

engine = Engine(kind=sys.argv[4], memory_limit="1GB", spark_conf=Path(sys.argv[5]) if sys.argv[4] == "spark" else None)
settings = load(Path(sys.argv[1]), state=Path(sys.argv[2]), raw=Path(sys.argv[3])).model_copy(update={"engine": engine})
store = open_store(settings)
theme = load_theme(settings, "trial")
matrix.build(store, theme, cohort.at(store, theme, settings.today_on), built_on=settings.today_on).frame.to_pickle(sys.argv[6])
if sys.argv[4] == "spark":
    from features.engine_spark import _RUNNING

    context = _RUNNING[0].session.sparkContext
    print(context.master, context._jsc.sc().getExecutorMemoryStatus().size())
"""


@contextmanager
def cluster(conf: Path) -> Iterator[str]:
    """Start a master and a worker of Spark's own on this machine; give the address of the master."""
    need_spark()
    import pyspark

    home, port = Path(pyspark.__file__).parent, _free_port()
    master = f"spark://127.0.0.1:{port}"
    settings = {"spark.master": master, "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false"}
    settings |= {"spark.executor.memory": "512m", "spark.cores.max": "1", "spark.sql.shuffle.partitions": "2", "spark.authenticate": "true"}
    settings |= {"spark.authenticate.secret": "between-us-only", "spark.network.crypto.enabled": "true", "spark.local.dir": str(conf / "workers")}
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    given = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(conf / "work"),
    }
    deploy, spark_class = "org.apache.spark.deploy", str(home / "bin" / "spark-class")
    parts = {
        "master": [spark_class, f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"],
        "worker": [spark_class, f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", master],
    }
    started = []
    try:
        for name, command in parts.items():
            with (conf / f"{name}.log").open("wb") as log:
                started.append(subprocess.Popen(command, env=given, stdout=log, stderr=subprocess.STDOUT))
        _wait_for(conf / "worker.log", "Successfully registered with master")
        yield master
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(log: Path, words: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while words not in log.read_text(errors="replace"):
        assert time.monotonic() < until, log.read_text(errors="replace")[-2000:]
        time.sleep(0.2)


@pytest.mark.slow
def test_a_cluster_gives_the_rows_that_duckdb_gives(tmp_path: Path) -> None:
    homes = addresses(*HOMES, postcode="1000AA")
    days = [f"2023-{1 + n % 12:02}-15" for n in range(len(HOMES))]
    reports = pd.DataFrame({"record_id": HOMES, "address_id": sorted(HOMES * 2)[: len(HOMES)], "happened_on": days, "known_on": days})
    settings = hamlet(tmp_path / "town", addresses=homes, reports=reports.assign(channel="app", category="housing"), today=date(2024, 1, 1))
    ingest(settings)
    with cluster(tmp_path / "conf") as master:
        said = {}
        for kind in ("duckdb", "spark"):
            places = [str(path) for path in (settings.folder, settings.state, settings.raw)]
            command = [sys.executable, "-c", ASKED, *places, kind, str(tmp_path / "conf"), str(tmp_path / kind)]
            said[kind] = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True).stdout
    on_duckdb, on_spark = (pd.read_pickle(tmp_path / kind) for kind in ("duckdb", "spark"))  # noqa: S301 - this test wrote them
    assert len(on_duckdb) == len(HOMES)
    assert on_duckdb["reports_1y"].sum() == len(HOMES)
    pd.testing.assert_frame_equal(on_duckdb, on_spark)
    assert said["spark"].split() == [master, "2"], "the driver, and an executor in another process"


@pytest.mark.parametrize("text", [None, "", "# spark.master spark://a:7077\n", "spark.ui.enabled false\nspark.master\n"])
def test_a_folder_without_the_settings_of_a_cluster_is_refused(tmp_path: Path, text: str | None) -> None:
    need_spark()
    if text is not None:
        (tmp_path / engine_spark.DEFAULTS).write_text(text)
    with pytest.raises(SettingsError, match=r"holds no spark-defaults.conf with a spark.master.*the settings of the cluster"):
        engine_spark._session({}, tmp_path)


def test_a_cluster_keeps_its_own_master_and_what_keeps_numbers_the_same_is_told_to_it_too(tmp_path: Path) -> None:
    here, there = (engine_spark.configuration(Engine(kind="spark", spark_conf=conf), scratch=tmp_path) for conf in (None, tmp_path))
    assert set(here) - set(there) >= {"spark.master", "spark.driver.host", "spark.local.dir"}
    assert {name for name in there if name.startswith("spark.sql")} >= {
        "spark.sql.ansi.enabled",
        "spark.sql.decimalOperations.allowPrecisionLoss",
        "spark.sql.session.timeZone",
    }
    assert set(there) <= set(here)


@pytest.mark.parametrize("given", ["cluster", "../cluster", "/etc/cluster"])
def test_the_folder_of_the_settings_of_a_cluster_is_found_from_that_of_the_municipality(tmp_path: Path, given: str) -> None:
    folder = hamlet(tmp_path, addresses=addresses("A1")).folder
    with (folder / "municipality.toml").open("a") as file:
        file.write(f'\n[engine]\nkind = "spark"\nspark_conf = "{given}"\n')
    assert load(folder, raw=tmp_path).engine.spark_conf == (folder / given).resolve()
