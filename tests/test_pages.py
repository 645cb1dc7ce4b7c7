"""The pages of the repo: what they promise is there, and what they say of the code is so."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from features import errors, pseudonymise, settings, themes
from features.declared_clients import Client, Contact, Oidc
from features.declared_extracts import Extract
from features.declared_mail import Imap, Mail
from features.declared_registers import LegalBasis
from features.declared_score_log import ScoreLog
from features.limits import Limits
from features.random_arm import RandomArm
from features.scorecard import Line
from features.sources import all_sources
from features.team_rule import TeamRule
from serving.api.score_views import NotScorableView
from serving.wording import NOT_SCORABLE

REPO = Path(__file__).parents[1]
FOLDERS = ("docs", "municipalities", "experiments")
PAGES = sorted(p for p in [*REPO.glob("*.md"), *(p for f in FOLDERS for p in (REPO / f).rglob("*.md"))] if "var" not in p.parts)
STUDIES = REPO / "experiments" / "studies"
MARKERS = ("<!-- answer:begin -->", "<!-- answer:end -->", "<!-- top10:begin -->", "<!-- top10:end -->")
LICENCE_WORDS = "8a14e695861d7e6dc2158614896f2b9963941d46e4ed3c986639b51e9337294a"
"""SHA-256 over the words of the English text of Implementing Decision (EU) 2017/863, whatever the line breaks and quotes."""

TABLES: dict[tuple[str, str], type[BaseModel]] = {
    ("municipality.toml", "municipality.toml"): settings.Settings,
    ("municipality.toml", "[engine]"): settings.Engine,
    ("municipality.toml", "[linkage]"): settings.Linkage,
    ("municipality.toml", "[rejects]"): settings.Rejects,
    ("municipality.toml", "[extracts.NAME]"): Extract,
    ("municipality.toml", "[legal_basis.SOURCE]"): LegalBasis,
    ("municipality.toml", "[score_log]"): ScoreLog,
    ("municipality.toml", "[mail]"): Mail,
    ("municipality.toml", "[[mail.imap]]"): Imap,
    ("municipality.toml", "[[people]]"): settings.Person,
    ("municipality.toml", "[[clients]]"): Client,
    ("municipality.toml", "[oidc]"): Oidc,
    ("municipality.toml", "[contact]"): Contact,
    ("themes/CODE.toml", "themes/CODE.toml"): themes.Theme,
    ("themes/CODE.toml", "[purpose]"): themes.Purpose,
    ("themes/CODE.toml", "[[sources]]"): themes.AllowedSource,
    ("themes/CODE.toml", "[cohort]"): themes.CohortRule,
    ("themes/CODE.toml", "[exclusions]"): themes.Exclusions,
    ("themes/CODE.toml", "[outcome]"): themes.OutcomeRule,
    ("themes/CODE.toml", "[capacity]"): themes.Capacity,
    ("themes/CODE.toml", "[random_arm]"): RandomArm,
    ("themes/CODE.toml", "[limits]"): Limits,
    ("themes/CODE.toml", "[team]"): TeamRule,
    ("themes/CODE.toml", "[[scorecard]]"): Line,
    ("pseudonymise.toml", "pseudonymise.toml"): pseudonymise.Listing,
    ("pseudonymise.toml", "[[keyed]]"): pseudonymise.Keyed,
}
OF_THE_FOLDER = {"folder", "raw", "state"}
"""Fields that follow from where the file lies and from [paths]; they are no keys of the file."""

FROM_THE_STATE_FOLDER = {"database_url", "tracking_uri"}
"""Keys whose default load() makes from the state folder."""


def read(name: str) -> str:
    return (REPO / name).read_text(encoding="utf-8")


def described() -> dict[tuple[str, str], dict[str, str]]:
    """Key and default of every table of docs/settings.md, by file and table."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    file = table = ""
    for line in read("docs/settings.md").splitlines():
        if heading := re.match(r"(##|###) (.+)", line):
            file, table = (heading[2], heading[2]) if heading[1] == "##" else (file, heading[2])
        if (row := re.match(r"\| `(\w+)` \|(.*)\|$", line)) and len(cells := row[2].split("|")) == 3:
            found.setdefault((file, table), {})[row[1]] = cells[1].strip().strip("`")
    return found


