"""Permissions boundaries over the wire, with unmodified boto3: what they limit, and from when on.

Source: IAM User Guide, "Permissions boundaries for IAM entities", "AWS JSON policy elements: NotPrincipal".
"""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, arn, client, document, make_role

from watchword.testing import Server

ALL = document("*", Resource="*")
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
NONE = "no permissions boundary allows"


@pytest.fixture
def iam(watchword: Server) -> Any:
    return boto3.client("iam", **watchword.client_arguments)


@pytest.fixture
def ann(iam: Any) -> dict[str, str]:
    """The key of a user who may do everything."""
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=ALL)
    made: dict[str, str] = iam.create_access_key(UserName="ann")["AccessKey"]
    return made


@pytest.fixture
def bucket(watchword: Server) -> Any:
    """S3 as root, with a bucket and an object."""
    s3 = boto3.client("s3", **watchword.client_arguments)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"bytes")
    return s3


def said(call: Callable[..., Any], **arguments: Any) -> str:
    """The sentence of the AccessDenied that the call ends in; empty when it is allowed."""
    try:
        call(**arguments)
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "AccessDenied", refused
        return str(refused.response["Error"]["Message"])
    return ""


def test_it_limits_from_the_next_request_on(watchword: Server, iam: Any, ann: dict[str, str]) -> None:
    mine = client(watchword, "iam", ann)
    assert not said(mine.create_group, GroupName="a")
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=READ_ONLY)
    sentence = said(mine.create_group, GroupName="b")
    assert sentence.endswith(f"because {NONE} the iam:CreateGroup action")
    assert not said(mine.list_users)
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=ADMINISTRATOR)
    assert not said(mine.create_group, GroupName="b")
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=READ_ONLY)
    assert NONE in said(mine.create_group, GroupName="c")
    assert NONE in said(mine.delete_user_permissions_boundary, UserName="ann")
    iam.delete_user_permissions_boundary(UserName="ann")
    assert not said(mine.create_group, GroupName="c")


def test_it_grants_nothing(watchword: Server, iam: Any, ann: dict[str, str]) -> None:
    iam.delete_user_policy(UserName="ann", PolicyName="all")
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=ADMINISTRATOR)
    assert "no identity-based policy allows" in said(client(watchword, "iam", ann).list_users)


def test_its_default_version_counts(watchword: Server, iam: Any, ann: dict[str, str]) -> None:
    made = iam.create_policy(PolicyName="limit", PolicyDocument=document("iam:Get*", Resource="*"))["Policy"]
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=made["Arn"])
    mine = client(watchword, "iam", ann)
    assert NONE in said(mine.list_users)
    wider = {"PolicyArn": made["Arn"], "PolicyDocument": document("iam:*", Resource="*")}
    iam.create_policy_version(**wider)
    assert NONE in said(mine.list_users)
    iam.set_default_policy_version(PolicyArn=made["Arn"], VersionId="v2")
    assert not said(mine.list_users)
    denial = json.loads(document("iam:ListUsers", Resource="*"))
    denial["Statement"][0]["Effect"] = "Deny"
    iam.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=json.dumps(denial), SetAsDefault=True)
    assert f"with an explicit deny in a permissions boundary: {made['Arn']}" in said(mine.list_users)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_policy(PolicyArn=made["Arn"])


def test_a_roles_limits_the_sessions_it_has_already(watchword: Server, iam: Any, ann: dict[str, str]) -> None:
    make_role(iam, "worker", "sts:AssumeRole")
    session = client(watchword, "sts", ann).assume_role(RoleArn=arn("worker"), RoleSessionName="one")
    inside = client(watchword, "iam", session["Credentials"])
    assert not said(inside.create_group, GroupName="a")
    iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=READ_ONLY)
    assert NONE in said(inside.create_group, GroupName="b")
    assert not said(inside.list_users)
    iam.delete_role_permissions_boundary(RoleName="worker")
    assert not said(inside.create_group, GroupName="b")


class TestBucketPolicies:
    """Rules 6 and 11 of policy evaluation: whom a grant names decides what still limits it."""

    def granting(self, bucket: Any, *names: str, **statement: Any) -> None:
        grant = {"Principal": {"AWS": list(names)}, "Resource": "arn:aws:s3:::bucket/*", **statement}
        bucket.put_bucket_policy(Bucket="bucket", Policy=document("s3:GetObject", **grant))

    def test_a_grant_to_the_user_passes_its_boundary(
        self, watchword: Server, iam: Any, ann: dict[str, str], bucket: Any
    ) -> None:
        iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=READ_ONLY)
        mine = client(watchword, "s3", ann)
        read = {"Bucket": "bucket", "Key": "key"}
        assert NONE in said(mine.get_object, **read)
        self.granting(bucket, ACCOUNT)
        assert NONE in said(mine.get_object, **read)
        self.granting(bucket, f"arn:aws:iam::{ACCOUNT}:user/ann")
        assert not said(mine.get_object, **read)

    def test_a_grant_to_the_role_does_not(
        self, watchword: Server, iam: Any, ann: dict[str, str], bucket: Any
    ) -> None:
        make_role(iam, "worker", "sts:AssumeRole")
        iam.delete_role_policy(RoleName="worker", PolicyName="all")
        session = client(watchword, "sts", ann).assume_role(RoleArn=arn("worker"), RoleSessionName="one")
        inside = client(watchword, "s3", session["Credentials"])
        read = {"Bucket": "bucket", "Key": "key"}
        self.granting(bucket, arn("worker"))
        assert not said(inside.get_object, **read)
        iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=READ_ONLY)
        assert NONE in said(inside.get_object, **read)
        self.granting(bucket, session["AssumedRoleUser"]["Arn"])
        assert not said(inside.get_object, **read)

    def test_not_principal_denies_whoever_has_one(
        self, watchword: Server, iam: Any, ann: dict[str, str], bucket: Any
    ) -> None:
        mine = client(watchword, "s3", ann)
        spared = [f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:root"]
        statement = {"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "s3:GetObject"}
        policy = {"Version": "2012-10-17", "Statement": {**statement, "Resource": "arn:aws:s3:::bucket/*"}}
        bucket.put_bucket_policy(Bucket="bucket", Policy=json.dumps(policy))
        read = {"Bucket": "bucket", "Key": "key"}
        assert not said(mine.get_object, **read)
        iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=ADMINISTRATOR)
        assert "with an explicit deny in a resource-based policy" in said(mine.get_object, **read)
        iam.delete_user_permissions_boundary(UserName="ann")
        assert not said(mine.get_object, **read)
