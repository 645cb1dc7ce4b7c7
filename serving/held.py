"""All that our own database holds about one address, for the person who asks what is known of their home.

Every table with a column ``address_id`` is in it, so that a new one cannot be forgotten, and the score log. That it was asked is
logged too, before it is handed out.

References
----------
GDPR art. 15: the right of access.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from features.errors import InputError
from features.settings import Settings
from features.themes import Theme
from serving import database, score_log
from serving.address_key import AddressKey
from serving.score_log.line import COLUMNS
from serving.score_log.reading import Entry, entry
from serving.tables import metadata
from serving.tables import score_log as log

LOGGED = {
    "nl": "Elk antwoord dat over dit adres is gegeven: wanneer, aan wie, met welk doel, de gegevens waarop het rust, en elke eerdere inzage.",
    "en": "Each answer that was given about this address: when, to whom, for which purpose, the facts that it rests on; and each export before.",
}
ELSEWHERE = {
    "nl": "Niet hierin: de registers zelf (vraag ze op bij wie ze bijhoudt), en wat Schouw er in bestanden van maakt: gebeurtenissen van de "
    "laatste bouw, matrices en lijsten van werkvoorraden.",
    "en": "Not in here: the registers themselves (ask who keeps them), and what Schouw makes of them in files: the events of the last build, "
    "matrices and lists of addresses to visit.",
}
PAGE = 500
"""Lines fetched at a time where an older key, or none, makes looking into each payload needed."""


def export(settings: Settings, engine: Engine, themes: Mapping[str, Theme], *, address_id: str, reference: str, now: datetime) -> dict[str, Any]:
    """Give all that is held about an address, each part with its meaning, and log that it was given.

    Parameters
    ----------
    settings : Settings
    engine : sqlalchemy.Engine
    themes : mapping of str to Theme
    address_id : str
    reference : str
        Of the request; it stands in the log.
    now : datetime
        UTC without zone.

    Returns
    -------
    dict
        JSON values, dates and times as they are.

    Raises
    ------
    InputError
        The id cannot be that of an address here.
    StateError
        A line of the score log is not as it was written, or the database refuses; then nothing is given.
    """
    if not re.fullmatch(settings.address_id_pattern, address_id):
        raise InputError("that is no id of an address here", expected=settings.address_id_pattern, remedy="name the id as the register has it")
    key = AddressKey.of(settings.state)
    with database.reading(engine) as connection:
        parts = [_part("score_log", LOGGED, _answers(connection, key, address_id))]
        parts += [_part(table.name, table.info, _rows(connection, table, address_id)) for table in tables()]
    export_id = str(uuid.uuid4())
    said: dict[str, Any] = {"address_id": address_id, "address_hash": key.hash(address_id), "caller": "command-line", "reference": reference}
    said |= {"parts": {part["name"]: len(part["rows"]) for part in parts}}
    score_log.append(engine, said, score_id=export_id, theme=score_log.EXPORT, logged_at=now)
    told = {"export_id": export_id, "address_id": address_id, "exported_at": now, "reference": reference, "municipality": settings.name}
    return told | {"themes": [_theme(theme) for theme in themes.values()], "parts": parts, "elsewhere": ELSEWHERE}


def tables() -> tuple[Table, ...]:
    """Give every table of our database that tells of addresses by their id."""
    return tuple(table for table in metadata.sorted_tables if "address_id" in table.c)


def _theme(theme: Theme) -> dict[str, Any]:
    purpose = theme.purpose
    return {
        "code": theme.code,
        "title": {"nl": theme.title_nl, "en": theme.title_en},
        "purpose": {"code": purpose.code, "nl": purpose.title_nl, "en": purpose.title_en, "processing_register": purpose.processing_register},
        "score_retention_days": theme.score_retention_days,
    }


def _part(name: str, meaning: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"name": name, "meaning": {language: meaning.get(language) for language in ("nl", "en")}, "rows": list(rows)}


def _rows(connection: Connection, table: Table, address_id: str) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(table).where(table.c.address_id == address_id).order_by(*table.primary_key.columns)):
        yield dict(row._mapping)


def _answers(connection: Connection, key: AddressKey, address_id: str) -> list[dict[str, Any]]:
    """Give the lines about an address, oldest first: by its hash, and among lines with a hash under another key or none, by their payload."""
    found_by = log.c.address_hash
    other_key = found_by.is_(None) | (found_by < key.id) | (found_by > f"{key.id}g")  # an own hash goes on with a dot and hexadecimal digits
    found: list[Entry] = []
    for condition in (found_by == key.hash(address_id), other_key):
        query = select(*COLUMNS).where(condition, log.c.payload.is_not(None)).execution_options(yield_per=PAGE)
        with closing(connection.execute(query)) as rows:
            found += [entry(row, excused=False) for row in rows if _about(row.payload, address_id)]
    found.sort(key=lambda line: (line.logged_at, line.score_id))
    return [{"score_id": line.score_id, "logged_at": line.logged_at, "theme": line.theme, "payload": line.payload} for line in found]


def _about(payload: str, address_id: str) -> bool:
    """Say whether a payload is about the address; one that cannot be read may be, and is refused when its line is."""
    try:
        return bool(json.loads(payload).get("address_id") == address_id)
    except (AttributeError, TypeError, ValueError):
        return True
