"""Who may do what: principals x operations x whose entity it is, as a golden file.

A change of the rules shows as a diff of tests/golden/permissions.txt. `UPDATE_GOLDEN=1` writes it again.
The policies are AWS's own, and those of the IAM User Guide: "Allows IAM users to manage their own password,
access keys, and MFA devices", "Permissions boundaries for IAM entities" (delegating), "Define permissions
based on attributes" (ABAC).
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.values import good
from tests.services.harness import SHAPES, call_of
from tests.services.iam.harness import A, B, Iam

from watchword.access import Caller, RequestLog
from watchword.gateway.dispatch import permit
from watchword.names import AwsError, Principal
from watchword.names.principal import RoleSession, Root, User
from watchword.reference.models import read_model
from watchword.services.iam import OPERATIONS
from watchword.wire import Models

GOLDEN = Path(__file__).parents[2] / "golden" / "permissions.txt"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

AWS = "arn:aws:iam::aws:policy"
OWN = f"arn:aws:iam::{A}:user/${{aws:username}}"
BLUE, RED = [{"Key": "team", "Value": "blue"}], [{"Key": "team", "Value": "red"}]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
    }
)
SELF_SERVICE = {
    "Effect": "Allow",
    "Action": [
        f"iam:{each}" for each in ("*AccessKey*", "*LoginProfile", "ChangePassword", "*MFADevice*", "GetUser")
    ],
    "Resource": [OWN, f"arn:aws:iam::{A}:mfa/${{aws:username}}"],
}
DELEGATED = {
    "Effect": "Allow",
    "Action": [
        f"iam:{each}" for each in ("CreateUser", "CreateRole", "Attach*Policy", "Put*Policy", "Detach*Policy")
    ],
    "Resource": "*",
    "Condition": {"StringEquals": {"iam:PermissionsBoundary": f"{AWS}/ReadOnlyAccess"}},
}
ABAC = {
    "Effect": "Allow",
    "Action": "iam:*",
    "Resource": "*",
    "Condition": {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}},
}
GUARDED = {"Effect": "Deny", "Action": ["iam:*Boundary", "iam:*Policy*"], "Resource": "*"}


@dataclass(frozen=True)
class Part:
    """A principal of the matrix: its policies, and what it is."""

    attached: tuple[str, ...] = ()
    inline: tuple[Mapping[str, Any], ...] = ()
    boundary: str = ""
    noun: str = "User"


PARTS = {
    "root": Part(noun="Root"),
    "administrator": Part(("AdministratorAccess",)),
    "power": Part(("PowerUserAccess",)),
    "iam-full": Part(("IAMFullAccess",)),
    "iam-read": Part(("IAMReadOnlyAccess",)),
    "auditor": Part(("SecurityAudit",)),
    "password": Part(("IAMUserChangePassword",)),
    "self": Part(inline=(SELF_SERVICE,)),
    "delegated": Part(inline=(DELEGATED,)),
    "abac": Part(inline=(ABAC,)),
    "guarded": Part(("AdministratorAccess",), (GUARDED,)),
    "bounded": Part(("AdministratorAccess",), boundary="IAMReadOnlyAccess"),
    "role": Part(("AdministratorAccess",), noun="Role"),
    "nobody": Part(),
    "elsewhere": Part(noun="Elsewhere"),
}
SIGN = {"": "✔", "AccessDenied": "✘"}
ELSE = "-"
"""Refused before anything is decided: the operation isn't for such a caller."""


def test_who_may_do_what(iam: Iam) -> None:
    callers = cast(iam)
    lines = [HEAD, "", f"{'':50}" + " ".join(callers)]
    for name in sorted(OPERATIONS):
        for whose in ("own", "other") if names_something(name) else ("",):
            signs = [f"{decided(iam, name, whose, each, callers[each]):^{len(each)}}" for each in callers]
            lines.append(f"{name:44}{whose:6}{' '.join(signs)}".rstrip())
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert GOLDEN.read_text() == text


HEAD = """\
Who may call which operation of IAM: ✔ allowed, ✘ denied, - not for such a caller.

own: about the caller itself, or about what has the tag of its team. New users and roles get the boundary
that a delegated administrator must give. other: about another's, with another boundary. The caller
`elsewhere` is the root user of another account: a name means an entity of its own account, an ARN means one
of ours."""


