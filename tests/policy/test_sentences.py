"""With which sentence a document is refused, and what comes first where several things are wrong.

Source: IAM's and S3's answers as users of terraform, serverless, iamy and the aws CLI report them. The order
is that of `validate`.
"""

import json
from typing import Any

import pytest

from watchword.policy import PolicyError
from watchword.policy.checking import buckets
from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.policy.lines.check import check
from watchword.reference.actions import catalogue

LEGACY = "The policy failed legacy parsing"
NO_ACTIONS = "Policy statement must contain actions."
NO_RESOURCES = "Policy statement must contain resources."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
VERSION = "Policy document must be version 2012-10-17 or greater."
ONE_COLON = "Condition can contain only one colon."
SID = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
ARN = 'Resource b must be in ARN format or "*".'
MISFIT = "Action does not apply to any resource(s) in statement"
KEY_MISFIT = "Conditions do not apply to combination of actions and resources in statement"

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}
BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"
PUBLIC = ALLOW | {"Principal": "*", "Resource": OBJECTS}


def document(*statements: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17"} | members | {"Statement": list(statements)})


def statement(**members: Any) -> dict[str, Any]:
    """A good one, with members changed, or left out where None."""
    return {name: value for name, value in (ALLOW | members).items() if value is not None}


def on(resource: str) -> str:
    return document(statement(Resource=resource))


def where(operator: str, key: str, value: str) -> str:
    return document(statement(Condition={operator: {key: value}}))


def said(source: str, kind: DocumentKind, known: Catalogue | None = None, partition: str = "") -> str:
    """Why a document is refused; empty when it isn't."""
    try:
        validate(source, kind, known, partition)
    except PolicyError as error:
        return error.said
    return ""


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (document(ALLOW) + "\n", ""),
        ("\n" + document(ALLOW), LEGACY),
        (json.dumps({"Statement": [ALLOW], "Version": "2012-10-17"}), ""),
        (json.dumps({"Version": "2012-10-17", "Statement": ALLOW}), ""),
        (json.dumps({"Statement": ALLOW, "Version": "2012-10-17"}), LEGACY),
        (document(statement(Effect="allow")), LEGACY),
        (document(statement(Effect="Permit")), "Syntax errors in policy."),
        (where("DateEquals", "aws:CurrentTime", "2020-13-45"), LEGACY),
        (where("StringEquals", "username", "x"), VENDOR),
        (where("StringEquals", "https://idp.example.com/id:sub", "x"), ONE_COLON),
        (where("StringEquals", "idp.example.com/id:sub", "x"), ""),
        (where("StringEquals", "kms:EncryptionContext:app", "x"), ""),
        (where("StringEquals", "aws:ResourceTag/aws:cloudformation:stack-name", "x"), ""),
        (on("b"), ARN),
        (on("arn:aws:short"), LEGACY),
        (on("arn:aws:s3::b"), LEGACY),
        (on("arn:aws:s3:*"), ""),
        (on("arn:aws:sqs:us-east-1:<ACCOUNT>:q"), LEGACY),
        (on("arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q"), LEGACY),
        (on("arn:aws:sqs:us-east-1:123:q"), LEGACY),
        (on("arn:aws:sqs:us-east-1:1234*:q"), ""),
        (on("arn:aws:iam::aws:policy/ReadOnlyAccess"), ""),
        (on("arn:aws2:s3:::b"), 'Partition "aws2" is not valid for resource "arn:aws2:s3:::b".'),
        (on("arn:aws:*:::b"), "Resource vendor must be fully qualified and cannot contain regexes."),
        (document(statement(Action=None)), NO_ACTIONS),
        (document(statement(Action="s3:Get Object")), "Syntax errors in policy."),
        (document(statement(Action="GetObject")), VENDOR),
    ],
)
def test_identity_policies(source: str, why: str) -> None:
    assert said(source, DocumentKind.MANAGED) == why


def test_trust_policies() -> None:
    assert said(" " + document(TRUST), DocumentKind.TRUST) == "JSON strings must not have leading spaces"
    first = json.dumps({"Statement": TRUST, "Version": "2012-10-17"})
    assert said(first, DocumentKind.TRUST) == LEGACY


def test_sts_reads_session_policies_itself() -> None:
    assert said("\n" + document(ALLOW), DocumentKind.SESSION) == ""


