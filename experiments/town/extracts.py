"""Files as suppliers hand them over, written chunk by chunk: parquet as row groups, CSV line by line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from features.errors import StateError


@dataclass(frozen=True)
class Dialect:
    """How a supplier writes CSV."""

    encoding: str
    delimiter: str


DUTCH = Dialect("cp1252", ";")
DIALECTS: Mapping[str, Dialect] = {
    "aansluitingen": DUTCH,
    "beschermd.csv": DUTCH,
    "bezwaren.csv": DUTCH,
    "cbs_buurten.csv": DUTCH,
    "energie": DUTCH,
    "kvk_vestigingen.csv": Dialect("utf-8", ","),
    "meldingen": DUTCH,
    "adreskwaliteit.csv": DUTCH,
    "registersignalen.csv": DUTCH,
    "meldpunt.csv": DUTCH,
    "leegstand.csv": DUTCH,
    "toeristische_verhuur.csv": DUTCH,
    "ep_online.csv": Dialect("utf-8", ";"),
    "water": DUTCH,
    "woz_waarden.csv": DUTCH,
}
"""By file, or by the folder of a supplier that delivers a file a year."""

OURS = (
    "aansluitingen/verbruik_*.csv",
    "bag/objecten.parquet",
    "nummeraanduidingen.parquet",
    "beschermd.csv",
    "bezwaren.csv",
    "brp/inschrijvingen.parquet",
    "brp/vertrekken.parquet",
    "cbs_buurten.csv",
    "energie/postcodes_*.csv",
    "handhaving/controles.parquet",
    "kadaster_rechten*",
    "kvk_vestigingen*.csv",
    "meldingen/meldingen_*.csv",
    "netbeheer/kabelvakken*.parquet",
    "vergunningen*.parquet",
    "water/verbruik_*.csv",
    "woz_waarden*.csv",
    "adreskwaliteit*.csv",
    "registersignalen*.csv",
    "meldpunt*.csv",
    "signalen.parquet",
    "corporaties/toewijzingen*.parquet",
    "ep_online*.csv",
    "leegstand*.csv",
    "toeristische_verhuur*.csv",
    "episodes.parquet",
    "lookalikes.parquet",
    "traces.parquet",
    "report_texts.parquet",
    "report_designations.parquet",
)
"""Every file that a town writes or that was delivered of it: these are replaced by the next one, and nothing else in the folder is touched."""


@dataclass
class Extracts:
    """A folder of extracts, open for writing; the town that was there stays until the new one is whole.

    Parameters
    ----------
    folder : Path
        Made where it is not there. Files that are not of a town are never touched.
    """

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    _open: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Extracts:
        """Give itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every file; put all in the place of the earlier town, or remove them where something went wrong.

        Raises
        ------
        StateError
            A file cannot be written or replaced.
        """
        drafts = {name: self._draft(name) for name in self._open}
        try:
            for writer in self._open.values():
                writer.close()
            if error is None:
                for path in (path for pattern in OURS for path in self.folder.glob(pattern)):
                    path.unlink()
                for name, draft in drafts.items():
                    draft.replace(self.folder / name)
        except OSError as refused:
            raise self._refused(refused) from refused
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)

    def write(self, tables: Mapping[str, pa.Table]) -> None:
        """Append tables to the files they are named after.

        Raises
        ------
        StateError
            The disk is full, or the folder may not be written.
        """
        try:
            for name, table in tables.items():
                self.rows[name] = self.rows.get(name, 0) + len(table)
                (self._parquet if name.endswith(".parquet") else self._csv)(name, table)
        except OSError as error:
            raise self._refused(error) from error

    def _parquet(self, name: str, table: pa.Table) -> None:
        if name not in self._open:
            self._open[name] = pyarrow.parquet.ParquetWriter(self._draft(name), table.schema, compression="zstd")
        self._open[name].write_table(table)

    def _csv(self, name: str, table: pa.Table) -> None:
        dialect = DIALECTS[name.split("/")[0]]
        first = name not in self._open
        if first:
            self._open[name] = self._draft(name).open("wb")
        text = io.BytesIO()
        options = pyarrow.csv.WriteOptions(include_header=first, delimiter=dialect.delimiter, quoting_style="needed")
        pyarrow.csv.write_csv(table, text, options)
        written = text.getvalue()
        self._open[name].write(written if dialect.encoding == "utf-8" else written.decode("utf-8").encode(dialect.encoding))

    def _draft(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f".{path.name}.new")

    def _refused(self, error: OSError) -> StateError:
        return StateError(f"{self.folder} could not be written: {error}", expected="a writable disk with room", remedy="free space and repeat")
