"""Who was visited lately is left off a list, also where the visit came long after it was decided on (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from features import cohort
from features.themes import load_theme
from tests.hamlet import addresses, settle, table

AS_OF = date(2024, 1, 1)


def test_a_visit_that_came_long_after_its_decision_is_a_recent_one(tmp_path: Path) -> None:
    inspections = table("""
        record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on | visited_on
        i1        | A1         | 2022-12-01  | 2022-12-01 | i1            | c1      | trial | report  | inspected | 2023-12-29      | 2023-12-28
        i2        | A2         | 2022-12-01  | 2022-12-01 | i2            | c2      | trial | report  | inspected | 2024-01-01      | 2023-12-28
        i3        | A3         | 2022-12-01  | 2022-12-01 | i3            | c3      | trial | report  | inspected | 2022-12-29      | 2022-12-28
    """)
    store = settle(tmp_path, addresses=addresses("A1", "A2", "A3"), inspections=inspections)
    theme = load_theme(store.settings, "trial")
    assert cohort.at(store, theme, AS_OF).frame["address_id"].tolist() == ["A2", "A3"], "that A2 was visited is not known before the day"
