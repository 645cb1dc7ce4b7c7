"""Studies: every file is of a kind that is found, and a run writes its page with the pictures beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from typer.testing import CliRunner

from experiments import kinds, study
from experiments.commands import app
from experiments.kinds import Asked, Kind, Study, Told
from experiments.study import declared, declared_as, names, run
from features.errors import SettingsError, StudyError


class MadeUp(Study):
    kind: Literal["made-up"]
    seed: int


def tell(made_up: MadeUp, asked: Asked) -> Told:
    asked.progress("drawing")
    return Told(f"# Seed {made_up.seed}\n", {"seed": made_up.seed}, {"made-up.svg": b"<svg/>"})


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one study of a kind of its own."""
    (tmp_path / "one.toml").write_text('kind = "made-up"\npage = "one.md"\nseed = 3\n', encoding="utf-8")
    monkeypatch.setattr(study, "STUDIES", tmp_path)
    monkeypatch.setattr(study, "kinds", lambda: {"made-up": Kind(MadeUp, tell)})
    return tmp_path


@pytest.mark.parametrize("name", names())
def test_every_declared_study_is_of_a_kind_that_is_found(name: str) -> None:
    found = declared(name)
    assert type(found) is kinds.kinds()[found.kind].declared
    assert found.page.startswith("docs/")


@pytest.mark.parametrize("name", names())
def test_a_kept_page_has_its_pictures_beside_it(name: str) -> None:
    kept = kinds.REPO / declared(name).page
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", kept.read_text(encoding="utf-8"))
    assert all((kept.parent / picture).read_bytes().startswith(b"<?xml") for picture in pictures)
    assert pictures


@pytest.mark.parametrize("name", names())
def test_a_kept_page_says_what_its_template_says_now(name: str) -> None:
    kept, template = ((kinds.REPO / declared(name).page).read_text(encoding="utf-8"), (study.STUDIES / f"{name}.md").read_text(encoding="utf-8"))
    whole = re.sub(r'{% include "([^"]+)" %}', lambda found: (study.STUDIES / found[1]).read_text(encoding="utf-8"), template)
    said = [part.strip() for part in re.split(r"{{.*?}}|{%.*?%}", whole, flags=re.DOTALL)]
    assert len(said) > 10
    assert [part for part in said if part not in kept] == []


def test_a_kind_is_known_by_the_word_that_its_files_use() -> None:
    assert {name: kind.name for name, kind in kinds.kinds().items()} == {name: name for name in kinds.kinds()}
    assert {"chicago", "selective-labels"} <= set(kinds.kinds())


def test_a_package_that_declares_without_a_kind_is_told() -> None:
    with pytest.raises(TypeError, match=r"experiments/town/declared\.py has no KIND"):
        kinds._kind_of("town", object())


def test_a_run_writes_the_page_and_its_pictures_beside_it(made_up: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    written = run("one", page=tmp_path / "docs" / "two.md", progress=steps.append)
    assert written.page.read_text(encoding="utf-8") == "# Seed 3\n"
    assert (tmp_path / "docs" / "made-up.svg").read_bytes() == b"<svg/>"
    assert (written.figures, steps) == ({"seed": 3}, ["drawing"])


def test_a_file_of_no_kind_names_those_that_there_are(made_up: Path) -> None:
    (made_up / "one.toml").write_text('kind = "another"\npage = "one.md"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="kind is 'another', not one of made-up"):
        declared("one")


def test_a_key_that_the_kind_does_not_know_is_refused(made_up: Path) -> None:
    (made_up / "one.toml").write_text('kind = "made-up"\npage = "one.md"\nseed = 3\nsede = 4\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="sede"):
        declared("one")


def test_a_study_of_another_kind_is_refused(made_up: Path) -> None:
    from experiments.chicago.declared import ChicagoStudy

    with pytest.raises(StudyError, match="of kind 'made-up'"):
        declared_as("one", ChicagoStudy)


def test_without_a_name_the_studies_are_listed() -> None:
    assert CliRunner().invoke(app, ["study"], catch_exceptions=False).stdout.split() == names()
