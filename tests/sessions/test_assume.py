"""The rules of a new session, one test a rule, in their order."""

import secrets
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchword.names import AwsError
from watchword.names.principal import FederatedUser, RoleSession, Root, User
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring, new_key
from watchword.sessions import session as sessions
from watchword.sessions.assume import Requester, SessionRequest, assume_role, packed_size
from watchword.sessions.own import own_session
from watchword.sessions.session import Session, SessionPrincipal
from watchword.store.iam.roles import Role

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "123456789012"
ROLE = Role("AROAXXXXXXXXXXXXXXXXX", ACCOUNT, "reader", "/", NOW, trust="{}", max_session=7200)
ALICE = Requester(User(ACCOUNT, "alice", "AIDAXXXXXXXXXXXXXXXXX"))


def assume(requester: Requester = ALICE, role: Role = ROLE, **asked: Any) -> Session:
    return assume_role(
        role, SessionRequest(session_name="morning", **asked), requester, NOW, secrets.token_bytes
    )


def chained(**asked: Any) -> Requester:
    session = assume(**asked)
    return Requester(session.principal, session)


def refused(code: str, requester: Requester = ALICE, **asked: Any) -> str:
    with pytest.raises(AwsError) as caught:
        assume(requester, **asked)
    assert caught.value.code == code
    return caught.value.said


def test_1_root_assumes_no_role() -> None:
    assert refused("AccessDenied", Requester(Root(ACCOUNT))) == "Roles may not be assumed by root accounts."


def test_2_an_hour_unless_asked() -> None:
    assert assume().expires - assume().issued == 3600_000
    assert assume(duration=7200).expires == sessions.milliseconds(NOW + timedelta(hours=2))


def test_2_not_longer_than_the_role_allows() -> None:
    assert "MaxSessionDuration" in refused("ValidationError", duration=7201)


def test_2_a_chained_session_lasts_an_hour_at_most() -> None:
    """N32: the chain never outlives the hour, whatever the role allows."""
    assert "role chaining" in refused("ValidationError", chained(), duration=3601)
    assert assume(chained(), duration=3600).chained


def test_3_session_policies_must_be_policies() -> None:
    refused("MalformedPolicyDocument", policy="{")
    refused("ValidationError", policy_arns=[f"arn:aws:iam::aws:policy/P{n}" for n in range(11)])


def test_4_tags_are_fifty_at_most() -> None:
    refused("ValidationError", tags={f"k{n}": "" for n in range(51)})


def test_4_transitive_tags_go_on_and_cant_be_replaced() -> None:
    """N38: what a session was given stays with the sessions made from it."""
    first = chained(tags={"team": "red", "desk": "4"}, transitive=["team"])
    assert assume(first).tags == {"team": "red"}
    assert assume(first, tags={"desk": "5"}).tags == {"team": "red", "desk": "5"}
    refused("InvalidParameterValue", first, tags={"Team": "blue"})
    again = assume(first)
    assert assume(Requester(again.principal, again)).tags == {"team": "red"}


def test_4_only_passed_tags_are_transitive() -> None:
    refused("InvalidParameterValue", tags={"team": "red"}, transitive=["desk"])
    refused("InvalidParameterValue", chained(tags={"desk": "4"}, transitive=["desk"]), transitive=["desk"])


def test_5_the_source_identity_stays() -> None:
    first = chained(source_identity="alice")
    assert assume(first).source_identity == "alice"
    assert assume(first, source_identity="alice").source_identity == "alice"
    refused("ValidationError", first, source_identity="mallory")


def test_6_what_is_packed_must_fit() -> None:
    said = refused("PackedPolicyTooLarge", tags={f"k{n}": "v" * 250 for n in range(9)})
    assert "session tags" in said
    assert packed_size(assume()) == 0
    assert packed_size(assume(tags={"team": "red"})) > 0


def test_sessions_of_users_need_long_term_credentials() -> None:
    mine = own_session(ALICE, None, NOW, secrets.token_bytes)
    assert mine.principal == ALICE.principal
    assert mine.expires - mine.issued == 12 * 3600_000
    with pytest.raises(AwsError, match="session credentials"):
        own_session(Requester(mine.principal, mine), None, NOW, secrets.token_bytes)


