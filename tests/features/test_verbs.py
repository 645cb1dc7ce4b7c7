"""Each verb in a table: what is known of three homes in one street on 1 January 2024."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.areas import AreaEvents
from features.columns import Quantity
from features.errors import CatalogueError
from features.evaluation import lay_out
from features.events import Addresses, Events
from features.sources import Column as Column_
from features.sources import Source, all_sources
from features.store import FRAME, Store, event_table
from tests.hamlet import addresses, settle, table

AS_OF = date(2024, 1, 1)
HOMES = ("A1", "A2", "A3", "A4", "A5")

VALUES = table("""
    record_id | address_id | happened_on | known_on   | value_eur | tax_year
    v1        | A1         | 2021-01-01  | 2021-02-01 | 100000    | 2021
    v2        | A1         | 2022-01-01  | 2022-02-01 | 110000    | 2022
    v3        | A1         | 2023-01-01  | 2023-02-01 | 120000    | 2023
    v4        | A1         | 2023-12-31  | 2024-01-01 | 900000    | 2024
    v5        | A2         | 2023-01-01  | 2023-02-01 | 120000    | 2023
    v6        | A3         | 2022-01-01  | 2022-02-01 | 300000    | 2022
    v7        | A3         | 2023-01-01  | 2023-02-01 | 200000    | 2023
    v8        | A5         | 2023-01-01  | 2023-02-01 | 120000    | 2023
""")
REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-06-01  | 2023-06-01 | app     | housing
    r2        | A1         | 2023-12-31  | 2023-12-31 | app     | waste
    r3        | A1         | 2022-06-01  | 2022-06-01 | app     | housing
    r4        | A1         | 2023-12-31  | 2024-01-01 | app     | housing
    r5        | A2         | 2022-06-01  | 2022-06-01 | app     | housing
    r6        | A2         | 2022-12-31  | 2022-12-31 | app     | waste
    r7        | A2         | 2023-01-01  | 2023-01-01 | app     | waste
""")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    homes = addresses(*HOMES, postcode=["1000AA"] * 4 + ["1000AB"])
    return settle(tmp_path_factory.mktemp("street"), today=AS_OF, addresses=homes, property_values=VALUES, reports=REPORTS)


@pytest.fixture
def value(store: Store) -> Callable[[Quantity], list[float | None]]:
    """Give a column, or a level of its surroundings, for each of the homes."""

    def computed(column: Quantity) -> list[float | None]:
        frame = pd.DataFrame({"address_id": HOMES, "as_of": AS_OF})
        laid = lay_out(FRAME, ["asked"], {"asked": column}, event_table)
        found = store.run(laid, frame).set_index("address_id")["asked"].astype("float64").reindex(list(HOMES))
        return [None if pd.isna(v) else round(float(v), 6) for v in found]

    return computed


values = Events(all_sources()["property_values"])
reports = Events(all_sources()["reports"])
homes = Addresses(all_sources()["addresses"])


def test_first_is_the_oldest_and_latest_the_newest_that_was_known(value: Callable[[Quantity], list[float | None]]) -> None:
    assert value(values.first("value_eur")) == [100_000, 120_000, 300_000, None, 120_000]
    assert value(values.latest("value_eur")) == [120_000, 120_000, 200_000, None, 120_000]


def test_a_share_is_of_the_events_that_were_known_and_missing_where_there_are_none(value: Callable[[Quantity], list[float | None]]) -> None:
    assert value(reports.share(category="housing")) == [pytest.approx(2 / 3, abs=1e-6), pytest.approx(1 / 3, abs=1e-6), None, None, None]
    assert value(reports.share(category=("housing", "waste"))) == [1, 1, None, None, None]


def test_a_change_compares_a_span_with_the_one_before_it_to_the_day(value: Callable[[Quantity], list[float | None]]) -> None:
    """The year before 1 January 2024 begins on 1 January 2023."""
    assert value(reports.change(days=365)) == [1, -1, 0, 0, 0]


def test_a_trend_is_the_slope_a_year_and_missing_with_one_day_only(value: Callable[[Quantity], list[float | None]]) -> None:
    found = value(values.trend("value_eur"))
    assert found[0] == pytest.approx(10_000 / 365 * 365.25)
    assert found[2] == pytest.approx(-100_000 / 365 * 365.25)
    assert [found[1], found[3], found[4]] == [None, None, None]


