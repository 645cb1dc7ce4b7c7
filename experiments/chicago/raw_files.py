"""What all raw files tell of a visit beside our own indicators: the licence's activities, its own history, the kind of place, the weather.

Read by the study alone. These columns are of a business or of a day, so they are no indicators of an address. Of what the published models had
besides the inspector they lack burglary and garbage complaints nearby, of which there is no raw file, and sanitation complaints nearby, which would
be a level of the area. Everything is of earlier days than the visit: two licences at one address are often visited on one day.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.chicago.declared import ChicagoStudy
from features.errors import StudyError

DAYS_OF_WEATHER = 3
"""As the published models: the mean of the warmest hour of the three days before the visit, in degrees Fahrenheit."""
KEYS = {"licence": "License", "address": "Address"}
FOUND = ("critical", "serious")
KINDS = ("Restaurant", "Grocery Store", "Bakery", "School")
RISKS = {"Risk 1 (High)": 1.0, "Risk 2 (Medium)": 2.0, "Risk 3 (Low)": 3.0}
PRIOR_VISITS = 2.0
"""A mean over past visits is drawn to 0 as if there had been two more without a finding; chosen before any score was measured."""


@dataclass(frozen=True)
class RawFiles:
    """Every visit with what it found and who came, and what does not change with the history.

    Attributes
    ----------
    visits : DataFrame
        By ``inspection_id``: day, licence, address, 0/1 for critical and serious violations, number of minor ones, failed, inspector group.
    plain : DataFrame
        By ``inspection_id``: activities and age of the licence in force, risk class and kind of place, weather before the day.
    """

    visits: pd.DataFrame
    plain: pd.DataFrame

    @property
    def group(self) -> pd.Series:
        """Inspector group by ``inspection_id``; missing where none was published."""
        return self.visits["group"]

    def history(self, until: pd.Timestamp, *, corrected: bool) -> pd.DataFrame:
        """Give by ``inspection_id`` what earlier visits found, of the licence and of the address.

        Parameters
        ----------
        until : Timestamp
            How often a group finds something is counted over the visits before this day.
        corrected : bool
            Give also what a visit found beyond what the group that came *then* usually finds: who came then was strict or mild.
        """
        visits, found = self.visits, list(FOUND)
        if corrected:
            past = visits[visits["day"] < until]
            for name in FOUND:
                usual = past.groupby("group")[name].mean()
                visits = visits.assign(**{f"{name}_beyond": visits[name] - visits["group"].map(usual).fillna(past[name].mean())})
            found += [f"{name}_beyond" for name in FOUND]
        return pd.concat([_before(visits, key, found).add_prefix(f"{name}_") for name, key in KEYS.items()], axis=1)


def read(raw: Path, study: ChicagoStudy) -> RawFiles:
    """Read the raw files.

    Raises
    ------
    StudyError
        One is not there.
    """
    files = study.files
    absent = [name for name in (files.inspections, files.licences, files.weather, files.groups) if not (raw / name).is_file()]
    if absent:
        raise StudyError(f"{', '.join(absent)} not in the raw folder", expected="all raw files", remedy="see the municipality's README.md")
    inspections = _named(pd.read_parquet(raw / files.inspections))
    groups = _named(pd.read_parquet(raw / files.groups))["inspector_group"]
    visits = pd.DataFrame(
        {
            "day": pd.to_datetime(inspections["Inspection_Date"]),
            "License": inspections["License"],
            "Address": inspections["Address"],
            "critical": (inspections["criticalCount"] > 0).astype("float64"),
            "serious": (inspections["seriousCount"] > 0).astype("float64"),
            "minor": inspections["minorCount"].astype("float64"),
            "failed": (inspections["Results"] == "Fail").astype("float64"),
            "group": groups[~groups.index.duplicated()].reindex(inspections.index),
        }
    )
    plain = _licence(_named(pd.read_parquet(raw / files.licences)), visits["day"]).assign(
        risk_class=inspections["Risk"].map(RISKS),
        **{f"kind_{kind.split()[0].lower()}": (inspections["Facility_Type"] == kind).astype("float64") for kind in KINDS},
        temperature=_weather(pd.read_parquet(raw / files.weather), visits["day"]),
    )
    return RawFiles(visits, plain)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows by ``inspection_id``, the first of each."""
    named = rows.assign(inspection_id=rows["Inspection_ID"].astype("int64").astype(str)).drop_duplicates("inspection_id")
    return named.set_index("inspection_id")


def _licence(licences: pd.DataFrame, day: pd.Series) -> pd.DataFrame:
    """Give the activities of the licence, 0/1, and its age in days."""
    known = licences.reindex(day.index)
    numbers = known.select_dtypes("number")
    flags = [str(name) for name, column in numbers.items() if set(column.dropna().unique()) == {0, 1}]
    age = (day - pd.to_datetime(known["minDate"])).dt.days.astype("float64")
    return known[flags].astype("float64").add_prefix("activity_").assign(licence_age_days=age)


def _weather(weather: pd.DataFrame, day: pd.Series) -> pd.Series:
    warmest = weather.assign(date=pd.to_datetime(weather["date"])).set_index("date")["temperatureMax"].sort_index()
    every = warmest.reindex(pd.date_range(warmest.index.min(), max(warmest.index.max(), day.max()), freq="D"))
    return day.map(every.rolling(DAYS_OF_WEATHER).mean().shift(1))


def _before(visits: pd.DataFrame, key: str, found: list[str]) -> pd.DataFrame:
    """Give what visits of earlier days with the same key found; missing where there were none."""
    counted = ["failed", "minor", *found]
    days = visits.dropna(subset=[key]).groupby([key, "day"], sort=True).agg(visits=("day", "size"), **{name: (name, "sum") for name in counted})
    earlier = days.groupby(level=0).cumsum().groupby(level=0).shift(1)
    last = days.groupby(level=0).shift(1)
    on = days.index.get_level_values("day").to_series(index=days.index)
    since = (on - on.groupby(level=0).shift(1)).dt.days
    told = pd.DataFrame({"visits": earlier["visits"].fillna(0), "days": since, "last_failed": last["failed"] / last["visits"]})
    told["last_minor"] = last["minor"] / last["visits"]
    for name in found:
        told[f"{name}_mean"] = earlier[name] / (earlier["visits"] + PRIOR_VISITS)
        told[f"{name}_last"] = last[name] / last["visits"]
    at = pd.MultiIndex.from_arrays([visits[key], visits["day"]])
    return told.astype("float64").reindex(at).set_axis(visits.index)
