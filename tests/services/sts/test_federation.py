"""GetFederationToken over the wire, with unmodified boto3 and the aws CLI.

Source: AWS STS API Reference, GetFederationToken; IAM User Guide, "Permissions for GetFederationToken".
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, client, code, document

from watchword.testing import Server

LISTS = document("s3:ListBucket", Resource="*")
READS = document("s3:GetObject", Resource="*")
ALL = document("*", Resource="*")


@pytest.fixture
def s3(watchword: Server) -> Any:
    """S3 as root, with a bucket that has an object."""
    root = boto3.client("s3", **watchword.client_arguments)
    root.create_bucket(Bucket="reports")
    root.put_object(Bucket="reports", Key="q1", Body=b"x")
    return root


def federated(sts: Any, name: str = "bob", **asked: Any) -> dict[str, str]:
    credentials: dict[str, str] = sts.get_federation_token(Name=name, **asked)["Credentials"]
    return credentials


def may(server: Server, credentials: dict[str, str]) -> set[str]:
    """Which calls of three the session may make."""
    session = client(server, "s3", credentials)
    calls = {
        "list": lambda: session.list_objects_v2(Bucket="reports"),
        "get": lambda: session.get_object(Bucket="reports", Key="q1"),
        "put": lambda: session.put_object(Bucket="reports", Key="q2", Body=b""),
    }
    found = set()
    for name, call in calls.items():
        try:
            call()
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "AccessDenied", refused
        else:
            found.add(name)
    return found


def grant(principal: str) -> str:
    return document(
        "s3:GetObject", Resource="arn:aws:s3:::reports/*", Principal={"AWS": f"arn:aws:{principal}"}
    )


def test_what_is_answered(watchword: Server, ann: Any) -> None:
    answer = ann.get_federation_token(Name="bob", Policy=ALL)
    whole = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:bob", "Arn": whole}
    assert 0 < answer["PackedPolicySize"] <= 100
    asked = client(watchword, "sts", answer["Credentials"]).get_caller_identity()
    assert (asked["Arn"], asked["UserId"]) == (whole, f"{ACCOUNT}:bob")


def test_by_the_aws_cli(watchword: Server, ann: Any) -> None:
    command = ("sts", "get-federation-token", "--name", "bob", "--query", "FederatedUser.Arn")
    answered = subprocess.run(
        [sys.executable, "-m", "awscli", *command],
        env={**os.environ, **watchword.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answered.stdout) == f"arn:aws:sts::{ACCOUNT}:federated-user/bob"


def test_it_can_what_user_and_session_policy_allow(watchword: Server, iam: Any, ann: Any, s3: Any) -> None:
    """The permissions are the intersection; without a session policy there are none."""
    assert may(watchword, federated(ann)) == set()
    assert may(watchword, federated(ann, Policy=READS)) == {"get"}
    everything = federated(ann, Policy=ALL)
    assert may(watchword, everything) == {"list", "get", "put"}
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=LISTS)
    assert may(watchword, everything) == {"list"}
    iam.put_user_permissions_boundary(
        UserName="ann", PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    )
    assert may(watchword, everything) == set()


def test_managed_session_policies(watchword: Server, ann: Any, s3: Any) -> None:
    read_only = [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    assert may(watchword, federated(ann, PolicyArns=read_only)) == {"list", "get"}
    missing = [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/none"}]
    assert code(ann.get_federation_token, Name="bob", PolicyArns=missing) == "ValidationError"


@pytest.mark.parametrize(
    ("principal", "without", "with_lists"),
    [
        (f"sts::{ACCOUNT}:federated-user/bob", {"get"}, {"list", "get"}),
        (f"sts::{ACCOUNT}:federated-user/eve", set(), {"list"}),
        (f"iam::{ACCOUNT}:user/ann", set(), {"list"}),
        (f"iam::{ACCOUNT}:root", set(), {"list"}),
    ],
)
def test_a_resource_policy_that_names_it_is_enough(
    watchword: Server, ann: Any, s3: Any, principal: str, without: set[str], with_lists: set[str]
) -> None:
    """Naming the federated user passes the session policies; naming the user who asked doesn't."""
    s3.put_bucket_policy(Bucket="reports", Policy=grant(principal))
    assert may(watchword, federated(ann)) == without
    assert may(watchword, federated(ann, Policy=LISTS)) == with_lists


