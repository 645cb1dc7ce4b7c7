"""The study of the worth of sources, smaller: what each model reads, when a source may go, and a page that follows from the figures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.source_worth.declared import SourceWorthStudy
from experiments.source_worth.page import page
from experiments.source_worth.run import EARNS, MAY_GO, NOT_SHOWN, SourceWorthResult, advice, base, run
from tests.experiments.conftest import SmallTown
from training.bootstrap import Estimate

THEME = "overcrowding"
SMALL = SourceWorthStudy(
    kind="source-worth", page="docs/what-a-source-is-worth.md", seed=5, replicates=20, addresses=3_000, inspections_per_year=300,
    learned_share=0.7, lots=2, most_given_away=0.03, listed=60, themes=(THEME,),
)  # fmt: skip


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def result(town: SmallTown) -> SourceWorthResult:
    return run(SMALL, state=town.settings.state, progress=silent)


def test_the_base_is_the_object_and_its_area() -> None:
    assert base() == {"addresses", "energy", "grid_anomalies"}


@pytest.mark.parametrize(
    ("cost", "noise", "expected"),
    [
        (Estimate(value=0.0, low=-0.01, high=0.019), 0.02, MAY_GO),
        (Estimate(value=0.0, low=-0.01, high=0.021), 0.02, NOT_SHOWN),
        (Estimate(value=0.0, low=-0.01, high=0.031), 0.20, NOT_SHOWN),  # much noise is no licence
        (Estimate(value=0.05, low=0.001, high=0.1), 0.02, EARNS),
        (Estimate(value=0.01, low=0.001, high=0.015), 0.02, MAY_GO),
        (Estimate(value=0.0, low=None, high=None), 0.02, NOT_SHOWN),
    ],
)
def test_a_source_may_go_only_where_the_whole_interval_lies_below_the_noise(cost: Estimate, noise: float, expected: str) -> None:
    assert advice(cost, noise=noise, most=0.03) == expected


def test_every_source_that_an_indicator_reads_is_left_out_and_added(result: SourceWorthResult) -> None:
    by_name = {w.source: w for w in result.worth}
    assert {"addresses", "registrations", "water", "reports", "inspections", "ownership", "permits"} <= set(by_name)
    assert by_name["addresses"].cost is None
    assert all(w.cost is not None and w.advice in (MAY_GO, EARNS, NOT_SHOWN) for w in result.worth if w.source != "addresses")
    assert by_name["water"].gain is not None
    assert by_name["addresses"].gain is None


def test_the_advice_follows_from_the_figures_that_stand_beside_it(result: SourceWorthResult) -> None:
    (theme,) = result.themes
    for w in result.worth:
        if w.cost is not None:
            assert w.advice == advice(w.cost, noise=theme.noise, most=SMALL.most_given_away)


def test_the_page_is_written_from_the_figures(result: SourceWorthResult) -> None:
    text = page(result, SMALL)
    assert "synthetic" in text
    earning = tuple(replace(w, cost=Estimate(value=0.5, low=0.4, high=0.6), advice=EARNS) if w.source == "water" else w for w in result.worth)
    changed = page(SourceWorthResult(result.themes, earning), SMALL)
    assert "its removal costs +50.0 (+40.0 to +60.0) points" in changed
    assert "its removal costs +50.0 (+40.0 to +60.0) points" not in text


def test_the_page_in_the_docs_was_written_by_such_a_run() -> None:
    kept = (Path(__file__).parents[2] / "docs" / "what-a-source-is-worth.md").read_text(encoding="utf-8")
    assert "Written by `schouw study source-worth`" in kept
    assert len(re.findall(r"^## ", kept, re.MULTILINE)) == 8
