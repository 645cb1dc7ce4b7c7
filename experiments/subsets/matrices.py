"""The town of a study, and for each theme the matrix of everything: its inspections, and its cohort on the last day with the hidden truth."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pandas as pd
from pydantic import Field

from experiments.kinds import REPO, Step
from experiments.town import Size, make
from features import cohort, matrix, outcomes
from features.builds import current
from features.catalogue import catalogue_hash
from features.declared import Frozen
from features.errors import StudyError
from features.ingestion import ingest
from features.matrix_file import MANIFEST, Matrix, folder_of, read, read_manifest
from features.report import REPORT
from features.settings import Settings, load, next_as_of
from features.store import open_store
from features.themes import Theme, load_theme
from training.training_matrix import check_matrix

TOWN = REPO / "municipalities" / "zaanwijk"
TRUTH = "truth"
"""Column of the cohort: 1 where an episode of the theme goes on, whether anyone saw it or not."""


class TownOfStudy(Frozen):
    """The town as a study declares it."""

    addresses: int = Field(ge=1_000)
    inspections_per_year: int = Field(ge=1)
    seed: int = Field(ge=0)


@dataclass(frozen=True)
class ThemeRows:
    """What a theme's models learn from, and the town that they are held against.

    Attributes
    ----------
    theme : Theme
    matrix : Matrix
        Labelled inspections, every indicator that the theme allows.
    cohort : DataFrame
        Every address that might be listed on the day after the last one, with the same indicators and `TRUTH`.
    """

    theme: Theme
    matrix: Matrix
    cohort: pd.DataFrame


@contextmanager
def folder(state: Path | None) -> Iterator[Path]:
    """Give the folder in which the town is kept, or one that goes again."""
    if state is not None:
        yield state
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def theme_rows(declared: TownOfStudy, themes: tuple[str, ...], *, state: Path, progress: Step) -> Iterator[ThemeRows]:
    """Make the town and each theme's matrices in a folder, or read what stands there of the same town and the same code.

    Raises
    ------
    StudyError
        Another town stands in the folder.
    """
    settings = load(TOWN, state=state, raw=state / "raw")
    _town(settings, declared, progress)
    for code in themes:
        progress(f"matrices of {code}")
        yield _of_theme(settings, load_theme(settings, code))


def _town(settings: Settings, declared: TownOfStudy, progress: Step) -> None:
    size = Size(**declared.model_dump(), today_on=_today(settings).date())
    told = settings.state / "truth" / "parameters.json"
    if (current(settings.state) / REPORT).exists():
        kept = json.loads(told.read_text(encoding="utf-8"))
        if any(kept[name] != value for name, value in declared.model_dump().items()):
            raise StudyError(
                f"another town stands in {settings.state}", expected=f"the town of {declared}", remedy="name another folder, or remove this one"
            )
        return
    progress("making the town")
    make(settings, size)
    progress("reading its registers")
    ingest(settings)


def _today(settings: Settings) -> pd.Timestamp:
    if settings.today_on is None:
        raise StudyError("the synthetic town has no day", expected="today_on in its municipality.toml", remedy="set it")
    return pd.Timestamp(settings.today_on)


def _of_theme(settings: Settings, theme: Theme) -> ThemeRows:
    store, today = open_store(settings), _today(settings).date()
    builder, as_of = matrix.Builder(store, theme), next_as_of(today)
    folder = folder_of(settings.state, theme.code)

    def learned_from() -> Matrix:
        labels = outcomes.labelled(store, theme, as_of)
        return builder.build(cohort.screen(store, theme, labels.frame, listing=False), labels=labels, built_on=today)

    def listed_from() -> Matrix:
        return builder.build(cohort.at(store, theme, as_of), built_on=today)

    hashed = catalogue_hash(builder.indicators)
    training = _kept(folder / "training", theme, learned_from, hashed)
    check_matrix(training, theme, municipality=settings.code)
    everyone = _kept(folder / as_of.isoformat(), theme, listed_from, hashed).frame
    return ThemeRows(theme, training, everyone.assign(**{TRUTH: _truth(settings, theme, everyone, as_of - timedelta(days=1))}))


def _kept(folder: Path, theme: Theme, build: Callable[[], Matrix], hashed: str) -> Matrix:
    """Give the matrix in a folder where it is of this theme and these indicators, or else build it there."""
    if (folder / MANIFEST).exists():
        manifest = read_manifest(folder)
        if (manifest.theme_hash, manifest.catalogue_hash) == (theme.content_hash, hashed):
            return read(folder)
    made = build()
    made.write(folder)
    return made


def _truth(settings: Settings, theme: Theme, rows: pd.DataFrame, on: object) -> pd.Series:
    """Say of each address whether an episode of the theme goes on on a day."""
    episodes = pd.read_parquet(settings.state / "truth" / "episodes.parquet")
    day = pd.Timestamp(str(on))
    going = (pd.to_datetime(episodes["start"]) <= day) & ~(pd.to_datetime(episodes["end"], errors="coerce") <= day)
    there = episodes.loc[going & (episodes["theme"] == theme.code), "address_id"]
    return rows["address_id"].isin(there).astype("int8")
