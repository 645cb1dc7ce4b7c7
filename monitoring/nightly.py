"""The night: look at the deliveries, build, score every address, look at what is in use. One at a time, and it carries on where it stopped.

What was done of a day stands in ``nightly.json``. A stage that failed is tried again, those before it are not; a theme that cannot be
scored or monitored keeps no other from its turn, one that cannot be built ends the night. On a new day all begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from features import turn
from features.builds import alone, current
from features.engine import replaced_whole
from features.errors import SchouwError
from features.ingestion import ingest
from features.settings import Settings
from features.store import open_store
from features.theme_matrices import write
from features.themes import Theme, load_themes
from monitoring.run import monitor
from serving.score_all import score_all
from training.release_files import CHAMPION

Stage = Literal["check", "build", "score", "monitor"]
STAGES: tuple[Stage, ...] = get_args(Stage)
EXIT_CODES: Mapping[Stage, int] = MappingProxyType({"check": 21, "build": 22, "score": 23, "monitor": 24})
"""Exit code of ``schouw nightly`` where a stage failed: the first that did."""
RECORD, LOCK = "nightly.json", "nightly.lock"
Say = Callable[[str], None]


@dataclass
class Night:
    """What was done of a day.

    Attributes
    ----------
    on : date
    done : list of str
        A stage, or a stage and a theme.
    failed : dict of Stage to list of str
        By stage, what each failure of this run said.
    """

    on: date
    done: list[str] = field(default_factory=list)
    failed: dict[Stage, list[str]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Exit code of the first stage that failed; 0 where none did."""
        return next((EXIT_CODES[stage] for stage in STAGES if stage in self.failed), 0)


def run(settings: Settings, *, today: date, say: Say, anew: bool = False) -> Night:
    """Do what is left of a night.

    Parameters
    ----------
    settings : Settings
    today : date
        The clock.
    say : callable
        Told of each stage as it begins, was done before, or fails.
    anew : bool
        Begin with the first stage, whatever was done.

    Returns
    -------
    Night
        Its failures name no address and no person, as no error of ours does.

    Raises
    ------
    TakenError
        Another night is running.
    StateError
        What was done cannot be written down.
    """
    with turn.refusing(settings.state / LOCK, doing="at work on the night", expected="one night at a time", remedy="wait until it is done"):
        night = Night(today) if anew else _read(settings.state / RECORD, today)
        night.failed = {}
        themes = [theme for theme in load_themes(settings).values() if theme.enabled]
        if _did(night, settings, say, "check", None, partial(_check, settings, today)):
            _did(night, settings, say, "build", None, partial(_build, settings, themes, today))
        if not night.failed:
            for theme in (theme for theme in themes if (settings.state / "releases" / theme.code / CHAMPION).exists()):
                _did(night, settings, say, "score", theme, partial(score_all, settings, theme.code, today=today))
            for theme in themes:
                _did(night, settings, say, "monitor", theme, partial(monitor, settings, theme.code, today=today))
    return night


def _did(night: Night, settings: Settings, say: Say, stage: Stage, theme: Theme | None, act: Callable[[], object]) -> bool:
    """Do one thing, unless it was done, and write that down; False where it failed."""
    named = stage if theme is None else f"{stage} {theme.code}"
    if named in night.done:
        say(f"{named}: done before")
        return True
    say(named)
    try:
        act()
    except SchouwError as error:
        night.failed.setdefault(stage, []).append(f"{named}: {error}")
        say(f"{named} failed: {error}")
        return False
    night.done.append(named)
    with replaced_whole(settings.state / RECORD) as draft:
        draft.write_text(json.dumps({"on": night.on.isoformat(), "done": night.done}), encoding="utf-8")
    return True


def _check(settings: Settings, today: date) -> None:
    ingest(settings, keep=False, today=today)


def _build(settings: Settings, themes: list[Theme], today: date) -> None:
    with alone(settings.state):
        ingest(settings, today=today, held=True)
        store = open_store(settings)
        for theme in themes:
            write(store, theme, today, _quietly, tier=2)


def _quietly(_said: str) -> None:
    """Say nothing of the steps of a build."""


def _read(file: Path, today: date) -> Night:
    """Give what was done of a day; of another day nothing was, nor where it cannot be read or what it built is gone."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        done = [str(name) for name in told["done"]] if told["on"] == today.isoformat() else []
    except (OSError, ValueError, KeyError, TypeError):
        done = []
    return Night(today, done if current(file.parent).exists() else [])
