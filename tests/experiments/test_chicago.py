"""Chicago through our own pipeline: registers, linkage, the honest model, and the page that the run writes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import schouw
from experiments.chicago import looked_page
from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.looked import ADDRESS, EVEN, GROUP_ALONE, WITH
from experiments.chicago.page import COMMAND, interval, page, verdict
from experiments.chicago.run import ALONE, OURS, OURS_WITH, PUBLISHED_2014, TEN, ChicagoResult, run
from experiments.kinds import REPO
from experiments.study import declared_as
from features.errors import SettingsError, StudyError
from features.settings import load
from features.themes import load_theme
from training.bootstrap import Estimate

HOME = REPO / "municipalities" / "chicago"
REPLICATES = 100
EXTRACTS = {
    "inspections": "inspections",
    "violations": "violations",
    "licences": "licences",
    "complaints": "sanitation_complaints",
}


@pytest.fixture(scope="module")
def raw(shared: Path) -> Path:
    return shared / "chicago"


@pytest.fixture(scope="module")
def study() -> ChicagoStudy:
    return declared_as("chicago", ChicagoStudy).model_copy(update={"replicates": REPLICATES})


@pytest.fixture(scope="module")
def result(raw: Path, study: ChicagoStudy) -> ChicagoResult:
    return run(load(HOME, raw=raw), study, progress=lambda _: None)


def register(name: str, raw: Path, **changed: pd.DataFrame) -> pd.DataFrame:
    """What a register gives, with some extracts changed."""
    connection = duckdb.connect()
    for extract, file in EXTRACTS.items():
        if extract in changed:
            connection.register(f"raw_{extract}", changed[extract])
        else:
            connection.execute(f"CREATE VIEW raw_{extract} AS FROM '{raw / file}.parquet'")
    return connection.execute((HOME / "registers" / f"{name}.sql").read_text()).df()


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    columns = sorted(one.columns)
    return one[columns].sort_values(columns, ignore_index=True).equals(other[columns].sort_values(columns, ignore_index=True))


@pytest.mark.slow
def test_every_published_test_row_has_a_row_of_ours(result: ChicagoResult) -> None:
    assert (result.rows, result.positives) == (1_637, 258)
    assert result.prepared.lost < 20
    assert len(result.prepared.rows) + result.prepared.lost == 18_712


@pytest.mark.slow
def test_the_inspector_is_nowhere_but_in_the_second_model(result: ChicagoResult) -> None:
    words = re.compile("inspector|team")
    assert [n for n in result.own.columns if words.search(n)] == []
    assert [n for n in result.prepared.manifest.names if words.search(n)] == []
    assert len([n for n in result.own_with.columns if n.startswith("inspector_group_")]) == 6
    assert "team" not in (HOME / "registers" / "inspections.sql").read_text()


@pytest.mark.slow
def test_without_the_inspector_our_model_orders_like_the_ten_features(result: ChicagoResult) -> None:
    honest = result.measured[OURS]["auc"]
    assert honest.low is not None
    assert honest.low > 0.5
    difference = result.differences[OURS, TEN]
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low < 0.01
    assert difference.high > -0.01


@pytest.mark.slow
def test_what_the_inspector_adds_is_more_than_noise(result: ChicagoResult) -> None:
    added = result.differences[OURS, OURS_WITH]
    assert added.high is not None
    assert added.high < -0.05
    assert result.measured[OURS_WITH]["auc"].value == pytest.approx(0.68, abs=0.02)
    assert result.measured[PUBLISHED_2014]["auc"].value == pytest.approx(0.6717, abs=0.0001)
    assert result.published_aucs[ALONE] == pytest.approx(0.662, abs=0.0005)


@pytest.mark.slow
def test_every_figure_carries_an_interval_around_it(result: ChicagoResult) -> None:
    estimates = [e for found in result.measured.values() for m, e in found.items() if m in ("auc", "precision_at_capacity")]
    estimates += [o.first_half for o in result.orders.values()] + [result.orders[OURS].days_earlier]
    assert len(estimates) == 3 * len(result.measured) + 1
    assert all(e.low is not None and e.high is not None and e.low <= (e.value or 0) <= e.high for e in estimates)


@pytest.mark.slow
def test_who_looked_is_measured_over_rolling_folds_of_all_three_years(result: ChicagoResult) -> None:
    looked = result.looked
    assert len(looked.periods) == 5
    assert all(earlier.ends_on <= later.first_on for earlier, later in pairwise(looked.periods))
    assert looked.periods[-1].last_on.year == 2014
    assert looked.rolling.rows == sum(period.rows for period in looked.periods)
    for order in (*looked.rolling.orders.values(), *looked.published.orders.values()):
        estimates = (order.auc, order.within, order.precision, order.timing.days_earlier, order.timing.first_half)
        assert all(e.low is not None and e.high is not None and e.low <= (e.value or 0) <= e.high for e in estimates)


@pytest.mark.slow
def test_every_period_has_a_figure_of_its_own_for_each_order_that_is_drawn(result: ChicagoResult, study: ChicagoStudy) -> None:
    looked, weights = result.looked, [period.rows for period in result.looked.periods]
    assert len(looked.by_period) == len(weights)
    for name in looked_page.DRAWN:
        alone, together = [each[name] for each in looked.by_period], looked.rolling.orders[name].auc
        assert all(e.low is not None and e.high is not None and e.low < (e.value or 0) < e.high for e in alone)
        assert len({e.value for e in alone}) == len(alone)
        assert np.average([e.value for e in alone], weights=weights) == pytest.approx(together.value, abs=0.02)
        assert " | ".join(map(interval, alone)) in page(result, study)
    assert b"without: 0.582" in looked_page.picture(looked, study.published)


@pytest.mark.slow
def test_knowing_the_group_is_worth_nothing_among_visits_of_one_group(result: ChicagoResult) -> None:
    orders = result.looked.rolling.orders
    assert (orders[GROUP_ALONE].auc.value or 0) > 0.6
    assert orders[GROUP_ALONE].within.value == pytest.approx(0.5)
    for columns in (ADDRESS, EVEN):
        known, mixed = (orders[f"{columns}, {way}"] for way in (WITH, "mixed"))
        assert (known.auc.value or 0) - (mixed.auc.value or 0) > 0.05
        assert abs((known.within.value or 0) - (mixed.within.value or 0)) < 0.05


@pytest.mark.slow
def test_what_is_measured_on_the_published_test_rows_was_chosen_without_them(result: ChicagoResult, study: ChicagoStudy) -> None:
    looked = result.looked
    assert looked.chosen.mean == max(one.mean for one in looked.compared)
    assert all(len(one.aucs) == len(study.looked.compare_from) - 1 for one in looked.compared)
    assert next(iter(looked.published.orders)) == f"{looked.chosen.columns}, {looked.chosen.way}"
    assert looked.published.rows == result.rows
    assert looked.published.orders[PUBLISHED_2014].auc.value == pytest.approx(result.measured[PUBLISHED_2014]["auc"].value)


@pytest.mark.slow
def test_addresses_are_linked_and_lead_to_the_right_place(result: ChicagoResult) -> None:
    shares = {r.source: r.linked_share for r in result.prepared.reports}
    assert shares["addresses"] is None
    assert (shares["inspections"] or 0) > 0.999
    assert (shares["businesses"] or 0) > 0.975
    assert 0.03 < (shares["reports"] or 0) < 0.05
    assert result.linkage.equal == 0
    assert result.linkage.normalised < result.linkage.three_tokens < result.linkage.linked
    assert result.linkage.precision > 0.99
    assert result.linkage.complaints_near > 0.99


@pytest.mark.slow
def test_a_visit_sees_only_earlier_visits(result: ChicagoResult, raw: Path) -> None:
    rows = result.prepared.rows[["address_id", "as_of", "inspections_ever"]]
    visited = result.prepared.inspected_at.rename("address_id").reset_index()
    everything = pd.read_parquet(raw / "inspections.parquet", columns=["Inspection_ID", "Inspection_Date"])
    visited = visited.merge(everything.assign(inspection_id=everything["Inspection_ID"].astype(str)), on="inspection_id", validate="one_to_one")
    pairs = rows.reset_index().merge(visited[["address_id", "Inspection_Date"]], on="address_id")
    counted = pairs[pairs["Inspection_Date"] < pairs["as_of"]].groupby("index").size().reindex(rows.index, fill_value=0)
    assert (counted == rows["inspections_ever"]).all()


@pytest.mark.slow
def test_the_page_holds_its_command_and_every_figure(result: ChicagoResult, study: ChicagoStudy) -> None:
    text = page(result, study)
    assert text == page(result, study)
    assert f"Written by `{COMMAND}`" in text
    for found in result.measured.values():
        assert interval(found["precision_at_capacity"]) in text
    for figure in ("0.6717", "0.6790", "7.446", "7.787", "0.5465", "0.6822", "0.582", "0.662"):
        assert figure in text
    assert "{{" not in text
    assert "None" not in text


@pytest.mark.slow
def test_the_page_in_the_docs_was_written_by_such_a_run(result: ChicagoResult, study: ChicagoStudy) -> None:
    kept, now = ((REPO / "docs" / "chicago.md").read_text(encoding="utf-8"), page(result, study))
    for heading in ("## The published figures, from the stored scores", "## Addresses linked", "## The clock"):
        assert section(kept, heading) == section(now, heading)
    assert re.sub(r"[-+]?\d[\d.,]*", "#", section(kept, "## Our own pipeline")).count("#") > 50


def section(text: str, heading: str) -> str:
    return text.split(heading)[1].split("\n## ")[0]


def test_what_is_known_only_later_changes_no_licence(raw: Path) -> None:
    licences = pd.read_parquet(raw / "licences.parquet")
    later = licences.assign(
        maxDate=licences["maxDate"] + pd.Timedelta(days=500),
        LICENSE_TERM_EXPIRATION_DATE=licences["LICENSE_TERM_EXPIRATION_DATE"] + pd.Timedelta(days=500),
        LICENSE_STATUS="REV",
    )
    assert same(register("businesses", raw), register("businesses", raw, licences=later))
    assert not same(register("businesses", raw), register("businesses", raw, licences=licences.assign(tobacco=1.0)))


def test_a_complaint_is_completed_and_found_to_repeat_another_only_on_its_own_day(raw: Path) -> None:
    rows = register("reports", raw)
    assert (rows.loc[~rows["withdrawn"], "known_on"] == rows.loc[~rows["withdrawn"], "happened_on"]).all()
    closed = rows[rows["closed_on"].notna()]
    assert (closed["closed_known_on"] == closed["closed_on"]).all()
    assert rows.groupby("record_id")["withdrawn"].agg(lambda w: len(w) - w.sum()).eq(1).all()
    withdrawn = rows[rows["withdrawn"]]
    assert len(withdrawn) > 2_000
    assert (withdrawn["known_on"] == withdrawn["closed_on"]).all()
    assert rows.loc[~rows["withdrawn"] & rows["record_id"].isin(withdrawn["record_id"]), "closed_on"].isna().all()


def test_no_finding_decides_what_an_address_is(raw: Path) -> None:
    inspections = pd.read_parquet(raw / "inspections.parquet")
    other = inspections.assign(criticalCount=9, seriousCount=9, minorCount=9, Results="Fail")
    assert same(register("addresses", raw), register("addresses", raw, inspections=other))


def test_a_finding_is_a_critical_violation_another_one_or_none(raw: Path) -> None:
    rows = register("inspections", raw)
    truth = pd.read_parquet(raw / "inspections.parquet")
    assert ((rows["severe_violations"] > 0) == (rows["finding"] == "critical-violation")).all()
    assert ((rows["violations"] == 0) == (rows["finding"] == "none")).all()
    counted = rows.set_index("inspection_id")["severe_violations"].loc[truth["Inspection_ID"].astype(str)].to_numpy()
    assert ((counted > 0) == (truth["criticalCount"] > 0)).all()
    # In four inspections the city's own count is one higher than its list of codes.
    assert (truth["criticalCount"] - counted).value_counts().to_dict() == {0: 27_596, 1: 4}


def test_address_ids_are_stable_and_in_their_form(raw: Path) -> None:
    settings = load(HOME, raw=raw)
    ids = register("addresses", raw)["address_id"]
    assert ids.is_unique
    assert ids.str.fullmatch(settings.address_id_pattern).all()
    shuffled = pd.read_parquet(raw / "inspections.parquet").sample(frac=1, random_state=1)
    assert set(ids) == set(register("addresses", raw, inspections=shuffled)["address_id"])


def test_the_theme_allows_four_registers_and_every_use(raw: Path) -> None:
    theme = load_theme(load(HOME, raw=raw), "food-safety")
    assert theme.source_names == {"addresses", "businesses", "reports", "inspections"}
    assert sorted(p.stem for p in (HOME / "registers").glob("*.sql")) == sorted(theme.source_names)
    assert set(register("addresses", raw)["use"]) <= set(theme.cohort.uses)


def test_there_is_no_raw_folder_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOUW_RAW", raising=False)
    with pytest.raises(SettingsError, match="municipality 'chicago' has no folder for its raw extracts"):
        _ = load(HOME).raw_folder


def test_the_packages_under_the_study_know_nothing_of_this_city() -> None:
    words = re.compile(r"chicago|inspector_group|Inspector_Assigned|canvass|licen[cs]e_term", re.IGNORECASE)
    files = [
        p for package in ("features", "training", "serving") for p in (REPO / package).rglob("*") if p.suffix not in (".pyc", "") and p.is_file()
    ]
    assert len(files) > 40
    assert [str(p.relative_to(REPO)) for p in files if words.search(p.read_text(encoding="utf-8", errors="ignore"))] == []


@pytest.mark.parametrize(("arguments", "code"), [(["study", "boston"], StudyError.exit_code), (["study", "chicago"], SettingsError.exit_code)])
def test_the_command_says_what_it_lacks(arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SCHOUW_RAW", raising=False)
    with pytest.raises(SystemExit) as leaving:
        schouw.main(arguments)
    assert leaving.value.code == code
    assert capsys.readouterr().err.lstrip().startswith("schouw: ")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(value=0.02, low=0.01, high=0.03), "ours orders better"),
        (Estimate(value=-0.02, low=-0.03, high=-0.01), "ours orders worse"),
        (Estimate(value=0.0, low=-0.03, high=0.01), "the two cannot be told apart"),
        (Estimate(value=0.0, low=None, high=None), "too few rows for an interval"),
    ],
)
def test_the_verdict_follows_the_interval(estimate: Estimate, words: str) -> None:
    assert verdict(estimate) == words
