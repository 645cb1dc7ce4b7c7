"""Spark: the same expressions where one DuckDB no longer holds them. Only `features.engine` asks for it.

A query goes in as SQL, events and frame as parquet, and the answer comes back as parquet: events never pass through Python, and the
types of an answer are those of its file, whichever engine wrote it.

What Spark and Java write while they work lies in a scratch folder of the process, under the state folder of the first query
(`features.scratch`): events are among it, and it goes with the process. Workers of a cluster write where the cluster's own settings say,
and read events and leave rows in the state folder, which all of them must see.

pyspark is the extra ``spark``: it weighs a quarter of everything else together and needs Java, and a single municipality has no use for
either.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import pandas as pd

from features.errors import SettingsError, StateError
from features.scratch import hold
from features.settings import Engine as EngineSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTITIONS_PER_THREAD = 4
"""Pieces into which a shuffle is cut: small enough to spill one by one, few enough that a small town is not all overhead. Assumed."""

DEFAULTS = "spark-defaults.conf"
"""The file of a cluster's settings, as Spark itself calls it."""
MASTER = re.compile(r"^[ \t]*spark\.master[ \t=:]+\S", re.MULTILINE)

WIDEST = 38
"""Digits of the widest decimal of Spark; a product takes those of both factors and one more."""

_TURN = threading.Lock()
"""Tables are named once per session, so queries take turns; Spark spreads each of them over all threads anyway."""


@dataclass(frozen=True)
class Running:
    """The one session of the process, and the folder in which it writes while it works."""

    session: SparkSession
    scratch: Path


_RUNNING: list[Running] = []
"""Empty until the first query: starting takes seconds, and Java keeps its folder and its memory for as long as it runs."""


def compile_sql(expression: ibis.Table) -> str:
    """Give the SQL of an Ibis expression as Spark reads it, with the one word that Spark takes differently said in another way."""
    _installed()
    compiler = _compiler()
    return str(compiler.to_sqlglot(expression.unbind()).sql(dialect=compiler.dialect, pretty=True))


@contextmanager
def answer(sql: str, *, settings: EngineSettings, state: Path, events: Path, frame: pd.DataFrame | None) -> Iterator[Path]:
    """Run a query and hand out the folder with its rows as parquet, in their order by the names of the files.

    Parameters
    ----------
    sql : str
        One SELECT, from `compile_sql`.
    settings : features.settings.Engine
        Memory and threads; those of the first query hold for the whole process.
    state : Path
        State folder, under which the scratch folder lies; that of the first query holds for the whole process.
    events : Path
        Folder of the event files. They are named anew for each query, so a new build is seen by the next one.
    frame : pandas.DataFrame, optional
        The rows that the query is about.

    Raises
    ------
    SettingsError
        pyspark is not installed, or no Java runs.
    StateError
        The query stopped: memory, disk, or a value that does not fit.
    """
    with _TURN, TemporaryDirectory(dir=running(settings, state).scratch) as scratch:
        session = running(settings, state).session
        tables = {f"events_{path.stem}": path for path in events.glob("*.parquet")}
        if frame is not None:
            tables["frame"] = Path(scratch) / "frame.parquet"
            frame.to_parquet(tables["frame"], index=False)
        rows = Path(scratch) / "rows"
        with _stopped():
            for name, path in tables.items():
                if f"`{name}`" in sql:
                    session.read.parquet(str(path)).createOrReplaceTempView(name)
            session.sql(sql).write.parquet(str(rows))
        yield rows


def configuration(settings: EngineSettings, *, scratch: Path) -> dict[str, str]:
    """Give what Spark is told: UTC, no number that silently becomes missing, and on one machine its folders, and no page or port for others.

    ANSI is on because DuckDB works that way: a sum that overflows or a text that is no number stops the query. With ANSI off Spark
    gives NULL, which everything after it takes for "not in the register". Likewise a difference of two exact decimals keeps its digits;
    by default Spark drops the last one when the result might become too wide.

    Where a cluster works, its own settings say the rest: who is the master, how it is reached, with which secret and how much memory.
    """
    told = {
        "spark.driver.memory": settings.memory_limit.removesuffix("B").lower(),
        "spark.driver.extraJavaOptions": f'"-Djava.io.tmpdir={scratch}"',
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.catalogImplementation": "in-memory",
    }
    alone = {
        "spark.master": f"local[{settings.threads}]",
        "spark.local.dir": str(scratch),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(settings.threads * PARTITIONS_PER_THREAD),
    }
    return told if settings.spark_conf else told | alone


