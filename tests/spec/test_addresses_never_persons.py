"""Addresses, never persons (DESIGN rules 2, 4 and 6): what may not be registered, and what an indicator may not read."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from features.accusing import ACCUSING
from features.catalogue import catalogue, compose, indicator
from features.columns import Column
from features.errors import CatalogueError
from features.events import Addresses, Events
from features.sources import Column as ContractColumn
from features.sources import Source, all_sources
from features.sources.contract import refuse_register
from tests.hamlet import TRIAL

REPO = Path(__file__).parents[2]
PERSONAL = ["surname", "birth_date", "gender", "nationality", "birth_country", "language", "family_relation", "household_composition",
            "children", "benefit_status", "health", "criminal_record", "bsn", "religion", "age", "leeftijd", "berth", "worship_distance"]  # fmt: skip


def source(*columns: ContractColumn, **changes: Any) -> Source:
    told = {"name": "trial", "title_nl": "Proef", "title_en": "Trial", "tier": 1, "provenance": "-", "known_on_rule": "-", "catches": "-"}
    return Source(**(told | changes), columns=columns)


@pytest.mark.parametrize("name", PERSONAL)
def test_a_source_with_a_column_about_a_person_is_refused(name: str) -> None:
    with pytest.raises(CatalogueError, match="never about a person"):
        source(ContractColumn(name, "code", "A value"))


def test_a_column_that_hides_a_person_in_its_meaning_is_refused() -> None:
    with pytest.raises(CatalogueError, match="nationalit"):
        source(ContractColumn("group_code", "code", "Nationality of the resident"))


def test_a_column_without_a_meaning_is_refused() -> None:
    with pytest.raises(CatalogueError, match="has no meaning"):
        source(ContractColumn("volume", "number", " "))


@pytest.mark.parametrize(
    ("told", "law"),
    [
        ({"name": "police_reports"}, "Wet politiegegevens art. 16 to 20"),
        ({"title_nl": "Politiemeldingen"}, "Wet politiegegevens art. 16 to 20"),
        ({"provenance": "The police, under a covenant."}, "Wet politiegegevens art. 16 to 20"),
        ({"provenance": "Meld Misdaad Anoniem"}, "cannot be checked"),
        ({"title_en": "Tips of the national anonymous line"}, "cannot be checked"),
        ({"name": "bibob_advice"}, "Wet Bibob art. 28"),
        ({"provenance": "Landelijk Bureau Bibob"}, "Wet Bibob art. 28"),
    ],
)
def test_police_data_the_anonymous_line_and_bibob_data_are_no_source(told: dict[str, str], law: str) -> None:
    with pytest.raises(CatalogueError, match=law):
        source(ContractColumn("kind", "code", "Kind of report"), **told)


@pytest.mark.parametrize("name", list(all_sources()))
def test_every_source_says_how_often_it_comes_when_it_is_stale_and_how_long_it_is_kept_and_why(name: str) -> None:
    found, text = all_sources()[name], (REPO / "features" / "sources" / f"{name}.py").read_text(encoding="utf-8")
    for said in ("rhythm_days", "max_age_days", "retention_days"):
        assert re.search(rf"^    {said}=\d+,  # \w+ \w+", text, re.MULTILINE), said
    assert found.rhythm_days <= found.max_age_days < found.retention_days
    assert len(found.provenance) > 20 < len(found.known_on_rule)
    assert len(found.catches) > 20
    assert "References\n----------" in text


def test_no_source_of_ours_names_a_refused_register_and_a_like_word_is_no_reason_to_refuse() -> None:
    for found in all_sources().values():
        refuse_register(found.name, found.title_nl, found.title_en, found.provenance)
    refuse_register("policies", "Polissen", "Metropolis, policy and commaparks", "Anonymous to the municipality.")


@pytest.mark.parametrize("name", PERSONAL)
def test_an_indicator_named_after_a_person_is_refused(name: str) -> None:
    def about(reports: Events) -> Column:
        """Count reports."""
        return reports.count()

    about.__name__ = f"{name}_share"
    with pytest.raises(CatalogueError, match="never about a person"):
        compose([("trial", indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")(about))])


def test_no_indicator_reads_audit_data() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="share")
    def neighbourhood_level(neighbourhoods: Events) -> Column:
        """Read what only the fairness audit may read."""
        return neighbourhoods.latest("rental_share")

    with pytest.raises(CatalogueError, match="audit-only"):
        compose([("trial", neighbourhood_level)])
    audit = {name for name, s in all_sources().items() if s.use == "audit"}
    assert audit
    assert not [i.name for i in catalogue().values() if audit & set(i.sources)]


def test_the_level_of_a_group_is_no_indicator_only_the_address_relative_to_it() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="reports")
    def postcode_reports(reports: Events, addresses: Addresses) -> Any:
        """Give the level of the postcode by itself."""
        return reports.count().mean_of_others(addresses.postcode)

    with pytest.raises(CatalogueError, match="relative to its surroundings"):
        compose([("trial", postcode_reports)])


@pytest.mark.parametrize("column", ["team", "trigger", "propensity", "frame", "frame_size", "frame_listed", "frame_drawn"])
def test_who_inspects_is_not_read_by_an_indicator(column: str) -> None:
    with pytest.raises(CatalogueError, match="withheld from indicators"):
        Events(all_sources()["inspections"]).latest(column)


@pytest.mark.parametrize(
    "column",
    ["x_m", "y_m", "protection", "neighbourhood", "postcode", "building_id", "object_type", "street", "house_number", "house_letter",
     "house_number_addition", "address_id", "record_id"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["latest", "distinct", "sum", "mean", "where_known", "where_missing"])
def test_where_or_which_one_a_place_is_or_why_it_is_protected_is_not_read_by_an_indicator(verb: str, column: str) -> None:
    with pytest.raises(CatalogueError, match="withheld from indicators"):
        getattr(Addresses(all_sources()["addresses"]), verb)(column)


def test_an_indicator_of_one_neighbourhood_or_sector_is_refused() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def in_that_neighbourhood(addresses: Addresses) -> Column:
        """Ask for one neighbourhood."""
        return addresses.where(neighbourhood="N1").count()

    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def activities_now(businesses: Events) -> Column:
        """Count different activities."""
        return businesses.distinct("activity")

    for function, column in ((in_that_neighbourhood, "neighbourhood"), (activities_now, "activity")):
        with pytest.raises(CatalogueError, match=f"column '{column}' .* is withheld from indicators"):
            compose([("trial", function)])


def test_the_branch_that_may_be_read_is_too_coarse_to_stand_in_for_origin() -> None:
    branch = all_sources()["businesses"].column("branch")
    assert set(branch.codes) == {"hospitality", "retail", "lodging", "storage", "services", "employment-agency", "other"}
    assert not all_sources()["businesses"].column("activity").indicator


@pytest.mark.parametrize("verb", ["latest", "distinct"])
def test_a_business_sector_is_not_read_by_an_indicator(verb: str) -> None:
    with pytest.raises(CatalogueError, match="withheld from indicators"):
        getattr(Events(all_sources()["businesses"]), verb)("activity")


@pytest.mark.parametrize("group", ["building", "postcode", "neighbourhood"])
def test_what_is_withheld_as_a_value_still_says_with_whom_an_address_is_compared(group: str) -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="ratio")
    def reports_beside_others(reports: Events, addresses: Addresses) -> Column:
        """Compare with the others of the group."""
        return reports.count() / reports.count().mean_of_others(getattr(addresses, group))

    found = compose([("trial", reports_beside_others)])["reports_beside_others"]
    assert found.reach == "group"
    assert not [name for name in ("building_id", "postcode", "neighbourhood") if all_sources()["addresses"].column(name).indicator]


ACCUSATIONS = ["fraud", "Woonfraude", "frauduleus", "crimineel", "criminal", "dader", "verdacht", "suspected", "suspicious", "schuldig",
               "guilty", "misdaad", "misdrijf", "crimes", "illegaal", "illegale", "illegal"]  # fmt: skip


@pytest.mark.parametrize("word", ACCUSATIONS)
@pytest.mark.parametrize("place", ["name", "definition", "nl", "en", "nl_zero", "en_zero", "nl_missing", "en_missing"])
def test_an_indicator_that_accuses_is_refused(place: str, word: str) -> None:
    def accusing(reports: Events) -> Column:
        """Count reports."""
        return reports.count()

    sentences = {"nl": "{value}", "en": "{value}"}
    if place == "name":
        accusing.__name__ = f"{word.lower()}_reports_1y"
    elif place == "definition":
        accusing.__doc__ = f"Reports.\n\nOf {word} use."
    else:
        sentences[place] = f"{{value}} {word} here"
    with pytest.raises(CatalogueError, match=r"accuses: it says|never about a person"):
        compose([("trial", indicator(about=TRIAL, unit="-", **sentences)(accusing))])  # type: ignore[arg-type] - a sentence each


@pytest.mark.parametrize("word", ["discriminatie", "verschuldigd", "kadaster", "care-signal"])
def test_a_word_that_only_looks_like_an_accusation_passes(word: str) -> None:
    assert ACCUSING.search(word) is None


def test_links_go_through_keyed_hashes_only_and_are_tier_2() -> None:
    with pytest.raises(CatalogueError, match="is not a key"):
        Events(all_sources()["reports"]).links("channel")
    linked = [i for i in catalogue().values() if i.reach == "linked"]
    assert linked
    assert {i.tier for i in linked} == {2}


def test_every_indicator_says_what_it_is_in_both_languages() -> None:
    assert len(catalogue()) >= 30
    assert len({s for i in catalogue().values() for s in i.sources}) >= 7
    for i in catalogue().values():
        for wording in (i.nl, i.en):
            assert "{value}" in wording.value, i.name
            assert wording.missing, i.name
        assert i.definition.endswith("."), i.name


def test_an_indicator_reads_what_its_parameters_name() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def misread(tax_records: Events) -> Column:
        """Read a source that is not there."""
        return tax_records.count()

    with pytest.raises(CatalogueError, match="neither a source nor an indicator"):
        compose([("trial", misread)])


def test_indicators_do_not_read_each_other_in_a_circle() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def first_one(second_one: Column) -> Column:
        """Read the second."""
        return second_one + 1

    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def second_one(first_one: Column) -> Column:
        """Read the first."""
        return first_one + 1

    with pytest.raises(CatalogueError, match="circle"):
        compose([("trial", first_one), ("trial", second_one)])


def test_a_sentence_without_its_value_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"\{value\}"):
        indicator(about=TRIAL, nl="Meldingen", en="{value} reports", unit="-")(lambda reports: reports.count())


def test_free_text_is_never_stored_with_events() -> None:
    from features.store import event_table

    for name, found in all_sources().items():
        texts = {c.name for c in found.columns if c.type == "text"}
        assert not texts & set(event_table(name).columns), name
        assert texts <= {"address_text"}, "text is read by linkage alone"


def test_indicator_functions_have_no_hidden_default() -> None:
    for name, i in catalogue().items():
        module = __import__(f"features.indicators.{i.subject}", fromlist=[name])
        parameters = inspect.signature(getattr(module, name)).parameters.values()
        assert all(p.default is inspect.Parameter.empty for p in parameters), name