def cast(iam: Iam) -> dict[str, Principal]:
    """All of them, each in team blue, with an entity of every type for each team."""
    for team, tags in (("own", BLUE), ("other", RED)):
        iam("CreateUser", UserName=f"{team}-user", Tags=tags)
        iam("CreateGroup", GroupName=f"{team}-group")
        iam("CreateRole", RoleName=f"{team}-role", AssumeRolePolicyDocument=TRUST, Tags=tags)
        iam("CreateInstanceProfile", InstanceProfileName=f"{team}-profile", Tags=tags)
        iam(
            "CreatePolicy",
            PolicyName=f"{team}-policy",
            PolicyDocument=json.dumps(document(SELF_SERVICE)),
            Tags=tags,
        )
        iam("CreateOpenIDConnectProvider", Url=f"https://{team}.example.com", Tags=tags)
    return {name: principal(iam, name, part) for name, part in PARTS.items()}


def principal(iam: Iam, name: str, part: Part) -> Principal:
    if part.noun in ("Root", "Elsewhere"):
        return Root(A if part.noun == "Root" else B)
    given: dict[str, Any] = {f"{part.noun}Name": name, "Tags": BLUE}
    if part.noun == "Role":
        given["AssumeRolePolicyDocument"] = TRUST
    if part.boundary:
        given["PermissionsBoundary"] = f"{AWS}/{part.boundary}"
    made = iam(f"Create{part.noun}", **given)[part.noun]
    who = {f"{part.noun}Name": name}
    for policy in part.attached:
        iam(f"Attach{part.noun}Policy", **who, PolicyArn=f"{AWS}/{policy}")
    for index, statement in enumerate(part.inline):
        text = json.dumps(document(statement))
        iam(f"Put{part.noun}Policy", **who, PolicyName=f"p{index}", PolicyDocument=text)
    if part.noun == "Role":
        return RoleSession(A, name, made["RoleId"], "s", "/")
    return User(A, name, made["UserId"])


def document(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def decided(iam: Iam, name: str, whose: str, part: str, caller: Principal) -> str:
    given = input_of(name, whose, part, caller)
    call = call_of(iam.world, Caller(caller), ("iam", name), given, now=iam.now)
    row, model = OPERATIONS[name], _MODELS.service("iam").operation(name)
    log = RequestLog(
        "r", call.now, call.request, operation=model, traits=row.traits, caller=call.caller, input=given
    )
    try:
        permit(call, row.demands(call), log)
    except AwsError as error:
        return SIGN.get(error.code, ELSE)
    return SIGN[""]


_MODELS = Models(read_model)


def input_of(name: str, whose: str, part: str, caller: Principal) -> dict[str, Any]:
    """The required members, and those that name something."""
    shape = SHAPES["iam"].operation_model(name).input_shape
    if shape is None:
        return {}
    known = dict(_named(whose or "own")) | _NEW
    if name.startswith(("Create", "Put")):
        known["PermissionsBoundary"] = (
            f"{AWS}/{'ReadOnlyAccess' if whose == 'own' else 'AdministratorAccess'}"
        )
    if whose == "own" and isinstance(caller, User):
        known |= {"UserName": part, "SerialNumber": f"arn:aws:iam::{A}:mfa/{part}"}
    if whose == "own" and isinstance(caller, RoleSession):
        known["RoleName"] = part
    return {
        member: known.get(member, good(each))
        for member, each in shape.members.items()
        if member in shape.required_members or (whose and member in known)
    }


_NEW = {
    "Url": "https://new.example.com",
    "DeletionTaskId": "task/aws-service-role/ecs.amazonaws.com/x/00000000-0000-4000-8000-000000000000",
}


def names_something(name: str) -> bool:
    shape = SHAPES["iam"].operation_model(name).input_shape
    return shape is not None and any(member in dict(_named("own")) for member in shape.members)


def _named(team: str) -> Iterator[tuple[str, str]]:
    arn = f"arn:aws:iam::{A}"
    yield "UserName", f"{team}-user"
    yield "GroupName", f"{team}-group"
    yield "RoleName", f"{team}-role"
    yield "InstanceProfileName", f"{team}-profile"
    yield "PolicyArn", f"{arn}:policy/{team}-policy"
    yield "PolicySourceArn", f"{arn}:role/{team}-role"
    yield "Arn", f"{arn}:role/{team}-role"
    yield "SerialNumber", f"{arn}:mfa/{team}-user"
    yield "OpenIDConnectProviderArn", f"{arn}:oidc-provider/{team}.example.com"
    yield "SAMLProviderArn", f"{arn}:saml-provider/{team}"
    yield "ServerCertificateName", f"{team}-certificate"
    yield "AWSServiceName", "ecs.amazonaws.com"
