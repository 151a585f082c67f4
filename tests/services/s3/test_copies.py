"""Copies need permission to read the source and to write the copy (security lesson N16)."""

import base64
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter

from watchword.names.principal import User

DATA = b"The watchword of tonight"
CRC32 = base64.b64encode(zlib.crc32(DATA).to_bytes(4, "big")).decode()


def copy(s3: Counter, source: str, key: str = "copy", bucket: str = "bucket", **given: Any) -> dict[str, Any]:
    result: dict[str, Any] = s3("CopyObject", Bucket=bucket, Key=key, CopySource=source, **given)[
        "CopyObjectResult"
    ]
    return result


def test_a_copy_keeps_the_description(s3: Counter, bucket: str) -> None:
    said: dict[str, Any] = {"ContentType": "text/plain", "CacheControl": "no-store", "Metadata": {"a": "b"}}
    tag = s3.put(bucket, "key", DATA, headers={"x-amz-checksum-crc32": CRC32}, **said)["ETag"]
    result = copy(s3, "bucket/key")
    assert (result["ETag"], result["ChecksumCRC32"]) == (tag, CRC32)
    head = s3("HeadObject", Bucket=bucket, Key="copy")
    assert {name: head[name] for name in said} == said
    s3("DeleteObject", Bucket=bucket, Key="key")
    assert s3.get(bucket, "copy") == DATA


def test_a_copy_may_have_another_description(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA, ContentType="text/plain", Metadata={"a": "b"})
    copy(s3, "bucket/key", MetadataDirective="REPLACE", Metadata={"c": "d"})
    head = s3("HeadObject", Bucket=bucket, Key="copy")
    assert (head["Metadata"], head["ContentType"]) == ({"c": "d"}, "binary/octet-stream")


def test_a_copy_onto_itself_must_change_the_description(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    error = s3.error("CopyObject", Bucket=bucket, Key="key", CopySource="/bucket/key")
    assert error.code == "InvalidRequest"
    copy(s3, "bucket/key", "key", MetadataDirective="REPLACE", Metadata={"c": "d"})
    assert s3.get(bucket, "key") == DATA
    assert s3.blobs() == 1


def test_a_copy_may_have_another_checksum(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    result = copy(s3, "bucket/key", ChecksumAlgorithm="CRC32")
    assert result["ChecksumCRC32"] == CRC32
    s3.put(bucket, "large", bytes(2 << 20))
    result = copy(s3, "bucket/large", ChecksumAlgorithm="CRC32")
    assert base64.b64decode(result["ChecksumCRC32"]) == zlib.crc32(bytes(2 << 20)).to_bytes(4, "big")


def test_conditions_on_the_source_must_hold(s3: Counter, bucket: str) -> None:
    tag = s3.put(bucket, "key", DATA)["ETag"]
    given: dict[str, Any] = {"Bucket": bucket, "Key": "copy", "CopySource": "bucket/key"}
    assert s3.code("CopyObject", **given, CopySourceIfMatch='"other"') == "PreconditionFailed"
    assert s3.code("CopyObject", **given, CopySourceIfNoneMatch=tag) == "PreconditionFailed"
    s3("CopyObject", **given, CopySourceIfMatch=tag, IfNoneMatch="*")
    assert s3.code("CopyObject", **given, IfNoneMatch="*") == "PreconditionFailed"
    assert s3.blobs() == 2


def test_a_missing_source_or_bucket_is_named(s3: Counter, bucket: str) -> None:
    given: dict[str, Any] = {"Bucket": bucket, "Key": "copy"}
    assert s3.error("CopyObject", **given, CopySource="bucket/no").fields == {"Key": "no"}
    assert s3.error("CopyObject", **given, CopySource="nowhere/no").fields == {"BucketName": "nowhere"}
    assert s3.code("CopyObject", **given, CopySource="bucket/no?versionId=1") == "InvalidArgument"
    assert s3.code("CopyObject", **given, CopySource=f"bucket/no?versionId={'0' * 32}") == "NoSuchVersion"
    assert s3.code("CopyObject", **given, CopySource="bucket/no", ExpectedSourceBucketOwner=OTHER) == (
        "AccessDenied"
    )
    assert s3.code("CopyObject", **given | {"Bucket": "nowhere"}, CopySource="bucket/no") == "NoSuchBucket"


READ = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/from/*"}'
WRITE = '{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/to/*"}'


@pytest.mark.parametrize(
    ("statements", "source", "key", "allowed"),
    [
        (f"{READ},{WRITE}", "bucket/from/a", "to/a", True),
        (f"{READ},{WRITE}", "bucket/other", "to/a", False),
        (f"{READ},{WRITE}", "bucket/from/a", "other", False),
        (READ, "bucket/from/a", "to/a", False),
        (WRITE, "bucket/from/a", "to/a", False),
        # An encoded traversal is a key of its own, not another one's place.
        (f"{READ},{WRITE}", "bucket/x/%2e%2e/from/a", "to/a", False),
        (f"{READ},{WRITE}", "bucket/from/a?versionId=null", "to/a", False),
    ],
)
def test_n16_both_ends_are_decided_on(
    s3: Counter, bucket: str, user: Callable[..., User], statements: str, source: str, key: str, allowed: bool
) -> None:
    ann = user("ann", f'{{"Version":"2012-10-17","Statement":[{statements}]}}')
    s3.put(bucket, "from/a", DATA)
    s3.put(bucket, "other", DATA)
    given: dict[str, Any] = {"Bucket": bucket, "Key": key, "CopySource": source, "by": ann}
    if allowed:
        s3("CopyObject", **given)
    else:
        assert s3.code("CopyObject", **given) == "AccessDenied"


def test_a_missing_source_is_not_told_to_who_may_not_list(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    ann = user("ann", f'{{"Version":"2012-10-17","Statement":[{READ},{WRITE}]}}')
    given: dict[str, Any] = {"Bucket": bucket, "Key": "to/a", "CopySource": "bucket/from/none", "by": ann}
    error = s3.error("CopyObject", **given)
    assert error.code == "AccessDenied"
    assert "s3:ListBucket" in error.said


def test_a_copy_across_accounts_needs_both_sides(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    eve = user("eve", everything, account=OTHER)
    s3("CreateBucket", Bucket="theirs", by=eve)
    s3.put(bucket, "key", DATA)
    given: dict[str, Any] = {"Bucket": "theirs", "Key": "key", "CopySource": "bucket/key", "by": eve}
    assert s3.code("CopyObject", **given) == "AccessDenied"
    policy = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"' + OTHER + '"},'
        '"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}}'
    )
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy)
    s3("CopyObject", **given, ExpectedSourceBucketOwner=OWNER)
    assert s3.get("theirs", "key", by=eve) == DATA
