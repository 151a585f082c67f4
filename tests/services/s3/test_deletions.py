"""Deleting one and many; each of many needs its own permission (security lesson N20)."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import Counter

from watchword.names import AwsError
from watchword.names.principal import User
from watchword.store.s3 import objects

BODY = b"<Delete/>"
PROMISE = {"content-md5": base64.b64encode(hashlib.md5(BODY).digest()).decode()}


def delete(s3: Counter, bucket: str, *entries: dict[str, object], **given: Any) -> dict[str, Any]:
    quiet = given.pop("quiet", False)
    return s3(
        "DeleteObjects",
        Bucket=bucket,
        Delete={"Objects": list(entries), "Quiet": quiet},
        headers=PROMISE,
        body=BODY,
        **given,
    )


def keys(s3: Counter, bucket: str) -> list[str]:
    return [each["Key"] for each in s3("ListObjectsV2", Bucket=bucket)["Contents"]]


def test_a_deleted_object_is_gone(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data")
    assert s3("DeleteObject", Bucket=bucket, Key="key") == {}
    assert s3.code("HeadObject", Bucket=bucket, Key="key") == "NoSuchKey"
    assert s3.blobs() == 0


def test_deleting_what_is_not_there_succeeds(s3: Counter, bucket: str) -> None:
    assert s3("DeleteObject", Bucket=bucket, Key="none") == {}
    assert s3.code("DeleteObject", Bucket="nowhere", Key="none") == "NoSuchBucket"


def test_a_tag_that_does_not_match_keeps_the_object(s3: Counter, bucket: str) -> None:
    tag = s3.put(bucket, "key", b"data")["ETag"]
    assert s3.code("DeleteObject", Bucket=bucket, Key="key", IfMatch='"other"') == "PreconditionFailed"
    assert s3.code("DeleteObject", Bucket=bucket, Key="none", IfMatch=tag) == "NoSuchKey"
    assert s3.code("DeleteObject", Bucket=bucket, Key="none", IfMatch="*") == "PreconditionFailed"
    s3("DeleteObject", Bucket=bucket, Key="key", IfMatch=tag)
    assert keys(s3, bucket) == []


def test_there_is_no_version_but_the_only_one(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data")
    assert s3.code("DeleteObject", Bucket=bucket, Key="key", VersionId="1") == "InvalidArgument"
    assert s3("DeleteObject", Bucket=bucket, Key="key", VersionId="0" * 32) == {"VersionId": "0" * 32}
    assert keys(s3, bucket) == ["key"]
    assert s3("DeleteObject", Bucket=bucket, Key="key", VersionId="null") == {"VersionId": "null"}
    assert keys(s3, bucket) == []


def test_each_of_many_keys_is_answered(s3: Counter, bucket: str) -> None:
    for key in "abc":
        s3.put(bucket, key)
    output = delete(s3, bucket, {"Key": "a"}, {"Key": "c", "VersionId": "null"}, {"Key": "none"})
    assert output == {
        "Deleted": [{"Key": "a"}, {"Key": "c", "VersionId": "null"}, {"Key": "none"}],
        "Errors": [],
    }
    assert keys(s3, bucket) == ["b"]


def test_quiet_answers_errors_only(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "a")
    assert delete(s3, bucket, {"Key": "a"}, quiet=True) == {"Deleted": [], "Errors": []}


def test_n20_leave_is_asked_for_each_key(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    ann = user(
        "ann",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject*",'
        '"Resource":"arn:aws:s3:::bucket/mine/*"},{"Effect":"Deny","Action":"s3:DeleteObjectVersion",'
        '"Resource":"*"}]}',
    )
    for key in ("mine/a", "mine/b", "yours"):
        s3.put(bucket, key)
    entries = [{"Key": "mine/a"}, {"Key": "yours"}, {"Key": "mine/b", "VersionId": "null"}]
    output = delete(s3, bucket, *entries, by=ann)
    assert output["Deleted"] == [{"Key": "mine/a"}]
    errors = output["Errors"]
    assert [(each["Key"], each["Code"]) for each in errors] == [
        ("yours", "AccessDenied"),
        ("mine/b", "AccessDenied"),
    ]
    assert "s3:DeleteObject on resource" in errors[0]["Message"]
    assert "explicit deny" in errors[1]["Message"]
    assert keys(s3, bucket) == ["mine/b", "yours"]


def test_a_condition_on_the_tag_needs_permission_to_read(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    ann = user(
        "ann",
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"}}',
    )
    tag = s3.put(bucket, "key")["ETag"]
    assert s3.code("DeleteObject", Bucket=bucket, Key="key", IfMatch=tag, by=ann) == "AccessDenied"
    output = delete(s3, bucket, {"Key": "key", "ETag": tag}, {"Key": "other"}, by=ann)
    assert [each["Code"] for each in output["Errors"]] == ["AccessDenied"]
    assert output["Deleted"] == [{"Key": "other"}]


def test_errors_of_single_keys(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key")
    output = delete(
        s3,
        bucket,
        {"Key": "key", "ETag": '"other"'},
        {"Key": "key", "VersionId": "1"},
        {"Key": "key", "Size": 0},
    )
    assert [each["Code"] for each in output["Errors"]] == [
        "PreconditionFailed",
        "NoSuchVersion",
        "NotImplemented",
    ]
    assert keys(s3, bucket) == ["key"]


def test_what_was_half_deleted_is_there_again(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another write takes the place of the delete marker, after the null version was removed for it."""
    etag = s3.put(bucket, "key", b"data")["ETag"]
    s3("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    monkeypatch.setattr(objects, "append", lambda *_: False)
    with pytest.raises(AwsError) as refused:
        delete(s3, bucket, {"Key": "key", "ETag": etag})
    assert refused.value.code == "ConditionalRequestConflict"
    assert s3.get(bucket, "key") == b"data"


@pytest.mark.parametrize("count", [0, 1001])
def test_at_most_a_thousand(s3: Counter, bucket: str, count: int) -> None:
    given = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "key"}] * count}}
    assert s3.code("DeleteObjects", **given, headers=PROMISE, body=BODY) == "MalformedXML"


def test_the_body_must_be_promised(s3: Counter, bucket: str) -> None:
    given = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "key"}]}}
    assert s3.code("DeleteObjects", **given, body=BODY) == "InvalidRequest"
    assert s3.code("DeleteObjects", **given, headers=PROMISE, body=b"<Other/>") == "BadDigest"
