"""The same events, opened on DuckDB and on Spark: one Spark session for all tests that ask for it."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

from features.settings import Engine, EngineKind, Settings
from features.store import Store, open_store

KINDS: tuple[EngineKind, EngineKind] = ("duckdb", "spark")


def need_spark() -> None:
    """Skip the test where Spark or Java is not here, with the reason."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("needs spark: run 'make spark'")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("needs spark: a Java 17 or 21 on the PATH")


def open_on(kind: EngineKind, settings: Settings) -> Store:
    """Open the events of the last good build on an engine; without what that engine needs the test is skipped."""
    if kind == "spark":
        need_spark()
    return open_store(settings.model_copy(update={"engine": Engine(kind=kind, memory_limit="1GB", threads=2)}))
