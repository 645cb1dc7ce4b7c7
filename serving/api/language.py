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
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        for known in LANGUAGES:
            if language == known:
                weights[known] = max(weights[known], weight(parameters))
    best = max(LANGUAGES, key=lambda known: weights[known])
    return best if weights[best] > 0 else DEFAULT_LANGUAGE


def weight(parameters: str) -> float:
    """Give the weight of what a caller accepts, from what stands behind its first semicolon; one that cannot be read is 0.

    Examples
    --------
    >>> weight(""), weight("q=0.5;level=1"), weight("charset=utf-8; q=0"), weight("q=high")
    (1.0, 0.5, 0.0, 0.0)
    """
    named = (parameter.partition("=") for parameter in parameters.split(";"))
    value = next((value for name, _, value in named if name.strip() == "q"), "1")
    try:
        found = float(value)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
