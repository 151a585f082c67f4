"""Unmodified boto3 against a running server: IAM's whole journeys, and what its policies then allow."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from watchword.testing import Server

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: object) -> str:
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})


def refused(code: str, call: Callable[..., object], **given: object) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(**given)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value


@pytest.fixture
def root(watchword: Server) -> BaseClient:
    """IAM as the account's root calls it."""
    return boto3.client("iam", **watchword.client_arguments)


@pytest.fixture
def user(watchword: Server, root: BaseClient) -> Callable[..., BaseClient]:
    """Makes a user with an inline policy; IAM as that user calls it."""

    def make(name: str, *statements: dict[str, object]) -> BaseClient:
        root.create_user(UserName=name)
        if statements:
            root.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        return client(watchword, root.create_access_key(UserName=name)["AccessKey"])

    return make


def client(server: Server, key: dict[str, str], service: str = "iam") -> BaseClient:
    """A client with an access key or with a session's credentials."""
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key.get("SessionToken"),
    )


def test_a_user_from_first_to_last(root: BaseClient) -> None:
    made = root.create_user(UserName="ann", Path="/eng/", Tags=[{"Key": "k", "Value": "ü @=/"}])["User"]
    root.get_waiter("user_exists").wait(UserName="ann")
    assert root.get_user(UserName="ann")["User"] == made
    root.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    conflict = refused("DeleteConflict", root.delete_user, UserName="ann")
    assert conflict.response["Error"]["Message"] == "Cannot delete entity, must detach all policies first."
    assert conflict.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    root.detach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    root.delete_user(UserName="ann")
    with pytest.raises(root.exceptions.NoSuchEntityException):
        root.get_user(UserName="ann")


def test_boto3_pages_and_decodes(root: BaseClient) -> None:
    for number in range(7):
        root.create_role(RoleName=f"r{number}", AssumeRolePolicyDocument=trust("*"))
    pages = list(root.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 3}))
    assert [[role["RoleName"] for role in page["Roles"]] for page in pages] == [
        ["r0", "r1", "r2"],
        ["r3", "r4", "r5"],
        ["r6"],
    ]
    assert pages[0]["Roles"][0]["AssumeRolePolicyDocument"] == json.loads(trust("*"))


def test_the_resource_interface(watchword: Server) -> None:
    iam = boto3.resource("iam", **watchword.client_arguments)
    policy = iam.create_policy(PolicyName="p", PolicyDocument=document(allow("s3:*")))
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust("*"))
    role.attach_policy(PolicyArn=policy.arn)
    assert [attached.arn for attached in role.attached_policies.all()] == [policy.arn]
    assert [attached.name for attached in policy.attached_roles.all()] == ["r"]
    assert policy.default_version.document == json.loads(document(allow("s3:*")))
    version = policy.create_version(PolicyDocument=document(allow("s3:Get*")), SetAsDefault=True)
    assert iam.Policy(policy.arn).default_version_id == version.version_id == "v2"


@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        ("create_user", {"UserName": "x y"}, "ValidationError"),
        ("create_user", {"UserName": "x" * 65}, "ValidationError"),
        ("create_user", {"UserName": "x", "Path": "no/slash"}, "ValidationError"),
        ("create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{"}, "MalformedPolicyDocument"),
        ("create_role", {"RoleName": "r", "AssumeRolePolicyDocument": trust("x")}, "MalformedPolicyDocument"),
        ("create_policy", {"PolicyName": "p", "PolicyDocument": document()}, "MalformedPolicyDocument"),
        ("list_users", {"MaxItems": 1001}, "ValidationError"),
        ("list_users", {"Marker": "nonsense!"}, "ValidationError"),
        ("get_policy", {"PolicyArn": "arn:aws:iam::aws:nothing"}, "InvalidInput"),
        ("get_delegation_request", {"DelegationRequestId": "0" * 16}, "NoSuchEntity"),
    ],
)
def test_bad_input(root: BaseClient, operation: str, given: dict[str, Any], code: str) -> None:
    refused(code, getattr(root, operation), **given)


