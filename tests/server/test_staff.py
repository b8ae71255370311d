"""People, sign-in and desks, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic.errors import Refused
from clinic.roles import Role
from clinic.setup import Name, Setup
from server.staff import desks, passwords, people
from server.staff.desks import Desk, SignedOut
from server.storage import tables as t
from server.storage.attempts import TooMany
from server.storage.database import Database
from tests.server.conftest import Clock

IDLE = timedelta(minutes=5)
HERE = "10.0.0.7"


@pytest.fixture(autouse=True)
def clinic(furnish: Callable[..., Setup]) -> Setup:
    """A clinic to work in."""
    return furnish()


def hire(database: Database, login: str = "wang", **changes: Any) -> int:
    """Somebody with the password `password-<login>`, and the PIN 2468 unless told otherwise."""
    values = {"site_id": 1, "password": f"password-{login}", "name": Name("王护士", "Nurse Wang"), "pin": "2468"}
    return people.create_staff(database, login=login, **{"roles": [Role.RECEPTION], **values, **changes})


def sign_in(database: Database, login: str = "wang", token: str | None = None) -> str:
    return desks.sign_in(database, login, f"password-{login}", address=HERE, token=token)


def desk(database: Database, token: str) -> Desk:
    return desks.read_desk(database, token, IDLE)


def test_sign_in_opens_a_desk(database: Database) -> None:
    """Login and password give a token whose desk knows the person, their roles and their room."""
    id_ = hire(database, roles=[Role.DENTIST, Role.MANAGER], room="2")
    found = desk(database, sign_in(database))
    assert (found.person.id, found.person.room_id, found.site_id) == (id_, 2, 1)
    assert found.person.roles == {Role.DENTIST, Role.MANAGER}
    assert found.members == (found.person,)
    assert not found.locked


def test_login_ignores_capitals_and_blanks_around(database: Database) -> None:
    """A tablet's keyboard begins with a capital and ends with a blank."""
    hire(database, "wang")
    assert desk(database, desks.sign_in(database, " Wang ", "password-wang", address=HERE)).person.login == "wang"


def test_nothing_secret_is_stored_as_it_is(database: Database) -> None:
    """Neither password, PIN nor desk token can be read in the tables."""
    hire(database)
    token = sign_in(database)
    with database.read() as connection:
        stored = repr([connection.execute(select(table)).all() for table in (t.staff, t.desk, t.attempt)])
    assert "$argon2id$" in stored
    assert [secret for secret in ("password-wang", "2468", token) if f"'{secret}'" in stored] == []


@pytest.mark.parametrize("case", ["unknown", "wrong", "left"])
def test_wrong_sign_ins_are_answered_alike(database: Database, case: str) -> None:
    """Whether a login exists cannot be learnt from the answer, nor from anything in it."""
    hire(database)
    if case == "left":
        people.deactivate(database, "wang")
    tries = {"unknown": ("nobody", "password-wang"), "wrong": ("wang", "x" * 12), "left": ("wang", "password-wang")}
    login, password = tries[case]
    with pytest.raises(Refused) as refused:
        desks.sign_in(database, login, password, address=HERE)
    assert (refused.value.code, dict(refused.value.facts), refused.value.unfit) == ("sign_in_wrong", {}, True)


