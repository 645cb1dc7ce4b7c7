"""LightGBM without scikit-learn, which it would import wherever it is installed: a second and 60 MB per worker, for nothing.

Importing this module first is enough. A process that has LightGBM already keeps it as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNWANTED = "sklearn"


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let a package look absent for a moment; one that is imported already stays."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # None is how Python itself marks a module as absent
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden(UNWANTED):
    from training import model  # noqa: F401 - imported for its effect: it brings LightGBM, which from here on is there, and lean
