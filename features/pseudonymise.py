"""From a register with people in it to an extract without them: at the register's owner, with the owner's key.

A *listing* names the columns that are kept and those that become keyed hashes; every other column is dropped. A keyed hash is the
first 64 bits of HMAC-SHA-256 over the value, under a key that is made of the owner's key and the *domain* of the column: the same
household gives the same hash in every file and every year where the domain is the same, and nothing links two domains. With a million
households two share a hash with a chance of 3 in a hundred million.

References
----------
RFC 2104 (HMAC). GDPR art. 4(5): pseudonymised data is still personal data.
"""

from __future__ import annotations

import hashlib
import hmac
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from pydantic import Field, ValidationError, model_validator

from features.declared import Frozen, read_toml, settings_error
from features.declared_extracts import Extract
from features.engine import connect, identifier, replaced_whole
from features.errors import InputError, ProtectedInputError, SourceError
from features.extracts import register_files, unreadable_lines
from features.protected import scan
from features.settings import Engine

HASH_DIGITS = 16
"""Hexadecimal digits of a keyed hash: 64 bits."""

BATCH_ROWS = 50_000
"""Rows in memory at a time."""

VERSION = b"schouw keyed hash 1\0"
"""Goes into every key of a domain, so that another way of hashing can never give the same hash."""


class Keyed(Frozen):
    """A column that becomes a keyed hash: ``column`` in the owner's file, ``name`` in the extract, and the ``domain`` in which it joins.

    ``digits`` is for numbers: dots, spaces and dashes go, and lost zeros come back up to so many digits, so that one number written in
    two ways has one hash.
    """

    column: str
    name: str
    domain: str = Field(pattern=r"^[a-z0-9-]+$")
    digits: int | None = Field(default=None, ge=1, le=20)


class Listing(Frozen):
    """What may leave the register's owner: a closed list. ``input`` and ``output`` are relative to the file that lists them."""

    form: Literal["parquet", "csv"]
    encoding: str = "utf-8"
    delimiter: str = ";"
    input: Path | None = None
    output: Path | None = None
    keep: tuple[str, ...]
    keyed: tuple[Keyed, ...] = ()
    about_objects: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        """Refuse a name that would stand twice in the extract, and a column that is hashed and kept as well."""
        names = [*self.keep, *(k.name for k in self.keyed)]
        both = sorted(set(self.keep) & {k.column for k in self.keyed})
        if len(set(names)) < len(names) or not names or both:
            raise ValueError(f"keep and keyed must name each column of the extract once, and never keep what is keyed ({', '.join(both) or 'names'})")
        return self

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a listing.

        Raises
        ------
        SettingsError
            The file is absent, is not TOML, or holds a value or a key that is not allowed.
        """
        content = read_toml(file)
        try:
            listing = cls(**content)
        except (ValidationError, TypeError) as error:
            raise settings_error(file, error) from error
        paths = {name: file.parent / path for name in ("input", "output") if (path := getattr(listing, name)) is not None}
        return listing.model_copy(update=paths)


@dataclass(frozen=True)
class Delivered:
    """What was written: the file, its rows and, for each column of the owner's file, whether it was kept, keyed or dropped."""

    output: str
    rows: int
    kept: tuple[str, ...]
    keyed: tuple[dict[str, str], ...]
    dropped: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Pseudonymiser:
    """A listing and the owner's key, which no repr shows."""

    listing: Listing
    key: bytes = field(repr=False)

    def table(self, given: pa.Table) -> pa.Table:
        """Give the extract of some rows of the owner's file: kept columns, then keyed ones, in the order of the listing."""
        hashed = {k.name: self._hashed(given[k.column], k) for k in self.listing.keyed}
        return pa.table({name: given[name] for name in self.listing.keep} | hashed)

    def _hashed(self, column: pa.ChunkedArray, keyed: Keyed) -> pa.Array:
        """Hash each different value once; a missing or empty one stays missing."""
        secret = hmac.digest(self.key, VERSION + keyed.domain.encode(), hashlib.sha256)
        coded = pc.dictionary_encode(_written(column.combine_chunks(), keyed))
        hashes = [hmac.digest(secret, value.encode(), hashlib.sha256).hex()[:HASH_DIGITS] for value in coded.dictionary.to_pylist()]
        return pa.array(hashes, pa.string()).take(coded.indices)


def listed_paths(listing: Listing, file: Path, *, given: Path | None, output: Path | None) -> tuple[Path, Path]:
    """Give the file to read and the file to write: as named, otherwise as listed.

    Raises
    ------
    InputError
        Neither names one.
    """
    given, output = given or listing.input, output or listing.output
    if given is None or output is None:
        raise InputError(
            f"no file to {'read' if given is None else 'write'} was named",
            expected=f"input and output in {file}, or the options",
            remedy="name them with --input FILE and --output FILE",
        )
    return given, output


