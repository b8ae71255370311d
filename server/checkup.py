"""Looks an installation over; every finding names its cure."""

import shutil
import socket
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server.queries.replay import differences
from server.settings import Settings
from server.spool import VIRTUAL
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import OldSchema, require_current
from server.storage.vault import WrongKey

LEAST_FREE = 1_000_000_000
"""Bytes: below a gigabyte a full disk is days away on a busy clinic's machine."""
CLOCK_TOLERANCE = timedelta(minutes=5)


def check_up(database: Database, settings: Settings) -> list[str]:
    """What is wrong, one line each; [] when nothing is."""
    try:
        require_current(database)
    except (OldSchema, WrongKey) as unfit:
        return [str(unfit)]
    except SQLAlchemyError as error:
        return [f"The database cannot be read ({type(error).__name__}): correct NEXTCHAIR_DATABASE_URL or start it."]
    return [*_journal(database), *_clock(database), *_printers(database), *_disk(settings)]


def _journal(database: Database) -> list[str]:
    with database.read() as connection:
        sites = [row.id for row in connection.execute(select(t.site.c.id))]
    found = [(site_id, what) for site_id in sites for what in differences(database, site_id)]
    return [
        f"Journal and tables of site {site_id} disagree: {what}. Restore a backup, or ask for help."
        for site_id, what in found
    ]


def _clock(database: Database) -> list[str]:
    """Facts never go back in time, so a clock that was set back gives every new fact the hour of the last one."""
    now = database.now()
    with database.read() as connection:
        ahead = connection.execute(select(t.site.c.code).where(t.site.c.last_at > now + CLOCK_TOLERANCE)).scalars()
        return [
            f"The clock stands behind what site {code} did last: set it right and let the network keep it (NTP)."
            for code in ahead
        ]


def _printers(database: Database) -> list[str]:
    with database.read() as connection:
        printers = connection.execute(select(t.printer)).all()
    return [
        f"Printer {row.name} does not answer at {row.address}: switch it on, check its cable and its address."
        for row in printers
        if row.address != VIRTUAL and not _answers(row.address)
    ]


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "tcp":
        return True
    try:
        socket.create_connection((parts.hostname or "", parts.port or 9100), timeout=2).close()
    except OSError:
        return False
    return True


def _disk(settings: Settings) -> list[str]:
    free = shutil.disk_usage(settings.data).free
    return (
        [f"Only {free // 1_000_000} MB are free on the disk of {settings.data}: make room."]
        if free < LEAST_FREE
        else []
    )
