"""Which candidate a promotion is about: no model of another tier takes the place of the champion unless somebody names it."""

from __future__ import annotations

import pytest

from features.errors import NotFoundError
from training.candidates import chosen
from training.registry import Registered


def model(number: int, tier: int | None, *aliases: str) -> Registered:
    tags = {} if tier is None else {"tier": str(tier)}
    return Registered(str(number), f"2025-01-0{number}-0a1b2c3d", "hash", "run", aliases, tags)


def picked(*models: Registered, version: str | None = None) -> str:
    return chosen(models, "registration", version=version).number


def test_without_a_champion_the_newest_of_the_highest_tier_is_meant() -> None:
    assert picked(model(3, 0), model(2, 2), model(1, 2)) == "2"


def test_with_a_champion_the_newest_of_its_tier_is_meant() -> None:
    assert picked(model(4, 2), model(3, 1), model(2, 0), model(1, 1, "champion")) == "3"


def test_the_champion_itself_is_meant_where_nothing_is_newer() -> None:
    assert picked(model(2, 1, "champion"), model(1, 1)) == "2"


def test_what_is_named_is_meant_whatever_its_tier() -> None:
    models = model(3, 0), model(2, 2, "champion")
    assert [picked(*models, version=name) for name in ("3", models[0].version)] == ["3", "3"]


def test_only_newer_ones_of_another_tier_are_refused_with_versions_and_tiers() -> None:
    with pytest.raises(NotFoundError) as refused:
        picked(model(4, 0), model(3, None), model(2, 2, "champion"), model(1, 2))
    said = str(refused.value)
    assert "nothing newer than champion 2025-01-02-0a1b2c3d (tier 2) of theme 'registration' has its tier" in said
    assert "newer are 2025-01-04-0a1b2c3d (tier 0), 2025-01-03-0a1b2c3d (tier unknown)" in said
    assert "schouw promote registration --version 2025-01-04-0a1b2c3d" in said


def test_a_version_that_is_not_there_is_refused_with_those_that_are_and_their_tiers() -> None:
    with pytest.raises(NotFoundError, match=r"no candidate 9\. Expected: one of 2025-01-02-0a1b2c3d \(tier 0\), 2025-01-01-0a1b2c3d \(tier 2\)"):
        picked(model(2, 0), model(1, 2), version="9")
