"""Promoting and going back on Testdam, and what the registry says afterwards."""

from __future__ import annotations

from typing import Any

from tests.training.testdam import TODAY, Town
from training.promotion import promote, rollback
from training.registry import Registry
from training.release import Release


def approve(town: Town, who: str = "owner", **options: Any) -> Release:
    return promote(town.settings, "registration", private_key=getattr(town, who), today=options.pop("today", TODAY), **options)


def back(town: Town, who: str = "owner") -> Release:
    return rollback(town.settings, "registration", private_key=getattr(town, who), today=TODAY)


def aliases(registry: Registry) -> dict[str, str]:
    """Version by alias."""
    return {alias: one.version for one in registry.versions("registration") for alias in one.aliases}


def champion(registry: Registry) -> list[str]:
    return [version for alias, version in aliases(registry).items() if alias == "champion"]
