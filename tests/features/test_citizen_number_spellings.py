"""Citizen numbers however they are written, in a column and in a text that someone typed."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.citizen_number import LONGEST, SPELLED, passes, runs
from features.protected import scan
from tests.features.test_protected import CITIZENS, arbitrary, kinds

OLD_FORMS = ("'{}", "\u2019{}", '="{}"', "0{}", "000{}", "{},00", "{}.000", "BSN {}", "bsn:{}")

OTHERS = [n for n in arbitrary(400) if not passes(n)]
FULL_WIDTH = {ord(str(d)): chr(0xFF10 + d) for d in range(10)}


@pytest.mark.parametrize(
    "column",
    [
        [f"'{n}" for n in CITIZENS[:50]],
        [f"\u2019{n}" for n in CITIZENS[:50]],
        [f'="{n}"' for n in CITIZENS[:50]],
        [f"0{n}" for n in CITIZENS[:50]],
        [f"000{n}" for n in CITIZENS[:50]],
        [f"{n},00" for n in CITIZENS[:50]],
        [f"{n}.000" for n in CITIZENS[:50]],
        [Decimal(n) for n in CITIZENS[:50]],
        [f"{n[:4]}.{n[4:6]}.{n[6:]}" for n in CITIZENS[:50]],
        [f"{n[:3]}.{n[3:6]}.{n[6:]}" for n in CITIZENS[:50]],
        [f"{n[:4]}\u00a0{n[4:6]}\u00a0{n[6:]}" for n in CITIZENS[:50]],
        [f"{n[:4]}-{n[4:6]}-{n[6:]}" for n in CITIZENS[:50]],
        [f"BSN {n}" for n in CITIZENS[:50]],
        [f"bsn:{n}" for n in CITIZENS[:50]],
    ],
    ids="quote curly formula ten-digits twelve-digits decimal-comma decimals decimal dotted thousands hard-spaces dashes bsn bsn-colon".split(),
)
def test_a_citizen_number_is_found_however_it_is_written(column: list[object]) -> None:
    assert kinds(nummer=column) == {"nummer": "citizen number"}


SPELLINGS = {
    "vat": "NL{}B01",
    "word": "BSN-nr {}",
    "words": "BSN nummer: {}",
    "suffix": "{}-01",
    "brackets": "({})",
    "semicolon": "{};",
    "hash": "#{}",
    "letter": "P{}",
    "curly": "\u201c{}\u201d",
    "return": "{}\r",
    "unseen": "{}\u200b",
    "json": '{{"bsn":"{}"}}',
    "surname": "{} Jansen-Pietersen",
}
GROUPS = {"slash": "/", "low": "_", "comma": ",", "dash": "\u2013", "hard-hyphen": "\u2011", "thin": "\u2009", "unseen": "\u200b", "wide": " - "}


@pytest.mark.parametrize("numbers", [5, 300])
@pytest.mark.parametrize("form", SPELLINGS.values(), ids=SPELLINGS)
def test_a_citizen_number_is_found_whatever_stands_around_it(form: str, numbers: int) -> None:
    assert kinds(nummer=[form.format(n) for n in CITIZENS[:numbers]]) == {"nummer": "citizen number"}


@pytest.mark.parametrize("numbers", [5, 300])
@pytest.mark.parametrize("sign", GROUPS.values(), ids=GROUPS)
def test_a_citizen_number_is_found_in_groups(sign: str, numbers: int) -> None:
    assert kinds(nummer=[sign.join((n[:3], n[3:6], n[6:])) for n in CITIZENS[:numbers]]) == {"nummer": "citizen number"}


@pytest.mark.parametrize("numbers", [6, 300])
def test_a_citizen_number_is_found_as_a_power_in_wide_digits_and_beside_another(numbers: int) -> None:
    citizens = CITIZENS[:numbers]
    columns = {
        "power": [f"{n[0]},{n[1:]}E+08" for n in citizens],
        "wide": [n.translate(FULL_WIDTH) for n in citizens],
        "two": [f"{n} / {m}" for n, m in zip(citizens, reversed(citizens), strict=True)],
    }
    assert kinds(**columns) == dict.fromkeys(columns, "citizen number")


@pytest.mark.parametrize("kind", ["BIGINT", "INTEGER", "DOUBLE", "DECIMAL(12, 3)", "DECIMAL(9, 0)", "HUGEINT", "VARCHAR"])
def test_a_citizen_number_is_found_in_a_column_of_any_type(kind: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT CAST(unnest({CITIZENS[:20]}) AS {kind}) AS nr UNION ALL SELECT NULL")
        assert [one.column for one in scan(connection, "t")] == ["nr"]


@pytest.mark.parametrize(
    ("kind", "values", "column"),
    [
        (pa.list_(pa.string()), [CITIZENS[i : i + 2] for i in range(0, 40, 2)], "x.item"),
        (pa.struct([("nr", pa.int64())]), [{"nr": int(n)} for n in CITIZENS[:40]], "x.nr"),
        (pa.list_(pa.struct([("deep", pa.struct([("nr", pa.string())]))])), [[{"deep": {"nr": n}}] for n in CITIZENS[:40]], "x.deep.nr"),
        (pa.map_(pa.string(), pa.string()), [[("nr", n)] for n in CITIZENS[:40]], "x.value"),
        (pa.list_(pa.string(), 2), [CITIZENS[i : i + 2] for i in range(0, 40, 2)], "x.item"),
    ],
    ids="list struct list-of-structs map fixed-list".split(),
)
def test_a_citizen_number_is_found_inside_a_nested_column(kind: pa.DataType, values: list[object], column: str) -> None:
    given = pa.table({"x": pa.array(values, kind), "soort": pa.array(["huis"] * len(values))})
    with duckdb.connect() as connection:
        connection.register("given", given)
        assert [(one.column.replace("item.", ""), one.kind) for one in scan(connection, "given")] == [(column, "citizen number")]


def test_a_text_is_looked_at_until_it_is_too_long_for_a_number_with_what_stands_around_it() -> None:
    at, past = ([f"{n} {'x' * (length - 10)}" for n in CITIZENS[:50]] for length in (LONGEST, LONGEST + 1))
    assert {len(text) for text in at} == {LONGEST}
    assert kinds(at=at, past=past) == {"at": "citizen number"}
    assert passes(at[0])
    assert not passes(past[0])


@pytest.mark.parametrize("form", [*OLD_FORMS, *(form for name, form in SPELLINGS.items() if name != "letter")])
def test_a_citizen_number_that_someone_types_passes_whatever_stands_around_it(form: str) -> None:
    assert all(passes(form.format(n)) for n in CITIZENS[:50])
    assert not any(passes(form.format(n)) for n in OTHERS[:50])


@pytest.mark.parametrize("sign", [*GROUPS.values(), ".", "-", " ", "\u00a0"])
@pytest.mark.parametrize("groups", [(3, 6), (4, 6)])
def test_a_citizen_number_that_someone_types_in_groups_passes(sign: str, groups: tuple[int, int]) -> None:
    first, second = groups
    assert all(passes(sign.join((n[:first], n[first:second], n[second:]))) for n in CITIZENS[:50])


def test_a_citizen_number_as_a_power_in_wide_digits_and_beside_another_passes() -> None:
    n = CITIZENS[0]
    assert passes(f"{n[0]},{n[1:]}E+08")
    assert passes(n.translate(FULL_WIDTH))
    assert passes(f"{OTHERS[0]} / {n}")


def test_a_number_of_ones_own_with_a_letter_against_it_never_passes() -> None:
    """One in eleven of them would, and a case system cannot number its signals anew."""
    rng = np.random.default_rng(4)
    numbers = [f"{form}{n:05d}" for n in range(2_000) for form in ("S-2024-", "Z/24/0", "Z2024", "zaak_2024.", "P9999")]
    uuids = [str(UUID(bytes=rng.bytes(16), version=4)) for _ in range(20_000)]
    assert sum(map(passes, numbers)) == 0
    assert sum(map(passes, uuids)) == 0
    assert sum(any(len(run) in {8, 9} for run in runs(text)) for text in uuids) > 100, "without the rule some would be judged"


@given(st.text(st.sampled_from("0019,./-_ '\u200b\u2013\u3000\uff10\uff19\t\r\n=BSNe+x"), min_size=7, max_size=LONGEST + 1))
@example("9,99990019E+08")
@example("9.9999001949E8")
@example("999 900 19,00\n")
@example("0999990019\n")
@example("000999990019 / 9999.90.020")
@settings(deadline=None, max_examples=300)
def test_python_and_sql_read_the_same_numbers_in_a_text(text: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE looked_at AS SELECT $v AS v", {"v": text})
        assert sorted(runs(text)) == sorted(d for (d,) in connection.execute(SPELLED).fetchall())
