"""Answers that were given before, read back from the score log for who may see them."""

from __future__ import annotations

from typing import Any

from features.errors import NotFoundError
from serving import score_log
from serving.access import Caller
from serving.answers import Answer, read_back
from serving.backend import Opened
from training import release
from training.release import Release


def find(opened: Opened, score_id: str, *, caller: Caller) -> Answer:
    """Give an answer as it was given.

    Parameters
    ----------
    opened : Opened
    score_id : str
    caller : Caller
        Sees what it was answered itself; in the role of auditor or privacy officer what anyone was answered about its themes.

    Raises
    ------
    NotFoundError
        There is no such answer, or it is not this caller's to see: which of the two is not told. Or its payload was purged.
    ReleaseError, ApprovalError
        The release that answered is no longer as it was.
    StateError
        The line is not as it was written, or the database refuses.
    """
    logged = _payload(opened, score_id)
    own = logged["caller"] == caller.id
    supervises = bool(caller.roles & {"auditor", "privacy-officer"})
    if logged["theme"] not in caller.themes or not (own or supervises):
        raise _unknown()
    theme = opened.scorer.theme(logged["theme"])
    return read_back(logged, theme=theme, release=_release(opened, theme.code, logged["version"]))


def _payload(opened: Opened, score_id: str) -> dict[str, Any]:
    try:
        found = score_log.read(opened.engine, score_id)
    except NotFoundError as error:
        raise _unknown() from error
    if found.payload is None or found.theme.startswith("*"):
        raise _unknown()
    return dict(found.payload)


def _release(opened: Opened, theme: str, version: str) -> Release:
    scoring = opened.scorer.scorings.get(theme)
    if scoring is not None and scoring.release.version == version:
        return scoring.release
    return release.load(opened.settings.state / "releases" / theme / version, opened.settings)


def _unknown() -> NotFoundError:
    return NotFoundError("no answer of yours has this number", expected="scoreId of an answer that you were given", remedy="correct the number")
