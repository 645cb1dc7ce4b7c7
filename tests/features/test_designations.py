"""Designations (BAG type 20): an id or a secondary address in the place of an object leads to the object, as known on the day."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from features.catalogue import compose, indicator
from features.columns import Column
from features.errors import CatalogueError
from features.events import Events
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings
from features.sources import all_sources
from features.tables import register_tables
from tests.hamlet import TRIAL, addresses, hamlet, table

HOMES = addresses("A1", "A2", street="Dorpsstraat", postcode="1506AB").assign(house_number=["9", "11"])
DOORS = """
    record_id | address_id | kind      | street      | house_number | postcode | happened_on | known_on   | ended_on   | ended_known_on | withdrawn
    N1        | A1         | main      | Dorpsstraat | 9            | 1506AB   | 2000-01-01  | 2000-01-01 |            |                |
    N2        | A2         | main      | Dorpsstraat | 11           | 1506AB   | 2000-01-01  | 2000-01-01 |            |                |
    N3        | A1         | secondary | Kerkpad     | 401          | 1506AC   | 2000-01-01  | 2000-01-01 | 2023-03-01 | 2023-03-10     |
    N4        | A2         | secondary | Kerkpad     | 401          | 1506AC   | 2023-05-01  | 2023-05-10 |            |                |
    N5        | A1         | secondary | Kerkpad     | 403          | 1506AC   | 2000-01-01  | 2000-01-01 |            |                |
    N5        | A2         | secondary | Kerkpad     | 403          | 1506AC   | 2023-03-01  | 2023-03-10 |            |                |
    N6        | A1         | secondary | Kerkpad     | 405          | 1506AC   | 2000-01-01  | 2000-01-01 |            |                |
    N6        | A1         | secondary | Kerkpad     | 405          | 1506AC   | 2000-01-01  | 2023-03-10 |            |                | true
