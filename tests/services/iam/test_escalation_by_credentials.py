"""Escalation: a user who may set an administrator's credentials becomes that administrator.

Each way is open to those whose policy allows it, and shut to all others, also to those who may do the same
for themselves.
Source: IAM User Guide, "Allows IAM users to manage their own password, access keys, and MFA devices"; Rhino
Security Labs, "AWS IAM Privilege Escalation" (CreateLoginProfile, UpdateLoginProfile).
"""

import json
from typing import Any

import pytest
from tests.services.iam.authenticator import Authenticator, later
from tests.services.iam.harness import A, Iam

from watchword.names import AwsError
from watchword.names.principal import User

VICTIM = f"arn:aws:iam::{A}:user/ruler"
OWN = f"arn:aws:iam::{A}:user/${{aws:username}}"
PASSWORD = {"Password": "Correct1horse!"}
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("CreateLoginProfile", PASSWORD),
    ("UpdateLoginProfile", PASSWORD),
    ("DeleteLoginProfile", {}),
    ("EnableMFADevice", {}),
    ("ResyncMFADevice", {}),
    ("DeactivateMFADevice", {}),
]


def eve(iam: Iam, action: str, resource: str) -> Iam:
    """A user with one permission."""
    made = iam("CreateUser", UserName="eve")["User"]
    allow = {"Effect": "Allow", "Action": f"iam:{action}", "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    iam("PutUserPolicy", UserName="eve", PolicyName="own", PolicyDocument=document)
    return iam.by(User(A, "eve", made["UserId"]))


def scene(iam: Iam, name: str) -> dict[str, Any]:
    """An administrator with what the operation needs; the rest of its input."""
    iam.ruler("ruler")
    if name in ("UpdateLoginProfile", "DeleteLoginProfile"):
        iam("CreateLoginProfile", UserName="ruler", **PASSWORD)
    if not name.endswith("MFADevice"):
        return {}
    phone = Authenticator.enrol(iam)
    if name == "EnableMFADevice":
        return phone.pair(iam)
    before = later(iam, -10)
    before("EnableMFADevice", UserName="ruler", **phone.pair(before))
    return phone.pair(iam) if name == "ResyncMFADevice" else {"SerialNumber": phone.serial}


@pytest.mark.parametrize(("name", "given"), WAYS)
def test_it_is_open_to_those_who_may(iam: Iam, name: str, given: dict[str, Any]) -> None:
    more = scene(iam, name)
    eve(iam, name, VICTIM)(name, UserName="ruler", **given, **more)


@pytest.mark.parametrize(
    ("action", "resource"), [("Get*", "*"), ("*", OWN), ("*", f"arn:aws:iam::{A}:user/x/*")]
)
@pytest.mark.parametrize(("name", "given"), WAYS)
def test_it_is_shut_to_all_others(
    iam: Iam, name: str, given: dict[str, Any], action: str, resource: str
) -> None:
    more = scene(iam, name)
    caller = eve(iam, action, resource)
    with pytest.raises(AwsError, match=f"not authorized to perform: iam:{name} on resource: user ruler"):
        caller(name, UserName="ruler", **given, **more)
