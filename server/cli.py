"""The `nextchair` command."""

import errno
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from clinic.errors import Refused
from clinic.roles import Role
from clinic.setup import Name
from display.screens import SCREENS
from locales import LANGUAGES, words
from printers.drivers import open_driver
from printers.drivers.base import PrinterError, Result
from printers.escpos import process_id, render
from printers.papers.samples import SAMPLES
from printers.preview import preview as draw
from printers.profiles import PROFILES
from server import app as application
from server.api.house import House, local_address
from server.checkup import check_up
from server.commands import importing, pairing
from server.commands.command import Ask
from server.commands.pairing import Assignment
from server.demo import Demo, NotADemo, open_demo
from server.devices import Kind, link
from server.settings import Settings
from server.staff import people
from server.staff.passwords import new_password
from server.storage import tables as t
from server.storage.database import Busy, Database
from server.storage.migrate import OldSchema, migrate, require_current
from server.storage.vault import WrongKey

BOARDS = tuple(kind for kind in SCREENS if kind != "phone")


class Guarded(TyperGroup):
    """Says in a sentence what keeps a command from working; a traceback is for bugs alone."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (
            Refused,
            OldSchema,
            WrongKey,
            NotADemo,
            Busy,
            OperationalError,
            ValidationError,
            yaml.YAMLError,
            OSError,
        ) as error:
            told = _worded(error)
            if told is None:
                raise
            typer.echo(told, err=True)
            raise typer.Exit(1) from error


main = typer.Typer(
    name="nextchair",
    cls=Guarded,
    help="Self check-in, call screens and tickets for dental clinics. Settings: NEXTCHAIR_* (docs/settings.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="Staff accounts: add, list, new password, PIN, deactivate.", no_args_is_help=True)
main.add_typer(user, name="user")

Host = Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 lets phones and TVs of the network in.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)]
SiteCode = Annotated[str, typer.Option("--site", help="Code of the site.")]


@main.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Serve the clinic: pages, live pictures, printers and the clock, until stopped."""
    settings = _settings(host, port)
    application.serve(settings, lambda house: typer.echo(f"Nextchair: {house.local_address}"))


@main.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve a demo clinic whose day is already alive, and print the address of every screen."""
    settings = _settings(host, port)
    application.serve(settings, lambda house: _tell(house, open_demo(house)))


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this release's schema; nothing is changed when a step fails."""
    with application.opened(Settings()) as database:
        migrate(database)
    typer.echo("The database is at this release's schema.")


@user.command("add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option(help="Name in Chinese.")],
    role: Annotated[list[Role], typer.Option(help="Role; may be given more than once.")],
    name_en: Annotated[str, typer.Option(help="Name in English.")] = "",
    room: Annotated[str | None, typer.Option(help="Code of the room somebody works in.")] = None,
    site: SiteCode = "main",
) -> None:
    """Add somebody of the staff. Reads the password from standard input; at a terminal one is made and shown once."""
    password = _secret(new_password)
    with _current() as database:
        people.create_staff(
            database,
            site_id=_site(database, site),
            login=login,
            password=password,
            name=Name(name, name_en),
            roles=role,
            room=room,
        )
    typer.echo(f"{login}: {password}" if sys.stdin.isatty() else f"{login} may sign in.")


@user.command("list")
def user_list() -> None:
    """List everybody: login, roles, whether active."""
    with _current() as database, database.read() as connection:
        for row in connection.execute(select(t.staff).order_by(t.staff.c.login)):
            typer.echo(f"{row.login}\t{','.join(row.roles)}\t{'active' if row.active else 'inactive'}")


@user.command("password")
def user_password(login: str) -> None:
    """Give somebody a new password, read from standard input; at a terminal one is made and shown once."""
    password = _secret(new_password)
    with _current() as database:
        people.set_password(database, login, password)
    typer.echo(f"{login}: {password}" if sys.stdin.isatty() else f"{login} has a new password.")


