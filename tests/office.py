"""An office that receives what suppliers deliver: a hamlet built once from good files, to see what a bad one changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from features.errors import SchouwError, SourceError
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings, load
from tests.hamlet import addresses, hamlet, table

TODAY = date(2024, 1, 1)
HEADER = "nr;object;gemeld;bekend"
GOOD = f"{HEADER}\nr1;0999010000000001;01-12-2023;02-12-2023\nr2;0999010000000001;03-12-2023;04-12-2023\nr3;0999010000000001;05-12-2023;06-12-2023\n"
SELECT = """
    SELECT nr AS record_id, object AS address_id, day_of(gemeld, '%d-%m-%Y') AS happened_on, day_of(bekend, '%d-%m-%Y') AS known_on,
        'app' AS channel, 'housing' AS category FROM raw_letters
"""
EXTRACT = """
[extracts.letters]
form = "csv"
path = "letters*.csv"
encoding = "cp1252"
"""
PARQUET = '[extracts.letters]\nform = "parquet"\npath = "letters*.parquet"\n'
POSTGRESQL = '[extracts.letters]\nform = "postgresql"\ntable = "{schema}.letters"\nurl_from = "LETTERS_OF_THE_CITY"\n'
DELIVERIES = "deliveries = '_(?P<day>[0-9]{8})\\.csv$'\n"


class Office(NamedTuple):
    """A hamlet whose reports are a CSV (or what a test says), built once from good files; ``raw`` is where its suppliers put what they deliver."""

    settings: Settings
    raw: Path

    def put(self, text: str, name: str = "letters.csv", encoding: str = "cp1252") -> None:
        (self.raw / name).write_bytes(text.encode(encoding))

    def build(self, day: date = TODAY) -> SourceReport:
        return next(r for r in ingest(self.settings, today=day) if r.source == "reports")

    def state(self) -> dict[str, bytes]:
        folder = self.settings.state
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and "rejects" not in p.parts}


def settled(tmp_path: Path) -> Callable[..., Office]:
    """Give what settles a hamlet whose reports come as a test says, and builds it once."""

    def make(*, deliveries: bool = False, more: str = "", extract: str = EXTRACT, deliver: Callable[[Path], object] | None = None) -> Office:
        settings = hamlet(tmp_path, addresses=addresses("0999010000000001"), reports=table("record_id"), today=TODAY)
        toml = settings.folder / "municipality.toml"
        told = toml.read_text().replace("'^[A-Z][0-9]*$'", "'^[0-9]{16}$'").split("[extracts.reports]")[0]
        toml.write_text(told + extract + (DELIVERIES if deliveries else "") + more)
        (settings.folder / "registers" / "reports.sql").write_text(SELECT)
        made = Office(load(settings.folder, state=settings.state, raw=settings.raw), tmp_path / "raw")
        if deliver:
            deliver(made.raw)
        else:
            made.put(GOOD)
        made.build()
        return made

    return make


def refused(office: Office, said: str, *, day: date = TODAY, kind: type[SchouwError] = SourceError) -> SchouwError:
    """Say that a build is refused with these words, and that everything stored is as it was."""
    before = office.state()
    with pytest.raises(kind, match=said) as raised:
        office.build(day)
    assert office.state() == before
    assert raised.value.remedy
    return raised.value
