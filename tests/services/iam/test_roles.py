"""Roles and their trust policies."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, MODEL, A, B, Iam, decoded, refused

from watchword.installation.administrator import administrator_session
from watchword.names import AwsError
from watchword.services.iam import OPERATIONS
from watchword.services.operation import Mode
from watchword.store.iam import roles


def trusting(*principals: str, **more: object) -> str:
    """A trust policy that names AWS principals."""
    named = principals[0] if len(principals) == 1 else list(principals)
    statement = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def make(iam: Iam, name: str = "r", **given: object) -> dict[str, Any]:
    """A role that trusts account A unless told otherwise."""
    given.setdefault("AssumeRolePolicyDocument", trusting(f"arn:aws:iam::{A}:root"))
    role: dict[str, Any] = iam("CreateRole", RoleName=name, **given)["Role"]
    return role


def trusted(iam: Iam, name: str = "r") -> object:
    """Whom GetRole says the role trusts."""
    document = decoded(iam("GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    return document["Statement"][0]["Principal"]["AWS"]


def test_a_role_is_made_and_read(iam: Iam, now: datetime) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    made = make(iam, Path="/x/", Description="does", MaxSessionDuration=7200, Tags=tags)
    assert made["RoleId"].startswith("AROA")
    document = made["AssumeRolePolicyDocument"]
    assert "%7B%22Version%22%3A" in document
    assert made == {
        "Path": "/x/",
        "RoleName": "r",
        "RoleId": made["RoleId"],
        "Arn": f"arn:aws:iam::{A}:role/x/r",
        "CreateDate": now,
        "AssumeRolePolicyDocument": document,
        "Tags": tags,
    }
    read = iam("GetRole", RoleName="R")["Role"]
    assert decoded(read["AssumeRolePolicyDocument"]) == decoded(document)
    alone = {"Description": "does", "MaxSessionDuration": 7200, "RoleLastUsed": {}}
    assert read | {"AssumeRolePolicyDocument": document} == made | alone


def test_a_new_role_shows_its_trust_policy_as_it_was_sent(iam: Iam) -> None:
    sent = f"""{{"Statement": [{{"Action": ["sts:AssumeRole"], "Principal": {{"AWS": ["{A}"]}},
        "Effect": "Allow"}}], "Version": "2012-10-17"}}"""
    assert unquote(make(iam, AssumeRolePolicyDocument=sent)["AssumeRolePolicyDocument"]) == sent
    assert trusted(iam) == f"arn:aws:iam::{A}:root"


def test_a_role_is_made_once(iam: Iam) -> None:
    make(iam)
    said = "Role with name R already exists."
    document = trusting(f"arn:aws:iam::{A}:root")
    refused("EntityAlreadyExists", said, iam, "CreateRole", RoleName="R", AssumeRolePolicyDocument=document)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("GetRole", {}),
        ("UpdateRole", {}),
        ("UpdateRoleDescription", {"Description": "d"}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": trusting(f"arn:aws:iam::{A}:root")}),
        ("DeleteRole", {}),
    ],
)
def test_a_missing_role(iam: Iam, name: str, given: dict[str, str]) -> None:
    refused("NoSuchEntity", "The role with name r cannot be found.", iam, name, RoleName="r", **given)


def test_roles_come_in_pages_without_what_only_one_alone_shows(iam: Iam) -> None:
    for name in ("c", "b", "a"):
        make(iam, name, Tags=[{"Key": "k", "Value": "v"}], PermissionsBoundary=ADMINISTRATOR)
    pages = iam.pages("ListRoles", "Roles", 2)
    assert [[role["RoleName"] for role in page] for page in pages] == [["a", "b"], ["c"]]
    assert not {"Tags", "PermissionsBoundary", "RoleLastUsed"} & set(pages[0][0])
    assert iam("ListRoles", PathPrefix="/none/")["Roles"] == []


def test_an_update_changes_what_it_names(iam: Iam) -> None:
    make(iam, Description="old", MaxSessionDuration=7200)
    assert iam("UpdateRole", RoleName="r", Description="new") == {}
    role = iam("GetRole", RoleName="r")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 7200)
    iam("UpdateRole", RoleName="r", MaxSessionDuration=3600)
    role = iam("GetRole", RoleName="r")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 3600)
    assert iam("UpdateRoleDescription", RoleName="r", Description="last")["Role"]["Description"] == "last"


def test_when_a_role_was_last_used(iam: Iam, now: datetime) -> None:
    role_id = make(iam)["RoleId"]
    with iam.world.database.write(now) as tx:
        roles.note_use(tx, role_id, now, timedelta(), region="eu-west-1")
    used = iam("GetRole", RoleName="r")["Role"]["RoleLastUsed"]
    assert used == {"LastUsedDate": now, "Region": "eu-west-1"}


def test_what_keeps_a_role_from_going(iam: Iam) -> None:
    make(iam)
    iam("AttachRolePolicy", RoleName="r", PolicyArn=ADMINISTRATOR)
    iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=ALLOW_ALL)
    ways = [
        ("detach all policies", "DetachRolePolicy", {"PolicyArn": ADMINISTRATOR}),
        ("delete policies", "DeleteRolePolicy", {"PolicyName": "p"}),
    ]
    for what, name, given in ways:
        refused(
            "DeleteConflict", f"Cannot delete entity, must {what} first.", iam, "DeleteRole", RoleName="r"
        )
        iam(name, RoleName="r", **given)
    iam("DeleteRole", RoleName="r")
    assert iam("ListRoles")["Roles"] == []


def test_users_and_roles_are_trusted_by_unique_id_and_shown_by_arn(iam: Iam, other: Iam) -> None:
    ann = other("CreateUser", UserName="ann", Path="/x/")["User"]
    first = make(iam, "first")
    make(iam, AssumeRolePolicyDocument=trusting(ann["Arn"], first["Arn"]))
    assert trusted(iam) == [ann["Arn"], first["Arn"]]
    with iam.world.database.read() as tx:
        stored = roles.named(tx, A, "r")
    assert stored is not None
    assert json.loads(stored.trust)["Statement"][0]["Principal"]["AWS"] == [ann["UserId"], first["RoleId"]]


def test_a_trusted_user_that_goes_shows_as_its_id_and_one_made_again_is_not_trusted(iam: Iam) -> None:
    """Lesson: a re-created principal must not inherit the trust in the old one."""
    ann = iam("CreateUser", UserName="ann")["User"]
    make(iam, AssumeRolePolicyDocument=trusting(ann["Arn"]))
    iam("UpdateUser", UserName="ann", NewUserName="anna")
    assert trusted(iam) == f"arn:aws:iam::{A}:user/anna"
    iam("DeleteUser", UserName="anna")
    assert trusted(iam) == ann["UserId"]
    iam("CreateUser", UserName="ann")
    assert trusted(iam) == ann["UserId"]


def test_an_account_is_trusted_by_its_digits(iam: Iam) -> None:
    make(iam, AssumeRolePolicyDocument=trusting(B))
    assert trusted(iam) == f"arn:aws:iam::{B}:root"


@pytest.mark.parametrize("everybody", ["*", {"AWS": "*"}, {"Service": "ec2.amazonaws.com"}])
def test_principals_that_are_not_looked_up(iam: Iam, everybody: object) -> None:
    document = trusting("", Principal=everybody)
    make(iam, AssumeRolePolicyDocument=document)
    assert decoded(iam("GetRole", RoleName="r")["Role"]["AssumeRolePolicyDocument"]) == json.loads(document)


def test_sessions_are_trusted_as_written(iam: Iam) -> None:
    make(iam, "worker")
    session = f"arn:aws:sts::{A}:assumed-role/worker/s1"
    make(iam, AssumeRolePolicyDocument=trusting(session))
    assert trusted(iam) == session


@pytest.mark.parametrize(
    "nobody",
    [
        f"arn:aws:iam::{A}:user/nobody",
        f"arn:aws:iam::{A}:user/x/ann",
        f"arn:aws:iam::{A}:role/ann",
        f"arn:aws:iam::{A}:group/g",
        "arn:aws:iam::333333333333:root",
        "333333333333",
        "AIDAAAAAAAAAAAAAAAAAA",
        "AROAAAAAAAAAAAAAAAAAA",
        f"arn:aws:sts::{A}:assumed-role/none/s",
        f"arn:aws:iam::{A}:user/*",
        "ann",
    ],
)
def test_nobody_unknown_is_trusted(iam: Iam, nobody: str) -> None:
    iam("CreateUser", UserName="ann")
    iam("CreateGroup", GroupName="g")
    make(iam)
    said = f'Invalid principal in policy: "AWS":"{nobody}"'
    document = trusting(f"arn:aws:iam::{A}:root", nobody)
    refused(
        "MalformedPolicyDocument", said, iam, "UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=document
    )
    given = {"RoleName": "s", "AssumeRolePolicyDocument": document}
    refused("MalformedPolicyDocument", said, iam, "CreateRole", **given)


def test_a_role_can_come_to_trust_itself(iam: Iam) -> None:
    arn = make(iam)["Arn"]
    iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trusting(arn))
    assert trusted(iam) == arn


def test_a_trust_policy_has_a_size(iam: Iam) -> None:
    """White space doesn't count."""
    long = {"Condition": {"StringEquals": {"sts:ExternalId": "x" * 2048}}}
    said = "Cannot exceed quota for ACLSizePerRole: 2048"
    document = trusting(f"arn:aws:iam::{A}:root", **long)
    refused("LimitExceeded", said, iam, "CreateRole", RoleName="r", AssumeRolePolicyDocument=document)
    make(iam, AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{A}:root") + " " * 4096)


def test_what_is_no_trust_policy(iam: Iam) -> None:
    given = {"RoleName": "r", "AssumeRolePolicyDocument": ALLOW_ALL}
    with pytest.raises(Exception, match="MalformedPolicyDocument"):
        iam("CreateRole", **given)
    assert iam("ListRoles")["Roles"] == []


def test_a_federated_user_is_trusted_as_written_and_other_services_have_no_principals(iam: Iam) -> None:
    federated = f"arn:aws:sts::{A}:federated-user/ann"
    make(iam, AssumeRolePolicyDocument=trusting(federated))
    assert trusted(iam) == federated
    for nobody in (f"arn:aws:s3::{A}:user/ann", f"arn:aws:sts::{A}:user/ann"):
        with pytest.raises(Exception, match="Invalid principal in policy"):
            make(iam, "s", AssumeRolePolicyDocument=trusting(nobody))


@pytest.mark.parametrize("name", ["WatchwordAdministrator", "watchwordadministrator"])
@pytest.mark.parametrize("path", ["/", "/watchword/"])
def test_the_administrators_name_is_reserved(iam: Iam, name: str, path: str) -> None:
    given = {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trusting(A)}
    refused("EntityAlreadyExists", f"Role with name {name} already exists.", iam, "CreateRole", **given)
    assert iam("CreateUser", UserName=name)


CHANGES: dict[str, dict[str, object]] = {
    "UpdateRole": {"MaxSessionDuration": 7200},
    "UpdateRoleDescription": {"Description": "mine"},
    "UpdateAssumeRolePolicy": {"PolicyDocument": trusting(A)},
    "PutRolePolicy": {"PolicyName": "p", "PolicyDocument": ALLOW_ALL},
    "DeleteRolePolicy": {"PolicyName": "p"},
    "AttachRolePolicy": {"PolicyArn": ADMINISTRATOR},
    "DetachRolePolicy": {"PolicyArn": ADMINISTRATOR},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": ADMINISTRATOR},
    "DeleteRolePermissionsBoundary": {},
    "TagRole": {"Tags": [{"Key": "team", "Value": "mine"}]},
    "UntagRole": {"TagKeys": ["team"]},
    "AddRoleToInstanceProfile": {"InstanceProfileName": "box"},
    "DeleteRole": {},
}
"""Every operation that changes a role."""


def test_only_root_changes_the_administrators_role(iam: Iam) -> None:
    administrator_session(iam.world, A, "", "me")
    ann, _ = iam.ruler("ann")
    iam("CreateInstanceProfile", InstanceProfileName="box")
    assert ann("GetRole", RoleName="WatchwordAdministrator")["Role"]["Path"] == "/watchword/"
    for name, given in CHANGES.items():
        with pytest.raises(AwsError) as caught:
            ann(name, RoleName="WatchwordAdministrator", **given)
        assert caught.value.code == "UnmodifiableEntity", name
    iam("DetachRolePolicy", RoleName="WatchwordAdministrator", PolicyArn=ADMINISTRATOR)
    iam("DeleteRole", RoleName="WatchwordAdministrator")
    assert administrator_session(iam.world, A, "", "me")


def test_every_operation_that_changes_a_role_is_tried_on_the_administrators() -> None:
    shapes = {name: MODEL.operation_model(name).input_shape for name in OPERATIONS}
    changing = {
        name
        for name, shape in shapes.items()
        if OPERATIONS[name].mode is Mode.WRITE and shape and "RoleName" in shape.members
    }
    assert (
        changing - {"CreateRole", "RemoveRoleFromInstanceProfile", "DeleteServiceLinkedRole"}
        == CHANGES.keys()
    )
