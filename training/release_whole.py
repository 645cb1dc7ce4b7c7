"""Whether the parts of a release folder speak of one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.settings import Settings
from training.model import objective_of
from training.release_files import broken

if TYPE_CHECKING:
    from training.release import Release


def check_whole(release: Release, settings: Settings) -> None:
    """Refuse a release of which the parts do not speak of one model, in this municipality.

    Raises
    ------
    ReleaseError
        They do not; the text says in what.
    """
    card, names = release.card, tuple(entry.name for entry in release.manifest.indicators)
    faults = {
        f"is of municipality '{card.municipality}', not '{settings.code}'": card.municipality != settings.code,
        "has a manifest of another theme or matrix": (release.manifest.theme, release.manifest.theme_hash, release.manifest.content_hash)
        != (card.theme, card.theme_hash, card.matrix_hash),
        "has other indicators in its model than in its manifest": not (card.indicators == names == tuple(release.booster.feature_name())),
        f"says that its trees were fitted for '{card.objective}', which they or its evaluation deny": {card.objective}
        != {release.evaluation.objective, objective_of(release.booster)},
        "says what inspected addresses look like in indicators that it does not read": release.support is not None
        and not {one.indicator for one in release.support.usual} <= set(names),
        f"lies in a folder that is not its version {card.version}": card.version not in release.folder.name,
    }
    for fault, found in faults.items():
        if found:
            raise broken(release.folder, fault)
