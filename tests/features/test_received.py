"""What is kept of earlier deliveries: no longer than retention allows, with what became of each text, and stale days reach every road to a row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, live, matrix
from features.errors import SettingsError, SourceError, StaleSourceError
from features.ingestion import ingest
from features.settings import load
from features.store import open_store
from features.themes import load_theme
from tests.features.test_deliveries import FIRST, SECOND, came_in, count, put, village
from tests.features.test_freshness import AS_OF, TODAY, place
from tests.hamlet import NEVER_STALE, addresses, hamlet

YEARS_LATER = date(2026, 12, 1)
OLD = """
    record_id | address_id | happened_on | known_on   | channel | category | closed_on | closed_known_on | withdrawn
    r8        | A9         | 2023-12-21  | 2023-12-22 | app     | housing  |           |                 | false
    r4        | A2         | 2023-12-20  | 2023-12-21 | app     | nuisance |           |                 | false
    r4        | A2         | 2023-12-20  | 2023-12-21 | app     | nuisance |           |                 | false
"""
NEW = OLD.replace("2023-12-2", "2026-11-2").replace("r4", "r6").replace("r8", "r7")


def received(state: Path, part: str = "") -> pd.DataFrame:
    return pd.read_parquet(state / "events" / "received" / f"reports{part}.parquet")


def test_rows_past_retention_are_not_kept_of_deliveries_either(tmp_path: Path) -> None:
    settings = village(tmp_path)
    file = settings.folder / "municipality.toml"
    file.write_text(file.read_text() + "[retention]\nreports = 1000\n")
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", OLD)
    ingest(settings, today=SECOND)
    assert sorted(received(settings.state)["record_id"]) == ["r1", "r2", "r3", "r4", "r4", "r8"]
    put(tmp_path, "reports_20261130.parquet", NEW)
    ingest(settings, today=YEARS_LATER)
    report = came_in(settings)
    assert (report.rows, report.accepted, report.past_retention, report.rejected, report.repeated) == (9, 1, 3, 3, 2)
    assert sorted(received(settings.state)["record_id"]) == ["r6", "r6", "r7"], "what repeats, and what was set aside as long ago, goes too"
    ingest(settings, today=YEARS_LATER)
    report = came_in(settings)
    assert (report.rows, report.accepted, report.past_retention, report.rejected, report.repeated) == (3, 1, 0, 1, 1)
    assert count(settings, "A2", date(2026, 12, 2)) == 1


def test_a_register_of_which_all_is_past_retention_is_not_an_empty_one(tmp_path: Path) -> None:
    settings = village(tmp_path)
    file = settings.folder / "municipality.toml"
    file.write_text(file.read_text() + "[retention]\nreports = 1000\n")
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", OLD)
    for day in (SECOND, YEARS_LATER, YEARS_LATER):
        ingest(settings, today=day)
    assert (came_in(settings).rows, came_in(settings).accepted) == (0, 0)


def test_what_became_of_each_text_stays_with_its_row(tmp_path: Path) -> None:
    settings = village(tmp_path)
    head = "record_id | address_text | happened_on | known_on | channel | category"
    texts = f"""
        {head}
        t1 | nergens te vinden 3 | 2023-10-01 | 2023-10-02 | app | housing
        t2 | ook dat is er niet 4 | 2023-10-01 | 2023-10-02 | app | housing
    """
    select = settings.folder / "registers" / "reports.sql"
    put(tmp_path, "reports.parquet", texts)
    select.write_text("SELECT record_id, NULL AS address_id, address_text, happened_on, known_on, channel, category FROM raw_reports")
    file = settings.folder / "municipality.toml"
    file.write_text(file.read_text().replace("maximum_share = 0.6", "maximum_share = 1.0"))
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings, today=FIRST)
    before = came_in(settings).linkage
    assert before is not None
    assert before.texts == 2
    put(tmp_path, "reports_20231231.parquet", texts.replace("t1 |", "t3 |").replace("t2 |", "t4 |"))
    for _ in range(2):
        ingest(settings, today=SECOND)
        after = came_in(settings).linkage
        assert after is not None
        assert sum(after.not_linked.values()) == 4, "rows of earlier deliveries count in the audit as well"
        assert sorted(pd.read_parquet(settings.state / "rejects" / "unlinked.parquet")["record_id"]) == ["t1", "t2", "t3", "t4"]
    assert "nergens" not in str(received(settings.state, "_fates").to_dict())


def test_an_age_for_what_is_no_source_is_refused(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    file = settings.folder / "municipality.toml"
    file.write_text(file.read_text().replace(f"\nreports = {NEVER_STALE}\n", "\nreprots = 14\n"))
    with pytest.raises(SettingsError, match="max_age_days names 'reprots', which is no source"):
        load(settings.folder, state=settings.state, raw=settings.raw)


def test_a_matrix_in_blocks_and_a_live_row_miss_what_a_stale_source_tells(tmp_path: Path) -> None:
    settings = place(tmp_path)
    ingest(settings)
    store = open_store(settings)
    builder = matrix.Builder(store, load_theme(settings, "trial"))
    homes = cohort.at(store, builder.theme, AS_OF)
    manifest = builder.write(homes, settings.state / "matrices" / "trial" / AS_OF.isoformat(), built_on=TODAY)
    built = builder.build(homes, built_on=TODAY)
    assert (manifest.stale, manifest.content_hash) == (built.manifest.stale, built.manifest.content_hash)
    assert list(manifest.stale) == ["reports"]
    asked = live.Live(matrix.Builder(store, builder.theme, tuple(builder.indicators)))
    found, computed = asked.find("A1", AS_OF, built_on=TODAY), asked.compute("A1", AS_OF, built_on=TODAY)
    assert found is not None
    assert computed is not None
    pd.testing.assert_frame_equal(found.indicators, computed.indicators)
    assert pd.isna(found.indicators["reports_1y"].iloc[0])
    assert found.indicators.notna().to_numpy().any()


def test_a_source_that_became_required_after_the_nightly_run_stops_a_live_row(tmp_path: Path) -> None:
    settings = place(tmp_path)
    ingest(settings)
    store = open_store(settings)
    builder = matrix.Builder(store, load_theme(settings, "trial"))
    builder.write(cohort.at(store, builder.theme, AS_OF), settings.state / "matrices" / "trial" / AS_OF.isoformat(), built_on=TODAY)
    theme = settings.folder / "themes" / "trial.toml"
    theme.write_text(theme.read_text().replace('name = "reports"', 'name = "reports"\nrequired = true'))
    asked = live.Live(matrix.Builder(store, load_theme(settings, "trial")))
    with pytest.raises(StaleSourceError, match="cannot do without 'reports'"):
        asked.find("A1", AS_OF, built_on=TODAY)


def test_a_register_that_comes_in_deliveries_is_built_anew_by_itself(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", OLD)
    ingest(settings, today=SECOND)
    assert count(settings, "A2", SECOND) == 0, "received that day"
    addresses("A1", "A2", "A9").astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    ingest(settings, today=SECOND, anew=("reports",))
    assert count(settings, "A2", SECOND) == 1, "history, known since the register knew"
    stored = pd.read_parquet(settings.state / "events" / "addresses.parquet").set_index("record_id")["known_on"]
    assert stored["A9"] == SECOND, "the addresses go on from the last build"


def test_registers_of_the_same_deliveries_are_built_anew_together(tmp_path: Path) -> None:
    settings = village(tmp_path)
    (settings.folder / "registers" / "rental_hotline.sql").write_text(
        "SELECT record_id, address_id, happened_on, known_on, 'other' AS subject, withdrawn FROM raw_reports"
    )
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})
    ingest(settings, today=FIRST)
    with pytest.raises(SourceError, match="register 'rental_hotline' comes in the same deliveries, and is not named"):
        ingest(settings, today=SECOND, anew=("reports",))
    ingest(settings, today=SECOND, anew=("reports", "rental_hotline"))
