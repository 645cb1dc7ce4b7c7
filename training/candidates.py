"""Which candidate a promotion is about: the one that is named, or else the newest that knows as much as the champion.

A model of a lower tier answers how far one gets with less (`schouw train --tier`), and one of a higher tier reads more about a household. To
put either in the place of the champion is a decision, and a decision names what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from features.errors import NotFoundError

if TYPE_CHECKING:
    from training.registry import Registered

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
"""Aliases of registered models: what is served, what would be promoted by default, and what a rollback goes back to."""


def chosen(models: Sequence[Registered], theme: str, *, version: str | None = None) -> Registered:
    """Give the candidate to promote.

    Parameters
    ----------
    models : sequence of Registered
        Of one theme, newest first.
    theme : str
        Its code, for the error.
    version : str, optional
        Ours or MLflow's; otherwise the newest of the tier of the champion or, where there is none, of the highest tier.

    Raises
    ------
    NotFoundError
        There is none of that version, or all that is newer than the champion is of another tier.
    """
    if version is not None or not models:
        return _named(models, theme, version)
    champion = next((model for model in models if CHAMPION in model.aliases), None)
    tier = champion.tier if champion else max((model.tier for model in models if model.tier is not None), default=None)
    found = next(model for model in models if model.tier == tier)
    if champion is not None and found is champion and champion is not models[0]:
        newer = models[: models.index(champion)]
        raise NotFoundError(
            f"nothing newer than champion {_told(champion)} of theme '{theme}' has its tier; newer are {_listed(newer)}",
            expected="a candidate of the same tier as the champion, or the name of another",
            remedy=f"to change the tier of what is served, name the candidate: schouw promote {theme} --version {newer[0].version}",
        )
    return found


def challenges(models: Sequence[Registered], theme: str, *, number: str) -> bool:
    """Say whether this model is the one that `chosen` gives by itself, and not the champion already.

    Parameters
    ----------
    models : sequence of Registered
        Of one theme, newest first.
    theme : str
    number : str
        MLflow's version number.
    """
    try:
        found = chosen(models, theme)
    except NotFoundError:
        return False
    return found.number == number and CHAMPION not in found.aliases


def _named(models: Sequence[Registered], theme: str, version: str | None) -> Registered:
    found = next((model for model in models if version in (model.version, model.number)), None)
    if found is None:
        raise NotFoundError(
            f"theme '{theme}' has no {'candidate' if version is None else f'candidate {version}'}",
            expected=f"one of {_listed(models) or 'none yet'}",
            remedy=f"run 'schouw train {theme}', or see 'schouw models {theme}'",
        )
    return found


def _listed(models: Sequence[Registered]) -> str:
    return ", ".join(map(_told, models))


def _told(model: Registered) -> str:
    return f"{model.version} (tier {'unknown' if model.tier is None else model.tier})"
