"""Our own checks find what they look for, and not what nearly is."""

import json
from typing import Any

import pytest

from watchword.policy.checking.findings import ANYONE, CHECKS, ESCALATION, NEVER, OURS, PUBLIC, Level, code
from watchword.policy.checking.ours import ours
from watchword.policy.checking.validate import DocumentKind
from watchword.reference.actions import catalogue

BUCKETS, ROLES, IDENTITY = DocumentKind.S3_BUCKET, DocumentKind.TRUST, DocumentKind.IDENTITY
BUCKET = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
ADMIN = {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*"}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def found(kind: DocumentKind, statement: dict[str, Any]) -> list[str]:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return [each.check for each in ours(json.dumps(document), kind, catalogue())]


def when(**conditions: dict[str, Any]) -> dict[str, Any]:
    return {"Condition": conditions}


@pytest.mark.parametrize(
    ("kind", "statement", "check"),
    [
        (BUCKETS, BUCKET, PUBLIC),
        (BUCKETS, BUCKET | {"Principal": {"AWS": ["111122223333", "*"]}}, PUBLIC),
        (BUCKETS, BUCKET | when(IpAddress={"aws:SourceIp": "0.0.0.0/0"}), PUBLIC),
        (BUCKETS, BUCKET | when(StringNotEquals={"aws:SourceVpc": "vpc-1"}), PUBLIC),
        (BUCKETS, BUCKET | when(StringEqualsIfExists={"aws:SourceVpc": "vpc-1"}), PUBLIC),
        (BUCKETS, BUCKET | when(StringLike={"aws:PrincipalArn": "*"}), PUBLIC),
        (BUCKETS, BUCKET | when(StringEquals={"aws:UserAgent": "mine"}), PUBLIC),
        (ROLES, TRUST, ANYONE),
        (ROLES, TRUST | when(StringEquals={"sts:ExternalId": "42"}), ANYONE),
        (IDENTITY, ADMIN, ESCALATION),
        (IDENTITY, ADMIN | {"Action": "iam:*"}, ESCALATION),
        (IDENTITY, ADMIN | {"Action": "iam:createpolicy*"}, ESCALATION),
        (IDENTITY, {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, ESCALATION),
        (IDENTITY, ADMIN | {"Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/*"}, ESCALATION),
        (
            IDENTITY,
            READ | when(StringEquals={"aws:SourceVpc": "a"}, **{"ForAnyValue:Bool": {"x": "true"}}),
            None,
        ),
        (
            IDENTITY,
            READ | when(Null={"aws:SourceVpc": "true"}, StringEquals={"aws:sourcevpc": "vpc-1"}),
            NEVER,
        ),
        (
            IDENTITY,
            READ | when(StringEquals={"aws:x": "a"}, StringEqualsIgnoreCase={"AWS:X": ["b", "c"]}),
            NEVER,
        ),
        (IDENTITY, READ | {"Resource": "arn:aws:s3:::b"}, NEVER),
        (IDENTITY, READ | {"Action": ["s3:ListBucket", "s3:GetBucketPolicy"]}, NEVER),
    ],
)
def test_what_is_found(kind: DocumentKind, statement: dict[str, Any], check: str | None) -> None:
    assert found(kind, statement) == ([check] if check else [])


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        (BUCKETS, BUCKET | {"Principal": {"AWS": "111122223333"}}),
        (BUCKETS, BUCKET | {"Effect": "Deny"}),
        (BUCKETS, BUCKET | when(IpAddress={"aws:SourceIp": "192.0.2.0/24"})),
        (BUCKETS, BUCKET | when(StringEquals={"AWS:PrincipalOrgID": "o-1"})),
        (ROLES, TRUST | {"Principal": {"AWS": "111122223333"}}),
        (ROLES, TRUST | when(ArnLike={"aws:PrincipalArn": "arn:aws:iam::111122223333:*"})),
        (IDENTITY, ADMIN | {"Effect": "Deny"}),
        (IDENTITY, ADMIN | {"Resource": "arn:aws:iam::111122223333:user/one"}),
        (
            IDENTITY,
            ADMIN | {"Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"},
        ),
        (IDENTITY, ADMIN | {"Action": "iam:Get*"}),
        (IDENTITY, {"Effect": "Allow", "NotAction": ["iam:*", "lambda:*", "ssm:*"], "Resource": "*"}),
        (IDENTITY, READ | when(StringEquals={"aws:x": ["a", "b"]}, StringEqualsIgnoreCase={"aws:x": "B"})),
        (IDENTITY, READ | when(Null={"aws:x": "false"}, StringEquals={"aws:x": "b"})),
        (IDENTITY, READ | when(Null={"aws:x": "true"}, StringEqualsIfExists={"aws:x": "b"})),
        (IDENTITY, READ | {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b"}),
        (IDENTITY, READ | {"Resource": "arn:aws:s3:::b*"}),
        (IDENTITY, READ | {"Action": "s3:List*", "Resource": "arn:aws:s3:::b/*"}),
        (IDENTITY, READ | {"Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "arn:aws:s3:::b"}),
    ],
)
def test_what_nearly_is(kind: DocumentKind, statement: dict[str, Any]) -> None:
    assert found(kind, statement) == []


def test_their_names_are_ours() -> None:
    assert set(OURS).isdisjoint(CHECKS)
    assert all(code(name).startswith("WATCHWORD_") for name in OURS)
    assert set(OURS.values()) == {Level.WARNING}


def test_what_cannot_be_read_has_none() -> None:
    assert ours("{", IDENTITY) == ours('{"Statement": 1}', IDENTITY) == ()
