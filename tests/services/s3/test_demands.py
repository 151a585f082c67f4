"""Which action on which ARN each operation needs: Service Authorization Reference, "Amazon S3"."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from tests.services.harness import call_of
from tests.services.s3.harness import OTHER, OWNER, ROOT, Counter

from watchword.access import Caller, Demand
from watchword.names import AwsError, Body, HttpRequest
from watchword.names.principal import Anonymous, Root, User
from watchword.services.s3 import OPERATIONS, SIGNED_ONLY
from watchword.services.s3.settings import ABSENT, ABSENT_TO_DELETE, ANSWERS, SET

BUCKET, KEY = "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/a/../key"
ONE: dict[str, Any] = {"Bucket": "bucket", "Key": "a/../key"}

FIXED: dict[str, tuple[Any, ...]] = {**ANSWERS, **ABSENT, **ABSENT_TO_DELETE, **SET}
ASKED: list[tuple[str, dict[str, Any], tuple[tuple[str, str, bool], ...]]] = [
    ("CreateBucket", {"Bucket": "new"}, (("s3:CreateBucket", "arn:aws:s3:::new", False),)),
    ("ListBuckets", {}, (("s3:ListAllMyBuckets", "arn:aws:s3:::*", False),)),
    ("HeadBucket", ONE, (("s3:ListBucket", BUCKET, False),)),
    ("GetBucketLocation", ONE, (("s3:GetBucketLocation", BUCKET, False),)),
    ("DeleteBucket", ONE, (("s3:DeleteBucket", BUCKET, False),)),
    ("ListObjects", ONE, (("s3:ListBucket", BUCKET, False),)),
    ("ListObjectsV2", ONE, (("s3:ListBucket", BUCKET, False),)),
    ("ListObjectVersions", ONE, (("s3:ListBucketVersions", BUCKET, False),)),
    ("PutBucketVersioning", ONE, (("s3:PutBucketVersioning", BUCKET, False),)),
    ("GetBucketVersioning", ONE, (("s3:GetBucketVersioning", BUCKET, False),)),
    ("PutObjectLockConfiguration", ONE, (("s3:PutBucketObjectLockConfiguration", BUCKET, False),)),
    ("GetObjectLockConfiguration", ONE, (("s3:GetBucketObjectLockConfiguration", BUCKET, False),)),
    ("PutObjectRetention", ONE, (("s3:PutObjectRetention", KEY, False),)),
    (
        "PutObjectRetention",
        ONE | {"VersionId": "null", "BypassGovernanceRetention": True},
        (("s3:PutObjectRetention", KEY, False), ("s3:BypassGovernanceRetention", KEY, False)),
    ),
    ("GetObjectRetention", ONE, (("s3:GetObjectRetention", KEY, False),)),
    ("PutObjectLegalHold", ONE, (("s3:PutObjectLegalHold", KEY, False),)),
    ("GetObjectLegalHold", ONE, (("s3:GetObjectLegalHold", KEY, False),)),
    (
        "PutObject",
        ONE | {"ObjectLockMode": "GOVERNANCE", "ObjectLockLegalHoldStatus": "ON"},
        (
            ("s3:PutObject", KEY, False),
            ("s3:PutObjectLegalHold", KEY, False),
            ("s3:PutObjectRetention", KEY, False),
        ),
    ),
    (
        "CreateBucket",
        {"Bucket": "new", "ObjectLockEnabledForBucket": True},
        (
            ("s3:CreateBucket", "arn:aws:s3:::new", False),
            ("s3:PutBucketObjectLockConfiguration", "arn:aws:s3:::new", False),
            ("s3:PutBucketVersioning", "arn:aws:s3:::new", False),
        ),
    ),
    (
        "DeleteObject",
        ONE | {"VersionId": "null", "BypassGovernanceRetention": True},
        (("s3:DeleteObjectVersion", KEY, False), ("s3:BypassGovernanceRetention", KEY, False)),
    ),
    ("DeleteObject", ONE | {"BypassGovernanceRetention": True}, (("s3:DeleteObject", KEY, False),)),
    ("PutBucketLifecycleConfiguration", ONE, (("s3:PutLifecycleConfiguration", BUCKET, False),)),
    ("GetBucketLifecycleConfiguration", ONE, (("s3:GetLifecycleConfiguration", BUCKET, False),)),
    ("DeleteBucketLifecycle", ONE, (("s3:PutLifecycleConfiguration", BUCKET, False),)),
    ("GetBucketPolicy", ONE, (("s3:GetBucketPolicy", BUCKET, False),)),
    ("GetBucketPolicyStatus", ONE, (("s3:GetBucketPolicyStatus", BUCKET, False),)),
    ("PutBucketPolicy", ONE, (("s3:PutBucketPolicy", BUCKET, False),)),
    ("DeleteBucketPolicy", ONE, (("s3:DeleteBucketPolicy", BUCKET, False),)),
    ("PutPublicAccessBlock", ONE, (("s3:PutBucketPublicAccessBlock", BUCKET, False),)),
    ("GetPublicAccessBlock", ONE, (("s3:GetBucketPublicAccessBlock", BUCKET, False),)),
    ("DeletePublicAccessBlock", ONE, (("s3:PutBucketPublicAccessBlock", BUCKET, False),)),
    ("PutBucketOwnershipControls", ONE, (("s3:PutBucketOwnershipControls", BUCKET, False),)),
    ("GetBucketOwnershipControls", ONE, (("s3:GetBucketOwnershipControls", BUCKET, False),)),
    ("DeleteBucketOwnershipControls", ONE, (("s3:PutBucketOwnershipControls", BUCKET, False),)),
    ("PutBucketAcl", ONE, (("s3:PutBucketAcl", BUCKET, False),)),
    ("GetBucketAcl", ONE, (("s3:GetBucketAcl", BUCKET, False),)),
    ("PutObjectAcl", ONE, (("s3:PutObjectAcl", KEY, False),)),
    ("PutObjectAcl", ONE | {"VersionId": "null"}, (("s3:PutObjectVersionAcl", KEY, False),)),
    ("GetObjectAcl", ONE, (("s3:GetObjectAcl", KEY, False),)),
    ("GetObjectAcl", ONE | {"VersionId": "null"}, (("s3:GetObjectVersionAcl", KEY, False),)),
    ("PutObject", ONE, (("s3:PutObject", KEY, False),)),
    ("PutObject", ONE | {"IfMatch": "x"}, (("s3:PutObject", KEY, False), ("s3:GetObject", KEY, False))),
    ("GetObject", ONE, (("s3:GetObject", KEY, False),)),
    ("GetObject", ONE | {"VersionId": "null"}, (("s3:GetObjectVersion", KEY, False),)),
    (
        "GetObjectAttributes",
        ONE | {"ObjectAttributes": ["ETag"]},
        (("s3:GetObject", KEY, False), ("s3:GetObjectAttributes", KEY, False)),
    ),
    ("HeadObject", ONE, (("s3:GetObject", KEY, False),)),
    ("PutBucketEncryption", ONE, (("s3:PutEncryptionConfiguration", BUCKET, False),)),
    ("GetBucketEncryption", ONE, (("s3:GetEncryptionConfiguration", BUCKET, False),)),
    ("DeleteBucketEncryption", ONE, (("s3:PutEncryptionConfiguration", BUCKET, False),)),
    ("PutBucketNotificationConfiguration", ONE, (("s3:PutBucketNotification", BUCKET, False),)),
    ("GetBucketNotificationConfiguration", ONE, (("s3:GetBucketNotification", BUCKET, False),)),
    ("GetBucketRequestPayment", ONE, (("s3:GetBucketRequestPayment", BUCKET, False),)),
    ("PutBucketRequestPayment", ONE, (("s3:PutBucketRequestPayment", BUCKET, False),)),
    ("GetBucketLogging", ONE, (("s3:GetBucketLogging", BUCKET, False),)),
    ("PutBucketLogging", ONE, (("s3:PutBucketLogging", BUCKET, False),)),
    ("GetBucketWebsite", ONE, (("s3:GetBucketWebsite", BUCKET, False),)),
    ("DeleteBucketWebsite", ONE, (("s3:DeleteBucketWebsite", BUCKET, False),)),
    ("PutBucketWebsite", ONE, (("s3:PutBucketWebsite", BUCKET, False),)),
    ("PutBucketCors", ONE, (("s3:PutBucketCORS", BUCKET, False),)),
    ("GetBucketCors", ONE, (("s3:GetBucketCORS", BUCKET, False),)),
    ("DeleteBucketCors", ONE, (("s3:PutBucketCORS", BUCKET, False),)),
    ("PutBucketTagging", ONE, (("s3:PutBucketTagging", BUCKET, False),)),
    ("GetBucketTagging", ONE, (("s3:GetBucketTagging", BUCKET, False),)),
    ("DeleteBucketTagging", ONE, (("s3:PutBucketTagging", BUCKET, False),)),
    ("PutBucketAbac", ONE, (("s3:PutBucketAbac", BUCKET, False),)),
    ("GetBucketAbac", ONE, (("s3:GetBucketAbac", BUCKET, False),)),
    ("GetObjectTagging", ONE, (("s3:GetObjectTagging", KEY, False),)),
    ("GetObjectTagging", ONE | {"VersionId": "null"}, (("s3:GetObjectVersionTagging", KEY, False),)),
    ("PutObjectTagging", ONE, (("s3:PutObjectTagging", KEY, False),)),
    ("PutObjectTagging", ONE | {"VersionId": "null"}, (("s3:PutObjectVersionTagging", KEY, False),)),
    ("DeleteObjectTagging", ONE, (("s3:DeleteObjectTagging", KEY, False),)),
    ("DeleteObjectTagging", ONE | {"VersionId": "null"}, (("s3:DeleteObjectVersionTagging", KEY, False),)),
    (
        "PutObject",
        ONE | {"Tagging": "a=b"},
        (("s3:PutObject", KEY, False), ("s3:PutObjectTagging", KEY, False)),
    ),
    (
        "CreateMultipartUpload",
        ONE | {"Tagging": "a=b"},
        (("s3:PutObject", KEY, False), ("s3:PutObjectTagging", KEY, False)),
    ),
    (
        "CreateBucket",
        {"Bucket": "new", "CreateBucketConfiguration": {"Tags": [{"Key": "a", "Value": "b"}]}},
        (("s3:CreateBucket", "arn:aws:s3:::new", False), ("s3:TagResource", "arn:aws:s3:::new", False)),
    ),
    ("DeleteObject", ONE, (("s3:DeleteObject", KEY, False),)),
    ("DeleteObject", ONE | {"VersionId": "null"}, (("s3:DeleteObjectVersion", KEY, False),)),
    (
        "DeleteObjects",
        {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "1"}]}},
        (("s3:DeleteObject", f"{BUCKET}/a", True), ("s3:DeleteObjectVersion", f"{BUCKET}/b", True)),
    ),
    (
        "CopyObject",
        ONE | {"CopySource": "bucket/x%2F..%2Fy"},
        (("s3:GetObject", f"{BUCKET}/x/../y", False), ("s3:PutObject", KEY, False)),
    ),
    ("CreateMultipartUpload", ONE, (("s3:PutObject", KEY, False),)),
    ("UploadPart", ONE, (("s3:PutObject", KEY, False),)),
    (
        "UploadPartCopy",
        ONE | {"CopySource": "bucket/x%2F..%2Fy"},
        (("s3:GetObject", f"{BUCKET}/x/../y", False), ("s3:PutObject", KEY, False)),
    ),
    ("CompleteMultipartUpload", ONE, (("s3:PutObject", KEY, False),)),
    ("AbortMultipartUpload", ONE, (("s3:AbortMultipartUpload", KEY, False),)),
    ("ListParts", ONE, (("s3:ListMultipartUploadParts", KEY, False),)),
    ("ListMultipartUploads", ONE, (("s3:ListBucketMultipartUploads", BUCKET, False),)),
    *[(name, ONE, ((action, BUCKET, False),)) for name, (action, *_) in FIXED.items()],
]


def demands(s3: Counter, name: str, given: dict[str, Any], **headers: str) -> tuple[Demand, ...]:
    sent = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    request = HttpRequest("GET", headers=sent)
    call = call_of(s3.world, Caller(ROOT), ("s3", name), given, now=s3.now, request=request)
    return OPERATIONS[name].demands(call)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "given", "expected"), ASKED)
def test_action_and_resource(
    s3: Counter, bucket: str, name: str, given: dict[str, Any], expected: tuple[tuple[str, str, bool], ...]
) -> None:
    asked = demands(s3, name, given)
    assert tuple((each.action, each.resource, each.optional) for each in asked) == expected
    assert {each.account for each in asked} == {OWNER}


def test_every_operation_is_in_the_table() -> None:
    assert {name for name, _, _ in ASKED} == set(OPERATIONS)


def test_what_must_be_signed() -> None:
    assert {name for name, row in OPERATIONS.items() if not row.anonymous} == SIGNED_ONLY


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_condition_keys(s3: Counter, bucket: str) -> None:
    given = {"Bucket": bucket, "Prefix": "home/", "Delimiter": "/", "MaxKeys": 5}
    (asked,) = demands(s3, "ListObjectsV2", given)
    assert asked.context == {
        "s3:authType": "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
        "s3:ResourceAccount": OWNER,
        "s3:prefix": "home/",
        "s3:delimiter": "/",
        "s3:max-keys": "5",
    }
    given = ONE | {"IfNoneMatch": "*", "ACL": "private"}
    (asked,) = demands(s3, "PutObject", given, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    assert asked.context.items() >= {
        ("s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("s3:if-none-match", "*"),
        ("s3:x-amz-acl", "private"),
        ("s3:ObjectCreationOperation", "true"),
    }
    (asked,) = demands(s3, "GetObject", ONE | {"VersionId": "null"})
    assert asked.context["s3:VersionId"] == "null"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_n13_a_header_that_is_not_the_operations_fills_no_key(s3: Counter, bucket: str) -> None:
    """N13: a condition is met by what the operation does, not by a header that it doesn't read."""
    forged = {
        "x_amz_acl": "private",
        "if_match": "x",
        "x_amz_copy_source": "bucket/x",
        "x_amz_storage_class": "STANDARD",
    }
    common = {"s3:authType", "s3:signatureversion", "s3:ResourceAccount"}
    for name, own in (
        ("GetObject", set()),
        ("DeleteObject", set()),
        ("HeadBucket", set()),
        ("PutObject", {"s3:ObjectCreationOperation"}),
        ("PutBucketPolicy", set()),
    ):
        for asked in demands(s3, name, ONE, **forged):
            assert asked.context.keys() <= common | own, name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copy_has_the_source_it_reads(s3: Counter, bucket: str) -> None:
    """N10: decoded, so that no other spelling of a denied source gets by."""
    for header in ("bucket/secret/x", "/bucket/secret/x", "bucket/%73ecret%2Fx"):
        *_, asked = demands(s3, "CopyObject", ONE | {"CopySource": header, "MetadataDirective": "COPY"})
        assert asked.context["s3:x-amz-copy-source"] == "bucket/secret/x"
        assert asked.context["s3:x-amz-metadata-directive"] == "COPY"
    reads = demands(s3, "CopyObject", ONE | {"CopySource": "bucket/x", "ACL": "private", "IfMatch": "x"})
    assert not [
        key for asked in reads if asked.action != "s3:PutObject" for key in asked.context if "x-amz-" in key
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_conditional_delete(s3: Counter, bucket: str) -> None:
    delete, read = demands(s3, "DeleteObject", ONE | {"IfMatch": '"x"'})
    assert (delete.action, delete.context["s3:if-match"]) == ("s3:DeleteObject", '"x"')
    assert "s3:if-match" not in read.context
    entries = [{"Key": "a", "ETag": '"y"'}, {"Key": "b", "VersionId": "null", "ETag": '"z"'}, {"Key": "c"}]
    asked = demands(s3, "DeleteObjects", {"Bucket": bucket, "Delete": {"Objects": entries}})
    assert [each.context.get("s3:if-match") for each in asked] == ['"y"', None, None, None, None]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_parts_are_no_objects_yet(s3: Counter, bucket: str) -> None:
    for name, creates in (
        ("CreateMultipartUpload", "false"),
        ("UploadPart", "false"),
        ("CompleteMultipartUpload", "true"),
    ):
        (asked,) = demands(s3, name, ONE)
        assert asked.context["s3:ObjectCreationOperation"] == creates


HOME = """{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket",
     "Condition":{"StringLike":{"s3:prefix":["home/${aws:username}/*"]}}},
    {"Effect":"Allow","Action":"s3:*Object","Resource":"arn:aws:s3:::bucket/home/${aws:username}/*"}]}"""


def test_a_home_folder(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    ann = user("ann", HOME)
    s3.put(bucket, "home/ann/a", b"mine", by=ann)
    s3.put(bucket, "home/bob/b", b"his")
    assert s3.get(bucket, "home/ann/a", by=ann) == b"mine"
    assert s3("ListObjectsV2", Bucket=bucket, Prefix="home/ann/", by=ann)["KeyCount"] == 1
    for prefix in ({}, {"Prefix": ""}, {"Prefix": "home/"}, {"Prefix": "home/bob/"}):
        assert s3.code("ListObjectsV2", Bucket=bucket, by=ann, **prefix) == "AccessDenied"
    for key in ("home/bob/b", "home/anna/a", "home/ann", "home/ann/../bob/b/", "Home/ann/a"):
        expected = "NoSuchKey" if key.startswith("home/ann/") else "AccessDenied"
        assert s3.code("GetObject", Bucket=bucket, Key=key, by=ann) == expected


def test_a_missing_key_is_told_to_who_may_list(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    read = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
    both = read.replace('"s3:GetObject"', '["s3:GetObject","s3:ListBucket"]')
    for name in ("GetObject", "HeadObject"):
        refused = s3.error(name, Bucket=bucket, Key="none", by=user(f"{name}-reader", read))
        assert refused.code == "AccessDenied"
        assert "s3:ListBucket" in refused.said
        assert s3.code(name, Bucket=bucket, Key="none", by=user(f"{name}-lister", both)) == "NoSuchKey"


def test_n15_a_version_is_read_by_leave_of_its_own(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    read = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
    ann = user("ann", read)
    s3.put(bucket, "key", b"data")
    assert s3.get(bucket, "key", by=ann) == b"data"
    assert s3.code("GetObject", Bucket=bucket, Key="key", VersionId="null", by=ann) == "AccessDenied"


def test_n21_a_resource_is_matched_whole(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    read = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",'
        '"Resource":"arn:aws:s3:::bucket/key"}}'
    )
    ann = user("ann", read)
    for key in ("key", "key2", "key/a"):
        s3.put(bucket, key, b"data")
    assert s3.get(bucket, "key", by=ann) == b"data"
    for key in ("key2", "key/a"):
        assert s3.code("GetObject", Bucket=bucket, Key=key, by=ann) == "AccessDenied"


def test_no_bucket_is_said_before_anything_else(s3: Counter) -> None:
    for by in (Anonymous(), User(OTHER, "eve", "AIDAEVE")):
        assert s3.code("GetObject", Bucket="nowhere", Key="key", by=by) == "NoSuchBucket"


POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::name/*",
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("GetObject", {"Key": "key"}),
        ("HeadObject", {"Key": "key"}),
        ("PutObject", {"Key": "key", "Body": Body(b"ours")}),
        ("DeleteObject", {"Key": "key"}),
        ("CopyObject", {"Key": "key", "CopySource": "source/key"}),
        ("CreateMultipartUpload", {"Key": "key"}),
        ("ListObjectsV2", {}),
        ("DeleteBucket", {}),
        ("PutBucketPolicy", {"Policy": POLICY}),
        ("DeleteBucketPolicy", {}),
        ("DeletePublicAccessBlock", {}),
    ],
)
def test_permission_for_a_bucket_is_none_for_the_next_of_its_name(
    s3: Counter, name: str, given: dict[str, Any]
) -> None:
    s3("CreateBucket", Bucket="source")
    s3.put("source", "key", b"ours")
    s3("CreateBucket", Bucket="name")
    s3("DeletePublicAccessBlock", Bucket="name")

    def change_hands() -> None:
        s3.meanwhile = str
        s3("DeleteBucket", Bucket="name")
        s3("CreateBucket", Bucket="name", by=Root(OTHER))
        s3.put("name", "key", b"theirs", by=Root(OTHER))

    s3.meanwhile = change_hands
    with suppress(AwsError):
        told = s3(name, Bucket="name", **given)
        assert not any(told.get(each) for each in ("Body", "Contents", "ETag"))
    assert s3.meanwhile is str
    assert s3("ListObjectsV2", Bucket="name", by=Root(OTHER))["KeyCount"] == 1
    assert s3.get("name", "key", by=Root(OTHER)) == b"theirs"
    assert s3.code("GetBucketPolicy", Bucket="name", by=Root(OTHER)) == "NoSuchBucketPolicy"
    blocked = s3("GetPublicAccessBlock", Bucket="name", by=Root(OTHER))["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert not s3("ListMultipartUploads", Bucket="name", by=Root(OTHER))["Uploads"]


def test_a_missing_key_is_told_across_accounts_to_who_may_list(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    eve, arn = user("eve", everything, account=OTHER), f"arn:aws:s3:::{bucket}"
    reads = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "s3:GetObject", "Resource": f"{arn}/*"}
    lists = reads | {"Action": "s3:ListBucket", "Resource": arn}
    for statements, code in (
        ([reads], "AccessDenied"),
        ([reads, lists], "NoSuchKey"),
        ([lists], "AccessDenied"),
    ):
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        s3("PutBucketPolicy", Bucket=bucket, Policy=policy)
        for name in ("GetObject", "HeadObject"):
            assert s3.code(name, Bucket=bucket, Key="none", by=eve) == code
    for by in (eve, Anonymous()):
        assert s3.code("HeadBucket", Bucket="nowhere", by=by) == "NoSuchBucket"
    assert s3.code("HeadBucket", Bucket=bucket, by=Anonymous()) == "AccessDenied"
