"""Studies: declared in ``experiments/studies/<name>.toml``, repeatable from their seed, written as a page by the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.chicago.declared import ChicagoStudy
from features.declared import read_toml, settings_error
from features.errors import StudyError
from features.settings import load

REPO = Path(__file__).parents[1]
STUDIES = Path(__file__).parent / "studies"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Written:
    """What a study leaves: its page, and its figures for a program to read."""

    page: Path
    figures: dict[str, Any]


def names() -> list[str]:
    """Give the names of all declared studies."""
    return sorted(path.stem for path in STUDIES.glob("*.toml"))


def declared(name: str) -> ChicagoStudy:
    """Read a study.

    Raises
    ------
    StudyError
        There is no such study.
    SettingsError
        Its file does not fit.
    """
    if name not in names():
        raise StudyError(f"study '{name}' is not declared", expected=f"one of {', '.join(names())}", remedy="correct the name")
    path = STUDIES / f"{name}.toml"
    try:
        return ChicagoStudy(**read_toml(path))
    except (ValidationError, TypeError) as error:
        raise settings_error(path, error) from error


def run(name: str, *, raw: Path | None = None, municipality: Path | None = None, page: Path | None = None, progress: Step) -> Written:
    """Run a study and write its page.

    Parameters
    ----------
    name : str
        File name in ``experiments/studies``, without its end.
    raw : Path, optional
        Folder with the raw files; otherwise ``SCHOUW_RAW``.
    municipality, page : Path, optional
        Win from what the study declares.
    progress : callable
        Told the name of each step as it starts.

    Raises
    ------
    StudyError, SettingsError, SourceError
        The study, the raw folder or a file is not there, or is not what was declared.
    """
    study = declared(name)
    settings = load(municipality or REPO / study.municipality, raw=raw)
    from experiments.chicago.page import page as render
    from experiments.chicago.run import run as run_chicago

    result = run_chicago(settings, study, progress=progress)
    target = page or REPO / study.page
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(result, study), encoding="utf-8")
    return Written(target, result.as_json())
