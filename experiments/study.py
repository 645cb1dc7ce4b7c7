"""Studies: declared in ``experiments/studies/<name>.toml``, repeatable from their seed, written as a page by the run.

A study says its kind; `KINDS` knows what a kind declares and how it runs. Heavy imports stand inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from experiments.chicago.declared import ChicagoStudy
from experiments.selective_labels.declared import SelectiveLabelsStudy
from features.declared import Frozen, read_toml, settings_error
from features.errors import StudyError
from features.settings import load

REPO = Path(__file__).parents[1]
STUDIES = Path(__file__).parent / "studies"
Step = Callable[[str], None]
Study = ChicagoStudy | SelectiveLabelsStudy
Kind = TypeVar("Kind", bound=Frozen)
KINDS: Mapping[str, type[Study]] = MappingProxyType({"chicago": ChicagoStudy, "selective-labels": SelectiveLabelsStudy})


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
    kind = KINDS.get(str(found.get("kind")))
    if kind is None:
        raise settings_error(path, TypeError(f"kind is {found.get('kind')!r}, not one of {', '.join(KINDS)}"))
    try:
        return kind(**found)
    except (ValidationError, TypeError) as error:
        raise settings_error(path, error) from error


def declared_as(name: str, kind: type[Kind]) -> Kind:
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


def run(name: str, *, raw: Path | None = None, municipality: Path | None = None, page: Path | None = None, progress: Step) -> Written:
    """Run a study and write its page.

    Parameters
    ----------
    name : str
        File name in ``experiments/studies``, without its end.
    raw : Path, optional
        Folder with the raw files, of a study that reads any; otherwise ``SCHOUW_RAW``.
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
    if isinstance(study, ChicagoStudy):
        text, figures = _chicago(study, raw=raw, municipality=municipality, progress=progress)
    else:
        text, figures = _selective_labels(study, progress=progress)
    target = page or REPO / study.page
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return Written(target, figures)


def _chicago(study: ChicagoStudy, *, raw: Path | None, municipality: Path | None, progress: Step) -> tuple[str, dict[str, Any]]:
    settings = load(municipality or REPO / study.municipality, raw=raw)
    from experiments.chicago.page import page as render
    from experiments.chicago.run import run as run_chicago

    result = run_chicago(settings, study, progress=progress)
    return render(result, study), result.as_json()


def _selective_labels(study: SelectiveLabelsStudy, *, progress: Step) -> tuple[str, dict[str, Any]]:
    from experiments.selective_labels.page import page as render
    from experiments.selective_labels.run import run as run_simulations

    result = run_simulations(study, progress=progress)
    return render(result, study), result.as_json()
