"""Around the town: its page, its settings, its keys, its command, and who may not read the truth."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

import schouw
from experiments.town import Size, make
from experiments.town.parameters import ASSUMED, Parameters
from experiments.town.showing import filled
from features.errors import SettingsError
from features.settings import load
from features.sources import all_sources
from features.themes import load_themes
from training import keys

REPO = Path(__file__).parents[2]
ZAANWIJK = REPO / "municipalities" / "zaanwijk"


def test_the_page_shows_the_parameters_that_the_town_rests_on() -> None:
    page = (REPO / "docs" / "town.md").read_text(encoding="utf-8")
    assert filled(page) == page, "renew it: python -c \"from experiments.town.showing import *; write_page(Path('docs/town.md'))\""
    assert f"| `prevalence` | {Parameters().prevalence:g} |" in page


def test_every_parameter_has_a_meaning_and_a_source_or_says_assumed() -> None:
    for item in fields(Parameters):
        assert len(item.metadata["meaning"]) > 10, item.name
        assert (
            item.metadata["source"] == ASSUMED
            or any(c.isdigit() for c in item.metadata["source"])
            or "CBS" in item.metadata["source"]
            or (ASSUMED in item.metadata["source"])
        ), item.name


def test_every_parameter_is_used() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in (REPO / "experiments" / "town").rglob("*.py"))
    assert [item.name for item in fields(Parameters) if not re.search(rf"\b(p|parameters)\.{item.name}\b", code)] == []


DRAWS = {"beta", "binomial", "choice", "exponential", "integers", "lag", "normal", "poisson", "span", "uniform"}


@pytest.mark.parametrize("module", ["examining", "inspecting", "reporting", "standing"])
def test_the_bias_of_the_past_rests_on_parameters_and_on_no_bare_number(module: str) -> None:
    tree = ast.parse((REPO / "experiments" / "town" / f"{module}.py").read_text(encoding="utf-8"))
    numbers = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [*call.args, *(keyword.value for keyword in call.keywords)] if name in DRAWS else []
        numbers += [n for arg in given for n in ast.walk(arg) if isinstance(n, ast.Constant) and isinstance(n.value, int)]
    assert [(n.lineno, n.value) for n in numbers if n.value not in (False, True)] == []  # 0 and 1 are no assumptions


@pytest.mark.parametrize("package", ["features", "training", "serving", "monitoring"])
def test_nothing_that_scores_or_watches_reads_the_truth(package: str) -> None:
    for path in (REPO / package).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        imported += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
        assert not any(name.startswith("experiments") for name in imported), path
        docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docstrings]
        assert not any(text.strip("/") == "truth" or text.startswith("truth/") or "/truth" in text for text in texts), path


def test_no_register_reads_the_truth() -> None:
    for path in (ZAANWIJK / "registers").glob("*.sql"):
        assert "truth" not in path.read_text(encoding="utf-8").lower()
    assert not any("truth" in str(e.path) for e in load(ZAANWIJK).extracts.values())


def test_themes_name_their_power_and_the_legal_basis_of_every_source() -> None:
    themes = load_themes(load(ZAANWIJK))
    assert {code for code, theme in themes.items() if theme.enabled} >= {"registration", "room-rental", "overcrowding", "premises"}
    for theme in (t for t in themes.values() if t.enabled):
        assert theme.source_names <= set(all_sources())
        assert "neighbourhoods" not in theme.source_names
        assert all(len(source.legal_basis) > 20 for source in theme.sources)


def test_demo_keys_are_those_in_the_settings() -> None:
    settings = load(ZAANWIJK)
    for person in settings.people:
        name = person.id.removesuffix(".demo")
        assert keys.public_text(keys.read(ZAANWIJK / "demo-keys" / f"{name}.pem")) == person.public_key
        assert person.roles == (name,)
    themes = load_themes(settings)
    for client, name in zip(settings.clients, ("client.key", "oversight.key"), strict=True):
        key = (ZAANWIJK / "demo-keys" / name).read_text(encoding="utf-8").strip()
        assert hashlib.sha256(key.encode()).hexdigest() == client.key_sha256
        assert set(client.themes) == {code for code, theme in themes.items() if theme.enabled}
        assert set(client.purposes) == {themes[code].purpose.code for code in client.themes}


def test_a_real_municipality_is_never_overwritten(tmp_path: Path) -> None:
    real = load(ZAANWIJK, state=tmp_path, raw=tmp_path / "raw").model_copy(update={"synthetic": False})
    with pytest.raises(SettingsError, match="not synthetic"):
        make(real, Size(addresses=1_000))
    assert not (tmp_path / "raw").exists()


def test_the_command_prints_prevalence_inspections_and_the_ceiling(tmp_path: Path) -> None:
    base = [
        "town",
        "-m",
        str(ZAANWIJK),
        "--addresses",
        "1000",
        "--inspections-per-year",
        "100",
        "--state",
        str(tmp_path),
        "--raw",
        str(tmp_path / "raw"),
    ]
    said = CliRunner().invoke(schouw.build(), base)
    assert said.exit_code == 0, said.output
    assert "prevalence" in said.output
    assert "too easy" in " ".join(said.output.split())
    told = json.loads(CliRunner().invoke(schouw.build(), [*base, "--json"]).stdout)
    assert {t["theme"] for t in told["themes"]} == {"registration", "room-rental", "overcrowding", "premises"}
    assert all({"prevalence", "inspections_per_year", "oracle_auc"} <= t.keys() for t in told["themes"])
    assert (tmp_path / "truth" / "episodes.parquet").exists()
