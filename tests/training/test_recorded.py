"""Inspections held against the lists that Schouw drew: what matches, what is set aside, and what rests on the word of the register."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.training.testdam import Town, make_frame, make_matrix
from training import draws, recorded
from training.chances import ARM, SET_ASIDE, Chances, counted
from training.drawing import RANDOM, TOP, draw
from training.draws import Item, Record
from training.sampling import Sample, inverse_propensity, random_arm
from training.selection import selection
from training.training_matrix import training_matrix

FRAME = [f"a{n:02}" for n in range(40)]


def record_of(made_on: date = date(2024, 1, 1), *, theme: str = "registration", visits: int = 14, seed: int = 3, carry: float = 0.5) -> Record:
    """Give the record of a list of fourteen of forty addresses, of which 0.3 times as many are drawn: 4.2, so that one chance is over."""
    as_of = (pd.Timestamp(made_on) + pd.Timedelta(days=1)).date()
    drawn = draw(FRAME, [float(n) for n in range(40)], visits=visits, share=0.3, seed=seed, carry=carry)
    items = [Item(place=n, address_id=r.address_id, arm=r.arm, propensity=r.propensity, points=1.0, reasons={})
             for n, r in enumerate(drawn.rows.itertuples(), start=1)]  # fmt: skip
    return Record(
        id=f"{theme}-{as_of}-1", municipality="testdam", synthetic=True, theme=theme, purpose="p", as_of=as_of, made_on=made_on, basis="no model",
        scorecard_hash=None, absent=(), matrix_hash="m", catalogue_hash="c", random_form="visit", frame=drawn.frame, items=tuple(items),
    )  # fmt: skip


def visited(record: Record) -> pd.DataFrame:
    """Give the inspections of a whole list, as the register has them."""
    rows = pd.DataFrame(
        [{"address_id": i.address_id, "propensity": i.propensity, "trigger": "random" if i.arm == RANDOM else "list"} for i in record.items]
    )
    rows = rows.sort_values("address_id", ignore_index=True)
    return rows.assign(frame=record.id, as_of=pd.Timestamp("2024-02-01"), building_id=None, label=np.arange(len(rows)) % 3 == 0).astype(
        {"label": "int8"}
    )


def held(rows: pd.DataFrame, *records: Record, themes: tuple[str, ...] = ("registration",)) -> pd.DataFrame:
    return recorded.held(rows, records or [RECORD], drawing_themes=themes)


RECORD = record_of()
ROWS = visited(RECORD)
LOT = int(np.flatnonzero(ROWS["trigger"] == "random")[0])
LISTED = int(np.flatnonzero((ROWS["trigger"] == "list") & (ROWS["propensity"] == 1))[0])


def test_what_matches_takes_chance_arm_and_frame_from_the_record() -> None:
    rounded = ROWS.assign(propensity=ROWS["propensity"].round(4), frame_size=9999.0)
    found = held(rounded)
    assert found["propensity"].tolist() == ROWS["propensity"].tolist()
    assert set(found["frame_size"]) == {40.0}
    assert set(found["frame_drawn"]) == {float(RECORD.frame.drawn)}
    assert (found[ARM] == np.where(ROWS["trigger"] == "random", RANDOM, TOP)).all()
    assert counted(found) == Chances(recorded=len(ROWS))


def test_a_chance_that_the_register_leaves_out_is_known_from_the_record() -> None:
    assert held(ROWS.assign(propensity=np.nan))["propensity"].tolist() == ROWS["propensity"].tolist()


@pytest.mark.parametrize(
    ("row", "typed", "reason"),
    [
        (LOT, {"frame": "registration-2024-01-02-9"}, recorded.NEVER),
        (LOT, {"frame": "premises-2024-01-02-1"}, recorded.NEVER),
        (LOT, {"address_id": "elsewhere"}, recorded.ELSEWHERE),
        (LOT, {"propensity": 0.5}, recorded.OTHER_CHANCE),
        (LISTED, {"propensity": 0.01}, recorded.OTHER_CHANCE),
        (LOT, {"trigger": "list"}, recorded.OTHER_ARM),
        (LISTED, {"trigger": "random"}, recorded.OTHER_ARM),
        (LOT, {"as_of": pd.Timestamp("2023-12-31")}, recorded.BEFORE),
    ],
)
def test_what_the_list_did_not_draw_is_set_aside_and_counted(row: int, typed: dict[str, Any], reason: str) -> None:
    rows = ROWS.copy()
    for name, value in typed.items():
        rows.loc[row, name] = value
    found = held(rows, themes=("premises", "registration"))
    assert found[SET_ASIDE].dropna().to_dict() == {row: reason}
    assert pd.isna(found.loc[row, ["frame", "propensity", ARM]]).all()
    assert counted(found) == Chances(recorded=len(ROWS) - 1, set_aside={reason: 1})
    fold = np.zeros(len(found), dtype=np.intp)
    for sample in (random_arm(found), inverse_propensity(found, fold)):
        assert isinstance(sample, Sample)
        assert row not in sample.rows
    assert found["label"].tolist() == ROWS["label"].tolist()


def test_what_is_set_aside_gets_no_estimated_weight_either() -> None:
    alone = ROWS[ROWS["trigger"] == "random"].reset_index(drop=True)
    typed = alone.head(1).assign(address_id="elsewhere")
    chosen = alone.assign(frame=None, propensity=np.nan, trigger="list", address_id=[f"c{n}" for n in range(len(alone))])
    found = held(pd.concat([alone, typed, chosen], ignore_index=True))
    way = selection(found, np.linspace(0, 1, len(found)), fold=np.zeros(len(found), dtype=np.intp), share=0.2, seed=1).by("estimated weights")
    assert way is not None
    assert way.rows == 2 * len(alone)


def test_one_address_of_a_list_counts_once() -> None:
    later = ROWS.iloc[[LOT]].assign(as_of=pd.Timestamp("2024-03-01"))
    found = held(pd.concat([ROWS, later], ignore_index=True))
    assert found[SET_ASIDE].dropna().to_dict() == {len(ROWS): recorded.AGAIN}


def test_a_frame_of_someone_elses_is_taken_on_the_word_of_the_register_and_every_figure_says_so() -> None:
    other = ROWS.assign(frame="w12")
    found = held(pd.concat([ROWS, other], ignore_index=True))
    assert counted(found) == Chances(recorded=len(ROWS), on_word=len(ROWS))
    drawn = int((ROWS["trigger"] == "random").sum())
    some, every = random_arm(found), random_arm(held(other))
    assert isinstance(some, Sample)
    assert isinstance(every, Sample)
    assert some.speaks_of.endswith(f"; the chances of {drawn} of {2 * drawn} rows taken on the word of the register")
    assert every.speaks_of.endswith("; their chances taken on the word of the register")
    own = random_arm(held(ROWS))
    assert isinstance(own, Sample)
    assert own.speaks_of == own.population


def test_a_list_of_a_theme_of_which_none_is_kept_is_taken_on_the_word_of_the_register() -> None:
    assert counted(recorded.held(ROWS, [], drawing_themes=[])) == Chances(on_word=len(ROWS))


def test_a_visit_after_a_report_names_no_list_and_never_enters() -> None:
    found = held(ROWS.assign(trigger="report", address_id="elsewhere"))
    assert counted(found) == Chances()
    assert isinstance(random_arm(found), str)


def test_rows_without_any_frame_are_left_as_they_are() -> None:
    bare = ROWS.drop(columns=["frame", "propensity", "trigger"])
    assert counted(held(bare)) == Chances()
    assert counted(ROWS) is None


def test_the_last_at_the_top_is_no_random_row_though_its_chance_is_below_one() -> None:
    edge = [item for item in RECORD.items if item.arm == TOP and item.propensity < 1]
    assert len(edge) == 1, "4.2 drawn addresses leave one at the edge"
    found = held(ROWS.assign(trigger="other"))
    sample = random_arm(found)
    assert isinstance(sample, Sample)
    assert found.loc[sample.rows, "address_id"].tolist() == ROWS.loc[ROWS["trigger"] == "random", "address_id"].tolist()


def test_a_row_of_the_lot_with_chance_one_is_no_listed_one() -> None:
    whole = ROWS.assign(propensity=1.0, frame="w12", frame_size=14.0, frame_listed=10.0)
    sample = random_arm(whole)
    assert isinstance(sample, Sample)
    assert sample.rows.tolist() == np.flatnonzero(ROWS["trigger"] == "random").tolist()


def test_training_reads_its_matrix_held_against_the_lists_in_the_state_folder(town: Town) -> None:
    frame = make_frame(400)
    addresses = frame["address_id"].drop_duplicates().tolist()[:14]
    record = record_of()
    names = dict(zip(sorted(item.address_id for item in record.items), addresses, strict=True))
    record = record.model_copy(update={"items": tuple(item.model_copy(update={"address_id": names[item.address_id]}) for item in record.items)})
    rows = frame.drop_duplicates("address_id").head(15).assign(frame=record.id, trigger="other", propensity=np.nan)
    town.keep(
        make_matrix(
            town.theme, frame.assign(frame=rows["frame"], trigger=rows["trigger"].reindex(frame.index, fill_value="report"), propensity=np.nan)
        )
    )
    assert counted(training_matrix(town.settings, town.theme).frame) == Chances()
    draws.keep(town.settings.state, record, shown=b"")
    found = counted(training_matrix(town.settings, town.theme).frame)
    assert found is not None
    assert found.recorded + sum(found.set_aside.values()) == 15
    assert found.set_aside[recorded.ELSEWHERE] == 1
