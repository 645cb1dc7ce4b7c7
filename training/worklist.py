"""A worklist without a model: the experts' points or the number of reports, and a random arm. It says "no model" wherever it goes.

::

    worklists/THEME/2026-01-01-1/worklist.csv    for who visits: addresses in shuffled order, and nothing that tells why one is on it
                                 draw.json       for the record: frame, N, m, seed, and of each address its arm, chance, points and reasons
    worklists/THEME.jsonl              a chained line per list, with the hash of both files (`training.draws`)

The arm and the points stay in the record until the handler's own judgement is stored (DESIGN rule 10).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from features.builds import alone
from features.errors import ApprovalError, InputError
from features.manifest import Manifest
from features.matrix_file import ScoringFile, folder_of, open_scoring
from features.scorecard import scorecard_hash
from features.settings import Settings, next_as_of
from features.themes import Theme, load_theme
from features.yardstick import yardstick
from training import drawing, draws, scorecard
from training.draws import Item, Record
from training.stops import Stops

By = Literal["scorecard", "reports", "lot"]
NO_MODEL: dict[By, str] = {
    "scorecard": f"no model: {scorecard.SCORECARD}",
    "reports": "no model: number of reports",
    "lot": "no model: the theme was stopped, so that all of it is drawn by lot",
}
"""What every such list says of itself."""
LARGEST_SEED = 2**32


@dataclass(frozen=True)
class Worklist:
    """The record, and the folder that holds it beside the list."""

    record: Record
    folder: Path


def without_model(settings: Settings, theme_code: str, *, today: date, by: By | None = None, visits: int | None = None) -> Worklist:
    """Draw a list for tomorrow and write it, with a seed that nobody knows before and that stands in the record.

    Nobody gives a seed: who may try some until one draws what he wants has drawn nothing by lot (`training.replay` draws a list again).

    Parameters
    ----------
    settings : Settings
    theme_code : str
        An enabled theme of which ``schouw build`` wrote the matrix of today.
    today : date
        The clock.
    by : {"scorecard", "reports"}, optional
        What orders the list; otherwise the scorecard where the theme has one. While the theme is stopped nothing does (`training.stops`).
    visits : int, optional
        Length of the list; otherwise the theme's capacity.

    Raises
    ------
    InputError
        The theme has nothing to order by, the matrix is not that of its rules, or a number lies outside its range.
    ApprovalError
        The theme is stopped, and nothing of it may be drawn by lot.
    StateError
        There is no matrix of today, an earlier list is gone or is not as it was drawn, another process holds the state folder, or the disk refuses.
    """
    theme = load_theme(settings, theme_code)
    as_of = next_as_of(today)
    with alone(settings.state):
        matrix = open_scoring(folder_of(settings.state, theme.code) / as_of.isoformat())
        _refuse_other(matrix.manifest, theme, settings)
        ordered_by: By = "lot" if _is_stopped(settings, theme) else by or ("scorecard" if theme.scorecard else "reports")
        rows, points = points_of(matrix, theme, by=ordered_by)
        earlier = draws.earlier(settings.state, theme.code)
        drawn = drawing.draw(
            rows["address_id"].tolist(),
            points.sum(axis=1, skipna=False).tolist(),
            visits=theme.capacity.visits if visits is None else visits,
            share=1 if ordered_by == "lot" else theme.random_arm.share,
            seed=secrets.randbelow(LARGEST_SEED),
            carry=earlier[-1].frame.next_carry if earlier else None,
        )
        number = 1 + sum(record.as_of == as_of for record in earlier)
        record = Record(
            id=f"{theme.code}-{as_of}-{number}",
            as_of=as_of,
            made_on=today,
            frame=drawn.frame,
            items=items(drawn, points.set_index(rows["address_id"])),
            **_origin(matrix.manifest, theme, by=ordered_by),
        )
        folder = draws.keep(settings.state, record, shown=_as_csv(record))
    return Worklist(record, folder)


def _is_stopped(settings: Settings, theme: Theme) -> bool:
    """Say whether a theme is stopped; where the law asks for doubt before anyone looks there is then no list at all."""
    stopped = Stops(settings).now().get(theme.code)
    if stopped is not None and theme.random_arm.form == "none":
        raise ApprovalError(
            f"theme '{theme.code}' was stopped by {stopped.by}, and nothing of it may be drawn by lot: {theme.random_arm.none_because}",
            expected="a theme that is not stopped, or one of which addresses may be drawn",
            remedy="work from reports until a process owner lets it go on ('schouw resume')",
        )
    return stopped is not None


def _origin(manifest: Manifest, theme: Theme, *, by: By) -> dict[str, Any]:
    """Give what a record says of the data and the rules that it came from."""
    lines = theme.scorecard if by == "scorecard" else ()
    return {
        "municipality": manifest.municipality,
        "synthetic": manifest.synthetic,
        "theme": theme.code,
        "purpose": theme.purpose.code,
        "basis": NO_MODEL[by],
        "scorecard_hash": scorecard_hash(lines) if lines else None,
        "absent": tuple(dict.fromkeys(line.indicator for line in lines if line.indicator not in manifest.names)),
        "matrix_hash": manifest.content_hash,
        "catalogue_hash": manifest.catalogue_hash,
        "random_form": theme.random_arm.form,
    }


def points_of(matrix: ScoringFile, theme: Theme, *, by: By) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the rows of the frame, and what each indicator gives them of the order: one column per indicator."""
    if by == "lot":
        rows = matrix.file.read(columns=["address_id"]).to_pandas()
        return rows, pd.DataFrame(index=rows.index, dtype="float64")
    reports = yardstick(matrix.manifest.indicators)
    names = [line.indicator for line in theme.scorecard] if by == "scorecard" else [reports] if reports else []
    if not names:
        raise InputError(
            f"theme '{theme.code}' has nothing to order by: no {'scorecard' if by == 'scorecard' else 'count of reports in its matrix'}",
            expected="lines under [[scorecard]], or source 'reports' among its sources",
            remedy="declare points for the theme, or order by the other",
        )
    held = [name for name in dict.fromkeys(names) if name in matrix.manifest.names]
    rows = matrix.file.read(columns=["address_id", *held]).to_pandas()
    return rows, scorecard.contributions(rows, theme.scorecard) if by == "scorecard" else rows[held].astype(np.float64)


