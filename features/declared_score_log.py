"""What a municipality decides about the score log: how long answers are kept, and where and by which key its heads stand signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, field_validator

from features.declared import Frozen
from features.public_keys import decode

SHORTEST_DAYS = 184
"""Six months, however the months fall: AI Act (EU) 2024/1689 art. 26(6) asks that of who uses a high-risk system."""

USUAL_DAYS = 731
"""Two years. Assumed: by then an inspection that an answer led to, an objection and an appeal are over; the selection list of the
municipality decides (Archiefwet 1995 art. 5)."""


def _lawful(days: int) -> int:
    if days < SHORTEST_DAYS:
        raise ValueError(
            f"{days} days is less than six months: the law asks that logs are kept for {SHORTEST_DAYS} days at least (AI Act art. 26(6))"
        )
    return days


ScoreRetention = Annotated[int, AfterValidator(_lawful)]
"""Days that the answers of a theme are kept in the score log; what was answered then is purged, and its line stays."""


class ScoreLog(Frozen):
    """``[score_log]``: where the signed heads of the score log go, and whose signature counts.

    Attributes
    ----------
    checkpoints : Path, optional
        Folder, relative to that of the municipality; otherwise the state folder.
    public_keys : tuple of str
        Base64 Ed25519 keys (RFC 8032) of the service, an older one too while what it signed must count. Where there is none, the key
        file in the state folder counts: whoever can write there can then sign anew.
    """

    checkpoints: Path | None = None
    public_keys: tuple[str, ...] = ()

    @field_validator("public_keys")
    @classmethod
    def _one_spelling(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no key, or another spelling of one."""
        for key in given:
            decode(key)
        return given