def test_a_code_has_its_place_in_a_list_and_none_outside_it(value: Callable[[Quantity], list[float | None]]) -> None:
    assert value(reports.latest("category").place_in(("housing", "nuisance", "waste"))) == [3, 3, None, None, None]
    assert value(reports.latest("category").place_in(("housing",))) == [None, None, None, None, None]


def test_days_ahead_are_counted_from_the_day_and_lie_below_0_for_a_day_that_has_passed(value: Callable[[Quantity], list[float | None]]) -> None:
    assert value(values.latest("happened_on").days_ahead()) == [-365, -365, -365, None, -365]


def test_what_ended_within_a_span_ended_on_its_last_day_at_the_latest(value: Callable[[Quantity], list[float | None]]) -> None:
    """Each value became known 31 days after it happened, which stands for an end here."""
    assert value(values.ended_within(days=31, until="known_on").count()) == [3, 1, 2, 0, 1]
    assert value(values.ended_within(days=30, until="known_on").count()) == [0, 0, 0, 0, 0]


def test_a_rank_is_the_share_of_the_others_that_lies_lower_and_equal_ones_count_for_half(value: Callable[[Quantity], list[float | None]]) -> None:
    """A1 and A2 have the same value, A3 a higher one, A4 none; A5 is alone in its postcode."""
    assert value(values.latest("value_eur").rank_among(homes.postcode)) == [0.25, 0.25, 1, None, None]


def test_sums_and_means_are_over_the_others_and_missing_where_none_has_a_value(value: Callable[[Quantity], list[float | None]]) -> None:
    latest = values.latest("value_eur")
    assert value(latest.sum_of_others(homes.postcode)) == [320_000, 320_000, 240_000, 440_000, None]
    assert value(latest.mean_of_others(homes.postcode)) == [160_000, 160_000, 120_000, pytest.approx(440_000 / 3, abs=1e-6), None]


def test_a_level_of_others_is_no_column_and_a_rank_among_them_is() -> None:
    from features.columns import must_be_column

    latest = values.latest("value_eur")
    for level in (latest.sum_of_others(homes.postcode), latest.mean_of_others(homes.neighbourhood)):
        with pytest.raises(CatalogueError, match="a level of its surroundings"):
            must_be_column(level, what="indicator 'level'")
    assert must_be_column(latest.rank_among(homes.building), what="indicator 'rank'").reach == "group"


def test_a_key_links_and_nothing_else_does() -> None:
    with pytest.raises(CatalogueError, match="'channel' of source 'reports' is not a key"):
        reports.links("channel")


def test_a_figure_about_an_area_is_that_of_the_day_and_only_beside_the_addresss_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure about the postcode of A1 to A3, one known the day before and one on the day; A5 lies in an area without one."""
    energy = Source(
        name="trial_energy", title_nl="Proef", title_en="Trial", tier=0, provenance="trial", known_on_rule="trial", catches="trial", area="postcode",
        columns=(Column_("postcode", "id", "Postcode", required=True), Column_("average_kwh", "number", "Average use in kWh a year")),
    )  # fmt: skip
    sources = {**all_sources(), "trial_energy": energy}
    for module in ("ingestion", "store", "tolerance"):
        monkeypatch.setattr(f"features.{module}.all_sources", lambda: sources)
    figures = table("""
        record_id | postcode | happened_on | known_on   | average_kwh
        e1        | 1000AA   | 2022-01-01  | 2023-12-31 | 2000
        e2        | 1000AA   | 2023-01-01  | 2024-01-01 | 9000
    """)
    homes = addresses(*HOMES, postcode=["1000AA"] * 3 + [None, "1000AB"])
    store = settle(tmp_path, today=AS_OF, addresses=homes, property_values=VALUES, trial_energy=figures)
    level = AreaEvents(Events(energy)).latest("average_kwh")
    assert (level.reach, ("addresses", "postcode") in level.reads) == ("group", True)
    compared = lay_out(FRAME, ["asked"], {"asked": values.latest("value_eur") / level}, event_table)
    found = store.run(compared, pd.DataFrame({"address_id": HOMES, "as_of": AS_OF})).set_index("address_id")["asked"].reindex(list(HOMES))
    assert found.dropna().to_dict() == {"A1": 60, "A2": 60, "A3": 100}
