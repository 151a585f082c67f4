"""Permissions boundaries of users and roles."""

import json

import pytest
from tests.services.iam.harness import ADMINISTRATOR, A, Iam, refused

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
}
MORE = {"User": {}, "Role": {"AssumeRolePolicyDocument": json.dumps(TRUST)}}
NONE = f"arn:aws:iam::{A}:policy/none"


@pytest.mark.parametrize("kind", MORE)
def test_a_boundary_is_put_shown_and_lifted(iam: Iam, kind: str) -> None:
    who = {f"{kind}Name": "x"}
    made = iam(f"Create{kind}", PermissionsBoundary=ADMINISTRATOR, **who, **MORE[kind])[kind]
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": ADMINISTRATOR}
    assert made["PermissionsBoundary"] == shown
    for _ in range(2):
        iam(f"Delete{kind}PermissionsBoundary", **who)
        assert "PermissionsBoundary" not in iam(f"Get{kind}", **who)[kind]
    iam(f"Put{kind}PermissionsBoundary", PermissionsBoundary=ADMINISTRATOR, **who)
    assert iam(f"Get{kind}", **who)[kind]["PermissionsBoundary"] == shown


@pytest.mark.parametrize("kind", MORE)
def test_a_boundary_must_exist(iam: Iam, kind: str) -> None:
    who = {f"{kind}Name": "x"}
    said = f"Scope ARN: {NONE} does not exist or is not attachable."
    with pytest.raises(Exception, match=said):
        iam(f"Create{kind}", PermissionsBoundary=NONE, **who, **MORE[kind])
    iam(f"Create{kind}", **who, **MORE[kind])
    refused("NoSuchEntity", said, iam, f"Put{kind}PermissionsBoundary", PermissionsBoundary=NONE, **who)
    assert "PermissionsBoundary" not in iam(f"Get{kind}", **who)[kind]


@pytest.mark.parametrize("kind", MORE)
def test_a_policy_for_service_linked_roles_is_no_boundary(iam: Iam, kind: str) -> None:
    iam(f"Create{kind}", **{f"{kind}Name": "x"}, **MORE[kind])
    arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    said = f"Cannot attach a Service Role Policy to a Customer {kind}."
    given = {f"{kind}Name": "x", "PermissionsBoundary": arn}
    refused("PolicyNotAttachable", said, iam, f"Put{kind}PermissionsBoundary", **given)


@pytest.mark.parametrize("kind", MORE)
def test_who_is_missing(iam: Iam, kind: str) -> None:
    who, said = {f"{kind}Name": "x"}, f"The {kind.lower()} with name x cannot be found."
    put = f"Put{kind}PermissionsBoundary"
    refused("NoSuchEntity", said, iam, put, PermissionsBoundary=ADMINISTRATOR, **who)
    refused("NoSuchEntity", said, iam, f"Delete{kind}PermissionsBoundary", **who)
