"""Which models a theme has: the champion that answers, and the newest candidate since, which scores for nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from features.errors import SchouwError
from features.settings import Settings
from training import release
from training.release import Release

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Listed:
    """A model with its card, where one was written beside it."""

    role: Literal["champion", "challenger"]
    release: Release
    card: str | None


@dataclass(frozen=True)
class Models:
    """Reads the candidates of a municipality, each once as long as its files stay as they are.

    Parameters
    ----------
    settings : Settings
    """

    settings: Settings
    _read: dict[Path, tuple[Stamp, Release | None]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, theme: str, champion: Release | None) -> list[Listed]:
        """Give the champion and the challenger of a theme, as far as there are.

        Parameters
        ----------
        theme : str
            Code.
        champion : Release, optional
            The one that answers in this process.

        Returns
        -------
        list of Listed
            A candidate that cannot be read, or of which a signature does not hold, is not listed: nobody could promote it either.
        """
        found = [] if champion is None else [Listed("champion", champion, _card(champion))]
        for folder in _newest_first(self.settings.state / "candidates" / theme):
            candidate = self._candidate(folder)
            if candidate is not None and self._is_open(candidate) and (champion is None or _challenges(candidate, champion)):
                return [*found, Listed("challenger", candidate, _card(candidate))]
        return found

    def _is_open(self, candidate: Release) -> bool:
        """Say whether a candidate still waits for a decision: one that was promoted, and left by a rollback, does not."""
        return not (self.settings.state / "releases" / candidate.theme / candidate.version).exists()

    def _candidate(self, folder: Path) -> Release | None:
        try:
            stamp = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir()))
        except OSError:  # it is being taken away, or a link in it leads nowhere
            return None
        if folder not in self._read or self._read[folder][0] != stamp:
            try:
                self._read[folder] = stamp, release.load(folder, self.settings, require_approval=False)
            except SchouwError:
                self._read[folder] = stamp, None
        return self._read[folder][1]


def _challenges(candidate: Release, champion: Release) -> bool:
    """Say whether a candidate is another one, not older, and of the tier of the champion (`training.candidates`)."""
    same_tier = candidate.manifest.tier_limit == champion.manifest.tier_limit
    return same_tier and candidate.version != champion.version and candidate.card.trained_on >= champion.card.trained_on


def _newest_first(folder: Path) -> list[Path]:
    """Versions begin with their day; of one day the one that was written last comes first."""
    folders = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")] if folder.is_dir() else []
    return sorted(folders, key=lambda path: (path.name[:10], path.stat().st_mtime_ns), reverse=True)


def _card(loaded: Release) -> str | None:
    try:
        return (loaded.folder / release.MODEL_CARD).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # none was written, or it is no text any more: nothing rests on it
        return None
