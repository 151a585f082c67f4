"""What a permission set can be, and who may make one."""

import json
from typing import Any

import boto3
import pytest
from tests.services.sso_admin.harness import LIST_BUCKETS, Center, code

from watchword.testing import Server


@pytest.fixture(scope="module")
def center() -> Any:
    with Server.start() as server:
        yield Center(server)


WRONG: dict[str, dict[str, Any]] = {
    "too short": {"SessionDuration": "PT59M"},
    "too long": {"SessionDuration": "PT12H1S"},
    "of years": {"SessionDuration": "P1Y"},
    "no duration": {"SessionDuration": "PT"},
    "backwards": {"SessionDuration": "-PT2H"},
    "a name with a slash": {"Name": "a/b"},
    "a long name": {"Name": "a" * 33},
    "a reserved tag": {"Tags": [{"Key": "aws:x", "Value": ""}]},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_set_can_not_be(center: Center, name: str) -> None:
    given = {"Name": "Wrong", "InstanceArn": center.instance} | WRONG[name]
    assert code(center.sso.create_permission_set, **given) == "ValidationException"


@pytest.mark.parametrize("duration", ["PT1H", "PT90M", "PT12H", "PT3600S"])
def test_how_long_sessions_last(center: Center, duration: str) -> None:
    arn = center.permission_set(f"For{duration}", SessionDuration=duration)
    found = center.sso.describe_permission_set(InstanceArn=center.instance, PermissionSetArn=arn)
    assert found["PermissionSet"]["SessionDuration"] == duration


WRONG_POLICIES = {
    "no JSON": "x" * 10,
    "a principal": LIST_BUCKETS.replace('"Effect"', '"Principal": "*", "Effect"'),
    "no action": '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}',
}


@pytest.mark.parametrize("name", WRONG_POLICIES)
def test_what_an_inline_policy_can_not_be(center: Center, name: str) -> None:
    arn = center.permission_set("Set" + name.replace(" ", ""))
    put = center.sso.put_inline_policy_to_permission_set
    given = {"InstanceArn": center.instance, "PermissionSetArn": arn}
    assert code(put, **given, InlinePolicy=WRONG_POLICIES[name]) == "ValidationException"


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ("arn:aws:iam::aws:policy/NoSuchPolicy", "ResourceNotFoundException"),
        ("arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy", "ValidationException"),
        ("arn:aws:iam::123456789012:policy/own", "ValidationException"),
    ],
)
def test_what_can_not_be_attached(center: Center, policy: str, refused: str) -> None:
    arn = center.permission_set(f"Of{policy.rpartition('/')[2]}"[:32])
    attach = center.sso.attach_managed_policy_to_permission_set
    given = {"InstanceArn": center.instance, "PermissionSetArn": arn, "ManagedPolicyArn": policy}
    assert code(attach, **given) == refused


def test_tags_decide(center: Center) -> None:
    """aws:ResourceTag of a set, and sso:PrimaryRegion of its instance."""
    red, blue = (
        center.permission_set(name, Tags=[{"Key": "team", "Value": name}]) for name in ("red", "blue")
    )
    statement = {
        "Effect": "Allow",
        "Action": "sso:DescribePermissionSet",
        "Resource": [center.instance, "arn:aws:sso:::permissionSet/*"],
        "Condition": {
            "StringEqualsIfExists": {"aws:ResourceTag/team": "red"},
            "StringEquals": {"sso:PrimaryRegion": "us-east-1"},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    center.iam.create_user(UserName="helper")
    center.iam.put_user_policy(UserName="helper", PolicyName="p", PolicyDocument=policy)
    key = center.iam.create_access_key(UserName="helper")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    helper = boto3.client("sso-admin", **(center.server.client_arguments | own))
    helper.describe_permission_set(InstanceArn=center.instance, PermissionSetArn=red)
    describe = helper.describe_permission_set
    assert code(describe, InstanceArn=center.instance, PermissionSetArn=blue) == "AccessDeniedException"


def test_a_set_of_another_instance_is_not_there(center: Center) -> None:
    """Even when the name of the set is right."""
    arn = center.permission_set("Mine")
    other = arn.replace(center.instance.rpartition("/")[2], "ssoins-0000000000000000")
    describe = center.sso.describe_permission_set
    refused = code(describe, InstanceArn=center.instance, PermissionSetArn=other)
    assert refused == "ResourceNotFoundException"


def test_everything_is_shown_as_it_was_given(center: Center) -> None:
    given = {"Description": "All", "RelayState": "https://example.com/", "SessionDuration": "PT2H"}
    arn = center.permission_set("Shown", **given)
    named = {"InstanceArn": center.instance, "PermissionSetArn": arn}
    found = center.sso.describe_permission_set(**named)["PermissionSet"]
    assert found.items() >= (given | {"Name": "Shown", "PermissionSetArn": arn}).items()
    center.sso.update_permission_set(**named, Description="Some")
    found = center.sso.describe_permission_set(**named)["PermissionSet"]
    assert (found["Description"], found["RelayState"]) == ("Some", "https://example.com/")


def test_another_spelling_of_an_arn_escapes_no_deny(center: Center) -> None:
    """Who may do all but this to one set, and names it as of another partition."""
    kept = center.permission_set("Kept")
    deny = {"Effect": "Deny", "Action": "sso:*", "Resource": kept}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sso:*", "Resource": "*"}, deny],
    }
    center.iam.create_user(UserName="nearly")
    center.iam.put_user_policy(UserName="nearly", PolicyName="p", PolicyDocument=json.dumps(policy))
    key = center.iam.create_access_key(UserName="nearly")["AccessKey"]
    names = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    nearly = boto3.client("sso-admin", **center.server.client_arguments | names)
    assert nearly.list_permission_sets(InstanceArn=center.instance)["PermissionSets"]
    for instance in (center.instance, center.instance.replace("arn:aws:", "arn:aws-cn:")):
        for arn in (kept, kept.replace("arn:aws:", "arn:aws-us-gov:")):
            given = {"InstanceArn": instance, "PermissionSetArn": arn}
            assert code(nearly.describe_permission_set, **given) == "AccessDeniedException"
