"""Five questions that are answered before a number may be an indicator. An indicator without the answers is refused.

They are asked of the number, not of the model: may we know it, whom may it stand in for, how good is it, what do experts expect of it,
and whose idea was it. Indicators that share their answers share one `About`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from features.errors import CatalogueError

SHORTEST = 15
"""Characters of the shortest answer that says something. Assumed: "n/a" and "see above" are shorter."""


@dataclass(frozen=True)
class About:
    """The five answers.

    Parameters
    ----------
    lawful : str
        Why the municipality may use this number for supervision: law, purpose and what is left out.
    proxy : str
        Which group it might stand in for, and what was done about that.
    quality : str
        How the register errs, and in which direction.
    relation : str
        What experts expect of a high or a low value, and its innocent explanation.
    idea : str
        Whose idea it was: a report, a paper, a work process, or "assumed" with what made it likely.
        Each answer has at least 15 characters (`SHORTEST`).
    """

    lawful: str
    proxy: str
    quality: str
    relation: str
    idea: str


def must_be_answered(about: About | None, *, name: str) -> About:
    """Refuse an indicator of which a question is not answered.

    Raises
    ------
    CatalogueError
        There are no answers, or one of them says nothing.

    Examples
    --------
    >>> must_be_answered(None, name="reports_1y")
    Traceback (most recent call last):
        ...
    features.errors.CatalogueError: indicator 'reports_1y' does not answer lawful, proxy, quality, relation, idea. Expected: an answer \
of at least 15 characters to each of the five questions of features.about. Do: write them beside the indicator, or leave it out.
    """
    open_questions = [f.name for f in fields(About) if about is None or len(getattr(about, f.name).strip()) < SHORTEST]
    if about is None or open_questions:
        raise CatalogueError(
            f"indicator '{name}' does not answer {', '.join(open_questions)}",
            expected=f"an answer of at least {SHORTEST} characters to each of the five questions of features.about",
            remedy="write them beside the indicator, or leave it out",
        )
    return about
