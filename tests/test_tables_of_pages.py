"""Tables of the pages name what the code has: every key and no other, in its order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from features.limits import Limits
from features.manifest import IndicatorRecord, InputRecord, Manifest, StaleRecord
from serving.signal_content import ALIASES, FIELDS, SignalContent

DOCS = Path(__file__).parents[1] / "docs"


def rows(page: str, section: str, head: str) -> list[list[str]]:
    """Give the cells of the first table with that head after a line that begins so."""
    text = (DOCS / page).read_text(encoding="utf-8")
    lines = text[text.index(f"\n{section}") :].split("\n")
    first = lines.index(head) + 2
    table = lines[first : lines.index("", first)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize(
    ("section", "model"),
    [
        ("## What the manifest says", Manifest),
        ("Each of `inputs`:", InputRecord),
        ("Each of `stale`:", StaleRecord),
        ("Each of `indicators`:", IndicatorRecord),
    ],
)
def test_the_page_of_training_names_every_key_of_a_manifest(section: str, model: type[BaseModel]) -> None:
    assert [row[0].strip("`") for row in rows("training.md", section, "| key | what it says |")] == list(model.model_fields)


def test_the_page_of_the_api_names_every_field_of_a_signal_and_at_which_step_it_is_needed() -> None:
    told = {row[0].strip("`"): row[1] for row in rows("api.md", "### A signal", "| field | needed | what it says |")}
    assert list(told) == [str(field.alias) for field in SignalContent.model_fields.values()]
    assert {name for name, needed in told.items() if needed == "yes"} == {f.alias for f in SignalContent.model_fields.values() if f.is_required()}
    steps = {name: [step for step, needs in FIELDS.items() if name in needs] for name in ALIASES}
    assert {ALIASES[n]: re.findall(r"`(\w+)`", told[ALIASES[n]]) for n in ALIASES} == {ALIASES[n]: found for n, found in steps.items()}


def test_the_page_of_settings_names_every_limit_with_its_default() -> None:
    told = {row[0].strip("`"): row[2].strip("`") for row in rows("settings.md", "### [limits]", "| key | kind | default | meaning |")}
    assert told == {name: str(field.default) for name, field in Limits.model_fields.items()}
    assert list(told) == list(Limits.model_fields)
