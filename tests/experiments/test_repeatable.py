"""Every kind of study, small: one seed gives one page and one set of pictures, byte for byte, and another seed gives others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.kinds import Asked, Kind, Told, kinds
from experiments.study import STUDIES
from experiments.town import Size, make
from features.declared import read_toml
from features.ingestion import ingest
from features.settings import load
from tests.experiments.conftest import ZAANWIJK, SmallTown

TOWN: dict[str, Any] = {"addresses": 3_000, "themes": ["overcrowding"], "replicates": 10}
SMALL: dict[str, dict[str, Any]] = {
    "feedback-loop": {
        "towns": 3, "addresses": 6_400, "visits_per_year": 600, "rounds": 5, "window_rounds": 4, "random_shares": [0.0, 0.1],
        "themes": ["overcrowding"],
    },
    "selective-labels": {"simulations": 3, "addresses": 4_000, "small_random_shares": [0.02], "themes": ["overcrowding"]},
    "source-worth": {**TOWN, "inspections_per_year": 300, "learned_share": 0.7, "lots": 2, "listed": 60},
    "who-looked": {"simulations": 3, "addresses": 4_000, "quarters": 8, "visits_per_year": 800, "towns": [{"name": "as documented"}]},
    "without-persons": {**TOWN, "visits_per_year": 100, "times": [{"times": 1, "lots": 1}, {"times": 3, "lots": 1}]},
}  # fmt: skip
"""What makes each kind small; the rest is as its file declares it."""

TOO_LONG = {
    "chicago": "a run takes over a minute of processor time, most of it registers and rolling folds of three years; test_chicago.py makes one, and "
    "holds its sections that need no replicates against the kept page"
}
"""Kinds that are not run three times over, with the reason."""

SEED, OTHER = 5, 6


@pytest.fixture(scope="module")
def towns(town: SmallTown, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By seed: the state folder of a town, for kinds that would make one themselves; that a seed makes one town, test_town.py says."""
    folder = tmp_path_factory.mktemp("other-town")
    settings = load(ZAANWIJK, state=folder, raw=folder / "raw")
    make(settings, Size(addresses=3_000, inspections_per_year=300, seed=OTHER))
    ingest(settings)
    return {SEED: town.settings.state, OTHER: folder}


def ran(kind: Kind[Any], seed: int, state: Path | None) -> Told:
    (path,) = (path for path in STUDIES.glob("*.toml") if read_toml(path)["kind"] == kind.name)
    study = kind.declared(**{**read_toml(path), **SMALL[kind.name], "seed": seed})
    return kind.run(study, Asked(lambda _: None, state=state))


def test_every_kind_of_study_is_run_twice_or_says_why_not() -> None:
    assert sorted([*SMALL, *TOO_LONG]) == sorted(kinds())


@pytest.mark.parametrize("name", sorted(SMALL))
def test_one_seed_gives_one_page_and_its_pictures_and_another_seed_others(name: str, request: pytest.FixtureRequest) -> None:
    towns = request.getfixturevalue("towns") if SMALL[name].items() >= TOWN.items() else {}
    one, again, other = (ran(kinds()[name], seed, towns.get(seed)) for seed in (SEED, SEED, OTHER))
    assert one.page == again.page
    assert one.pictures == again.pictures
    assert one.figures == again.figures
    assert one.page != other.page
    assert set(one.pictures) == set(other.pictures)
    assert all(one.pictures[picture] != other.pictures[picture] for picture in one.pictures)