def test_unknown_logins_are_hashed_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown login costs the same argon2 work as a known one."""
    hire(database)
    verified: list[str] = []
    verify = passwords._verify

    def watched(hashed: str, secret: str) -> bool:
        verified.append(hashed[:31])
        return verify(hashed, secret)

    monkeypatch.setattr(passwords, "_verify", watched)
    for login in ("wang", "nobody"):
        with pytest.raises(Refused):
            desks.sign_in(database, login, "not-the-password", address=HERE)
    assert len(verified) == 2
    assert verified[0] == verified[1]


def test_a_login_can_be_tried_ten_times(database: Database, clock: Clock) -> None:
    """The eleventh try within ten minutes is not compared, not even the right one; later it is."""
    hire(database)
    for _ in range(10):
        with pytest.raises(Refused):
            desks.sign_in(database, "wang", "not-the-password", address=HERE)
    with pytest.raises(TooMany) as refused:
        sign_in(database)
    assert 0 < refused.value.seconds <= 600
    clock.now += timedelta(minutes=10)
    assert desk(database, sign_in(database)).person.login == "wang"


def test_an_address_can_try_thirty_logins(database: Database) -> None:
    """Whoever tries one password on many logins is stopped too; another address is not."""
    hire(database)
    for number in range(30):
        with pytest.raises(Refused):
            desks.sign_in(database, f"login{number}", "password-wang", address=HERE)
    with pytest.raises(TooMany):
        sign_in(database)
    assert desks.sign_in(database, "wang", "password-wang", address="10.0.0.8")


def test_right_sign_ins_never_use_up_the_limit(database: Database) -> None:
    """A whole clinic behind one address signs in all morning."""
    hire(database)
    for _ in range(31):
        sign_in(database)


def test_tries_at_once_are_counted_each(database: Database) -> None:
    """Twenty guesses in the same moment: ten are compared, ten are not."""
    hire(database)

    def guess(_: int) -> str:
        try:
            desks.sign_in(database, "wang", "not-the-password", address=HERE)
        except (Refused, TooMany) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(20)))
    assert (outcomes.count("Refused"), outcomes.count("TooMany")) == (10, 10)


def test_colleagues_share_a_desk(database: Database) -> None:
    """After one password each, everybody of the desk takes over by PIN."""
    wang, li = hire(database, "wang"), hire(database, "li", pin="1357", roles=[Role.DENTIST])
    token = sign_in(database)
    assert sign_in(database, "li", token) == token
    assert desk(database, token).person.id == li
    assert {person.id for person in desk(database, token).members} == {wang, li}
    desks.switch(database, desk(database, token), wang, "2468")
    assert desk(database, token).person.id == wang
    desks.switch(database, desk(database, token), li, "1357")
    assert desk(database, token).person.roles == {Role.DENTIST}


def test_a_colleague_must_have_signed_in_here(database: Database) -> None:
    """A PIN opens nothing at a desk where its owner never gave the password."""
    hire(database, "wang")
    li = hire(database, "li")
    with pytest.raises(Refused, match="pin_missing"):
        desks.switch(database, desk(database, sign_in(database)), li, "2468")


def test_without_a_pin_the_password_helps(database: Database) -> None:
    """Somebody without a PIN cannot be switched to, signs in at the desk, and can choose one there."""
    id_ = hire(database, pin=None)
    token = sign_in(database)
    assert not desk(database, token).person.has_pin
    with pytest.raises(Refused, match="pin_missing"):
        desks.switch(database, desk(database, token), id_, "2468")
    with pytest.raises(Refused, match="password_wrong"):
        desks.change_pin(database, desk(database, token), "not-the-password", "97531")
    desks.change_pin(database, desk(database, token), "password-wang", "97531")
    desks.switch(database, desk(database, token), id_, "97531")
    assert desk(database, token).person.has_pin


def test_a_desk_of_another_site_is_not_joined(database: Database) -> None:
    """Whoever belongs to another site opens a desk of their own there."""
    hire(database, "wang")
    with database.write() as connection:
        site = {**connection.execute(select(t.site)).mappings().one(), "id": 2, "code": "second"}
        connection.execute(t.site.insert().values(site))
    hire(database, "zhao", site_id=2)
    token = sign_in(database)
    other = sign_in(database, "zhao", token)
    assert other != token
    assert desk(database, other).site_id == 2
    assert len(desk(database, token).members) == 1


def test_lock_and_unlock(database: Database) -> None:
    """A locked desk says so until a PIN or a password of its people opens it."""
    id_ = hire(database)
    token = sign_in(database)
    desks.lock(database, desk(database, token).id)
    assert desk(database, token).locked
    desks.switch(database, desk(database, token), id_, "2468")
    assert not desk(database, token).locked
    desks.lock(database, desk(database, token).id)
    sign_in(database, token=token)
    assert not desk(database, token).locked


def test_a_desk_locks_itself(database: Database, clock: Clock) -> None:
    """Nobody there for five minutes: locked. Signs of life keep it open, but never unlock it."""
    hire(database)
    token = sign_in(database)
    clock.now += timedelta(minutes=4)
    desks.touch(database, desk(database, token))
    clock.now += timedelta(minutes=4)
    assert not desk(database, token).locked
    clock.now += timedelta(minutes=1, seconds=1)
    assert desk(database, token).locked
    desks.touch(database, desk(database, token))
    assert desk(database, token).locked


def test_the_fifth_wrong_pin_signs_the_desk_out(database: Database) -> None:
    """Each wrong PIN says how many are left; after the fifth nobody is signed in, not even with the right PIN."""
    id_ = hire(database)
    token = sign_in(database)
    found = desk(database, token)
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match="pin_wrong") as refused:
            desks.switch(database, found, id_, "1111")
        assert refused.value.facts == {"n": left}
    with pytest.raises(SignedOut):
        desks.switch(database, found, id_, "1111")
    with pytest.raises(SignedOut):
        desk(database, token)
    with pytest.raises((SignedOut, Refused)):
        desks.switch(database, found, id_, "2468")
    with pytest.raises(SignedOut):
        desk(database, token)


def test_a_right_pin_starts_the_count_anew(database: Database) -> None:
    """Four slips of the finger yesterday cost nothing today."""
    id_ = hire(database)
    token = sign_in(database)
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(Refused):
                desks.switch(database, desk(database, token), id_, "1111")
        desks.switch(database, desk(database, token), id_, "2468")


def test_pins_guessed_at_once_are_counted_each(database: Database) -> None:
    """Twelve guesses in the same moment: no more than five are compared."""
    id_ = hire(database)
    found = desk(database, sign_in(database))

    def guess(_: int) -> str:
        try:
            desks.switch(database, found, id_, "1111")
        except Refused as refused:
            return refused.code
        except (SignedOut, TooMany) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(guess, range(12)))
    assert outcomes.count("pin_wrong") <= 4
    assert "in" not in outcomes


def test_a_colleague_cannot_guess_slowly(database: Database) -> None:
    """The own right PIN in between clears the desk's count, not the count of the person who is guessed at."""
    wang, li = hire(database, "wang"), hire(database, "li", pin="1357")
    token = sign_in(database, "wang")
    sign_in(database, "li", token)
    outcomes = []
    for number in range(12):
        try:
            desks.switch(database, desk(database, token), wang, "9999")
        except (Refused, TooMany) as error:
            outcomes.append(type(error).__name__)
        if number % 3 == 2:
            desks.switch(database, desk(database, token), li, "1357")
    assert outcomes == ["Refused"] * 10 + ["TooMany"] * 2


