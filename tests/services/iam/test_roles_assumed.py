"""A role is assumed by whom it trusts, also when its name becomes another's between decision and deed."""

import json
from collections.abc import Callable

import pytest
from tests.services.harness import call_of, carry_out
from tests.services.iam.harness import A, B, Iam

from watchword.access import Caller
from watchword.facts.credentials import ROLE_EXISTS
from watchword.names.principal import RoleSession, User
from watchword.services.sts import OPERATIONS
from watchword.sessions import Session

ROLE = f"arn:aws:iam::{A}:role/r"
ASSUME = OPERATIONS["AssumeRole"]


def trusting(account: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def assumed(iam: Iam, by: User, meanwhile: Callable[[], object]) -> Session:
    """The session that `by` gets of the role."""
    given = {"RoleArn": ROLE, "RoleSessionName": "one"}
    call = call_of(iam.world, Caller(by), ("sts", "AssumeRole"), given, now=iam.now)
    credentials = carry_out(call, ASSUME.demands(call), meanwhile)["Credentials"]
    assert isinstance(credentials, dict)
    return iam.world.facts.session(credentials["SessionToken"])


@pytest.fixture
def ann(iam: Iam) -> User:
    iam("CreateUser", UserName="ann")
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    iam("PutUserPolicy", UserName="ann", PolicyName="assume", PolicyDocument=document)
    return User(A, "ann", iam("GetUser", UserName="ann")["User"]["UserId"])


def test_permission_for_one_role_is_none_for_the_next_of_its_name(iam: Iam, ann: User) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=trusting(A))
    first = iam("GetRole", RoleName="r")["Role"]["RoleId"]

    def change_hands() -> None:
        iam("DeleteRole", RoleName="r")
        iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=trusting(B))

    session = assumed(iam, ann, change_hands)
    assert session.unique_id == first
    assert not iam.world.facts.get(ROLE_EXISTS, session.unique_id)


def test_a_role_that_is_gone_has_no_sessions(iam: Iam, ann: User) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=trusting(A))
    session = assumed(iam, ann, lambda: iam("DeleteRole", RoleName="r"))
    assert isinstance(session.principal, RoleSession)
    assert not iam.world.facts.get(ROLE_EXISTS, session.unique_id)
