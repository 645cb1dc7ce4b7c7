"""What came in, against what its contract and the municipality allow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from features.report import SourceReport
from features.settings import Rejects
from features.sources import all_sources
from monitoring.data_quality import assess

AS_OF = date(2024, 3, 1)
LIMIT = all_sources()["addresses"].max_age_days


def report(source: str = "addresses", **changes: object) -> SourceReport:
    fixed = {"rows": 1000, "accepted": 990, "repeated": 0, "rejected": 10, "rejects": {"use is not listed": 10}, "linked_share": None}
    dates = {"first_on": date(2020, 1, 1), "last_on": AS_OF, "last_known_on": AS_OF, "median_late_days": 1.0, "late_days_95": 9.0}
    return SourceReport.model_validate({"source": source, "content_hash": "h", **fixed, **dates, **changes})


def quality(place, *reports: SourceReport, rejects: Rejects | None = None):
    return assess(list(reports), theme=place.theme, rejects=rejects or Rejects(), as_of=AS_OF)


@pytest.mark.parametrize(("age", "stale"), [(LIMIT, False), (LIMIT + 1, True)])
def test_delivery_is_stale_one_day_after_its_contract_allows(place, age, stale):
    (found,) = quality(place, report(last_known_on=AS_OF - timedelta(days=age)))
    assert (found.age_days, found.max_age_days, found.stale) == (age, LIMIT, stale)


def test_register_without_a_row_is_stale(place):
    (found,) = quality(place, report(rows=0, accepted=0, rejected=0, rejects={}, last_known_on=None))
    assert found.stale
    assert found.reject_share == 0


def test_reject_share_is_held_against_the_limit_of_the_source(place):
    (found,) = quality(place, report(), rejects=Rejects(maximum_share=0.5, by_source={"addresses": 0.009}))
    assert (found.reject_share, found.reject_limit, found.over_limit) == (0.01, 0.009, True)
    (found,) = quality(place, report(), rejects=Rejects(maximum_share=0.01))
    assert not found.over_limit


def test_only_registers_of_the_purpose_and_of_the_audit_are_reported(place):
    found = quality(place, report(), report("water"), report("neighbourhoods"))
    assert {(q.source, q.used) for q in found} == {("addresses", True), ("neighbourhoods", False)}
