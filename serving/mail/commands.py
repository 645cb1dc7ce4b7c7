"""Commands over reports by mail: ``ingest-mail``, ``mail-reports``, ``mail-report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from features.commands import JsonOption, MunicipalityOption, console, print_json_of, progress_bar
from features.errors import InputError, SettingsError
from features.settings import Settings, load, next_as_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from serving.mail.intake import Summary

app = typer.Typer()
PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}
NEXT = "Read one: schouw mail-report ID. Then say which address it is about: schouw mail-report ID --address-id ADDRESS, or --no-address."


@app.command()
def ingest_mail(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Maildir, mbox, .eml file or folder of these; otherwise the mailboxes of municipality.toml.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Look once more at mails that were set aside before.")] = False,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in reports by mail, each once; what cannot be read is set aside (exit code 12 where a mailbox or a mail could not be read)."""
    from serving.clock import system_clock
    from serving.mail.intake import Intake

    settings, engine = _opened(municipality)
    if not paths and not settings.mail.imap:
        raise SettingsError("no mail was named", expected="a path, or a mailbox under [[mail.imap]]", remedy="see docs/mail.md")
    with progress_bar("taking in mail", quiet=as_json) as step:
        summary = Intake(settings, engine, system_clock(settings).today(), again).run(paths or [], lambda said: step(escape(said)))
    if as_json:
        print_json_of(summary.as_json())
    else:
        _print(summary)
    if summary.unreadable:
        raise InputError(
            f"{len(summary.unreadable)} could not be read: {'; '.join(summary.unreadable[:5])}",
            expected="mail that can be read",
            remedy="mend what is wrong with these, and run again: what was taken is taken once",
        )


@app.command()
def mail_reports(
    set_aside: Annotated[bool, typer.Option("--set-aside", help="List the mails that were set aside, with the reason.")] = False,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the reports by mail of which a person has to choose the address."""
    from serving.mail import listing

    settings, engine = _opened(municipality)
    rows = listing.aside(engine) if set_aside else [vars(line) for line in listing.waiting(engine)]
    if as_json:
        print_json_of(rows)
        return
    for row in rows:
        (first, *told) = ((name, ", ".join(value) if isinstance(value, tuple) else value) for name, value in row.items())
        console.print(first[1], "  " + "; ".join(f"{name}: {value}" for name, value in told if value not in (None, "")), sep="\n", **PLAIN)
    if set_aside:
        where = f"Their bytes are in {settings.state / 'mail' / 'set-aside'}; open none of them with a mail program."
        console.print(where if rows else "No mail was set aside.", soft_wrap=True)
    else:
        console.print(NEXT if rows else "No report by mail waits for a person.", **PLAIN)


@app.command()
def mail_report(
    report_id: Annotated[str, typer.Argument(help="Id of the report, as mail-reports lists it.")],
    address_id: Annotated[str | None, typer.Option("--address-id", help="The address that it is about.")] = None,
    no_address: Annotated[bool, typer.Option("--no-address", help="It is about no address here.")] = False,
    sender: Annotated[bool, typer.Option("--sender", help="Show also who sent it.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget who sent it and what stands in it, for good.")] = False,
    municipality: MunicipalityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a report by mail, and note the address that a person chose."""
    from serving.mail import listing, placing

    settings, engine = _opened(municipality)
    if forget:
        _forget(settings, engine, report_id)
    if address_id is not None and no_address:
        raise InputError("both an address and none were given", expected="one of --address-id and --no-address", remedy="leave one out")
    if address_id is not None or no_address:
        today, known = _known(settings, address_id)
        placing.choose(engine, report_id, known, today=today)
    shown = listing.one(engine, report_id, sender=sender)
    if as_json:
        print_json_of(shown)
        return
    for name, value in shown.items():
        console.print(f"{name}: {value}", markup=False, highlight=False)


def _forget(settings: Settings, engine: Engine, report_id: str) -> None:
    from serving.mail import keeping
    from serving.mail.shelf import Shelf

    shelf = Shelf(settings.state / "mail")
    with shelf.alone():
        keeping.forget_one(engine, shelf, report_id)


def _known(settings: Settings, address_id: str | None) -> tuple[Any, str | None]:
    """Give the day, and the address if the register knows it."""
    from features.store import open_store
    from serving.addresses import AddressBook, Asked
    from serving.clock import system_clock

    today = system_clock(settings).today()
    if address_id is None:
        return today, None
    book = AddressBook(open_store(settings), settings.address_id_pattern)
    return today, book.find(Asked(address_id=address_id), as_of=next_as_of(today))


def _opened(municipality: Path | None) -> tuple[Settings, Engine]:
    from serving import database

    settings = load(municipality)
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    return settings, engine


def _print(summary: Summary) -> None:
    table = Table("", "mails", show_header=False)
    rows = {"taken": summary.taken, "taken before": summary.taken_before}
    rows |= {f"set aside: {reason}": number for reason, number in sorted(summary.set_aside.items())}
    rows |= {"set aside before": summary.set_aside_before, "linked to an address": summary.placed.get("linked", 0)}
    rows |= {f"waiting for a person: {outcome}": summary.placed.get(outcome, 0) for outcome in ("several", "doubtful", "none")}
    rows |= {"citizen numbers masked": summary.citizen_numbers}
    rows |= {"senders forgotten": summary.forgotten_senders, "texts forgotten": summary.forgotten_texts}
    for name, number in rows.items():
        table.add_row(name, f"{number}")
    console.print(table)
    if any(number for outcome, number in summary.placed.items() if outcome != "linked"):
        console.print("See what waits for a person: schouw mail-reports")
    if summary.not_looked_up:
        console.print("There is no build yet, so no address was looked up: run this again after 'schouw build'.")
