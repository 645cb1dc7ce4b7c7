"""How well the linkage did on three spellings, against what the files themselves know: licence numbers and coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.own import Prepared
from features.linkage import link

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6,371 km."""
TOKENS = 3


@dataclass(frozen=True)
class LinkageFigures:
    """Shares between 0 and 1.

    Attributes
    ----------
    equal, normalised, three_tokens : float
        Share of the licences of published inspections whose address text equals that of the inspection: as it stands, in capitals
        with single spaces, and in its first three words only.
    linked, right, precision : float
        Share of those licences that were linked; linked to the address of their inspection; and right among linked.
    complaints, complaints_near : int, float
        Linked complaints with coordinates, and the share of them within the declared distance of the establishment.
    """

    licences: int
    equal: float
    normalised: float
    three_tokens: float
    linked: float
    right: float
    precision: float
    complaints: int
    complaints_near: float


def check_linkage(raw: Path, study: ChicagoStudy, prepared: Prepared, *, minimum_confidence: float) -> LinkageFigures:
    """Measure the linkage on licences and complaints.

    The city joined each licence to its inspection by licence number, so the licence's own text should lead to that inspection's address.
    """
    inspections = pd.read_parquet(raw / study.files.inspections, columns=["Inspection_ID", "Address"])
    licences = pd.read_parquet(raw / study.files.licences, columns=["Inspection_ID", "ADDRESS", "ZIP_CODE"])
    pairs = licences.merge(inspections, on="Inspection_ID", how="inner", validate="one_to_one")
    pairs = pairs.assign(inspection_id=pairs["Inspection_ID"].astype("int64").astype(str))
    pairs = pairs[pairs["inspection_id"].isin(prepared.rows["inspection_id"])]
    one, other = _plain(pairs["ADDRESS"]), _plain(pairs["Address"])
    text = pairs["ADDRESS"] + (", " + pairs["ZIP_CODE"]).fillna("")
    found = link(text, prepared.known, minimum_confidence=minimum_confidence)["address_id"]
    truth = pairs["inspection_id"].map(prepared.inspected_at)
    linked, right = found.notna(), found == truth
    near = _complaints(raw, study, prepared, minimum_confidence=minimum_confidence)
    return LinkageFigures(
        licences=len(pairs),
        equal=float((pairs["ADDRESS"] == pairs["Address"]).mean()),
        normalised=float((one == other).mean()),
        three_tokens=float((_first(one) == _first(other)).mean()),
        linked=float(linked.mean()),
        right=float(right.mean()),
        precision=float(right[linked].mean()),
        complaints=len(near),
        complaints_near=float((near <= study.linkage.near_m).mean()),
    )


def _complaints(raw: Path, study: ChicagoStudy, prepared: Prepared, *, minimum_confidence: float) -> pd.Series:
    """Give the distance in metres between each linked complaint and its establishment."""
    columns = ["Street_Address", "ZIP_Code", "Latitude", "Longitude"]
    complaints = pd.read_parquet(raw / study.files.complaints, columns=columns).dropna(subset=["Latitude", "Longitude"])
    codes = complaints["ZIP_Code"].where(complaints["ZIP_Code"] > 0).astype("Int64").astype("string")
    text = complaints["Street_Address"] + (", " + codes).fillna("")
    found = link(text, prepared.known, minimum_confidence=minimum_confidence)
    placed = complaints.assign(address_id=found["address_id"]).dropna(subset=["address_id"])
    both = placed.merge(prepared.known[["address_id", "x_m", "y_m"]].dropna(), on="address_id", how="inner", validate="many_to_one")
    north = (both["Latitude"] - both["y_m"].astype("float64")) * METRES_PER_DEGREE
    east = (both["Longitude"] - both["x_m"].astype("float64")) * METRES_PER_DEGREE * np.cos(np.radians(both["Latitude"]))
    return pd.Series(np.hypot(north, east))


def _plain(text: pd.Series) -> pd.Series:
    return text.str.upper().str.replace(r"\s+", " ", regex=True).str.strip()


def _first(text: pd.Series) -> pd.Series:
    return text.str.split(" ").str[:TOKENS].str.join(" ")
