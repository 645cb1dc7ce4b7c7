"""The command line of Schouw: one Typer app per package, mounted flat.

Importing this module is cheap: what is heavy is imported inside the command that needs it. Nothing may import it.
Exit codes: 0 done, 2 a wrong option, 130 Ctrl-C, all others in features/errors.py.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import typer

from features.errors import SchouwError

PACKAGES = ("features", "training", "serving", "monitoring", "experiments")
"""The packages in the order in which help lists their commands: the order of the flow."""

NO_TELEMETRY = {"MLFLOW_DISABLE_TELEMETRY": "true", "BENTOML_DO_NOT_TRACK": "True", "DO_NOT_TRACK": "true"}
"""Switches of MLflow, BentoML and Evidently. They are read on import, and by every process that we start."""

INTERRUPTED = 130
"""Exit code of a program that was stopped with Ctrl-C: 128 + SIGINT."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows ``schouw``; otherwise what the shell handed over.

    Raises
    ------
    SystemExit
        Always; the code says what kind of error it was.
    """
    os.environ.update(NO_TELEMETRY)
    try:
        build()(args=arguments, prog_name="schouw")
    except SchouwError as error:
        typer.echo(f"schouw: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def build() -> typer.Typer:
    """Give the app with every package's commands."""
    app = typer.Typer(
        name="schouw",
        help="Which addresses are worth a look, why, how sure that is, and for whom it may be wrong. A person decides.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for package in PACKAGES:
        app.add_typer(importlib.import_module(f"{package}.commands").app)
    return app


if __name__ == "__main__":
    main()
