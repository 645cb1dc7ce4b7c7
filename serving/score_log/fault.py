"""What can be wrong with the score log, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from features.errors import StateError

Kind = Literal[
    "payload-changed",
    "payload-removed",
    "line-changed",
    "line-removed",
    "tail-removed",
    "writer-changed",
    "writer-removed",
    "writer-unknown",
    "rewritten",
    "checkpoint-removed",
]


@dataclass(frozen=True)
class Fault:
    """A line that is not as it was written.

    Attributes
    ----------
    position : int
        The first line that does not fit, of its chain; of a writer that is gone or changed, its place in the register of writers.
    kind : str
        ``rewritten`` is a chain that fits by itself, and not the head of it that was signed.
    chain : str
        Id of the writer, ``*writers`` for their register, ``*checkpoints`` for the file of signed heads.
    """

    position: int
    kind: Kind
    chain: str = field(default="", compare=False)

    def error(self) -> StateError:
        """Say it as an error of ours."""
        return StateError(
            f"line {self.position} of the score log is not as it was written ({self.kind}; chain {self.chain})",
            expected="every line as it was written, and payloads gone by a purge that the log holds",
            remedy="keep the database as it is, find out who could write to it, and restore the log from its backup",
        )
