"""The law of no look-ahead (DESIGN rule 1) through the municipality's own SQL: what a register's SELECT joins must be of its day.

Each extract is cut back to what had been delivered before a day, and everything is built again: nothing of that day may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import pandas as pd
import pytest

from features import cohort, events, matrix
from features.ingestion import ingest
from features.settings import Settings, load
from features.sources import all_sources
from features.store import open_store
from features.themes import load_theme
from tests.experiments.conftest import FILLED, ZAANWIJK, SmallTown

AS_OF = pd.Timestamp(2023, 7, 1)
THEMES = ("registration", "room-rental", "overcrowding", "premises")


@dataclass(frozen=True)
class Cut:
    """The column that says when a row was known, and by which column later fields were."""

    known: str
    late: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: str | None = None


DUTCH = "%d-%m-%Y"
CUTS = {
    "bag": Cut("tijdstip_registratie", {"eind_geregistreerd": ("eind_geldigheid",)}),
    "nummeraanduidingen": Cut("tijdstip_registratie", {"eind_geregistreerd": ("eind_geldigheid", "status")}),
    "beschermd": Cut("Op de lijst sinds", written=DUTCH),
    "brp_vestiging": Cut("verwerkt_op"),
    "brp_vertrek": Cut("verwerkt_op"),
    "water": Cut("Aangeleverd op", written=DUTCH),
    "kvk": Cut("gepubliceerd", {"einde_gepubliceerd": ("einde",)}, written="%Y-%m-%d"),
    "vergunningen": Cut("gewijzigd_op", {"besloten_op": ("besluit", "weigeringsgrond", "geldig_tot")}),
    "woz": Cut("Dagtekening beschikking", written=DUTCH),
    "kadaster": Cut("ingeschreven_op", {"einde_ingeschreven": ("einde",)}, written="%Y-%m-%d"),
    "meldingen": Cut("Ontvangen op", {"Afhandeling geboekt op": ("Afgehandeld op",)}, written=DUTCH),
    "controles": Cut(
        "gewijzigd_op",
        {
            "verloop_geboekt_op": ("verloop", "bezocht_op"),
            "bevinding_geboekt_op": ("bevinding", "aantal_overtredingen"),
            "maatregel_geboekt_op": ("maatregel",),
        },
    ),
    "bezwaren": Cut("Datum beslissing", written=DUTCH),
    "energie": Cut("Gepubliceerd op", written=DUTCH),
    "kabelvakken": Cut("aangeleverd_op"),
    "registersignalen": Cut("Geboekt op", {"Resultaat geboekt op": ("Resultaat",)}, written=DUTCH),
    "adreskwaliteit": Cut("Ontvangen op", {"Teruggekoppeld op": ("Terugkoppeling",)}, written=DUTCH),
    "meldpunt": Cut("Ontvangen op", {"Afhandeling geboekt op": ("Afgehandeld op",)}, written=DUTCH),
    "signalen": Cut("gewijzigd_op", {"beoordeeld_op": ("oordeel",)}),
    "toeristische_verhuur": Cut("Geboekt op", {"Einde geboekt op": ("Einde",)}, written=DUTCH),
    "leegstand": Cut("Ingeschreven op", {"Einde geboekt op": ("Leeg tot",)}, written=DUTCH),
    "toewijzingen": Cut("aangeleverd_op"),
    "ep_online": Cut("Pand_registratiedatum", written="%Y%m%d"),
    "cbs": Cut("Gepubliceerd op", written=DUTCH),
}


def days(column: pd.Series, cut: Cut) -> pd.Series:
    return pd.to_datetime(column, format=cut.written, errors="coerce")


def cut_back(frame: pd.DataFrame, cut: Cut, day: pd.Timestamp) -> pd.DataFrame:
    """Give an extract as it was before a day; a row whose day cannot be read stays."""
    kept = frame[~(days(frame[cut.known], cut) >= day)].copy()
    for known_by, fields in cut.late.items():
        kept.loc[days(kept[known_by], cut) >= day, [*fields, known_by]] = None
    return kept


def delivered_before(town: SmallTown, day: pd.Timestamp, folder: Path) -> Settings:
    """Write the town's extracts as they were before a day."""
    for name, cut in CUTS.items():
        declared = town.settings.extracts[name]
        for path in sorted(town.settings.raw_folder.glob(str(declared.path))):
            target = folder / "raw" / path.relative_to(town.settings.raw_folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            if declared.form == "parquet":
                cut_back(pd.read_parquet(path), cut, day).to_parquet(target, index=False)
            else:
                text = pd.read_csv(path, sep=declared.delimiter, encoding=declared.encoding, dtype=str)
                cut_back(text, cut, day).to_csv(target, sep=declared.delimiter, encoding=declared.encoding, index=False)
    return load(ZAANWIJK, state=folder, raw=folder / "raw")


def seen(settings: Settings) -> dict[str, pd.DataFrame]:
    """Give all indicators of every home and place on the day, and who is in the cohort, by theme."""
    store = open_store(settings)
    addresses = store.connection.execute("SELECT DISTINCT address_id FROM events_addresses WHERE known_on < ? ORDER BY 1", [AS_OF.date()]).df()
    found = {}
    for code in THEMES:
        theme = load_theme(settings, code)
        rows = matrix.Builder(store, theme).rows(addresses.assign(as_of=AS_OF.date()))
        listed = cohort.at(store, theme, AS_OF.date(), addresses=list(addresses["address_id"])).frame["address_id"]
        found[code] = rows.assign(listed=rows["address_id"].isin(listed))
    return found


@pytest.fixture(scope="module")
def whole(town: SmallTown) -> dict[str, pd.DataFrame]:
    return seen(town.settings)


@pytest.fixture(scope="module")
def cut(town: SmallTown, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = delivered_before(town, AS_OF, tmp_path_factory.mktemp("cut"))
    ingest(settings)
    return settings


def test_what_was_delivered_on_or_after_the_day_changes_nothing(whole: dict[str, pd.DataFrame], cut: Settings) -> None:
    for code, rows in seen(cut).items():
        differing = [c for c in rows.columns if not rows[c].equals(whole[code][c])]
        assert not differing, (code, differing)


def facts(settings: Settings, name: str) -> pd.DataFrame:
    """Give what a register said on the day: the newest version of each record, as far as it was known."""
    store, source = open_store(settings), all_sources()[name]
    table = store.events(name).mutate(as_of=ibis.literal(AS_OF.date()))
    found = table.filter(events.visible(table, table.as_of))
    dates_of_knowing = {column.known_by for column in source.columns}
    said = {c: events.known_value(found, source, c) for c in (c.name for c in source.columns) if c in found.columns and c not in dates_of_knowing}
    return store.run(found.select("record_id", "happened_on", **{source.place: found[source.place]} | said).order_by("record_id"))


@pytest.mark.parametrize("source", list(FILLED))
def test_what_a_register_said_on_the_day_stays(town: SmallTown, cut: Settings, source: str) -> None:
    pd.testing.assert_frame_equal(facts(cut, source), facts(town.settings, source))


def test_what_was_delivered_before_the_day_is_seen(town: SmallTown, whole: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    settings = delivered_before(town, AS_OF - pd.Timedelta(days=400), tmp_path)
    ingest(settings)
    differing = {
        c for code, rows in seen(settings).items() for c in rows.columns if len(rows) != len(whole[code]) or not rows[c].equals(whole[code][c])
    }
    assert len(differing) > 30, differing


def test_every_extract_is_cut(town: SmallTown) -> None:
    assert set(CUTS) == {name for name, declared in town.settings.extracts.items() if declared.path}
    for name, cut in CUTS.items():
        known = days(town.raw(name)[cut.known], cut)
        assert known.notna().mean() > 0.99, name
        assert (known < AS_OF).any(), name
        assert (known >= AS_OF).any(), name
