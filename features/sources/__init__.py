"""Sources: one file per register, found by import. A new file is a new source; nothing else is edited."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from features.sources.contract import FIXED, Column, Source

__all__ = ["FIXED", "Column", "Source", "all_sources"]


@cache
def all_sources() -> dict[str, Source]:
    """Give every source by name, in alphabetical order."""
    found: dict[str, Source] = {}
    for module in pkgutil.iter_modules(__path__):
        source = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SOURCE", None)
        if isinstance(source, Source):
            found[source.name] = source
    return dict(sorted(found.items()))
