"""Many people at once: from threads, from processes, on both databases."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from clinic.errors import Refused
from clinic.setup import Setup
from server.bus import Bus
from server.commands import calling, checking_in
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.queries.replay import differences
from server.queries.snapshot import read_snapshot
from server.storage.database import Database, Taken
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests import make
from tests.server.conftest import Clock

CALLERS = 32
PATIENTS = 20


def prepare(database: Database, callers: int = CALLERS, patients: int = PATIENTS) -> None:
    """One queue that all rooms share, and people who wait in it."""
    with database.write() as connection:
        make.clinic_rows(connection, make.setup(rooms=callers, shared=True))
        make.patients(connection, patients)
    for patient in range(1, patients + 1):
        checking_in.check_in(database, Ask(1, "device:1"), CheckIn(patient_id=patient, service_id=1), origin=None)


def call_from(database: Database, room: int, start: threading.Barrier) -> str:
    start.wait()
    try:
        return str(calling.call_next(database, Ask(1, f"staff:{room}", f"call-next-{room}"), room)["ticket"])
    except Refused as refused:
        return refused.code


def everybody_calls(database: Database) -> Counter[str]:
    start = threading.Barrier(CALLERS)
    with ThreadPoolExecutor(CALLERS) as pool:
        return Counter(pool.map(lambda room: call_from(database, room, start), range(1, CALLERS + 1)))


def assert_each_called_once(answers: Counter[str]) -> None:
    refusals = answers.pop("nobody_waiting", 0)
    assert refusals == CALLERS - PATIENTS
    assert len(answers) == PATIENTS
    assert set(answers.values()) == {1}


def test_32_rooms_call_20_patients_at_once_from_threads(database: Database) -> None:
    """Twenty distinct calls, twelve clear refusals, no error; the journal agrees."""
    prepare(database)
    assert_each_called_once(everybody_calls(database))
    assert differences(database, 1) == []


class Unlocked(Database):
    """A copy of the database that takes a site without locking anything: it shows that the test above can fail."""

    @contextmanager
    def hold(self, site_id: int) -> Iterator[None]:
        yield

    @contextmanager
    def take(self, site_id: int) -> Iterator[Taken]:
        """The rev is raised in a transaction of its own, over before the command looks at the queue."""
        with Database.hold(self, site_id), Database.take(self, site_id) as taken:
            site = taken.site
        with self.engine.connect() as connection, connection.begin():
            yield Taken(connection, site, self.now())


def test_without_its_lock_the_same_command_calls_somebody_twice(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Without its lock the same command calls somebody twice."""
    url = str(request.getfixturevalue("postgres_url"))
    database = Unlocked(url, Vault.open(tmp_path), Bus(), Clock())
    migrate(database)
    locked = Database(url, database.vault, database.bus, database.now)
    prepare(locked)
    with pytest.raises(AssertionError):
        assert_each_called_once(everybody_calls(database))
    locked.close()
    database.close()


def test_50_kiosks_take_a_number_at_once(database: Database, furnish: Callable[..., Setup]) -> None:
    """Fifty distinct numbers without a hole."""
    furnish(patients=50)
    start = threading.Barrier(50)

    def arrive(patient: int) -> str:
        start.wait()
        arrival = CheckIn(patient_id=patient, service_id=1)
        return str(checking_in.check_in(database, Ask(1, f"device:{patient}"), arrival, origin=None)["ticket"])

    with ThreadPoolExecutor(50) as pool:
        tickets = list(pool.map(arrive, range(1, 51)))
    assert sorted(tickets) == [f"A{n:03d}" for n in range(1, 51)]


def test_the_same_key_ten_times_at_once_has_one_effect(database: Database) -> None:
    """One call, ten equal answers; a refusal is repeated as a refusal."""
    prepare(database, callers=2, patients=3)
    for room, expected in ((1, "A001"), (1, "room_calling")):
        start = threading.Barrier(10)

        def press(_: int, room: int = room, expected: str = expected, start: threading.Barrier = start) -> str:
            start.wait()
            try:
                return str(calling.call_next(database, Ask(1, "staff:1", f"one-key-{expected}"), room)["ticket"])
            except Refused as refused:
                return refused.code

        with ThreadPoolExecutor(10) as pool:
            assert set(pool.map(press, range(10))) == {expected}
    day = read_snapshot(database, 1).day
    assert sum(visit.calls for visit in day.visits.values()) == 1


PROCESS = """
import sys
from pathlib import Path
from clinic.errors import Refused
from server.bus import Bus
from server.commands import calling
from server.commands.command import Ask
from server.storage.database import Database
from server.storage.vault import Vault
from tests.server.conftest import Clock
import threading

url, folder, first = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
database = Database(url, Vault.open(folder), Bus(), Clock())
print("ready", flush=True)
sys.stdin.readline()
answers = []
def call(room):
    try:
        answers.append(calling.call_next(database, Ask(1, f"staff:{room}"), room)["ticket"])
    except Refused as refused:
        answers.append(refused.code)
threads = [threading.Thread(target=call, args=(room,)) for room in range(first, first + 16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(" ".join(answers), flush=True)
"""


def test_32_rooms_in_two_processes(database: Database, database_url: str, tmp_path: Path) -> None:
    """Two server processes on one database never call one patient twice."""
    prepare(database)
    arguments = [sys.executable, "-c", PROCESS, database_url, str(tmp_path)]
    processes = [
        subprocess.Popen([*arguments, str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for first in (1, 17)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    answers: list[str] = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        answers += out.split()
    assert_each_called_once(Counter(answers))
    assert differences(database, 1) == []
