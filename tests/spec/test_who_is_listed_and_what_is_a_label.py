"""Who may be listed (DESIGN rule 12), what is a label (DESIGN 3) and what a purpose allows (DESIGN rule 3), in tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix, outcomes
from features.cohort_rules import Exclusions
from features.errors import CohortError, NotFoundError, PurposeError, SettingsError, SourceError
from features.store import Store
from features.themes import AllowedSource, Theme, load_theme, load_themes
from tests.hamlet import addresses, hamlet, settle, table

AS_OF = date(2024, 1, 1)
INSPECTIONS = """
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | team | course     | course_known_on | finding   | finding_known_on | standing | standing_known_on
    ----------+------------+-------------+------------+---------------+---------+-------+---------+------+------------+-----------------+-----------+------------------+----------+------------------
    i1        | A1         | 2023-03-01  | 2023-03-01 | i1            | c1      | trial | report  | t1   | inspected  | 2023-03-08      | confirmed | 2023-03-10       |          |
    i2        | A2         | 2023-03-01  | 2023-03-01 | i2            | c2      | trial | random  | t1   | inspected  | 2023-03-08      | none      | 2023-03-10       |          |
    i3        | A3         | 2023-03-01  | 2023-03-01 | i3            | c3      | trial | report  | t1   | nobody-home| 2023-03-08      |           |                  |          |
    i4        | A3         | 2023-04-01  | 2023-04-01 | i4            | c3      | trial | report  | t1   | inspected  | 2023-04-08      | confirmed | 2023-04-10       |          |
    i5        | A4         | 2023-03-01  | 2023-03-01 | i5            | c5      | other | report  | t1   | inspected  | 2023-03-08      | confirmed | 2023-03-10       |          |
    i6        | A4         | 2023-11-01  | 2023-11-01 | i6            | c6      | trial | report  | t1   | inspected  | 2023-11-08      | confirmed | 2024-01-01       |          |
    i7        | A5         | 2023-03-01  | 2023-03-01 | i7            | c7      | trial | report  | t1   | inspected  | 2023-03-08      | confirmed | 2023-03-10       | revoked  | 2023-12-31
    i8        | A6         | 2023-03-01  | 2023-03-01 | i8            | c8      | trial | report  | t1   | inspected  | 2023-03-08      | confirmed | 2023-03-10       | revoked  | 2024-01-01
    i9        | A1         | 2023-05-01  | 2023-05-01 | i9            | c9      | trial | report  | t1   | entry-refused | 2023-05-08   |           |                  |          |
    j1        | A2         | 2023-05-01  | 2023-05-01 | j1            | d1      | trial | report  | t1   | desk-only  | 2023-05-08      | none      | 2023-05-10       |          |
    j2        | A5         | 2023-05-01  | 2023-05-01 | j2            | d2      | trial | list    | t1   | inspected  | 2023-05-08      | care-signal | 2023-05-10     |          |
    j3        | A6         | 2023-01-01  | 2023-01-01 | j3            | d3      | trial | list    | t1   | inspected  | 2023-01-08      | confirmed | 2023-06-10       |          |
"""


def ready(folder: Path, **sources: pd.DataFrame) -> tuple[Store, Theme]:
    store = settle(folder, **sources)
    return store, load_theme(store.settings, "trial")


@pytest.fixture
def labels(tmp_path: Path) -> outcomes.Labels:
    homes = addresses("A1", "A2", "A3", "A4", "A5", "A6")
    store, theme = ready(tmp_path, addresses=homes, inspections=table(INSPECTIONS))
    return outcomes.labelled(store, theme, AS_OF)


def test_a_row_is_the_first_inspection_of_a_case_on_the_day_it_was_decided(labels: outcomes.Labels) -> None:
    found = labels.frame.set_index("case_id")
    assert found.loc["c1", "label"] == 1
    assert found.loc["c1", "as_of"] == date(2023, 3, 1)
    assert found.loc["c2", "label"] == 0
    assert found.loc["d2", "label"] == 0, "a care signal does not confirm the theme"


def test_what_is_no_label_is_left_out_and_counted_never_zero(labels: outcomes.Labels) -> None:
    assert sorted(labels.frame["case_id"]) == ["c1", "c2", "c7", "c8", "d2", "d3"]
    assert labels.left_out == {
        "this theme not examined": 1,
        "first visit of the case examined another theme": 0,
        "later visit of the same case": 1,
        "desk-only": 1,
        "entry-refused": 1,
        "nobody-home": 1,
        "outcome not yet known": 1,
    }


CASES = """
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on | finding   | finding_known_on
    ----------+------------+-------------+------------+---------------+---------+-------+---------+-----------+-----------------+-----------+-----------------
    a1        | A1         | 2023-03-01  | 2023-03-01 | v1            | both    | other | report  | inspected | 2023-03-08      | none      | 2023-03-08
    a2        | A1         | 2023-03-01  | 2023-03-01 | v1            | both    | trial | report  | inspected | 2023-03-08      | confirmed | 2023-03-08
    a3        | A1         | 2023-04-01  | 2023-04-01 | v2            | both    | trial | report  | inspected | 2023-04-08      | none      | 2023-04-08
    b1        | A2         | 2023-03-01  | 2023-03-01 | v3            | later   | other | report  | inspected | 2023-03-08      | none      | 2023-03-08
    b2        | A2         | 2023-03-02  | 2023-03-02 | v4            | later   | trial | report  | inspected | 2023-03-08      | confirmed | 2023-03-08
    b3        | A2         | 2023-05-01  | 2023-05-01 | v5            | later   | trial | report  | inspected | 2023-05-08      | confirmed | 2023-05-08
    c1        | A3         | 2023-03-01  | 2023-03-01 | v6            | never   | other | report  | inspected | 2023-03-08      | none      | 2023-03-08
