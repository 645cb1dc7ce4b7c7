"""The score log: every answer, a chain of lines per worker, each line holding the hash of the one before.

A line's hash covers its position, id, time, theme, the previous hash and the *hash* of its payload, so that payloads can
be purged when their retention ends while the chain still verifies. A purge is a line of a chain itself: a payload that is gone
without one is a fault. The payload holds all that is needed to give the same answer again (DESIGN rule 8). `append` returns
only after the line is on disk.

Each process has a chain of its own, so that no two wait for one head. The first line of a chain holds the hash of its entry in
the register of writers, which is a chain too: a writer that vanished shows. What shows neither, a log rewritten to its very
end, is found by the heads that stand signed outside the database (`serving.score_log.checkpoints`).
"""

from __future__ import annotations

from serving.score_log.appending import append, append_many
from serving.score_log.fault import Fault
from serving.score_log.line import EXPORT, PREVIEW, PURGE, READ, Line, canonical
from serving.score_log.purging import purge
from serving.score_log.reading import Entry, read
from serving.score_log.verifying import Verification, verify

__all__ = [
    "EXPORT",
    "PREVIEW",
    "PURGE",
    "READ",
    "Entry",
    "Fault",
    "Line",
    "Verification",
    "append",
    "append_many",
    "canonical",
    "purge",
    "read",
    "verify",
]
