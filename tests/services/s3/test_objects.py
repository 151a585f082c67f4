"""Objects: what is put is what is got, or it isn't put at all."""

import base64
import hashlib
import itertools
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.s3.harness import OTHER, Counter

from watchword.names import AwsError, Body
from watchword.names.principal import Anonymous
from watchword.services.s3.described import ENCRYPTION
from watchword.store import Transaction, Unavailable

NUMBERS = itertools.count()
DATA = b"The watchword of tonight"
ETAG = f'"{hashlib.md5(DATA).hexdigest()}"'
CRC32 = base64.b64encode(zlib.crc32(DATA).to_bytes(4, "big")).decode()


def test_put_and_got(s3: Counter, bucket: str, now: datetime) -> None:
    assert s3.put(bucket, "key", DATA) == {"ETag": ETAG, **ENCRYPTION}
    assert s3.get(bucket, "key") == DATA
    head = s3("HeadObject", Bucket=bucket, Key="key")
    assert head == {
        "AcceptRanges": "bytes",
        "ContentLength": len(DATA),
        "ContentType": "binary/octet-stream",
        "ETag": ETAG,
        "LastModified": now.replace(microsecond=0),
        **ENCRYPTION,
    }


def test_what_was_said_of_it_is_said_again(s3: Counter, bucket: str) -> None:
    said: dict[str, Any] = {
        "CacheControl": "no-store",
        "ContentDisposition": 'attachment; filename="a"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "la",
        "ContentType": "text/plain",
        "Expires": "Tue, 01 Jan 2030 00:00:00 GMT",
        "Metadata": {"legion": "XIII", "grüße": "ja"},
    }
    s3.put(bucket, "key", DATA, **said)
    for name in ("HeadObject", "GetObject"):
        output = s3(name, Bucket=bucket, Key="key")
        assert {member: output[member] for member in said} == said


def test_metadata_has_a_limit(s3: Counter, bucket: str) -> None:
    assert s3.code("PutObject", Bucket=bucket, Key="key", Metadata={"a": "x" * 2048}) == "MetadataTooLarge"
    assert s3.blobs() == 0


def test_a_long_key(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "k" * 1024, DATA)
    assert s3.get(bucket, "k" * 1024) == DATA
    assert s3.code("PutObject", Bucket=bucket, Key="k" * 1025) == "KeyTooLongError"


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "/", "//", ".", "..", "a/../b", "a//b", "a\\b", "a#1", "a\nb", "\x00", "%2e%2e"],
)
def test_a_key_is_never_a_path(s3: Counter, bucket: str, key: str) -> None:
    """Security lesson N10: no traversal, no folding of one key into another."""
    s3.put(bucket, key, DATA)
    s3.put(bucket, "b", b"another")
    assert s3.get(bucket, key) == DATA
    listed = s3("ListObjectsV2", Bucket=bucket)["Contents"]
    assert {each["Key"] for each in listed} == {key, "b"}


def test_a_key_may_stand_under_another(s3: Counter, bucket: str) -> None:
    for key in ("a", "a/", "a/b", "a/b/c"):
        s3.put(bucket, key, key.encode())
    for key in ("a", "a/", "a/b", "a/b/c"):
        assert s3.get(bucket, key) == key.encode()


def test_replaced(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"old", Metadata={"a": "1"})
    s3.put(bucket, "key", DATA)
    assert s3.get(bucket, "key") == DATA
    assert "Metadata" not in s3("HeadObject", Bucket=bucket, Key="key")
    assert s3.blobs() == 1


def test_a_large_body_streams(s3: Counter, bucket: str, tmp_path: Path) -> None:
    file = tmp_path / "incoming"
    file.write_bytes(data := bytes(range(256)) * (1 << 16))
    s3("PutObject", Bucket=bucket, Key="large", Body=Body(file=file))
    output = s3("GetObject", Bucket=bucket, Key="large")
    assert not isinstance(output["Body"], bytes)
    assert b"".join(output["Body"]) == data
    part = s3("GetObject", Bucket=bucket, Key="large", Range="bytes=1000000-9000000")
    assert b"".join(part["Body"]) == data[1000000:9000001]


