"""Within which case an address is looked up, and how many addresses a case may be about: nobody leafs through a town.

A handler asks within a case. Under one case reference a client may ask about so many different addresses (``addresses_per_case``); the same
address again is free. A call without a case reference stands in the score log as any other, and its pace is limited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Engine, select

from features.errors import PurposeError
from serving import database
from serving.access import MAY, Action, Caller
from serving.tables import case_addresses


def check(caller: Caller, case_reference: str | None, *, action: Action) -> None:
    """Refuse a handler who asks outside a case.

    Raises
    ------
    PurposeError
        There is no case reference, and no role in which the caller may do this does without: one that may do something else lifts nothing.
    """
    if case_reference is None and caller.roles & MAY[action] == {"case-handler"}:
        raise PurposeError(
            "a case handler looks up an address within a case", expected="the reference of that case", remedy="send it, or open a case first"
        )


def admit(engine: Engine, caller: Caller, case_reference: str | None, addresses: Sequence[str], *, on: date) -> None:
    """Count the addresses of a case, and refuse where they become too many; then none of these is counted.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    caller : Caller
        One without ``addresses_per_case`` is not limited.
    case_reference : str, optional
        None counts nothing.
    addresses : sequence of str
        Address ids, each as often as it was asked about.
    on : date
        The municipality's day.

    Raises
    ------
    PurposeError
        The case would be about more addresses than the client may ask about in one.
    StateError
        The database refuses.
    """
    if case_reference is None or caller.addresses_per_case is None or not addresses:
        return
    with database.reading(engine) as connection:
        if set(addresses) <= _known(connection, caller, case_reference):
            return
    with database.writing(engine) as connection:
        database.serialise(connection, f"case {caller.id}/{case_reference}")
        known = _known(connection, caller, case_reference)
        new = sorted(set(addresses) - known)
        if len(known) + len(new) > caller.addresses_per_case:
            raise PurposeError(
                f"this case was asked about {len(known)} addresses, and {len(new)} more would be too many",
                expected=f"at most {caller.addresses_per_case} different addresses under one case reference",
                remedy="ask within the case that the address belongs to, or have the process owner extend addresses_per_case under [[clients]]",
            )
        if new:
            own = {"client_id": caller.id, "case_reference": case_reference, "first_on": on}
            connection.execute(case_addresses.insert(), [{**own, "address_id": address} for address in new])


def _known(connection: Connection, caller: Caller, case_reference: str) -> set[str]:
    cases = case_addresses.c
    query = select(cases.address_id).where(cases.client_id == caller.id, cases.case_reference == case_reference)
    return set(connection.execute(query).scalars())
