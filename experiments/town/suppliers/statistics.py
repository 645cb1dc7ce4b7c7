"""Statistics Netherlands: yearly figures of neighbourhoods, for the audit only."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from experiments.town.arrow import blanked, chosen, dutch_decimal, table
from experiments.town.geography import Neighbourhoods, neighbourhood_code
from experiments.town.lives import Floats
from experiments.town.mess import picked
from experiments.town.parameters import Size
from experiments.town.streams import Clock, stream

GROUPS = ("lager inkomen", "midden inkomen", "hoger inkomen")
PUBLISHED_AFTER_YEARS = 1
"""Figures of a year appear in March of the year after it."""


def deliver(neighbourhoods: Neighbourhoods, *, size: Size, clock: Clock) -> dict[str, pa.Table]:
    """Give ``cbs_buurten.csv``: a row per neighbourhood and year, percentages with a decimal comma."""
    rng = stream(size, "statistics")
    count = len(neighbourhoods.reporting)
    group = np.searchsorted(np.quantile(-neighbourhoods.low_income, [1 / 3, 2 / 3]), -neighbourhoods.low_income)
    tables = []
    for year in range(clock.years[0] - 2, clock.years[-1]):
        published = date(year + PUBLISHED_AFTER_YEARS, 3, 15)
        if clock.day(published) > clock.last:
            continue
        tables.append(
            table(
                {
                    "Buurtcode": neighbourhood_code(np.arange(count)),
                    "Jaar": chosen([str(year)], np.zeros(count, dtype=np.int64)),
                    "Inkomensgroep": chosen(GROUPS, group),
                    "Laag inkomen (%)": blanked(_percent(neighbourhoods.low_income, rng), picked(count, 0.03, rng)),
                    "Migratieachtergrond (%)": _percent(neighbourhoods.migration_background, rng),
                    "Huurwoningen (%)": _percent(neighbourhoods.rental, rng),
                    "Gepubliceerd op": chosen([published.strftime("%d-%m-%Y")], np.zeros(count, dtype=np.int64)),
                }
            )
        )
    return {"cbs_buurten.csv": pa.concat_tables(tables)}


def _percent(share: Floats, rng: np.random.Generator) -> pa.Array:
    return dutch_decimal(np.clip(100 * share + rng.normal(0, 0.4, len(share)), 0, 100), 1)