"""


def report(*, where: str = "", text: str = "", happened_on: str = "2023-02-01", known_on: str) -> pd.DataFrame:
    return table(f"""
        record_id | address_id | happened_on   | known_on   | channel | category | address_text
        r1        | {where}    | {happened_on} | {known_on} | app     | housing  | {text}
    """)


def lenient(settings: Settings) -> Settings:
    return settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})


def built(folder: Path, reports: pd.DataFrame, doors: pd.DataFrame | None = None, *, keep: bool = True) -> tuple[Settings, SourceReport]:
    settings = lenient(hamlet(folder, addresses=HOMES, designations=table(DOORS) if doors is None else doors, reports=reports))
    return settings, next(r for r in ingest(settings, keep=keep, anew=True) if r.source == "reports")


def found(folder: Path, reports: pd.DataFrame, doors: pd.DataFrame | None = None) -> str:
    """The object that the report is stored at, or why it is set aside."""
    settings, said = built(folder, reports, doors)
    stored = pd.read_parquet(settings.state / "events" / "reports.parquet")
    return str(stored["address_id"].iloc[0]) if len(stored) else next(iter(said.rejects))


@pytest.mark.parametrize(
    ("where", "happened_on", "known_on", "expected"),
    [
        ("N1", "2023-02-01", "2023-02-02", "A1"),
        ("N3", "2023-02-28", "2023-03-09", "A1"),
        ("N3", "2023-02-28", "2023-03-10", "A1"),
        ("N3", "2023-03-01", "2023-03-09", "A1"),
        ("N3", "2023-03-01", "2023-03-10", "the designation in address_id had ended"),
        ("N4", "2023-05-01", "2023-05-10", "A2"),
        ("N4", "2023-04-30", "2023-05-10", "A2"),
        ("N4", "2023-05-01", "2023-05-09", "the designation in address_id was not known yet"),
        ("N5", "2023-02-28", "2023-03-10", "A1"),
        ("N5", "2023-03-01", "2023-03-09", "A1"),
        ("N5", "2023-03-01", "2023-03-10", "A2"),
        ("N6", "2023-02-28", "2023-03-09", "A1"),
        ("N6", "2023-02-28", "2023-03-10", "the designation in address_id was deleted"),
        ("N7", "2023-02-28", "2023-03-10", "address_id is not in the address register"),
    ],
)
def test_an_id_of_a_door_leads_to_the_object_behind_it_as_known_on_the_day(
    tmp_path: Path, where: str, happened_on: str, known_on: str, expected: str
) -> None:
    assert found(tmp_path, report(where=where, happened_on=happened_on, known_on=known_on)) == expected


@pytest.mark.parametrize(
    ("text", "known_on", "expected"),
    [
        ("Kerkpad 401, 1506AC", "2023-03-09", "A1"),
        ("Kerkpad 401", "2023-03-10", "address text not linked: unknown-number"),
        ("Kerkpad 401", "2023-05-09", "address text not linked: unknown-number"),
        ("Kerkpad 401", "2023-05-10", "A2"),
        ("Kerkpad 403", "2023-03-09", "A1"),
        ("Kerkpad 403", "2023-03-10", "A2"),
        ("1506AC 405", "2023-03-09", "A1"),
        ("Kerkpad 405", "2023-03-10", "address text not linked: unknown-number"),
        ("Dorpsstraat 9", "2023-03-10", "A1"),
    ],
)
def test_a_text_that_names_a_secondary_address_leads_to_the_object_by_date(tmp_path: Path, text: str, known_on: str, expected: str) -> None:
    assert found(tmp_path, report(text=text, known_on=known_on)) == expected


def test_a_secondary_address_in_a_renamed_street_keeps_its_old_name(tmp_path: Path) -> None:
    renamed = table("""
        record_id | address_id | kind      | street   | house_number | happened_on | known_on
        N1        | A1         | secondary | Kerkpad  | 401          | 2000-01-01  | 2000-01-01
        N1        | A1         | secondary | Molenpad | 401          | 2023-03-01  | 2023-03-10
    """)
    outcomes = {
        (text, day): found(tmp_path / f"{text}{day}", report(text=f"{text} 401", known_on=day), renamed)
        for text in ("Kerkpad", "Molenpad")
        for day in ("2023-03-09", "2023-03-10")
    }
    assert outcomes == {
        ("Kerkpad", "2023-03-09"): "A1",
        ("Kerkpad", "2023-03-10"): "A1",
        ("Molenpad", "2023-03-09"): "address text not linked: unknown-street",
        ("Molenpad", "2023-03-10"): "A1",
    }


def test_a_municipality_without_designations_sets_such_ids_aside_and_links_as_before(tmp_path: Path) -> None:
    both = pd.concat([report(where="N1", known_on="2023-02-02"), report(text="Dorpsstraat 9", known_on="2023-02-02").assign(record_id="r2")])
    settings = lenient(hamlet(tmp_path, addresses=HOMES, reports=both))
    said = next(r for r in ingest(settings) if r.source == "reports")
    assert (said.accepted, said.rejects) == (1, {"address_id is not in the address register": 1})


def test_a_designation_of_an_object_that_is_not_there_is_set_aside(tmp_path: Path) -> None:
    doors = table(DOORS).replace({"address_id": {"A2": "A7"}})
    settings = lenient(hamlet(tmp_path, addresses=HOMES, designations=doors, reports=report(where="N2", known_on="2023-02-02")))
    said = {r.source: r for r in ingest(settings)}
    assert said["designations"].rejects == {"address_id is not in the address register": 3}
    assert said["reports"].rejects == {"address_id is not in the address register": 1}


@pytest.mark.parametrize("later", ["N1 | A2 | 2020-01-01 | {day}", "N8 | A2 | 2020-01-01 | {day}"])
@pytest.mark.parametrize("delay", [0, 1])
def test_what_the_register_learns_of_a_door_later_moves_no_earlier_row(tmp_path: Path, later: str, delay: int) -> None:
    """A version known on the day of a row or before may move it; one that is known a day later may not."""
    rows = pd.concat(
        [
            report(where="N1", known_on="2023-06-01"),
            report(text="Kerkpad 403", known_on="2023-06-01").assign(record_id="r2"),
            report(where="N8", known_on="2023-06-01").assign(record_id="r3"),
        ]
    )
    cells = [c.strip() for c in later.format(day=f"2023-06-0{1 + delay}").split("|")]
    more = {**dict(zip(("record_id", "address_id", "happened_on", "known_on"), cells, strict=True)), "kind": "secondary", "street": "Kerkpad"}
    doors = pd.concat([table(DOORS), pd.DataFrame([{**more, "house_number": "403"}])])
    before, _ = built(tmp_path / "before", rows)
    after, _ = built(tmp_path / "after", rows, doors)
    columns = ["record_id", "address_id", "known_on"]
    stored = [pd.read_parquet(s.state / "events" / "reports.parquet")[columns] for s in (before, after)]
    assert stored[0].equals(stored[1]) == (delay == 1)


def test_no_indicator_reads_designations() -> None:
    def doors(designations: Events) -> Column:
        """Count the doors."""
        return designations.count()

    with pytest.raises(CatalogueError, match="only to find addresses"):
        compose([("trial", indicator(about=TRIAL, nl="{value}", en="{value}", unit="doors")(doors))])


TEXTS = pd.concat(
    [
        report(text=text, known_on="2023-02-02").assign(record_id=f"r{i}")
        for i, text in enumerate(
            ["Dorpsstraat 9", "Dorspstraat 9", "achter de kerk", "12", "Nergensweg 4", "Dorpsstraat 77", "1506AB 9x", "Oude Dorpsstraat 9"]
        )
    ]
    + [report(where=where, known_on="2023-03-11", happened_on="2023-03-05").assign(record_id=f"i-{where}") for where in ("N1", "N3")]
)
"""Texts of each fate, and a door's id that leads somewhere and one that no longer does."""


