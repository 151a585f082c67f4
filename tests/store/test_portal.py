"""Sessions of the access portal on both databases: what is held of one goes with it, it with its person."""

from datetime import datetime, timedelta

import pytest

from watchword.store import Conflict, Database, StillReferenced, Transaction
from watchword.store.identity_center import users
from watchword.store.identity_center.users import User
from watchword.store.portal import authenticators, device_authorizations, passwords, secrets, sessions
from watchword.store.portal.authenticators import Authenticator
from watchword.store.portal.device_authorizations import DeviceAuthorization
from watchword.store.portal.passwords import Password
from watchword.store.portal.secrets import Held, Kind
from watchword.store.portal.sessions import PortalSession, Stage

HOUR = timedelta(hours=1)
A = "111122223333"


def person(tx: Transaction) -> User:
    ann = User("u1", "d-0123456789", "ann", {}, tx.at, "", tx.at, "")
    users.insert(tx, ann)
    return ann


def session(tx: Transaction, name: str = "ASIA1", stage: Stage = Stage.IN) -> PortalSession:
    made = PortalSession(name, A, "d-0123456789", "u1", "127.0.0.1", stage.value, tx.at, tx.at + HOUR)
    sessions.insert(tx, made)
    return made


def waiting(tx: Transaction, name: bytes = b"1", code: bytes = b"code") -> DeviceAuthorization:
    made = DeviceAuthorization(name, code, b"client", "cli", "d-0123456789", "10.0.0.1", tx.at, tx.at + HOUR)
    device_authorizations.insert(tx, made)
    return made


def held(tx: Transaction, digest: bytes, kind: Kind, whose: str = "ASIA1") -> Held:
    made = Held(digest, kind.value, whose, tx.at, tx.at + HOUR, "bound")
    secrets.insert(tx, made)
    return made


def test_all_goes_with_the_session(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        person(tx)
        made, other = session(tx), session(tx, "ASIA2")
        held(tx, b"a", Kind.ACCESS)
        kept = held(tx, b"b", Kind.ACCESS, other.id)
        device_authorizations.decide(tx, waiting(tx), made.id)
        assert device_authorizations.of(tx, b"1").decided  # type: ignore[union-attr]  # it is there
        sessions.remove(tx, made.id)
        assert secrets.of(tx, b"a", Kind.ACCESS) is None
        assert secrets.of(tx, b"b", Kind.ACCESS) == kept
        assert device_authorizations.of(tx, b"1") is None
        assert sessions.alive(tx, now) == [other]
    with pytest.raises(StillReferenced), database.write(now) as tx:
        held(tx, b"c", Kind.ACCESS)  # of a session that has ended meanwhile


def test_all_goes_with_the_person(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        ann = person(tx)
        held(tx, b"a", Kind.ACCESS, session(tx).id)
        passwords.put(tx, Password("u1", "hash", now))
        authenticators.put(tx, Authenticator("u1", b"sealed", "k1", now))
        users.remove(tx, ann)
        gone = (sessions.by_id(tx, "ASIA1"), passwords.of(tx, "u1"), authenticators.of(tx, "u1"))
        assert gone == (None, None, None)
        assert secrets.of(tx, b"a", Kind.ACCESS) is None


def test_a_secret_is_taken_once_and_by_its_kind(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        person(tx)
        session(tx)
        made = held(tx, b"a", Kind.GRANT)
        assert secrets.take(tx, b"a", Kind.ACCESS) is None
        assert secrets.take(tx, b"a", Kind.GRANT) == made
        assert secrets.take(tx, b"a", Kind.GRANT) is None
        refresh = held(tx, b"r", Kind.REFRESH)
        secrets.note_use(tx, refresh)
        assert secrets.of(tx, b"r", Kind.REFRESH).used == now  # type: ignore[union-attr]  # it is there
        assert secrets.count(tx, "ASIA1") == 1


def test_who_is_in(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        person(tx)
        session(tx, "ASIA1", Stage.LINK)
        session(tx, "ASIA2", Stage.STEP)
        made = session(tx, "ASIA3")
        assert sessions.alive(tx, now) == [made]
        assert sessions.alive(tx, now + HOUR) == []
        sessions.remove_all(tx, "u1")
        assert sessions.by_id(tx, "ASIA1") is None


def test_programs_that_wait(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        made = waiting(tx)
        assert device_authorizations.of_user_code(tx, b"code") == made
        device_authorizations.note_poll(tx, made)
        device_authorizations.decide(tx, made, None)
        found = device_authorizations.of(tx, b"1")
        assert found
        assert (found.polled, found.denied, found.session) == (now, True, None)
        assert (device_authorizations.count(tx), device_authorizations.count_of(tx, "10.0.0.1")) == (1, 1)
        assert device_authorizations.count_of(tx, "10.0.0.2") == 0
        device_authorizations.forget_expired(tx, now + HOUR)
        assert device_authorizations.take(tx, b"1") is None
        waiting(tx)
    with pytest.raises(Conflict), database.write(now) as tx:
        waiting(tx, b"2")
