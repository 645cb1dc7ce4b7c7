"""Which language the caller reads: Accept-Language, Dutch where it says nothing we have (RFC 9110, 12.5.4)."""

from __future__ import annotations

from serving.wording import DEFAULT_LANGUAGE, LANGUAGES, Language


def preferred(header: str | None) -> Language:
    """Give the language of an answer.

    Parameters
    ----------
    header : str, optional
        Accept-Language as it was sent.

    Examples
    --------
    >>> preferred("en-GB,en;q=0.9,nl;q=0.8"), preferred("fr"), preferred(None), preferred("nl;q=0.2, en;q=0")
    ('en', 'nl', 'nl', 'nl')
    """
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for part in (header or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        for known in LANGUAGES:
            if language == known:
                weights[known] = max(weights[known], _weight(parameter))
    best = max(LANGUAGES, key=lambda known: weights[known])
    return best if weights[best] > 0 else DEFAULT_LANGUAGE


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