"""


def test_a_case_is_labelled_by_its_own_first_inspection_or_not_at_all(tmp_path: Path) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1", "A2", "A3"), inspections=table(CASES))
    found = outcomes.labelled(store, theme, AS_OF)
    assert found.frame[["case_id", "inspection_id", "label"]].to_numpy().tolist() == [["both", "v1", 1]]
    assert found.left_out == {
        "this theme not examined": 3,
        "first visit of the case examined another theme": 2,
        "later visit of the same case": 1,
    }
    assert len(found.frame) + sum(found.left_out.values()) == 7, "every row is counted once"


def test_a_finding_revoked_on_objection_confirms_until_the_revocation_is_known(labels: outcomes.Labels) -> None:
    found = labels.frame.set_index("case_id")
    assert found.loc["c7", "label"] == 0
    assert found.loc["c7", "label_known_on"] == pd.Timestamp("2023-12-31")
    assert found.loc["c8", "label"] == 1


def test_a_finding_after_the_span_does_not_confirm(labels: outcomes.Labels) -> None:
    assert labels.frame.set_index("case_id").loc["d3", "label"] == 0


def test_a_municipality_without_a_known_outcome_is_told_so(tmp_path: Path) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1", "A2", "A3", "A4", "A5", "A6"), inspections=table(INSPECTIONS))
    with pytest.raises(CohortError, match="has a label before 2023-01-05"):
        outcomes.labelled(store, theme, date(2023, 1, 5))


def test_nobody_protected_is_listed_and_everyone_left_out_is_counted(tmp_path: Path) -> None:
    homes = addresses(*[f"A{i}" for i in range(10)])
    homes["protection"] = ["none", "institution", "shelter", "care", "secret", "student-housing", "certified-housing", "none", "none", "none"]
    homes.loc[7, "use"] = "retail"
    homes.loc[8, "object_type"] = "02"
    homes["ended_on"], homes["ended_known_on"] = [None] * 9 + ["2023-12-31"], [None] * 9 + ["2023-12-31"]
    store, theme = ready(tmp_path, addresses=homes)
    listed = cohort.at(store, theme, AS_OF)
    assert listed.frame["address_id"].tolist() == ["A0"]
    counted = {"not in the register on the day": 1, "other type of object": 1, "other use": 1, "protected place": 6}
    assert listed.exclusions == counted | {"permitted": 0, "open case": 0, "recently inspected": 0}, "a rule that left out nobody is counted too"


def test_an_open_case_a_recent_inspection_and_a_permit_are_left_out(tmp_path: Path) -> None:
    inspections = table("""
        record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course      | course_known_on
        i1        | A1         | 2023-12-01  | 2023-12-01 | i1            | c1      | other | report  |             |
        i2        | A2         | 2023-06-01  | 2023-06-01 | i2            | c2      | other | report  | inspected   | 2023-06-05
        i3        | A3         | 2022-06-01  | 2022-06-01 | i3            | c3      | other | report  | inspected   | 2022-06-05
        i4        | A4         | 2023-06-01  | 2023-06-01 | i4            | c4      | other | report  | nobody-home | 2023-06-05
    """)
    permits = table("""
        record_id | address_id | happened_on | known_on   | kind        | decision | decision_known_on | valid_until_on
        p1        | A5         | 2020-01-01  | 2020-01-01 | room-rental | granted  | 2020-02-01        |
        p2        | A6         | 2020-01-01  | 2020-01-01 | room-rental | granted  | 2020-02-01        | 2023-12-31
        p3        | A7         | 2020-01-01  | 2020-01-01 | room-rental | refused  | 2020-02-01        |
    """)
    store, theme = ready(tmp_path, addresses=addresses(*[f"A{i}" for i in range(1, 8)]), inspections=inspections, permits=permits)
    listed = cohort.at(store, theme, AS_OF)
    assert listed.frame["address_id"].tolist() == ["A3", "A4", "A6", "A7"]
    assert {k: n for k, n in listed.exclusions.items() if n} == {"permitted": 1, "open case": 1, "recently inspected": 1}
    assert cohort.at(store, theme, AS_OF, addresses=["A1"]).frame.empty


def test_training_keeps_addresses_that_a_list_leaves_out_only_because_they_were_visited(tmp_path: Path) -> None:
    inspections = table("""
        record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on
        i1        | A1         | 2023-12-01  | 2023-12-01 | i1            | c1      | trial | report  | inspected | 2023-12-03
    """)
    homes = addresses("A1", "A2")
    homes.loc[1, "protection"] = "shelter"
    store, theme = ready(tmp_path, addresses=homes, inspections=inspections)
    rows = pd.DataFrame({"address_id": ["A1", "A2"], "as_of": AS_OF})
    assert cohort.screen(store, theme, rows, listing=False).frame["address_id"].tolist() == ["A1"]
    assert cohort.screen(store, theme, rows, listing=True).frame.empty


REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
""")


