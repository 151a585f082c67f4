"""Sessions that are limited by a policy from the start."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from watchword.identity.delegation import Carried, Redeemed
from watchword.names import AwsError
from watchword.names.principal import RoleSession, Root, User
from watchword.sessions import limits
from watchword.sessions.assume import Requester
from watchword.sessions.limited import delegated_session, root_session
from watchword.sessions.session import OF_HOST, new_session

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "123456789012"
ANN = User(ACCOUNT, "ann", "AIDAXXXXXXXXXXXXXXXXX")
TASK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"


CARRIED = Carried({"team": "red"}, ("team",), "ann", "P", {"saml:sub": "ann"}, "ASIA2", "ASIA1")


def redeemed(**left: float) -> Redeemed:
    return Redeemed(ANN, '{"Version":"2012-10-17","Statement":[]}', CARRIED, NOW + timedelta(**left))


def test_1_a_delegation_is_a_session_of_who_accepted_within_its_policy() -> None:
    session = delegated_session(redeemed(minutes=5), NOW, os.urandom)
    assert session.principal == ANN
    assert session.expires - session.issued == 300_000
    assert (session.restricted, session.tags, session.source_identity) == (True, {"team": "red"}, "ann")
    assert (session.transitive, session.provider, session.claims) == (("team",), "P", {"saml:sub": "ann"})
    assert session.chain == "ASIA1"


def test_1_what_is_over_is_traded_for_nothing() -> None:
    with pytest.raises(AwsError, match="ExpiredTradeInTokenException"):
        delegated_session(redeemed(minutes=0), NOW, os.urandom)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 900), (60, 60), (0, 0)])
def test_2_a_root_session_is_short_and_has_one_task(asked: int | None, seconds: int) -> None:
    session = root_session(Root(ACCOUNT), TASK, asked, Requester(ANN), NOW, os.urandom)
    assert session.expires - session.issued == 1000 * seconds
    assert (session.principal, session.policy_arns, session.assumed_root) == (Root(ACCOUNT), (TASK,), True)


def test_2_a_root_session_ends_with_the_host_that_it_came_of() -> None:
    role = RoleSession(ACCOUNT, "machine", "AROAXXXXXXXXXXXXXXXXX", "i-1", "/")
    host = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
    before = new_session(role, timedelta(hours=1), NOW, os.urandom, claims={OF_HOST: host})
    session = root_session(Root(ACCOUNT), TASK, None, Requester(role, before), NOW, os.urandom)
    assert (session.host, session.host_account) == (host, ACCOUNT)


def test_only_limited_sessions_of_users_and_roots_call_iam() -> None:
    limits.check(delegated_session(redeemed(minutes=5), NOW, os.urandom), "iam", "ListRoles")
    limits.check(root_session(Root(ACCOUNT), TASK, None, Requester(ANN), NOW, os.urandom), "iam", "ListRoles")
    for principal in (ANN, Root(ACCOUNT)):
        with pytest.raises(AwsError, match="InvalidClientTokenId"):
            limits.check(new_session(principal, timedelta(hours=1), NOW, os.urandom), "iam", "ListRoles")


def test_who_signed_in_can_call_iam_without_a_second_factor() -> None:
    limits.check(new_session(ANN, timedelta(hours=1), NOW, os.urandom, signed_in=True), "iam", "ListUsers")
    with pytest.raises(AwsError, match="InvalidClientTokenId"):
        limits.check(new_session(ANN, timedelta(hours=1), NOW, os.urandom), "iam", "ListUsers")
