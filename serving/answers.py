"""An answer about an address, as it is given, as the score log keeps it, and as it is read back from there."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from features.manifest import InputRecord, Manifest
from features.themes import Theme
from serving import result, wording
from serving.access import Caller
from serving.explanation import Contribution
from serving.result import Found, Outside, Score, Unlike
from training.bands import Band
from training.release import Release

Stale = Mapping[str, date | None]


@dataclass(frozen=True)
class Answer:
    """An answer: a score, or that the address is unlike any inspected one, or None where it is not in the theme's cohort.

    Attributes
    ----------
    score_id : str
        Opaque; finds the answer in the score log.
    as_of : date
        Only what was known before this day counted.
    inputs : mapping of str to InputRecord, optional
        The sources of the row; None outside the cohort.
    stale : mapping of str to date, optional
        Newest sign of life of each source that was stale.
    case_reference : str, optional
        Of the caller's case.
    """

    score_id: str
    theme: Theme
    release: Release
    address_id: str
    purpose: str
    as_of: date
    found: Found | None
    inputs: Mapping[str, InputRecord] | None
    stale: Stale = field(default_factory=dict)
    case_reference: str | None = None

    @property
    def score(self) -> Score | None:
        """The score, where there is one."""
        return self.found if isinstance(self.found, Score) else None


def told_of(manifest: Manifest | None) -> dict[str, Any]:
    """Give what an answer says of the sources of its row."""
    return {"inputs": None} if manifest is None else {"inputs": manifest.inputs, "stale": manifest.stale_since}


def payload(answer: Answer, caller: Caller, lock: str | None) -> dict[str, Any]:
    """Give everything that is needed to give the same answer again (DESIGN rule 8)."""
    card = answer.release.card
    return {
        "score_id": answer.score_id,
        "caller": caller.id,
        "user": caller.user,
        "case_reference": answer.case_reference,
        "purpose": answer.purpose,
        "theme": answer.theme.code,
        "theme_hash": answer.theme.content_hash,
        "address_id": answer.address_id,
        "as_of": answer.as_of.isoformat(),
        "version": card.version,
        "release_hash": answer.release.release_hash,
        "override": answer.release.override and answer.release.override.model_dump(mode="json"),
        "calibration": [card.calibration.slope, card.calibration.intercept],
        "population": card.calibration.population,
        "catalogue_hash": card.catalogue_hash,
        "wording_hash": card.wording_hash,
        "lock_hash": lock,
        "processor": platform.machine(),
        "inputs": None if answer.inputs is None else {name: one.model_dump(mode="json") for name, one in answer.inputs.items()},
        "stale": None if answer.inputs is None else {name: day and day.isoformat() for name, day in answer.stale.items()},
        "answer": None if answer.found is None else result.logged(answer.found),
    }


def read_back(logged: Mapping[str, Any], *, theme: Theme, release: Release) -> Answer:
    """Give an answer again from its payload: as it was given, nothing computed anew.

    Parameters
    ----------
    logged : mapping
        As `payload` made it.
    theme : Theme
    release : Release
        The one that answered: its indicators say what each number is.
    """
    stale = {name: date.fromisoformat(day) if day else None for name, day in (logged.get("stale") or {}).items()}
    inputs = logged["inputs"]
    return Answer(
        score_id=logged["score_id"],
        theme=theme,
        release=release,
        address_id=logged["address_id"],
        purpose=logged["purpose"],
        as_of=date.fromisoformat(logged["as_of"]),
        found=None if logged["answer"] is None else _found(logged["answer"], release, stale),
        inputs=None if inputs is None else {name: InputRecord.model_validate(one) for name, one in inputs.items()},
        stale=stale,
        case_reference=logged.get("case_reference"),
    )


def _found(then: Mapping[str, Any], release: Release, stale: Stale) -> Found:
    records = {record.name: record for record in wording.of_stale(release.manifest.indicators, stale)}
    row = {name: math.nan if value is None else float(value) for name, value in then["row"].items()}
    if "unlike" in then:
        plain = {record.name: record for record in release.manifest.indicators}
        return Unlike(tuple(Outside(plain[name], row[name], then["unlike"][name]) for name in plain if name in then["unlike"]), row)
    parts = tuple(Contribution(records[name], row[name], then["contributions"][name]) for name in release.indicators)
    band = None if then["band"] is None else Band.model_validate(then["band"])
    return Score(then["score"], then["log_odds"], then["base_value"], parts, band)