def test_ranges(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    output = s3("GetObject", Bucket=bucket, Key="key", Range="bytes=4-12")
    assert (output["Body"], output["ContentLength"]) == (b"watchword", 9)
    assert output["ContentRange"] == f"bytes 4-12/{len(DATA)}"
    assert s3("HeadObject", Bucket=bucket, Key="key", Range="bytes=-3")["ContentLength"] == 3
    assert s3.code("GetObject", Bucket=bucket, Key="key", Range="bytes=99-") == "InvalidRange"


def test_preconditions_of_a_read(s3: Counter, bucket: str, now: datetime) -> None:
    s3.put(bucket, "key", DATA)
    read: dict[str, Any] = {"Bucket": bucket, "Key": "key"}
    s3("GetObject", **read, IfMatch=ETAG)
    not_modified = s3.error("GetObject", **read, IfNoneMatch=ETAG)
    assert (not_modified.code, not_modified.status) == ("NotModified", 304)
    assert s3.code("HeadObject", **read, IfModifiedSince=now) == "NotModified"
    s3("HeadObject", **read, IfModifiedSince=now + timedelta(seconds=1))
    failed = s3.error("GetObject", **read, IfMatch='"other"')
    assert (failed.code, failed.status, failed.fields) == (
        "PreconditionFailed",
        412,
        {"Condition": "If-Match"},
    )


def test_preconditions_of_a_write(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA, IfNoneMatch="*")
    write: dict[str, Any] = {"Bucket": bucket, "Body": Body(b"new")}
    assert s3.code("PutObject", **write, Key="key", IfNoneMatch="*") == "PreconditionFailed"
    assert s3.code("PutObject", **write, Key="key", IfMatch='"other"') == "PreconditionFailed"
    assert s3.code("PutObject", **write, Key="none", IfMatch=ETAG) == "NoSuchKey"
    assert s3.get(bucket, "key") == DATA
    s3.put(bucket, "key", b"new", IfMatch=ETAG)
    assert s3.get(bucket, "key") == b"new"
    assert s3.blobs() == 1


def test_one_of_many_makes_it(s3: Counter, bucket: str) -> None:
    outcomes: list[str] = []

    def put(number: int) -> None:
        try:
            s3.put(bucket, "key", str(number).encode(), IfNoneMatch="*")
        except AwsError as error:
            outcomes.append(error.code)
        else:
            outcomes.append(str(number))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if outcome.isdecimal()]
    assert len(winners) == 1
    assert set(outcomes) - set(winners) <= {"PreconditionFailed", "ConditionalRequestConflict"}
    assert s3.get(bucket, "key") == winners[0].encode()
    assert s3.blobs() == 1


def test_a_read_sees_one_object_or_the_other(s3: Counter, bucket: str) -> None:
    bodies = [bytes([number]) * 2000 for number in range(40)]
    s3.put(bucket, "key", bodies[0])
    seen: list[bytes] = []

    def read() -> None:
        for _ in range(60):
            seen.append(s3.get(bucket, "key"))  # noqa: PERF401 each read stands for itself

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for body in bodies:
        s3.put(bucket, "key", body)
    for reader in readers:
        reader.join()
    assert len(seen) == 120
    assert set(seen) <= set(bodies)