@user.command("pin")
def user_pin(login: str) -> None:
    """Give somebody a new PIN of digits, read from standard input; at a terminal one is made and shown once."""
    pin = _secret(_new_pin)
    with _current() as database:
        people.set_pin(database, _staff(database, login), pin)
    typer.echo(f"{login}: {pin}" if sys.stdin.isatty() else f"{login} has a new PIN.")


@user.command("deactivate")
def user_deactivate(login: str) -> None:
    """Let somebody in no more; their sign-ins end at once."""
    with _current() as database:
        people.deactivate(database, login)
    typer.echo(f"{login} can no longer sign in.")


@main.command()
def pair(
    kind: Kind,
    name: Annotated[str, typer.Option(help="What reception calls the device.")],
    screen: Annotated[str, typer.Option(help=f"What a screen shows: {', '.join(BOARDS)}.")] = BOARDS[0],
    language: Annotated[str, typer.Option(help=f"Its first language: {', '.join(LANGUAGES)}.")] = LANGUAGES[0],
    site: SiteCode = "main",
) -> None:
    """Pair a terminal or screen ahead: prints a link; the first browser to follow it within 24 hours is the device."""
    settings = Settings()
    with _current() as database:
        ask = Ask(_site(database, site), "cli")
        assignment = Assignment(name=name, screen=screen if kind is Kind.SCREEN else None, language=language)
        _, secret = pairing.prepare(database, ask, kind, assignment, screens=BOARDS)
    typer.echo(link(local_address(settings), kind, secret))


@main.command("import")
def import_command(
    files: list[Path],
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Move the bookings to this day.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="YAML file that says which CSV column is what.")] = None,
    encoding: Annotated[str, typer.Option(help="Of CSV files: auto, utf-8 or gbk.")] = "auto",
    source: Annotated[str, typer.Option(help="Name of the system the files come from.")] = "import",
    site: SiteCode = "main",
) -> None:
    """Import appointments and patients from HL7 FHIR R4 JSON or CSV (docs/import.md); bad rows are listed."""
    options = importing.Options(
        dry_run=dry_run,
        on=on.date() if on else None,
        mapping=yaml.safe_load(mapping.read_text(encoding="utf-8")) if mapping else None,
        encoding=encoding,
        source=source,
    )
    read = [(file.name, file.read_bytes()) for file in files]
    with _current() as database:
        ask = Ask(_site(database, site), "cli")
        report = importing.import_files(database, ask, read, options)
    for line in report.lines(words("en")):
        typer.echo(line)
    raise typer.Exit(1 if report.refused else 0)


@main.command("print-test")
def print_test(
    address: str,
    document: Annotated[str, typer.Option(help=f"What to print: {', '.join(SAMPLES)}.")] = "ticket",
    paper: Annotated[int, typer.Option(help="Width of the roll in mm: 58 or 80.")] = 80,
    preview: Annotated[Path | None, typer.Option(help="Also write a picture of the sheet to this PNG file.")] = None,
) -> None:
    """Print a sample on a printer such as tcp://192.168.1.50:9100, and say what the printer answered."""
    settings = Settings()
    if document not in SAMPLES or paper not in (58, 80):
        raise typer.BadParameter(f"documents: {', '.join(SAMPLES)}; papers: 58, 80")
    profile = PROFILES[f"generic-{paper}"]
    font = application.paths(settings).font
    job = process_id(int(datetime.now().astimezone().timestamp()))
    data = render(SAMPLES[document](datetime.now().astimezone()), profile, job_id=job, font=font)
    if preview is not None:
        preview.write_bytes(draw(data, profile, font))
    try:
        outcome = open_driver(address).send(data, job, 10)
    except PrinterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    grade = f", proof {outcome.grade}" if outcome.grade else ""
    typer.echo(f"{outcome.result}{grade}{f' ({outcome.reason})' if outcome.reason else ''}: {len(data)} bytes")
    raise typer.Exit(0 if outcome.result is Result.PRINTED else 1)


@main.command()
def check() -> None:
    """Look over schema, key, journal, clock, printers and disk. Findings name their cure; exit code 1 when any."""
    settings = Settings()
    database = application.open_database(settings)
    findings = check_up(database, settings)
    database.close()
    for finding in findings:
        typer.echo(finding)
    typer.echo("Nothing found." if not findings else f"{len(findings)} found.")
    raise typer.Exit(1 if findings else 0)


