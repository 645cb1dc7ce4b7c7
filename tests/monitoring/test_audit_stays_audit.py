"""DESIGN rule 4: audit data tests fairness and nothing else. DESIGN rule 6: no figure about staff."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.catalogue import catalogue, compose, indicator
from features.errors import CatalogueError, PurposeError
from features.matrix import Builder
from features.sources import all_sources
from features.store import open_store
from features.themes import AllowedSource
from tests.hamlet import TRIAL

REPO = Path(__file__).parents[2]
MAY_READ_AUDIT = {"monitoring", "experiments"}
MEASURES_IN_TRAINING = {f"training/{name}.py" for name in ("run", "scrutiny", "fairness", "proxies")}
"""Where a group stands beside rows that are measured; nothing that fits, calibrates or releases may ask for one."""


def test_no_indicator_lists_neighbourhoods_or_any_audit_source():
    audit = {name for name, source in all_sources().items() if source.use == "audit"}
    assert "neighbourhoods" in audit
    assert {i.name for i in catalogue().values() if set(i.sources) & audit} == set()


def test_indicator_that_asks_for_audit_data_is_refused():
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="share")
    def level_of_the_area(neighbourhoods):
        """Share of the neighbourhood."""
        return neighbourhoods.count()

    with pytest.raises(CatalogueError, match="audit-only"):
        compose([("area", level_of_the_area)])


def test_theme_that_lists_audit_data_gets_no_matrix(place):
    listed = (*place.theme.sources, AllowedSource(name="neighbourhoods", legal_basis="none"))
    with pytest.raises(PurposeError, match="audit-only"):
        _ = Builder(open_store(place.settings), place.theme.model_copy(update={"sources": listed})).indicators


def test_only_what_measures_reads_audit_groups():
    readers = {path.relative_to(REPO).as_posix() for path, imported in imports() if imported == "features.audit"}
    assert readers >= MEASURES_IN_TRAINING
    others = {reader.split("/")[0] for reader in readers - MEASURES_IN_TRAINING}
    assert "monitoring" in others
    assert others <= MAY_READ_AUDIT


def imports() -> Iterator[tuple[Path, str]]:
    for package in ("features", "training", "serving", "monitoring", "experiments"):
        for path in (REPO / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((path, alias.name) for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)
                    yield path, str(node.module)


def test_report_holds_nothing_about_teams_or_staff(written):
    for name, path in written.paths.items():
        text = path.read_text(encoding="utf-8")
        assert '"team"' not in text, name
        assert ">red<" not in text, name
    assert "scientist" not in written.paths["json"].read_text(encoding="utf-8")


def test_report_holds_no_address(written):
    for name, path in written.paths.items():
        assert "H000" not in path.read_text(encoding="utf-8"), name
