"""Session policies over the wire, with unmodified boto3.

Source: IAM User Guide, "Session policies"; AWS STS API Reference, AssumeRole (Policy, PolicyArns).
"""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, arn, client, code, document, make_role

from watchword.testing import Server

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


@pytest.fixture
def worker(iam: Any) -> dict[str, str]:
    """What AssumeRole is asked with for a role that may do everything."""
    make_role(iam, "worker", "sts:AssumeRole")
    return {"RoleArn": arn("worker"), "RoleSessionName": "one"}


def named(*arns: str) -> list[dict[str, str]]:
    return [{"arn": each} for each in arns]


def managed(iam: Any, name: str, action: Any) -> str:
    made = iam.create_policy(PolicyName=name, PolicyDocument=document(action, Resource="*"))
    return str(made["Policy"]["Arn"])


def allowed(server: Server, credentials: dict[str, str]) -> set[str]:
    """Which of three calls the session may make."""
    inside = client(server, "iam", credentials)
    calls = {
        "ListUsers": inside.list_users,
        "ListGroups": inside.list_groups,
        "TagRole": lambda: inside.tag_role(RoleName="worker", Tags=[{"Key": "k", "Value": "v"}]),
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


def session(ann: Any, worker: dict[str, str], **limits: Any) -> dict[str, str]:
    credentials: dict[str, str] = ann.assume_role(**worker, **limits)["Credentials"]
    return credentials


def test_one_inline_and_several_managed_are_a_union(
    watchword: Server, iam: Any, ann: Any, worker: dict[str, str]
) -> None:
    users = document("iam:ListUsers", Resource="*")
    groups, tags = managed(iam, "groups", "iam:ListGroups"), managed(iam, "tags", "iam:TagRole")
    for limits, expected in (
        ({}, {"ListUsers", "ListGroups", "TagRole"}),
        ({"Policy": users}, {"ListUsers"}),
        ({"PolicyArns": named(groups)}, {"ListGroups"}),
        ({"PolicyArns": named(groups, tags)}, {"ListGroups", "TagRole"}),
        ({"Policy": users, "PolicyArns": named(tags)}, {"ListUsers", "TagRole"}),
        ({"PolicyArns": named(READ_ONLY)}, {"ListUsers", "ListGroups"}),
        ({"Policy": users, "PolicyArns": named(DENY_ALL)}, set()),
    ):
        assert allowed(watchword, session(ann, worker, **limits)) == expected, limits


def test_they_grant_nothing(watchword: Server, iam: Any, ann: Any, worker: dict[str, str]) -> None:
    iam.put_role_policy(
        RoleName="worker", PolicyName="all", PolicyDocument=document("iam:ListUsers", Resource="*")
    )
    assert allowed(watchword, session(ann, worker, Policy=document("*", Resource="*"))) == {"ListUsers"}


def test_the_sentence(watchword: Server, ann: Any, worker: dict[str, str]) -> None:
    inside = client(watchword, "iam", session(ann, worker, PolicyArns=named(DENY_ALL)))
    with pytest.raises(ClientError, match=f"with an explicit deny in a session policy: {DENY_ALL}"):
        inside.list_users()
    inside = client(watchword, "iam", session(ann, worker, Policy=document("s3:*", Resource="*")))
    with pytest.raises(ClientError, match="because no session policy allows the iam:ListUsers action"):
        inside.list_users()


def test_ten_managed_and_not_eleven(watchword: Server, iam: Any, ann: Any, worker: dict[str, str]) -> None:
    arns = [managed(iam, f"p{number}", "iam:ListUsers") for number in range(11)]
    assert allowed(watchword, session(ann, worker, PolicyArns=named(*arns[:10]))) == {"ListUsers"}
    assert code(ann.assume_role, **worker, PolicyArns=named(*arns)) == "ValidationError"


def test_a_managed_one_is_as_it_is_now(watchword: Server, iam: Any, ann: Any, worker: dict[str, str]) -> None:
    policy = managed(iam, "users", "iam:ListUsers")
    held = session(ann, worker, PolicyArns=named(policy))
    assert allowed(watchword, held) == {"ListUsers"}
    iam.create_policy_version(
        PolicyArn=policy, PolicyDocument=document("iam:ListGroups", Resource="*"), SetAsDefault=True
    )
    assert allowed(watchword, held) == {"ListGroups"}


def test_a_managed_one_that_is_gone_allows_nothing(
    watchword: Server, iam: Any, ann: Any, worker: dict[str, str]
) -> None:
    """It may have denied: without it the session must not be wider."""
    denial = json.loads(document("iam:TagRole", Resource="*"))
    denial["Statement"][0]["Effect"] = "Deny"
    policy = iam.create_policy(PolicyName="no", PolicyDocument=json.dumps(denial))["Policy"]["Arn"]
    held = session(ann, worker, Policy=document("iam:*", Resource="*"), PolicyArns=named(policy))
    assert allowed(watchword, held) == {"ListUsers", "ListGroups"}
    iam.delete_policy(PolicyArn=policy)
    assert allowed(watchword, held) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        f"arn:aws:iam::{ACCOUNT}:policy/none",
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::210987654321:policy/theirs",
        f"arn:aws:iam::{ACCOUNT}:role/worker",
        "arn:aws:s3:::bucket-of-some-length",
    ],
)
def test_what_is_no_policy_of_the_roles_account(ann: Any, worker: dict[str, str], wrong: str) -> None:
    assert code(ann.assume_role, **worker, PolicyArns=named(wrong)) == "ValidationError"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{", "MalformedPolicyDocument"),
        ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}', "MalformedPolicyDocument"),
        (document("*", Principal="*", Resource="*"), "MalformedPolicyDocument"),
        (document("s3:Get" + "x" * 2048, Resource="*"), "PackedPolicyTooLarge"),
    ],
)
def test_what_is_no_session_policy(ann: Any, worker: dict[str, str], policy: str, expected: str) -> None:
    assert code(ann.assume_role, **worker, Policy=policy) == expected


def test_a_grant_to_the_role_is_limited_and_one_to_the_session_is_not(
    watchword: Server, ann: Any, worker: dict[str, str]
) -> None:
    s3 = boto3.client("s3", **watchword.client_arguments)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"bytes")
    made = ann.assume_role(**worker, Policy=document("iam:*", Resource="*"))
    inside = client(watchword, "s3", made["Credentials"])
    for grantee, expected in ((arn("worker"), False), (made["AssumedRoleUser"]["Arn"], True)):
        grant = {"Principal": {"AWS": grantee}, "Resource": "arn:aws:s3:::bucket/*"}
        s3.put_bucket_policy(Bucket="bucket", Policy=document("s3:GetObject", **grant))
        if expected:
            assert inside.get_object(Bucket="bucket", Key="key")["Body"].read() == b"bytes"
        else:
            assert code(inside.get_object, Bucket="bucket", Key="key") == "AccessDenied"
