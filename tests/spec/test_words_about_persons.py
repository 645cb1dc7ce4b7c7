"""No word about a person and no word that accuses, in whatever form and wherever it stands (DESIGN rules 2 and 9)."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from features import personal
from features.accusing import accusation
from features.catalogue import catalogue, compose, indicator
from features.columns import Column
from features.errors import CatalogueError, SettingsError
from features.events import Events
from features.personal import EXCEPTIONS, refuse_personal
from features.settings import load
from features.sources import Column as ContractColumn
from features.sources import Source, all_sources
from features.themes import load_themes
from tests.hamlet import TRIAL, addresses, hamlet

REPO = Path(__file__).parents[2]
ABOUT_A_PERSON = """
    names last_names firstname roepnaam voornamen achternamen geslachtsnaam initialen dob geb_datum geboren_op ages mean_age_of_residents leeftijden
    leeftijdsgroep leeftijdscategorie jongeren is_minor male_share mannen vrouw genders geslachten sekse nationaliteit_code nationaliteiten herkomstland
    migratieachtergrond migration_background_share country_of_birth immigrant asylum status_holder vluchteling ethnicity etniciteit race afkomst
    allochtoon kleur languages taalniveau moedertaal inburgering kinderen_aantal kinderaantal aantal_kinderen kindertal child_count minors
    single_parent eenoudergezin alleenstaand partner marital_status burgerlijke_staat gehuwd divorced household_type huishouden_type huishoudtype
    bijstand bijstandsuitkering ww_uitkering toeslag kinderopvangtoeslag welfare social_assistance wmo wajong arbeidsongeschikt schuldhulp debts income
    zorg_indicatie medical diagnose ziekte disability handicap ggz psychiatric verslaving pregnancy criminal criminele_antecedenten strafbladen detentie
    police_record politiecontacten veroordeling convicted bsn_hash bsnhash sofinummer burgerservicenummers a_nummer rsin_person distance_to_school
    schools_within_500m afstand_school basisschool_afstand distance_to_mosque moskee kerk_nabij place_of_worship gebedshuis_afstand geloof religious
    church muslim woonwagen woonwagenstandplaats pitches berths houseboat caravan ligplaatsen sector sbi_code business_sector politieke_voorkeur
    union_member seksuele_geaardheid firstName building_age een_kind
""".split()
MEANINGS = ["Leeftijdsklasse van de bewoner", "Bijstandsuitkering ontvangen", "Whether the resident is a woman", "Aantal minderjarigen",
            "Bewoners van Marokkaanse afkomst"]  # fmt: skip
ACCUSING = """
    fraudulent_1y woonfraude oplichting oplichters swindle cheat_1y misbruik abuse_1y overtreder offenders illegale_bewoning criminaliteit
    georganiseerde_misdaad ondermijning subversion witwassen laundering malafide verdachte suspects zwendel spookbewoner ghost_resident rogue_landlord
    huisjesmelker slumlord crook daders boef wrongdoing evader ontduiking risk_of_crime hennep_kweker drugs_dealer pimp mensenhandel
""".split()
INNOCENT = """
    sewage storage average usage tonnage dosage voltage mortgage page voorbeeld built_year opname afname toename overname ornament tournament totaal
    betaald digitaal metaal muziek kind partnership national section discriminatie verschuldigd overtreding overtredingen laundry launderette
    households bewoners residents mensen zorgvuldig care-signal student-housing geloofwaardig schouder magneet techniek vestiging
