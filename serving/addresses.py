"""Which address is meant: an address id, or a postcode with number, letter and addition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import ibis
import pandas as pd

from features.engine import compile_sql
from features.errors import InputError, NotFoundError
from features.events import known_value, visible
from features.sources import all_sources
from features.store import Store

ASKED = ibis.table({"address_id": "string", "postcode": "string", "house_number": "int64", "as_of": "date"}, name="asked")
"""One row: what was asked. Values are handed over as a table, so the query text is the same for every address."""


@dataclass(frozen=True)
class Asked:
    """An address as the caller gives it: ``address_id``, or ``postcode`` and ``house_number`` with what belongs to them."""

    address_id: str | None = None
    postcode: str | None = None
    house_number: int | None = None
    house_letter: str | None = None
    house_number_addition: str | None = None


@dataclass(frozen=True)
class AddressBook:
    """Finds addresses among those that the register knew on a day."""

    store: Store
    id_pattern: str

    def find(self, asked: Asked, *, as_of: date) -> str:
        """Give the address id.

        Parameters
        ----------
        asked : Asked
        as_of : date
            Only what the register knew before this day counts.

        Raises
        ------
        InputError
            The id has not the form of one, or several addresses fit.
        NotFoundError
            The register knew no such address.
        """
        if asked.address_id is not None and not re.fullmatch(self.id_pattern, asked.address_id):
            raise InputError(
                "the address id has not the form of one", expected=f"a match of {self.id_pattern}", remedy="send the id as the register gives it"
            )
        found = self._by_id(asked.address_id, as_of) if asked.address_id is not None else self._by_number(asked, as_of)
        if not found:
            raise NotFoundError("the address is not known", expected="an address of the register", remedy="check the id, or postcode and number")
        if len(found) > 1:
            raise InputError(f"{len(found)} addresses fit", expected="one address", remedy="send addressId, or the house letter and addition")
        return found[0]

    def _by_id(self, address_id: str, as_of: date) -> list[str]:
        return self._run(self._id_sql, _row(as_of, address_id=address_id))["address_id"].tolist()

    def _by_number(self, asked: Asked, as_of: date) -> list[str]:
        rows = self._run(self._number_sql, _row(as_of, postcode=_plain(asked.postcode), house_number=asked.house_number))
        wanted = (_plain(asked.house_letter), _plain(asked.house_number_addition))
        units = zip(rows["address_id"], rows["house_letter"], rows["house_number_addition"], strict=True)
        return sorted({str(address) for address, letter, addition in units if (_plain(letter), _plain(addition)) == wanted})

    def _run(self, sql: str, asked: pd.DataFrame) -> pd.DataFrame:
        return self.store.look_up(sql, asked=asked)

    @cached_property
    def _id_sql(self) -> str:
        events = self.store.events("addresses")
        both = ASKED.select("address_id", "as_of").join(events, "address_id")
        return compile_sql(both.filter(visible(both, both.as_of)).select("address_id").distinct())

    @cached_property
    def _number_sql(self) -> str:
        events = self.store.events("addresses")
        asked = ASKED.select(wanted=ASKED.postcode, house_number=ASKED.house_number, as_of=ASKED.as_of)
        both = asked.join(events, "house_number")
        ended = known_value(both, all_sources()["addresses"], "ended_on")
        there = both.filter(visible(both, both.as_of) & (ended.isnull() | (ended >= both.as_of)))
        same = there.filter(there.postcode.upper().replace(" ", "") == there.wanted)
        return compile_sql(same.select("address_id", "house_letter", "house_number_addition").distinct())


def _plain(text: Any) -> str:
    """Compare without spaces and case; missing is empty."""
    return "" if text is None or pd.isna(text) else str(text).replace(" ", "").upper()


def _row(as_of: date, *, address_id: str | None = None, postcode: str | None = None, house_number: int | None = None) -> pd.DataFrame:
    row = {"address_id": [address_id], "postcode": [postcode], "house_number": [house_number], "as_of": [as_of]}
    return pd.DataFrame(row).astype({"address_id": "string", "postcode": "string", "house_number": "Int64"})
