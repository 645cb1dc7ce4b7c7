"""Answers that were given before, read back from the score log for who may see them."""

from __future__ import annotations

import uuid
from typing import Any

from features.errors import NotFoundError
from serving import score_log
from serving.access import Caller
from serving.answers import Answer, read_back
from serving.backend import Opened
from training import release
from training.release import Release


def find(opened: Opened, score_id: str, *, caller: Caller) -> Answer:
    """Give an answer as it was given, after logging that it was read.

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
    answer = read_back(logged, theme=theme, release=_release(opened, theme.code, logged["version"]))
    said = {"read": score_id, "caller": caller.id, "user": caller.user, "theme": theme.code, "address_id": answer.address_id}
    said["address_hash"] = logged.get("address_hash")
    score_log.append(opened.engine, said, score_id=str(uuid.uuid4()), theme=score_log.READ, logged_at=opened.clock.now())
    return answer


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
