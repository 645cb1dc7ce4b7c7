"""What a municipality decides about rows that are not sound: when free text counts as an address, and how many rows may be set aside."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from features.declared import Frozen


class Linkage(Frozen):
    """When free text counts as an address: ``minimum_confidence`` between 0 and 1."""

    minimum_confidence: float = Field(default=0.9, ge=0, le=1, allow_inf_nan=False)


class Rejects(Frozen):
    """How many rows of a source may break its contract, or lack a late column, before the build stops, as a share of its rows.

    ``tolerated_rows`` stop nothing, whatever their share: of a register of forty rows one slip is more than two in a hundred.
    """

    tolerated_rows: int = Field(default=0, ge=0, le=100)
    maximum_share: float = Field(default=0.02, ge=0, le=1, allow_inf_nan=False)
    by_source: dict[str, Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]] = Field(default_factory=dict)

    def limit(self, source: str) -> float:
        """Share of rejects that source ``source`` may have."""
        return self.by_source.get(source, self.maximum_share)
