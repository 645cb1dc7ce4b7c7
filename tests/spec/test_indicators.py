"""Every indicator in a table that a lawyer can read: what was known, and what the number then is on 1 January 2024.

The tables stand in ``indicators/<subject>.txt``, one part per indicator::

    == reports_1y
    A report received on the day itself does not count.

    given reports
        address_id | happened_on | known_on
        A1         | 2023-01-01  | 2023-01-02
    then
        address_id | reports_1y
        A1         | 1
        A2         | 0

What a table leaves out is filled with something plain: a record number, ``known_on`` as ``happened_on``, the first code of a list,
homes A1 to A4 in one postcode, each a building of its own. An empty cell is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import matrix
from features.catalogue import catalogue
from features.sources import Column, Source, all_sources
from features.themes import load_theme
from tests import hamlet

FOLDER = Path(__file__).parent / "indicators"
AS_OF = date(2024, 1, 1)
HOMES = ("A1", "A2", "A3", "A4")


@dataclass
class Spec:
    """One part of a file."""

    name: str
    subject: str
    given: dict[str, pd.DataFrame] = field(default_factory=dict)
    then: pd.DataFrame = field(default_factory=pd.DataFrame)


def specs() -> list[Spec]:
    return [_read(part, path.stem) for path in sorted(FOLDER.glob("*.txt")) for part in re.split(r"^== ", path.read_text("utf-8"), flags=re.M)[1:]]


def _read(text: str, subject: str) -> Spec:
    spec = Spec(text.split("\n", 1)[0].strip(), subject)
    for head, body in re.findall(r"^(given \w+|then)\n((?:[ \t]+.*\n?)+)", text, flags=re.M):
        if head == "then":
            spec.then = hamlet.table(body)
        else:
            spec.given[head.split()[1]] = hamlet.table(body)
    return spec


def plain(column: Column) -> str | None:
    """Give something plain for a required column."""
    if column.codes:
        return column.codes[0]
    kinds = {"key": "k1", "id": "x1", "code": "x", "boolean": "false", "date": "2020-01-01", "integer": "1", "number": "1"}
    return str(int(column.minimum)) if column.minimum and column.type in ("integer", "number") else kinds.get(column.type)


def filled(source: Source, frame: pd.DataFrame) -> pd.DataFrame:
    if source.name == "addresses":
        told = frame.assign(record_id=frame["address_id"]) if "record_id" not in frame else frame
        usual = hamlet.addresses(*told["address_id"], postcode="1000AA")
        return usual.assign(**{name: told[name].to_numpy() for name in told.columns})
    rows = frame.copy()
    if "record_id" not in rows:
        rows.insert(0, "record_id", [f"r{n}" for n in range(len(rows))])
    if "known_on" not in rows:
        rows["known_on"] = rows["happened_on"]
    for column in source.columns:
        if column.required and column.name not in rows:
            rows[column.name] = plain(column)
    return rows


@pytest.mark.parametrize("spec", specs(), ids=lambda s: s.name)
def test_indicator(spec: Spec, tmp_path: Path) -> None:
    given = {"addresses": pd.DataFrame({"address_id": HOMES}), **spec.given}
    store = hamlet.settle(tmp_path, today=AS_OF, **{name: filled(all_sources()[name], frame) for name, frame in given.items()})
    names = tuple(spec.then.columns[1:])
    assert spec.name in names
    frame = pd.DataFrame({"address_id": spec.then["address_id"], "as_of": AS_OF})
    found = matrix.Builder(store, load_theme(store.settings, "trial"), names).rows(frame).set_index("address_id")
    for name in names:
        expected = pd.to_numeric(spec.then.set_index("address_id")[name]).astype("float64")
        assert_told(found[name].reindex(expected.index), expected)


def assert_told(found: pd.Series, expected: pd.Series) -> None:
    """Hold a whole number to itself: 1000 days are not 1001. What is written with a fraction is written short."""
    whole = expected % 1 == 0
    pd.testing.assert_series_equal(found[whole], expected[whole], check_names=False, check_exact=True, check_freq=False)
    pd.testing.assert_series_equal(found[~whole], expected[~whole], check_names=False, rtol=1e-3, check_freq=False)


@pytest.mark.parametrize("expected", [1000.0, None])
def test_a_whole_number_must_be_the_same(expected: float | None) -> None:
    with pytest.raises(AssertionError):
        assert_told(pd.Series([1001.0]), pd.Series([expected], dtype="float64"))
    assert_told(pd.Series([0.3334]), pd.Series([1 / 3]))


def test_every_indicator_has_one_table_in_the_file_of_its_subject() -> None:
    told = Counter((spec.subject, spec.name) for spec in specs())
    assert told == Counter((i.subject, i.name) for i in catalogue().values())


def test_a_table_says_more_than_one_thing() -> None:
    """A number that is the same for every home would hold for a constant."""
    for spec in specs():
        assert spec.then[spec.name].nunique(dropna=False) > 1, spec.name
