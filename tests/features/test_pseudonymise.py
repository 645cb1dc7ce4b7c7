"""At the register's owner: only what is listed leaves, households and owners as keyed hashes, with a key that nobody else can read."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import schouw
from features import pseudonym_key
from features.errors import InputError, ProtectedInputError, SchouwError, SettingsError, SourceError
from features.pseudonymise import HASH_DIGITS, VERSION, Delivered, Keyed, Listing, Pseudonymiser, pseudonymise
from tests.features.test_protected import CITIZENS, PEOPLE, births

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
REGISTER = pd.DataFrame(
    {
        "nr": [f"I{i}" for i in range(9)],
        "huishouden": [7, 7, 8, 9, 10, 11, 12, 13, 14],
        "bsn": CITIZENS[:9],
        "naam": PEOPLE,
        "geboortedatum": births(9),
        "aantal": [2, 2, 1, 3, 4, 1, 1, 2, 5],
    }
)
HOUSEHOLD = Keyed(column="huishouden", name="huishoud_sleutel", domain="household")
LISTING = Listing(form="parquet", keep=("nr", "aantal"), keyed=(HOUSEHOLD,))


def register(folder: Path, frame: pd.DataFrame = REGISTER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(folder / "register.parquet", index=False)
    return folder / "register.parquet"


def delivered(folder: Path, listing: Listing = LISTING, *, key: bytes = KEY, frame: pd.DataFrame = REGISTER) -> pd.DataFrame:
    pseudonymise(listing, key=key, given=register(folder, frame), output=folder / "out.parquet")
    return pd.read_parquet(folder / "out.parquet")


def hashes(values: list[object], *, key: bytes = KEY, **keyed: object) -> list[str | None]:
    import pyarrow as pa

    listing = Listing(form="parquet", keep=(), keyed=(Keyed(**{"column": "x", "name": "k", "domain": "household", **keyed}),))  # type: ignore[arg-type] # chosen by the test
    found: list[str | None] = Pseudonymiser(listing, key).table(pa.table({"x": values}))["k"].to_pylist()
    return found


def test_only_what_is_listed_leaves_in_the_order_of_the_listing(tmp_path: Path) -> None:
    out = delivered(tmp_path)
    assert list(out.columns) == ["nr", "aantal", "huishoud_sleutel"]
    pd.testing.assert_frame_equal(out[["nr", "aantal"]], REGISTER[["nr", "aantal"]])
    assert out["huishoud_sleutel"].str.fullmatch(rf"[0-9a-f]{{{HASH_DIGITS}}}").all()
    everything = (tmp_path / "out.parquet").read_bytes()
    assert not [v for v in (*CITIZENS[:9], *PEOPLE) if v.encode() in everything]


def test_it_says_what_was_kept_keyed_and_dropped(tmp_path: Path) -> None:
    said = pseudonymise(LISTING, key=KEY, given=register(tmp_path), output=tmp_path / "out.parquet")
    keyed = ({"column": "huishouden", "name": "huishoud_sleutel", "domain": "household"},)
    assert said == Delivered(str(tmp_path / "out.parquet"), 9, ("nr", "aantal"), keyed, ("bsn", "naam", "geboortedatum"))


def test_a_keyed_hash_is_hmac_under_a_key_of_its_domain() -> None:
    secret = hmac.new(KEY, VERSION + b"household", hashlib.sha256).digest()
    assert hashes(["7"]) == [hmac.new(secret, b"7", hashlib.sha256).hexdigest()[:HASH_DIGITS]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=1, max_size=12), min_size=2, max_size=6, unique=True))
@settings(deadline=None)
def test_the_same_key_gives_the_same_hash_and_another_value_key_or_domain_another(values: list[str]) -> None:
    given_values: list[object] = [v for v in values if v.strip()]
    first = hashes(given_values)
    assert hashes(given_values) == first
    assert len(set(first)) == len(given_values)
    assert not set(first) & set(hashes(given_values, key=OTHER))
    assert not set(first) & set(hashes(given_values, domain="owner"))


def test_two_files_join_only_where_the_listing_says_the_same_domain(tmp_path: Path) -> None:
    owners = Listing(form="parquet", keep=("nr",), keyed=(HOUSEHOLD.model_copy(update={"name": "owner_key", "domain": "owner"}),))
    same = Listing(form="parquet", keep=("nr",), keyed=(HOUSEHOLD.model_copy(update={"name": "other_name"}),))
    first = set(delivered(tmp_path / "a")["huishoud_sleutel"])
    assert set(delivered(tmp_path / "b", same)["other_name"]) == first
    assert not set(delivered(tmp_path / "c", owners)["owner_key"]) & first


def test_a_household_keeps_its_hash_when_it_moves_and_in_whatever_type_it_is_written(tmp_path: Path) -> None:
    out = delivered(tmp_path)
    assert out["huishoud_sleutel"].nunique() == REGISTER["huishouden"].nunique()
    assert out["huishoud_sleutel"][0] == out["huishoud_sleutel"][1]
    assert hashes([7]) == hashes(["7"]) == hashes([7.0]) == hashes([" 7 "])


def test_a_missing_value_stays_missing() -> None:
    assert hashes([None, "", "  ", "7"])[:3] == [None] * 3
    assert hashes([None, "0", "000"], digits=9) == [None] * 3


def test_a_number_written_in_two_ways_has_one_hash_where_its_digits_are_listed() -> None:
    (plain,) = set(hashes(["012345672", "12345672", "0123.45.672", "12345672.0", "0123 45 672"], digits=9))
    assert hashes([12345672], digits=9) == hashes([12345672.0], digits=9) == [plain]
    assert len(set(hashes(["012345672", "12345672"]))) == 2


def test_a_number_with_decimals_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'aantal' cannot be keyed: it holds numbers with decimals"):
        delivered(
            tmp_path,
            Listing(form="parquet", keep=("nr",), keyed=(Keyed(column="aantal", name="k", domain="d"),)),
            frame=REGISTER.assign(aantal=REGISTER["aantal"] + 0.5),
        )
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(("column", "kind"), [("bsn", "citizen number"), ("naam", "name"), ("geboortedatum", "birth date")])
def test_a_listing_that_keeps_people_is_refused_and_nothing_is_written(tmp_path: Path, column: str, kind: str) -> None:
    (tmp_path / "out.parquet").write_text("the delivery before")
    with pytest.raises(ProtectedInputError, match=f"the listing keeps people in register.parquet: column '{column}' looks like a {kind}"):
        delivered(tmp_path, Listing(form="parquet", keep=("nr", column), keyed=(HOUSEHOLD,)))
    assert (tmp_path / "out.parquet").read_text() == "the delivery before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet", "register.parquet"]


def test_a_citizen_number_may_be_keyed(tmp_path: Path) -> None:
    listing = Listing(form="parquet", keep=("nr",), keyed=(Keyed(column="bsn", name="eigenaar_sleutel", domain="owner", digits=9),))
    assert delivered(tmp_path, listing)["eigenaar_sleutel"].nunique() == 9


def test_a_column_about_objects_may_be_kept_where_the_listing_says_so(tmp_path: Path) -> None:
    frame = REGISTER.drop(columns=["bsn", "naam"]).assign(boot=PEOPLE)
    listing = Listing(form="parquet", keep=("nr", "boot"), about_objects=("boot",))
    assert list(delivered(tmp_path, listing, frame=frame)["boot"]) == PEOPLE


def test_a_column_that_is_not_there_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"register\.parquet misses leeftijd"):
        delivered(tmp_path, Listing(form="parquet", keep=("nr", "leeftijd")))
    assert not (tmp_path / "out.parquet").exists()


def test_a_disk_that_fails_halfway_leaves_the_delivery_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = delivered(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Pseudonymiser, "table", full)
    with pytest.raises(SchouwError, match="No space left on device"):
        delivered(tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), before)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet", "register.parquet"]


def test_a_file_of_more_than_one_batch_gives_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = pd.concat([REGISTER] * 700, ignore_index=True).assign(nr=[f"I{i}" for i in range(6_300)])
    whole = delivered(tmp_path / "a", frame=many)
    monkeypatch.setattr("features.pseudonymise.BATCH_ROWS", 2_048)
    pd.testing.assert_frame_equal(delivered(tmp_path / "b", frame=many), whole)
    assert len(whole) == 6_300


def test_a_csv_in_its_declared_dialect_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes("nr;soort;houder\n1;één;123.45.6782\n2;twee;123456782\n".encode("cp1252"))
    keyed = (Keyed(column="houder", name="houder_sleutel", domain="owner", digits=9),)
    listing = Listing(form="csv", encoding="cp1252", delimiter=";", keep=("nr", "soort"), keyed=keyed)
    pseudonymise(listing, key=KEY, given=tmp_path / "r.csv", output=tmp_path / "out" / "r.parquet")
    out = pd.read_parquet(tmp_path / "out" / "r.parquet")
    assert (list(out["soort"]), out["houder_sleutel"].nunique()) == (["één", "twee"], 1)


def test_a_line_that_cannot_be_read_stops_it_without_showing_the_line(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("nr;houder\n1;a\n2;b;Jansen\n3;c\n")
    with pytest.raises(SourceError, match=r"1 lines of r\.csv cannot be read") as refused:
        pseudonymise(Listing(form="csv", keep=("nr",)), key=KEY, given=tmp_path / "r.csv", output=tmp_path / "out.parquet")
    assert "Jansen" not in str(refused.value)
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("output", ["register.parquet", "./register.parquet"])
def test_the_owners_own_file_is_never_overwritten(tmp_path: Path, output: str) -> None:
    with pytest.raises(InputError, match="is the owner's file itself"):
        pseudonymise(LISTING, key=KEY, given=register(tmp_path), output=tmp_path / output)


@pytest.mark.parametrize(
    "text",
    ['keep = ["nr", "nr"]', 'keep = []', 'keep = ["nr"]\ndrop = ["bsn"]', 'keep = ["bsn"]\n[[keyed]]\ncolumn = "bsn"\nname = "k"\ndomain = "d"',
     'keep = ["nr"]\n[[keyed]]\ncolumn = "bsn"\nname = "nr"\ndomain = "d"', 'keep = ["nr"]\n[[keyed]]\ncolumn = "bsn"\nname = "k"'],
    ids="twice nothing unknown kept-and-keyed name-twice no-domain".split(),
)  # fmt: skip
def test_a_listing_that_does_not_fit_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "listing.toml").write_text(f'form = "parquet"\n{text}\n')
    with pytest.raises(SettingsError, match=r"listing\.toml does not fit"):
        Listing.read(tmp_path / "listing.toml")


# The key


def test_a_new_key_is_for_its_owner_only_and_never_overwrites_one(tmp_path: Path) -> None:
    pseudonym_key.create(tmp_path / "key")
    pseudonym_key.create(tmp_path / "other")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    key = pseudonym_key.read(tmp_path / "key")
    assert (len(key), pseudonym_key.read(tmp_path / "other") != key) == (32, True)
    with pytest.raises(InputError, match="is there already"):
        pseudonym_key.create(tmp_path / "key")
    assert pseudonym_key.read(tmp_path / "key") == key


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    pseudonym_key.create(tmp_path / "key", key=KEY)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(InputError, match=rf"may be used by others \(mode {mode:04o}\)") as refused:
        pseudonym_key.read(tmp_path / "key")
    assert KEY.hex() not in str(refused.value)


@pytest.mark.parametrize("content", ["", "secret", KEY.hex()[:-1], KEY.hex() + "0", "é" * 64])
def test_a_file_that_holds_no_key_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    pseudonym_key.create(tmp_path / "key")
    (tmp_path / "key").write_text(content)
    with pytest.raises(InputError, match="holds no key") as refused:
        pseudonym_key.read(tmp_path / "key")
    assert not content or content not in str(refused.value)


def test_a_key_of_another_account_a_folder_and_nothing_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, said in ((tmp_path, "cannot be read"), (tmp_path / "absent", "cannot be read")):
        with pytest.raises(InputError, match=said):
            pseudonym_key.read(path)
    pseudonym_key.create(tmp_path / "key")
    monkeypatch.setattr("os.geteuid", lambda: 12_345)
    with pytest.raises(InputError, match="belongs to another account"):
        pseudonym_key.read(tmp_path / "key")


def test_no_repr_shows_the_key() -> None:
    assert KEY.hex() not in repr(Pseudonymiser(LISTING, KEY))
    assert str(KEY) not in repr(Pseudonymiser(LISTING, KEY))


# The command


def command(folder: Path, *more: str) -> str:
    """Run the command in a folder with nothing of Schouw's operator in it, and give all that it printed."""
    listing = folder / "pseudonymise.toml"
    listing.write_text(
        'form = "parquet"\ninput = "register.parquet"\noutput = "out/x.parquet"\nkeep = ["nr", "aantal"]\n'
        '[[keyed]]\ncolumn = "huishouden"\nname = "huishoud_sleutel"\ndomain = "household"\n'
    )
    register(folder)
    ran = CliRunner().invoke(schouw.build(), ["pseudonymise", "-m", str(folder), "--key", str(folder / "key"), *more])
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.output


def test_the_command_needs_a_listing_and_a_key_and_no_municipality(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        said = command(tmp_path, "--new-key", "--json")
        again = command(tmp_path)
    assert json.loads(said)["dropped"] == ["bsn", "naam", "geboortedatum"]
    assert re.search(r"bsn\s+│ dropped: not listed", again)
    assert len(pd.read_parquet(tmp_path / "out" / "x.parquet")) == 9
    secret = (tmp_path / "key").read_text().strip()
    assert not [text for text in (said, again, caplog.text) if secret in text or secret[:8] in text]


def test_the_command_takes_other_files_than_the_listed_ones(tmp_path: Path) -> None:
    other = register(tmp_path / "elsewhere", REGISTER.head(4))
    command(tmp_path, "--new-key", "--input", str(other), "--output", str(tmp_path / "y.parquet"))
    assert len(pd.read_parquet(tmp_path / "y.parquet")) == 4
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        command(tmp_path)
    (tmp_path / "bare.toml").write_text('form = "parquet"\nkeep = ["nr"]\n')
    with pytest.raises(InputError, match="no file to read was named"):
        command(tmp_path, "--new-key", "--listing", str(tmp_path / "bare.toml"))
    assert not (tmp_path / "key").exists()