def test_sign_out_ends_the_desk(database: Database) -> None:
    """Nobody of the desk is signed in any more."""
    hire(database)
    token = sign_in(database)
    desks.sign_out(database, desk(database, token).id)
    with pytest.raises(SignedOut):
        desk(database, token)
    assert sign_in(database, token=token) != token


def test_a_desk_ends_after_twelve_hours(database: Database, clock: Clock) -> None:
    """However busy it was."""
    hire(database)
    token = sign_in(database)
    clock.now += timedelta(hours=11, minutes=59)
    assert desk(database, token).ends_at - clock.now == timedelta(minutes=1)
    clock.now += timedelta(minutes=1)
    with pytest.raises(SignedOut):
        desk(database, token)


@pytest.mark.parametrize("token", [None, "", "x", "nextchair", "\x00", "票"])
def test_a_token_nobody_has_opens_nothing(database: Database, token: str | None) -> None:
    """Whatever a cookie holds."""
    hire(database)
    sign_in(database)
    with pytest.raises(SignedOut):
        desks.read_desk(database, token, IDLE)


def test_who_left_is_signed_out_everywhere(database: Database) -> None:
    """At once: where they act the desk ends, elsewhere they are no member any more."""
    wang, li = hire(database, "wang"), hire(database, "li")
    own, shared = sign_in(database, "wang"), sign_in(database, "wang")
    sign_in(database, "li", shared)
    people.deactivate(database, "wang")
    with pytest.raises(SignedOut):
        desk(database, own)
    assert [person.id for person in desk(database, shared).members] == [li]
    with pytest.raises(Refused, match="pin_missing"):
        desks.switch(database, desk(database, shared), wang, "2468")


def test_a_new_password_ends_old_sessions(database: Database) -> None:
    """Who reset a password because somebody else knew it wants that somebody out."""
    hire(database)
    token = sign_in(database)
    people.set_password(database, "Wang", "another-password")
    with pytest.raises(SignedOut):
        desk(database, token)
    with pytest.raises(Refused, match="sign_in_wrong"):
        sign_in(database)
    assert desks.sign_in(database, "wang", "another-password", address=HERE)


def test_those_act_whose_desk_may_see_patients(database: Database, clock: Clock) -> None:
    """Locked, idle, signed-out, ended desks and those of people who left are not among them."""
    for login in ("wang", "li"):
        hire(database, login)
    idle = desk(database, sign_in(database)).id
    clock.now += timedelta(minutes=6)
    open_, locked, out = (desk(database, sign_in(database)).id for _ in range(3))
    left = desk(database, sign_in(database, "li")).id
    desks.lock(database, locked)
    desks.sign_out(database, out)
    people.deactivate(database, "li")
    everyone = frozenset({idle, open_, locked, out, left, 999})
    assert set(desks.acting(database, everyone, IDLE)) == {open_}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"login": "WANG"}, "login_taken"),
        ({"login": "li wei"}, "login_unfit"),
        ({"login": ""}, "login_unfit"),
        ({"login": "x" * 41}, "login_unfit"),
        ({"roles": []}, "roles_missing"),
        ({"room": "99"}, "room_unknown"),
        ({"password": "1234567"}, "password_length"),
        ({"password": "x" * 129}, "password_length"),
        ({"pin": "123"}, "pin_length"),
        ({"pin": "123456789"}, "pin_length"),
        ({"pin": "12a4"}, "pin_length"),
        ({"pin": "１２３４"}, "pin_length"),
    ],
)
def test_unfit_people_are_refused(database: Database, changes: dict[str, Any], code: str) -> None:
    """Each limit has its own refusal, and nobody is added."""
    hire(database)
    with pytest.raises(Refused, match=code):
        hire(database, **{"login": "li", **changes})
    with database.read() as connection:
        assert len(connection.execute(select(t.staff)).all()) == 1
