"""The files of a release on disk: their names, and how they are written whole and read once."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from features.disk import unwritable
from features.engine import DRAFT
from features.errors import NotFoundError, ReleaseError
from features.settings import Settings
from training.hashes import DERIVED, SIGNATURES

MODEL, CARD, MANIFEST, EVALUATION, GATES = "model.txt", "release.json", "manifest.json", "evaluation.json", "gates.json"
TRAINED, APPROVAL, OVERRIDE = SIGNATURES
(MODEL_CARD,) = DERIVED
CONTENT = (MODEL, CARD, MANIFEST, EVALUATION, GATES)
CHAMPION = "champion"
"""The file in a theme's folder that names the version that is served; also an alias in MLflow."""
DRAFTS = frozenset(f".{name}{DRAFT}" for name in (OVERRIDE, MODEL_CARD))
"""What a process that was killed while it put one of these in its place may leave; nobody reads it."""


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder whole or not at all: beside its place first, on disk, then renamed.

    Raises
    ------
    StateError
        The folder is there already, or the disk refuses.
    """
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(parents=True)
        for name, content in files.items():
            with (draft / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        draft.rename(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read_files(folder: Path) -> dict[str, bytes]:
    """Read every file once: what is hashed is what is used."""
    try:
        paths = [path for path in sorted(folder.rglob("*")) if not path.is_dir() and path.name not in DRAFTS]
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise broken(folder, f"cannot be read: {error.strerror}") from error
    absent = [name for name in (*CONTENT, TRAINED) if name not in files]
    if absent:
        raise broken(folder, f"lacks {', '.join(absent)}")
    return files


def champion_folder(settings: Settings, theme: str) -> Path:
    """Give the folder of the theme's champion.

    Raises
    ------
    NotFoundError
        The theme has no champion yet.
    ReleaseError
        The pointer names a release that is not there.
    """
    releases = settings.state / "releases" / theme
    try:
        version = (releases / CHAMPION).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NotFoundError(
            f"theme '{theme}' has no champion", expected="a promoted release", remedy=f"run 'schouw train {theme}', then 'schouw promote {theme}'"
        ) from error
    if version not in {path.name for path in releases.iterdir() if path.is_dir()}:
        raise broken(releases, f"names a champion '{version[:40]}' that is not there")
    return releases / version


def broken(folder: Path, fault: str) -> ReleaseError:
    """Say that a folder is not a release as it was signed."""
    return ReleaseError(
        f"the folder {folder} {fault}", expected="a release as it was signed", remedy="promote it again, or go back to an earlier release"
    )
