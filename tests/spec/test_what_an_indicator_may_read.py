"""What an indicator may read (DESIGN rules 2 and 4): no id, no berth, no single owner, and nothing that its source forbids."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from features.areas import AreaEvents
from features.catalogue import compose, indicator
from features.cohort_rules import CohortRule
from features.columns import Column
from features.errors import CatalogueError
from features.events import Addresses, Events
from features.sources import Column as ContractColumn
from features.sources import Source, all_sources
from tests.hamlet import TRIAL

OWN_TABLE = Source(
    name="trial", title_nl="Proef", title_en="Trial", tier=1, provenance="-", known_on_rule="-", catches="-",
    columns=(ContractColumn("kind", "code", "Kind of report"),),
)  # fmt: skip


def test_no_id_of_any_source_is_read_by_an_indicator() -> None:
    ids = [(found, c.name) for found in all_sources().values() if found.use != "audit" for c in found.columns if c.type == "id"]
    assert ("inspections", "case_id") in [(found.name, name) for found, name in ids]
    for found, name in [*ids, *((found, "record_id") for found, _ in ids)]:
        for ask in (Events(found).latest, Events(found).distinct, lambda n, s=found: Events(s).where(**{n: "1"})):
            with pytest.raises(CatalogueError, match="withheld from indicators"):
                ask(name)
        assert name == "record_id" or not found.column(name).indicator, "the contract says so too"


def test_a_berth_or_a_pitch_is_no_risk_and_is_compared_with_no_house() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def on_water(addresses: Addresses) -> Column:
        """Ask for one type of object."""
        return addresses.where(object_type="02").count()

    with pytest.raises(CatalogueError, match=r"'object_type' .* is withheld"):
        compose([("trial", on_water)])
    with pytest.raises(ValidationError, match="only objects of the same BAG type are compared"):
        CohortRule(object_types=("01", "02", "03"), uses=("residential",))
    assert CohortRule(object_types=("02",), uses=("residential",)).object_types == ("02",)


def test_a_key_is_counted_and_followed_but_no_one_is_asked_for() -> None:
    owners = Events(all_sources()["ownership"])
    for ask in (lambda: owners.where(owner_key="k1"), lambda: owners.unless(owner_key="k1"), lambda: owners.latest("owner_key")):
        with pytest.raises(CatalogueError, match="is a key, and is read as a value"):
            ask()
    assert owners.distinct("owner_key").reach == "own"
    assert owners.links("owner_key").count().reach == "linked"


def test_audit_data_or_a_table_of_ones_own_that_is_fetched_in_the_body_is_refused() -> None:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def behind_the_back(property_values: Events) -> Column:
        """Compare with audit data that no parameter asks for."""
        return property_values.latest("value_eur") / AreaEvents(Events(all_sources()["neighbourhoods"])).mean("rental_share")

    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-")
    def of_ones_own(reports: Events) -> Column:
        """Count in a table that nobody declared."""
        return Events(OWN_TABLE).count()

    for function, why in ((behind_the_back, "'neighbourhoods', which is audit-only"), (of_ones_own, "'trial', which is no source")):
        with pytest.raises(CatalogueError, match=why):
            compose([("trial", function)])
