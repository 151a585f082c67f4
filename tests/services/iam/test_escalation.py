"""Escalation: the known ways by which a user with few permissions gets them all, each by its name.

Each is open to a user whose policy allows it, and the user then rules: they do what only administrators may.
Each is shut to those who may do the same elsewhere, may only look, are denied it, or have a boundary without
it. Ways by credentials (passwords, MFA devices) are in test_escalation_by_credentials.py; that nobody changes
a service-linked role is in test_service_linked_roles.py.
Source: Rhino Security Labs, "AWS IAM Privilege Escalation"; Bishop Fox, "Privilege Escalation in AWS"; IAM
User Guide, "Permissions boundaries for IAM entities", "Grant a user permissions to pass a role".
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.services.harness import call_of, carry_out
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam

from watchword.access import Caller
from watchword.names import AwsError, Principal
from watchword.names.principal import RoleSession, User
from watchword.services.table import SERVED

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ARN = f"arn:aws:iam::{A}"
EVE, STAFF, RULERS = f"{ARN}:user/eve", f"{ARN}:group/staff", f"{ARN}:group/rulers"
JOB, CROWN, OWN, CAGE = f"{ARN}:role/job", f"{ARN}:role/crown", f"{ARN}:policy/own", f"{ARN}:policy/cage"
MACHINE = f"{ARN}:instance-profile/machine"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(*names: str) -> str:
    principals = {"AWS": list(names)}
    return document({"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"})


DENY_ALL = document({"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"})
NOTHING = document(allow("s3:ListAllMyBuckets"))
TO_RULERS = {"StringEquals": {"aws:PrincipalTag/team": "rulers"}}
NOT_TO_GUESTS = {"StringEquals": {"aws:PrincipalTag/team": "guests"}}
Act = Callable[[Iam], object]


def call(name: str, **given: Any) -> Act:
    return lambda iam: iam(name, **given)


@dataclass(frozen=True)
class Way:
    """An operation that makes a ruler of eve, with what was there before."""

    operation: str
    on: str
    """The ARN of the resource that the permission is for."""
    given: Mapping[str, Any]
    before: tuple[Act, ...] = ()
    also: tuple[Mapping[str, Any], ...] = ()
    """Further permissions, with which alone nothing is won."""
    by: str = "eve"
    """Who rules then: eve, or a session of the role job or crown."""
    shut: tuple[str, ...] = field(default=("looks", "elsewhere", "denied", "bounded"))
    """By which policies it is shut."""


def put(owner: str, **statement: Any) -> Act:
    """An inline policy of eve, of the group staff or of the role job."""
    noun = {"eve": "User", "staff": "Group", "job": "Role"}[owner]
    given = {f"{noun}Name": owner, "PolicyName": "more", "PolicyDocument": document(statement)}
    return call(f"Put{noun}Policy", **given)


def _caged(noun: str, name: str) -> Act:
    """The boundary of eve or the role job."""
    return call(f"Put{noun}PermissionsBoundary", **{f"{noun}Name": name}, PermissionsBoundary=CAGE)


MAY, JOB_MAY = put("eve", **allow("iam:CreateUser")), put("job", **allow("iam:*"))
IN_CAGE, JOB_IN_CAGE = (MAY, _caged("User", "eve")), (JOB_MAY, _caged("Role", "job"))
OWN_DENIES = call("CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=DENY_ALL, SetAsDefault=True)
NO = {"PolicyName": "no", "PolicyDocument": DENY_ALL}

CAGED = ("looks", "elsewhere", "denied")
"""Eve has a boundary in these already."""

WAYS = {
    "another version of a policy that eve has": Way(
        "CreatePolicyVersion", OWN, {"PolicyArn": OWN, "PolicyDocument": ALLOW_ALL, "SetAsDefault": True},
        (call("AttachUserPolicy", UserName="eve", PolicyArn=OWN),),
    ),
    "an old version of a policy that eve has": Way(
        "SetDefaultPolicyVersion", OWN, {"PolicyArn": OWN, "VersionId": "v2"},
        (
            call("AttachUserPolicy", UserName="eve", PolicyArn=OWN),
            call("CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=ALLOW_ALL),
        ),
    ),
    "attaching a policy to eve": Way(
        "AttachUserPolicy", EVE, {"UserName": "eve", "PolicyArn": ADMINISTRATOR}
    ),
    "attaching a policy to eve's group": Way(
        "AttachGroupPolicy", STAFF, {"GroupName": "staff", "PolicyArn": ADMINISTRATOR}
    ),
    "attaching a policy to eve's role": Way(
        "AttachRolePolicy", JOB, {"RoleName": "job", "PolicyArn": ADMINISTRATOR}, by="job"
    ),
    "an inline policy of eve": Way(
        "PutUserPolicy", EVE, {"UserName": "eve", "PolicyName": "p", "PolicyDocument": ALLOW_ALL}
    ),
    "an inline policy of eve's group": Way(
        "PutGroupPolicy", STAFF, {"GroupName": "staff", "PolicyName": "p", "PolicyDocument": ALLOW_ALL}
    ),
    "an inline policy of eve's role": Way(
        "PutRolePolicy", JOB, {"RoleName": "job", "PolicyName": "p", "PolicyDocument": ALLOW_ALL}, by="job"
    ),
    "joining the group of the rulers": Way(
        "AddUserToGroup", RULERS, {"GroupName": "rulers", "UserName": "eve"}
    ),
    "being trusted by a ruler's role": Way(
        "UpdateAssumeRolePolicy", CROWN, {"RoleName": "crown", "PolicyDocument": trust(EVE)},
        also=(allow("sts:AssumeRole", CROWN),), by="crown",
    ),
    "removing eve's boundary": Way(
        "DeleteUserPermissionsBoundary", EVE, {"UserName": "eve"},
        IN_CAGE,
        shut=CAGED,
    ),
    "another boundary of eve": Way(
        "PutUserPermissionsBoundary", EVE, {"UserName": "eve", "PermissionsBoundary": ADMINISTRATOR},
        IN_CAGE,
        shut=CAGED,
    ),
    "another version of eve's boundary": Way(
        "CreatePolicyVersion", CAGE, {"PolicyArn": CAGE, "PolicyDocument": ALLOW_ALL, "SetAsDefault": True},
        IN_CAGE,
        shut=CAGED,
    ),
    "removing the boundary of eve's role": Way(
        "DeleteRolePermissionsBoundary", JOB, {"RoleName": "job"},
        JOB_IN_CAGE,
        by="job",
    ),
    "another boundary of eve's role": Way(
        "PutRolePermissionsBoundary", JOB, {"RoleName": "job", "PermissionsBoundary": ADMINISTRATOR},
        JOB_IN_CAGE,
        by="job",
    ),
    "detaching what denies eve": Way(
        "DetachUserPolicy", EVE, {"UserName": "eve", "PolicyArn": OWN},
        (
            MAY,
            OWN_DENIES,
            call("AttachUserPolicy", UserName="eve", PolicyArn=OWN),
        ),
    ),
    "deleting eve's inline policy that denies": Way(
        "DeleteUserPolicy", EVE, {"UserName": "eve", "PolicyName": "no"},
        (
            MAY,
            call("PutUserPolicy", UserName="eve", **NO),
        ),
    ),
    "leaving a group that denies": Way(
        "RemoveUserFromGroup", STAFF, {"GroupName": "staff", "UserName": "eve"},
        (
            MAY,
            call("PutGroupPolicy", GroupName="staff", **NO),
        ),
    ),
    "deleting the policy of a group that denies": Way(
        "DeleteGroupPolicy", STAFF, {"GroupName": "staff", "PolicyName": "no"},
        (
            MAY,
            call("PutGroupPolicy", GroupName="staff", **NO),
        ),
    ),
    "detaching the policy of a group that denies": Way(
        "DetachGroupPolicy", STAFF, {"GroupName": "staff", "PolicyArn": OWN},
        (
            MAY,
            OWN_DENIES,
            call("AttachGroupPolicy", GroupName="staff", PolicyArn=OWN),
        ),
    ),
    "deleting what denies eve's role": Way(
        "DeleteRolePolicy", JOB, {"RoleName": "job", "PolicyName": "no"},
        (
            JOB_MAY,
            call("PutRolePolicy", RoleName="job", **NO),
        ),
        by="job",
    ),
    "detaching what denies eve's role": Way(
        "DetachRolePolicy", JOB, {"RoleName": "job", "PolicyArn": OWN},
        (
            JOB_MAY,
            OWN_DENIES,
            call("AttachRolePolicy", RoleName="job", PolicyArn=OWN),
        ),
        by="job",
    ),
    "the tag of the rulers on eve": Way(
        "TagUser", EVE, {"UserName": "eve", "Tags": [{"Key": "Team", "Value": "rulers"}]},
        (put("eve", **allow("iam:CreateUser", Condition=TO_RULERS)),),
    ),
    "the tag of the rulers on eve's role": Way(
        "TagRole", JOB, {"RoleName": "job", "Tags": [{"Key": "team", "Value": "rulers"}]},
        (put("job", **allow("iam:*", Condition=TO_RULERS)),),
        by="job",
    ),
    "removing the tag that denies eve": Way(
        "UntagUser", EVE, {"UserName": "eve", "TagKeys": ["TEAM"]},
        (
            call("TagUser", UserName="eve", Tags=[{"Key": "team", "Value": "guests"}]),
            MAY,
            call("PutUserPolicy", UserName="eve", PolicyName="no", PolicyDocument=document(
                {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*", "Condition": NOT_TO_GUESTS}
            )),
        ),
    ),
    "renaming eve to one who is allowed": Way(
        "UpdateUser", f"{ARN}:user/*", {"UserName": "eve", "NewUserName": "queen"},
        (put("eve", **allow("iam:CreateUser", Condition={"StringEquals": {"aws:username": "queen"}})),),
        shut=("looks", "denied", "bounded"), by="queen",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_it_is_open_to_those_who_may(iam: Iam, name: str) -> None:
    way = WAYS[name]
    eve = scene(iam, way)
    permit(iam, allow(f"iam:{way.operation}", way.on), *way.also)
    assert not rules(iam, way, eve)
    iam.by(eve)(way.operation, **way.given)
    assert rules(iam, way, eve)


@pytest.mark.parametrize(("name", "by"), [(name, by) for name, way in WAYS.items() for by in way.shut])
def test_it_is_shut_to_all_others(iam: Iam, name: str, by: str) -> None:
    way = WAYS[name]
    eve = scene(iam, way)
    action = f"iam:{way.operation}"
    allowed: dict[str, tuple[Mapping[str, Any], ...]] = {
        "looks": (allow("iam:Get*"), allow("iam:List*")),
        "elsewhere": (allow(action, way.on + "x"), allow(action, f"{ARN}:user/x*")),
        "denied": (allow(action), {"Effect": "Deny", "Action": action, "Resource": way.on}),
        "bounded": (allow(action),),
    }
    permit(iam, *allowed[by], *way.also)
    if by == "bounded":
        iam("PutUserPermissionsBoundary", UserName="eve", PermissionsBoundary=READ_ONLY)
    with pytest.raises(AwsError, match=f"is not authorized to perform: {action} "):
        iam.by(eve)(way.operation, **way.given)
    assert not rules(iam, way, eve)


def scene(iam: Iam, way: Way) -> User:
    """Eve, who is in the group staff and may assume the role job; and rulers."""
    made = iam("CreateUser", UserName="eve")["User"]
    iam("CreateGroup", GroupName="staff")
    iam("AddUserToGroup", GroupName="staff", UserName="eve")
    iam("CreateGroup", GroupName="rulers")
    iam("AttachGroupPolicy", GroupName="rulers", PolicyArn=ADMINISTRATOR)
    iam("CreateRole", RoleName="job", AssumeRolePolicyDocument=trust(EVE))
    iam("CreateRole", RoleName="crown", AssumeRolePolicyDocument=trust(f"{ARN}:role/job"))
    iam("AttachRolePolicy", RoleName="crown", PolicyArn=ADMINISTRATOR)
    iam("CreatePolicy", PolicyName="own", PolicyDocument=NOTHING)
    iam("CreatePolicy", PolicyName="cage", PolicyDocument=document({**allow("iam:*"), "Action": CAGE_ALLOWS}))
    for act in way.before:
        act(iam)
    return User(A, "eve", made["UserId"])


CAGE_ALLOWS = ["iam:*Boundary", "iam:CreatePolicyVersion", "iam:Get*"]


def permit(iam: Iam, *statements: Mapping[str, Any]) -> None:
    """What eve may do, beside what was there before."""
    iam("PutUserPolicy", UserName="eve", PolicyName="may", PolicyDocument=document(*statements))


def rules(iam: Iam, way: Way, eve: User) -> bool:
    """Whether the one who shall rule does what only rulers may."""
    try:
        iam.by(ruler(iam, way, eve))("CreateUser", UserName="made-by-a-ruler")
    except AwsError as refused:
        assert refused.code == "AccessDenied", refused
        return False
    return True


def ruler(iam: Iam, way: Way, eve: User) -> Principal:
    if way.by == "eve":
        return eve
    if way.by == "queen":
        return User(A, iam("ListUsers")["Users"][0]["UserName"], eve.unique_id)
    if way.by == "crown":
        assumed(iam, eve, CROWN)
    return RoleSession(A, way.by, iam("GetRole", RoleName=way.by)["Role"]["RoleId"], "s", "/")


def assumed(iam: Iam, by: Principal, role: str) -> dict[str, Any]:
    """What AssumeRole answers. Raises AccessDenied."""
    given = {"RoleArn": role, "RoleSessionName": "s"}
    asked = call_of(iam.world, Caller(by), ("sts", "AssumeRole"), given, now=iam.now)
    return carry_out(asked, SERVED["sts"]["AssumeRole"].demands(asked))


# --- ways by what others have ---------------------------------------------------------------------------


def simple_eve(iam: Iam, *statements: Mapping[str, Any]) -> Iam:
    made = iam("CreateUser", UserName="eve")["User"]
    iam("PutUserPolicy", UserName="eve", PolicyName="may", PolicyDocument=document(*statements))
    return iam.by(User(A, "eve", made["UserId"]))


@pytest.mark.parametrize(
    ("resource", "open_"),
    [(f"{ARN}:user/ruler", True), (f"{ARN}:user/${{aws:username}}", False), (f"{ARN}:user/r", False)],
)
@pytest.mark.parametrize("name", ["CreateAccessKey", "UpdateAccessKey"])
def test_a_key_of_a_ruler(iam: Iam, name: str, resource: str, open_: bool) -> None:
    """A new one, or an old one that was made inactive."""
    iam.ruler("ruler")
    old = iam("CreateAccessKey", UserName="ruler")["AccessKey"]["AccessKeyId"]
    iam("UpdateAccessKey", UserName="ruler", AccessKeyId=old, Status="Inactive")
    more = {"AccessKeyId": old, "Status": "Active"} if name == "UpdateAccessKey" else {}
    eve = simple_eve(iam, allow(f"iam:{name}", resource))
    if not open_:
        with pytest.raises(AwsError, match=f"is not authorized to perform: iam:{name}"):
            eve(name, UserName="ruler", **more)
    else:
        eve(name, UserName="ruler", **more)
    keys = iam("ListAccessKeys", UserName="ruler")["AccessKeyMetadata"]
    assert any(key["Status"] == "Active" for key in keys) is open_


def passed_to(service: str) -> dict[str, Any]:
    return {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}


@pytest.mark.parametrize(
    ("passing", "open_"),
    [
        (allow("iam:PassRole", CROWN), True),
        (allow("iam:PassRole", CROWN, Condition=passed_to("ec2")), True),
        (allow("iam:PassRole", CROWN, Condition=passed_to("lambda")), False),
        (allow("iam:PassRole", JOB), False),
        (allow("iam:GetRole"), False),
    ],
)
def test_passing_a_rulers_role_to_a_machine(iam: Iam, passing: Mapping[str, Any], open_: bool) -> None:
    iam("CreateRole", RoleName="crown", AssumeRolePolicyDocument=trust(A))
    iam("CreateInstanceProfile", InstanceProfileName="machine")
    eve = simple_eve(iam, allow("iam:AddRoleToInstanceProfile", MACHINE), passing)
    if not open_:
        with pytest.raises(AwsError, match="is not authorized to perform: iam:PassRole"):
            eve("AddRoleToInstanceProfile", InstanceProfileName="machine", RoleName="crown")
    else:
        eve("AddRoleToInstanceProfile", InstanceProfileName="machine", RoleName="crown")
    roles = iam("GetInstanceProfile", InstanceProfileName="machine")["InstanceProfile"]["Roles"]
    assert [role["RoleName"] for role in roles] == (["crown"] if open_ else [])


@pytest.mark.parametrize("tagging", ["open", "shut"])
def test_a_tag_that_opens_a_rulers_role(iam: Iam, tagging: str) -> None:
    """Whoever may tag it may do what its tag allows; who may change its tag by that tag only, may not."""
    iam("CreateRole", RoleName="crown", AssumeRolePolicyDocument=trust(f"{ARN}:root"))
    by_tag = {"StringEquals": {"iam:ResourceTag/open": "yes"}}
    may_tag = allow("iam:TagRole", CROWN) if tagging == "open" else allow("iam:TagRole", Condition=by_tag)
    eve = simple_eve(iam, may_tag, allow("iam:UpdateAssumeRolePolicy", Condition=by_tag))
    tag = {"RoleName": "crown", "Tags": [{"Key": "open", "Value": "yes"}]}
    if tagging == "open":
        eve("TagRole", **tag)
        eve("UpdateAssumeRolePolicy", RoleName="crown", PolicyDocument=trust(EVE))
        assert assumed(iam, eve.caller.principal, CROWN)["Credentials"]
    else:
        for name, given in (
            ("TagRole", tag),
            ("UpdateAssumeRolePolicy", {"RoleName": "crown", "PolicyDocument": trust(EVE)}),
        ):
            with pytest.raises(AwsError, match=f"is not authorized to perform: iam:{name}"):
                eve(name, **given)


@pytest.mark.parametrize("name", ["CreateUser", "CreateRole"])
def test_who_delegates_with_a_boundary_makes_no_rulers(iam: Iam, name: str) -> None:
    """A new user or role must have the boundary, and keep it."""
    iam("CreatePolicy", PolicyName="cage", PolicyDocument=NOTHING)
    caged = {"StringEquals": {"iam:PermissionsBoundary": CAGE}}
    eve = simple_eve(iam, allow("iam:*", Condition=caged))
    noun = name.removeprefix("Create")
    who = {f"{noun}Name": "made"}
    more = {"AssumeRolePolicyDocument": trust(A)} if noun == "Role" else {}
    for boundary in ({}, {"PermissionsBoundary": ADMINISTRATOR}):
        with pytest.raises(AwsError, match=f"is not authorized to perform: iam:{name}"):
            eve(name, **who, **more, **boundary)
    eve(name, **who, **more, PermissionsBoundary=CAGE)
    eve(f"Attach{noun}Policy", **who, PolicyArn=ADMINISTRATOR)
    with pytest.raises(AwsError, match=f"is not authorized to perform: iam:Put{noun}PermissionsBoundary"):
        eve(f"Put{noun}PermissionsBoundary", **who, PermissionsBoundary=ADMINISTRATOR)


@pytest.mark.parametrize("open_", [True, False])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("AddClientIDToOpenIDConnectProvider", {"ClientID": "eves"}),
        ("UpdateOpenIDConnectProviderThumbprint", {"ThumbprintList": ["e" * 40]}),
    ],
)
def test_a_provider_that_rulers_are_trusted_by(
    iam: Iam, name: str, given: dict[str, Any], open_: bool
) -> None:
    url = "https://idp.example.com"
    arn = iam("CreateOpenIDConnectProvider", Url=url)["OpenIDConnectProviderArn"]
    eve = simple_eve(iam, allow(f"iam:{name}", arn if open_ else arn + "x"))
    if open_:
        eve(name, OpenIDConnectProviderArn=arn, **given)
    else:
        with pytest.raises(AwsError, match=f"is not authorized to perform: iam:{name}"):
            eve(name, OpenIDConnectProviderArn=arn, **given)
    found = iam("GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert ("eves" in found["ClientIDList"] or "e" * 40 in found["ThumbprintList"]) is open_
