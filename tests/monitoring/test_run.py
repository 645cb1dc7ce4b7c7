"""The whole monitor, from matrices and a signed release to the files on disk, without network."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features.audit import UNKNOWN
from features.errors import NotFoundError, PurposeError, StateError
from features.report import REPORT, read_report, write_report
from monitoring import page
from monitoring.evidence import gather
from monitoring.report import Overridden, Report
from monitoring.run import PAGES, _overridden, fair, look, monitor
from tests.monitoring import riverside
from training.override import Excused, Override


def since(days: int, rows: int = 80) -> pd.DataFrame:
    """Inspections of which the outcome came in from this many days after training."""
    first = riverside.TRAINED_ON + timedelta(days=days)
    later = riverside.inspections(rows, seed=9, first=first, days=1)
    return later.assign(label_known_on=pd.Timestamp(first))


def rebuilt(place, *more: pd.DataFrame) -> None:
    frame = pd.concat([riverside.inspections(), *more], ignore_index=True)
    place.keep(frame.sort_values(["as_of", "address_id"], ignore_index=True), "training")


def test_report_is_written_for_its_theme_and_day(written):
    assert written.folder.parts[-3:] == ("reports", "trial", "2024-01-02")
    assert sorted(p.name for p in written.folder.iterdir()) == ["drift-plots.html", "rapport.html", "report.html", "report.json"]


def test_json_is_the_whole_report(written):
    text = written.paths["json"].read_text(encoding="utf-8")
    assert Report.model_validate_json(text) == written.report
    assert "NaN" not in text


def test_report_says_which_release_scored_and_that_it_is_in_use(written):
    subject = written.report.subject
    assert (subject.standing, subject.trained_on) == ("champion", riverside.TRAINED_ON)
    assert (subject.cohort_rows, subject.training_rows, subject.training_rebuilt) == (3000, 2400, False)


UNTIL = riverside.TODAY + timedelta(days=9)
GIVEN = Override(
    release_hash="0" * 64, gates=(Excused(name="labels", state="not enough data"),), reason="a reason that is long enough to be <one>",
    until_on=UNTIL, person="owner", public_key="", on=riverside.TODAY, signature="",
)  # fmt: skip


@pytest.mark.parametrize(("days", "in_force"), [(-1, False), (0, True), (9, True), (10, False)])
def test_report_says_which_gates_were_overridden_and_whether_that_holds(first, days, in_force):
    found = replace(gather(first.settings, "trial").release, override=GIVEN)
    told = _overridden(found, riverside.TODAY + timedelta(days=days))
    assert (told.gates, told.reason, told.person, told.until_on, told.in_force) == (("labels",), GIVEN.reason, "owner", UNTIL, in_force)


def test_report_tells_the_override_of_its_release(written):
    told = written.report.subject.override
    assert (told.person, told.reason, told.in_force) == ("owner", riverside.REASON, True)
    assert "The release did not pass: " in written.paths["en"].read_text(encoding="utf-8")


def test_report_of_a_release_that_passed_speaks_of_no_override(first, written):
    found = replace(gather(first.settings, "trial").release, override=None)
    assert _overridden(found, riverside.TODAY) is None
    subject = written.report.subject.model_copy(update={"override": None})
    drawn = page.render(written.report.model_copy(update={"subject": subject}), "en", plots=None, other=PAGES)
    assert "did not pass" not in drawn


@pytest.mark.parametrize(
    ("code", "in_force", "sentence"),
    [
        ("en", True, "The release did not pass: labels. It is used all the same until 11 January 2024, by owner, for this reason:"),
        ("en", False, "It was allowed until 11 January 2024, by owner; that is not in force today, and the theme gives no score."),
        ("nl", True, "De vrijgave haalde niet: labels. Zij wordt toch gebruikt tot en met 11 januari 2024, door owner, met deze reden:"),
        ("nl", False, "Zij mocht tot en met 11 januari 2024 worden gebruikt, door owner; dat geldt vandaag niet, en het thema geeft geen score."),
    ],
)
def test_page_tells_an_override_and_its_reason_as_text(written, code, in_force, sentence):
    told = Overridden(gates=("labels",), reason=GIVEN.reason, person="owner", until_on=date(2024, 1, 11), in_force=in_force)
    subject = written.report.subject.model_copy(update={"override": told})
    drawn = page.render(written.report.model_copy(update={"subject": subject}), code, plots=None, other=PAGES)
    assert sentence in drawn
    assert "<q>a reason that is long enough to be &lt;one&gt;</q>" in drawn


def test_telemetry_is_off_before_evidently_is_imported(written):
    assert os.environ["DO_NOT_TRACK"] == "true"


def test_scores_and_every_indicator_are_compared_with_training(written):
    names = [c.name for c in written.report.findings.training.columns]
    assert names[0] == "score"
    assert set(names[1:]) == set(riverside.RISKS)
    assert all(c.distance is not None for c in written.report.findings.training.columns)


def test_group_that_is_reported_more_stands_out_and_is_advised_to_look_at(written):
    selection = written.report.findings.fairness_wide.measures[0]
    rates = {cell.group: cell.rate for cell in selection.cells}
    assert list(rates) == ["poor", "middle", "rich"]
    assert rates["poor"] > 1.25 * rates["rich"]
    assert "gap_wide" in [a.about for a in written.report.advice]


def test_false_rates_rest_on_random_visits_after_the_training_fold(written, first):
    found = gather(first.settings, "trial")
    ends = next(f.ends_on for f in found.release.evaluation.folds if f.name == "training")
    counted = found.inspected[(found.inspected["trigger"] == "random") & (found.inspected["as_of"] >= pd.Timestamp(ends))]
    fairness = written.report.findings.fairness
    assert fairness.random_unseen_rows == len(counted)
    assert 0 < len(counted) < fairness.random_rows
    assert sum(m.total.rows for m in fairness.measures[2:]) == len(counted)


def test_without_a_champion_the_newest_candidate_scores_and_the_report_says_so(place):
    shutil.rmtree(place.settings.state / "releases")
    found = gather(place.settings, "trial")
    assert found.standing == "candidate"
    assert found.release.approved_by is None


def test_without_any_model_monitor_says_what_to_do(place):
    for name in ("releases", "candidates"):
        shutil.rmtree(place.settings.state / name)
    with pytest.raises(NotFoundError, match="run 'schouw train trial'"):
        monitor(place.settings, "trial", today=riverside.TODAY)


def test_without_a_scoring_matrix_monitor_says_what_to_do(place):
    shutil.rmtree(place.settings.state / "matrices" / "trial" / "2024-01-02")
    with pytest.raises(StateError, match="run 'schouw build'"):
        monitor(place.settings, "trial", today=riverside.TODAY)


def test_newest_scoring_matrix_is_reported(place):
    day = riverside.AS_OF + timedelta(days=1)
    place.keep(riverside.cohort(500, as_of=day), day.isoformat())
    assert gather(place.settings, "trial").as_of == day


@pytest.mark.parametrize(("days", "compared"), [(27, False), (28, True)])
def test_earlier_cohort_is_one_of_at_least_four_weeks_before(place, days, compared):
    day = riverside.AS_OF - timedelta(days=days)
    place.keep(riverside.cohort(2000, seed=5, as_of=day), day.isoformat())
    found = gather(place.settings, "trial")
    assert (found.earlier is not None) is compared


def test_what_moved_since_the_earlier_cohort_is_named(place):
    day = riverside.AS_OF - timedelta(days=40)
    then = riverside.cohort(2000, seed=5, as_of=day)
    place.keep(then.assign(floor_area=then["floor_area"] + 15), day.isoformat())
    findings, _ = look(gather(place.settings, "trial"), progress=lambda _: None)
    assert [c.name for c in findings.earlier.columns if c.drifted and c.name != "score"] == ["floor_area"]


def test_outcome_that_came_in_since_training_is_counted_and_not_called_learned_from(place):
    rebuilt(place, since(0), since(30).assign(address_id=[f"L{n}" for n in range(80)]))
    found = gather(place.settings, "trial")
    assert (len(found.learned), len(found.since)) == (2400, 160)
    assert set(found.learned["inspection_id"]) == set(riverside.inspections()["inspection_id"])


def test_matrix_that_was_not_built_again_holds_no_outcome_since_training(place):
    assert len(gather(place.settings, "trial").since) == 0


def test_neighbourhood_without_statistics_is_a_group_of_its_own(place):
    frame = riverside.cohort().assign(neighbourhood=lambda f: np.where(f["address_id"] < "H000500", "N9", f["neighbourhood"]))
    place.keep(frame, riverside.AS_OF.isoformat())
    assert gather(place.settings, "trial").cohort["group"].value_counts()[UNKNOWN] == 500


def test_municipality_without_audit_data_gets_a_report_that_says_so(place, tmp_path):
    events = place.settings.state / "events"
    (events / "neighbourhoods.parquet").unlink()
    write_report(events / REPORT, [r for r in read_report(events / REPORT) if r.source != "neighbourhoods"])
    found = gather(place.settings, "trial")
    assert {m.not_computable for m in fair(found, visits=100).measures} == {"no-audit-data"}


def test_disabled_theme_is_not_monitored(place, tmp_path):
    shutil.copytree(place.settings.folder, tmp_path / "home")
    theme = tmp_path / "home" / "themes" / "trial.toml"
    theme.write_text(theme.read_text().replace("enabled = true", 'enabled = false\ndisabled_because = "a test"'))
    with pytest.raises(PurposeError, match="a test"):
        monitor(place.settings.model_copy(update={"folder": tmp_path / "home"}), "trial", today=riverside.TODAY)


def test_command_prints_the_report_as_json_with_its_files(place, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(place.settings.state))
    done = CliRunner().invoke(schouw.build(), ["monitor", "trial", "--municipality", str(place.settings.folder), "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert set(printed["files"]) == {"json", "en", "nl"}
    assert printed["subject"]["theme"] == "trial"
    assert printed["advice"]


def test_command_prints_the_advice_and_that_the_data_is_synthetic(place, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(place.settings.state))
    done = CliRunner().invoke(schouw.build(), ["monitor", "trial", "--municipality", str(place.settings.folder)])
    assert done.exit_code == 0, done.output
    assert "Synthetic data: this proves the machine, not the world." in done.output
    assert "report.html" in done.output
    assert "look at" in done.output
