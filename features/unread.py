"""What lies in the raw folder and nothing reads: files that no extract declares, and columns that no register takes.

What is not needed had better not be delivered. It is in no event and no matrix, but it lies on our disk, and nobody would hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from features.declared_extracts import Extract
from features.extracts import header
from features.register_reads import Reads, reads
from features.settings import Settings


@dataclass(frozen=True)
class Unread:
    """What nothing reads.

    Attributes
    ----------
    files : tuple of str
        In the raw folder, without an extract that reads them.
    columns : mapping of str to tuple of str
        By extract, the columns of its files that no register takes; all of them where no register reads the extract.
    """

    files: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


def unread(settings: Settings, selects: Mapping[str, str]) -> Unread:
    """Look what nothing reads, by names alone: no value is looked at.

    Parameters
    ----------
    settings : Settings
    selects : mapping of str to str
        The SELECT of each register, by source.

    Raises
    ------
    SourceError
        A file is not what its extract declares.
    """
    told = [reads(name, select) for name, select in selects.items()]
    files = {name: sorted(settings.raw_folder.glob(extract.path)) for name, extract in settings.extracts.items() if extract.path}
    declared = {path for paths in files.values() for path in paths}
    lying = (path for path in sorted(settings.raw_folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    columns = {name: _untaken(name, _columns(name, settings.extracts[name], paths), told) for name, paths in files.items()}
    return Unread(
        tuple(str(path.relative_to(settings.raw_folder)) for path in lying if path not in declared),
        {name: found for name, found in columns.items() if found},
    )


def _columns(name: str, extract: Extract, paths: Iterable[Path]) -> list[str]:
    """Give the names of the columns in the files of an extract, each once."""
    if extract.form == "csv":
        encoding = "utf-8-sig" if extract.encoding == "utf-8" else extract.encoding
        return list(dict.fromkeys(column for path in paths for column in header(path, name, extract, encoding=encoding)))
    return list(dict.fromkeys(column for path in paths for column in _parquet(path)))


def _parquet(path: Path) -> list[str]:
    try:
        return list(pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowException, OSError):  # a file that was received may have gone bad since; one that is read now was read before
        return []


def _untaken(extract: str, columns: Iterable[str], told: Iterable[Reads]) -> tuple[str, ...]:
    """Give the columns of an extract that no register takes."""
    ours = [one for one in told if extract in one.extracts]
    taken = {column for one in ours for column in one.columns}
    whole = [one.whole[extract] for one in ours if extract in one.whole]
    return tuple(c for c in columns if c.lower() not in taken and all(c.lower() in left_out for left_out in whole))
