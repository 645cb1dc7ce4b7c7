"""What was released before, and whether what is served now is what the ledger says."""

from __future__ import annotations

from features.errors import NotFoundError
from features.settings import Settings
from training import ledger, release
from training.chain import broken
from training.registry import Registry


def history(settings: Settings, theme: str) -> list[ledger.Entry]:
    """Give a theme's lines of the ledger, the oldest first, after checking all of it.

    Raises
    ------
    StateError
        A line was changed or is gone, or the registry's copy of its head is; or the champion is another than the last line of the theme tells, or
        no line tells of it.
    """
    entries = ledger.read(settings)
    found = [entry for entry in entries if entry.theme == theme]
    try:
        served = release.champion_folder(settings, theme).name
    except NotFoundError:
        served = None
    ledger.check_kept(settings.state, Registry.open(settings).kept_head(theme), needed=bool(found) and served is not None)
    told = found[-1].version if found else None
    if told != served:
        last = f"its last line of theme '{theme}' ({found[-1].act}) is of {told}" if found else f"it has no line of theme '{theme}'"
        raise broken(
            ledger.path_of(settings.state),
            f"{last}, and served is {served or 'nothing'}: a command was interrupted (repeat it), or the file 'champion' was changed by hand",
        )
    return found


def steps_back(entries: list[ledger.Entry], theme: str) -> int:
    """Give how many times a rollback can go back."""
    return max(0, len(ledger.served(entries, theme)) - 1)


def find(settings: Settings, theme: str, *, version: str | None) -> release.Release:
    """Give the champion, or the release or else the candidate of a version.

    Raises
    ------
    NotFoundError
        There is none.
    ReleaseError, ApprovalError
        It is not as it was signed.
    """
    if version is None:
        return release.load(release.champion_folder(settings, theme), settings)
    for kind in ("releases", "candidates"):
        folder = settings.state / kind / theme / version
        if folder.parent.is_dir() and version in {path.name for path in folder.parent.iterdir() if path.is_dir()}:
            return release.load(folder, settings, require_approval=kind == "releases")
    raise NotFoundError(
        f"theme '{theme}' has no model {version[:40]}", expected="a version of 'schouw models'", remedy=f"see 'schouw models {theme}'"
    )
