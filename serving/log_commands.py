"""Commands over the score log: ``log verify``, ``log replay``, ``log checkpoint``, ``log purge``, ``log export``.

Heavy imports stand inside the command.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.commands import JsonOption, MunicipalityOption, console, print_json_of, progress_bar
from features.errors import InputError, StateError
from features.settings import load

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from features.settings import Settings
    from serving.score_log.checkpoints import Checkpoint

app = typer.Typer(help="The score log: verify, replay, sign, purge, export.", no_args_is_help=True)
MINUTE_S = 60
SHORTEST_REASON = 10


@app.command()
def verify(municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Walk the score log: every answer as it was written, none removed, as it was signed (exit code 13 where not)."""
    from serving import score_log
    from serving.clock import system_clock
    from serving.score_log import checkpoints

    settings = load(municipality)
    engine = log_of(settings)
    with progress_bar("walking the score log", quiet=as_json):
        found = score_log.verify(engine, signed=lambda: checkpoints.signed(settings))
        kept = checkpoints.read(settings)
    now = system_clock(settings).now()
    warnings = _warnings(settings, kept, now)
    if as_json:
        fault = found.fault and {"chain": found.fault.chain, "position": found.fault.position, "kind": found.fault.kind}
        told = {"lines": found.lines, "writers": found.writers, "purged": found.purged, "fault": fault}
        print_json_of(told | {"checkpoint": _newest(kept, now), "warnings": warnings})
    if found.fault is not None:
        raise found.fault.error()
    if not as_json:
        console.print(f"{found.lines} lines of {found.writers} writers, each as it was written; {found.purged} payloads purged.")
        for said in (*_signed(kept, now), *(f"Warning: {warning}" for warning in warnings)):
            console.print(said, markup=False)


@app.command()
def replay(
    score_id: Annotated[str, typer.Argument(help="scoreId of an answer.")], municipality: MunicipalityOption = None, as_json: JsonOption = False
) -> None:
    """Give a logged answer again and compare: bit-equal, within 1e-9, or what differs (exit code 13)."""
    from serving import replay as replaying

    settings = load(municipality)
    with progress_bar("replaying", quiet=as_json):
        found = replaying.replay(settings, log_of(settings), score_id)
    difference = found.difference if math.isfinite(found.difference) else None
    if as_json:
        told = {"difference": difference, "figures": list(found.figures), "differs": list(found.differs)}
        print_json_of({"score_id": score_id, "verdict": found.verdict, **told})
    then = "".join(f"; {name} is another than then" for name in found.differs)
    if not found.faithful:
        raise StateError(
            f"the answer replays to another answer: {', '.join(found.figures)} (by {difference}{then})",
            expected="the same bits, or 1e-9 under another lock or processor family",
            remedy="run 'schouw log verify', and replay under the requirements.lock of that day",
        )
    if not as_json:
        console.print(f"{found.verdict}{then}")


