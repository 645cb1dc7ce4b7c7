"""Audit data: neighbourhood statistics that test whether a score is fair. Read by monitoring and evaluation, never by an indicator.

A group stands beside rows for as long as they are measured: no matrix, no model and no answer holds it (DESIGN rule 4).
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from features.builds import current
from features.errors import PurposeError, SettingsError
from features.events import visible
from features.settings import Settings
from features.store import Store, open_store

UNKNOWN = "unknown"
"""Group of an address without a neighbourhood, or in one without statistics."""


def groups(store: Store, as_of: date) -> pd.DataFrame:
    """Give the newest audit group of each neighbourhood, as published before a day.

    Returns
    -------
    pandas.DataFrame
        One row per ``neighbourhood`` (str), with ``audit_group`` and the published shares (0 to 1).

    Raises
    ------
    PurposeError
        The municipality keeps no audit data.
    """
    if "neighbourhoods" not in store.sources:
        raise PurposeError(
            "there is no audit data",
            expected="registers/neighbourhoods.sql",
            remedy="fill it from CBS open data; without it fairness cannot be shown",
        )
    events = store.events("neighbourhoods")
    seen = store.run(events.filter(visible(events, as_of)).order_by("ordinal"))
    newest = seen.drop_duplicates("neighbourhood", keep="last").sort_values("neighbourhood", ignore_index=True)
    shares = [c for c in newest.columns if c.endswith("_share")]
    return newest[["neighbourhood", "audit_group", *shares]].astype(dict.fromkeys(shares, "float64"))


def published(settings: Settings, as_of: date) -> pd.DataFrame | None:
    """Give what `groups` gives; None where the municipality keeps no audit data or nothing was built.

    Raises
    ------
    StateError
        A build is not whole: else a model would be made without a look at for whom it is wrong, and nothing would say so.
    """
    if not current(settings.state).exists():
        return None
    try:
        return groups(open_store(settings), as_of)
    except PurposeError:
        return None


def of_rows(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.Series:
    """Give the audit group of each row, by its neighbourhood.

    Parameters
    ----------
    rows : pandas.DataFrame
        Holds ``neighbourhood``.
    groups : pandas.DataFrame
        As `groups` gives them.

    Returns
    -------
    pandas.Series of str
        On the index of the rows, never missing: `UNKNOWN` where nothing was published.

    Examples
    --------
    >>> published = pd.DataFrame({"neighbourhood": ["n1", "n2"], "audit_group": ["lower-income", "higher-income"]})
    >>> of_rows(pd.DataFrame({"neighbourhood": ["n2", "n9", None]}), published).tolist()
    ['higher-income', 'unknown', 'unknown']
    """
    named = groups.set_index("neighbourhood")["audit_group"]
    return rows["neighbourhood"].map(named).fillna(UNKNOWN).astype(str).rename("group")


def refuse_unknown(given: pd.DataFrame, named: tuple[str, ...], *, theme: str) -> None:
    """Refuse a theme that names a group of which no neighbourhood is: it would be reported on as if nobody were wronged in it.

    Parameters
    ----------
    given : pandas.DataFrame
        As `groups` gives it.
    named : tuple of str
        ``audit_groups`` of the theme.
    theme : str
        Its code.

    Raises
    ------
    SettingsError
        A named group is not in the audit data.
    """
    known = sorted(given["audit_group"].dropna().unique())
    if unknown := sorted(set(named) - set(known)):
        raise SettingsError(
            f"themes/{theme}.toml names the audit group {', '.join(unknown)}, of which no neighbourhood is",
            expected=f"groups of the audit data: {', '.join(known) or 'none was published before the day'}",
            remedy="correct audit_groups, or registers/neighbourhoods.sql",
        )
