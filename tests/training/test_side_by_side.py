"""A table in a narrow terminal keeps every figure whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from training.side_by_side import WIDEST, side_by_side

FIGURE = "29.393 (24.181 to 34.967)"
SCORERS = ("model", "random", "number of reports", "experts' scorecard", "logistic regression", "model, 2094 rows at addresses never visited")
ROWS = [{"figure (95 % interval)": metric} | dict.fromkeys(SCORERS, FIGURE) for metric in ("auc", "confirmed per 100 visits")]


def printed(width: int, rows: list[dict[str, str]] = ROWS) -> str:
    told = io.StringIO()
    Console(file=told, width=width).print(*side_by_side(rows, title="Of made-up addresses", width=width), sep="\n")
    return told.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120, 300])
def test_every_figure_stands_whole_on_one_line(width):
    said = printed(width)
    assert said.count(FIGURE) == len(ROWS) * len(SCORERS)
    assert "…" not in said
    assert max(map(len, said.splitlines())) <= width


@pytest.mark.parametrize(("width", "tables"), [(80, 3), (120, 2), (300, 1)])
def test_it_is_no_more_tables_than_needed(width, tables):
    assert len(side_by_side(ROWS, title="", width=width)) == tables


def test_every_part_begins_with_what_the_line_is():
    assert printed(80).count("confirmed per 100") == 3


def test_the_title_stands_once():
    assert printed(80).count("Of made-up addresses") == 1


def test_a_long_text_goes_on_in_the_next_line_between_words():
    text = "every address of the frames, if within a band of scores the listed are as the others"
    said = printed(80, [{"way": "estimated weights", "speaks of": text}])
    assert all(word in said for word in text.split())
    assert max(map(len, said.splitlines())) < len("estimated weights") + WIDEST + 10


def test_no_line_is_no_table():
    assert side_by_side([], title="", width=80) == []


def test_brackets_in_a_name_are_text():
    assert "[bold]" in printed(80, [{"audit group": "[bold]", "rows": "1"}])
