"""Tags of buckets by S3 Control: with unmodified boto3, and what decides about them."""

import json
import socket
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.s3control.hosts import getaddrinfo

from watchword.testing import Server

ACCOUNT, ANOTHER = "123456789012", "999999999999"
BUCKET = {"AccountId": ACCOUNT, "ResourceArn": "arn:aws:s3:::bucket"}
Client = Any


@pytest.fixture
def control(watchword: Server, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    boto3.client("s3", **watchword.client_arguments).create_bucket(Bucket="bucket")
    return boto3.client("s3control", **watchword.client_arguments)


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def code(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**given)
    return str(refused.value.response["Error"]["Code"])


def test_tags_come_and_go(control: Client, watchword: Server) -> None:
    s3 = boto3.client("s3", **watchword.client_arguments)
    assert control.list_tags_for_resource(**BUCKET)["Tags"] == []
    control.tag_resource(**BUCKET, Tags=tags(team="red", stage="test"))
    control.tag_resource(**BUCKET, Tags=tags(team="blue"))
    assert control.list_tags_for_resource(**BUCKET)["Tags"] == tags(stage="test", team="blue")
    assert s3.get_bucket_tagging(Bucket="bucket")["TagSet"] == tags(stage="test", team="blue")
    s3.put_bucket_abac(Bucket="bucket", AbacStatus={"Status": "Enabled"})
    control.untag_resource(**BUCKET, TagKeys=["stage", "none"])
    assert control.list_tags_for_resource(**BUCKET)["Tags"] == tags(team="blue")


def test_what_no_tags_can_be(control: Client) -> None:
    control.tag_resource(**BUCKET, Tags=tags(**{f"k{number}": "" for number in range(50)}))
    assert code(control.tag_resource, **BUCKET, Tags=tags(more="")) == "BadRequest"
    control.tag_resource(**BUCKET, Tags=tags(k1="another"))
    assert code(control.tag_resource, **BUCKET, Tags=tags(**{"aws:a": ""})) == "InvalidTag"


@pytest.mark.parametrize(
    ("arn", "refusal"),
    [
        ("arn:aws:s3:::nowhere", "NoSuchBucket"),
        ("arn:aws:s3:::bucket/key", "InvalidBucketName"),
        ("arn:aws-cn:s3:::bucket", "InvalidRequest"),
        (f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket", "InvalidRequest"),
        (f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/a", "InvalidBucketName"),
        ("bucket", "InvalidRequest"),
    ],
)
def test_what_is_no_bucket(control: Client, arn: str, refusal: str) -> None:
    assert code(control.list_tags_for_resource, **BUCKET | {"ResourceArn": arn}) == refusal


def test_the_account_must_be_the_buckets(control: Client) -> None:
    assert code(control.list_tags_for_resource, **BUCKET | {"AccountId": ANOTHER}) == "AccessDenied"


def test_conditions_see_the_tags_that_are_set(control: Client, watchword: Server) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    statement = {
        "Effect": "Allow",
        "Action": ["s3:TagResource", "s3:UntagResource"],
        "Resource": "arn:aws:s3:::bucket",
        "Condition": {
            "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
            "StringEqualsIfExists": {"aws:RequestTag/team": "red"},
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document)
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ann: Client = boto3.client("s3control", **watchword.client_arguments | own)
    ann.tag_resource(**BUCKET, Tags=tags(team="red"))
    assert code(ann.tag_resource, **BUCKET, Tags=tags(team="blue")) == "AccessDenied"
    assert code(ann.tag_resource, **BUCKET, Tags=tags(team="red", more="")) == "AccessDenied"
    assert code(ann.untag_resource, **BUCKET, TagKeys=["team", "more"]) == "AccessDenied"
    ann.untag_resource(**BUCKET, TagKeys=["team"])
    assert code(ann.list_tags_for_resource, **BUCKET) == "AccessDenied"
