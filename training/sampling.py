"""Rows as a weighted sample of addresses: which enter, what each stands for, and which of them a list of a given length would hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.chances import ARM, SET_ASIDE
from training.drawing import RANDOM, TOP
from training.metrics import Floats

Ints = NDArray[np.intp]
BANDS = 5
"""Bands of equal size over which weights are estimated; the capacity cut is one more edge. Assumed: with fewer, rows in a band are less alike."""
LISTED, DRAWN = 0, 1
COUNTS = ("frame_size", "frame_listed", "frame_drawn")
INSPECTED = "inspected addresses with a known outcome"
EVERY_ADDRESS = "every address of the frames"
ON_WORD = "taken on the word of the register"


@dataclass(frozen=True)
class Sample:
    """Some of the rows with a weight each.

    Attributes
    ----------
    rows : ndarray of int, shape (k,)
        Positions among all rows.
    weights : ndarray of shape (k,)
        How many addresses each row stands for, up to a factor.
    stratum : ndarray of int, shape (k,)
        Rows that were taken in the same way.
    cut : ndarray of shape (k,), optional
        Which part of each row is within capacity, where the way decides it; otherwise `within_capacity` does.
    on_word : int
        Rows of frames that Schouw did not draw: nothing but the register says what their chances were.
    """

    method: Literal["inspected", "random arm", "inverse propensity", "estimated weights"]
    population: str
    weights_are: Literal["none", "logged", "estimated"]
    rows: Ints
    weights: Floats
    stratum: Ints
    cut: Floats | None = None
    on_word: int = 0

    @property
    def speaks_of(self) -> str:
        """The population, and whose word it rests on."""
        if not self.on_word:
            return self.population
        of = "their chances" if self.on_word == len(self.rows) else f"the chances of {self.on_word} of {len(self.rows)} rows"
        return f"{self.population}; {of} {ON_WORD}"


def inspected(rows: pd.DataFrame) -> Sample:
    """Take every row as it is."""
    every = np.arange(len(rows), dtype=np.intp)
    return Sample("inspected", INSPECTED, "none", every, np.ones(len(rows)), np.zeros(len(rows), dtype=np.intp))


def random_arm(rows: pd.DataFrame, ways: Ints | None = None) -> Sample | str:
    """Take the rows that were drawn by lot, each for as many addresses as the lot makes it; or say why there is none. ``ways`` is of `ways_of`."""
    at = np.flatnonzero((ways_of(rows) if ways is None else ways) == DRAWN)
    if not len(at):
        return "no row was drawn at random with a logged probability"
    drawn = rows.iloc[at]
    weights, stratum = 1 / drawn["propensity"].to_numpy(dtype=np.float64), np.zeros(len(at), dtype=np.intp)
    return Sample("random arm", _frames(drawn), "logged", at, weights, stratum, on_word=_on_word(drawn))


def inverse_propensity(rows: pd.DataFrame, fold: Ints, ways: Ints | None = None) -> Sample | str:
    """Take what was listed and what was drawn from the rest, weighted by the chance of being listed; or say why not.

    Listed and drawn rows each stand for the addresses of their part of the frame, N and M - N where these were logged: a listed
    address without an outcome is represented by the listed ones that have one. A frame whose visits fall in two folds stands in each for the
    part of its visits that is there. A fold in which one of the two parts has no row is left out.
    """
    chance = ways_of(rows) if ways is None else ways
    visits = rows.loc[chance >= LISTED, "frame"].value_counts()
    if not (chance == LISTED).any():
        return "no row was listed for its score with a logged probability"
    taken: list[tuple[Ints, Floats]] = []
    for number in np.unique(fold):
        parts = [np.flatnonzero((fold == number) & (chance == kind)) for kind in (LISTED, DRAWN)]
        if all(len(part) for part in parts):
            here = rows.iloc[np.concatenate(parts)]
            frames = here.drop_duplicates("frame")
            frames = frames.assign(part=frames["frame"].map(here["frame"].value_counts() / visits))
            taken += [(part, _stand_for(rows.iloc[part], frames, kind)) for kind, part in zip((LISTED, DRAWN), parts, strict=True)]
    if not taken:
        return "no round has both listed and drawn rows with an outcome"
    at = np.concatenate([part for part, _ in taken])
    weights = np.concatenate([weight for _, weight in taken])
    population = "every address of the frames of the worklists"
    return Sample("inverse propensity", population, "logged", at, weights, chance[at].astype(np.intp), on_word=_on_word(rows.iloc[at]))


def estimated(rows: pd.DataFrame, scores: Floats, *, fold: Ints, share: float, ways: Ints | None = None) -> Sample | str:
    """Take rows without a logged chance too, weighted by how much rarer their scores are in the random arm; or say why not."""
    chance = ways_of(rows) if ways is None else ways
    counts = rows[SET_ASIDE].isna() if SET_ASIDE in rows else True
    unlogged = np.asarray((rows["propensity"].isna() & (rows["trigger"] != "report") & counts).to_numpy(), dtype=bool)
    if not unlogged.any():
        return "every row that follows no report has a logged chance"
    if (chance == LISTED).any() or not (chance == DRAWN).any():
        return "there is no random arm of everything to compare with" if not (chance == DRAWN).any() else "worklists log their chances"
    at, place = [], []
    for number in np.unique(fold):
        drawn = np.flatnonzero((fold == number) & (chance == DRAWN))
        if len(drawn):
            here = np.concatenate([drawn, np.flatnonzero((fold == number) & unlogged)])
            at.append(here)
            place.append(_place(scores[here], scores[drawn], 1 / rows["propensity"].to_numpy(dtype=np.float64)[drawn]))
    positions, places = np.concatenate(at), np.concatenate(place)
    edges = np.unique([*np.linspace(0, 1, BANDS + 1)[1:-1], 1 - share])
    band = np.searchsorted(edges, places, side="right")
    sizes = np.diff([0, *edges, 1])
    weights = (sizes / np.maximum(np.bincount(band, minlength=len(sizes)), 1))[band]
    cut = (places >= 1 - share).astype(np.float64)
    population = "every address of the frames, if within a band of scores the listed are as the others"
    return Sample("estimated weights", population, "estimated", positions, weights, band.astype(np.intp), cut, _on_word(rows.iloc[positions]))


def within_capacity(scores: Floats, weights: Floats, *, fold: Ints, ties: NDArray[np.uint64], share: float) -> Floats:
    """Say which part of each row a list of a share of the addresses would hold, highest scores first, in each fold by itself.

    Examples
    --------
    >>> ones, ties = np.ones(4), np.arange(4, dtype=np.uint64)
    >>> within_capacity(np.array([0.1, 0.9, 0.5, 0.7]), ones, fold=np.zeros(4, dtype=np.intp), ties=ties, share=0.375).tolist()
    [0.0, 1.0, 0.0, 0.5]
    """
    order = np.lexsort((ties, -np.where(np.isnan(scores), -np.inf, scores), fold))
    listed, numbers = weights[order], np.unique(fold, return_inverse=True)[1][order]
    totals = np.bincount(numbers, weights=listed)
    before = np.cumsum(listed) - listed - (np.cumsum(totals) - totals)[numbers]
    held = np.empty(len(scores))
    held[order] = np.clip((share * totals[numbers] - before) / np.where(listed > 0, listed, 1), 0, 1)
    return held


def ways_of(rows: pd.DataFrame) -> Ints:
    """Say of each row whether it was listed for its score (0), drawn by lot (1), or neither is known (-1); a report's visit never.

    Nor does one of a frame of which the logged figures cannot all be right: what its rows stand for is then not known.
    """
    propensity = rows["propensity"].to_numpy(dtype=np.float64)
    drawable = rows["frame"].notna() & (rows["trigger"] != "report")
    framed = (drawable & ~rows["frame"].isin(_impossible(rows[drawable]))).to_numpy(dtype=bool)
    known, lot = framed & (propensity > 0) & (propensity <= 1), _by_lot(rows)
    return np.select([known & ~lot, known & lot], [LISTED, DRAWN], -1).astype(np.intp)


def _by_lot(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Say of each row whether a lot put it on its list: as the record of the list has it, else why it was visited, else by a chance below 1.

    The chance alone does not tell: where all the rest was drawn it is 1, and where the number of drawn ones was rounded that of the last address
    at the top is below 1.
    """
    said = rows["trigger"].map({"random": True, "list": False})
    if ARM in rows:
        said = rows[ARM].map({RANDOM: True, TOP: False}).astype(object).combine_first(said.astype(object))
    return np.where(said.isna(), rows["propensity"] < 1, said == True).astype(bool)  # noqa: E712  # True, False or missing: an object column