@app.command()
def checkpoint(
    after_restore: Annotated[
        str | None, typer.Option("--after-restore", help="Why the log is another than was signed before: it came back from a backup. Is signed too.")
    ] = None,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign where every chain of the score log ends, outside the database; a running service does so hourly by itself."""
    from serving.clock import system_clock
    from serving.score_log import checkpoints

    if after_restore is not None and len(after_restore.strip()) < SHORTEST_REASON:
        raise InputError(
            "--after-restore says hardly anything", expected=f"{SHORTEST_REASON} characters or more", remedy="say what was restored, and when"
        )
    settings = load(municipality)
    made = checkpoints.add(settings, log_of(settings), at=system_clock(settings).now(), restored=after_restore)
    told = {"position": made.position, "at": made.at.isoformat(), "chains": len(made.heads), "public_key": made.public_key}
    if as_json:
        print_json_of(told | {"file": str(checkpoints.path(settings))})
    else:
        console.print(f"Checkpoint {made.position}: {len(made.heads)} chains moved since the one before. {checkpoints.path(settings)}")
        console.print(f'Key of this service, for [score_log] of municipality.toml: public_keys = ["{made.public_key}"]', markup=False)


@app.command()
def purge(municipality: MunicipalityOption = None, as_json: JsonOption = False) -> None:
    """Take out what is past the retention of its theme (score_retention_days), each time with a line in the log that says so."""
    from features.themes import load_themes
    from serving import score_log
    from serving.clock import system_clock

    settings = load(municipality)
    retention = {code: theme.score_retention_days for code, theme in load_themes(settings).items()}
    engine = log_of(settings)
    with progress_bar("purging", quiet=as_json):
        gone = score_log.purge(engine, retention, now=system_clock(settings).now())
    if as_json:
        print_json_of({"purged": gone, "score_retention_days": retention})
    else:
        said = [f"{theme}: {n} payloads purged" for theme, n in gone.items()]
        console.print(*said or ("Nothing is past its retention.",), sep="\n", markup=False)


@app.command()
def export(
    address_id: Annotated[str, typer.Option("--address-id", help="Address id, as the register gives it.")],
    reference: Annotated[str, typer.Option("--reference", help="Number of the request; it is logged.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to make, for you alone; otherwise standard output.")] = None,
    municipality: MunicipalityOption = None,
) -> None:
    """Give all that is held about one address as JSON (GDPR art. 15); that it was given is logged."""
    from features.themes import load_themes
    from serving import held
    from serving.clock import system_clock

    settings = load(municipality)
    now, engine = system_clock(settings).now(), log_of(settings)
    if out is not None and out.exists():
        raise InputError(f"{out} is there already", expected="a new file", remedy="name another file")
    told = held.export(settings, engine, load_themes(settings), address_id=address_id, reference=reference, now=now)
    if out is None:
        print_json_of(told)
    else:
        _write(out, told)


def _write(out: Path, told: Mapping[str, Any]) -> None:
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=1, default=str, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StateError(f"{out} cannot be written: {error.strerror}", expected="a folder that you may write in", remedy="name another") from error


def _newest(kept: list[Checkpoint], now: datetime) -> dict[str, Any] | None:
    if not kept:
        return None
    newest = kept[-1]
    return {"position": newest.position, "at": newest.at.isoformat(), "age_s": round((now - newest.at).total_seconds())}


def _signed(kept: list[Checkpoint], now: datetime) -> list[str]:
    """Say how old the newest checkpoint is, and each restore that was signed."""
    said = [f"As signed {(now - kept[-1].at).total_seconds() / MINUTE_S:.0f} minutes ago, in checkpoint {kept[-1].position}."] if kept else []
    return said + [f"Restored before checkpoint {one.position} ({one.at:%Y-%m-%d %H:%M} UTC): {one.restored}" for one in kept if one.restored]


def _warnings(settings: Settings, kept: list[Checkpoint], now: datetime) -> list[str]:
    from serving.score_log.checkpoints import LATE_S

    found = []
    if not kept:
        found.append("no checkpoint was ever signed: a log rewritten to its end would verify. Run 'schouw log checkpoint'.")
    elif not -MINUTE_S <= (now - kept[-1].at).total_seconds() <= LATE_S:
        found.append("the newest checkpoint is not of the last hour: what was rewritten since would verify. See whether the service runs.")
    if not settings.score_log.public_keys:
        found.append("municipality.toml lists no public_keys under [score_log]: who can write in the state folder could sign anew.")
    return found


def log_of(settings: Settings) -> Engine:
    """Open the database that is there: no command of these makes one."""
    from sqlalchemy.engine import make_url

    from serving import database

    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or Path(url.database or "").is_file():
        engine = database.connect(settings.database_url)
        if database.has_tables(engine):
            return engine
    raise StateError("there is no score log", expected="the database of a service that ran", remedy="start with 'schouw serve', which makes it")
