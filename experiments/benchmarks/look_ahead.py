"""The law of no look-ahead (DESIGN rule 1) under ten thousand random changes: what is known on or after a day changes no value of it.

    python -m experiments.benchmarks.look_ahead [CHANGES] [ADDRESSES]

A made-up town is written down as its contracts, every source of it is changed at random (records inserted, corrected, moved to another
address, given another day, deleted, late fields completed), all known on the day or after it, and everything is built again, for that day
and for earlier ones, as whole days and as rows alone. Some rows have a text, or the id of a door, for an address; doors change too. Then
changes of the same kinds are made known a day earlier, to show that they would have been seen. Leaves with 1 where a value changed that may not.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.town import Size, make
from features import cohort, matrix
from features.catalogue import for_sources
from features.ingestion import ingest
from features.settings import Settings, load
from features.sources import Source, all_sources
from features.store import Store, open_store
from features.themes import Theme, load_theme

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
AS_OF = date(2024, 7, 1)
SEED = 20240701
DAYS = (AS_OF - timedelta(days=180), AS_OF - timedelta(days=1), AS_OF)
"""Days of which the values are compared; what becomes known on the last of them or later changes none."""
KINDS = ("insert", "correct", "moved", "redated", "delete")
REDATED = 100
"""Days by which a record is redated, at most."""
IN_OTHER_WORDS = 3
"""Of so many rows one has the id of its door for an address and one, where the source has texts, a text."""
COMPLETED = 100
"""Rows of which each late field is filled in, at most."""
SOURCES = tuple(name for name, source in all_sources().items() if source.use in ("indicators", "linkage") and not source.off_until)
DOOR_TYPE = "20"
NEVER_STALE = 0
COPIED = "themes"
ROADS = {"whole days": matrix.MOST, "rows alone": 2.0}
"""Both roads to a matrix, by the share of all addresses from which whole days are computed; a share above 1 is never reached."""
Extracts = dict[str, pd.DataFrame]


def main(changes: int, addresses: int) -> int:
    """Make the town, change it, and count the values that differ."""
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        extracts = as_contracts(Path(folder) / "town", addresses)
        base = values(extracts, Path(folder) / "base")
        changed = {offset: values(change(extracts, changes, offset, rng), Path(folder) / f"changed{offset}") for offset in (0, -1)}
    total = sum(frame.size for frame in base.values())
    after, before = (sum(differing(base[code], changed[offset][code]) for code in base) for offset in (0, -1))
    print(
        f"{changes:,} records inserted, corrected, moved, redated or deleted and up to {COMPLETED} completed per late field, over {len(SOURCES)} "
        f"sources and {addresses:,} addresses: known on or after {AS_OF} they change {after:,} of {total:,} values on {len(DAYS)} days and both "
        f"roads; known a day earlier {before:,}"
    )
    return 0 if after == 0 < before else 1


def as_contracts(state: Path, addresses: int) -> Extracts:
    """Give every source of a town as rows of its contract."""
    settings = load(TOWN, state=state, raw=state / "raw")
    make(settings, Size(addresses=addresses, inspections_per_year=300, seed=SEED))
    ingest(settings)
    store = open_store(settings)
    filled = [name for name in SOURCES if name in store.sources]
    found = {name: store.run(store.events(name)).drop(columns=["superseded_on", "ordinal"]).astype("string") for name in filled}
    found.setdefault("designations", doors_of(found["addresses"]))
    main = found["designations"].query("kind == 'main'").drop_duplicates("address_id").set_index("address_id")
    return {name: in_other_words(found[name], all_sources()[name], main) for name in SOURCES}


def doors_of(addresses: pd.DataFrame) -> pd.DataFrame:
    """Give every object its main door, as it first was, where the town has no register of doors: the same number, of type 20."""
    first = addresses.sort_values("known_on").drop_duplicates("address_id", ignore_index=True)
    door = ["postcode", "street", "house_number", "house_letter", "house_number_addition"]
    ids = first["address_id"].str[:4] + DOOR_TYPE + first["address_id"].str[6:]
    kept = first[["address_id", "happened_on", "known_on", "withdrawn", *door]]
    return kept.assign(record_id=ids, kind="main", ended_on=None, ended_known_on=None).astype("string")


def in_other_words(frame: pd.DataFrame, source: Source, doors: pd.DataFrame) -> pd.DataFrame:
    """Give some rows the id of their door, or a text, in the place of an address, as suppliers do."""
    if source.area or source.use == "linkage" or source.name == "addresses":
        return frame
    door = doors.reindex(frame["address_id"]).reset_index(drop=True)
    turn = np.arange(len(frame)) % IN_OTHER_WORDS
    ids = frame["address_id"].mask((turn == 1) & door["record_id"].notna(), door["record_id"])
    if not any(column.name == "address_text" for column in source.columns):
        return frame.assign(address_id=ids)
    unit = door["house_letter"].fillna("") + ("-" + door["house_number_addition"]).fillna("")
    text = door["street"] + " " + door["house_number"] + unit + ", " + door["postcode"]
    told = (turn == 2) & text.notna()
    return frame.assign(address_id=ids.mask(told), address_text=text.where(told))


def change(extracts: Extracts, changes: int, offset: int, rng: np.random.Generator) -> Extracts:
    """Change rows at random; each change is known ``offset`` days after the day, or some time later where the offset is 0."""
    rows = np.array([len(extracts[name]) for name in SOURCES])
    counts = rng.multinomial(changes, 0.5 / len(SOURCES) + 0.5 * rows / rows.sum())
    return {name: _changed(extracts[name], all_sources()[name], int(n), offset, rng) for name, n in zip(SOURCES, counts, strict=True)}


def _changed(frame: pd.DataFrame, source: Source, changes: int, offset: int, rng: np.random.Generator) -> pd.DataFrame:
    kinds = rng.integers(1 if source.name == "addresses" else 0, len(KINDS), changes)
    late = offset + (rng.choice([0, 1, 400], changes) if offset == 0 else np.zeros(changes, dtype=np.int64))
    old, other = (frame.iloc[rng.integers(0, len(frame), changes)].reset_index(drop=True) for _ in range(2))
    versions = old.assign(known_on=pd.Series([str(AS_OF + timedelta(days=int(d))) for d in late], dtype="string"))
    own = [c.name for c in source.columns if c.name in frame and c.name != source.place]
    insert, correct, moved, redated, delete = (kinds == number for number in range(len(KINDS)))
    versions.loc[insert | correct, own] = other.loc[insert | correct, own]
    places = [name for name in (source.place, "address_text") if name in frame and source.name != "addresses"]
    versions.loc[moved, places] = other.loc[moved, places]
    earlier = pd.to_datetime(versions["happened_on"]) - pd.to_timedelta(rng.integers(1, REDATED + 1, changes), unit="D")
    versions.loc[redated, "happened_on"] = earlier.dt.strftime("%Y-%m-%d").astype("string")[redated]
    versions.loc[insert, "record_id"] = [f"new-{n}" for n in range(int(insert.sum()))]
    versions.loc[insert, "happened_on"] = [str(AS_OF + timedelta(days=int(min(d, 0)) - 1)) for d in late[insert]]
    versions.loc[delete, "withdrawn"] = "true"
    return pd.concat([_completed(frame, source, offset, rng), versions], ignore_index=True)


def _completed(frame: pd.DataFrame, source: Source, offset: int, rng: np.random.Generator) -> pd.DataFrame:
    """Fill in, in rows that have them empty, the fields that become known later."""
    filled: pd.DataFrame = frame.copy()
    for column in source.columns:
        if column.known_by and filled[column.known_by].isna().any():
            empty = np.flatnonzero(filled[column.known_by].isna() & (filled["known_on"] < str(AS_OF)))
            chosen = filled.index[rng.choice(empty, min(len(empty), COMPLETED), replace=False)]
            known = filled.loc[filled[column.name].notna(), column.name]
            if len(known):
                filled.loc[chosen, column.name] = known.iloc[rng.integers(0, len(known), len(chosen))].to_numpy()
                filled.loc[chosen, column.known_by] = str(AS_OF + timedelta(days=offset))
    return filled


def values(extracts: Extracts, folder: Path) -> dict[str, pd.DataFrame]:
    """Build everything from contract rows, and give the values of the days by theme and road, with who may be listed."""
    settings = _municipality(extracts, folder)
    ingest(settings)
    store = open_store(settings)
    homes = extracts["addresses"].loc[extracts["addresses"]["known_on"] < str(AS_OF), "address_id"].unique()
    found = {}
    for path in sorted((settings.folder / COPIED).glob("*.toml")):
        if tomllib.loads(path.read_text(encoding="utf-8"))["enabled"]:
            theme = load_theme(settings, path.stem)
            cohorts = (cohort.at(store, theme, day, addresses=list(homes)).frame["address_id"] for day in DAYS)
            listed = {(home, day) for day, some in zip(DAYS, cohorts, strict=True) for home in some}
            for road, share in ROADS.items():
                rows = _rows(store, theme, homes, share)
                days = pd.to_datetime(rows["as_of"]).dt.date
                rows = rows.assign(listed=[pair in listed for pair in zip(rows["address_id"], days, strict=True)])
                found[f"{path.stem}, {road}"] = rows.sort_values(["address_id", "as_of"], ignore_index=True)
    return found


def _rows(store: Store, theme: Theme, homes: Iterable[str], share: float) -> pd.DataFrame:
    """Give the indicators of homes on all days, as whole days where they are so large a share of all addresses."""
    matrix.MOST = share
    return matrix.Builder(store, theme, tuple(for_sources(theme.source_names))).rows(
        pd.DataFrame(list(product(homes, DAYS)), columns=["address_id", "as_of"])
    )


def _municipality(extracts: Extracts, folder: Path) -> Settings:
    """Write a municipality with the town's themes, of which every extract is its contract.

    No source is ever stale: a stale day is missing whatever became known, and missing equals missing.
    """
    home, raw = folder / "municipality", folder / "raw"
    for place in (home / "registers", raw):
        place.mkdir(parents=True)
    shutil.copytree(TOWN / COPIED, home / COPIED)
    town = tomllib.loads((TOWN / "municipality.toml").read_text(encoding="utf-8"))
    head = {"name": "Written down", "code": "written", "address_id_pattern": town["address_id_pattern"]}
    text = "".join(f"{key} = '{value}'\n" for key, value in head.items()) + "synthetic = true\n[rejects]\nmaximum_share = 1.0\n"
    text += "[max_age_days]\n" + "".join(f"{name} = {NEVER_STALE}\n" for name in all_sources())
    for name, frame in extracts.items():
        frame.to_parquet(raw / f"{name}.parquet", index=False)
        (home / "registers" / f"{name}.sql").write_text(f"SELECT * FROM raw_{name}", encoding="utf-8")  # noqa: S608 - names of our own
        text += f'[extracts.{name}]\nform = "parquet"\npath = "{name}.parquet"\n'
    (home / "municipality.toml").write_text(text, encoding="utf-8")
    return load(home, state=folder / "state", raw=raw)


def differing(ours: pd.DataFrame, theirs: pd.DataFrame) -> int:
    """Count the values that are not the same; missing equals missing."""
    return int((ours.ne(theirs) & ~(ours.isna() & theirs.isna())).to_numpy().sum())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 2_000))
