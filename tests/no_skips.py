"""A skipped test fails the run where ``SCHOUW_NO_SKIPS`` is set, as ``.ci/run`` does.

A test that needs something from outside says so: its reason starts with ``needs <what>``. It may be skipped only where
``SCHOUW_ABSENT`` lists that word, because ``.ci/run`` looked for it and did not find it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from typing import Any

import pytest

REASON = re.compile(r"needs (\w+)")


def excused(reason: str) -> bool:
    """Say whether a test with this reason may be skipped here."""
    need = REASON.search(reason)
    return need is not None and need.group(1) in os.environ.get("SCHOUW_ABSENT", "").split()


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that is not excused into a failure. An expected failure is no skip: the test ran."""
    if not os.environ.get("SCHOUW_NO_SKIPS") or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not excused(reason):
        report.outcome = "failed"
        report.longrepr = f"A test was skipped. Expected: it runs. Found: {reason}. Do: provide what it needs, or list it in SCHOUW_ABSENT."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Look at each test's report, after the plugins that mark a skip."""
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Look at each module's report: a whole module can be skipped too."""
    report = yield
    refuse(report)
    return report
