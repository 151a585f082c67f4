"""Uploads in parts: begun, filled, completed, given up, listed."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, Counter

from watchword.names import Body
from watchword.names.principal import User
from watchword.objects import Objects, Sums
from watchword.objects.blobs import Blobs
from watchword.services.s3.upkeep.sweep import LONGEST_UPLOAD, sweep
from watchword.services.s3.uploads import completion

FIRST, LAST = b"a" * (5 << 20), b"The watchword of tonight"
ALL = FIRST + LAST
JOINED = 3
"""Files of an object of two parts: theirs, and the list of them."""
ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'


def begin(s3: Counter, bucket: str, key: str = "key", **given: Any) -> str:
    return str(s3("CreateMultipartUpload", Bucket=bucket, Key=key, **given)["UploadId"])


def send(s3: Counter, upload: str, number: int, data: bytes, key: str = "key", **given: Any) -> str:
    answer = s3(
        "UploadPart", Bucket="bucket", Key=key, UploadId=upload, PartNumber=number, Body=Body(data), **given
    )
    return str(answer["ETag"])


def named(*etags: str, **more: object) -> dict[str, Any]:
    entries = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    return {"MultipartUpload": {"Parts": entries}, **more}


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


@pytest.fixture
def whole(s3: Counter, bucket: str) -> dict[str, Any]:
    """An upload with two parts, as its completion names it."""
    upload = begin(s3, bucket, ContentType="text/plain", Metadata={"a": "b"})
    etags = [send(s3, upload, 1, FIRST), send(s3, upload, 2, LAST)]
    return {"Bucket": bucket, "Key": "key", "UploadId": upload, **named(*etags)}


def test_parts_become_an_object(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    assert s3.code("GetObject", Bucket=bucket, Key="key") == "NoSuchKey"
    done = s3("CompleteMultipartUpload", **whole)
    digests = hashlib.md5(FIRST).digest() + hashlib.md5(LAST).digest()
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    assert s3.get(bucket, "key") == ALL
    head = s3("HeadObject", Bucket=bucket, Key="key")
    assert (head["ETag"], head["ContentLength"]) == (done["ETag"], len(ALL))
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"a": "b"})
    assert s3.blobs() == JOINED


@pytest.mark.parametrize("condition", [{}, {"IfNoneMatch": "*"}])
def test_what_is_completed_may_be_completed_again(
    s3: Counter, bucket: str, whole: dict[str, Any], condition: dict[str, str]
) -> None:
    """By a client that didn't get the answer."""
    done = s3("CompleteMultipartUpload", **whole, **condition)
    before = s3("HeadObject", Bucket=bucket, Key="key")
    s3.now += timedelta(hours=1)
    assert s3("CompleteMultipartUpload", **whole, **condition) == done
    assert s3("HeadObject", Bucket=bucket, Key="key") == before
    assert s3.blobs() == JOINED


def test_what_is_completed_is_completed_in_one_way(s3: Counter, whole: dict[str, Any]) -> None:
    s3("CompleteMultipartUpload", **whole)
    parts = whole["MultipartUpload"]["Parts"]
    for other in (
        parts[:1],
        [*parts, {"PartNumber": 3, "ETag": parts[0]["ETag"]}],
        [parts[0] | {"ETag": "x"}],
    ):
        given = whole | {"MultipartUpload": {"Parts": other}}
        assert s3.code("CompleteMultipartUpload", **given) == "NoSuchUpload"


@pytest.mark.parametrize("after", ["replaced", "deleted", "moved"])
def test_what_is_there_no_more_is_not_completed_again(
    s3: Counter, bucket: str, whole: dict[str, Any], after: str
) -> None:
    s3("CompleteMultipartUpload", **whole)
    if after == "moved":
        s3("CopyObject", Bucket=bucket, Key="copy", CopySource="bucket/key")
        whole = whole | {"Key": "copy"}
    elif after == "deleted":
        s3("DeleteObject", Bucket=bucket, Key="key")
    else:
        s3.put(bucket, "key", ALL)
    assert s3.code("CompleteMultipartUpload", **whole) == "NoSuchUpload"