def pseudonymise(listing: Listing, *, key: bytes, given: Path, output: Path) -> Delivered:
    """Write the extract of an owner's file, whole or not at all.

    Parameters
    ----------
    listing : Listing
    key : bytes
        The owner's key.
    given : Path
        The owner's file, of any size: it is read in batches.
    output : Path
        Parquet file to write; one that is there is replaced when the new one is whole.

    Raises
    ------
    InputError
        There is no such file, or the output would overwrite it.
    SourceError
        The file cannot be read, or misses a listed column.
    ProtectedInputError
        A column that the listing keeps is a citizen number, or looks like names or birth dates.
    StateError
        The output cannot be written.
    """
    if not given.is_file() or given.resolve() == output.resolve():
        fault = f"there is no file {given}" if not given.is_file() else f"{output} is the owner's file itself"
        raise InputError(fault, expected="a file of the register, and another file to write", remedy="correct input and output of the listing")
    with tempfile.TemporaryDirectory(prefix="schouw-") as folder, closing(connect(Engine(), scratch=Path(folder))) as connection:
        scratch = Path(folder)
        extract = Extract(form=listing.form, path=given.name, encoding=listing.encoding, delimiter=listing.delimiter)
        register_files(connection, "given", extract, [given], scratch)
        columns = [row[0] for row in connection.execute("DESCRIBE raw_given").fetchall()]
        _refuse(connection, listing, columns, given)
        with replaced_whole(output) as draft:
            rows = _write(connection, Pseudonymiser(listing, key), draft)
    listed = {*listing.keep, *(k.column for k in listing.keyed)}
    keyed = tuple({"column": k.column, "name": k.name, "domain": k.domain} for k in listing.keyed)
    return Delivered(str(output), rows, listing.keep, keyed, tuple(c for c in columns if c not in listed))


def _refuse(connection: duckdb.DuckDBPyConnection, listing: Listing, columns: list[str], given: Path) -> None:
    """Refuse a file that lacks a listed column, has lines that cannot be read, or has people in a column that is to be kept."""
    missing = sorted({*listing.keep, *(k.column for k in listing.keyed)} - set(columns))
    unreadable = unreadable_lines(connection, "raw_given")
    if missing or len(unreadable):
        raise SourceError(
            f"{given.name} misses {', '.join(missing)}" if missing else f"{len(unreadable)} lines of {given.name} cannot be read",
            expected="every listed column, and lines of the declared form",
            remedy="compare the file with the listing; nothing was written",
        )
    kept = f"(SELECT {_names(listing.keep)} FROM raw_given)"
    found = scan(connection, kept, about_objects=listing.about_objects) if listing.keep else []
    if found:
        raise ProtectedInputError(
            f"the listing keeps people in {given.name}: {'; '.join(str(one) for one in found)}",
            expected="kept columns with facts about addresses",
            remedy="leave the column out of keep, or list it under [[keyed]]; nothing was written",
        )


def _write(connection: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser, draft: Path) -> int:
    listing = pseudonymiser.listing
    needed = dict.fromkeys([*listing.keep, *(k.column for k in listing.keyed)])
    rows = 0
    with connection.cursor() as cursor:
        batches = cursor.sql(f"SELECT {_names(needed)} FROM raw_given").to_arrow_reader(BATCH_ROWS)
        schema = pseudonymiser.table(batches.schema.empty_table()).schema
        with pyarrow.parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_table(pseudonymiser.table(pa.Table.from_batches([batch])))
                rows += len(batch)
    return rows


def _names(columns: Iterable[str]) -> str:
    return ", ".join(map(identifier, columns))


def _written(column: pa.Array, keyed: Keyed) -> pa.Array:
    """Give the values as one text each, whatever type the file gave them.

    Raises
    ------
    InputError
        A value is a broken number, so that it has no one way to be written.
    """
    try:
        whole = pc.cast(column, pa.int64()) if pa.types.is_floating(column.type) else column
        text = pc.utf8_trim_whitespace(pc.cast(whole, pa.string()))
    except pa.ArrowInvalid as error:
        raise InputError(
            f"column '{keyed.column}' cannot be keyed: it holds numbers with decimals",
            expected="whole numbers or text",
            remedy="correct the listing: a key names a household or an owner",
        ) from error
    if keyed.digits is not None:
        plain = pc.replace_substring_regex(text, r"\.0{1,2}$", "")
        text = pc.utf8_lpad(pc.replace_substring_regex(plain, r"[ .\-]", ""), keyed.digits, "0")
        text = pc.if_else(pc.equal(pc.replace_substring_regex(text, "0", ""), ""), pa.scalar(None, pa.string()), text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