def test_the_audit_says_for_each_source_what_was_linked_how_surely_and_why_not(tmp_path: Path) -> None:
    _, said = built(tmp_path, TEXTS)
    assert said.linkage is not None
    assert said.linkage.model_dump() == {
        "texts": 8,
        "linked": {"1": 1, "0.9 to 0.95": 1},
        "designations": 1,
        "not_linked": {
            "low-confidence": 2,
            "no-number": 1,
            "no-street": 1,
            "the designation in address_id had ended": 1,
            "unknown-number": 1,
            "unknown-street": 1,
        },
    }
    assert said.linked_share == 0.25


def test_several_says_how_many_fit(tmp_path: Path) -> None:
    homes = addresses("A1", "A2", "A3", street="Dorpsstraat", postcode="1506AB", house_number="9").assign(house_letter=["a", "b", "c"])
    settings = lenient(hamlet(tmp_path, addresses=homes, reports=report(text="Dorpsstraat 9", known_on="2023-02-02")))
    said = next(r for r in ingest(settings) if r.source == "reports")
    assert said.linkage is not None
    assert said.linkage.not_linked == {"several, 3 candidates": 1}
    row = pd.read_parquet(settings.state / "rejects" / "unlinked.parquet").iloc[0]
    assert (row["candidates"], list(row["candidate_ids"])) == (3, ["A1", "A2", "A3"])


def test_one_several_among_thousands_of_texts_is_read_as_well(tmp_path: Path) -> None:
    """The type of a column of lists is guessed from a sample, in which all may be empty."""
    homes = addresses("A1", "A2", street="Dorpsstraat", postcode="1506AB", house_number="9").assign(house_letter=["a", "b"])
    many = pd.concat([report(text="Dorpsstraat 9", known_on="2023-02-02")] * 3000, ignore_index=True)
    many["record_id"] = [f"r{i}" for i in range(3000)]
    many.loc[many.index != 1501, "address_text"] = [f"{'Aalweg' if i % 2 else 'Nergensweg'} {i}" for i in range(2999)]
    settings = lenient(hamlet(tmp_path, addresses=homes, reports=many))
    said = next(r for r in ingest(settings) if r.source == "reports")
    assert said.linkage is not None
    assert said.linkage.not_linked == {"unknown-street": 2999, "several, 2 candidates": 1}
    kept = pd.read_parquet(settings.state / "rejects" / "unlinked.parquet")
    assert [list(ids) for ids in kept.query("candidates == 2")["candidate_ids"]] == [["A1", "A2"]]


def test_each_row_that_was_not_linked_is_on_file_without_its_text(tmp_path: Path) -> None:
    settings, _ = built(tmp_path, pd.concat([TEXTS, TEXTS]))
    kept = pd.read_parquet(settings.state / "rejects" / "unlinked.parquet")
    assert list(kept.columns) == ["source", "record_id", "reason", "candidates", "candidate_ids", "confidence"]
    assert kept["record_id"].tolist() == ["i-N3", "r2", "r3", "r4", "r5", "r6", "r7"]
    assert set(kept["source"]) == {"reports"}
    low = kept.set_index("record_id").loc["r7"]
    assert (low["reason"], low["candidates"], list(low["candidate_ids"])) == ("low-confidence", 1, ["A1"])
    assert 0 < low["confidence"] < 0.9
    assert not kept.map(lambda cell: "Nergensweg" in str(cell)).any(axis=None)


def test_looking_only_writes_no_file_and_shows_the_audit(tmp_path: Path) -> None:
    settings, said = built(tmp_path, TEXTS, keep=False)
    assert not settings.state.exists()
    with closing((tmp_path / "shown").open("w+")) as shown:
        Console(file=shown, width=80).print(*register_tables([said], title="Hamlet", kept=False), sep="\n")
        shown.seek(0)
        text = shown.read()
    for part in ("Addresses found", "0.9 to 0.95", "unknown-street", "a build keeps them in", "by a designation's id"):
        assert part in text


def test_the_file_of_an_earlier_build_does_not_stay(tmp_path: Path) -> None:
    settings, _ = built(tmp_path, TEXTS)
    assert len(pd.read_parquet(settings.state / "rejects" / "unlinked.parquet")) == 7
    again, said = built(tmp_path, report(where="A1", known_on="2023-02-02"))
    assert said.linkage is None
    assert len(pd.read_parquet(again.state / "rejects" / "unlinked.parquet")) == 0


def test_doors_are_stale_no_sooner_than_the_objects_that_they_lead_to() -> None:
    doors, objects = all_sources()["designations"], all_sources()["addresses"]
    assert (doors.rhythm_days, doors.max_age_days) == (objects.rhythm_days, objects.max_age_days)
