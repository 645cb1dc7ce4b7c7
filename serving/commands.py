"""Commands over serving: ``serve``, ``openapi``, ``score``, ``record-outcome``, ``record-signal``; see `serving.log_commands` for ``log``.

Those of reports by mail stand in `serving.mail.commands`. Heavy imports stand inside the command.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from features.commands import JsonOption, MunicipalityOption, ThemeArgument, console, print_json_of, progress_bar
from features.errors import InputError, SettingsError
from features.settings import load, municipality_folder
from serving.log_commands import app as log_app
from serving.mail.commands import app as mail_app
from serving.stop_commands import app as stop_app

if TYPE_CHECKING:
    from serving.api.score_views import ScoreAnswer, ScoreView
    from serving.backend import Opened

app = typer.Typer()
app.add_typer(log_app, name="log")
app.add_typer(stop_app)
app.add_typer(mail_app)
SUM = "Rows add up to the total; with --json every indicator has its own."

AddressIdOption = Annotated[str | None, typer.Option("--address-id", help="Address id, as the register gives it.")]
PostcodeOption = Annotated[str | None, typer.Option("--postcode", help="Postcode, with --number.")]
NumberOption = Annotated[int | None, typer.Option("--number", help="House number.")]
LetterOption = Annotated[str | None, typer.Option("--letter", help="House letter.")]
AdditionOption = Annotated[str | None, typer.Option("--addition", help="House number addition.")]


@app.command()
def serve(
    municipality: MunicipalityOption = None,
    host: Annotated[str, typer.Option(help="IP address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 3000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Answer over HTTP until Ctrl-C: scores with reasons, and outcomes."""
    from serving.process import serve as run

    raise typer.Exit(run(load(municipality), host=host, port=port, workers=workers))


