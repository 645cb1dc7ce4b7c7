"""A source that is off is read by no register and no theme until a process owner entered its legal basis."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from features.errors import PurposeError, SettingsError
from features.ingestion import ingest, registers
from features.lineage import of_theme, picture
from features.settings import Settings, load
from features.sources import all_sources
from features.tables import lineage_tables
from features.themes import load_theme, load_themes
from tests.hamlet import addresses, hamlet, table

OWNER = "Nts2Itr4J8S4C6Ji6endyMB/0We8uqYOblIXiyuoUGc="
SCIENTIST = "VeDiGbQaK4cGPkHTSSAaIkHYzrttXY8MJ5RIIEYzf2Y="
PEOPLE = f"""
[[people]]
id = "owner.demo"
roles = ["process-owner"]
public_key = "{OWNER}"
until_on = 2023-11-30
[[people]]
id = "scientist.demo"
roles = ["data-scientist"]
public_key = "{SCIENTIST}"
"""
BASIS = """
[legal_basis.connection_energy]
law = "Algemene wet bestuursrecht art. 5:16 and 5:17"
agreement = "DA-2023-07"
impact_assessment = "DPIA-2023-03"
entered_by = "owner.demo"
entered_on = 2023-11-01
"""
USE = """
    record_id | address_id | happened_on | known_on   | year | used_kwh | gas_m3 | reading | feeds_in | shared_connection
    e1        | A1         | 2022-12-31  | 2023-04-01 | 2022 | 2400.5   | 900    | read    | true     | false
"""


def village(folder: Path, basis: str = "", *, themes: tuple[str, ...] = ("addresses",), filled: bool = True) -> Settings:
    """Write a hamlet whose registers, and themes where asked, read what one connection uses."""
    energy: dict[str, pd.DataFrame] = {"connection_energy": table(USE)} if filled else {}
    file = hamlet_file(folder, energy, themes)
    file.write_text(file.read_text() + PEOPLE + basis)
    return load(file.parent, state=folder / "state", raw=folder / "raw")


def hamlet_file(folder: Path, energy: dict[str, pd.DataFrame], themes: tuple[str, ...]) -> Path:
    return hamlet(folder, addresses=addresses("A1"), theme_sources=themes, **energy).folder / "municipality.toml"


def test_what_an_address_uses_is_off_as_it_ships_and_says_why() -> None:
    off = {name: source.off_until for name, source in all_sources().items() if source.off_until}
    assert set(off) == {"connection_energy"}
    assert "no law gives a municipality what one address uses" in str(off["connection_energy"])
    zaanwijk = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
    settings = load(zaanwijk)
    assert settings.legal_basis == {}
    assert "connection_energy" not in {r.source.name for r in registers(settings)}
    assert not any("connection_energy" in theme.source_names for theme in load_themes(settings).values())


def test_a_register_of_it_is_refused_without_a_legal_basis_and_nothing_is_built(tmp_path: Path) -> None:
    settings = village(tmp_path)
    said = r"registers/ reads source 'connection_energy', which is off: metering data.*Expected: \[legal_basis.connection_energy\] in"
    with pytest.raises(PurposeError, match=said):
        ingest(settings)
    assert not (settings.state / "events").exists()


def test_a_theme_that_lists_it_is_refused_without_a_legal_basis(tmp_path: Path) -> None:
    settings = village(tmp_path, themes=("addresses", "connection_energy"), filled=False)
    with pytest.raises(PurposeError, match="theme 'trial' reads source 'connection_energy', which is off"):
        load_theme(settings, "trial")


def test_with_a_legal_basis_it_is_read_and_the_lineage_shows_who_entered_it(tmp_path: Path) -> None:
    settings = village(tmp_path, BASIS, themes=("addresses", "connection_energy"))
    assert {r.source: r.accepted for r in ingest(settings)}.items() >= {"addresses": 1, "connection_energy": 1}.items()
    lineage = of_theme(load_theme(settings, "trial"), settings)
    found = {s.name: s for s in lineage.sources}
    words = "data agreement DA-2023-07, impact assessment DPIA-2023-03; entered by owner.demo on 2023-11-01"
    assert found["connection_energy"].off_unless == f"Algemene wet bestuursrecht art. 5:16 and 5:17; {words}"
    assert found["addresses"].off_unless is None
    cells = [str(cell) for column in lineage_tables(lineage)[0].columns for cell in column.cells]
    assert any(words in cell and cell.startswith("trial. Off, unless: ") for cell in cells)
    assert words in picture(lineage)


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        (
            "legal_basis.connection_energy",
            "legal_basis.moons",
            "legal_basis names 'moons', which is no source that is off; these are: connection_energy",
        ),
        ("legal_basis.connection_energy", "legal_basis.water", "legal_basis names 'water', which is no source that is off"),
        ('"owner.demo"', '"nobody"', "legal_basis.connection_energy was entered by 'nobody', who is no process owner under [[people]]"),
        ('"owner.demo"', '"scientist.demo"', "was entered by 'scientist.demo', who is no process owner"),
        ("2023-11-01", "2023-12-01", "was entered on 2023-12-01, after owner.demo left on 2023-11-30"),
        ('law = "Algemene wet bestuursrecht art. 5:16 and 5:17"', 'law = ""', "legal_basis.connection_energy.law: String should have at least 10"),
        ('agreement = "DA-2023-07"', "", "legal_basis.connection_energy.agreement: Field required"),
        ('impact_assessment = "DPIA-2023-03"', "", "legal_basis.connection_energy.impact_assessment: Field required"),
        ("entered_on = 2023-11-01", "", "legal_basis.connection_energy.entered_on: Field required"),
        ("entered_on = 2023-11-01", "entered_on = 2023-11-01\nuntil = 1", "legal_basis.connection_energy.until: Extra inputs are not permitted"),
    ],
)
def test_a_legal_basis_that_nobody_answers_for_is_refused(tmp_path: Path, found: str, put: str, said: str) -> None:
    assert found in BASIS
    with pytest.raises(SettingsError, match=re.escape(said)):
        village(tmp_path, BASIS.replace(found, put))


def test_a_legal_basis_of_after_the_clock_is_refused(tmp_path: Path) -> None:
    people = PEOPLE.replace("until_on = 2023-11-30\n", "")
    file = hamlet_file(tmp_path, {}, ("addresses",))
    file.write_text(file.read_text() + people + BASIS.replace("2023-11-01", "2024-01-02"))
    with pytest.raises(SettingsError, match="was entered on 2024-01-02, which lies after today_on 2024-01-01"):
        load(file.parent)
    file.write_text(file.read_text().replace("2024-01-02", "2024-01-01"))
    assert set(load(file.parent).legal_basis) == {"connection_energy"}
