"""Audit data: absent is told from broken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import audit
from features.builds import current
from features.errors import StateError
from features.ingestion import ingest
from tests.hamlet import addresses, hamlet

TODAY = date(2024, 3, 1)
PUBLISHED = pd.DataFrame(
    {"record_id": ["n1"], "neighbourhood": ["N1"], "happened_on": ["2023-01-01"], "known_on": ["2023-02-01"], "audit_group": ["lower-income"]}
)


def test_a_place_without_audit_data_and_one_where_nothing_was_built_have_none(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), today=TODAY)
    assert audit.published(settings, TODAY) is None
    ingest(settings)
    assert audit.published(settings, TODAY) is None


def test_a_build_that_is_not_whole_is_no_place_without_audit_data(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), neighbourhoods=PUBLISHED, today=TODAY)
    ingest(settings)
    found = audit.published(settings, TODAY)
    assert found is not None
    assert found["audit_group"].tolist() == ["lower-income"]
    (current(settings.state) / "neighbourhoods.parquet").write_bytes(b"half")
    with pytest.raises(StateError, match="not whole"):
        audit.published(settings, TODAY)