def _refuse_other(manifest: Manifest, theme: Theme, settings: Settings) -> None:
    found = {
        f"the matrix is of theme '{manifest.theme}' of '{manifest.municipality}'": (manifest.theme, manifest.municipality)
        != (theme.code, settings.code),
        f"the matrix is a {manifest.kind} matrix": manifest.kind != "scoring",
        f"theme '{theme.code}' was changed after its matrix was built": manifest.theme_hash != theme.content_hash,
    }
    for fault in (said for said, wrong in found.items() if wrong):
        raise InputError(fault, expected=f"the matrix of today of theme '{theme.code}', under its rules of now", remedy="run 'schouw build'")


def items(drawn: drawing.Drawn, points: pd.DataFrame) -> tuple[Item, ...]:
    """Give each address of a list with its arm, its chance, and what each indicator gave of its points (``points``, by address)."""
    listed = points.loc[drawn.rows["address_id"]]
    return tuple(
        Item(
            place=place,
            address_id=row.address_id,
            arm=row.arm,
            propensity=row.propensity,
            points=None if given.isna().any() else float(given.sum()),
            reasons={str(name): float(value) for name, value in given.items() if value == value and value != 0},
        )
        for place, (row, (_, given)) in enumerate(zip(drawn.rows.itertuples(), listed.iterrows(), strict=True), start=1)
    )


def _as_csv(record: Record) -> bytes:
    """Write what who visits may see: the shuffled addresses, of which list, and that no model had a part in it."""
    table = pd.DataFrame({"place": [i.place for i in record.items], "address_id": [i.address_id for i in record.items]})
    return bytes(table.assign(list=record.id, basis=NO_MODEL_SHOWN).to_csv(index=False, sep=";").encode("utf-8"))


NO_MODEL_SHOWN = "no model"
"""What stands on the list itself: by which order a top was chosen would say which addresses were drawn."""
