"""Sessions that are ended before their time, and for how long that is remembered."""

from datetime import datetime, timedelta

import botocore.loaders
from msgspec.structs import replace
from tests.sessions.test_assume import ACCOUNT, assume

from watchword.identity.delegation import MAX_SECONDS
from watchword.sessions.revocation import (
    KEPT,
    by_subject,
    covers,
    covers_host,
    revoke,
    revoke_console_key,
)
from watchword.sessions.session import LONGEST, OF_HOST, milliseconds
from watchword.store import Database, revocations
from watchword.store.revocations import CHAIN, EVERYTHING


def revoked(database: Database, at: datetime, subject: str) -> None:
    with database.write(at) as tx:
        revoke(tx, ACCOUNT, "role", subject)


def remembered(database: Database) -> set[str]:
    with database.read() as tx:
        return {each.subject for each in revocations.of_account(tx, ACCOUNT)}


def test_what_was_issued_until_then_ends(database: Database, now: datetime) -> None:
    session = replace(assume(), issued=milliseconds(now))
    revoked(database, now, session.unique_id)
    with database.read() as tx:
        made = by_subject(revocations.of_account(tx, ACCOUNT))
    assert covers(made, session)
    assert not covers(made, replace(session, issued=session.issued + 1))
    assert not covers(made, replace(session, unique_id="AROAOTHER"))


def test_what_can_end_nothing_any_more_is_forgotten(database: Database, now: datetime) -> None:
    revoked(database, now, "AROAFIRST")
    revoked(database, now + KEPT, "AROASECOND")
    assert remembered(database) == {"AROAFIRST", "AROASECOND"}
    revoked(database, now + KEPT + timedelta(seconds=1), "AROATHIRD")
    assert remembered(database) == {"AROASECOND", "AROATHIRD"}


def test_of_the_console_nothing_is_handed_out_any_more_and_soon_nothing_remembered(
    database: Database, now: datetime
) -> None:
    lifetime, later = timedelta(minutes=15), timedelta(minutes=46)
    with database.write(now) as tx:
        revoke(tx, ACCOUNT, "session", "ASIASESSION")
        revoke_console_key(tx, ACCOUNT, "ASIAFIRST", lifetime)
        made = by_subject(revocations.of_account(tx, ACCOUNT))
    session = replace(assume(), access_key_id="ASIAFIRST", issued=milliseconds(now) + 5000)
    assert covers(made, session), "handed out by a server whose clock is ahead, or at this moment"
    assert not covers(made, replace(session, access_key_id="ASIASESSION"))
    with database.write(now + later) as tx:
        revoke_console_key(tx, ACCOUNT, "ASIASECOND", lifetime)
    assert remembered(database) == {"ASIASESSION", "ASIASECOND"}


def test_no_session_is_longer_than_the_longest() -> None:
    """By what the models take."""
    shapes = botocore.loaders.Loader().load_service_model("sts", "service-2")["shapes"]
    iam = botocore.loaders.Loader().load_service_model("iam", "service-2")["shapes"]
    durations = [
        shape["max"] for name, shape in shapes.items() if name.lower().endswith("durationsecondstype")
    ]
    assert max(durations) == LONGEST.total_seconds()
    assert iam["roleMaxSessionDurationType"]["max"] <= LONGEST.total_seconds()
    assert iam["sessionDurationType"]["max"] == MAX_SECONDS


def test_which_subjects_end_which_sessions() -> None:
    """Each subject ends its own sessions and no others."""
    first = assume()
    later = replace(assume(), first=first.access_key_id, first_expires=first.expires)
    federated = replace(
        assume(), kind="federated", unique_id=f"{ACCOUNT}:bob", user_id="AIDAXXXXXXXXXXXXXXXXX"
    )
    host = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
    of_host = replace(assume(), unique_id="AROAOTHER", claims={OF_HOST: host})
    of_pod = replace(assume(), unique_id="AROAPOD", came_of_host=host)
    sessions = {"first": first, "later": later, "federated": federated, "of a host": of_host, "pod": of_pod}
    ended = {
        first.access_key_id: {"first"},
        CHAIN + first.access_key_id: {"first", "later"},
        first.unique_id: {"first", "later"},
        federated.user_id: {"federated"},
        federated.unique_id: {"federated"},
        host: {"of a host", "pod"},
        EVERYTHING: set(sessions),
        ACCOUNT: set(),
        "": set(),
    }
    for subject, expected in ended.items():
        made = {subject: first.issued + 1000}
        assert {name for name, session in sessions.items() if covers(made, session)} == expected, subject
        by_host = {name for name, session in sessions.items() if covers_host(made, session)}
        assert by_host == (expected if subject == host else set()), subject
