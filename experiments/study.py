"""Studies: declared in ``experiments/studies/<name>.toml``, repeatable from their seed, written as a page by the run.

A study says its kind; `experiments.kinds` finds what that kind declares and how it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from experiments.kinds import REPO, Asked, Step, Study, kinds
from features.declared import read_toml, settings_error
from features.errors import StudyError

STUDIES = Path(__file__).parent / "studies"
Declared = TypeVar("Declared", bound=Study)


@dataclass(frozen=True)
class Written:
    """What a study leaves: its page, and its figures for a program to read."""

    page: Path
    figures: dict[str, Any]


def names() -> list[str]:
    """Give the names of all declared studies."""
    return sorted(path.stem for path in STUDIES.glob("*.toml"))


def declared(name: str) -> Study:
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
    found = read_toml(path)
    kind = kinds().get(str(found.get("kind")))
    if kind is None:
        raise settings_error(path, TypeError(f"kind is {found.get('kind')!r}, not one of {', '.join(kinds())}"))
    try:
        study: Study = kind.declared(**found)
    except (ValidationError, TypeError) as error:
        raise settings_error(path, error) from error
    return study


def declared_as(name: str, kind: type[Declared]) -> Declared:
    """Read a study of a known kind.

    Raises
    ------
    StudyError
        There is no such study, or it is of another kind.
    SettingsError
        Its file does not fit.
    """
    study = declared(name)
    if not isinstance(study, kind):
        raise StudyError(f"study '{name}' is of kind '{study.kind}'", expected=f"a {kind.__name__}", remedy="correct the name")
    return study


def run(name: str, *, raw: Path | None = None, municipality: Path | None = None, state: Path | None = None, page: Path | None = None,
        progress: Step) -> Written:  # fmt: skip
    """Run a study, and write its page with the pictures beside it.

    Parameters
    ----------
    name : str
        File name in ``experiments/studies``, without its end.
    raw : Path, optional
        Folder with the raw files, of a study that reads any; otherwise ``SCHOUW_RAW``.
    municipality, page : Path, optional
        Win from what the study declares.
    state : Path, optional
        Folder in which a study keeps the town that it makes.
    progress : callable
        Told the name of each step as it starts.

    Raises
    ------
    StudyError, SettingsError, SourceError
        The study, the raw folder or a file is not there, or is not what was declared.
    """
    study = declared(name)
    told = kinds()[study.kind].run(study, Asked(progress, raw=raw, municipality=municipality, state=state))
    target = page or REPO / study.page
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(told.page, encoding="utf-8")
    for picture, content in told.pictures.items():
        (target.parent / picture).write_bytes(content)
    return Written(target, told.figures)