@main.command()
def openapi() -> None:
    """Print the HTTP interface as OpenAPI 3.1 JSON."""
    typer.echo(json.dumps(application.specification(), ensure_ascii=False, indent=1))


def _settings(host: str | None, port: int | None) -> Settings:
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return Settings(**given)  # type: ignore[arg-type]


@contextmanager
def _current() -> Iterator[Database]:
    """The database for one command. Raises OldSchema where it is not at this release's schema."""
    with application.opened(Settings()) as database:
        require_current(database)
        yield database


def _site(database: Database, code: str) -> int:
    with database.read() as connection:
        site_id = connection.execute(select(t.site.c.id).where(t.site.c.code == code)).scalar()
    if site_id is None:
        typer.echo("There is no site of this code. `nextchair demo` makes one called main.", err=True)
        raise typer.Exit(1)
    return int(site_id)


def _staff(database: Database, login: str) -> int:
    with database.read() as connection:
        found = connection.execute(select(t.staff.c.id).where(t.staff.c.login == people.plain_login(login))).scalar()
    if found is None:
        raise Refused("login_unknown", unfit=True)
    return int(found)


def _secret(make: Callable[[], str]) -> str:
    """What a script gives on standard input; somebody at a terminal gets a new one, which no shell remembers."""
    return make() if sys.stdin.isatty() else sys.stdin.readline().strip()


def _new_pin() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def _worded(error: Exception) -> str | None:
    """The sentence for what the installation itself can cure; None for a bug."""
    match error:
        case Refused():
            said, key = words("en"), f"refused.{error.code}"
            return said.text(key, **error.facts) if said.has(key) or "n" in error.facts else error.code
        case OldSchema() | WrongKey() | NotADemo():
            return str(error)
        case Busy():
            return "The database is busy: another program has been writing for seconds. Try again."
        case OperationalError():
            why = str(error.orig).partition("\n")[0]
            return f"The database cannot be used ({why}): start it, make room, or correct NEXTCHAIR_DATABASE_URL."
        case ValidationError() if error.title == Settings.__name__:
            return "\n".join(f"NEXTCHAIR_{str(each['loc'][0]).upper()}: {each['msg']}." for each in error.errors())
        case yaml.YAMLError():
            return "The mapping is not YAML: compare it with the example in docs/import.md."
        case OSError() if error.filename:
            return f"{error.filename}: {error.strerror}. Correct the path, or who may read and write there."
        case OSError() if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            return f"Cannot listen: {error.strerror}. Choose another address with --host or another port with --port."
    return None


def _tell(house: House, opened: Demo) -> None:
    """What to open, who may sign in, and whom to check in."""
    base = house.local_address
    lines = ["", f"Nextchair demo 白榆口腔 · {base}", ""]
    lines += [f"  {name:<8}\t{link}" for name, link in opened.links]
    lines += [f"  工作台   \t{base}/reception", "", "  Sign in at the console (login, password, PIN):"]
    lines += [
        f"    {account.login:<6} {account.password:<16} {account.pin}  {account.name.zh} {', '.join(account.roles)}"
        for account in opened.accounts
    ]
    lines += ["", "  Booked patients to check in (type one of these at the terminal, then Enter):"]
    lines += [
        f"    {each.at}  {each.code}   or ID {each.document}   or {each.phone} + {each.born}"
        for each in opened.tries[:4]
    ]
    lines += [
        "",
        "  Tickets come out of the virtual printer: console → 小票 (printed sheets).",
        f"  The phone page: the QR code on a ticket, on screen or paper, leads to {house.origin}/t/…",
    ]
    if house.settings.host == "127.0.0.1":
        lines.append('  Phones and TVs of your network get in with:  make run ARGS="--host 0.0.0.0"')
    lines += [
        "  One browser can be one TV at a time: open the second TV link in another browser or a private window.",
        "",
    ]
    typer.echo("\n".join(lines))