@pytest.mark.parametrize("when", ["before", "after"])
def test_two_complete_it_at_the_same_time(
    s3: Counter, bucket: str, whole: dict[str, Any], when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is done before this one has joined the parts, or after that."""
    others = []

    def meanwhile(objects: Objects, *given: Any) -> None:
        monkeypatch.undo()
        if when == "after":
            objects.join(*given)
        others.append(s3("CompleteMultipartUpload", **whole))
        if when == "before":
            objects.join(*given)

    monkeypatch.setattr(Objects, "join", meanwhile)
    assert [s3("CompleteMultipartUpload", **whole)] == others
    assert s3.get(bucket, "key") == ALL
    assert s3.blobs() == JOINED


def test_no_byte_of_a_part_is_written_again(
    s3: Counter, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    put = Blobs.put

    def noted(blobs: Blobs, blob: str, pieces: Iterable[bytes]) -> None:
        data = b"".join(pieces)
        written.append(len(data))
        put(blobs, blob, (data,))

    monkeypatch.setattr(Blobs, "put", noted)
    s3("CompleteMultipartUpload", **whole)
    assert sum(written) < 200


def test_a_part_that_is_replaced_while_it_is_joined(
    s3: Counter, bucket: str, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes go, so no object may name them."""

    def meanwhile(objects: Objects, *given: Any) -> None:
        monkeypatch.undo()
        objects.join(*given)
        send(s3, whole["UploadId"], 2, b"another")

    monkeypatch.setattr(Objects, "join", meanwhile)
    assert s3.code("CompleteMultipartUpload", **whole) == "OperationAborted"
    assert s3.code("GetObject", Bucket=bucket, Key="key") == "NoSuchKey"
    assert s3.blobs() == 2
    etags = [whole["MultipartUpload"]["Parts"][0]["ETag"], hashlib.md5(b"another").hexdigest()]
    s3("CompleteMultipartUpload", **whole | named(*etags))
    assert s3.get(bucket, "key") == FIRST + b"another"


def test_what_was_joined_is_copied_and_deleted(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    s3("CompleteMultipartUpload", **whole)
    s3("CopyObject", Bucket=bucket, Key="copy", CopySource="bucket/key")
    s3("CopyObject", Bucket=bucket, Key="copy of the copy", CopySource="bucket/copy")
    for key in ("key", "copy"):
        s3("DeleteObject", Bucket=bucket, Key=key)
    assert s3.get(bucket, "copy of the copy") == ALL
    assert s3.blobs() == JOINED
    s3("DeleteObject", Bucket=bucket, Key="copy of the copy")
    assert s3.blobs() == 0


def test_a_part_of_an_object(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    s3("CompleteMultipartUpload", **whole)
    part = s3("GetObject", Bucket=bucket, Key="key", PartNumber=2)
    assert (part["Body"], part["ContentLength"], part["PartsCount"]) == (LAST, len(LAST), 2)
    assert part["ContentRange"] == f"bytes {len(FIRST)}-{len(ALL) - 1}/{len(ALL)}"
    assert s3.code("HeadObject", Bucket=bucket, Key="key", PartNumber=3) == "InvalidPartNumber"
    both = s3.code("GetObject", Bucket=bucket, Key="key", PartNumber=1, Range="bytes=0-1")
    assert both == "InvalidRequest"


def test_an_object_in_one_piece_has_one_part(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "small", LAST)
    part = s3("HeadObject", Bucket=bucket, Key="small", PartNumber=1)
    assert part["ContentRange"] == f"bytes 0-{len(LAST) - 1}/{len(LAST)}"
    assert "PartsCount" not in part
    assert s3.code("HeadObject", Bucket=bucket, Key="small", PartNumber=2) == "InvalidPartNumber"


def test_a_part_sent_again_takes_the_place(s3: Counter, bucket: str) -> None:
    upload = begin(s3, bucket)
    old = send(s3, upload, 1, b"old")
    new = send(s3, upload, 1, LAST)
    assert s3.blobs() == 1
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": upload}
    assert s3.code("CompleteMultipartUpload", **given, **named(old)) == "InvalidPart"
    s3("CompleteMultipartUpload", **given, **named(new))
    assert s3.get(bucket, "key") == LAST


def test_parts_that_are_not_named_go(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    send(s3, whole["UploadId"], 9, b"superfluous")
    s3("CompleteMultipartUpload", **whole)
    assert s3.get(bucket, "key") == ALL
    assert s3.blobs() == JOINED


def test_what_is_given_up_is_gone(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    given = {name: whole[name] for name in ("Bucket", "Key", "UploadId")}
    s3("AbortMultipartUpload", **given)
    assert s3.blobs() == 0
    assert s3("ListMultipartUploads", Bucket=bucket)["Uploads"] == []
    for name in ("AbortMultipartUpload", "ListParts"):
        assert s3.code(name, **given) == "NoSuchUpload"
    assert s3.code("CompleteMultipartUpload", **whole) == "NoSuchUpload"
    assert s3.code("UploadPart", **given, PartNumber=1, Body=Body(b"")) == "NoSuchUpload"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "MalformedXML"),
        ([{"PartNumber": 1}], "MalformedXML"),
        ([{"ETag": "x"}], "MalformedXML"),
        ([{"PartNumber": 2, "ETag": "x"}, {"PartNumber": 1, "ETag": "x"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "x"}, {"PartNumber": 1, "ETag": "x"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "x"}], "InvalidPart"),
        ([{"PartNumber": 7, "ETag": "x"}], "InvalidPart"),
    ],
)
def test_what_cannot_be_completed(
    s3: Counter, whole: dict[str, Any], parts: list[dict[str, object]], code: str
) -> None:
    assert s3.code("CompleteMultipartUpload", **whole | {"MultipartUpload": {"Parts": parts}}) == code
    s3("CompleteMultipartUpload", **whole)


def test_only_the_last_part_may_be_small(s3: Counter, bucket: str) -> None:
    upload = begin(s3, bucket)
    etags = [send(s3, upload, 1, b"a"), send(s3, upload, 2, b"b")]
    error = s3.error("CompleteMultipartUpload", Bucket=bucket, Key="key", UploadId=upload, **named(*etags))
    assert error.code == "EntityTooSmall"
    assert error.fields["MinSizeAllowed"] == str(completion.MIN_PART)
    assert error.fields["PartNumber"] == "1"


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_a_part_has_a_number(s3: Counter, bucket: str, number: int) -> None:
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": begin(s3, bucket), "Body": Body(b"")}
    assert s3.code("UploadPart", **given, PartNumber=number) == "InvalidArgument"
    assert s3.blobs() == 0


def test_an_upload_is_for_one_key(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    """Permission for one key is none for an upload to another."""
    s3("CreateBucket", Bucket="another")
    for other in ({"Key": "other"}, {"Bucket": "another"}):
        assert s3.code("CompleteMultipartUpload", **whole | other) == "NoSuchUpload"
        given = {name: whole[name] for name in ("Bucket", "Key", "UploadId")} | other
        assert s3.code("AbortMultipartUpload", **given) == "NoSuchUpload"
        assert s3.code("ListParts", **given) == "NoSuchUpload"
        assert s3.code("UploadPart", **given, PartNumber=1, Body=Body(b"x")) == "NoSuchUpload"


def test_completion_goes_on_only_when_its_conditions_hold(
    s3: Counter, bucket: str, whole: dict[str, Any]
) -> None:
    s3.put(bucket, "key", b"there")
    assert s3.code("CompleteMultipartUpload", **whole, IfNoneMatch="*") == "PreconditionFailed"
    assert s3.code("CompleteMultipartUpload", **whole, IfMatch='"other"') == "PreconditionFailed"
    assert s3.get(bucket, "key") == b"there"
    s3("CompleteMultipartUpload", **whole, IfMatch="*")
    assert s3.get(bucket, "key") == ALL


def test_a_composite_checksum(s3: Counter, bucket: str) -> None:
    upload = begin(s3, bucket, ChecksumAlgorithm="CRC32")
    etags = [
        send(s3, upload, number, data, headers={"x-amz-checksum-crc32": crc32(data)})
        for number, data in enumerate((FIRST, LAST), 1)
    ]
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": upload}
    error = s3.error("CompleteMultipartUpload", **given, **named(*etags))
    assert (error.code, "missing for part 1" in error.said) == ("InvalidRequest", True)
    parts = named(*etags)
    for entry, data in zip(parts["MultipartUpload"]["Parts"], (LAST, LAST), strict=True):
        entry["ChecksumCRC32"] = crc32(data)
    assert s3.code("CompleteMultipartUpload", **given, **parts) == "InvalidPart"
    parts["MultipartUpload"]["Parts"][0]["ChecksumCRC32"] = crc32(FIRST)
    value = crc32(base64.b64decode(crc32(FIRST)) + base64.b64decode(crc32(LAST))) + "-2"
    assert s3.code("CompleteMultipartUpload", **given, **parts, ChecksumCRC32="AAAAAA==-2") == "BadDigest"
    done = s3("CompleteMultipartUpload", **given, **parts, ChecksumCRC32=value)
    assert (done["ChecksumCRC32"], done["ChecksumType"]) == (value, "COMPOSITE")
    assert s3("ListObjectsV2", Bucket=bucket)["Contents"][0]["ChecksumType"] == "COMPOSITE"


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_a_full_objects_checksum(s3: Counter, bucket: str, algorithm: str) -> None:
    upload = begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    etags = [send(s3, upload, 1, FIRST), send(s3, upload, 2, LAST)]
    sums = Sums((algorithm,))
    sums.take(ALL)
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": upload, **named(*etags)}
    assert s3.code("CompleteMultipartUpload", **given, ChecksumType="COMPOSITE") == "InvalidRequest"
    done = s3("CompleteMultipartUpload", **given, ChecksumType="FULL_OBJECT")
    assert done[f"Checksum{algorithm}"] == sums.value(algorithm)
    assert done["ChecksumType"] == "FULL_OBJECT"


@pytest.mark.parametrize(
    "given",
    [
        {"ChecksumType": "FULL_OBJECT"},
        {"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"},
    ],
)
def test_checksums_that_do_not_exist(s3: Counter, bucket: str, given: dict[str, str]) -> None:
    assert s3.code("CreateMultipartUpload", Bucket=bucket, Key="key", **given) == "InvalidRequest"


def test_a_part_comes_with_the_uploads_checksum(s3: Counter, bucket: str) -> None:
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "PartNumber": 1, "Body": Body(LAST)}
    given["UploadId"] = begin(s3, bucket, ChecksumAlgorithm="SHA256")
    error = s3.error("UploadPart", **given, headers={"x-amz-checksum-crc32": crc32(LAST)})
    assert (error.code, "expected checksum Type: sha256" in error.said) == ("InvalidRequest", True)
    assert s3.code("UploadPart", **given) == "InvalidRequest"
    given["UploadId"] = begin(s3, bucket)
    assert s3.code("UploadPart", **given, headers={"x-amz-checksum-crc32": crc32(FIRST)}) == "BadDigest"
    answer = s3("UploadPart", **given, headers={"x-amz-checksum-crc32": crc32(LAST)})
    assert answer["ChecksumCRC32"] == crc32(LAST)
    assert s3.blobs() == 1


def test_the_size_that_is_promised(s3: Counter, whole: dict[str, Any]) -> None:
    assert s3.code("CompleteMultipartUpload", **whole, MpuObjectSize=5) == "InvalidRequest"
    s3("CompleteMultipartUpload", **whole, MpuObjectSize=len(ALL))


def test_a_part_copied(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "source", LAST)
    upload = begin(s3, bucket, ChecksumAlgorithm="CRC32")
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": upload, "PartNumber": 1}
    copied = s3("UploadPartCopy", **given, CopySource="bucket/source", CopySourceRange="bytes=4-12")
    assert copied["CopyPartResult"]["ChecksumCRC32"] == crc32(b"watchword")
    for asked in ("bytes=4-", "bytes=-4", "4-12", "bytes=12-4", f"bytes=0-{len(LAST)}"):
        assert s3.code("UploadPartCopy", **given, CopySource="bucket/source", CopySourceRange=asked) == (
            "InvalidArgument"
        )
    assert s3.code("UploadPartCopy", **given, CopySource="bucket/none") == "NoSuchKey"
    refused = s3.code("UploadPartCopy", **given, CopySource="bucket/source", CopySourceIfMatch='"x"')
    assert refused == "PreconditionFailed"
    parts = named(copied["CopyPartResult"]["ETag"])
    parts["MultipartUpload"]["Parts"][0]["ChecksumCRC32"] = crc32(b"watchword")
    s3("CompleteMultipartUpload", Bucket=bucket, Key="key", UploadId=upload, **parts)
    assert s3.get(bucket, "key") == b"watchword"


def test_n16_a_part_copied_needs_leave_at_both_ends(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    read = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/from/*"}'
    write = '{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/to/*"}'
    both, reader, writer = (
        user(name, f'{{"Version":"2012-10-17","Statement":[{statements}]}}')
        for name, statements in (("both", f"{read},{write}"), ("reader", read), ("writer", write))
    )
    s3.put(bucket, "from/a", LAST)
    s3.put(bucket, "hidden", LAST)
    given: dict[str, Any] = {"Bucket": bucket, "Key": "to/a", "UploadId": begin(s3, bucket, "to/a")}
    copy = {**given, "PartNumber": 1, "CopySource": "bucket/from/a"}
    s3("UploadPartCopy", **copy, by=both)
    assert s3.code("UploadPartCopy", **copy, by=reader) == "AccessDenied"
    assert s3.code("UploadPartCopy", **copy, by=writer) == "AccessDenied"
    assert s3.code("UploadPartCopy", **copy | {"CopySource": "bucket/hidden"}, by=both) == "AccessDenied"


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("CreateMultipartUpload", "s3:PutObject"),
        ("UploadPart", "s3:PutObject"),
        ("CompleteMultipartUpload", "s3:PutObject"),
        ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
        ("ListParts", "s3:ListMultipartUploadParts"),
        ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ],
)
def test_each_step_needs_permission_of_its_own(
    s3: Counter, whole: dict[str, Any], user: Callable[..., User], operation: str, action: str
) -> None:
    on = "arn:aws:s3:::bucket" if operation == "ListMultipartUploads" else "arn:aws:s3:::bucket/key"
    statement = f'"Action":"{action}","Resource":"{on}"'
    document = f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{statement}}}}}'
    given = dict(whole) if operation == "CompleteMultipartUpload" else {"Bucket": "bucket"}
    if operation in ("UploadPart", "AbortMultipartUpload", "ListParts"):
        given |= {"Key": "key", "UploadId": whole["UploadId"]}
    if operation == "CreateMultipartUpload":
        given |= {"Key": "key"}
    if operation == "UploadPart":
        given |= {"PartNumber": 3, "Body": Body(b"x")}
    others = ALLOW_ALL.replace('"Action":"s3:*"', f'"NotAction":"{action}"')
    assert s3.code(operation, **given, by=user("eve", others)) == "AccessDenied"
    s3(operation, **given, by=user("ann", document))


def test_parts_page_by_page(s3: Counter, bucket: str) -> None:
    upload = begin(s3, bucket)
    for number in (1, 2, 5):
        send(s3, upload, number, b"x" * number)
    given: dict[str, Any] = {"Bucket": bucket, "Key": "key", "UploadId": upload}
    page = s3("ListParts", **given, MaxParts=2)
    assert [each["PartNumber"] for each in page["Parts"]] == [1, 2]
    assert (page["IsTruncated"], page["NextPartNumberMarker"]) == (True, 2)
    page = s3("ListParts", **given, PartNumberMarker=2)
    assert [(each["PartNumber"], each["Size"]) for each in page["Parts"]] == [(5, 5)]
    assert page["IsTruncated"] is False
    assert s3("ListParts", **given, MaxParts=0)["IsTruncated"] is False
    assert s3.code("ListParts", **given, PartNumberMarker=-1) == "InvalidArgument"
    assert s3.code("ListParts", **given, MaxParts=-1) == "InvalidArgument"


def test_uploads_page_by_page(s3: Counter, bucket: str) -> None:
    first, second = sorted(begin(s3, bucket, "a") for _ in range(2))
    for key in ("b/1", "b/2", "c"):
        begin(s3, bucket, key)
    listed, markers = [], {}
    for _ in range(9):
        page = s3("ListMultipartUploads", Bucket=bucket, MaxUploads=1, Delimiter="/", **markers)
        listed += [each["Key"] for each in page["Uploads"]]
        listed += [each["Prefix"] for each in page["CommonPrefixes"]]
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
    assert listed == ["a", "a", "b/", "c"]
    page = s3("ListMultipartUploads", Bucket=bucket, KeyMarker="a", UploadIdMarker=first)
    assert page["Uploads"][0]["UploadId"] == second
    page = s3("ListMultipartUploads", Bucket=bucket, Prefix="b/")
    assert [each["Key"] for each in page["Uploads"]] == ["b/1", "b/2"]
    page = s3("ListMultipartUploads", Bucket=bucket, KeyMarker="a")
    assert [each["Key"] for each in page["Uploads"]] == ["b/1", "b/2", "c"]


def test_a_bucket_of_nothing_but_uploads_is_empty(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    assert (
        "Contents" not in s3("ListObjectsV2", Bucket=bucket)
        or not s3("ListObjectsV2", Bucket=bucket)["Contents"]
    )
    s3("DeleteBucket", Bucket=bucket)
    s3("CreateBucket", Bucket=bucket)
    assert s3.code("CompleteMultipartUpload", **whole) == "NoSuchUpload"


def test_the_sweep_keeps_parts(s3: Counter, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    later = s3.world.clock.wall() + 100 * LONGEST_UPLOAD
    monkeypatch.setattr(s3.world.clock, "read", later.timestamp)
    assert sweep(s3.world) == 0
    s3("CompleteMultipartUpload", **whole)


def test_a_copy_has_an_etag_of_its_own(s3: Counter, bucket: str, whole: dict[str, Any]) -> None:
    s3("CompleteMultipartUpload", **whole)
    result = s3("CopyObject", Bucket=bucket, Key="copy", CopySource="bucket/key")["CopyObjectResult"]
    assert result["ETag"] == f'"{hashlib.md5(ALL).hexdigest()}"'


def test_another_account_is_refused(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    eve = user("eve", ALLOW_ALL, account=OTHER)
    assert s3.code("CreateMultipartUpload", Bucket=bucket, Key="key", by=eve) == "AccessDenied"
    assert s3.code("ListMultipartUploads", Bucket=bucket, by=eve) == "AccessDenied"
