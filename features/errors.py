"""The errors of Schouw, in one tree, each kind with its own exit code.

::

    SchouwError                1   anything of ours
    +-- SettingsError          3   municipality.toml, a theme or the environment
    +-- SourceError            4   a register: missing, unreadable, too many rejects
    |   +-- StaleSourceError   4   a source that a theme cannot do without was silent for too long
    +-- CatalogueError         5   an indicator or source that may not exist
    +-- PurposeError           6   a source, theme or caller outside its purpose
    +-- CohortError            7   no address or no inspection to work on
    +-- TrainingError          8   labels, folds or a matrix that cannot be learned from
    +-- ApprovalError          9   a release that nobody, or the wrong person, approved
    +-- ReleaseError          10   a release folder that is incomplete or was changed
    +-- NotFoundError         11   an address, theme or model that we do not know
    +-- InputError            12   a value that a person or a program handed us
    +-- StateError            13   the database, a lock, a full disk
    |   +-- TakenError        17   another process has the turn: wait, and repeat the command
    +-- StudyError            14   an experiment that cannot be run as declared
    +-- ProtectedInputError   15   a citizen number, names or birth dates where they may not come

Exit code 2 is left to the command line itself (a wrong option), 130 to Ctrl-C.
Every text says what was found, what was expected and what to do; never a person, an address or a row.
"""

from __future__ import annotations

from typing import ClassVar


class SchouwError(Exception):
    """Anything that Schouw itself refuses.

    Parameters
    ----------
    found : str
        What was found, with the value where it is not personal data.
    expected : str
        What would have been right.
    remedy : str
        What the reader can do now.

    Examples
    --------
    >>> print(SourceError("register 'reports' is missing", expected="a file at var/raw/reports.csv", remedy="run 'schouw town'"))
    register 'reports' is missing. Expected: a file at var/raw/reports.csv. Do: run 'schouw town'.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, found: str, *, expected: str, remedy: str) -> None:
        self.found = found.rstrip(".")
        self.expected = expected.rstrip(".")
        self.remedy = remedy.rstrip(".")
        super().__init__(f"{self.found}. Expected: {self.expected}. Do: {self.remedy}.")


class SettingsError(SchouwError):
    """A setting, a theme file or an environment variable is absent or wrong."""

    exit_code = 3


class SourceError(SchouwError):
    """A register is missing, unreadable or breaks its contract too often."""

    exit_code = 4


class StaleSourceError(SourceError):
    """A source that a theme cannot do without was silent for too long."""

    exit_code = 16


class CatalogueError(SchouwError):
    """An indicator or a source may not be registered."""

    exit_code = 5


class PurposeError(SchouwError):
    """A source, theme or caller lies outside the purpose."""

    exit_code = 6


class CohortError(SchouwError):
    """There is no address, or no inspection, to work on."""

    exit_code = 7


class TrainingError(SchouwError):
    """A matrix or its labels cannot be learned from."""

    exit_code = 8


class ApprovalError(SchouwError):
    """A release was approved by nobody, or by someone who may not."""

    exit_code = 9


class ReleaseError(SchouwError):
    """A release folder is incomplete, or was changed after approval."""

    exit_code = 10


class NotFoundError(SchouwError):
    """An address, theme or model that this municipality does not know."""

    exit_code = 11


class InputError(SchouwError):
    """A value that a person or a program handed us cannot be used."""

    exit_code = 12


class StateError(SchouwError):
    """The database, a lock or the disk refuses."""

    exit_code = 13


class TakenError(StateError):
    """Another process is doing what only one at a time may do."""

    exit_code = 17


class StudyError(SchouwError):
    """An experiment cannot be run as declared."""

    exit_code = 14


class ProtectedInputError(SchouwError):
    """A column that is handed to us holds citizen numbers, names or birth dates."""

    exit_code = 15
