"""In what a model was made: the packages as they were installed, Python, and the kind of machine; no path, no name of a machine."""

from __future__ import annotations

import importlib.metadata
import platform

from features.declared import Frozen
from features.manifest import git_commit, lock_hash


class Environment(Frozen):
    """What must be the same for the same bits.

    Attributes
    ----------
    python : str
        Version, such as ``3.11.9``.
    system, processor : str
        Such as ``Linux`` and ``x86_64``.
    lock_hash : str, optional
        SHA-256 of requirements.lock; None where it is not beside the code.
    git_commit : str, optional
        Of the code, with ``+`` where files were changed since; None without a git checkout.
    packages : dict
        Version by name, of every package that Python finds.
    """

    python: str
    system: str
    processor: str
    lock_hash: str | None
    git_commit: str | None
    packages: dict[str, str]


def environment() -> Environment:
    """Look at what this process runs in."""
    found = {dist.metadata["Name"].lower(): dist.version for dist in importlib.metadata.distributions()}
    return Environment(
        python=platform.python_version(),
        system=platform.system(),
        processor=platform.machine(),
        lock_hash=lock_hash(),
        git_commit=git_commit(),
        packages=dict(sorted(found.items())),
    )
