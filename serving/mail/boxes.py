"""Where mail lies on disk: a Maildir, an mbox, a folder of .eml files, or one of those. What lies there is read and stays as it is."""

from __future__ import annotations

import fcntl
import mailbox
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from features.errors import InputError

CHUNK = 1_048_576
MAILDIR = ("cur", "new", "tmp")


class BoxError(InputError):
    """A mailbox cannot be read, or no longer; what was taken from it before stays taken."""


class UnreadableError(Exception):
    """One mail cannot be read; the others can."""


@dataclass(frozen=True)
class Found:
    """A mail that was found; ``place`` says where without telling anything of it, and ``chunks`` reads it from its begin.

    ``done`` is called when it was taken or set aside for good.
    """

    place: str
    chunks: Callable[[], Iterator[bytes]]
    done: Callable[[], None] = lambda: None


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Found]]:
    """Give the mails at a path, in order, while what holds them is locked.

    Raises
    ------
    BoxError
        There is nothing, no mail, or another program holds the mailbox.
    """
    try:
        if path.is_dir():
            yield _maildir(path) if all((path / name).is_dir() for name in MAILDIR) else _files(path)
        elif _starts_as_mbox(path):
            with _locked(path) as box:
                yield _kept_in(box, f"{path}")
        else:
            yield iter([Found(f"{path}", partial(_of_file, path))])
    except OSError as error:
        raise BoxError(
            f"{path} cannot be read: {error.strerror}", expected="a Maildir, an mbox, an .eml file or a folder of them", remedy="name another"
        ) from error


def _starts_as_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _maildir(path: Path) -> Iterator[Found]:
    return _kept_in(mailbox.Maildir(path, create=False), f"{path}")


def _files(folder: Path) -> Iterator[Found]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".eml")
    if not files:
        raise BoxError(f"{folder} holds no mail", expected="a Maildir, or a folder with .eml files", remedy="name another folder")
    for at, file in enumerate(files, start=1):
        # Mail programs name a file after its subject: so its number tells which it is, and no name.
        yield Found(f"file {at} of {len(files)} in {folder}, in order of name", partial(_of_file, file))


@contextmanager
def _locked(path: Path) -> Iterator[mailbox.mbox]:
    """Open an mbox that nobody is writing in, and hold it for reading.

    The lock is one of the kernel, which goes with the process. The lock file that others make is looked for, and never made: it would stay
    behind where the process is killed, and keep the mail server out.
    """
    with closing(mailbox.mbox(path, create=False)) as box:
        try:
            fcntl.lockf(box._file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # type: ignore[attr-defined]  # mailbox itself locks it for writing only
        except BlockingIOError as error:
            raise _held(path) from error
        _refuse_held(path)
        box.keys()  # looks where each mail begins and ends
        _refuse_held(path)
        yield box


def _refuse_held(path: Path) -> None:
    if path.with_name(f"{path.name}.lock").exists():
        raise _held(path)


def _held(path: Path) -> BoxError:
    return BoxError(
        f"{path} is held by another program", expected="a mailbox that nobody is writing in", remedy="run again when it is done, or remove its lock"
    )


def _kept_in(box: mailbox.Mailbox[Any], place: str) -> Iterator[Found]:
    keys = sorted(box.keys())
    for at, key in enumerate(keys, start=1):
        yield Found(f"mail {at} of {len(keys)} in {place}", partial(_of_box, box, key))


def _of_file(path: Path) -> Iterator[bytes]:
    return _chunks(partial(path.open, "rb"))


def _of_box(box: mailbox.Mailbox[Any], key: str) -> Iterator[bytes]:
    return _chunks(partial(box.get_file, key))


def _chunks(opening: Callable[[], Any]) -> Iterator[bytes]:
    try:
        with closing(opening()) as file:
            while chunk := file.read(CHUNK):
                yield bytes(chunk)
    except KeyError as error:
        raise UnreadableError("it is no longer there") from error
    except OSError as error:
        raise UnreadableError(error.strerror or type(error).__name__) from error