""".split()


def source(name: str = "volume", meaning: str = "A value", **changes: Any) -> Source:
    told = {"name": "trial", "title_nl": "Proef", "title_en": "Trial", "tier": 1, "provenance": "-", "known_on_rule": "-", "catches": "-"}
    return Source(**(told | changes), columns=(ContractColumn(name, "code", meaning),))


@pytest.mark.parametrize("name", ABOUT_A_PERSON)
def test_a_column_about_a_person_is_refused_in_every_form_of_the_word(name: str) -> None:
    with pytest.raises(CatalogueError, match="never about a person"):
        source(name)


@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_meaning_about_a_person_is_refused(meaning: str) -> None:
    with pytest.raises(CatalogueError, match="never about a person"):
        source("group_code", meaning)


def test_a_code_about_a_person_is_refused() -> None:
    with pytest.raises(CatalogueError, match="never about a person"):
        Source(**{**vars(source()), "columns": (ContractColumn("group_code", "code", "Group", codes=("nederlands", "marokkaans")),)})


@pytest.mark.parametrize(
    "changes", [{"name": "benefits"}, {"name": "criminal_records"}, {"title_nl": "Uitkeringen"}, {"title_en": "School register"}]
)
def test_a_source_named_after_persons_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="never about a person"):
        source(**changes)


@pytest.mark.parametrize("changes", [{"name": "fraud"}, {"title_en": "Rogue landlords"}, {"meaning": "Fraudescore van het pand"}])
def test_a_source_that_accuses_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="accuses: it says"):
        source(**changes)


@pytest.mark.parametrize("word", ACCUSING)
def test_an_accusing_word_is_found_in_every_form(word: str) -> None:
    assert accusation(word)


@pytest.mark.parametrize("word", INNOCENT)
def test_a_word_that_only_looks_like_one_passes(word: str) -> None:
    source(word)
    source("volume", f"Facts on {word} here")


@pytest.mark.parametrize("place", ["definition", "unit", "family", "nl", "en", "nl_zero", "en_zero", "nl_missing", "en_missing"])
def test_a_sentence_about_persons_is_refused_wherever_an_indicator_says_it(place: str) -> None:
    def residents(registrations: Events) -> Column:
        """Count registrations."""
        return registrations.count()

    told = {"nl": "{value} x", "en": "{value} x", "unit": "x"}
    if place == "definition":
        residents.__doc__ = "Residents of Moroccan nationality."
    else:
        told[place] = "{value} bewoners van Marokkaanse nationaliteit met een uitkering"
    with pytest.raises(CatalogueError, match="never about a person"):
        compose([("trial", indicator(about=TRIAL, **told)(residents))])  # type: ignore[arg-type] - a sentence each


def test_background_is_for_an_audit_of_areas_alone_and_names_and_numbers_for_nobody() -> None:
    audit = {"use": "audit", "area": "neighbourhood"}
    assert source("migration_background_share", **audit).use == "audit"
    for told in ({"use": "audit"}, {"area": "neighbourhood"}, {}):
        with pytest.raises(CatalogueError, match="speaks of origin"):
            source("migration_background_share", **told)
    for name in ("surname", "birth_date", "bsn"):
        with pytest.raises(CatalogueError, match="never about a person"):
            source(name, **audit)


def test_a_sector_may_stand_in_a_contract_only_where_no_indicator_reads_it() -> None:
    told = vars(source())
    Source(**{**told, "columns": (ContractColumn("activity", "code", "Group of the SBI", indicator=False),)})
    for column in (ContractColumn("activity", "code", "Group of the SBI"), ContractColumn("language", "code", "Of the firm", indicator=False)):
        with pytest.raises(CatalogueError, match="never about a person"):
            Source(**{**told, "columns": (column,)})


@pytest.mark.parametrize(
    ("key", "told"),
    [("title_nl", "Woonfraude van fraudeurs"), ("title_en", "Rogue landlords"), ("purpose.title_nl", "Opsporen van huisjesmelkers")],
)
def test_a_theme_whose_title_or_purpose_accuses_does_not_load(tmp_path: Path, key: str, told: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    path = next((settings.folder / "themes").glob("*.toml"))
    old = {"title_nl": 'title_nl = "Proef"', "title_en": 'title_en = "Trial"', "purpose.title_nl": 'title_nl = "proef"'}[key]
    path.write_text(path.read_text(encoding="utf-8").replace(old, f'{old.split(" ")[0]} = "{told}"'), encoding="utf-8")
    with pytest.raises(SettingsError, match="accuses: a code or title says"):
        load_themes(settings)


def test_nothing_that_ships_is_refused() -> None:
    for found in all_sources().values():
        assert dataclasses.replace(found) == found
    assert catalogue()
    for folder in sorted((REPO / "municipalities").iterdir()):
        if folder.is_dir():
            assert load_themes(load(folder))


def test_every_exception_holds_a_refused_word_and_says_why_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for word, why in EXCEPTIONS.items():
        assert len(why) > 10
        refuse_personal(word, what="a word")
    monkeypatch.setattr(personal, "EXCEPTED", re.compile(r"(?!)"))
    for word in EXCEPTIONS:
        with pytest.raises(CatalogueError):
            refuse_personal(word, what="a word")
