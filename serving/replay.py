"""Replay: the same score and reasons, or the same facts for which there is none, again from the stored row and the release (DESIGN rule 8)."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from features.errors import NotFoundError, ReleaseError
from features.manifest import lock_hash
from features.settings import Settings
from serving import score_log
from serving.result import explained, unlike
from training import release

WITHIN = 1e-9
"""Largest difference allowed under another lock or processor family."""


@dataclass(frozen=True)
class Replay:
    """What replaying an answer gave.

    Attributes
    ----------
    equal : bool
        Score, log-odds, base value and every contribution have the same bits, or every fact that made an address unlike others is the same.
    difference : float
        Largest absolute difference among them; 0 where equal, infinite where a fact differs.
    differs : tuple of str
        What is not as it was then: the lock of the packages, the processor family.
    figures : tuple of str
        Which of them differ, the largest difference first.
    """

    score_id: str
    equal: bool
    difference: float
    differs: tuple[str, ...]
    figures: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["bit-equal", "within 1e-9", "differs"]:
        """Say in a word or two how it came out."""
        return "bit-equal" if self.equal else "within 1e-9" if self.faithful else "differs"

    @property
    def faithful(self) -> bool:
        """Bit-equal under the same lock and processor family, within 1e-9 otherwise."""
        return self.equal or (bool(self.differs) and self.difference <= WITHIN)


def replay(settings: Settings, engine: Engine, score_id: str) -> Replay:
    """Compute a logged answer again and compare.

    Parameters
    ----------
    settings : Settings
    engine : sqlalchemy.Engine
    score_id : str

    Raises
    ------
    NotFoundError
        No answer has that id, its payload was purged, or its address was not in the cohort.
    ReleaseError, ApprovalError
        The release is no longer as it was when it answered.
    """
    payload = score_log.read(engine, score_id).payload
    if payload is None or payload.get("answer") is None:
        raise NotFoundError(
            "that answer holds no score",
            expected="an answer about an address in the cohort, of which the payload was kept",
            remedy="name another score id",
        )
    loaded = release.load(settings.state / "releases" / payload["theme"] / payload["version"], settings)
    if loaded.release_hash != payload["release_hash"]:
        raise ReleaseError(
            f"release {payload['version']} has hash {loaded.release_hash[:12]}, it answered with {payload['release_hash'][:12]}",
            expected="the release that answered",
            remedy="restore the release folder from its backup",
        )
    then = payload["answer"]
    row = pd.DataFrame([{name: np.nan if value is None else value for name, value in then["row"].items()}], dtype="float64")
    if "unlike" in then:
        stale = payload.get("stale") or {}
        return _compare(score_id, _facts(then["unlike"]), _facts(unlike(loaded, row, stale=stale)), _differs(payload))
    now = explained(loaded, row)
    again = {"score": now.score, "log_odds": now.log_odds, "base_value": now.base_value}
    again |= {f"contribution of {c.indicator.name}": c.contribution for c in now.contributions}
    again |= _band(None if now.band is None else now.band.model_dump(mode="json")) if "band" in then else {}
    return _compare(score_id, _numbers(then), again, _differs(payload))


def _compare(score_id: str, then: Mapping[str, float], now: Mapping[str, float], differs: tuple[str, ...]) -> Replay:
    apart = {name: abs(then[name] - now[name]) if name in then and name in now else float("inf") for name in {**then, **now}}
    figures = tuple(sorted((name for name, difference in apart.items() if difference), key=lambda name: -apart[name]))
    return Replay(score_id, equal=dict(then) == dict(now), difference=max(apart.values(), default=0.0), differs=differs, figures=figures)


def _facts(sides: Mapping[str, str]) -> dict[str, float]:
    """Write facts as figures: one that is there on one side only, or lies on another side, differs by infinity."""
    return {f"{name} ({side})": 0.0 for name, side in sides.items()}


def _numbers(answer: Mapping[str, Any]) -> dict[str, float]:
    numbers = {name: answer[name] for name in ("score", "log_odds", "base_value")}
    numbers |= {f"contribution of {name}": value for name, value in answer["contributions"].items()}
    return numbers | _band(answer.get("band"))


def _band(told: Mapping[str, Any] | None) -> dict[str, float]:
    """Give what was seen at the height of the score, as far as there are figures of it."""
    flat = {} if told is None else {**told, **told["share"]}
    return {f"{name} of the band": float(value) for name, value in flat.items() if name != "share" and value is not None}


def _differs(payload: Mapping[str, Any]) -> tuple[str, ...]:
    now = {"lock_hash": lock_hash(), "processor": platform.machine()}
    return tuple(name for name, value in now.items() if payload[name] != value)
