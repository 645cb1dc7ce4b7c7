"""Faults that are planted in the place of what is right, to see them caught."""

from __future__ import annotations

from functools import cache

import pytest

from features import matrix, matrix_query

SEES_WHEN = ("features.joining.visible", "features.evaluation.visible", "features.whole_day.visible")
"""Where it is decided which events are known, on each road to a matrix."""


def plant(monkeypatch: pytest.MonkeyPatch, place: str, fault: object) -> None:
    """Put a fault in the place of what is right, for one test; what is compiled with it is kept apart from what was compiled without."""
    monkeypatch.setattr(place, fault)
    for query in ("of_rows", "of_day"):
        monkeypatch.setattr(matrix, query, cache(getattr(matrix_query, query).__wrapped__))