def test_roots_session_lasts_an_hour_at_most() -> None:
    session = own_session(Requester(Root(ACCOUNT)), 43200, NOW, secrets.token_bytes)
    assert session.expires - session.issued == 3600_000
    assert isinstance(session.principal, Root)


@pytest.mark.parametrize(
    "principal",
    [
        RoleSession(ACCOUNT, "reader", "AROAXXXXXXXXXXXXXXXXX", "morning", "/teams/", "aws-cn"),
        User(ACCOUNT, "alice", "AIDAXXXXXXXXXXXXXXXXX", "/teams/", "aws-cn"),
        FederatedUser(ACCOUNT, "bob", f"arn:aws-cn:iam::{ACCOUNT}:user/alice", "aws-cn"),
        Root(ACCOUNT, "aws-cn"),
    ],
)
def test_a_session_speaks_for_its_principal(principal: SessionPrincipal) -> None:
    session = sessions.new_session(principal, timedelta(minutes=15), NOW, secrets.token_bytes)
    assert session.principal == principal
    assert session.unique_id == principal.unique_id
    assert (session.issued, session.expires) == (
        sessions.milliseconds(NOW),
        sessions.milliseconds(NOW) + 900_000,
    )


def test_a_token_carries_the_whole_session() -> None:
    ring = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    session = assume(tags={"team": "red"}, transitive=["team"], source_identity="alice", policy=policy)
    assert sessions.open(sessions.seal(session, ring), ring) == session
    assert isinstance(session.principal, RoleSession)
    assert session.restricted


@pytest.mark.parametrize("long", [False, True])
def test_a_token_opens_only_whole_and_by_its_own_ring(long: bool) -> None:
    """N29, N30, N31: made by nobody else, altered by nobody."""
    ring, other = (Keyring((new_key(secrets.token_bytes),), secrets.token_bytes) for _ in range(2))
    session = assume(tags={"team": "x" * 250} if long else {})
    token = sessions.seal(session, ring)
    assert session.secret not in token
    changed = [
        token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(0, len(token), 7)
    ]
    for spoilt in (*changed, token[:-4], "", "AAAA", "é", token + "AAAA", token * 200):
        with pytest.raises(AwsError) as caught:
            sessions.open(spoilt, ring)
        assert caught.value.code == "InvalidSessionToken"
    with pytest.raises(AwsError):
        sessions.open(token, other)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_token_has_one_text_only(size: int) -> None:
    """Bits that base64 leaves over in the last character are no other token."""
    ring = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)
    token = session_token.seal(b"x" * size, ring)
    assert session_token.open(token, ring) == b"x" * size
    head, padding = token.rstrip("="), token[len(token.rstrip("=")) :]
    for last in set(string.ascii_letters + string.digits + "+/") - {head[-1]}:
        with pytest.raises(AwsError, match="InvalidSessionToken"):
            session_token.open(head[:-1] + last + padding, ring)


def test_a_chain_remembers_its_first_session() -> None:
    """Whichever way it began: with a user's session, with a role's, or in another account."""
    own = own_session(ALICE, 7200, NOW, secrets.token_bytes)
    first = assume(Requester(own.principal, own))
    second = assume(Requester(first.principal, first))
    assert (own.chain, own.chain_expires) == (own.access_key_id, own.expires)
    for later in (first, second):
        assert (later.chain, later.chain_expires) == (own.access_key_id, own.expires)


def test_2_a_bounded_chain_ends_with_its_first_session() -> None:
    """By a setting; at AWS each session of a chain has an hour of its own."""
    own = own_session(ALICE, 900, NOW, secrets.token_bytes)
    first = assume(Requester(own.principal, own, bounded=True))
    assert first.expires == own.expires
    assert assume(Requester(first.principal, first, bounded=True)).expires == own.expires
    assert assume(Requester(first.principal, first)).expires > own.expires
    assert assume(Requester(ALICE.principal, bounded=True)).expires > own.expires
