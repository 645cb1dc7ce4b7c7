"""The files of reports by mail, in ``mail/`` of the state folder: attachments by the hash of their content, and mails that were set aside.

A file is on disk, whole and under its name, before the database tells of it; where the process was killed in between, the next run clears what
no row tells of. Nobody but the owner of the folder can read one, and none can be executed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from features import turn
from features.disk import flush
from features.errors import StateError

OWNER_ONLY = 0o700
DRAFT = ".draft"


@dataclass(frozen=True)
class Shelf:
    """Folder ``mail/`` of a state folder."""

    folder: Path

    @property
    def attachments(self) -> Path:
        """Folder of what came with mails."""
        return self.folder / "attachments"

    @property
    def set_aside(self) -> Path:
        """Folder of mails that were not taken, as they came."""
        return self.folder / "set-aside"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for one run.

        Raises
        ------
        TakenError
            Another run holds it.
        StateError
            It cannot be written.
        """
        with _ours():
            for folder in (self.folder, self.attachments, self.set_aside):
                folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        lock = self.folder / "mail.lock"
        with turn.refusing(lock, doing="taking in mail", expected="one run at a time", remedy="wait until it is done, and run again"):
            yield

    def keep_attachment(self, content: bytes) -> str:
        """Put the content of an attachment on disk, once, and give its hash.

        Raises
        ------
        StateError
            The disk is full or refuses.
        """
        name = hashlib.sha256(content).hexdigest()
        self._keep(self.attachments / name, [content])
        return name

    def keep_mail(self, name: str, chunks: Collection[bytes] | Iterator[bytes]) -> None:
        """Put a mail on disk as it came; raises as `keep_attachment`."""
        self._keep(self.set_aside / f"{name}.eml", chunks)

    def spool(self, chunks: Iterator[bytes]) -> tuple[str, int]:
        """Put a mail on disk that is too large to read, under its hash; gives the hash and its bytes. Raises as `keep_attachment`."""
        digest, size = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        with _ours():
            draft = _written(self.set_aside, counted())
            draft.replace(self.set_aside / f"{digest.hexdigest()}.eml")
            flush(self.set_aside)
        return digest.hexdigest(), size

    def _keep(self, target: Path, chunks: Collection[bytes] | Iterator[bytes]) -> None:
        with _ours():
            if not target.exists():  # a name is given only to what is whole
                _written(target.parent, chunks).replace(target)
                flush(target.parent)

    def drop(self, *, attachments: Collection[str], set_aside: Collection[str]) -> None:
        """Remove files by their hashes; raises as `keep_attachment`."""
        with _ours():
            for path in self._paths(attachments, set_aside):
                path.unlink(missing_ok=True)

    def clear(self, *, attachments: Collection[str], set_aside: Collection[str], last: date) -> None:
        """Remove drafts, and files up to a day that are not among those named; only while the folder is held."""
        kept = set(self._paths(attachments, set_aside))
        with _ours():
            for path in (path for folder in (self.attachments, self.set_aside) for path in folder.iterdir() if path not in kept):
                if path.suffix == DRAFT or datetime.fromtimestamp(path.stat().st_mtime, UTC).date() <= last:
                    path.unlink()

    def _paths(self, attachments: Collection[str], set_aside: Collection[str]) -> list[Path]:
        return [self.attachments / name for name in attachments] + [self.set_aside / f"{name}.eml" for name in set_aside]


def _written(folder: Path, chunks: Collection[bytes] | Iterator[bytes]) -> Path:
    """Write a draft that is on disk, readable by its owner only."""
    handle, name = tempfile.mkstemp(suffix=DRAFT, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError(
            f"the folder of mail refuses: {error.strerror}",
            expected="a folder of the state that can be written, on a disk with room",
            remedy="look at the disk and at the rights of that folder, and run again: each mail is taken once",
        ) from error