def _on_word(rows: pd.DataFrame) -> int:
    """Count the rows with a frame that no record knows; 0 where nobody held them against any."""
    return int((rows["frame"].notna() & rows[ARM].isna()).sum()) if ARM in rows else 0


def _impossible(rows: pd.DataFrame) -> set[object]:
    """Give the frames that hold fewer addresses than were taken from them, or of which the rows tell different numbers."""
    counts = [name for name in COUNTS if name in rows]
    if not {"frame_size", "frame_listed"} <= set(counts):
        return set()
    size, listed, drawn = (rows[name] if name in rows else pd.Series(np.nan, index=rows.index) for name in COUNTS)
    # Of a frame that was listed whole nothing is left to draw from.
    wrong = (listed > size) | (listed + drawn > size) | ((listed == size) & (rows["propensity"] < 1))
    differ = rows.groupby("frame")[counts].nunique().max(axis=1) > 1
    return set(rows.loc[wrong, "frame"]) | set(differ.index[differ])


def _stand_for(part: pd.DataFrame, frames: pd.DataFrame, kind: int) -> Floats:
    """Give the weights of the listed or the drawn rows of a fold: by their chance, together as many as the parts of the frames hold of that kind."""
    weights = 1 / part["propensity"].to_numpy(dtype=np.float64)
    logged = {"frame_size", "frame_listed"} <= set(frames.columns) and frames[["frame_size", "frame_listed"]].notna().all(axis=None)
    if not logged:
        return weights
    sizes = frames["frame_listed"] if kind == LISTED else frames["frame_size"] - frames["frame_listed"]
    size = float((sizes * frames["part"]).sum())
    return np.asarray(weights * size / weights.sum())


def _frames(drawn: pd.DataFrame) -> str:
    """Say from which addresses was drawn, as far as it was logged."""
    listed = drawn["frame_listed"] if "frame_listed" in drawn else pd.Series([np.nan])
    if listed.isna().any():
        return "the addresses from which was drawn at random"
    return EVERY_ADDRESS if (listed == 0).all() else "the addresses of the frames that the score did not list"


def _place(scores: Floats, reference: Floats, weights: Floats) -> Floats:
    """Give the weighted share of the reference that scores lower, equal ones counting half; between 0 and 1."""
    order = np.argsort(reference, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    below, upto = (np.searchsorted(reference[order], scores, side=side) for side in ("left", "right"))
    return np.asarray((sums[below] + sums[upto]) / 2)
