"""What the study of Chicago lays beside the indicators: of earlier days only, and corrected for who came then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.chicago.raw_files import PRIOR_VISITS, RawFiles

UNTIL = pd.Timestamp("2014-01-01")


def files(visits: list[tuple[str, str, str, int, str]]) -> RawFiles:
    """Day, licence, address, critical or not, inspector group."""
    table = pd.DataFrame(visits, columns=["day", "License", "Address", "critical", "group"], index=[f"v{n}" for n in range(len(visits))])
    table = table.assign(day=pd.to_datetime(table["day"]), critical=table["critical"].astype(float), serious=0.0, minor=1.0, failed=0.0)
    return RawFiles(table, pd.DataFrame(index=table.index))


HISTORY = files(
    [
        ("2012-01-10", "L1", "A1", 1, "strict"),
        ("2012-01-10", "L2", "A1", 0, "mild"),
        ("2012-06-01", "L1", "A1", 0, "strict"),
        ("2013-01-01", "L1", "A1", 0, "mild"),
        ("2012-03-01", "L3", "A2", 1, "strict"),
        ("2014-02-01", "L3", "A2", 1, "mild"),
    ]
)


def test_a_first_visit_has_no_history() -> None:
    found = HISTORY.history(UNTIL, corrected=False)
    assert found.loc["v0", "licence_visits"] == 0
    assert np.isnan(found.loc["v0", "licence_critical_mean"])
    assert np.isnan(found.loc["v4", "address_days"])


def test_visits_of_the_same_day_at_the_same_address_tell_each_other_nothing() -> None:
    found = HISTORY.history(UNTIL, corrected=False)
    assert found.loc[["v0", "v1"], "address_visits"].tolist() == [0, 0]
    assert found.loc["v2", "address_visits"] == 2
    assert found.loc["v2", "address_critical_last"] == 0.5
    assert found.loc["v2", "address_days"] == 143


def test_a_mean_is_drawn_to_nothing_found_and_a_later_visit_is_not_in_it() -> None:
    found = HISTORY.history(UNTIL, corrected=False)
    assert found.loc["v2", "licence_critical_mean"] == pytest.approx(1 / (1 + PRIOR_VISITS))
    assert found.loc["v3", "licence_critical_mean"] == pytest.approx(1 / (2 + PRIOR_VISITS))


def test_a_finding_counts_for_what_lies_beyond_what_its_group_usually_finds() -> None:
    """Strict finds two in three before 2014; mild nothing in two: the visit of 2014 does not count."""
    found = HISTORY.history(UNTIL, corrected=True)
    assert found.loc["v2", "licence_critical_beyond_last"] == pytest.approx(1 - 2 / 3)
    assert found.loc["v3", "licence_critical_beyond_last"] == pytest.approx(0 - 2 / 3)
    assert found.loc["v5", "licence_critical_beyond_mean"] == pytest.approx((1 - 2 / 3) / (1 + PRIOR_VISITS))


def test_who_comes_to_a_visit_changes_nothing_of_its_own_history() -> None:
    other = HISTORY.visits.assign(group=["strict", "mild", "strict", "mild", "strict", "strict"])
    one, two = (RawFiles(visits, HISTORY.plain).history(UNTIL, corrected=True) for visits in (HISTORY.visits, other))
    pd.testing.assert_series_equal(one.loc["v5"], two.loc["v5"])