def test_resources_are_of_the_accounts_own_partition() -> None:
    foreign = "arn:aws-cn:s3:::b"
    sentence = f'Partition "aws-cn" is not valid for resource "{foreign}".'
    assert said(on(foreign), DocumentKind.MANAGED) == ""
    assert said(on(foreign), DocumentKind.MANAGED, partition="aws") == sentence
    assert said(on("arn:*:s3:::b"), DocumentKind.MANAGED, partition="aws") == ""


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (json.dumps({"Version": "2008-10-17", "Statement": [statement(Effect="allow")]}), VERSION),
        (document(statement(Sid="no good"), statement(Effect="allow")), LEGACY),
        (document(statement(Action=None), statement(Resource="arn:aws:short")), LEGACY),
        (document(statement(Resource="b"), statement(Sid="no good")), SID),
        (document(statement(Action="GetObject"), statement(Resource="b")), ARN),
        (document(statement(Action=None, Resource=None)), NO_RESOURCES),
        (document(statement(Action=None, Condition={"StringEquals": {"username": "x"}})), NO_ACTIONS),
    ],
)
def test_of_several_faults_the_first_is_said(source: str, why: str) -> None:
    assert said(source, DocumentKind.MANAGED) == why


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({}, ""),
        ({"Action": ["s3:Get*", "s3:List*"], "Resource": [BUCKET, OBJECTS]}, ""),
        ({"Action": "s3:ListBucket", "Resource": f"{BUCKET}*"}, ""),
        ({"Action": "s3:GetObject", "Resource": f"{BUCKET}/${{aws:username}}"}, ""),
        ({"Action": "*", "Resource": BUCKET}, ""),
        ({"Action": None}, "Missing required field Action"),
        ({"Action": "s3:GetObjekt"}, "Policy has invalid action"),
        ({"Action": "s3:ListAllMyBuckets"}, "Policy has invalid action"),
        ({"Action": "s3:*Objekt"}, "Policy has invalid action"),
        ({"Resource": "*"}, "Policy has invalid resource"),
        ({"Resource": BUCKET}, MISFIT),
        ({"Action": "s3:ListBucket"}, MISFIT),
        ({"Action": ["s3:GetObject", "s3:ListBucket"]}, MISFIT),
        ({"Action": "s3:ListBucket*"}, MISFIT),
        ({"Action": None, "NotAction": "s3:ListBucket"}, ""),
        ({"Resource": None, "NotResource": BUCKET}, ""),
    ],
)
def test_bucket_policies(members: dict[str, Any], why: str) -> None:
    changed = {name: value for name, value in (PUBLIC | members).items() if value is not None}
    assert said(document(changed), DocumentKind.S3_BUCKET, catalogue()) == why


@pytest.mark.parametrize(
    ("action", "resource", "key", "why"),
    [
        ("s3:ListBucket", BUCKET, "s3:prefix", ""),
        ("s3:GetObject", OBJECTS, "s3:ExistingObjectTag/env", ""),
        ("s3:GetObject", OBJECTS, "ec2:Vpc", ""),
        ("s3:*", [BUCKET, OBJECTS], "s3:prefix", ""),
        ("s3:GetObject", OBJECTS, "s3:prefix", KEY_MISFIT),
        (["s3:ListBucket", "s3:GetObject"], [BUCKET, OBJECTS], "s3:prefix", KEY_MISFIT),
        ("s3:*", OBJECTS, "s3:prefix", KEY_MISFIT),
        ("s3:GetObject", OBJECTS, "s3:prefiks", "Policy has an invalid condition key"),
    ],
)
def test_condition_keys_of_bucket_policies(action: object, resource: object, key: str, why: str) -> None:
    members = {"Action": action, "Resource": resource, "Condition": {"StringEquals": {key: "x"}}}
    assert said(document(PUBLIC | members), DocumentKind.S3_BUCKET, catalogue()) == why


def test_a_bucket_policy_begins_with_a_brace() -> None:
    sentence = "Policies must be valid JSON and the first byte must be '{'"
    assert said("\n" + document(PUBLIC), DocumentKind.S3_BUCKET) == sentence


def test_a_bucket_policy_has_a_limited_number_of_patterns() -> None:
    patterns = [
        f"s3:{'?' * (place % 15)}{'*' * (place // 15 + 1)}" for place in range(buckets.MOST_PATTERNS + 1)
    ]
    for most, why in ((buckets.MOST_PATTERNS, ""), (buckets.MOST_PATTERNS + 1, "Policy has invalid action")):
        many = document(PUBLIC | {"Action": patterns[:most]})
        assert said(many, DocumentKind.S3_BUCKET, catalogue()) == why


def test_nothing_is_refused_for_what_no_catalogue_knows() -> None:
    empty = Catalogue(lambda _name: None)
    misfit = document(PUBLIC | {"Action": "s3:GetObjekt"})
    assert said(misfit, DocumentKind.S3_BUCKET, empty) == said(misfit, DocumentKind.S3_BUCKET) == ""


def test_check_says_the_same() -> None:
    told = check(document(PUBLIC | {"Resource": BUCKET}), DocumentKind.S3_BUCKET, catalogue())
    assert told["error"]["message"] == MISFIT
    assert told["error"]["line"] == 1
