"""The house plan of the repo: who imports whom, how large a module may grow, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
PACKAGES = ("features", "training", "serving", "monitoring", "experiments")
MADE = re.compile(r"^(\.git|\.venv.*|\..*_cache|\.hypothesis|__pycache__|var|htmlcov|mlruns|.*\.egg-info)$")
"""Folders that tools make: never part of the repo."""

MODULE_LINES = 300
FUNCTION_LINES = 30
"""Lines of a function, its docstring left out."""

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "shared", "base"}
"""Names that say nothing about what is inside."""

ELSEWHERE = re.compile(r"python[h]osted\.|py[p]i\.org|registry\.n[p]mjs|deb\.de[b]ian|(?<![\w.])/(work|farm|tmp|root|home)/")
"""Hosts of package registries, and folders of one machine. A temporary folder comes from tempfile or tmp_path."""

SUPPRESSED = re.compile(r"#\s*(?:noqa|type: ignore|pragma: no cover)(?:\[[\w, -]+\]|: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*)?(?P<reason>.*)")


def files(folder: Path = REPO) -> Iterator[Path]:
    """Every file of the repo, what tools made left out."""
    for path in sorted(folder.iterdir()):
        if MADE.match(path.name):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def modules() -> list[Path]:
    """Every module of ours, tests left out."""
    return [REPO / "schouw.py", *(p for package in PACKAGES for p in files(REPO / package) if p.suffix == ".py")]


def name(path: Path) -> str:
    return str(path.relative_to(REPO))


def imported(path: Path) -> set[str]:
    """Top names of what a module imports, wherever in the module."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the name to the end, the docstring left out."""
    first = node.body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (node.end_lineno or 0) - node.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if docstring else 0)


def test_nothing_imports_the_command_line() -> None:
    assert [name(p) for p in modules() if "schouw" in imported(p)] == []


def test_only_the_command_line_imports_experiments() -> None:
    outside = [p for p in modules() if p.relative_to(REPO).parts[0] != "experiments"]
    assert [name(p) for p in outside if "experiments" in imported(p)] == []


def test_the_command_line_reaches_packages_only_through_their_commands() -> None:
    assert imported(REPO / "schouw.py") & set(PACKAGES) == {"features"}
    source = (REPO / "schouw.py").read_text(encoding="utf-8")
    assert re.findall(r"^from features\S* import .*$", source, re.MULTILINE) == ["from features.errors import SchouwError"]


def test_no_package_imports_tests() -> None:
    assert [name(p) for p in modules() if "tests" in imported(p)] == []


@pytest.mark.parametrize("path", [p for p in modules() if p.name == "__init__.py"], ids=name)
def test_init_holds_docstring_reexports_and_discovery_only(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a package says in its docstring what it is for"
    for node in tree.body[1:]:
        lists_names = isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["__all__"]
        discovers = isinstance(node, ast.FunctionDef) and "pkgutil" in source
        assert isinstance(node, ast.Import | ast.ImportFrom) or lists_names or discovers, f"line {node.lineno} belongs in a module"


def test_no_module_is_too_long() -> None:
    lines = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in files() if p.suffix == ".py"}
    assert {path: n for path, n in lines.items() if n > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := without_docstring(node)) > FUNCTION_LINES:
                long[f"{name(path)}:{node.name}"] = lines
    assert long == {}


def test_no_name_is_empty() -> None:
    assert [name(p) for p in modules() if EMPTY_NAMES & {*p.relative_to(REPO).with_suffix("").parts}] == []


def test_no_registry_and_no_folder_of_one_machine_is_named() -> None:
    found = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name(path)}:{n}" for n, line in enumerate(text.splitlines(), start=1) if ELSEWHERE.search(line)]
    assert found == []


def test_a_suppressed_rule_carries_its_reason_on_the_line() -> None:
    found = []
    for path in (p for p in files() if p.suffix == ".py" and p != Path(__file__)):
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = SUPPRESSED.search(line)
            if match and len(re.findall(r"\w+", match["reason"])) < 2:
                found.append(f"{name(path)}:{n}")
    assert found == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x = 1  # noqa: S603", ""),
        ("x = 1  # noqa: S603, S607  # our own process", "our own process"),
        ("x = y  # type: ignore[no-any-return]  # ibis carries no types", "ibis carries no types"),
    ],
)
def test_the_reason_of_a_suppressed_rule_is_what_follows_it(line: str, reason: str) -> None:
    match = SUPPRESSED.search(line)
    assert match
    assert match["reason"].strip(" #") == reason