def test_of_root(watchword: Server, s3: Any) -> None:
    """It can what its session policies allow, for an hour at most."""
    root = boto3.client("sts", **watchword.client_arguments)
    assert may(watchword, federated(root)) == set()
    session = federated(root, Policy=READS, DurationSeconds=7200)
    assert may(watchword, session) == {"get"}
    assert seconds_left(session) <= 3600


def seconds_left(session: Any) -> float:
    return float((session["Expiration"] - datetime.now(UTC)).total_seconds())


@pytest.mark.parametrize(("asked", "expected"), [({}, 43200), ({"DurationSeconds": 129600}, 129600)])
def test_how_long_a_users_lasts(ann: Any, asked: dict[str, int], expected: int) -> None:
    assert expected - 60 < seconds_left(federated(ann, **asked)) <= expected


def test_tags_are_the_sessions_then_the_users(watchword: Server, iam: Any, ann: Any, s3: Any) -> None:
    """A session tag goes before the user's, whatever the case of its key."""
    iam.tag_user(UserName="ann", Tags=[{"Key": "Team", "Value": "red"}, {"Key": "desk", "Value": "4"}])
    by_tags = {"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:PrincipalTag/desk": "4"}}
    policy = document("s3:GetObject", Resource="*", Condition=by_tags)
    tags = [{"Key": "team", "Value": "blue"}]
    assert may(watchword, federated(ann, Policy=policy)) == set()
    assert may(watchword, federated(ann, Policy=policy, Tags=tags)) == {"get"}
    twice = [*tags, {"Key": "TEAM", "Value": "red"}]
    assert code(ann.get_federation_token, Name="bob", Tags=twice) == "InvalidParameterValue"


def test_who_may_ask(watchword: Server, iam: Any, ann: Any) -> None:
    """The resource is the federated user; tags need sts:TagSession besides."""
    iam.put_user_policy(
        UserName="ann",
        PolicyName="all",
        PolicyDocument=document("sts:GetFederationToken", Resource="arn:aws:sts::*:federated-user/bo*"),
    )
    federated(ann)
    with pytest.raises(ClientError, match=r"sts:GetFederationToken on resource: arn:aws:sts::\d+:fed.*/eve"):
        federated(ann, "eve")
    with pytest.raises(ClientError, match="sts:TagSession"):
        federated(ann, Tags=[{"Key": "team", "Value": "red"}])


def test_what_a_federated_user_cant_call(watchword: Server, ann: Any) -> None:
    """No IAM, and of STS only GetCallerIdentity."""
    session = federated(ann, Policy=ALL)
    sts, iam = client(watchword, "sts", session), client(watchword, "iam", session)
    assert code(sts.get_federation_token, Name="eve") == "AccessDenied"
    assert code(sts.get_session_token) == "AccessDenied"
    assume = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "one"}
    assert code(sts.assume_role, **assume) == "AccessDenied"
    assert code(iam.list_users) == "InvalidClientTokenId"


def test_sessions_cant_ask(watchword: Server, ann: Any) -> None:
    own = client(watchword, "sts", ann.get_session_token()["Credentials"])
    assert code(own.get_federation_token, Name="bob") == "AccessDenied"


@pytest.mark.parametrize("asked", [{"Policy": "{"}, {"Policy": '{"Version":"2012-10-17"}'}])
def test_policies_that_are_none(ann: Any, asked: dict[str, str]) -> None:
    assert code(ann.get_federation_token, Name="bob", **asked) == "MalformedPolicyDocument"


def test_what_is_packed_must_fit(ann: Any) -> None:
    tags = [{"Key": f"k{number}", "Value": "v" * 250} for number in range(9)]
    assert code(ann.get_federation_token, Name="bob", Tags=tags) == "PackedPolicyTooLarge"


def test_it_ends_with_the_user(watchword: Server, iam: Any, ann: Any) -> None:
    """Also when another user has got the name since."""
    session = client(watchword, "sts", federated(ann, Policy=ALL))
    iam.update_user(UserName="ann", NewUserName="anna")
    session.get_caller_identity()
    for each in iam.list_access_keys(UserName="anna")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="anna", AccessKeyId=each["AccessKeyId"])
    iam.delete_user_policy(UserName="anna", PolicyName="all")
    iam.delete_user(UserName="anna")
    iam.create_user(UserName="ann")
    assert code(session.get_caller_identity) == "InvalidClientTokenId"