def test_checksums_are_kept(s3: Counter, bucket: str) -> None:
    put = s3.put(bucket, "key", DATA, headers={"x-amz-checksum-crc32": CRC32})
    assert put == {"ETag": ETAG, **ENCRYPTION, "ChecksumCRC32": CRC32, "ChecksumType": "FULL_OBJECT"}
    assert "ChecksumCRC32" not in s3("GetObject", Bucket=bucket, Key="key")
    asked = s3("GetObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert asked["ChecksumCRC32"] == CRC32
    part = s3("GetObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED", Range="bytes=0-1")
    assert "ChecksumCRC32" not in part


@pytest.mark.parametrize(
    "headers",
    [
        {"content-md5": base64.b64encode(bytes(16)).decode()},
        {"x-amz-checksum-crc32": base64.b64encode(bytes(4)).decode()},
    ],
)
def test_a_broken_promise_leaves_the_old_object(s3: Counter, bucket: str, headers: dict[str, str]) -> None:
    s3.put(bucket, "key", b"old")
    assert s3.code("PutObject", Bucket=bucket, Key="key", Body=Body(DATA), headers=headers) == "BadDigest"
    assert s3.get(bucket, "key") == b"old"
    assert s3.blobs() == 1


def test_versions(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    assert s3("GetObject", Bucket=bucket, Key="key", VersionId="null")["VersionId"] == "null"
    assert s3.code("GetObject", Bucket=bucket, Key="key", VersionId="1") == "InvalidArgument"


def test_parts(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    assert s3.get(bucket, "key", PartNumber=1) == DATA
    assert s3.code("GetObject", Bucket=bucket, Key="key", PartNumber=2) == "InvalidPartNumber"


def test_what_the_answer_says_can_be_overridden(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA, ContentType="text/plain")
    asked = s3("GetObject", Bucket=bucket, Key="key", ResponseContentType="text/html")
    assert asked["ContentType"] == "text/html"


def test_missing(s3: Counter, bucket: str) -> None:
    error = s3.error("GetObject", Bucket=bucket, Key="no")
    assert (error.code, error.status, error.fields) == ("NoSuchKey", 404, {"Key": "no"})
    error = s3.error("GetObject", Bucket="nowhere", Key="no")
    assert (error.code, error.status, error.fields) == ("NoSuchBucket", 404, {"BucketName": "nowhere"})
    assert s3.code("GetObject", Bucket="nowhere", Key="no", by=Anonymous()) == "NoSuchBucket"


def test_a_bucket_that_went_away_under_a_put(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = s3.world.objects.put

    def put_slowly(blob: str, pieces: Any) -> None:
        put(blob, pieces)
        s3("DeleteBucket", Bucket=bucket)

    monkeypatch.setattr(type(s3.world.objects), "put", lambda _self, blob, pieces: put_slowly(blob, pieces))
    assert s3.code("PutObject", Bucket=bucket, Key="key", Body=Body(DATA)) == "NoSuchBucket"
    assert s3.blobs() == 0


def test_bytes_stay_when_nobody_knows_whether_it_was_committed(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = s3.world.database
    write = database.write

    @contextmanager
    def write_and_lose_the_connection(now: datetime, *, shared: bool) -> Iterator[Transaction]:
        with write(now, shared=shared) as tx:
            yield tx
        raise Unavailable

    with monkeypatch.context() as lost:
        lost.setattr(database, "write", write_and_lose_the_connection)
        with pytest.raises(Unavailable):
            s3.put(bucket, "key", DATA)
    assert s3.get(bucket, "key") == DATA


def test_bytes_that_are_lost_are_a_fault_of_ours(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", DATA)
    s3.world.objects.sweep(lambda _: (), datetime.now(UTC) + timedelta(seconds=1))
    with pytest.raises(RuntimeError, match="missing"):
        s3("GetObject", Bucket=bucket, Key="key")


def test_expected_owner(s3: Counter, bucket: str) -> None:
    assert s3.code("PutObject", Bucket=bucket, Key="key", ExpectedBucketOwner=OTHER) == "AccessDenied"


@given(objects=st.dictionaries(st.text(min_size=1, max_size=20), st.binary(max_size=200), max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_key_keeps_its_own_bytes(s3: Counter, objects: dict[str, bytes]) -> None:
    bucket = f"any-{next(NUMBERS)}"
    s3("CreateBucket", Bucket=bucket)
    for key, data in objects.items():
        s3.put(bucket, key, data)
    assert {key: s3.get(bucket, key) for key in objects} == objects
    listed = [each["Key"] for each in s3("ListObjectsV2", Bucket=bucket)["Contents"]]
    assert listed == sorted(objects, key=str.encode)
    s3("DeleteObjects", **deletion(bucket, objects))
    s3("DeleteBucket", Bucket=bucket)
    assert s3.blobs() == 0


def deletion(bucket: str, keys: Any) -> dict[str, Any]:
    entries = [{"Key": key} for key in keys] or [{"Key": "none"}]
    md5 = base64.b64encode(hashlib.md5(b"").digest()).decode()
    return {"Bucket": bucket, "Delete": {"Objects": entries}, "headers": {"content-md5": md5}}
