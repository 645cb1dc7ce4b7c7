"""What people declare in a TOML file: read whole, with no key ignored, and an error that names what does not fit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from features.errors import SettingsError


class Frozen(BaseModel):
    """A value read from a file: no field is ignored, none can change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    SettingsError
        The file is absent or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is not there", expected="a TOML file", remedy="name another folder or write the file") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", expected="a TOML file", remedy="write the file in its place") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", expected="TOML in UTF-8", remedy="mend that line") from error


def settings_error(path: Path, error: ValidationError | TypeError) -> SettingsError:
    """Turn what pydantic says into one of our errors, naming each wrong key and never its value."""
    wrong = str(error)
    if isinstance(error, ValidationError):
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'the file'}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
    return SettingsError(f"{path} does not fit: {wrong}", expected="the keys that docs/settings.md lists", remedy="mend those keys")
