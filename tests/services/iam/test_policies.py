"""Managed policies and their versions, the account's own and those of AWS."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, B, Iam, decoded, refused

from watchword.access import RequestContext, authorize, refusal
from watchword.names import AwsError, HttpRequest

SPACED = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}'.replace(
    "[]", json.dumps(json.loads(ALLOW_ALL)["Statement"])
)
DENY = ALLOW_ALL.replace("Allow", "Deny")
FOREIGN = ALLOW_ALL.replace('"Resource": "*"', '"Resource": "arn:aws-cn:s3:::b"')
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def make(iam: Iam, name: str = "p", **given: object) -> dict[str, Any]:
    policy: dict[str, Any] = iam("CreatePolicy", PolicyName=name, **{"PolicyDocument": ALLOW_ALL, **given})[
        "Policy"
    ]
    return policy


def test_a_policy_is_made_and_read(iam: Iam, now: datetime) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    made = make(iam, Path="/x/", Description="does", Tags=tags)
    assert made["PolicyId"].startswith("ANPA")
    assert made | {"PolicyId": ""} == {
        "PolicyName": "p",
        "PolicyId": "",
        "Arn": f"arn:aws:iam::{A}:policy/x/p",
        "Path": "/x/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": now,
        "UpdateDate": now,
        "Tags": tags,
    }
    assert iam("GetPolicy", PolicyArn=made["Arn"])["Policy"] == made | {"Description": "does"}


def test_a_document_is_answered_as_it_was_written(iam: Iam) -> None:
    arn = make(iam, PolicyDocument=SPACED)["Arn"]
    document = iam("GetPolicyVersion", PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert unquote(document) == SPACED
    assert " " not in document
    assert "%20" in document


def test_a_policy_is_made_once(iam: Iam, other: Iam) -> None:
    make(iam)
    said = "A policy called P already exists. Duplicate names are not allowed."
    refused("EntityAlreadyExists", said, iam, "CreatePolicy", PolicyName="P", PolicyDocument=ALLOW_ALL)
    make(other)


@pytest.mark.parametrize("document", ["", "{", "[]", "{}", '{"Version":"2012-10-17"}', "true", FOREIGN])
def test_what_is_no_policy(iam: Iam, document: str) -> None:
    with pytest.raises(Exception, match="MalformedPolicyDocument"):
        iam("CreatePolicy", PolicyName="p", PolicyDocument=document or " ")
    assert iam("ListPolicies", Scope="Local")["Policies"] == []


def test_a_policy_has_a_size_white_space_not_counted(iam: Iam) -> None:
    said = "Cannot exceed quota for PolicySize: 6144"
    statement = {"Effect": "Allow", "Action": "*", "Resource": "x" * 6144}
    long = json.dumps({"Version": "2012-10-17", "Statement": statement})
    refused("LimitExceeded", said, iam, "CreatePolicy", PolicyName="p", PolicyDocument=long)
    arn = make(iam, PolicyDocument=SPACED + "\n" * 7000)["Arn"]
    refused("LimitExceeded", said, iam, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=long)


@pytest.mark.parametrize("name", ["GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListEntitiesForPolicy"])
def test_a_missing_policy(iam: Iam, name: str) -> None:
    arn = f"arn:aws:iam::{A}:policy/none"
    refused("NoSuchEntity", f"Policy {arn} was not found.", iam, name, PolicyArn=arn)


@pytest.mark.parametrize("name", ["GetPolicy", "ListPolicyVersions", "ListEntitiesForPolicy"])
def test_a_missing_policy_of_aws(iam: Iam, name: str) -> None:
    arn = "arn:aws:iam::aws:policy/None"
    refused("NoSuchEntity", f"Policy {arn} was not found.", iam, name, PolicyArn=arn)


@pytest.mark.parametrize("name", ["GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListEntitiesForPolicy"])
def test_a_policy_of_another_account_is_neither_there_nor_missing(iam: Iam, name: str) -> None:
    with pytest.raises(AwsError) as caught:
        iam(name, PolicyArn=f"arn:aws:iam::{B}:policy/p")
    assert caught.value.code == "AccessDenied"


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{A}:user/policy", f"arn:aws:iam::{A}:policy/"])
def test_what_is_no_arn_of_a_policy(iam: Iam, arn: str) -> None:
    refused("InvalidInput", f"ARN {arn} is not valid.", iam, "GetPolicy", PolicyArn=arn)


def test_the_path_is_part_of_the_arn(iam: Iam) -> None:
    make(iam, Path="/x/")
    arn = f"arn:aws:iam::{A}:policy/p"
    refused("NoSuchEntity", f"Policy {arn} was not found.", iam, "GetPolicy", PolicyArn=arn)


def whole(iam: Iam, **given: object) -> list[dict[str, Any]]:
    return [policy for page in iam.pages("ListPolicies", "Policies", 1000, **given) for policy in page]


def test_policies_come_in_pages_those_of_aws_first(iam: Iam) -> None:
    for name in ("c", "B", "a"):
        make(iam, name, Description="not in lists")
    mine = iam.pages("ListPolicies", "Policies", 2, Scope="Local")
    assert [[policy["PolicyName"] for policy in page] for page in mine] == [["a", "B"], ["c"]]
    assert "Description" not in mine[0][0]
    of_aws = whole(iam, Scope="AWS")
    assert len(of_aws) > 1500
    assert all(policy["Arn"].startswith("arn:aws:iam::aws:policy/") for policy in of_aws)
    both = whole(iam)
    assert both == of_aws + [policy for page in mine for policy in page]
    for size in (400, 999, 1000):
        assert [policy for page in iam.pages("ListPolicies", "Policies", size) for policy in page] == both


def test_policies_are_listed_by_path_and_use(iam: Iam, other: Iam) -> None:
    arns = {name: make(iam, name, Path=f"/{name}/")["Arn"] for name in ("held", "bounding", "idle")}
    iam("CreateUser", UserName="ann", PermissionsBoundary=arns["bounding"])
    iam("AttachUserPolicy", UserName="ann", PolicyArn=arns["held"])
    iam("AttachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)

    def listed(iam: Iam, **given: object) -> list[str]:
        return [policy["PolicyName"] for policy in iam("ListPolicies", **given)["Policies"]]

    assert listed(iam, PathPrefix="/idle/") == ["idle"]
    assert listed(iam, OnlyAttached=True) == ["AdministratorAccess", "held"]
    assert listed(other, OnlyAttached=True) == []
    assert listed(iam, PolicyUsageFilter="PermissionsPolicy") == ["AdministratorAccess", "held"]
    assert listed(iam, PolicyUsageFilter="PermissionsBoundary") == ["bounding"]
    assert iam("GetPolicy", PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"] == 1
    assert other("GetPolicy", PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"] == 0
    assert iam("GetPolicy", PolicyArn=arns["bounding"])["Policy"]["PermissionsBoundaryUsageCount"] == 1


def test_versions_are_made_read_put_in_force_and_removed(iam: Iam, now: datetime) -> None:
    arn = make(iam)["Arn"]
    second = iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DENY)["PolicyVersion"]
    assert second == {"VersionId": "v2", "IsDefaultVersion": False, "CreateDate": now}
    third = iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DENY, SetAsDefault=True)["PolicyVersion"]
    assert third["IsDefaultVersion"]
    assert iam("GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    got = iam("GetPolicyVersion", PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert decoded(got["Document"]) == json.loads(DENY)
    pages = iam.pages("ListPolicyVersions", "Versions", 2, PolicyArn=arn)
    assert [[version["VersionId"] for version in page] for page in pages] == [["v3", "v2"], ["v1"]]
    iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v3")
    assert (
        iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DENY)["PolicyVersion"]["VersionId"] == "v4"
    )


def test_five_versions_at_most(iam: Iam) -> None:
    arn = make(iam)["Arn"]
    for _ in range(4):
        iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW_ALL)
    said = (
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
        "existing version."
    )
    refused("LimitExceeded", said, iam, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW_ALL)


@pytest.mark.parametrize("name", ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"])
def test_a_missing_version(iam: Iam, name: str) -> None:
    arn = make(iam)["Arn"]
    for version in ("v2", "v1.x"):
        said = f"Policy {arn} version {version} does not exist or is not attachable."
        refused("NoSuchEntity", said, iam, name, PolicyArn=arn, VersionId=version)


def test_what_keeps_a_policy_from_going(iam: Iam) -> None:
    arn = make(iam)["Arn"]
    iam("CreateUser", UserName="ann", PermissionsBoundary=arn)
    iam("AttachUserPolicy", UserName="ann", PolicyArn=arn)
    attached = "Cannot delete a policy attached to entities."
    refused("DeleteConflict", attached, iam, "DeletePolicy", PolicyArn=arn)
    iam("DetachUserPolicy", UserName="ann", PolicyArn=arn)
    refused("DeleteConflict", attached, iam, "DeletePolicy", PolicyArn=arn)
    iam("DeleteUserPermissionsBoundary", UserName="ann")
    iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DENY)
    versions = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's "
        "versions. The default version is deleted with the policy."
    )
    refused("DeleteConflict", versions, iam, "DeletePolicy", PolicyArn=arn)
    default = "Cannot delete the default version of a policy."
    refused("DeleteConflict", default, iam, "DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
    iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v2")
    iam("DeletePolicy", PolicyArn=arn)
    refused("NoSuchEntity", f"Policy {arn} was not found.", iam, "GetPolicy", PolicyArn=arn)


def test_a_policy_of_aws_is_read(iam: Iam) -> None:
    policy = iam("GetPolicy", PolicyArn=READ_ONLY)["Policy"]
    assert policy["PolicyId"] == "ANPAIZTJ4DXE7G6AGAE6M"
    assert [demand.account for demand in iam.demands] == [A]
    version = iam("GetPolicyVersion", PolicyArn=READ_ONLY, VersionId=policy["DefaultVersionId"])[
        "PolicyVersion"
    ]
    assert "s3:Get*" in decoded(version["Document"])["Statement"][0]["Action"]
    versions = iam("ListPolicyVersions", PolicyArn=READ_ONLY)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in versions] == [
        ("v3", True),
        ("v2", False),
        ("v1", False),
    ]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DeletePolicy", {}),
        ("CreatePolicyVersion", {"PolicyDocument": ALLOW_ALL}),
        ("SetDefaultPolicyVersion", {"VersionId": "v3"}),
        ("DeletePolicyVersion", {"VersionId": "v3"}),
        ("TagPolicy", {"Tags": []}),
        ("UntagPolicy", {"TagKeys": []}),
    ],
)
def test_a_policy_of_aws_is_not_changed(iam: Iam, name: str, given: dict[str, str]) -> None:
    demands = iam.asks(name, PolicyArn=READ_ONLY, **given)
    context = RequestContext(iam.world, iam.caller, HttpRequest("POST"), "us-east-1", iam.now)
    denied = refusal(demands, authorize(context, demands))
    assert denied
    assert denied.code == "AccessDenied"
