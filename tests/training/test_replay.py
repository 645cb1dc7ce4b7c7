"""A list that was drawn can be drawn again, and nobody chooses the seed of one that is to be visited."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

import schouw
from features.errors import InputError, NotFoundError, StateError
from features.matrix_file import Matrix
from tests.training.test_worklist import CARD, carded, keep, listed
from tests.training.testdam import Town
from training import worklist
from training.draws import RECORD
from training.replay import replay
from training.worklist import without_model

__all__ = ["carded"]


def again(town: Town, list_id: str = "registration-2025-02-01-1") -> worklist.Record:
    return replay(town.settings, "registration", list_id)


def ran(town: Town, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        schouw.build(),
        ["worklist", "registration", "--municipality", str(town.settings.folder), *words],
        env={"SCHOUW_STATE": str(town.settings.state)},
    )
    return done.exit_code, done.output


def test_each_list_is_drawn_again_from_its_record_and_nothing_is_written(carded: Town) -> None:
    first, second = (listed(carded, visits=visits) for visits in (20, 25))
    before = {path: path.read_bytes() for path in carded.settings.state.rglob("*") if path.is_file()}
    assert [again(carded, made.record.id) for made in (first, second)] == [first.record, second.record]
    assert {path: path.read_bytes() for path in carded.settings.state.rglob("*") if path.is_file()} == before


def test_nobody_gives_the_seed_of_a_list_that_is_to_be_visited(carded: Town) -> None:
    assert "seed" not in inspect.signature(without_model).parameters
    code, said = ran(carded, "--seed", "1")
    assert (code, "No such option" in said) == (2, True)
    assert not (carded.settings.state / "worklists").exists()
    assert len({listed(carded).record.frame.seed for _ in range(3)}) == 3


@pytest.mark.parametrize("change", [{"place": 2}, {"arm": "random"}, {"propensity": 0.5}])
def test_a_record_that_its_seed_does_not_draw_is_refused(carded: Town, change: dict[str, object]) -> None:
    made = listed(carded, visits=20)
    forged = next(item for item in made.record.items if item.arm == "top" and item.place != 2).model_copy(update=change)
    items = tuple(forged if item.address_id == forged.address_id else item for item in made.record.items)
    (made.folder / RECORD).write_text(made.record.model_copy(update={"items": items}).model_dump_json())
    with pytest.raises(StateError, match="is not what its seed draws"):
        again(carded)


def test_a_seed_that_was_changed_is_seen(carded: Town) -> None:
    made = listed(carded, visits=20)
    frame = made.record.frame.model_copy(update={"seed": made.record.frame.seed + 1})
    (made.folder / RECORD).write_text(made.record.model_copy(update={"frame": frame}).model_dump_json())
    with pytest.raises(StateError, match="is not what its seed draws"):
        again(carded)


def test_other_points_another_matrix_and_an_unknown_list_are_refused(carded: Town, matrix_of: Callable[..., Matrix]) -> None:
    listed(carded)
    with pytest.raises(NotFoundError, match=r"no list 'registration-2025-02-01-9'.*the newest registration-2025-02-01-1"):
        again(carded, "registration-2025-02-01-9")
    keep(carded, matrix_of, rows=300)
    with pytest.raises(StateError, match="is not the one that list registration-2025-02-01-1 was drawn from"):
        again(carded)
    file = carded.settings.folder / "themes" / "registration.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(CARD, CARD.replace("points = 2", "points = 3")), encoding="utf-8")
    with pytest.raises(InputError, match="ordered by other points"):
        again(carded)


def test_the_command_says_that_the_list_is_the_same(carded: Town) -> None:
    made = listed(carded, visits=20)
    code, said = ran(carded, "--replay", made.record.id)
    assert code == 0, said
    assert f"{made.record.id}: drawn again with seed {made.record.frame.seed}, the same 20 addresses" in said.replace("\n", " ")
    assert '"same": true' in ran(carded, "--replay", made.record.id, "--json")[1]
    assert ran(carded, "--replay", made.record.id, "--visits", "3")[0] != 0


def test_a_record_that_is_of_another_list_is_not_drawn_again(carded: Town) -> None:
    first, second = listed(carded), listed(carded)
    (second.folder / RECORD).write_bytes((first.folder / RECORD).read_bytes())
    with pytest.raises(StateError, match=r"2025-02-01-2: its record is of list registration-2025-02-01-1"):
        again(carded, second.record.id)
