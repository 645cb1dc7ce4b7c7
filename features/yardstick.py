"""The yardstick of a model: the number of reports about an address, by which a municipality could order its visits without any model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

SOURCE = "reports"
COLUMN = "number_of_reports"
"""Where a training matrix holds the yardstick when its tier leaves out the indicator that counts it: beside the label, not among the indicators."""
SPAN = re.compile(r"^reports_(\d+)([dmy])$")
DAYS = {"d": 1, "m": 30, "y": 365}


class Named(Protocol):
    """An indicator of the catalogue or of a manifest."""

    @property
    def name(self) -> str:
        """Name of the column."""

    @property
    def sources(self) -> Sequence[str]:
        """Names of the sources that it reads."""


def yardstick(indicators: Iterable[Named]) -> str | None:
    """Give the indicator that counts all reports about the address over the longest span; None where there is none."""
    spans = {}
    for indicator in indicators:
        match = SPAN.match(indicator.name)
        if match and tuple(indicator.sources) == (SOURCE,):
            spans[indicator.name] = int(match[1]) * DAYS[match[2]]
    return max(spans, key=lambda name: spans[name], default=None)
