"""An older file put back for a register that is read whole is refused, and the state stays as it was."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.continuity import FEW
from features.errors import SourceError, StateError
from features.ingestion import ingest
from features.settings import Settings
from tests.features.test_deliveries import contents
from tests.hamlet import addresses, hamlet, table

MONDAY, TUESDAY = date(2024, 1, 1), date(2024, 1, 2)
HEAD = "record_id | address_id | happened_on | known_on | channel | category"
OLD = f"{HEAD}\n r1 | A1 | 2023-10-01 | 2023-10-02 | app | housing\n r2 | A1 | 2023-11-01 | 2023-11-02 | app | housing"
NEW = f"{OLD}\n r3 | A1 | 2023-12-01 | 2023-12-02 | app | housing"
LATER = "\n".join(f" r{n} | A1 | 2023-10-01 | 2023-12-03 | email | housing" for n in range(20, 20 + FEW + 1))
EARLIER = LATER.replace("2023-12-03 | email", "2023-10-02 | app")
FELL = f"register 'reports' is older than at the last build: of {FEW + 1} of its {FEW + 4} records the newest row is gone"


def put(settings: Settings, text: str, source: str = "reports") -> None:
    table(text).astype("string").to_parquet(settings.raw_folder / f"{source}.parquet", index=False)


def built(tmp_path: Path, text: str = NEW, **sources: pd.DataFrame) -> Settings:
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2"), reports=table(text), **sources)
    ingest(settings, today=MONDAY)
    return settings


def refused(settings: Settings, said: str) -> None:
    before = contents(settings)
    with pytest.raises(SourceError, match=said) as raised:
        ingest(settings, today=TUESDAY)
    assert "'schouw build --anew-register " in str(raised.value)
    assert contents(settings) == before
    with pytest.raises(SourceError, match=said):
        ingest(settings, today=TUESDAY, keep=False)


def test_an_older_file_put_back_is_refused(tmp_path: Path) -> None:
    settings = built(tmp_path)
    put(settings, OLD)
    refused(settings, "1 of the 3 records of register 'reports' that the last build stored are gone")


@pytest.mark.parametrize("kept", ["", EARLIER], ids=["a state", "with its history"])
def test_an_older_file_with_all_its_records_is_refused(tmp_path: Path, kept: str) -> None:
    settings = built(tmp_path, f"{NEW}\n{kept}\n{LATER}")
    put(settings, f"{NEW}\n{EARLIER}")
    refused(settings, FELL)


def test_a_few_records_may_be_taken_back_though_nothing_newer_is_told(tmp_path: Path) -> None:
    settings = built(tmp_path, f"{NEW}\n{EARLIER}\n{LATER}")
    kept = "\n".join(LATER.splitlines()[FEW:])
    put(settings, f"{NEW}\n{EARLIER}\n{kept}")
    ingest(settings, today=TUESDAY)


def test_an_older_list_of_protected_places_is_refused_though_one_place_alone_would_lose_its_protection(tmp_path: Path) -> None:
    head = "record_id | address_id | happened_on | known_on | kind\n A1 | A1 | 2020-01-01 | 2020-01-02 | none"
    settings = built(tmp_path, protected_places=table(f"{head}\n A1 | A1 | 2023-12-01 | 2023-12-02 | shelter"))
    put(settings, head, "protected_places")
    refused(settings, "register 'protected_places' is older than at the last build: of 1 of its 1 records the newest row is gone")


LIST = "record_id | address_id | happened_on | known_on | kind\n A1 | A1 | 2020-01-01 | 2020-01-02 | shelter"


@pytest.mark.parametrize(
    "select",
    [
        "-- as the municipality keeps it\nSELECT * FROM raw_protected_places",
        "SELECT * FROM raw_protected_places WHERE address_id <> 'A2'",
        "SELECT * REPLACE (CASE WHEN address_id = 'A2' THEN 'none' ELSE kind END AS kind) FROM raw_protected_places",
    ],
    ids=["a remark", "a condition", "another kind"],
)
def test_a_list_that_protects_less_is_refused_under_another_mapping_too(tmp_path: Path, select: str) -> None:
    settings = built(tmp_path, protected_places=table(f"{LIST}\n A2 | A2 | 2023-12-01 | 2023-12-02 | shelter"))
    (settings.folder / "registers" / "protected_places.sql").write_text(select)
    if select.startswith("--"):
        put(settings, LIST, "protected_places")
    refused(settings, "register 'protected_places' no longer protects 1 of the places that it protected at the last build")


@pytest.mark.parametrize("select", ["SELECT * FROM raw_protected_places", "SELECT * FROM raw_protected_places WHERE true"])
def test_a_newer_none_takes_a_place_off_the_list_under_any_mapping(tmp_path: Path, select: str) -> None:
    settings = built(tmp_path, protected_places=table(LIST))
    (settings.folder / "registers" / "protected_places.sql").write_text(select)
    put(settings, f"{LIST}\n A1 | A1 | 2023-12-01 | 2023-12-02 | none", "protected_places")
    ingest(settings, today=TUESDAY)


def test_a_file_from_which_a_record_is_gone_is_refused(tmp_path: Path) -> None:
    settings = built(tmp_path)
    put(settings, "\n".join(line for line in NEW.splitlines() if "r1" not in line))
    refused(settings, "1 of the 3 records of register 'reports' that the last build stored are gone")


def test_an_older_address_register_put_back_is_refused(tmp_path: Path) -> None:
    settings = built(tmp_path)
    addresses("A1").astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    refused(settings, "1 of the 2 records of register 'addresses' that the last build stored are gone")


@pytest.mark.parametrize("anew", [True, ("reports",)])
def test_built_anew_an_older_file_is_accepted(tmp_path: Path, anew: bool | tuple[str, ...]) -> None:
    settings = built(tmp_path)
    put(settings, OLD)
    assert next(r for r in ingest(settings, today=TUESDAY, anew=anew) if r.source == "reports").accepted == 2
    ingest(settings, today=TUESDAY)


def test_one_register_built_anew_leaves_what_was_received_of_the_others(tmp_path: Path) -> None:
    settings = built(tmp_path)
    put(settings, OLD)
    addresses("A1", "A2", "A3").astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    ingest(settings, today=TUESDAY, anew=("reports",))
    known = pd.read_parquet(settings.state / "events" / "addresses.parquet").set_index("record_id")["known_on"]
    assert (known["A1"], known["A3"]) == (date(2000, 1, 1), TUESDAY)


def test_a_register_that_is_not_here_cannot_be_built_anew(tmp_path: Path) -> None:
    settings = built(tmp_path)
    with pytest.raises(SourceError, match=r"there is no register 'report'\. Expected: registers of this municipality"):
        ingest(settings, today=TUESDAY, anew=("report",))


@pytest.mark.parametrize(
    "text", [NEW, f"{NEW}\n r4 | A2 | 2023-05-01 | 2023-05-02 | app | housing", NEW.replace("2023-12-02 | app", "2023-12-03 | email")]
)
def test_a_file_that_goes_on_is_accepted(tmp_path: Path, text: str) -> None:
    settings = built(tmp_path)
    put(settings, text)
    ingest(settings, today=TUESDAY)


def test_a_record_whose_row_is_set_aside_is_not_gone(tmp_path: Path) -> None:
    settings = built(tmp_path)
    put(settings, NEW.replace("2023-10-02 | app", "2023-10-02 | smoke"))
    limits = settings.rejects.model_copy(update={"maximum_share": 1.0})
    assert next(r for r in ingest(settings.model_copy(update={"rejects": limits}), today=TUESDAY) if r.source == "reports").rejected == 1


@pytest.mark.parametrize(("days", "past"), [(93, False), (92, True)])
def test_what_retention_explains_may_be_gone(tmp_path: Path, days: int, past: bool) -> None:
    """On Tuesday r1 happened 93 days ago."""
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(NEW)).model_copy(update={"retention": {"reports": days}})
    ingest(settings, today=MONDAY)
    put(settings, "\n".join(line for line in NEW.splitlines() if "r1" not in line))
    with nullcontext() if past else pytest.raises(SourceError, match="1 of the 3 records"):
        ingest(settings, today=TUESDAY)


def test_a_mapping_that_changed_gives_no_comparison(tmp_path: Path) -> None:
    settings = built(tmp_path)
    (settings.folder / "registers" / "reports.sql").write_text("SELECT * REPLACE ('x' || record_id AS record_id) FROM raw_reports")
    put(settings, OLD)
    assert next(r for r in ingest(settings, today=TUESDAY) if r.source == "reports").accepted == 2


def test_events_that_cannot_be_compared_with_are_named(tmp_path: Path) -> None:
    settings = built(tmp_path)
    (settings.state / "events" / "reports.parquet").write_bytes(b"nothing")
    with pytest.raises(StateError, match="the events of register 'reports' cannot be read"):
        ingest(settings, today=TUESDAY)
