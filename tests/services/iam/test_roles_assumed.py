"""A role is assumed by whom it trusts, also when its name becomes another's between decision and deed."""

import json
from collections.abc import Callable

import pytest
from msgspec import structs
from tests.services.iam.harness import A, B, Iam

from watchword.access import Caller, Circumstances, authorize, refusal
from watchword.facts.credentials import ROLE_EXISTS
from watchword.names import HttpRequest
from watchword.names.principal import RoleSession, User
from watchword.services.operation import Call
from watchword.services.sts import OPERATIONS
from watchword.sessions import Session

ROLE = f"arn:aws:iam::{A}:role/r"
ASSUME = OPERATIONS["AssumeRole"]


def trusting(account: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def assumed(iam: Iam, by: User, meanwhile: Callable[[], object]) -> Session:
    """The session that `by` gets of the role."""
    world, request, given = iam.world, HttpRequest("POST"), {"RoleArn": ROLE, "RoleSessionName": "one"}
    call = Call(world, "sts", "AssumeRole", given, Caller(by), request, "us-east-1", iam.now)
    demands = ASSUME.demands(call)
    decisions = authorize(Circumstances(world, call.caller, request, "us-east-1", iam.now), demands)
    assert refusal(demands, decisions) is None
    meanwhile()
    credentials = ASSUME.perform(structs.replace(call, decisions=decisions))["Credentials"]
    assert isinstance(credentials, dict)
    return world.facts.session(credentials["SessionToken"])


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