def test_a_user_may_what_its_policies_say(user: Callable[..., BaseClient], root: BaseClient) -> None:
    ann = user("ann", allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}"))
    assert ann.get_user()["User"]["UserName"] == "ann"
    denied = refused("AccessDenied", ann.list_users)
    assert "is not authorized to perform: iam:ListUsers" in denied.response["Error"]["Message"]
    refused("AccessDenied", ann.get_user, UserName="bob")
    root.create_group(GroupName="readers")
    root.attach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
    root.add_user_to_group(GroupName="readers", UserName="ann")
    assert [found["UserName"] for found in ann.list_users()["Users"]] == ["ann"]
    refused("NoSuchEntity", ann.get_user, UserName="bob")
    root.remove_user_from_group(GroupName="readers", UserName="ann")
    refused("AccessDenied", ann.list_users)


def test_what_exists_is_not_told_to_whom_it_may_not_be(
    user: Callable[..., BaseClient], root: BaseClient
) -> None:
    ann = user("ann")
    root.create_user(UserName="bob")
    messages = {
        refused("AccessDenied", ann.get_user, UserName=name).response["Error"]["Message"].replace(name, "x")
        for name in ("bob", "nob")
    }
    assert len(messages) == 1


def test_a_key_switched_off_or_removed_stops_at_once(
    user: Callable[..., BaseClient], root: BaseClient
) -> None:
    ann = user("ann", allow("iam:*"))
    key = ann.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"]
    root.update_access_key(UserName="ann", AccessKeyId=key, Status="Inactive")
    refused("InvalidClientTokenId", ann.get_user)
    root.update_access_key(UserName="ann", AccessKeyId=key, Status="Active")
    ann.get_user()
    root.delete_access_key(UserName="ann", AccessKeyId=key)
    refused("InvalidClientTokenId", ann.get_user)


def test_a_boundary_limits_and_is_itself_a_condition(
    watchword: Server, user: Callable[..., BaseClient], root: BaseClient
) -> None:
    """Delegation as the IAM User Guide has it: users may be made, but only within the boundary."""
    policy = root.create_policy(PolicyName="edge", PolicyDocument=document(allow("iam:Get*")))["Policy"]
    only = {"StringEquals": {"iam:PermissionsBoundary": policy["Arn"]}}
    ann = user("ann", allow(["iam:CreateUser", "iam:PutUserPolicy"], Condition=only))
    refused("AccessDenied", ann.create_user, UserName="free")
    refused("AccessDenied", ann.create_user, UserName="free", PermissionsBoundary=ADMINISTRATOR)
    ann.create_user(UserName="bound", PermissionsBoundary=policy["Arn"])
    everything = {"PolicyName": "all", "PolicyDocument": document(allow("*"))}
    ann.put_user_policy(UserName="bound", **everything)
    refused("AccessDenied", ann.put_user_policy, UserName="ann", **everything)
    bound = client(watchword, root.create_access_key(UserName="bound")["AccessKey"])
    bound.get_user()
    refused("AccessDenied", bound.list_users)


def test_which_policy_may_be_attached_is_a_condition(
    user: Callable[..., BaseClient], root: BaseClient
) -> None:
    only = {"ArnEquals": {"iam:PolicyARN": READ_ONLY}}
    ann = user("ann", allow("iam:AttachUserPolicy", Condition=only))
    refused("AccessDenied", ann.attach_user_policy, UserName="ann", PolicyArn=ADMINISTRATOR)
    ann.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    ann.list_users()


def test_tags_are_conditions(user: Callable[..., BaseClient], root: BaseClient) -> None:
    red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    asked = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
    }
    statements = (
        allow("iam:GetUser", Condition=red),
        allow(["iam:CreateUser", "iam:TagUser"], Condition=asked),
    )
    ann = user("ann", *statements)
    refused("AccessDenied", ann.create_user, UserName="plain")
    refused("AccessDenied", ann.create_user, UserName="blue", Tags=[{"Key": "team", "Value": "blue"}])
    more = [{"Key": "team", "Value": "red"}, {"Key": "other", "Value": ""}]
    refused("AccessDenied", ann.create_user, UserName="more", Tags=more)
    ann.create_user(UserName="red", Tags=more[:1])
    assert ann.get_user(UserName="red")["User"]["Tags"] == more[:1]
    root.untag_user(UserName="red", TagKeys=["team"])
    refused("AccessDenied", ann.get_user, UserName="red")


