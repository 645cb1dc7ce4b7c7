"""What a municipality may set, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from features.declared import read_toml
from features.errors import NotFoundError, SettingsError
from features.public_keys import KNOWN_TO_ALL, decode
from features.settings import Person, Settings, load
from tests.hamlet import addresses, hamlet

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[engine]\nmemory_limit = "much"\n', "engine.memory_limit"),
        ('[engine]\nkind = "pandas"\n', "engine.kind: Input should be 'duckdb' or 'spark'"),
        ('[paths]\nspool = "var"\n', "spool"),
        ("[linkage]\nminimum_confidence = 2\n", "linkage.minimum_confidence"),
        ("[rejects]\nmaximum_share = nan\n", "rejects.maximum_share"),
        ("[rejects]\nby_source = { reports = nan }\n", "rejects.by_source.reports"),
        ("[rejects]\nby_source = { reports = -0.1 }\n", "rejects.by_source.reports"),
        ("[rejects]\nby_source = { reports = 7.0 }\n", "rejects.by_source.reports"),
        ("[clock]\nday = 1\n", "clock"),
        ('[extracts.politie]\nform = "parquet"\npath = "x.parquet"\n', "extract 'politie' comes from police data"),
        ('[extracts.tips]\nform = "csv"\npath = "meld_misdaad_anoniem.csv"\n', "extract 'tips' comes from the national anonymous line"),
        ('[extracts.advice]\nform = "database"\ntable = "bibob"\n', "extract 'advice' comes from Bibob data"),
        ('[extracts.x]\nform = "postgresql"\ntable = "x"\nurl_from = "POLITIE_URL"\n', "extract 'x' comes from police data"),
        ('[extracts.x]\nform = "database"\ntable = "mail_senders"\n', "extracts.x.table: no register reads who sent a mail"),
        (
            '[extracts.x]\nform = "postgresql"\ntable = "public.mail_texts"\nurl_from = "X_URL"\n',
            "extracts.x.table: no register reads who sent a mail",
        ),
        ('[mail.words]\nregistration = ["Marokk*"]\n', "mail.words: a word of theme 'registration' speaks of origin"),
        ("[mail.words]\nregistration = []\n", "mail.words: 'registration' needs to be the code of a theme, with at least one word"),
        ('[mail.words]\nregistration = ["a.*"]\n', "mail.words.registration.0"),
        ("[mail]\nkeep_sender_days = 0\n", "mail.keep_sender_days"),
        ("[mail]\nprose_confidence = nan\n", "mail.prose_confidence"),
        ('[[mail.imap]]\nhost = "x"\nuser = "y"\npassword = "z"\npassword_from = "P"\n', "mail.imap.0.password: Extra inputs are not permitted"),
        ('[[mail.imap]]\nhost = "x"\nuser = "y\\r\\nz"\npassword_from = "P"\n', "mail.imap.0.user"),
        ('[[mail.imap]]\nhost = "x"\nuser = "y"\npassword_from = "P"\nmailbox = "a\\"b"\n', "mail.imap.0.mailbox"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    folder = hamlet(tmp_path, addresses=addresses("A1")).folder
    file = folder / "municipality.toml"
    file.write_text(file.read_text() + text)
    with pytest.raises(SettingsError, match=said):
        load(folder)


def test_the_demo_keys_are_those_of_the_synthetic_town() -> None:
    town = load(TOWN)
    assert {decode(p.public_key) for p in town.people} | {bytes.fromhex(c.key_sha256) for c in town.clients} == KNOWN_TO_ALL


def test_keys_that_everyone_has_are_refused_where_homes_are_real(tmp_path: Path) -> None:
    text = (TOWN / "municipality.toml").read_text()
    (tmp_path / "municipality.toml").write_text(text.replace("synthetic = true", "synthetic = false"))
    with pytest.raises(SettingsError, match="a key of the demo"):
        load(tmp_path)


def listed(tmp_path: Path, *entries: str) -> Path:
    folder = hamlet(tmp_path, addresses=addresses("A1")).folder
    file = folder / "municipality.toml"
    file.write_text(file.read_text() + "".join(entries))
    return folder


KEY, OTHER = "Nts2Itr4J8S4C6Ji6endyMB/0We8uqYOblIXiyuoUGc=", "VeDiGbQaK4cGPkHTSSAaIkHYzrttXY8MJ5RIIEYzf2Y="


def person(name: str, key: str) -> str:
    return f'[[people]]\nid = "{name}"\nroles = ["process-owner"]\npublic_key = "{key}"\n'


def client(name: str, digest: str) -> str:
    return f'[[clients]]\nid = "{name}"\nkey_sha256 = "{digest * 64}"\npurposes = []\nthemes = []\n'


def test_a_person_who_leaves_keeps_an_entry_with_a_last_day(tmp_path: Path) -> None:
    found = load(listed(tmp_path, person("a", KEY), "until_on = 2024-06-30\n", person("b", OTHER)))
    assert [p.until_on for p in found.people] == [date(2024, 6, 30), None]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((person("a", KEY), person("a", OTHER)), r"\[\[people\]\] holds an id or a key twice"),
        ((person("a", KEY), person("b", KEY)), r"\[\[people\]\] holds an id or a key twice"),
        ((client("a", "0"), client("a", "1")), r"\[\[clients\]\] holds an id or a key twice"),
        ((client("a", "0"), client("b", "0")), r"\[\[clients\]\] holds an id or a key twice"),
    ],
)
def test_nobody_and_no_program_stands_twice(tmp_path: Path, entries: tuple[str, ...], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(listed(tmp_path, *entries))


@pytest.mark.parametrize(
    "key", [KEY[:-2] + "d=", KEY[:-1], KEY + "=", " " + KEY, KEY[:20] + "\\n" + KEY[20:], "AAAA", "", "é" * 44, KEY.replace("/", "_")]
)
def test_a_key_has_one_spelling_only(tmp_path: Path, key: str) -> None:
    """The first decodes to the very bytes of `KEY`: the last letter but one holds two bits that say nothing."""
    with pytest.raises(SettingsError, match=r"people.0.public_key: it is not the base64 of 32 bytes, written in the one way there is"):
        load(listed(tmp_path, person("a", key)))


def test_a_demo_key_is_known_by_its_bytes(tmp_path: Path) -> None:
    real = {"synthetic": False, "clients": ()}
    for key in (KEY, KEY[:-2] + "d="):
        with pytest.raises(ValidationError, match="a key of the demo"):
            Settings.model_validate(
                load(TOWN).model_dump() | real | {"people": [Person.model_construct(id="a", roles=("process-owner",), public_key=key, until_on=None)]}
            )


def test_a_key_that_nobody_listed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="belongs to nobody"):
        hamlet(tmp_path, addresses=addresses("A1")).person("AAAA")


def test_the_environment_wins_from_the_file_and_an_argument_from_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hamlet(tmp_path, addresses=addresses("A1")).folder
    assert load(folder).state == folder / "var"
    monkeypatch.setenv("SCHOUW_STATE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("SCHOUW_DATABASE_URL", "sqlite:///other.db")
    assert load(folder).state == tmp_path / "elsewhere"
    assert load(folder).database_url == "sqlite:///other.db"
    assert load(folder, state=tmp_path / "named").state == tmp_path / "named"


def test_without_a_municipality_the_reader_is_told_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOUW_MUNICIPALITY", raising=False)
    with pytest.raises(SettingsError, match="--municipality DIR or SCHOUW_MUNICIPALITY"):
        load()


def test_a_raw_folder_without_default_says_where_to_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOUW_RAW", raising=False)
    chicago = load(TOWN.parent / "chicago", state=tmp_path)
    with pytest.raises(SettingsError, match="SCHOUW_RAW"):
        _ = chicago.raw_folder


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("= 1")
    with pytest.raises(SettingsError, match=r"x\.toml cannot be read"):
        read_toml(tmp_path / "x.toml")
    with pytest.raises(SettingsError, match="is not there"):
        read_toml(tmp_path / "y.toml")
