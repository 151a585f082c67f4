"""Versions of objects: what each state of a bucket's versioning makes of writes, reads and deletions."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from tests.services.s3.harness import Counter

from watchword.names import AwsError
from watchword.names.principal import User
from watchword.services.s3.versions.ids import is_version, new_version, rank_of

KEY = "a/key"
ELSEWHERE = "0" * 32
"""The id of no version."""


def set_state(s3: Counter, bucket: str, state: str) -> None:
    s3("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": state})


@pytest.fixture
def kept(s3: Counter, bucket: str) -> str:
    """A bucket that keeps versions."""
    set_state(s3, bucket, "Enabled")
    return bucket


def versions(s3: Counter, bucket: str, **given: object) -> list[tuple[str, str, bool]]:
    """Key, version and whether it is the latest: of versions, then of delete markers."""
    listed = s3("ListObjectVersions", Bucket=bucket, **given)
    both = [*listed["Versions"], *listed["DeleteMarkers"]]
    return [(each["Key"], each["VersionId"], each["IsLatest"]) for each in both]


def put(s3: Counter, bucket: str, data: bytes, key: str = KEY) -> str:
    version: str = s3.put(bucket, key, data)["VersionId"]
    return version


def test_a_bucket_tells_its_state(s3: Counter, bucket: str) -> None:
    assert s3("GetBucketVersioning", Bucket=bucket) == {}
    for state in ("Suspended", "Enabled", "Suspended"):
        set_state(s3, bucket, state)
        assert s3("GetBucketVersioning", Bucket=bucket) == {"Status": state}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "IllegalVersioningConfigurationException"),
        ({"MFADelete": "Disabled"}, "IllegalVersioningConfigurationException"),
        ({"Status": "enabled"}, "MalformedXML"),
        ({"Status": "Enabled", "MFADelete": "Enabled"}, "NotImplemented"),
    ],
)
def test_what_is_no_state(s3: Counter, bucket: str, asked: dict[str, str], code: str) -> None:
    assert s3.code("PutBucketVersioning", Bucket=bucket, VersioningConfiguration=asked) == code
    assert s3("GetBucketVersioning", Bucket=bucket) == {}


def test_without_versioning_no_version_is_told(s3: Counter, bucket: str) -> None:
    assert "VersionId" not in s3.put(bucket, KEY, b"1")
    assert "VersionId" not in s3("GetObject", Bucket=bucket, Key=KEY)
    assert versions(s3, bucket) == [(KEY, "null", True)]
    s3.put(bucket, KEY, b"2")
    assert versions(s3, bucket) == [(KEY, "null", True)]
    assert s3.blobs() == 1


def test_every_put_is_kept(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY, b"before")
    set_state(s3, bucket, "Enabled")
    first, second = put(s3, bucket, b"first"), put(s3, bucket, b"second")
    assert versions(s3, bucket) == [(KEY, second, True), (KEY, first, False), (KEY, "null", False)]
    told = s3("GetObject", Bucket=bucket, Key=KEY)
    assert (told["Body"], told["VersionId"]) == (b"second", second)
    for version, data in ((second, b"second"), (first, b"first"), ("null", b"before")):
        assert s3.get(bucket, KEY, VersionId=version) == data
        assert s3("HeadObject", Bucket=bucket, Key=KEY, VersionId=version)["VersionId"] == version
    assert s3.blobs() == 3


def test_a_deletion_puts_a_marker(s3: Counter, kept: str) -> None:
    first = put(s3, kept, b"first")
    told = s3("DeleteObject", Bucket=kept, Key=KEY)
    marker = told["VersionId"]
    assert told["DeleteMarker"]
    assert versions(s3, kept) == [(KEY, first, False), (KEY, marker, True)]
    assert s3("ListObjectsV2", Bucket=kept)["Contents"] == []
    error = s3.error("GetObject", Bucket=kept, Key=KEY)
    assert error.code == "NoSuchKey"
    assert error.headers == {"x-amz-delete-marker": "true", "x-amz-version-id": marker}
    assert s3.get(kept, KEY, VersionId=first) == b"first"


def test_a_marker_can_only_be_deleted(s3: Counter, kept: str) -> None:
    put(s3, kept, b"data")
    marker = s3("DeleteObject", Bucket=kept, Key=KEY)["VersionId"]
    for name in ("GetObject", "HeadObject"):
        error = s3.error(name, Bucket=kept, Key=KEY, VersionId=marker)
        assert (error.code, error.status) == ("MethodNotAllowed", 405)
        assert error.headers.keys() == {"x-amz-delete-marker", "x-amz-version-id", "last-modified", "allow"}
    source = f"{kept}/{KEY}"
    assert s3.code("CopyObject", Bucket=kept, Key="b", CopySource=source) == "NoSuchKey"
    marked = f"{source}?versionId={marker}"
    assert s3.code("CopyObject", Bucket=kept, Key="b", CopySource=marked) == "InvalidRequest"
    told = s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=marker)
    assert told == {"DeleteMarker": True, "VersionId": marker}
    assert s3.get(kept, KEY) == b"data"


def test_deleting_where_nothing_is_puts_a_marker(s3: Counter, kept: str) -> None:
    marker = s3("DeleteObject", Bucket=kept, Key=KEY)["VersionId"]
    assert versions(s3, kept) == [(KEY, marker, True)]


def test_the_one_before_becomes_current(s3: Counter, kept: str) -> None:
    first, second, third = (put(s3, kept, each) for each in (b"1", b"2", b"3"))
    assert s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=second) == {"VersionId": second}
    s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=third)
    assert s3.get(kept, KEY) == b"1"
    assert versions(s3, kept) == [(KEY, first, True)]
    s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=first)
    assert s3.code("GetObject", Bucket=kept, Key=KEY) == "NoSuchKey"
    assert s3.blobs() == 0


def test_suspended_the_null_version_is_replaced_and_the_others_stay(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY, b"before")
    set_state(s3, bucket, "Enabled")
    first = put(s3, bucket, b"first")
    set_state(s3, bucket, "Suspended")
    assert put(s3, bucket, b"null") == "null"
    assert versions(s3, bucket) == [(KEY, "null", True), (KEY, first, False)]
    assert put(s3, bucket, b"null again") == "null"
    assert s3.get(bucket, KEY) == b"null again"
    assert s3.blobs() == 2
    assert s3("DeleteObject", Bucket=bucket, Key=KEY) == {"DeleteMarker": True, "VersionId": "null"}
    assert versions(s3, bucket) == [(KEY, first, False), (KEY, "null", True)]
    assert s3.blobs() == 1
    set_state(s3, bucket, "Enabled")
    second = put(s3, bucket, b"second")
    assert versions(s3, bucket) == [(KEY, second, True), (KEY, first, False), (KEY, "null", False)]


def test_versions_that_are_none(s3: Counter, kept: str) -> None:
    put(s3, kept, b"data")
    given = {"Bucket": kept, "Key": KEY}
    for name in ("GetObject", "HeadObject", "DeleteObject"):
        for version in ("latest", ""):
            assert s3.code(name, **given, VersionId=version) == "InvalidArgument"
    assert s3.get(kept, KEY) == b"data"
    assert s3.code("GetObject", **given, VersionId=ELSEWHERE) == "NoSuchVersion"
    assert s3.code("GetObject", **given, VersionId="null") == "NoSuchVersion"
    assert s3("DeleteObject", **given, VersionId=ELSEWHERE) == {"VersionId": ELSEWHERE}
    assert s3.get(kept, KEY) == b"data"


def test_a_version_is_of_its_key_alone(s3: Counter, kept: str) -> None:
    version = put(s3, kept, b"data")
    put(s3, kept, b"other", key="other")
    assert s3.code("GetObject", Bucket=kept, Key="other", VersionId=version) == "NoSuchVersion"
    s3("DeleteObject", Bucket=kept, Key="other", VersionId=version)
    assert s3.get(kept, KEY, VersionId=version) == b"data"


def test_a_version_is_copied_and_so_brought_back(s3: Counter, kept: str) -> None:
    first, second = put(s3, kept, b"1"), put(s3, kept, b"2")
    here = {"Bucket": kept, "Key": KEY}
    told = s3("CopyObject", **here, CopySource=f"{kept}/{KEY}?versionId={first}")
    assert told["CopySourceVersionId"] == first
    assert told["VersionId"] not in (first, second)
    assert s3.get(kept, KEY) == b"1"
    assert (
        s3("CopyObject", Bucket=kept, Key="b", CopySource=f"{kept}/{KEY}")["CopySourceVersionId"]
        == (told["VersionId"])
    )


def test_an_upload_in_parts_is_a_version(s3: Counter, kept: str) -> None:
    first = put(s3, kept, b"1")
    named = {"Bucket": kept, "Key": KEY}
    named["UploadId"] = s3("CreateMultipartUpload", **named)["UploadId"]
    source = f"{kept}/{KEY}?versionId={first}"
    told = s3("UploadPartCopy", **named, PartNumber=1, CopySource=source)
    assert told["CopySourceVersionId"] == first
    parts = {"Parts": [{"PartNumber": 1, "ETag": told["CopyPartResult"]["ETag"]}]}
    made = s3("CompleteMultipartUpload", **named, MultipartUpload=parts)
    assert versions(s3, kept) == [(KEY, made["VersionId"], True), (KEY, first, False)]
    assert s3("CompleteMultipartUpload", **named, MultipartUpload=parts) == made


def test_many_are_deleted_with_their_versions(s3: Counter, kept: str) -> None:
    first = put(s3, kept, b"1")
    marker = s3("DeleteObject", Bucket=kept, Key=KEY)["VersionId"]
    entries = [
        {"Key": KEY, "VersionId": marker},
        {"Key": KEY, "VersionId": first},
        {"Key": KEY, "VersionId": "latest"},
        {"Key": "other"},
    ]
    told = delete(s3, kept, entries)
    (put_now,) = s3("ListObjectVersions", Bucket=kept)["DeleteMarkers"]
    assert told["Deleted"] == [
        {"Key": KEY, "VersionId": marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker},
        {"Key": KEY, "VersionId": first},
        {"Key": "other", "DeleteMarker": True, "DeleteMarkerVersionId": put_now["VersionId"]},
    ]
    assert [each["Code"] for each in told["Errors"]] == ["NoSuchVersion"]
    assert s3.blobs() == 0


def delete(s3: Counter, bucket: str, entries: list[dict[str, str]]) -> dict[str, Any]:
    headers = {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    return s3("DeleteObjects", Bucket=bucket, Delete={"Objects": entries}, headers=headers)


def test_conditions_look_at_the_current_version(s3: Counter, kept: str) -> None:
    here = {"Bucket": kept, "Key": KEY}
    old = s3.put(kept, KEY, b"1")["ETag"]
    new = s3.put(kept, KEY, b"2", IfMatch=old)["ETag"]
    assert s3.code("PutObject", **here, IfMatch=old) == "PreconditionFailed"
    assert s3.code("PutObject", **here, IfNoneMatch="*") == "PreconditionFailed"
    assert s3.code("DeleteObject", **here, IfMatch=old) == "PreconditionFailed"
    assert s3("DeleteObject", **here, IfMatch=new)["DeleteMarker"]
    assert s3.code("DeleteObject", **here, IfMatch=new) == "NoSuchKey"
    assert s3.put(kept, KEY, b"3", IfNoneMatch="*")
    assert len(versions(s3, kept)) == 4


@pytest.mark.parametrize("state", ["", "Enabled", "Suspended"])
def test_of_many_conditional_writers_one_wins(s3: Counter, bucket: str, state: str) -> None:
    if state:
        set_state(s3, bucket, state)

    def write(number: int) -> str:
        try:
            s3.put(bucket, KEY, b"%d" % number, IfNoneMatch="*")
        except AwsError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(write, range(12)))
    assert told.count("") == 1
    assert set(told) <= {"", "PreconditionFailed", "ConditionalRequestConflict"}
    assert s3.get(bucket, KEY) == b"%d" % told.index("")
    assert s3.blobs() == 1


@pytest.mark.parametrize(("state", "left"), [("", 1), ("Suspended", 1), ("Enabled", 12)])
def test_of_many_writers_each_is_acknowledged(s3: Counter, bucket: str, state: str, left: int) -> None:
    if state:
        set_state(s3, bucket, state)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda number: s3.put(bucket, KEY, b"%d" % number), range(12)))
    assert len(told) == 12
    listed = versions(s3, bucket)
    assert len(listed) == s3.blobs() == left
    assert [latest for _, _, latest in listed] == [True, *[False] * (left - 1)]


def test_versioning_that_is_enabled_during_an_upload_keeps_what_was_there(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY, b"before")

    def enable() -> None:
        s3.meanwhile = str
        set_state(s3, bucket, "Enabled")

    s3.meanwhile = enable
    s3.put(bucket, KEY, b"after")
    assert s3.get(bucket, KEY, VersionId="null") == b"before"
    assert s3.get(bucket, KEY) == b"after"


def test_a_bucket_with_versions_is_not_empty(s3: Counter, kept: str) -> None:
    marker = s3("DeleteObject", Bucket=kept, Key=KEY)["VersionId"]
    assert s3.code("DeleteBucket", Bucket=kept) == "BucketNotEmpty"
    s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=marker)
    s3("DeleteBucket", Bucket=kept)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_put_together_are_all_versions(s3: Counter, kept: str, limit: int, delimiter: str) -> None:
    for key in ("a", "b/1", "b/2", "c", "c"):
        for data in (b"1", b"2"):
            put(s3, kept, data, key=key)
    s3("DeleteObject", Bucket=kept, Key="c")
    whole = list(_pages(s3, kept, 1000, delimiter))
    assert list(_pages(s3, kept, limit, delimiter)) == whole
    latest = [key for kind, key, latest in whole if latest]
    assert latest == (["a", "c"] if delimiter else ["a", "b/1", "b/2", "c"])
    assert [key for kind, key, _ in whole if kind == "CommonPrefixes"] == (["b/"] if delimiter else [])


def _pages(s3: Counter, bucket: str, limit: int, delimiter: str) -> Iterator[tuple[str, str, bool]]:
    given: dict[str, object] = {"MaxKeys": limit, "Delimiter": delimiter}
    while True:
        told = s3("ListObjectVersions", Bucket=bucket, **given)
        found = [
            (each.get("Key", each.get("Prefix")), kind, each)
            for kind in ("DeleteMarkers", "Versions", "CommonPrefixes")
            for each in told[kind]
        ]
        assert len(found) <= limit
        for key, kind, each in sorted(found, key=lambda one: one[0]):
            yield kind, key, each.get("IsLatest", False)
        if not told["IsTruncated"]:
            return
        given["KeyMarker"] = told["NextKeyMarker"]
        given["VersionIdMarker"] = told.get("NextVersionIdMarker", "")


def test_pages_can_be_deleted_as_they_are_read(s3: Counter, kept: str) -> None:
    for number in range(7):
        put(s3, kept, b"%d" % number, key=f"{number % 2}")
    told: dict[str, Any] = {"NextKeyMarker": "", "NextVersionIdMarker": ""}
    deleted = 0
    while told.get("NextKeyMarker") is not None:
        markers = {"KeyMarker": told["NextKeyMarker"], "VersionIdMarker": told["NextVersionIdMarker"]}
        told = s3("ListObjectVersions", Bucket=kept, MaxKeys=2, **markers)
        for each in told["Versions"]:
            s3("DeleteObject", Bucket=kept, Key=each["Key"], VersionId=each["VersionId"])
            deleted += 1
    assert deleted == 7
    s3("DeleteBucket", Bucket=kept)


def test_where_a_page_begins(s3: Counter, kept: str) -> None:
    first, second = put(s3, kept, b"1"), put(s3, kept, b"2")
    assert versions(s3, kept, KeyMarker=KEY) == []
    assert versions(s3, kept, KeyMarker=KEY, VersionIdMarker=second) == [(KEY, first, False)]
    s3("DeleteObject", Bucket=kept, Key=KEY, VersionId=second)
    assert versions(s3, kept, KeyMarker=KEY, VersionIdMarker=second) == [(KEY, first, True)]
    assert versions(s3, kept, KeyMarker=KEY, VersionIdMarker="null") == [(KEY, first, True)]
    assert versions(s3, kept, Prefix="b") == []
    code = s3.code("ListObjectVersions", Bucket=kept, VersionIdMarker=first)
    assert code == s3.code("ListObjectVersions", Bucket=kept, KeyMarker=KEY, VersionIdMarker="1")
    assert code == "InvalidArgument"


def test_names_in_a_listing_are_encoded(s3: Counter, kept: str) -> None:
    put(s3, kept, b"1", key="ü b")
    told = s3("ListObjectVersions", Bucket=kept, EncodingType="url", Prefix="ü")
    assert (told["Prefix"], told["Versions"][0]["Key"]) == ("%C3%BC", "%C3%BC+b")


def test_permission_for_versions_is_one_of_its_own(s3: Counter, kept: str, user: Callable[..., User]) -> None:
    first = put(s3, kept, b"1")
    marker = s3("DeleteObject", Bucket=kept, Key="gone")["VersionId"]

    numbers = count()

    def may(name: str, action: str, **given: object) -> str:
        allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
        ann = user(f"ann{next(numbers)}", json.dumps({"Version": "2012-10-17", "Statement": allow}))
        try:
            s3(name, Bucket=kept, by=ann, **given)
        except AwsError as error:
            return error.code
        return ""

    one: dict[str, object] = {"Key": KEY, "VersionId": first}
    assert may("GetObject", "s3:GetObject", **one) == "AccessDenied"
    assert may("GetObject", "s3:GetObjectVersion", **one) == ""
    assert may("GetObject", "s3:GetObjectVersion", Key=KEY, VersionId=ELSEWHERE) == "AccessDenied"
    assert may("GetObject", "s3:GetObjectVersion", Key="gone", VersionId=marker) == "MethodNotAllowed"
    assert may("GetObject", "s3:GetObject", Key="gone") == "AccessDenied"
    assert may("DeleteObject", "s3:DeleteObject", **one) == "AccessDenied"
    assert may("DeleteObject", "s3:DeleteObjectVersion", **one) == ""


def test_ids() -> None:
    made = new_version(-17, lambda size: b"\xab" * size)
    assert (made, rank_of(made)) == ("00000011" + "ab" * 12, -17)
    assert is_version(made)
    assert is_version("null")
    for text in ("", "Null", made.upper(), made[1:], f"{made}\n", "é" * 32):
        assert not is_version(text)
