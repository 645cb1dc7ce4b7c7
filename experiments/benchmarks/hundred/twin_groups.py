"""What the pandas twin knows of other addresses: those that share a key, and those of the same group. See `twin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from experiments.benchmarks.hundred.twin_events import Columns, Day, Numbers

MAXIMUM_LINKED = 50
"""A key that more addresses share links nothing: features/links.py."""


def links(day: Day, columns: Columns) -> Columns:
    """Give the columns about other addresses that share a household, an owner, a director or a business."""
    moves, owners, shops = (day.seen(source) for source in ("registrations", "ownership", "businesses"))
    recent = _pairs(moves[moves["age"] <= 1095], "household_key")
    owner = _pairs(owners[day.standing(owners)], "owner_key")
    present = shops[day.standing(shops)]
    one = np.ones(day.homes)
    return {
        "household_other_addresses_3y": _linked(recent, one),
        "household_other_addresses_now": _linked(_pairs(moves[day.standing(moves)], "household_key"), one),
        "household_other_findings_3y": _linked(recent, columns["findings_3y"]),
        "household_other_short_stays_3y": _linked(recent, columns["short_stays_3y"]),
        "owner_other_addresses": _linked(owner, one),
        "owner_other_findings_3y": _linked(owner, columns["findings_3y"]),
        "owner_other_reports_1y": _linked(owner, columns["reports_1y"]),
        "director_other_addresses": _linked(_pairs(present, "director_key"), one),
        "director_other_stopped_3y": _linked(_pairs(shops, "director_key"), columns["short_lived_businesses_3y"]),
        "business_other_addresses": _linked(_pairs(present, "business_key"), one),
    }


def _pairs(events: pd.DataFrame, key: str) -> tuple[Any, Any]:
    """Give each address and key that go together once, of the keys that link."""
    known = events[events[key].notna()]
    pairs = pd.DataFrame({"home": known["home"].to_numpy(), "key": known[key].cat.codes.to_numpy()}).drop_duplicates()
    sizes = np.bincount(pairs["key"])[pairs["key"]]
    shared = pairs[(sizes > 1) & (sizes <= MAXIMUM_LINKED)]
    return shared["home"].to_numpy(), shared["key"].to_numpy()


def _linked(pairs: tuple[Any, Any], values: Numbers) -> Numbers:
    """Sum per key minus self."""
    home, key = pairs
    own = values[home]
    totals = np.bincount(key, weights=own)
    return np.bincount(home, weights=totals[key] - own, minlength=len(values)).astype(float)


def among(c: Columns) -> Columns:
    """Give the columns that set an address against the others of its building, postcode or neighbourhood."""
    postcode, building, neighbourhood = (_codes(c, name) for name in ("postcode", "building_id", "neighbourhood"))
    return {
        "floor_area_vs_postcode": _against(c["floor_area_m2"], postcode),
        "registrations_vs_postcode_3y": _against(c["registrations_3y"], postcode),
        "reports_vs_postcode_3y": _against(c["reports_3y"], postcode),
        "residents_vs_postcode": _against(c["residents_now"], postcode),
        "floor_area_per_resident_vs_building": _against(c["floor_area_per_resident"], building),
        "reports_minus_building_3y": c["reports_3y"] - _mean_of_others(c["reports_3y"], building),
        "businesses_rank_postcode": _rank(c["businesses_now"], postcode),
        "reports_rank_postcode_3y": _rank(c["reports_3y"], postcode),
        "water_rank_postcode": _rank(c["water_per_day"], postcode),
        "floor_area_rank_building": _rank(c["floor_area_m2"], building),
        "residents_rank_building": _rank(c["residents_now"], building),
        "floor_area_per_resident_rank_neighbourhood": _rank(c["floor_area_per_resident"], neighbourhood),
        "registrations_rank_neighbourhood_3y": _rank(c["registrations_3y"], neighbourhood),
    }


def _codes(c: Columns, name: str) -> Any:
    """Number the groups of standing objects of one type and use; -1 where an address is in none."""
    keys = [pd.Series(c[key]).cat.codes.to_numpy() for key in (name, "object_type", "use")]
    number = (keys[0].astype(np.int64) * 100 + keys[1]) * 100 + keys[2]
    inside = (c["standing"] > 0) & np.all([k >= 0 for k in keys], axis=0)
    codes = np.full(len(number), -1)
    codes[inside] = pd.factorize(number[inside])[0]
    return codes


def _mean_of_others(values: Numbers, codes: Any) -> Numbers:
    inside, known = codes >= 0, ~np.isnan(values)
    counted, own = inside & known, np.where(known, values, 0)
    groups = codes.max(initial=-1) + 1
    total, number = np.bincount(codes[counted], own[counted], groups), np.bincount(codes[counted], minlength=groups)
    found = np.full(len(values), np.nan)
    others = number[codes[inside]] - known[inside]
    found[inside] = (total[codes[inside]] - own[inside]) / np.where(others == 0, np.nan, others)
    return found


def _against(values: Numbers, codes: Any) -> Numbers:
    mean = _mean_of_others(values, codes)
    return values / np.where(mean == 0, np.nan, mean)


def _rank(values: Numbers, codes: Any) -> Numbers:
    """Give the share of the others with a lower value, equal ones for half: the mean rank says just that."""
    counted = (codes >= 0) & ~np.isnan(values)
    ranked = pd.Series(values[counted]).groupby(codes[counted])
    others = np.bincount(codes[counted])[codes[counted]] - 1
    found = np.full(len(values), np.nan)
    found[counted] = (ranked.rank().to_numpy() - 1) / np.where(others == 0, np.nan, others)
    return found
