"""A hamlet: a municipality of a few addresses, written down as tables, for tests that anyone can read.

Every source's extract *is* its contract, so each register is ``SELECT * FROM raw_<source>``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from features.about import About
from features.ingestion import ingest
from features.settings import Settings, load
from features.sources import all_sources
from features.store import Store, open_store

TRIAL = About(
    lawful="a trial is about no existing address",
    proxy="nobody lives in a hamlet of a test",
    quality="as exact as whoever wrote the table",
    relation="none is expected of a made-up number",
    idea="whoever wrote the test thought of it",
)
"""Answers for an indicator that only a test knows."""
NEVER_STALE = 0
"""A hamlet is a handful of rows that nobody delivers, so silence means nothing there."""
SETTINGS = """
name = "Hamlet"
code = "hamlet"
synthetic = true
address_id_pattern = '^[A-Z][0-9]*$'
today_on = {today}
[max_age_days]
{ages}
"""
THEME = """
code = "{code}"
title_nl = "Proef"
title_en = "Trial"
enabled = true
authority = "college"
legal_power = "none: a trial"
process_owner = "process-owner.demo"
not_for_nl = "alles"
not_for_en = "anything"
[purpose]
code = "{purpose}"
title_nl = "proef"
title_en = "trial"
processing_register = "0"
[cohort]
uses = ["residential"]
[exclusions]
permits = [{permits}]
[outcome]
confirming = ["confirmed"]
span_days = 120
[capacity]
visits = 2
evaluation_share = 0.2
[random_arm]
form = "visit"
share = 0.1
{sources}
"""


def table(text: str) -> pd.DataFrame:
    """Read an ASCII table: a header line, a line of dashes or not, bars between cells; an empty cell is missing."""
    lines = [line.strip() for line in text.strip().splitlines() if set(line.strip()) - set("|-+ ")]
    cells = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    return pd.DataFrame(cells[1:], columns=cells[0], dtype=object)


def addresses(*ids: str, **columns: object) -> pd.DataFrame:
    """Give homes that were always there, each a building of its own unless a column says otherwise."""
    frame = pd.DataFrame({"record_id": list(ids), "address_id": list(ids), "building_id": [f"P{i}" for i in ids]}, dtype=object)
    fixed = {"happened_on": "2000-01-01", "known_on": "2000-01-01", "object_type": "01", "use": "residential", "protection": "none"}
    return frame.assign(**fixed, **columns)


def hamlet(folder: Path, *, today: date = date(2024, 1, 1), theme_sources: tuple[str, ...] = (), **sources: pd.DataFrame) -> Settings:
    """Write a hamlet and give its settings; sources not named are not filled, but for inspections, without which no theme may list anyone."""
    raw, home = folder / "raw", folder / "hamlet"
    for place in (raw, home / "registers", home / "themes"):
        place.mkdir(parents=True, exist_ok=True)
    text = SETTINGS.format(today=today, ages="\n".join(f"{name} = {NEVER_STALE}" for name in all_sources()))
    for name, frame in sources.items():
        frame.astype("string").to_parquet(raw / f"{name}.parquet", index=False)
        (home / "registers" / f"{name}.sql").write_text(f"SELECT * FROM raw_{name}")
        text += f'[extracts.{name}]\nform = "parquet"\npath = "{name}.parquet"\n'
    if "addresses" in sources and "inspections" not in sources:
        (home / "registers" / "inspections.sql").write_text(never_inspected(sources["addresses"], today))
    (home / "municipality.toml").write_text(text)
    names = dict.fromkeys((*(theme_sources or lawful(sources)), "inspections"))
    listed = "\n".join(f'[[sources]]\nname = "{n}"\nlegal_basis = "trial"' for n in names)
    permits = '"room-rental"' if "permits" in names else ""
    (home / "themes" / "trial.toml").write_text(THEME.format(code="trial", purpose=purpose(names), permits=permits, sources=listed))
    return load(home, state=folder / "state", raw=raw)


def purpose(names: Collection[str]) -> str:
    """Give the purpose that the sources may serve: "trial", unless one of them serves another only."""
    return next((source.only_for[0] for name, source in all_sources().items() if name in names and source.only_for), "trial")


def never_inspected(homes: pd.DataFrame, today: date) -> str:
    """Give a register of an inspection that was taken back on the day it was decided: no register may be empty, and this one counts on no day."""
    row = {"record_id": "never", "address_id": homes["address_id"].dropna().iloc[0], "happened_on": today, "known_on": today}
    row |= {"inspection_id": "never", "case_id": "never", "theme": "trial", "trigger": "list"}
    told = ", ".join(f"'{value}' AS {name}" for name, value in row.items())
    return f"SELECT {told}, 'false' AS withdrawn UNION ALL SELECT {told}, 'true'"


def lawful(sources: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Leave out what no theme may list: audit data, and what is no source."""
    return tuple(name for name in sources if name in all_sources() and all_sources()[name].use not in ("audit", "exclusion"))


def settle(folder: Path, **arguments: object) -> Store:
    """Write a hamlet, ingest it and open its store."""
    settings = hamlet(folder, **arguments)  # type: ignore[arg-type] - passed through
    ingest(settings)
    return open_store(settings)
