"""What the pandas twin reads, and how events become one number per address. See `twin`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Columns = dict[str, Any]
ALWAYS = ["happened_on", "known_on", "superseded_on", "withdrawn"]
READ = {
    "addresses": "address_id building_id neighbourhood postcode object_type use built_year floor_area_m2 ended_on ended_known_on",
    "registrations": "address_id household_key residents under_investigation ended_on ended_known_on",
    "businesses": "address_id business_key director_key legal_form branch ended_on ended_known_on",
    "ownership": "address_id owner_key owner_kind ended_on ended_known_on",
    "inspections": "address_id course course_known_on finding violations finding_known_on standing standing_known_on",
    "reports": "address_id category",
    "permits": "address_id kind decision decision_known_on valid_until_on",
    "address_quality_signals": "address_id result result_known_on",
    "register_signals": "address_id kind result result_known_on",
    "signals": "address_id weight status judged_on",
    "vacancy": "address_id ended_on ended_known_on",
    "water": "address_id volume_m3 period_days reading shared_meter",
    "energy": "postcode average_kwh average_gas_m3",
}
"""What is read of each register, beside `ALWAYS`."""


@dataclass(frozen=True)
class Day:
    """The events that count on one day, and how they become a number per address."""

    registers: dict[str, pd.DataFrame]
    as_of: pd.Timestamp
    homes: int

    def seen(self, source: str) -> pd.DataFrame:
        """Give the versions of a register that count on the day, with their age in days."""
        events, day = self.registers[source], self.as_of
        current = (events["known_on"] < day) & ~(events["superseded_on"] < day) & ~events["withdrawn"] & (events["happened_on"] < day)
        found = events[current]
        return found.assign(age=(day - found["happened_on"]).dt.days)

    def told(self, events: pd.DataFrame, name: str, by: str) -> Any:
        """Give a column as far as it was known on the day."""
        return events[name].where(events[by] < self.as_of)

    def standing(self, events: pd.DataFrame, until: str = "ended_on", by: str = "ended_known_on") -> Any:
        """Say which events had no known end before the day."""
        return ~(self.told(events, until, by) < self.as_of)

    def count(self, events: pd.DataFrame, keep: Any = None) -> Numbers:
        """Give the number of events per address."""
        homes = events["home"] if keep is None else events["home"][keep]
        return np.bincount(homes, minlength=self.homes).astype(float)

    def fill(self, values: pd.Series[Any]) -> Numbers:
        """Give a series by address as an array over all addresses, missing where there is none."""
        found = np.full(self.homes, np.nan)
        found[values.index] = values.astype(float)
        return found

    def newest(self, events: pd.DataFrame, keep: Any = None) -> Numbers:
        """Give the days since the newest event per address."""
        some = events if keep is None else events[keep]
        return self.fill(some.groupby("home")["age"].min())

    def last(self, events: pd.DataFrame, name: str) -> Numbers:
        """Give the value of the newest event per address."""
        return self.fill(events.drop_duplicates("home", keep="last").set_index("home")[name])


def read(events: Path) -> tuple[dict[str, pd.DataFrame], pd.Index[int]]:
    """Read the registers and number their addresses by their place in the address register."""
    registers = {name: _read(events / f"{name}.parquet", columns.split()) for name, columns in READ.items()}
    homes = pd.Index(registers["addresses"]["address_id"].unique()).sort_values()
    for name, table in registers.items():
        if "address_id" in table:
            registers[name] = table.assign(home=homes.get_indexer(pd.Index(table["address_id"]))).drop(columns="address_id")
    return registers, homes


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    table = pq.read_table(path, columns=columns + ALWAYS)
    for number, field in enumerate(table.schema):
        if field.name == "address_id":
            table = table.set_column(number, field.name, table[field.name].cast(pa.int64()))
        elif pa.types.is_string(field.type):
            table = table.set_column(number, field.name, table[field.name].dictionary_encode())
        elif pa.types.is_decimal(field.type):
            table = table.set_column(number, field.name, table[field.name].cast(pa.float64()))
    return pd.DataFrame(table.to_pandas(date_as_object=False))


def ratio(a: Any, b: Any) -> Numbers:
    """Divide; missing where the divisor is 0."""
    return np.asarray(a / np.where(b == 0, np.nan, b), dtype=float)
