"""The API against the Dutch API Design Rules, by their own ruleset: no error and no warning."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serving.api import application

Lint = Callable[[dict[str, Any]], list[dict[str, Any]]]
pytestmark = pytest.mark.slow


@pytest.fixture
def lint(shared: Path, tmp_path: Path) -> Lint:
    spectral = os.environ.get("SCHOUW_SPECTRAL")
    if not spectral:
        pytest.skip("needs spectral: run 'npm ci --prefix .ci/spectral' and set SCHOUW_SPECTRAL to .ci/spectral/node_modules/.bin/spectral")
    ruleset = shared.parent / "standards" / "nl-api-design-rules-linter.yaml"

    def found(document: dict[str, Any]) -> list[dict[str, Any]]:
        (tmp_path / "openapi.json").write_text(json.dumps(document))
        words = [spectral, "lint", "--ruleset", str(ruleset), "--format", "json", "--quiet", str(tmp_path / "openapi.json")]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout)

    return found


def test_the_api_meets_every_rule(lint: Lint):
    assert lint(application.openapi()) == []


def test_a_breach_is_found(lint: Lint):
    document = application.openapi()
    document["info"].pop("contact")
    document["paths"]["/Wrong_Path/"] = document["paths"].pop("/themes")
    assert {"nlgov:paths-kebab-case", "info-contact"} <= {one["code"] for one in lint(document)}
