"""Bucket policies: what may be stored, whom they let in, and that they are asked."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter

from watchword.names.principal import Anonymous, Root, User
from watchword.services.s3.limits import canonical_id
from watchword.store.iam import users


def policy(**statement: object) -> str:
    """A policy of one statement, that lets everybody read unless said otherwise."""
    whole = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket/*",
        **statement,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


def test_put_read_removed(s3: Counter, open_bucket: str) -> None:
    bucket = open_bucket
    assert s3.error("GetBucketPolicy", Bucket=bucket).code == "NoSuchBucketPolicy"
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy())
    assert json.loads(s3("GetBucketPolicy", Bucket=bucket)["Policy"])["Statement"][0]["Principal"] == "*"
    s3("DeleteBucketPolicy", Bucket=bucket)
    s3("DeleteBucketPolicy", Bucket=bucket)
    assert s3.code("GetBucketPolicy", Bucket=bucket) == "NoSuchBucketPolicy"


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "[]",
        policy(Principal=None),
        policy(Resource="arn:aws:s3:::other/*"),
        policy(Resource="arn:aws:s3:::bucket-2"),
        policy(Resource=["arn:aws:s3:::bucket", "arn:aws:s3:::*"]),
        policy(Resource="*"),
        policy(Action="iam:GetUser"),
        policy(Action="nothing"),
        policy(Action="s3:GetObjekt"),
        policy(Action="s3:ListBucket"),
        policy(Condition={"StringEquals": {"s3:prefix": "a"}}),
        policy(Effect="Perhaps"),
        policy(Condition={"StringRoughly": {"aws:username": "a"}}),
        policy(Principal={"AWS": f"arn:aws:iam::{OWNER}:user/nobody"}),
        policy(Principal={"AWS": "arn:aws:iam::999999999999:root"}),
        policy(Principal={"CanonicalUser": "0" * 64}),
        policy(Principal={"CanonicalUser": OTHER}),
        policy(Sid="x" * 21_000),
    ],
)
def test_a_malformed_policy_is_refused(s3: Counter, bucket: str, document: str) -> None:
    error = s3.error("PutBucketPolicy", Bucket=bucket, Policy=document)
    assert (error.code, error.status) == ("MalformedPolicy", 400)
    assert s3.code("GetBucketPolicy", Bucket=bucket) == "NoSuchBucketPolicy"


def test_nobody_in_particular(s3: Counter, open_bucket: str) -> None:
    bucket = open_bucket
    s3.put(bucket, "key", b"data")
    nobody = Anonymous()
    assert s3.code("GetObject", Bucket=bucket, Key="key", by=nobody) == "AccessDenied"
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy())
    assert s3.get(bucket, "key", by=nobody) == b"data"
    assert s3.code("GetObject", Bucket=bucket, Key="none", by=nobody) == "AccessDenied"
    assert s3.code("PutObject", Bucket=bucket, Key="key", by=nobody) == "AccessDenied"
    assert s3.code("ListObjectsV2", Bucket=bucket, by=nobody) == "AccessDenied"
    override: dict[str, Any] = {"ResponseContentType": "text/html", "by": nobody}
    assert s3.code("GetObject", Bucket=bucket, Key="key", **override) == "InvalidRequest"
    listing = policy(Action="s3:ListBucket", Resource="arn:aws:s3:::bucket")
    s3("PutBucketPolicy", Bucket=bucket, Policy=listing)
    assert s3("ListObjectsV2", Bucket=bucket, by=nobody)["KeyCount"] == 1


def test_a_grant_across_accounts_needs_both_sides(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    s3.put(bucket, "key", b"data")
    read = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
    eve, mallory = user("eve", read, account=OTHER), user("mallory", account=OTHER)
    assert s3.code("GetObject", Bucket=bucket, Key="key", by=eve) == "AccessDenied"
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(Principal={"AWS": OTHER}))
    assert s3.get(bucket, "key", by=eve) == b"data"
    assert s3.code("GetObject", Bucket=bucket, Key="key", by=mallory) == "AccessDenied"


def test_an_account_is_named_by_its_canonical_id(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    s3.put(bucket, "key", b"data")
    read = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
    eve = user("eve", read, account=OTHER)
    named = {"CanonicalUser": [canonical_id(OTHER), canonical_id(OTHER)], "AWS": OWNER}
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(Principal=named))
    assert s3.get(bucket, "key", by=eve) == b"data"
    shown = json.loads(s3("GetBucketPolicy", Bucket=bucket)["Policy"])["Statement"][0]
    assert shown["Principal"] == {"AWS": [f"arn:aws:iam::{each}:root" for each in (OWNER, OTHER)]}
    assert not s3("GetBucketPolicyStatus", Bucket=bucket)["PolicyStatus"]["IsPublic"]
    denied = policy(Effect="Deny", Principal={"CanonicalUser": canonical_id(OTHER)})
    s3("PutBucketPolicy", Bucket=bucket, Policy=denied)
    assert s3.code("GetObject", Bucket=bucket, Key="key", by=eve) == "AccessDenied"


def test_a_user_made_again_is_another(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    ann = user("ann")
    s3.put(bucket, "key", b"data")
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(Principal={"AWS": ann.arn}))
    assert s3.get(bucket, "key", by=ann) == b"data"
    shown = json.loads(s3("GetBucketPolicy", Bucket=bucket)["Policy"])["Statement"][0]
    assert shown["Principal"] == {"AWS": ann.arn}
    with s3.world.database.write(s3.now) as tx:
        found = users.by_id(tx, ann.unique_id)
        assert found
        users.remove(tx, found)
    again = User(OWNER, "ann", "AIDAANOTHERANOTHERXX2")
    assert s3.code("GetObject", Bucket=bucket, Key="key", by=again) == "AccessDenied"
    shown = json.loads(s3("GetBucketPolicy", Bucket=bucket)["Policy"])["Statement"][0]
    assert shown["Principal"] == {"AWS": ann.unique_id}


def test_a_deny_binds_the_owner_too_but_for_the_policy_itself(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    ann = user("ann", everything)
    shut = policy(Effect="Deny", Action="s3:*", Resource=["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"])
    s3("PutBucketPolicy", Bucket=bucket, Policy=shut)
    assert s3.code("ListObjectsV2", Bucket=bucket) == "AccessDenied"
    assert s3.code("PutObject", Bucket=bucket, Key="key") == "AccessDenied"
    assert s3.code("DeleteBucketPolicy", Bucket=bucket, by=ann) == "AccessDenied"
    assert s3.code("DeleteBucketPolicy", Bucket=bucket, by=Root(OTHER)) == "AccessDenied"
    assert s3("GetBucketPolicy", Bucket=bucket)
    s3("DeleteBucketPolicy", Bucket=bucket)
    s3("ListObjectsV2", Bucket=bucket)


def test_n20_writing_a_policy_needs_leave_for_that(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    objects_only = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*Object*","Resource":"*"}}'
    )
    ann = user("ann", objects_only)
    assert s3.code("PutBucketPolicy", Bucket=bucket, Policy=policy(), by=ann) == "AccessDenied"


def test_another_account_never_writes_it(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    eve = user("eve", everything, account=OTHER)
    granted = policy(Principal={"AWS": OTHER}, Action="s3:*BucketPolicy*", Resource="arn:aws:s3:::bucket")
    s3("PutBucketPolicy", Bucket=bucket, Policy=granted)
    for name, given in (
        ("PutBucketPolicy", {"Policy": policy()}),
        ("GetBucketPolicy", {}),
        ("DeleteBucketPolicy", {}),
    ):
        error = s3.error(name, Bucket=bucket, by=eve, **given)
        assert (error.code, error.status) == ("MethodNotAllowed", 405)
        assert error.fields["ResourceType"] == "BUCKETPOLICY"


POINT = f"arn:aws:s3:eu-west-1:{OWNER}:accesspoint/*"


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": OWNER}}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}}}, True),
        ({"Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalAccount": OWNER}}}, False),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}}, True),
        ({"Condition": {"StringEquals": {"aws:UserAgent": "x"}}}, True),
        ({"Condition": {"StringEquals": {"aws:userid": "AROAX:session"}}}, False),
        ({"Condition": {"StringLike": {"aws:userid": "AROAX:*"}}}, True),
        ({"Condition": {"StringEquals": {"aws:userid": "${aws:username}"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/7"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "2001::/31"}}}, True),
        ({"Condition": {"StringEqualsIfExists": {"aws:PrincipalAccount": OWNER}}}, True),
        ({"Condition": {"ForAllValues:StringEquals": {"aws:PrincipalAccount": OWNER}}}, True),
        ({"Condition": {"StringLike": {"s3:DataAccessPointArn": POINT}}}, False),
        ({"Condition": {"StringLike": {"s3:DataAccessPointArn": POINT.replace(OWNER, "*")}}}, True),
    ],
)
def test_the_status_says_whether_a_policy_is_public(
    s3: Counter, open_bucket: str, statement: dict[str, object], public: bool
) -> None:
    bucket = open_bucket
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(**statement))
    assert s3("GetBucketPolicyStatus", Bucket=bucket) == {"PolicyStatus": {"IsPublic": public}}
