"""The town's registers hold facts about addresses: the people of the population register stay with its owner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.town.making import LAND_KEY, OWNER, OWNERS_KEY
from experiments.town.suppliers import deeds
from experiments.town.suppliers.population import LISTING, OWNERS_FILE
from features import pseudonym_key
from features.citizen_number import passes
from features.engine import connect
from features.errors import CatalogueError, ProtectedInputError
from features.extracts import register_extracts
from features.ingestion import ingest
from features.personal import refuse_personal
from features.protected import scan
from features.pseudonymise import Listing, pseudonymise
from tests.experiments.conftest import TODAY, SmallTown


def test_no_column_of_an_extract_speaks_of_a_person(town: SmallTown) -> None:
    for name, extract in town.settings.extracts.items():
        if extract.form != "database":
            for column in town.raw(name).columns:  # a sector ends in a withheld column; background is in the statistics for the audit alone
                refuse_personal(column, what=f"column {column} of {name}", withheld=True, audit=name == "cbs")
    with pytest.raises(CatalogueError):
        refuse_personal("achternaam", what="a column")


def test_no_value_of_an_extract_is_a_citizen_number(town: SmallTown) -> None:
    weights = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
    for name, extract in town.settings.extracts.items():
        if extract.form == "database":
            continue
        for column, values in town.raw(name).items():
            nine = values.dropna().astype(str)
            nine = nine[nine.str.fullmatch(r"\d{8,9}")].str.zfill(9)
            passing = [int(np.dot([int(d) for d in v], weights)) % 11 == 0 for v in nine]
            assert sum(passing) < 0.2 * max(len(values), 1), (name, column)


def test_no_column_of_an_extract_is_taken_for_people(town: SmallTown, tmp_path: Path) -> None:
    connection = connect(town.settings.engine, scratch=tmp_path)
    register_extracts(connection, town.settings, tmp_path)
    delivered = [name for name, extract in town.settings.extracts.items() if extract.form != "database"]
    assert len(delivered) == 24
    assert {name: found for name in delivered if (found := scan(connection, f"raw_{name}"))} == {}
    connection.close()


def test_the_owners_file_has_people_in_it_and_a_build_refuses_it(town: SmallTown) -> None:
    population = town.settings.extracts["brp_vestiging"].model_copy(update={"path": OWNERS_FILE})
    owner = town.settings.model_copy(update={"raw": town.settings.state / OWNER, "extracts": {"brp_vestiging": population}})
    with pytest.raises(ProtectedInputError) as refused:
        ingest(owner, keep=False)
    for named in ("'bsn' looks like a citizen number (100.0%", "'naam' looks like a name (", "'geboortedatum' looks like a birth date ("):
        assert f"column {named}" in str(refused.value)


def test_what_is_delivered_is_what_the_owner_may_deliver(town: SmallTown, tmp_path: Path) -> None:
    listing = Listing.read(town.settings.folder / "pseudonymise.toml")
    assert listing.model_copy(update={"input": None, "output": None}) == LISTING
    owner = town.settings.state / OWNER
    said = pseudonymise(listing, key=pseudonym_key.read(owner / OWNERS_KEY), given=owner / OWNERS_FILE, output=tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "x.parquet"), town.raw("brp_vestiging"))
    assert said.dropped == ("bsn", "naam", "geboortedatum")


def test_owners_are_keyed_at_the_land_register_as_households_are_at_the_population_register(town: SmallTown, tmp_path: Path) -> None:
    listing = Listing.read(town.settings.folder / "pseudonymise-owners.toml")
    assert listing.model_copy(update={"input": None, "output": None}) == deeds.LISTING
    owner = town.settings.state / OWNER
    said = pseudonymise(listing, key=pseudonym_key.read(owner / LAND_KEY), given=owner / deeds.OWNERS_FILE, output=tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "x.parquet"), town.raw("kadaster"))
    assert (said.dropped, [k["domain"] for k in said.keyed]) == (("bsn", "naam"), ["owner"])
    rights = pd.read_parquet(owner / deeds.OWNERS_FILE)
    assert (rights.groupby("persoon_id")[["bsn", "naam"]].nunique() <= 1).all(axis=None)
    hashes = town.raw("kadaster")["gerechtigde"]
    assert hashes.str.fullmatch("[0-9a-f]{16}").all()
    assert hashes.nunique() == rights["persoon_id"].nunique() < len(rights)
    assert not set(hashes) & set(town.raw("brp_vestiging")["huishoud_sleutel"])


def test_the_land_registers_own_file_is_refused(town: SmallTown) -> None:
    rights = town.settings.extracts["kadaster"].model_copy(update={"path": deeds.OWNERS_FILE, "deliveries": None})
    owner = town.settings.model_copy(update={"raw": town.settings.state / OWNER, "extracts": {"kadaster": rights}})
    with pytest.raises(ProtectedInputError, match=r"column 'bsn' looks like a citizen number .*column 'naam' looks like a name"):
        ingest(owner, keep=False)


def test_the_people_of_the_register_are_made_up_and_stay_themselves(town: SmallTown) -> None:
    owner = pd.read_parquet(town.settings.state / OWNER / OWNERS_FILE)
    assert owner["bsn"].str.fullmatch("9999[0-9]{5}").all()
    assert owner["bsn"].map(passes).all()
    assert (owner.groupby("huishouden")[["bsn", "naam", "geboortedatum"]].nunique() == 1).all(axis=None)
    ages = (TODAY - pd.to_datetime(owner["geboortedatum"])).dt.days / 365.25
    assert ages.between(17.9, 98.1).all()
    assert (town.settings.state / OWNER / OWNERS_KEY).stat().st_mode & 0o777 == 0o600
