"""Hashes over content: of a release, and of the sentences in which its reasons are worded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from features.manifest import IndicatorRecord

SIGNATURES = ("trained.json", "approval.json", "override.json")
DERIVED = ("card.md",)
"""What is made of the signed files for a person to read, and never read by a program."""


def content_hash(files: Mapping[str, bytes]) -> str:
    """Give the release hash: over every file but those that hold signatures over it, and the page that is made of them all."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name not in (*SIGNATURES, *DERIVED)}
    return hashlib.sha256(canonical(digests)).hexdigest()


def wording_hash(indicators: tuple[IndicatorRecord, ...]) -> str:
    """Give SHA-256 over every sentence in which a reason can be worded, in indicator order."""
    sentences = [
        [i.name, i.unit, i.nl, i.en, i.nl_high, i.en_high, i.nl_low, i.en_low, i.nl_zero, i.en_zero, i.nl_missing, i.en_missing]
        for i in indicators
    ]  # fmt: skip
    return hashlib.sha256(canonical(sentences)).hexdigest()


def canonical(content: object) -> bytes:
    """Write JSON in one way only: sorted keys, no spaces, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