def default(field: Any) -> str:
    """Say what a field's default is, as the page writes it."""
    if field.default_factory is not None:
        return json.dumps(field.default_factory())
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None or field.default == ():
        return "-" if field.default is None else "[]"
    return str(field.default) if isinstance(field.default, str) else json.dumps(field.default)


def keys(model: type[BaseModel]) -> dict[str, str]:
    """Key and default of a model, without what has a table of its own."""
    nested = {t[1].strip("[]").split(".")[0] for t in TABLES if "[" in t[1]}
    own = {
        n: f
        for n, f in model.model_fields.items()
        if n not in OF_THE_FOLDER and (n not in nested or model not in (settings.Settings, themes.Theme, pseudonymise.Listing))
    }
    return {n: default(f) for n, f in own.items()}


@pytest.mark.parametrize("where", TABLES, ids=" ".join)
def test_the_settings_page_lists_every_key_with_its_default(where: tuple[str, str]) -> None:
    said = {key: value for key, value in described()[where].items() if key not in FROM_THE_STATE_FOLDER}
    assert said == {key: value for key, value in keys(TABLES[where]).items() if key not in FROM_THE_STATE_FOLDER}


def test_the_settings_page_has_no_table_that_the_code_lacks() -> None:
    assert set(described()) - set(TABLES) == {("municipality.toml", "[paths]")}
    assert set(described()["municipality.toml", "[paths]"]) == {"raw", "state"}


def test_the_settings_page_lists_every_variable_of_the_environment() -> None:
    page, module = read("docs/settings.md"), read("features/settings.py")
    assert set(re.findall(r"SCHOUW_\w+", page)) == set(re.findall(r"SCHOUW_\w+", module))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPO)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#|\{\{)([^)#\s]+)", page.read_text(encoding="utf-8"))
    folder = REPO / "docs" if page.parent == STUDIES else page.parent  # the text of a study is written there
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("readme", ["README.md", "README.nl.md"])
def test_the_readme_has_a_place_for_a_real_answer_and_a_real_list(readme: str) -> None:
    text = read(readme)
    assert [text.count(marker) for marker in MARKERS] == [1, 1, 1, 1]
    assert sorted(MARKERS, key=text.index) == list(MARKERS)


def test_both_readmes_tell_the_same() -> None:
    english, dutch = read("README.md"), read("README.nl.md")
    assert english.count("\n## ") == dutch.count("\n## ")
    links = [{link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("README")} for text in (english, dutch)]
    assert links[0] == links[1]
    assert re.findall(r"make \w+", english) == re.findall(r"make \w+", dutch)


def test_the_version_is_the_same_everywhere() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert yaml.safe_load(read("publiccode.yml"))["softwareVersion"] == version
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest[1] == version


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = {t for p in PAGES for t in re.findall(r"(?:^|`)make ([a-z]+)", p.read_text(encoding="utf-8"), re.MULTILINE)}
    assert named <= targets


def test_the_glossary_lists_every_source() -> None:
    glossary = set(re.findall(r"^\| `(\w+)` \|", read("docs/begrippen.md"), re.MULTILINE))
    assert set(all_sources()) <= glossary


def test_the_glossary_has_each_word_once() -> None:
    words = re.findall(r"^\| `([^`]+)`", read("docs/begrippen.md"), re.MULTILINE)
    assert len(words) == len(set(words))
    assert {"address_id", "known_on", "as_of", "indicator", "score", "outcome", "label", "release", "reason"} <= set(words)


def test_the_themes_page_names_every_theme_of_the_demo_and_says_which_are_off() -> None:
    page = read("docs/themes.md")
    on, off = page.split("## Three that ship switched off")
    for path in sorted((REPO / "municipalities/zaanwijk/themes").glob("*.toml")):
        enabled = tomllib.loads(path.read_text(encoding="utf-8"))["enabled"]
        assert f"| `{path.stem}` |" in (on if enabled else off)


