"""How a number is declared: with what it means and where it comes from. A figure without a public source says "assumed"."""

from __future__ import annotations

from dataclasses import field
from typing import Any

ASSUMED = "assumed"
CBS_MOVES = "CBS, Verhuisde personen: about one in ten people moves in a year"
USES_IN_ORDER = "residential, hospitality, lodging, retail, office, industry, other, assembly, care"


def parameter(value: Any, meaning: str, source: str = ASSUMED) -> Any:
    """Declare one number with what it means and its public source."""
    return field(default=value, metadata={"meaning": meaning, "source": source})
