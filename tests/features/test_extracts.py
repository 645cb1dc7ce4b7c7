"""What suppliers deliver and municipalities declare: a slip is a line set aside or an error of ours, never a traceback (DESIGN rule 11)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from features.declared_extracts import Extract
from features.errors import SettingsError, SourceError, StateError
from features.extracts import register_extracts
from features.ingestion import ingest
from features.settings import load, next_as_of
from features.swallowed import SAID
from features.themes import load_themes
from features.transcoding import CHUNK_BYTES
from tests.hamlet import addresses, hamlet

GOOD = [b'%d;"x%d";z' % (i, i) for i in range(3000)]


def read(folder: Path, extract: Extract, *, url: str | None = None) -> tuple[int, int]:
    """Give the rows and the lines that cannot be read of one extract."""
    settings = hamlet(folder, addresses=addresses("A1"))
    settings = settings.model_copy(update={"extracts": {"list": extract}, "database_url": url or settings.database_url})
    with duckdb.connect() as connection:
        register_extracts(connection, settings, folder)
        rows = connection.execute("SELECT count(*) FROM raw_list").fetchone()
        lines = connection.execute("SELECT count(*) FROM lines_list").fetchone() if extract.form == "csv" else (0,)
        return (rows or (0,))[0], (lines or (0,))[0]


@pytest.mark.parametrize("place", [0, 3, 1500, 2999])
@pytest.mark.parametrize(
    ("line", "rows", "lines"),
    [(b'7;x"y;z', 3000, 0), (b'7;"x"y";z', 2999, 1), (b"7;x\x00y;z", 3000, 0), (b"7;x\xe9y;z", 2999, 1), (b"7;x;z;w", 2999, 1), (b"#7;x;z", 3000, 0)],
)
def test_a_slip_in_one_line_is_that_line_and_no_other(tmp_path: Path, place: int, line: bytes, rows: int, lines: int) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(b"\r\n".join([b"\xef\xbb\xbfa;b;c", *GOOD[:place], line, *GOOD[place + 1 :]]))
    assert read(tmp_path, Extract(form="csv", path="list.csv")) == (rows, lines)


def test_a_quote_that_is_never_closed_takes_few_lines_with_it(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(b"\n".join([b"a;b;c", *GOOD[:1500], b'7;"xy;z', *GOOD[1500:]]))
    rows, lines = read(tmp_path, Extract(form="csv", path="list.csv"))
    assert rows == 2999
    assert lines == 2, "the line to the next quote went with it"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("first", [0, 1500, 2980])
@pytest.mark.parametrize("between", [0, 1, 7])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_lines_between_two_stray_quotes_are_set_aside_and_counted_one_by_one(
    tmp_path: Path, end: bytes, first: int, between: int, encoding: str
) -> None:
    lines = [b"a;b;c", *(b"%d;x%d;z" % (i, i) for i in range(3000))]
    lines[1 + first] = b'%d;"x;z' % first
    lines[2 + first + between] = '7;"";één";z'.encode(encoding)
    lines[2999] = b"7;x;z;w"
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(end.join(lines) + end)
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    settings = settings.model_copy(update={"extracts": {"list": Extract(form="csv", path="list.csv", encoding=encoding)}})
    with duckdb.connect() as connection:
        register_extracts(connection, settings, tmp_path)
        assert connection.execute("SELECT count(*), max(length(b)) FROM raw_list").fetchone() == (3000 - between - 3, 5)
        told = connection.execute(f"SELECT file, line FROM lines_list WHERE error = '{SAID}' ORDER BY line").fetchall()
        assert told == [("list.csv", line) for line in range(first + 2, first + between + 4)]
        assert connection.execute("SELECT count(*) FROM lines_list").fetchone() == (between + 3,)


def test_a_remark_of_several_lines_is_no_row_that_was_swallowed(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(b'a;b;c\n1;"first;\nsecond\n""third""";z\n2;y;z\n')
    assert read(tmp_path, Extract(form="csv", path="list.csv")) == (2, 0)
    (tmp_path / "raw" / "list.csv").write_bytes(b'a;b;c\n1;"first;\nsecond;\nthird";z\n2;y;z\n')
    assert read(tmp_path, Extract(form="csv", path="list.csv")) == (1, 3)


def test_the_same_cell_of_lines_twice_is_counted_where_each_stands(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for year in (2023, 2024):
        (tmp_path / "raw" / f"list_{year}.csv").write_bytes(b'a;b\n1;"x\n2;x"\n' * 2)
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    settings = settings.model_copy(update={"extracts": {"list": Extract(form="csv", path="list_*.csv")}})
    with duckdb.connect() as connection:
        register_extracts(connection, settings, tmp_path)
        told = connection.execute("SELECT file, line FROM lines_list ORDER BY ALL").fetchall()
    assert told == [(f"list_{year}.csv", line) for year in (2023, 2024) for line in (2, 3, 5, 6)]


def test_swallowed_lines_count_towards_the_share_that_stops_a_build(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text().replace('form = "parquet"\npath = "addresses.parquet"', 'form = "csv"\npath = "addresses.csv"'))
    rows = addresses(*(f"A{i}" for i in range(1, 11)))
    text = rows.to_csv(sep=";", index=False).replace("A4;", '"A4;', 1).replace("A7;", 'A7";', 1)
    (tmp_path / "raw" / "addresses.csv").write_text(text)
    with pytest.raises(SourceError, match=r"40.0% of register .addresses. breaks its contract \(4 of 10 rows; most: line cannot be read\)"):
        ingest(load(settings.folder, state=settings.state, raw=settings.raw))


@pytest.mark.parametrize(
    "extract", [Extract(form="csv", path="list"), Extract(form="csv", path="list", encoding="cp1252"), Extract(form="parquet", path="list")]
)
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path, extract: Extract) -> None:
    (tmp_path / "raw" / "list").mkdir(parents=True)
    with pytest.raises(SourceError, match="list"):
        read(tmp_path, extract)


