"""Transcoding: a CSV in the encoding that was declared, as UTF-8, in a stream; DuckDB would fetch an extension for other encodings.

Nearly any bytes are text in an encoding of one byte per character, so a wrong declaration gives no error there: it gives other words. What is
UTF-8 to the last byte was not written by chance in such an encoding, and is refused.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from features.errors import SourceError

CHUNK_BYTES = 1 << 20
TWO_BYTES = "é".encode()
"""One letter in UTF-8; an encoding that reads two in it has one byte per character."""


def transcoded(path: Path, target: Path, encoding: str) -> Path:
    """Give a file with the same text in UTF-8: the file itself where it already is, or else ``target``.

    Raises
    ------
    SourceError
        The file is not in the encoding, begins as UTF-16 does where that was not declared,
        is UTF-8 where one of one byte per character was declared, or cannot be read or written.
    """
    _refuse_utf16(path, encoding)
    if codecs.lookup(encoding).name == "utf-8":
        return path
    suspicion = _Suspicion(path, encoding)
    try:
        with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as out:
            decoder = codecs.getincrementaldecoder(encoding)()
            while chunk := raw.read(CHUNK_BYTES):
                suspicion.look(chunk)
                out.write(decoder.decode(chunk))
            out.write(decoder.decode(b"", final=True))
    except OSError as error:
        raise SourceError(
            f"{path.name} could not be turned into UTF-8: {error.strerror}",
            expected="a readable file, and a folder for temporary files with room",
            remedy="check the file, free space or set TMPDIR, and repeat",
        ) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path.name} is not in encoding {encoding} (byte {error.start} of a chunk)",
            expected=f"the encoding that municipality.toml declares: {encoding}",
            remedy="correct the encoding under [extracts], or ask the supplier for the right file",
        ) from error
    suspicion.settle()
    return target


def _refuse_utf16(path: Path, encoding: str) -> None:
    """Refuse a file that begins as UTF-16 does, which a spreadsheet calls Unicode text, where another encoding was declared."""
    try:
        with path.open("rb") as raw:
            begin = raw.read(len(codecs.BOM_UTF16))
    except OSError:  # said where it is read
        return
    if begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
        raise SourceError(
            f"{path.name} begins with the byte order mark of UTF-16, and municipality.toml declares {encoding}",
            expected=f"a file in {encoding}",
            remedy="set encoding = 'utf-16' under [extracts], or ask the supplier for the right file",
        )


class _Suspicion:
    """Whether a file is UTF-8 after all, though an encoding of one byte per character was declared."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._may_be = len(TWO_BYTES.decode(encoding, errors="replace")) == len(TWO_BYTES)
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._begun = self._beyond_ascii = False

    def look(self, chunk: bytes) -> None:
        """Look at the next bytes; raises SourceError at a byte order mark."""
        if self._may_be and not self._begun and chunk.startswith(codecs.BOM_UTF8):
            raise self._refusal("begins with the byte order mark of UTF-8")
        self._begun = True
        self._beyond_ascii |= not chunk.isascii()
        self._decode(chunk)

    def settle(self) -> None:
        """Raise SourceError where all that was looked at is UTF-8 with more in it than ASCII."""
        self._decode(b"", final=True)
        if self._may_be and self._beyond_ascii:
            raise self._refusal("is UTF-8 from its first byte to its last")

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        if self._may_be:
            try:
                self._utf8.decode(chunk, final=final)
            except UnicodeDecodeError:
                self._may_be = False

    def _refusal(self, what: str) -> SourceError:
        return SourceError(
            f"{self._path.name} {what}, and municipality.toml declares {self._encoding}",
            expected=f"a file in {self._encoding}: in UTF-8 an é would be stored as two other characters",
            remedy="set encoding = 'utf-8' under [extracts], or ask the supplier for the right file",
        )