PERMITS = table("""
    record_id | address_id | happened_on | known_on   | kind        | decision | decision_known_on
    p1        | A1         | 2020-01-01  | 2020-01-01 | room-rental | granted  | 2020-02-01
""")


def test_a_matrix_holds_nothing_from_a_source_outside_the_purpose(tmp_path: Path) -> None:
    store = settle(tmp_path, addresses=addresses("A1"), reports=REPORTS, theme_sources=("addresses",))  # type: ignore[arg-type] - not a table
    theme = load_theme(store.settings, "trial")
    built = matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=AS_OF)
    assert {s for i in built.manifest.indicators for s in i.sources} <= {"addresses", "inspections"}
    assert set(built.manifest.inputs) == {"addresses", "inspections"}
    assert "reports_1y" not in built.frame.columns
    with pytest.raises(PurposeError, match="source 'reports' is not allowed"):
        theme.allow("reports")


@pytest.mark.parametrize(
    ("sources", "error", "said"),
    [
        (("addresses", "inspections", "neighbourhoods"), PurposeError, "audit-only"),
        (("addresses", "inspections", "police"), PurposeError, "does not exist"),
        (("addresses", "inspections", "water"), SourceError, "source 'water' is not filled here"),
        (("addresses",), PurposeError, "source 'inspections' is not allowed"),
        (("reports",), PurposeError, "source 'addresses' is not allowed"),
    ],
)
def test_a_theme_with_a_source_it_may_not_have_fails_at_build(tmp_path: Path, sources: tuple[str, ...], error: type[Exception], said: str) -> None:
    """Also where the theme did not come from a file, which would have been refused."""
    store = settle(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    listed = tuple(AllowedSource(name=name, legal_basis="trial") for name in sources)
    theme = load_theme(store.settings, "trial").model_copy(update={"sources": listed})
    with pytest.raises(error, match=said):
        matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=AS_OF)


def test_a_disabled_or_unknown_theme_is_refused_with_the_reason(tmp_path: Path) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1"))
    file = theme.folder / "trial.toml"
    text = file.read_text()
    file.write_text(text.replace("enabled = true", 'enabled = false\ndisabled_because = "the law asks for doubt first"'))
    with pytest.raises(PurposeError, match="the law asks for doubt first"):
        load_theme(store.settings, "trial")
    file.write_text(text.replace("enabled = true", "enabled = false"))
    with pytest.raises(SettingsError, match="disabled without a reason"):
        load_theme(store.settings, "trial")
    file.write_text(text)
    with pytest.raises(NotFoundError, match="theme 'gangs' is not known"):
        load_theme(store.settings, "gangs")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("protections = []", "it leaves out institution, shelter, care, secret, student-housing, certified-housing"),
        ('protections = ["institution", "shelters", "care", "secret", "student-housing", "certified-housing"]', "it leaves out shelter:"),
        ('protections = ["institution", "shelter", "care", "secret", "student-housing", "certified-housing", "none"]', "no such code: none"),
        ('permits = ["roomrental"]', "no such code: roomrental; it is one of conversion, room-rental"),
        ("open_case_days = 0", "greater than or equal to 1"),
        ("recent_inspection_days = 0", "greater than or equal to 1"),
    ],
)
def test_a_theme_cannot_switch_an_exclusion_off(tmp_path: Path, line: str, said: str) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1"))
    file = theme.folder / "trial.toml"
    file.write_text(file.read_text().replace("permits = []", line))
    with pytest.raises(SettingsError, match=said):
        load_theme(store.settings, "trial")


