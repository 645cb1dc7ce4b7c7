"""A reason that a person writes and that others will read: text, long enough to say something, and about no home or person."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from features.citizen_number import OWN_CODE

SHORTEST_REASON, LONGEST_REASON = 20, 1000
"""Characters of a reason. Assumed: less is a word, more is a document that the reason can name."""
LONG_NUMBER, POSTCODE = re.compile(r"\d{8,}"), re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b")
"""A citizen number, an address or a telephone number; numbers of cases are shorter or hold other signs."""
DATE = re.compile(r"\b(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4})\b")
BETWEEN = re.compile(r"(?<=\d)[\s./_-]{1,3}(?=\d)")
"""What people put between the digits of one number."""


def _written(reason: str) -> str:
    """Refuse what cannot be read by people: it goes with every answer."""
    if not reason.isprintable() or reason != reason.strip():
        raise ValueError("it holds line ends or other signs that are not text, or begins or ends with a space")
    plain = " ".join(word for word in DATE.sub("-", reason).split() if not OWN_CODE.search(word))
    if LONG_NUMBER.search(reason) or LONG_NUMBER.search(BETWEEN.sub("", plain)) or POSTCODE.search(reason):
        raise ValueError(
            "it holds a postcode or a number of eight digits or more: it goes with every answer, and may not name an address or a person"
        )
    return reason


Reason = Annotated[str, Field(min_length=SHORTEST_REASON, max_length=LONGEST_REASON), AfterValidator(_written)]
"""Text of 20 to 1,000 characters that names no postcode, citizen number or other long number."""
