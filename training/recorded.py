"""Chances as they were drawn: inspections held against the records of the worklists, before anything is weighted by a chance.

A register of inspections says by which frame an address was visited and with which chance, and whoever fills it may type both. Where Schouw drew
the list it knows better: an inspection that names one of its lists must match the record (`training.draws`), and takes chance, arm and size of the
frame from it. One that does not match keeps its label and loses its chance: it is set aside from the random arm and from every weight, and counted.
A frame that no record knows was not drawn by Schouw: it is taken on the word of the register, and every figure that rests on it says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from training.chances import ARM, SET_ASIDE
from training.drawing import RANDOM, TOP
from training.draws import Record

COUNTED = ("propensity", "frame_size", "frame_listed", "frame_drawn")
"""Columns that a record knows too."""
OWN_NAME = r"^(.+)-\d{4}-\d{2}-\d{2}-\d+$"
"""A list of Schouw is named after its theme, its day and its number (`training.draws.Record`)."""
NEVER, ELSEWHERE = "no list of the theme has that name", "the list does not hold the address"
OTHER_CHANCE, OTHER_ARM = "the list gave another chance", "the list has it in the other arm"
BEFORE, AGAIN = "decided before the list was drawn", "a second inspection of one address of the list"
TOLERANCE = 0.01
"""Part of a chance by which a register may have rounded it. Assumed: two figures of it are kept at least."""
TRIGGERS = {"random": RANDOM, "list": TOP}
"""Arm that goes with why an address was visited; another ground says nothing of it."""


def held(rows: pd.DataFrame, records: Sequence[Record], *, drawing_themes: Collection[str]) -> pd.DataFrame:
    """Hold inspections against the records of their theme's lists.

    Parameters
    ----------
    rows : DataFrame of n rows
        A training matrix, oldest first. One without ``trigger``, ``frame`` and ``propensity`` names no list.
    records : sequence of Record
        Every list that the theme drew.
    drawing_themes : collection of str
        Codes of all themes of which lists are kept: a name as theirs that no record bears was made up.

    Returns
    -------
    DataFrame of n rows
        Also `ARM` (None where no record knows) and `SET_ASIDE` (None where nothing is wrong). A row that matches has propensity and frame counts
        of the record; one that is set aside has none, and no frame.
    """
    if not {"trigger", "frame", "propensity"} <= set(rows.columns):
        return rows.assign(**{ARM: None, SET_ASIDE: None})
    listed = _listed(records)
    names = rows["frame"].where(rows["frame"].notna() & (rows["trigger"] != "report"))
    named = pd.DataFrame({"frame": names.astype(object), "address_id": rows["address_id"]})
    found = named.merge(listed, on=["frame", "address_id"], how="left", validate="many_to_one").set_axis(rows.index)
    own = names.isin({record.id for record in records})
    claimed = names.astype("string").str.extract(OWN_NAME, expand=False).isin(set(drawing_themes)).fillna(False)
    reason = _reason(rows, found, own=own, made_up=claimed & ~own)
    right = own & reason.isna()
    again = right & pd.DataFrame({"frame": names, "address_id": rows["address_id"]})[right].duplicated().reindex(rows.index, fill_value=False)
    reason, right = reason.mask(again, AGAIN), right & ~again
    taken = {name: rows[name].mask(reason.notna()).mask(right, found[f"of_list_{name}"]) for name in COUNTED if name in rows}
    absent = {name: found[f"of_list_{name}"].where(right) for name in COUNTED if name not in rows and right.any()}
    arm = found["of_list_arm"].where(right)
    return rows.assign(**taken, **absent, frame=rows["frame"].mask(reason.notna()), **{ARM: arm.astype(object), SET_ASIDE: reason})


def _listed(records: Sequence[Record]) -> pd.DataFrame:
    """Give every address of every list with what its record says of it."""
    lines = [
        (record.id, item.address_id, item.arm, item.propensity, record.frame.frame_size, record.frame.top, record.frame.drawn, record.made_on)
        for record in records
        for item in record.items
    ]
    told = [f"of_list_{name}" for name in ("arm", *COUNTED, "made_on")]
    table = pd.DataFrame(lines, columns=["frame", "address_id", *told])
    numbers = dict.fromkeys((f"of_list_{name}" for name in COUNTED), "float64")
    return table.astype({"frame": object, "address_id": object, **numbers}).assign(of_list_made_on=pd.to_datetime(table["of_list_made_on"]))


def _reason(rows: pd.DataFrame, found: pd.DataFrame, *, own: pd.Series, made_up: pd.Series) -> pd.Series:
    """Say why a row cannot be what the list drew; missing where it can, and where the list is not ours."""
    chance, typed = found["of_list_propensity"], rows["propensity"]
    told_arm = rows["trigger"].map(TRIGGERS)
    faults = {
        NEVER: made_up,
        ELSEWHERE: own & chance.isna(),
        OTHER_CHANCE: own & typed.notna() & ~((typed - chance).abs() <= TOLERANCE * chance),
        OTHER_ARM: own & told_arm.notna() & (told_arm != found["of_list_arm"]),
        BEFORE: own & (pd.to_datetime(rows["as_of"]) < found["of_list_made_on"]),
    }
    first = np.select([fault.to_numpy(dtype=bool) for fault in faults.values()], list(faults), "")
    return pd.Series(first, index=rows.index, dtype=object).mask(lambda one: one == "", None)
