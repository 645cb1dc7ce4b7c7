"""The tutorial runs: every block of docs/notebook.md, in order, on Testdam."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.matrix_file import Matrix
from tests.training.testdam import Town, make_matrix, make_town

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"
CARD = '\n[[scorecard]]\nindicator = "reports_3y"\nat_least = 2\npoints = 1\n'
Run = Callable[[str], dict[str, Any]]


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run all blocks on a town whose theme has or has not a scorecard; give the names that they leave."""

    def in_order(card: str) -> dict[str, Any]:
        town: Town = make_town(tmp_path / "town")
        file = town.settings.folder / "themes" / "registration.toml"
        file.write_text(file.read_text(encoding="utf-8") + card, encoding="utf-8")
        matrix: Matrix = make_matrix(town.theme)
        town.keep(matrix)
        monkeypatch.setenv("SCHOUW_STATE", str(town.settings.state))
        names: dict[str, Any] = {"folder": town.settings.folder}
        for number, block in enumerate(blocks(), start=1):
            exec(compile(block, f"docs/notebook.md, block {number}", "exec"), names)  # noqa: S102  # the page's own code
        return names

    return in_order


@pytest.mark.parametrize("card", [CARD, ""], ids=["with points", "without"])
def test_every_block_of_the_tutorial_runs_and_finds_what_the_town_hides(run: Run, card: str, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(card)
    assert left["measured"].metrics["model"]["auc"].low > 0.5
    assert left["measured"].metrics["random"]["auc"].low < 0.5 < left["measured"].metrics["random"]["auc"].high
    assert left["learned"].gates.gates
    assert np.array_equal(
        left["learned"].fitted.booster.predict(left["test"][left["names"]]), left["fitted"].booster.predict(left["test"][left["names"]])
    )
    assert "inspections," in capsys.readouterr().out


def test_nothing_of_the_tutorial_is_registered_or_written(run: Run) -> None:
    left = run(CARD)
    assert sorted(path.name for path in left["settings"].state.iterdir()) == ["matrices"]


def test_the_tutorial_has_code() -> None:
    assert len(blocks()) == 6
