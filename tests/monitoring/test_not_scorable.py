"""An address unlike any inspected one gets no answer: the monitor counts it, and has it in no figure about scores."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import schouw
from features.manifest import StaleRecord
from features.matrix_file import Matrix
from monitoring import page
from monitoring.evidence import cohort_of, gather
from monitoring.run import PAGES, monitor
from tests.monitoring import riverside
from tests.monitoring.test_run import rebuilt, since

FAR = dict.fromkeys(riverside.RISKS, 1000000000.0)
"""Beyond every inspected address in every indicator; a tree goes on with its outermost value, so they would score highest."""
UNLIKE = 300


@pytest.fixture
def report(place):
    frame = riverside.cohort().assign(**{name: lambda f, n=name: f[n].clip(*f[n].quantile([0.01, 0.99])) for name in riverside.RISKS})
    far = frame["address_id"] < f"H{UNLIKE:06d}"
    place.keep(frame.assign(**{name: frame[name].mask(far, value) for name, value in FAR.items()}), riverside.AS_OF.isoformat())
    own = since(30).assign(address_id=[f"L{n}" for n in range(80)], reports_1y=0.0, moves_2y=0.0, floor_area=90.0, owner_age_days=1000.0)
    strange = since(30, rows=30).assign(address_id=[f"S{n}" for n in range(30)], trigger="random", **FAR)
    rebuilt(place, own, strange)
    return monitor(place.settings, "trial", today=riverside.TODAY).report


def test_an_address_unlike_any_is_in_no_rate_and_is_counted(report):
    assert (report.subject.cohort_rows, report.subject.not_scorable_rows) == (3000, UNLIKE)
    for fairness in (report.findings.fairness, report.findings.fairness_wide):
        selected = next(measure for measure in fairness.measures if measure.name == "selection_rate")
        assert (selected.total.rows, selected.total.hits) == (3000 - UNLIKE, fairness.visits)
    score = report.findings.training.columns[0]
    assert (score.name, score.current.missing_share) == ("score", pytest.approx(UNLIKE / 3000))


def test_an_outcome_at_such_an_address_says_nothing_of_the_scores_and_is_counted(report):
    found, fairness = report.findings.performance, report.findings.fairness
    assert (found.rows, found.not_scorable, sum(found.by_trigger.values())) == (80, 30, 80)
    drawn = riverside.inspections()["trigger"].eq("random").sum() + since(30)["trigger"].eq("random").sum()
    assert fairness.random_rows == drawn


@pytest.mark.parametrize(("code", "said"), [("en", "unlike any inspected one: {}"), ("nl", "op geen gecontroleerd adres lijken: {}")])
def test_the_page_says_how_many(report, code, said):
    text = page.render(report, code, plots=None, other=PAGES)
    assert said.format(UNLIKE) in text
    assert ": 30." in text


def test_the_command_says_how_many(place):
    frame = riverside.cohort().assign(**FAR)
    place.keep(frame, riverside.AS_OF.isoformat())
    words = ["monitor", "trial", "--municipality", str(place.settings.folder)]
    done = CliRunner().invoke(schouw.build(), words, env={"SCHOUW_STATE": str(place.settings.state), "SCHOUW_RAW": str(place.settings.raw)})
    assert "3000 of them are unlike any inspected one" in done.output
    report = page.render(monitor(place.settings, "trial", today=riverside.TODAY).report, "en", plots=None, other=PAGES)
    assert "no address of the cohort has a score" in report


def test_what_a_stale_source_leaves_missing_makes_no_address_unlike(place):
    found, frame = gather(place.settings, "trial"), riverside.cohort().assign(reports_1y=np.nan, moves_2y=np.nan)
    silent = dict.fromkeys(("reports", "registrations"), StaleRecord(last_on=riverside.TODAY, rows=len(frame)))
    manifest = riverside.manifest(place.theme, frame, kind="scoring")
    heard, stale = (cohort_of(Matrix(frame, one), found.release) for one in (manifest, manifest.model_copy(update={"stale": silent})))
    assert heard["score"].isna().all()
    assert stale["score"].notna().mean() > 0.9
