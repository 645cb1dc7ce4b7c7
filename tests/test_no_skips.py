"""The rule that CI skips nothing, tried on a small project of its own."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.no_skips import REASON

pytest_plugins = ["pytester"]

REPO = Path(__file__).parents[1]
SKIPS = """
    import pytest

    def test_that_runs():
        pass

    def test_that_is_skipped():
        pytest.skip("{reason}")

    @pytest.mark.xfail(strict=True)
    def test_that_fails_as_expected():
        raise ValueError
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("SCHOUW_NO_SKIPS", raising=False)
    monkeypatch.delenv("SCHOUW_ABSENT", raising=False)
    pytester.makeconftest((Path(__file__).parent / "no_skips.py").read_text(encoding="utf-8"))
    return pytester


def write(project: pytest.Pytester, reason: str) -> None:
    project.makepyfile(textwrap.dedent(SKIPS).format(reason=reason))


def test_a_skip_is_a_skip_outside_ci(project: pytest.Pytester) -> None:
    write(project, "needs postgres: no server")
    project.runpytest_inprocess().assert_outcomes(passed=1, skipped=1, xfailed=1)


def test_a_skip_fails_the_run_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOUW_NO_SKIPS", "1")
    write(project, "needs postgres: no server")
    project.runpytest_inprocess().assert_outcomes(passed=1, failed=1, xfailed=1)


def test_a_skip_is_excused_only_for_what_is_absent(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOUW_NO_SKIPS", "1")
    monkeypatch.setenv("SCHOUW_ABSENT", "shared postgres")
    write(project, "needs postgres: no server")
    project.runpytest_inprocess().assert_outcomes(passed=1, skipped=1, xfailed=1)
    write(project, "not today")
    project.runpytest_inprocess().assert_outcomes(passed=1, failed=1, xfailed=1)


def test_a_skipped_module_fails_the_run_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOUW_NO_SKIPS", "1")
    project.makepyfile("import pytest\npytest.skip('not today', allow_module_level=True)")
    project.runpytest_inprocess().assert_outcomes(errors=1)


def skips() -> Iterator[tuple[str, str]]:
    """Give each place where a test of ours may be skipped, and what it says it needs."""
    for path in sorted(REPO.glob("tests/**/*.py")):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("skip", "skipif", "importorskip"):
                need = REASON.search(ast.unparse(node))
                yield f"{path.relative_to(REPO)}:{node.lineno}", need[1] if need else "nothing that is named"


def test_a_skip_names_what_it_needs_by_the_word_that_ci_uses() -> None:
    looked_for = set(re.findall(r"\babsent (\w+); fi", (REPO / ".ci" / "run").read_text(encoding="utf-8")))
    found = dict(skips())
    assert {place: word for place, word in found.items() if word not in looked_for} == {}
    assert set(found.values()) == looked_for
