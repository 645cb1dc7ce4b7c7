"""One small town for all tests of the town, made and ingested once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest

from experiments.town import Size, TownReport, make
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings, load
from features.sources import all_sources

TODAY = pd.Timestamp(2025, 12, 31)
FILLED = {name: source for name, source in all_sources().items() if not source.off_until and name != "doubts"}
"""What the town fills: every source but those that are off, and what the build itself makes."""
ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


@dataclass(frozen=True)
class SmallTown:
    """A town of 3,000 addresses with many inspections, its events and its truth."""

    settings: Settings
    report: TownReport
    registers: dict[str, SourceReport]

    def events(self, source: str) -> pd.DataFrame:
        return self._read(self.settings.state / "events" / f"{source}.parquet")

    def rejects(self, source: str) -> pd.DataFrame:
        return pd.read_parquet(self.settings.state / "rejects" / f"{source}.parquet")

    def truth(self, name: str) -> pd.DataFrame:
        return self._read(self.settings.state / "truth" / f"{name}.parquet")

    @staticmethod
    def _read(path: Path) -> pd.DataFrame:
        """Read a table with its dates as timestamps, which compare with each other and with a missing one."""
        return pyarrow.parquet.read_table(path).to_pandas(date_as_object=False)

    def raw(self, extract: str) -> pd.DataFrame:
        """Give an extract as it was delivered, all columns of a CSV as text."""
        declared = self.settings.extracts[extract]
        files = sorted(self.settings.raw_folder.glob(str(declared.path)))
        if declared.form == "parquet":
            return pd.concat([pd.read_parquet(f) for f in files], ignore_index=True)
        return pd.concat([pd.read_csv(f, sep=declared.delimiter, encoding=declared.encoding, dtype=str) for f in files], ignore_index=True)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> SmallTown:
    folder = tmp_path_factory.mktemp("zaanwijk")
    settings = load(ZAANWIJK, state=folder, raw=folder / "raw")
    report = make(settings, Size(addresses=3_000, inspections_per_year=300, seed=5))
    return SmallTown(settings, report, {r.source: r for r in ingest(settings)})
