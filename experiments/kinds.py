"""Kinds of studies: each is a package here whose `declared` module says what its TOML declares and how it runs. A new package is a new kind."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import experiments
from features.declared import Frozen

REPO = Path(__file__).parents[1]
Step = Callable[[str], None]
NAME = "KIND"
"""What the `declared` module of a kind calls it."""


class Study(Frozen):
    """What every study declares; a kind says more.

    Attributes
    ----------
    kind : str
        Its kind narrows this to the one word by which a file names it.
    page : str
        File that a run writes, relative to the repo.
    """

    kind: str
    page: str


@dataclass(frozen=True)
class Asked:
    """What the one who runs a study may set.

    Attributes
    ----------
    raw : Path or None
        Folder with the raw files, of a study that reads any; otherwise ``SCHOUW_RAW``.
    municipality : Path or None
        Wins from what the study declares.
    state : Path or None
        Folder in which a study that makes a town keeps it, so that the next run reads it; otherwise it goes again.
    progress : callable
        Told the name of each step as it starts.
    """

    progress: Step
    raw: Path | None = None
    municipality: Path | None = None
    state: Path | None = None


@dataclass(frozen=True)
class Told:
    """What a run gives.

    Attributes
    ----------
    page : str
        Markdown.
    figures : dict
        For a program to read.
    pictures : mapping of str to bytes
        By file name, as the page names them; they stand beside it.
    """

    page: str
    figures: dict[str, Any]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


Declared = TypeVar("Declared", bound=Study)


@dataclass(frozen=True)
class Kind(Generic[Declared]):
    """A kind of study: what its files declare, and how one runs. What is heavy is imported inside `run`."""

    declared: type[Declared]
    run: Callable[[Declared, Asked], Told]

    @property
    def name(self) -> str:
        """The word by which a file says that it is of this kind."""
        (name,) = self.declared.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]  # a Literal of one word
        return str(name)


@cache
def kinds() -> Mapping[str, Kind[Any]]:
    """Give every kind by its name."""
    packages = sorted(info.name for info in pkgutil.iter_modules(experiments.__path__) if info.ispkg)
    declaring = [name for name in packages if (Path(__file__).parent / name / "declared.py").exists()]
    found = [_kind_of(name, import_module(f"experiments.{name}.declared")) for name in declaring]
    return MappingProxyType({kind.name: kind for kind in found})


def _kind_of(package: str, declares: object) -> Kind[Any]:
    kind = getattr(declares, NAME, None)
    if not isinstance(kind, Kind):
        raise TypeError(f"experiments/{package}/declared.py has no {NAME}: it says what a study declares, so it says its kind too")
    return kind