@pytest.mark.parametrize("second", ["team", "TEAM"])
def test_a_tag_key_given_twice_is_refused_in_iams_words(root: BaseClient, second: str) -> None:
    twice = [{"Key": "team", "Value": "a"}, {"Key": second, "Value": "b"}]
    said = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert said in str(refused("InvalidInput", root.create_user, UserName="tagged", Tags=twice))
    root.create_user(UserName="untagged")
    assert said in str(refused("InvalidInput", root.tag_user, UserName="untagged", Tags=twice))


def test_creating_with_tags_needs_permission_to_tag(
    user: Callable[..., BaseClient], root: BaseClient
) -> None:
    ann = user("ann", allow("iam:CreateUser"))
    refused("AccessDenied", ann.create_user, UserName="x", Tags=[{"Key": "k", "Value": "v"}])
    refused("NoSuchEntity", root.get_user, UserName="x")
    ann.create_user(UserName="x")


def test_policies_of_aws_are_nobodys_to_change(user: Callable[..., BaseClient], root: BaseClient) -> None:
    ann = user("ann", allow("*"))
    for iam in (ann, root):
        refused("AccessDenied", iam.delete_policy, PolicyArn=ADMINISTRATOR)
        refused("AccessDenied", iam.tag_policy, PolicyArn=ADMINISTRATOR, Tags=[{"Key": "k", "Value": "v"}])
    theirs = "arn:aws:iam::999999999999:policy/p"
    refused("AccessDenied", ann.get_policy, PolicyArn=theirs)


def test_a_new_version_in_force_decides_at_once(user: Callable[..., BaseClient], root: BaseClient) -> None:
    ann = user("ann")
    arn = root.create_policy(PolicyName="p", PolicyDocument=document(allow("iam:ListUsers")))["Policy"]["Arn"]
    root.attach_user_policy(UserName="ann", PolicyArn=arn)
    ann.list_users()
    second = {"PolicyDocument": document(allow("iam:ListRoles")), "SetAsDefault": True}
    root.create_policy_version(PolicyArn=arn, **second)
    refused("AccessDenied", ann.list_users)
    ann.list_roles()
    root.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    ann.list_users()


def test_a_role_session_is_nobody_by_name(
    watchword: Server, user: Callable[..., BaseClient], root: BaseClient
) -> None:
    user("ann", allow("sts:AssumeRole"))
    arn = f"arn:aws:iam::{watchword.account}:user/ann"
    root.create_role(RoleName="admin", AssumeRolePolicyDocument=trust(arn))
    root.attach_role_policy(RoleName="admin", PolicyArn=ADMINISTRATOR)
    sts = client(watchword, root.create_access_key(UserName="ann")["AccessKey"], "sts")
    role = f"arn:aws:iam::{watchword.account}:role/admin"
    session = client(watchword, sts.assume_role(RoleArn=role, RoleSessionName="s1")["Credentials"])
    said = "Must specify userName when calling with non-User credentials"
    for call in (session.get_user, session.create_access_key, session.list_access_keys):
        assert refused("ValidationError", call).response["Error"]["Message"] == said
    assert session.get_user(UserName="ann")["User"]["UserName"] == "ann"


def test_a_secret_is_said_once(root: BaseClient) -> None:
    root.create_user(UserName="ann")
    secret = root.create_access_key(UserName="ann")["AccessKey"]["SecretAccessKey"]
    everything = [
        root.list_access_keys(UserName="ann"),
        root.get_user(UserName="ann"),
        root.get_account_authorization_details(),
    ]
    assert secret not in repr(everything)
