"""Files are written whole or not at all, and what cannot be written is our error."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.engine import replaced_whole
from features.errors import InputError, StateError


def stopped_halfway(path: Path) -> None:
    with replaced_whole(path) as draft:
        draft.write_text("half", encoding="utf-8")
        raise InputError("stopped halfway", expected="the end", remedy="go on")


def test_a_draft_takes_the_place_of_a_file_only_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.txt"
    with replaced_whole(path) as draft:
        draft.write_text("first", encoding="utf-8")
    with pytest.raises(InputError, match="halfway"):
        stopped_halfway(path)
    assert [(p.name, p.read_text(encoding="utf-8")) for p in path.parent.iterdir()] == [("page.txt", "first")]


def test_a_file_where_a_folder_must_be_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(StateError, match=r"taken/page.txt could not be written"), replaced_whole(tmp_path / "taken" / "page.txt") as draft:
        draft.write_text("never", encoding="utf-8")
