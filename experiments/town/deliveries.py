"""Deliveries that are yet to come: what the suppliers of a town tell after a day, held back and laid out a file a month.

The town is made whole; then its extracts that come in deliveries are cut at the end of each month. A supplier delivers a row in the month
in which it became known, and again in a month in which one of its later fields was filled in. Of an extract that is read whole the file is cut
at the same day, and laid out again as it stood at the end of each month: nobody can tell today what becomes known tomorrow.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from experiments.town.arrow import Bools
from features.declared_extracts import Extract
from features.errors import StateError
from features.settings import Settings

LATER = "later"
"""Folder beside the raw one in which deliveries wait; moving one into the raw folder is receiving it."""
DUTCH, ISO, DIGITS = "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d"


@dataclass(frozen=True)
class Told:
    """How an extract says when it knew something.

    Attributes
    ----------
    known : str
        Column with the day on which a row became known.
    late : mapping of str to tuple of str
        Columns that are filled in later, by the column with the day on which they were.
    written : str, optional
        How its days are written; None where they are dates.
    ahead_of : str, optional
        Column with the day on which it happens, where that may be told ahead: then it counts as known on that day.
    """

    known: str
    late: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: str | None = DUTCH
    ahead_of: str | None = None

    def days(self, table: pa.Table, name: str) -> pd.Series:
        """Give a column as days; what cannot be read is missing."""
        found: pd.Series = pd.to_datetime(table[name].to_pandas(), format=self.written, errors="coerce")
        return found

    def known_days(self, table: pa.Table) -> pd.Series:
        """Give the day on which each row became known; missing where it cannot be read."""
        known = self.days(table, self.known)
        return known if self.ahead_of is None else known.where(~(self.days(table, self.ahead_of) > known), self.days(table, self.ahead_of))


TOLD: Mapping[str, Told] = {
    "adreskwaliteit": Told("Ontvangen op", {"Teruggekoppeld op": ("Terugkoppeling",)}),
    "energie": Told("Gepubliceerd op"),
    "ep_online": Told("Pand_registratiedatum", written=DIGITS),
    "kabelvakken": Told("aangeleverd_op", written=None),
    "kadaster": Told("ingeschreven_op", {"einde_ingeschreven": ("einde",)}, written=ISO),
    "kvk": Told("gepubliceerd", {"einde_gepubliceerd": ("einde",)}, written=ISO),
    "leegstand": Told("Ingeschreven op", {"Einde geboekt op": ("Leeg tot",)}),
    "meldingen": Told("Ontvangen op", {"Afhandeling geboekt op": ("Afgehandeld op",)}),
    "meldpunt": Told("Ontvangen op", {"Afhandeling geboekt op": ("Afgehandeld op",)}),
    "registersignalen": Told("Geboekt op", {"Resultaat geboekt op": ("Resultaat",)}),
    "toeristische_verhuur": Told("Geboekt op", {"Einde geboekt op": ("Einde",)}),
    "toewijzingen": Told("aangeleverd_op", written=None),
    "vergunningen": Told("gewijzigd_op", {"besloten_op": ("besluit", "weigeringsgrond", "geldig_tot")}, written=None),
    "water": Told("Aangeleverd op"),
    "woz": Told("Dagtekening beschikking"),
}
"""The extracts of Zaanwijk that come in deliveries."""

OBJECTS = Told("tijdstip_registratie", {"eind_geregistreerd": ("eind_geldigheid",)}, written=None, ahead_of="begin_geldigheid")
EXAMINED = {
    "verloop_geboekt_op": ("verloop", "bezocht_op"),
    "bevinding_geboekt_op": ("bevinding", "aantal_overtredingen"),
    "maatregel_geboekt_op": ("maatregel",),
}
STATES: Mapping[str, Told] = {
    "bag": OBJECTS,
    "beschermd": Told("Op de lijst sinds"),
    "bezwaren": Told("Datum beslissing"),
    "brp_vertrek": Told("verwerkt_op", written=None),
    "brp_vestiging": Told("verwerkt_op", written=None, ahead_of="datum_vestiging"),
    "cbs": Told("Gepubliceerd op"),
    "controles": Told("gewijzigd_op", EXAMINED, written=None),
    "nummeraanduidingen": OBJECTS,
    "signalen": Told("gewijzigd_op", written=None),
}
"""The extracts of Zaanwijk that are read whole."""


def hold_back(settings: Settings, *, after: date | None, today: date) -> list[Path]:
    """Cut the extracts at ``after``, and lay what follows out beside the raw folder, a file a month.

    Parameters
    ----------
    settings : Settings
        Of the town, whose extracts were just made.
    after : date, optional
        Last day that the extracts in the raw folder know of. Without it nothing is held back, and what waits of an earlier town is taken away.
    today : date
        Last day of the town; the last file is of this day.

    Returns
    -------
    list of Path
        The deliveries, each at the path within the folder ``later`` that it must get within the raw folder; then the files of what is read
        whole, each in a folder of the day on which it so stood (``20251130``), within which its path is that of the file that it takes the
        place of.

    Raises
    ------
    StateError
        A file cannot be written.
    """
    _clear(settings)
    if after is None:
        return []
    raw, later, made = settings.raw_folder, settings.raw_folder.with_name(LATER), []
    ends = month_ends(after, today)
    try:
        for name, told in TOLD.items():
            extract = settings.extracts[name]
            coming: dict[date, list[pa.Table]] = {}
            for path in sorted(raw.glob(str(extract.path))):
                table = _read(path, extract)
                _write(path, as_known(table, told, since=None, until=after), extract)
                for since, until in zip([after, *ends], ends, strict=False):
                    coming.setdefault(until, []).append(as_known(table, told, since=since, until=until))
            made += [_lay_out(later, extract, pa.concat_tables(tables), until) for until, tables in coming.items() if any(map(len, tables))]
        states = [file for name, told in STATES.items() for file in _states(settings, name, told, [after, *ends])]
    except OSError as error:
        raise StateError(f"{later} could not be written: {error}", expected="a writable disk with room", remedy="free space and repeat") from error
    return [*sorted(made), *sorted(states)]


def _states(settings: Settings, name: str, told: Told, days: list[date]) -> list[Path]:
    """Cut an extract that is read whole at the first day, and lay it out as it stood on each of the others."""
    extract, raw, made = settings.extracts[name], settings.raw_folder, []
    for path in sorted(raw.glob(str(extract.path))):
        table = _read(path, extract)
        targets = [path, *(raw.with_name(LATER) / f"{day:{DIGITS}}" / path.relative_to(raw) for day in days[1:])]
        for target, day in zip(targets, days, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, as_known(table, told, since=None, until=day), extract)
        made += targets[1:]
    return made


def _clear(settings: Settings) -> None:
    """Take away the deliveries of an earlier town, of which nothing fits the new one."""
    for folder in settings.raw_folder.with_name(LATER).glob("[0-9]" * 8):
        shutil.rmtree(folder)
    for name in TOLD:
        for path in settings.raw_folder.with_name(LATER).glob(str(settings.extracts[name].path)):
            path.unlink()


def month_ends(after: date, today: date) -> list[date]:
    """Give the last day of each month after a day, and today."""
    ends = pd.date_range(after, today, freq="ME").date
    return [end for end in [*ends, *([] if len(ends) and ends[-1] == today else [today])] if end > after]


def as_known(table: pa.Table, told: Told, *, since: date | None, until: date) -> pa.Table:
    """Give the rows of which something became known after ``since``, as they stood on ``until``.

    Without ``since`` rows of which no day can be read are given too: nobody can hold back what nobody can date.
    """
    known = told.known_days(table)
    coming = known > pd.Timestamp(until)
    fresh = _within(known, since, until) if since else ~coming
    for day in told.late:
        fresh |= _within(told.days(table, day), since, until) if since else False
    kept = np.asarray(fresh & ~coming)
    found = table.filter(pa.array(kept))
    for day, columns in told.late.items():
        unknown = np.asarray(told.days(found, day) > pd.Timestamp(until))
        for column in (day, *columns):
            found = _blanked(found, column, unknown)
    return found


def _within(days: pd.Series, since: date, until: date) -> pd.Series:
    return (days > pd.Timestamp(since)) & (days <= pd.Timestamp(until))


def _blanked(table: pa.Table, name: str, missing: Bools) -> pa.Table:
    column = table[name].combine_chunks()
    blanked = pc.if_else(pa.array(missing), pa.scalar(None, column.type), column)
    return table.set_column(table.schema.get_field_index(name), name, blanked)


def _lay_out(later: Path, extract: Extract, table: pa.Table, until: date) -> Path:
    """Write one delivery under the name of its extract and its day."""
    path = later / str(extract.path).replace("_*", "*").replace("*", f"_{until:%Y%m%d}")
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, table, extract)
    return path


def _read(path: Path, extract: Extract) -> pa.Table:
    if extract.form == "parquet":
        return pyarrow.parquet.read_table(path)
    text = pd.read_csv(path, sep=extract.delimiter, encoding=extract.encoding, dtype=str, keep_default_na=False, na_values=[""])
    return pa.Table.from_pandas(text, schema=pa.schema([(column, pa.string()) for column in text.columns]), preserve_index=False)


def _write(path: Path, table: pa.Table, extract: Extract) -> None:
    if extract.form == "parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd")
        return
    text = io.BytesIO()
    pyarrow.csv.write_csv(table, text, pyarrow.csv.WriteOptions(delimiter=extract.delimiter, quoting_style="needed"))
    path.write_bytes(text.getvalue().decode().encode(extract.encoding))
