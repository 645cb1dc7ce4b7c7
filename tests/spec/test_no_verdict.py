"""No decision field (DESIGN rule 9): nothing that people read says fraud, or any other word that accuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from features.accusing import ACCUSING
from features.sources import all_sources

REPO = Path(__file__).parents[2]
SPEAKING = [
    p for package in ("monitoring", "serving") for p in sorted((REPO / package).rglob("*")) if p.suffix in {".py", ".html", ".css", ".js", ".toml"}
]
THEMES = sorted((REPO / "municipalities").glob("*/themes/*.toml"))


@pytest.mark.parametrize("path", SPEAKING, ids=lambda p: p.relative_to(REPO).as_posix())
def test_no_page_word_list_or_message_accuses(path: Path) -> None:
    assert [found.group(0) for found in ACCUSING.finditer(path.read_text(encoding="utf-8"))] == []


def test_the_pages_and_their_words_are_among_what_is_read() -> None:
    names = {path.relative_to(REPO).as_posix() for path in SPEAKING}
    assert {"monitoring/templates/report.html", "monitoring/words/nl.toml", "monitoring/words/en.toml", "serving/wording.py"} <= names


@pytest.mark.parametrize("path", THEMES, ids=lambda p: p.stem)
def test_no_theme_is_named_after_an_accusation(path: Path) -> None:
    theme = tomllib.loads(path.read_text(encoding="utf-8"))
    assert not [text for text in (theme["code"], theme["title_nl"], theme["title_en"], *theme["outcome"]["confirming"]) if ACCUSING.search(text)]


def test_no_source_is_named_after_an_accusation() -> None:
    assert not [s.name for s in all_sources().values() if ACCUSING.search(f"{s.title_nl} {s.title_en}")]