@pytest.mark.parametrize(
    ("permits", "left_out", "source"),
    [("", "inspections", "inspections"), ('"room-rental"', "permits", "permits"), ('"room-rental"', "inspections", "inspections")],
)
def test_an_exclusion_that_reads_a_source_outside_the_purpose_is_refused(tmp_path: Path, permits: str, left_out: str, source: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), permits=PERMITS)
    file = settings.folder / "themes" / "trial.toml"
    text = file.read_text().replace('permits = ["room-rental"]', f"permits = [{permits}]")
    assert f'[[sources]]\nname = "{left_out}"\nlegal_basis = "trial"' in text
    file.write_text(text.replace(f'[[sources]]\nname = "{left_out}"\nlegal_basis = "trial"', ""))
    with pytest.raises(SettingsError, match=rf"exclusions read source '{source}', which stands under no \[\[sources\]\]: list it with its legal"):
        load_theme(settings, "trial")
    file.write_text(file.read_text().replace("enabled = true", 'enabled = false\ndisabled_because = "nobody is listed"'))
    assert not load_themes(settings)["trial"].enabled


def test_an_exclusion_that_reads_a_register_that_is_not_there_stops_the_list(tmp_path: Path) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1"))
    listed = (*theme.sources, AllowedSource(name="permits", legal_basis="trial"))
    asked = theme.model_copy(update={"sources": listed, "exclusions": Exclusions(permits=("room-rental",))})
    for listing in (True, False):
        with pytest.raises(SourceError, match="source 'permits' is not filled here"):
            cohort.screen(store, asked, pd.DataFrame({"address_id": ["A1"], "as_of": AS_OF}), listing=listing)


def test_a_theme_hash_follows_its_values_and_not_its_bytes(tmp_path: Path) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1"))
    file = theme.folder / "trial.toml"
    file.write_text("# a remark\n" + file.read_text())
    assert load_theme(store.settings, "trial").content_hash == theme.content_hash
    file.write_text(file.read_text().replace('legal_power = "none: a trial"', 'legal_power = "a law"'))
    assert load_theme(store.settings, "trial").content_hash == theme.content_hash
    file.write_text(file.read_text().replace("span_days = 120", "span_days = 121"))
    assert load_theme(store.settings, "trial").content_hash != theme.content_hash


@pytest.mark.parametrize(
    ("put", "said"),
    [
        ('[[sources]]\nname = "addresses"\nlegal_basis = "trial"\n', "source 'addresses' is listed twice"),
        ('[[sources]]\nname = "moods"\nlegal_basis = "trial"\n', "source 'moods' is not known"),
        ('[[sources]]\nname = "neighbourhoods"\nlegal_basis = "trial"\n', "source 'neighbourhoods' is kept for testing fairness"),
        ('[[sources]]\nname = "reports"\nlegal_basis = " "\n', "source 'reports' has no legal basis"),
    ],
)
def test_a_theme_lists_each_source_once_with_its_legal_basis_and_no_audit_data(tmp_path: Path, put: str, said: str) -> None:
    store, theme = ready(tmp_path, addresses=addresses("A1"))
    file = theme.folder / "trial.toml"
    file.write_text(file.read_text() + put)
    with pytest.raises(SettingsError, match=f"trial.toml does not fit: sources: {said}"):
        load_theme(store.settings, "trial")


def test_each_row_left_out_is_counted_also_where_an_address_has_two_on_a_day(tmp_path: Path) -> None:
    homes = addresses("A1", "A2")
    homes.loc[0, "protection"] = "care"
    store, theme = ready(tmp_path, addresses=homes)
    rows = pd.DataFrame({"address_id": ["A1", "A1", "A2"], "as_of": AS_OF, "case_id": ["c1", "c2", "c3"]})
    found = cohort.screen(store, theme, rows, listing=False)
    assert found.exclusions["protected place"] + len(found.frame) == len(rows)
