"""A list without a model: what it shows, what its record keeps, and what it refuses."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features.errors import InputError, SchouwError, StateError
from features.matrix_file import KEYS, Matrix
from tests.training.testdam import TODAY, Town, make_frame
from training import chain, draws
from training.draws import LIST, RECORD
from training.scorecard import score
from training.worklist import Worklist, without_model

CARD = '\n[[scorecard]]\nindicator = "reports_3y"\nat_least = 1\npoints = 1\n[[scorecard]]\nindicator = "reports_3y"\nat_least = 3\npoints = 2\n'


@pytest.fixture
def carded(town: Town, matrix_of: Callable[..., Matrix]) -> Town:
    """Give Testdam a scorecard and the matrix of today."""
    file = town.settings.folder / "themes" / "registration.toml"
    file.write_text(file.read_text(encoding="utf-8") + CARD, encoding="utf-8")
    keep(town, matrix_of)
    return town


def keep(town: Town, matrix_of: Callable[..., Matrix], *, rows: int = 400, **changes: object) -> None:
    frame = make_frame(rows).assign(as_of=pd.Timestamp("2025-02-01"), neighbourhood="n")
    frame = frame.drop_duplicates("address_id").sort_values("address_id", ignore_index=True)
    built = matrix_of(frame)
    scored = matrix_of(frame[[*KEYS, *built.manifest.names]], kind="scoring", **changes)
    scored.write(town.settings.state / "matrices" / "registration" / "2025-02-01")


def listed(town: Town, **options: object) -> Worklist:
    return without_model(town.settings, "registration", today=TODAY, **options)  # type: ignore[arg-type]  # options of one call, told apart by name


def test_the_top_has_the_most_points_and_each_address_its_reasons(carded: Town) -> None:
    record = listed(carded, visits=20).record
    rows = pd.read_parquet(carded.settings.state / "matrices" / "registration" / "2025-02-01" / "matrix.parquet")
    points = dict(zip(rows["address_id"], score(rows, carded.theme.scorecard), strict=True))
    assert all(item.points == points[item.address_id] == sum(item.reasons.values()) for item in record.items)
    top = {item.address_id for item in record.items if item.arm == "top"}
    assert min(points[address] for address in top) >= max(value for address, value in points.items() if address not in top)
    assert record.frame.frame_size == len(rows)
    assert len(record.items) == 20 == record.frame.top + record.frame.drawn


def test_the_list_shows_addresses_and_no_ground(carded: Town) -> None:
    made = listed(carded, visits=20)
    shown = pd.read_csv(io.BytesIO((made.folder / LIST).read_bytes()), sep=";", dtype=str)
    assert list(shown.columns) == ["place", "address_id", "list", "basis"]
    assert set(shown["basis"]) == {"no model"}
    assert set(shown["list"]) == {"registration-2025-02-01-1"}
    assert shown["address_id"].tolist() == [item.address_id for item in made.record.items]
    assert made.record.basis == "no model: experts' scorecard"


def test_what_one_list_leaves_of_a_drawn_address_goes_to_the_next(carded: Town) -> None:
    first, second = (listed(carded, visits=25).record.frame for _ in range(2))
    assert second.carry == first.next_carry
    assert first.drawn + second.drawn == round(2 * 25 * (first.share or 0))


def test_without_points_the_reports_order_the_list(carded: Town) -> None:
    made = listed(carded, by="reports", visits=20)
    assert made.record.basis == "no model: number of reports"
    assert made.record.scorecard_hash is None
    assert {name for item in made.record.items for name in item.reasons} == {"reports_3y"}


def test_reports_order_a_theme_without_a_scorecard_and_points_cannot(town: Town, matrix_of: Callable[..., Matrix]) -> None:
    keep(town, matrix_of)
    assert listed(town).record.basis == "no model: number of reports"
    with pytest.raises(InputError, match="nothing to order by: no scorecard"):
        listed(town, by="scorecard")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"theme": "premises"}, "the matrix is of theme 'premises'"),
        ({"municipality": "elsewhere"}, "of 'elsewhere'"),
        ({"kind": "training"}, "is a training matrix"),
        ({"theme_hash": "x"}, "was changed after its matrix was built"),
    ],
)
def test_another_matrix_gives_no_list(carded: Town, matrix_of: Callable[..., Matrix], changes: dict[str, str], said: str) -> None:
    frame = make_frame(400).assign(as_of=pd.Timestamp("2025-02-01"), neighbourhood="n").drop_duplicates("address_id")
    built = matrix_of(frame)
    matrix_of(frame[[*KEYS, *built.manifest.names]], **{"kind": "scoring"} | changes).write(
        carded.settings.state / "matrices" / "registration" / "2025-02-01"
    )
    with pytest.raises(SchouwError, match=said):
        listed(carded)
    assert not (carded.settings.state / "worklists").exists()


def test_a_matrix_of_yesterday_gives_no_list_of_today(carded: Town) -> None:
    with pytest.raises(StateError, match=r"there is no matrix in .*2025-02-02"):
        without_model(carded.settings, "registration", today=date(2025, 2, 1))


def test_a_record_that_was_changed_stops_the_next_list(carded: Town) -> None:
    (listed(carded).folder / RECORD).write_text("{}")
    with pytest.raises(StateError, match=r"draw\.json cannot be read"):
        listed(carded)


def test_a_list_that_was_taken_away_stops_the_next(carded: Town) -> None:
    first = listed(carded)
    listed(carded)
    shutil.rmtree(first.folder)
    with pytest.raises(StateError, match=r"registration\.jsonl: 1 lists of which it tells are gone, first 2025-02-01-1"):
        listed(carded)


@pytest.mark.parametrize(("file", "found", "put"), [(RECORD, '"arm": "random"', '"arm": "top"'), (LIST, "registration-2025-02-01-1", "another")])
def test_a_list_that_was_changed_stops_the_next(carded: Town, file: str, found: str, put: str) -> None:
    path = listed(carded).folder / file
    text = path.read_text()
    assert found in text
    path.write_text(text.replace(found, put))
    with pytest.raises(StateError, match="list 2025-02-01-1 is not as it was drawn"):
        listed(carded)


def test_a_line_of_a_draw_that_was_taken_out_shows(carded: Town) -> None:
    for _ in range(2):
        made = listed(carded)
    path = made.folder.parent.with_suffix(".jsonl")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(StateError, match="line 1 is not as it was written, or one before it is gone"):
        listed(carded)


def test_a_list_that_was_stopped_before_its_line_gets_it_from_the_next(carded: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(chain, "append", stop)
        with pytest.raises(KeyboardInterrupt):
            listed(carded)
    made = listed(carded)
    assert made.record.id == "registration-2025-02-01-2"
    told = chain.read(made.folder.parent.with_suffix(".jsonl"))
    assert [line.content["folder"] for line in told] == ["2025-02-01-1", "2025-02-01-2"]
    assert [record.id for record in draws.earlier(carded.settings.state, "registration")] == ["registration-2025-02-01-1", made.record.id]


def test_a_record_in_the_folder_of_another_list_is_refused(carded: Town) -> None:
    made = listed(carded)
    shutil.copytree(made.folder, made.folder.with_name("2025-02-01-7"))
    with pytest.raises(StateError, match="its record is of list registration-2025-02-01-1"):
        listed(carded)


def test_the_command_says_how_the_list_was_made(carded: Town) -> None:
    words = ["worklist", "registration", "--municipality", str(carded.settings.folder), "--visits", "20"]
    said = CliRunner().invoke(schouw.build(), words, env={"SCHOUW_STATE": str(carded.settings.state)})
    assert said.exit_code == 0, said.output
    assert "no model: experts' scorecard" in said.stdout
    assert "drawn by lot" in said.stdout
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"], env={"SCHOUW_STATE": str(carded.settings.state)}).stdout)
    assert told["addresses"] == 20
    assert (Path(told["folder"]) / LIST).exists()
    assert "items" not in told


@pytest.mark.parametrize("named", ["registration", "registration-2025-02-01-x"])
def test_a_record_whose_name_has_no_number_is_refused(carded: Town, named: str) -> None:
    record = listed(carded).folder / RECORD
    record.write_text(record.read_text().replace("registration-2025-02-01-1", named))
    with pytest.raises(StateError, match=r"draw\.json cannot be read"):
        listed(carded)


def test_a_list_of_another_theme_in_the_folder_is_refused_and_gets_no_line(carded: Town) -> None:
    made = listed(carded)
    state = carded.settings.state
    shutil.copytree(made.folder, state / "worklists" / "premises" / made.folder.name)
    before = draws.path_of(state, "registration").read_bytes()
    with pytest.raises(StateError, match="premises/2025-02-01-1: its record is of list registration-2025-02-01-1"):
        draws.earlier(state, "premises")
    assert draws.path_of(state, "registration").read_bytes() == before


@pytest.mark.parametrize(("content", "said"), [({"note": "nice"}, "line 2 tells of no list"), ([], "line 2 is not as it was written")])
def test_a_line_that_tells_of_no_list_is_refused(carded: Town, content: object, said: str) -> None:
    listed(carded)
    chain.append(draws.path_of(carded.settings.state, "registration"), lambda *_: content)  # type: ignore[arg-type,return-value]  # as a hand might
    with pytest.raises(StateError, match=said):
        listed(carded)


def test_a_list_that_is_dated_before_the_newest_is_refused_and_leaves_nothing(carded: Town) -> None:
    made = listed(carded)
    earlier = made.record.model_copy(update={"id": "registration-2025-01-31-1", "as_of": date(2025, 1, 31), "made_on": date(2025, 1, 30)})
    path = draws.path_of(carded.settings.state, "registration")
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"registration-2025-01-31-1, made on 2025-01-30, is dated before list registration-2025-02-01-1"):
        draws.keep(carded.settings.state, earlier, shown=b"")
    assert path.read_bytes() == before
    assert not made.folder.with_name("2025-01-31-1").exists()


def test_a_line_that_is_dated_before_the_one_above_it_is_refused_by_who_reads(carded: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = listed(carded)
    earlier = made.record.model_copy(update={"id": "registration-2025-01-31-1", "as_of": date(2025, 1, 31), "made_on": date(2025, 1, 30)})
    with monkeypatch.context() as patch:
        patch.setattr(draws, "_refuse_dated_back", lambda *_: None)  # as a hand might
        draws.keep(carded.settings.state, earlier, shown=b"")
    for read in (draws.earlier, draws.kept):
        with pytest.raises(StateError, match="is dated before list registration-2025-02-01-1"):
            read(carded.settings.state, "registration")


def test_a_list_without_a_line_that_is_dated_before_the_last_with_one_is_refused_by_who_reads(carded: Town) -> None:
    made = listed(carded)
    earlier = made.record.model_copy(update={"id": "registration-2025-01-31-1", "as_of": date(2025, 1, 31), "made_on": date(2025, 1, 30)})
    folder = made.folder.with_name("2025-01-31-1")  # put there by hand, once it was known what was found
    shutil.copytree(made.folder, folder)
    (folder / RECORD).write_text(earlier.model_dump_json())
    told = draws.path_of(carded.settings.state, "registration").read_bytes()
    for read in (draws.kept, draws.earlier):
        with pytest.raises(StateError, match="is dated before list registration-2025-02-01-1"):
            read(carded.settings.state, "registration")
    assert draws.path_of(carded.settings.state, "registration").read_bytes() == told


def test_reading_the_lists_writes_no_line(carded: Town) -> None:
    made = listed(carded)
    path = draws.path_of(carded.settings.state, "registration")
    path.unlink()
    assert [record.id for record in draws.kept(carded.settings.state, "registration")] == [made.record.id]
    assert not path.exists()
    assert draws.themes(carded.settings.state) == ["registration"]