@cache
def _compiler() -> Any:
    """Give Ibis's compiler for Spark, with a cast from double to decimal that rounds as DuckDB does.

    DuckDB multiplies by the scale and rounds the product; Spark rounds the shortest text of the double. In one of fifty values the
    last digit differs, which is more than 1e-9 of a small mean of others.
    """
    ibis.pyspark  # noqa: B018 - its options, which the compiler reads, exist from the first time that it is named
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler

    class Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis carries no types
        def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802 - the name that Ibis looks for
            if not (op.arg.dtype.is_floating() and to.is_decimal() and to.scale):
                return super().visit_Cast(op, arg=arg, to=to)
            unit = self.cast(f"1e-{to.scale}", dt.Decimal(to.scale + 1, to.scale))
            number = self.cast(self.f.round(arg * self.cast(f"1e{to.scale}", dt.float64)), dt.Decimal(WIDEST - to.scale - 2, 0))
            return self.cast(number * unit, to)

    return Compiler()


def running(settings: EngineSettings, state: Path) -> Running:
    """Give the one session of the process, started when first asked for; see `answer`."""
    if not _RUNNING:
        _installed()
        held = hold(state)
        atexit.register(held.release)
        try:
            told = configuration(settings, scratch=held.folder.resolve())
            _RUNNING.append(Running(_session(told, settings.spark_conf), held.folder.resolve()))
        except BaseException:
            held.release()
            raise
    return _RUNNING[0]


def _session(told: Mapping[str, str], conf: Path | None) -> SparkSession:
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    if conf is not None and not ((conf / DEFAULTS).is_file() and MASTER.search((conf / DEFAULTS).read_text(encoding="utf-8"))):
        raise SettingsError(  # without a master Spark works on this machine, with a page and ports that are open to others
            f"[engine] spark_conf names {conf}, which holds no {DEFAULTS} with a spark.master",
            expected="the folder with the settings of the cluster, spark.master among them",
            remedy="correct spark_conf, or leave it out to let Spark work on this machine",
        )
    builder = SparkSession.builder.appName("schouw")
    for key, value in told.items():
        builder = builder.config(key, value)
    try:
        with _own_spark(conf):
            return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise SettingsError(
            "[engine] kind is 'spark' and Java did not start",
            expected="a whole Java 17 or 21, named by JAVA_HOME or on the PATH" + (f", and settings that it takes in {conf}" if conf else ""),
            remedy="install one (on Debian and Ubuntu: apt-get install openjdk-17-jre-headless), or set [engine] kind = 'duckdb'",
        ) from error


def _installed() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError(
            "[engine] kind is 'spark' and pyspark is not installed",
            expected="the extra 'spark', as in requirements-spark.lock",
            remedy="run 'make spark', or set [engine] kind = 'duckdb'",
        )


@contextmanager
def _own_spark(conf: Path | None) -> Iterator[None]:
    """Start the Spark of our lock, whatever other Spark the machine points at; Java is the machine's."""
    import pyspark

    before = dict(os.environ)
    for name in ("SPARK_CONF_DIR", "SPARK_LOCAL_DIRS", "SPARK_REMOTE", "PYSPARK_SUBMIT_ARGS"):
        os.environ.pop(name, None)
    os.environ |= {"SPARK_HOME": str(Path(pyspark.__file__).parent)}
    os.environ |= {"SPARK_CONF_DIR": str(conf)} if conf else {"SPARK_LOCAL_IP": "127.0.0.1"}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _stopped() -> Iterator[None]:
    """Turn what Spark says into one of our errors, without the row or the text of the query that it quotes."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        condition = error.getCondition() if isinstance(error, PySparkException) else None
        raise StateError(
            f"the engine stopped: {condition or type(error).__name__}",
            expected="enough memory and disk for the tables at hand, and values that fit their type",
            remedy="raise [engine] memory_limit in municipality.toml or free disk space; nothing was half-written",
        ) from error