@app.command()
def openapi(
    municipality: MunicipalityOption = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; otherwise standard output.")] = None,
) -> None:
    """Give the OpenAPI document of the API, with the contact of the municipality where one is named."""
    from serving.api.application import NOBODY
    from serving.api.application import openapi as document

    try:
        folder = municipality_folder(municipality)
    except SettingsError:  # none is named: whom to ask is then not said
        folder = None
    text = json.dumps(document(load(folder).contact if folder else NOBODY), indent=1, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")


@app.command()
def score(
    theme: ThemeArgument,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Code of the theme's purpose.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Score every address of the day, into the table from which answers come.")] = False,
    address_id: AddressIdOption = None,
    postcode: PostcodeOption = None,
    number: NumberOption = None,
    letter: LetterOption = None,
    addition: AdditionOption = None,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "nl",
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score one address, with reasons; the answer is in the score log like any other. With --all every address of the day."""
    if everyone:
        _score_all(theme, municipality, as_json=as_json)
        return
    said = _scored(
        {"addressId": address_id, "postcode": postcode, "houseNumber": number, "houseLetter": letter, "houseNumberAddition": addition},
        theme, purpose, lang=lang, municipality=municipality, quiet=as_json,
    )  # fmt: skip
    if as_json:
        print_json_of(said.model_dump(mode="json", by_alias=True))
    else:
        _print(said)


def _scored(address: dict[str, Any], theme: str, purpose: str | None, *, lang: str, municipality: Path | None, quiet: bool) -> ScoreAnswer:
    from serving.access import command_line
    from serving.api.answer_view import view
    from serving.api.language import preferred
    from serving.api.scores import ScoreRequest

    request = _parsed(ScoreRequest, theme=theme, purpose=purpose, **address)
    opened = _opened(municipality, quiet=quiet)
    answer = opened.scorer.score(request.asked, request.question(command_line(opened.scorer.themes), opened))
    return view(answer, preferred(lang), synthetic=opened.settings.synthetic)


def _score_all(theme: str, municipality: Path | None, *, as_json: bool) -> None:
    from features.commands import today
    from serving.score_all import score_all

    settings = load(municipality)
    with progress_bar(f"scoring {theme}", quiet=as_json):
        told = score_all(settings, theme, today=today(settings))
    if as_json:
        print_json_of(told.model_dump(mode="json"))
    else:
        console.print(f"{told.addresses} addresses of {told.as_of} scored by {told.version}; answers of that day are looked up.")


@app.command()
def record_outcome(
    file: Annotated[Path, typer.Argument(help="JSON file as POST /v1/outcomes takes it; - reads standard input.")],
    municipality: MunicipalityOption = None,
    idempotency_key: Annotated[str | None, typer.Option("--idempotency-key", help="Key of this call; the same key again stores nothing.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Store what an inspection found, as POST /v1/outcomes does."""
    from serving.access import command_line
    from serving.api.outcomes import store
    from serving.outcome_content import OutcomeContent

    sent = _sent(OutcomeContent, file)
    opened = _opened(municipality, quiet=as_json)
    receipt = store(opened, sent, caller=command_line(opened.scorer.themes), idempotency_key=idempotency_key)
    if as_json:
        print_json_of(receipt.model_dump(mode="json", by_alias=True))
    else:
        console.print(f"Stored as version {receipt.version} of outcome {receipt.outcome_id}, received on {receipt.received_on}.")


@app.command()
def record_signal(
    file: Annotated[Path, typer.Argument(help="JSON file with one step of a signal; - reads standard input.")],
    municipality: MunicipalityOption = None,
    idempotency_key: Annotated[str | None, typer.Option("--idempotency-key", help="Key of this call; the same key again stores nothing.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Store what a handler made of a report: taken in, weighed, judged or withdrawn."""
    from serving.access import command_line
    from serving.signal_content import SignalContent
    from serving.signals import store

    sent = _sent(SignalContent, file)
    opened = _opened(municipality, quiet=as_json)
    receipt = store(opened, sent, caller=command_line(opened.scorer.themes), idempotency_key=idempotency_key)
    if as_json:
        print_json_of(receipt.model_dump(mode="json", by_alias=True))
    else:
        console.print(f"Stored as version {receipt.version} of signal {receipt.signal_id} ({receipt.step}), received on {receipt.received_on}.")


def _opened(municipality: Path | None, *, quiet: bool) -> Opened:
    from serving.backend import open_all
    from serving.clock import system_clock

    settings = load(municipality)
    with progress_bar("opening events and releases", quiet=quiet):
        return open_all(settings, system_clock(settings))


def _sent(kind: Any, file: Path) -> Any:
    """Read one message from a JSON file, or from standard input, as strictly as the API does."""
    from serving.api.guard import parse
    from serving.api.problems import Problem

    try:
        content = parse(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}", expected="a JSON file", remedy="name another file") from error
    except Problem as error:
        raise InputError(error.found, expected=error.expected, remedy=error.remedy) from error
    if not isinstance(content, dict):
        raise InputError(f"{file} holds no JSON object", expected="one message", remedy="see docs/api.md for an example")
    return _parsed(kind, **content)


def _parsed(kind: Any, /, **fields: Any) -> Any:
    """Check what was given as the API would, and say which field does not fit."""
    from pydantic import ValidationError

    try:
        return kind(**{name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'request'}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
        raise InputError(f"what was given does not fit: {faults}", expected="fields as docs/api.md lists them", remedy="correct them") from error


def _print(said: ScoreAnswer) -> None:
    if (override := said.model.override) is not None:
        console.print(f"Its model did not pass: {', '.join(override.gates)}. Used until {override.until_on} by {override.overridden_by}, because:")
        console.print(override.reason, markup=False)
    if said.not_scorable is not None:
        console.print(said.not_scorable.reason, *(f"- {fact.sentence}" for fact in said.not_scorable.outside), sep="\n")
    if said.result is None:
        return
    result = said.result
    console.print(f"[bold]{result.score:.3f}[/bold]  ({said.theme}, {said.as_of}, model {said.model.version}, score id {said.score_id})")
    console.print(result.meaning)
    sentences = (said.model.sentence, result.population.sentence, result.band.sentence if result.band else "")
    console.print(*(f"{told}." for told in sentences if told))
    table = Table("", Column("log-odds", justify="right"), caption=SUM, caption_justify="left")
    for text, log_odds in _rows(result):
        table.add_row(text, log_odds)
    console.print(table)
    if result.missing:
        names = {name for m in result.missing for name in m.indicators}
        console.print(f"{len(names)} missing:", *(f"- {m.sentence}" for m in result.missing), sep="\n")
    console.print(said.not_for)
    if said.note:
        console.print(said.note)


def _rows(result: ScoreView) -> Iterator[tuple[str, str]]:
    """Give the rows that add up to the log-odds as printed: the rest takes what rounding to three digits leaves."""
    left = round(result.log_odds, 3) - round(result.base_value, 3)
    yield "base value", f"{result.base_value:.3f}"
    for mark, reasons in (("+", result.raising), ("-", result.lowering)):
        for reason in reasons:
            left -= round(reason.contribution, 3)
            yield f"{mark} {reason.sentence}", f"{reason.contribution:+.3f}"
    yield "other indicators", f"{round(left, 3) + 0.0:+.3f}"
    yield "total: the log-odds of the score", f"{result.log_odds:.3f}"
