"""The hundred columns with pandas and NumPy, as a careful data scientist writes them: the second peer.

Only the columns that are used are read, once. Addresses, keys and codes become whole numbers while reading, so a count per address is one
`numpy.bincount`. One day is computed at a time and written before the next. No row is looked at by itself.

An event file is sorted by address and then by ``ordinal`` (features/ingestion.py), so the newest of some rows is their last.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.benchmarks.hundred import twin_groups as groups
from experiments.benchmarks.hundred.names import NAMES
from experiments.benchmarks.hundred.twin_events import Columns, Day, ratio, read


def twin(events: Path, frame: pd.DataFrame, target: Path) -> None:
    """Write the hundred columns of each row of the frame.

    Parameters
    ----------
    events : Path
        Folder with the event files.
    frame : pandas.DataFrame
        ``address_id`` (str) and ``as_of`` (date), sorted by ``as_of`` and ``address_id``.
    target : Path
        Parquet file to write, in the order of the frame.
    """
    registers, homes = read(events)
    writer = None
    for as_of, rows in frame.groupby("as_of", sort=True):
        columns = one_day(Day(registers, pd.Timestamp(str(as_of)), len(homes)))
        places = homes.get_indexer(pd.Index(rows["address_id"].astype("int64")))
        values = pd.DataFrame({n: columns[n] for n in ("building_id", "neighbourhood", *NAMES)}, copy=False).take(places)
        table = pa.Table.from_pandas(pd.concat([rows.reset_index(drop=True), values.reset_index(drop=True)], axis="columns"), preserve_index=False)
        writer = writer or pq.ParquetWriter(target, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def one_day(day: Day) -> Columns:
    """Give every column of one day, one value per address."""
    columns = {
        **_objects(day), **_occupancy(day), **_business(day), **_inspections(day), **_reports(day), **_signals(day), **_register(day),
        **_permits(day), **_ownership(day), **_vacancy_and_water(day),
    }  # fmt: skip
    columns |= _combined(columns)
    columns |= groups.links(day, columns)
    return columns | groups.among(columns)


def _objects(day: Day) -> Columns:
    events = day.seen("addresses")
    newest = events.drop_duplicates("home", keep="last").set_index("home").reindex(range(day.homes))
    standing = events[day.standing(events)]
    found: Columns = {name: newest[name] for name in ("building_id", "neighbourhood", "postcode", "object_type", "use")}
    found |= {"built_year": newest["built_year"].to_numpy(float), "floor_area_m2": newest["floor_area_m2"].to_numpy(float)}
    found |= {f"used_for_{use}": day.count(events, events["use"] == use) for use in ("hospitality", "industry")}
    energy = day.seen("energy").drop_duplicates("postcode", keep="last").set_index("postcode")
    codes = newest["postcode"].astype(object)
    found |= {"kwh": codes.map(energy["average_kwh"]).to_numpy(float), "gas": codes.map(energy["average_gas_m3"]).to_numpy(float)}
    return found | {"standing": day.count(standing)}


def _occupancy(day: Day) -> Columns:
    e = day.seen("registrations")
    ended, here, age = day.told(e, "ended_on", "ended_known_on"), day.standing(e), e["age"]
    gone, stay, present = ended.notna(), (ended - e["happened_on"]).dt.days, e[here]
    return {
        "residents_now": day.fill(present.groupby("home")["residents"].sum(min_count=1)),
        "households_now": day.count(present),
        "registrations_investigated": day.count(present, present["under_investigation"].eq(True)),
        "recent": day.count(e, here & (age <= 365)),
        "longest_stay_days": day.fill(present.groupby("home")["age"].max()),
        "days_since_registration": day.newest(e),
        "registrations_1y": day.count(e, age <= 365),
        "registrations_3y": day.count(e, age <= 1095),
        "registrations_change_1y": day.count(e, age <= 365) - day.count(e, (age > 365) & (age <= 730)),
        "registrations_gone_1y": day.count(e, (age <= 365) & gone),
        "ended_registrations_2y": day.count(e, (age <= 730) & gone),
        "ended_5y": day.count(e, (age <= 1825) & gone),
        "short_5y": day.count(e, (age <= 1825) & (stay <= 365)),
        "short_stays_3y": day.count(e, (age <= 1095) & (stay <= 182)),
        "distinct_households_3y": day.count(e[age <= 1095].drop_duplicates(["home", "household_key"])),
        "households_per_year_5y": day.count(e[age <= 1825].drop_duplicates(["home", "household_key"])) / 5,
    }


def _business(day: Day) -> Columns:
    e = day.seen("businesses")
    ended, here, age = day.told(e, "ended_on", "ended_known_on"), day.standing(e), e["age"]
    lasted, present, known = (ended - e["happened_on"]).dt.days, e[here], e[(age <= 1095) & e["director_key"].notna()]
    return {
        "businesses_now": day.count(present),
        "businesses_started_1y": day.count(e, age <= 365),
        "businesses_started_3y": day.count(e, age <= 1095),
        "hospitality_operators_5y": day.count(e, (age <= 1825) & (e["branch"] == "hospitality")),
        "oldest_business_days": day.fill(present.groupby("home")["age"].max()),
        "newest_business_days": day.newest(present),
        "short_lived_businesses_3y": day.count(e, (age <= 1095) & ended.notna()),
        "storage_businesses_now": day.count(present, present["branch"] == "storage"),
        "brief_businesses_5y": day.count(e, (age <= 1825) & (lasted <= 365)),
        "business_directors_3y": day.count(known.drop_duplicates(["home", "director_key"])),
        "business_starts_change_2y": day.count(e, age <= 730) - day.count(e, (age > 730) & (age <= 1460)),
        "legal_forms_now": day.count(present[present["legal_form"].notna()].drop_duplicates(["home", "legal_form"])),
        "private_companies_now": day.count(present, present["legal_form"] == "private-company"),
        "sole_traders_now": day.count(present, present["legal_form"] == "sole-trader"),
    }


def _inspections(day: Day) -> Columns:
    e = day.seen("inspections")
    course, finding = day.told(e, "course", "course_known_on"), day.told(e, "finding", "finding_known_on")
    violations, inspected = day.told(e, "violations", "finding_known_on"), course == "inspected"
    found = finding.notna() & ~finding.isin(["none", "care-signal"]) & ~(day.told(e, "standing", "standing_known_on") == "revoked")
    counted = e.assign(violations=violations)
    return {
        "days_since_inspection": day.newest(e, inspected),
        "findings_3y": day.count(e, found & (e["age"] <= 1095)),
        "findings_ever": day.count(e, found),
        "inspections_ever": day.count(e, inspected),
        "unopened_visits_3y": day.count(e, (course == "nobody-home") & (e["age"] <= 1095)),
        "violations_last": day.last(counted[inspected], "violations"),
        "violations_per_inspection": day.fill(counted.groupby("home")["violations"].mean()),
    }


def _reports(day: Day) -> Columns:
    e = day.seen("reports")
    year, category = e["age"] <= 365, e["category"]
    return {
        "days_since_report": day.newest(e),
        "reports_1y": day.count(e, year),
        "reports_3y": day.count(e, e["age"] <= 1095),
        "housing_reports_1y": day.count(e, year & category.isin(["housing", "registration"])),
        "nuisance_reports_1y": day.count(e, year & category.isin(["nuisance", "waste"])),
        "premises_reports_2y": day.count(e, (e["age"] <= 730) & (category == "premises")),
    }


def _signals(day: Day) -> Columns:
    e = day.seen("signals")
    status, age = day.told(e, "status", "judged_on"), e["age"]
    hits = day.count(e, (age <= 1095) & (status == "hit"))
    return {
        "days_since_signal": day.newest(e),
        "heaviest_signal_3y": day.fill(e[age <= 1095].groupby("home")["weight"].max()),
        "signal_hits_3y": hits,
        "signal_hit_share_3y": ratio(hits, day.count(e, (age <= 1095) & status.notna())),
        "signals_1y": day.count(e, age <= 365),
        "signals_change_1y": day.count(e, age <= 365) - day.count(e, (age > 365) & (age <= 730)),
        "unjudged_signals_1y": day.count(e, (age <= 365) & status.isna()),
    }


def _register(day: Day) -> Columns:
    e, q = day.seen("register_signals"), day.seen("address_quality_signals")
    result, recent, returned = day.told(e, "result", "result_known_on"), e["age"] <= 1095, e["kind"] == "returned-mail"
    return {
        "days_since_returned_mail": day.newest(e, returned),
        "register_confirmed_share_3y": ratio(day.count(e, recent & (result == "confirmed")), day.count(e, recent & result.notna())),
        "register_corrections_3y": day.count(e, recent & (result == "corrected")),
        "register_doubts_3y": day.count(e, recent & (e["kind"] == "correction-report")),
        "returned_mail_1y": day.count(e, (e["age"] <= 365) & returned),
        "returned_mail_3y": day.count(e, recent & returned),
        "address_quality_adjusted_5y": day.count(q, (q["age"] <= 1825) & (day.told(q, "result", "result_known_on") == "adjusted")),
        "address_quality_signals_3y": day.count(q, q["age"] <= 1095),
        "days_since_address_quality_signal": day.newest(q),
    }


def _permits(day: Day) -> Columns:
    e = day.seen("permits")
    valid = (day.told(e, "decision", "decision_known_on") == "granted") & day.standing(e, "valid_until_on", "decision_known_on")
    return {
        "hospitality_permits_now": day.count(e, valid & (e["kind"] == "hospitality")),
        "permit_applications_3y": day.count(e, e["age"] <= 1095),
        "sharing_permits_now": day.count(e, valid & e["kind"].isin(["conversion", "room-rental"])),
    }


def _ownership(day: Day) -> Columns:
    e = day.seen("ownership")
    return {
        "company_owners_now": day.count(e, day.standing(e) & (e["owner_kind"] == "company")),
        "days_since_transfer": day.newest(e),
        "transfers_5y": day.count(e, e["age"] <= 1825),
    }


def _vacancy_and_water(day: Day) -> Columns:
    vacant, e = day.seen("vacancy"), day.seen("water")
    measured = e[(e["age"] <= 730) & e["reading"].isin(["read", "self-reported"]) & e["shared_meter"].eq(False) & e["volume_m3"].notna()]
    litres = (day.last(measured, "volume_m3") * 1000).round(3)
    return {"vacancies_now": day.count(vacant, day.standing(vacant)), "water_per_day": ratio(litres, day.last(measured, "period_days"))}


def _combined(c: Columns) -> Columns:
    """Give the columns that are made of others of the same address."""
    return {
        "residents_per_area_electricity": ratio(c["residents_now"] * 1000, c["kwh"]),
        "residents_per_area_gas": ratio(c["residents_now"] * 1000, c["gas"]),
        "water_per_area_electricity": ratio(c["water_per_day"] * 1000, c["kwh"]),
        "businesses_per_100m2": ratio(c["businesses_now"] * 100, c["floor_area_m2"]),
        "sole_traders_per_household": ratio(c["sole_traders_now"], c["households_now"]),
        "floor_area_per_resident": ratio(c["floor_area_m2"], c["residents_now"]),
        "recent_household_share_1y": ratio(c["recent"], c["households_now"]),
        "short_stay_share_5y": ratio(c["short_5y"], c["ended_5y"]),
        "businesses_while_vacant": c["businesses_now"] * (c["vacancies_now"] > 0),
    }
