"""The hundred columns by the matrix builder: what is compared with its peers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.matrix import Builder
from features.matrix_file import GROUP_ROWS
from features.store import Store
from features.themes import Theme


def ours(store: Store, theme: Theme, names: tuple[str, ...], frame: pd.DataFrame, target: Path) -> None:
    """Write the named indicators of each row of the frame, sorted by ``as_of`` and ``address_id``.

    Parameters
    ----------
    store : features.store.Store
    theme : features.themes.Theme
    names : tuple of str
        Indicators, in this order.
    frame : pandas.DataFrame
        ``address_id`` (str) and ``as_of`` (date).
    target : Path
        Parquet file to write.
    """
    store.write_blocks(Builder(store, theme, names=names).blocks(frame), target, group_rows=GROUP_ROWS)