def test_a_full_disk_while_transcoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(b"a;b\n1;2\n")
    (tmp_path / "list_0.csv").symlink_to("/dev/full")
    with pytest.raises(SourceError, match=r"list\.csv could not be turned into UTF-8: No space left"):
        read(tmp_path, Extract(form="csv", path="list.csv", encoding="cp1252"))


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "iso-8859-15"])
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a;b\n1;ré1\n".encode(), r"list\.csv is UTF-8 from its first byte to its last, and municipality\.toml declares"),
        ("a;b\n1;ré1\n".encode("utf-8-sig"), r"list\.csv begins with the byte order mark of UTF-8, and municipality\.toml declares"),
        (b"\xef\xbb\xbfa;b\n1;2\n", "begins with the byte order mark"),
        (b"a;bb\n" + b"1;x\n" * (CHUNK_BYTES // 4 - 2) + "1;é\n".encode(), "is UTF-8 from its first byte"),  # its é lies in two chunks
    ],
)
def test_utf8_is_refused_where_one_byte_per_character_was_declared(tmp_path: Path, written: bytes, said: str, encoding: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(written)
    with pytest.raises(SourceError, match=said) as raised:
        read(tmp_path, Extract(form="csv", path="list.csv", encoding=encoding))
    assert "utf-8" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("a;b\n1;ré1\n", "cp1252"), ("a;b\n1;r1\n", "cp1252"), ("a;b\n1;ré1\n", "utf-8-sig"), ("a;b\n1;ré1\n", "utf-16"), ("a;b\n1;é", "latin-1")],
)
def test_what_is_in_the_declared_encoding_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "list.csv").write_bytes(text.encode(encoding))
    assert read(tmp_path, Extract(form="csv", path="list.csv", encoding=encoding)) == (1, 0)
    assert (tmp_path / "list_0.csv").read_bytes().decode() == text


@pytest.mark.parametrize("url", ["postgresql+psycopg://u:secret@127.0.0.1:1/x", "sqlite:///{folder}/garbage.db", "nonsense", "klingon://x"])
def test_a_database_that_cannot_be_read_is_said_without_its_password(tmp_path: Path, url: str) -> None:
    (tmp_path / "garbage.db").write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(StateError, match="our own database cannot be read") as raised:
        read(tmp_path, Extract(form="database", table="outcomes", optional=True, columns=("a",)), url=url.format(folder=tmp_path))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("address_id_pattern = '^(['", "address_id_pattern: it is no regular expression"),
        ("today_on = 9999-12-31", "today_on: it must lie between"),
        ('[extracts.x]\nform = "csv"\npath = "x.csv"\nencoding = "klingon"', "there is no encoding 'klingon'"),
        ('[extracts.x]\nform = "csv"\npath = "x.csv"\nencoding = "rot13"', "there is no encoding 'rot13'"),
        ('[extracts.x]\nform = "csv"\npath = "x.csv"\ndelimiter = ""', "extracts.x.delimiter"),
        ('[extracts.x]\nform = "csv"\npath = "/etc/passwd"', "a path within the raw folder"),
        ('[extracts.x]\nform = "csv"\npath = "../../etc/*"', "a path within the raw folder"),
        ('[extracts.x]\nform = "parquet"', "form 'parquet' needs path"),
        ('[extracts.x]\nform = "csv"\npath = "x.csv"\ncomplete = true\nmay_be_empty = true', "a complete extract may not be empty"),
        ('[extracts.x]\nform = "parquet"\npath = ""', "a path within the raw folder"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_when_it_is_read(tmp_path: Path, text: str, said: str) -> None:
    folder = hamlet(tmp_path, addresses=addresses("A1")).folder
    file = folder / "municipality.toml"
    key = text.split(" = ")[0]
    kept = "\n".join(line for line in file.read_text().splitlines() if not line.startswith(key))
    file.write_text(f"{kept}\n{text}" if text.startswith("[") else f"{text}\n{kept}")
    with pytest.raises(SettingsError, match=said):
        load(folder)


def test_the_last_day_that_a_clock_may_show_has_a_next_one(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), today=date(2200, 12, 30))
    assert next_as_of(settings.today_on or date.min) == date(2200, 12, 31)


def test_a_folder_in_the_place_of_a_declaration_is_named(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (settings.folder / "themes" / "x.toml").mkdir()
    with pytest.raises(SettingsError, match=r"x\.toml cannot be read"):
        load_themes(settings)
    (settings.folder / "municipality.toml").unlink()
    (settings.folder / "municipality.toml").mkdir()
    with pytest.raises(SettingsError, match=r"municipality\.toml cannot be read"):
        load(settings.folder)


def test_an_absent_optional_extract_has_its_columns_whatever_they_are_called(tmp_path: Path) -> None:
    columns = ("Object", "Soort plek", 'zeg "wat"')
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    extract = Extract(form="csv", path="absent.csv", optional=True, columns=columns)
    with duckdb.connect() as connection:
        register_extracts(connection, settings.model_copy(update={"extracts": {"list": extract}}), tmp_path)
        assert tuple(row[0] for row in connection.execute("DESCRIBE raw_list").fetchall()) == columns