def test_the_licence_is_the_whole_eupl() -> None:
    text = read("LICENSE")
    words = " ".join(re.findall(r"\w+", text))
    assert hashlib.sha256(words.encode()).hexdigest() == LICENCE_WORDS
    assert [int(n) for n in re.findall(r"^(\d+)\. ", text, re.MULTILINE)] == list(range(1, 16))


def test_publiccode_has_what_the_standard_asks() -> None:
    content = yaml.safe_load(read("publiccode.yml"))
    mandatory = {
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
    }
    assert mandatory | {"localisation"} <= set(content)
    assert content["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert content["legal"]["license"] == tomllib.loads(read("pyproject.toml"))["project"]["license"]
    assert {"type"} <= set(content["maintenance"])
    assert content["maintenance"]["type"] == "none" or content["maintenance"].keys() & {"contacts", "contractors"}
    for language, text in content["description"].items():
        assert len(text["shortDescription"]) <= 150, language
        assert 150 <= len(text["longDescription"]) <= 10_000, language
        assert text["features"], language
    assert set(content["localisation"]["availableLanguages"]) == set(content["description"])


@pytest.mark.parametrize("path", sorted((REPO / "municipalities").glob("*/themes/*.toml")), ids=lambda p: p.stem)
def test_every_theme_says_what_it_is_not_for_in_two_languages(path: Path) -> None:
    theme = tomllib.loads(path.read_text(encoding="utf-8"))
    assert theme["not_for_nl"] != theme["not_for_en"]


@pytest.mark.parametrize("path", sorted((REPO / "municipalities/zaanwijk/themes").glob("*.toml")), ids=lambda p: p.stem)
def test_the_legal_basis_of_inspections_covers_those_of_other_themes_and_asks_for_a_check(path: Path) -> None:
    sources = {s["name"]: s["legal_basis"] for s in tomllib.loads(path.read_text(encoding="utf-8"))["sources"]}
    said = sources.get("inspections")
    assert said is None or all(words in said for words in ("of any theme", "Gemeentewet art. 160", "title 5.2", "lawyer's check"))


def test_the_settings_page_lists_the_exit_code_of_every_error() -> None:
    listed = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", read("docs/settings.md"), re.MULTILINE)}
    tree = {n: kind.exit_code for n, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.SchouwError)}
    assert listed == tree


def test_the_dutch_readme_says_of_each_page_for_a_reader_whether_it_is_in_english() -> None:
    table = read("README.nl.md").split("## Waar verder")[1].split("## ")[0]
    dutch = {"docs/recht.md", "docs/begrippen.md"}
    marked = {page: bool(english) for page, english in re.findall(r"\]\(([^)]+)\)( \(Engels\))?", table)}
    assert marked == {page: page not in dutch for page in marked}
    assert dutch < set(marked)


@pytest.mark.parametrize("word", ["worklist", "dossier", "challenger"])
def test_the_glossary_marks_a_word_that_the_code_has_not_yet(word: str) -> None:
    packages = ("features", "training", "serving", "monitoring", "experiments")
    used = any(word in p.read_text(encoding="utf-8") for package in packages for p in (REPO / package).rglob("*.py"))
    (row,) = [line for line in read("docs/begrippen.md").splitlines() if line.startswith("|") and f"`{word}`" in line]
    assert ("nog niet gebouwd" in row.lower()) != used


def test_the_glossary_tells_the_code_that_the_api_gives_where_there_is_no_score() -> None:
    codes = get_args(NotScorableView.model_fields["code"].annotation)
    (row,) = [line for line in read("docs/begrippen.md").splitlines() if line.startswith("| `notScorable`")]
    assert all(f"`{code}`" in row for code in codes)


def test_the_example_of_an_answer_without_a_score_is_in_the_language_of_the_page() -> None:
    (example,) = re.findall(r"```json\n(\{\"code\": .*?\})\n```", read("docs/api.md"))
    shown = NotScorableView.model_validate(json.loads(example))
    assert shown.reason == NOT_SCORABLE["en"]


def test_the_dutch_report_uses_the_words_of_the_glossary() -> None:
    said = read("monitoring/words/nl.toml")
    assert re.findall(r"\buitgave|\beisen\b|steekproef|[Ww]illekeurig", said) == []
