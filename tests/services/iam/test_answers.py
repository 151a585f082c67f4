"""Which members each answer has: of entities with nothing but a name, and of entities that have everything.

Source: sample answers in the AWS CLI Command Reference and the IAM API Reference; recorded answers.
"""

import json
from typing import Any

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
    }
)
ARN = f"arn:aws:iam::{A}:policy/p"
TAGS = {"Tags": [{"Key": "k", "Value": "v"}]}
BOUND = {"PermissionsBoundary": ADMINISTRATOR}
DESCRIBED = {"Description": "d"}
WHO, WHICH, WHAT, WHERE = (
    {"UserName": "u"},
    {"RoleName": "r"},
    {"PolicyArn": ARN},
    {"InstanceProfileName": "i"},
)

ENTITY = "Path Arn CreateDate"
USER = f"{ENTITY} UserName UserId"
ROLE = f"{ENTITY} RoleName RoleId AssumeRolePolicyDocument"
PROFILE = f"{ENTITY} InstanceProfileName InstanceProfileId Roles"
POLICY = (
    f"{ENTITY} PolicyName PolicyId UpdateDate DefaultVersionId AttachmentCount"
    " PermissionsBoundaryUsageCount IsAttachable"
)
DETAIL = "AttachedManagedPolicies Tags"
ROLE_DETAIL = f"{ROLE} {DETAIL} InstanceProfileList RolePolicyList RoleLastUsed"

Path = tuple[str | int, ...]
CALLS: list[tuple[str, dict[str, Any], Path, str, str]] = [
    ("GetUser", WHO, ("User",), USER, "Tags PermissionsBoundary"),
    ("ListUsers", {}, ("Users", 0), USER, ""),
    ("GetRole", WHICH, ("Role",), f"{ROLE} MaxSessionDuration RoleLastUsed",
     "Description Tags PermissionsBoundary"),
    ("ListRoles", {}, ("Roles", 0), f"{ROLE} MaxSessionDuration", "Description"),
    ("GetPolicy", WHAT, ("Policy",), f"{POLICY} Tags", "Description"),
    ("ListPolicies", {"Scope": "Local"}, ("Policies", 0), POLICY, ""),
    ("GetInstanceProfile", WHERE, ("InstanceProfile",), f"{PROFILE} Tags", ""),
    ("ListInstanceProfiles", {}, ("InstanceProfiles", 0), PROFILE, ""),
    ("ListInstanceProfiles", {}, ("InstanceProfiles", 0, "Roles", 0), ROLE, ""),
    ("GetAccountAuthorizationDetails", {}, ("UserDetailList", 0), f"{USER} {DETAIL} GroupList",
     "UserPolicyList PermissionsBoundary"),
    ("GetAccountAuthorizationDetails", {}, ("RoleDetailList", 0), ROLE_DETAIL, "PermissionsBoundary"),
    ("GetAccountAuthorizationDetails", {}, ("RoleDetailList", 0, "InstanceProfileList", 0), PROFILE, ""),
    ("GetAccountAuthorizationDetails", {}, ("Policies", 0), f"{POLICY} PolicyVersionList", ""),
    ("UpdateRoleDescription", WHICH | DESCRIBED, ("Role",), f"{ROLE} Description", ""),
]  # fmt: skip
"""Operation, input, where in the answer, its members, and those it has besides for who has everything."""
MADE = [
    ("CreateUser", WHO, BOUND | TAGS, "User", USER, "Tags PermissionsBoundary"),
    ("CreateRole", WHICH | {"AssumeRolePolicyDocument": TRUST},
     BOUND | TAGS | DESCRIBED | {"MaxSessionDuration": 7200}, "Role", ROLE, "Tags PermissionsBoundary"),
    ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": ALLOW_ALL}, TAGS | DESCRIBED, "Policy", POLICY,
     "Tags"),
    ("CreateInstanceProfile", WHERE, TAGS, "InstanceProfile", PROFILE, "Tags"),
]  # fmt: skip
"""Operation, input, what is given besides, the member, its members, and those it has then."""


def make(iam: Iam, *, everything: bool) -> None:
    for name, given, more, *_ in MADE:
        iam(name, **given, **(more if everything else {}))
    iam("AddRoleToInstanceProfile", **WHERE, **WHICH)
    if everything:
        iam("PutUserPolicy", **WHO, PolicyName="in", PolicyDocument=ALLOW_ALL)


@pytest.mark.parametrize("everything", [False, True])
def test_a_new_entity(iam: Iam, everything: bool) -> None:
    for name, given, more, member, always, then in MADE:
        made = iam(name, **given, **(more if everything else {}))[member]
        assert set(made) == set(f"{always} {then if everything else ''}".split()), name


@pytest.mark.parametrize("everything", [False, True])
def test_an_entity(iam: Iam, everything: bool) -> None:
    make(iam, everything=everything)
    for name, given, path, always, then in CALLS:
        found: Any = iam(name, **given)
        for step in path:
            found = found[step]
        assert set(found) == set(f"{always} {then if everything else ''}".split()), (name, path)


def test_lists_that_are_empty(iam: Iam) -> None:
    make(iam, everything=False)
    assert iam("GetPolicy", **WHAT)["Policy"]["Tags"] == []
    assert iam("ListEntitiesForPolicy", **WHAT, EntityFilter="Role") == {
        "PolicyGroups": [],
        "PolicyUsers": [],
        "PolicyRoles": [],
        "IsTruncated": False,
    }
    detail = iam("GetAccountAuthorizationDetails", Filter=["User"])
    assert (detail["RoleDetailList"], detail["Policies"]) == ([], [])
    (user,) = detail["UserDetailList"]
    assert [user[member] for member in ("GroupList", "AttachedManagedPolicies", "Tags")] == [[], [], []]
