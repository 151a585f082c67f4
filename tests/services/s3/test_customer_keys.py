"""SSE-C: what was stored with a customer's key is read with that key only, and the key is kept nowhere."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from tests.services.harness import call_of
from tests.services.s3.harness import ROOT, Counter
from tests.services.s3.test_attributes import ALL, FIRST, LAST, checksum

from watchword.access import Caller
from watchword.names import AwsError, Body, HttpRequest
from watchword.services.s3.customer_keys.given import given_key
from watchword.services.s3.upkeep.proof import DAMAGED, examine
from watchword.services.s3.upkeep.verification import parts as verified_parts
from watchword.store.s3 import objects

DATA = bytes(range(256)) * 1024
RAW = {"one": b"1" * 32, "two": b"2" * 32}
AES = {"ServerSideEncryption": "AES256"}
WHERE = {"Bucket": "bucket", "Key": "key"}
SOURCE = {"CopySource": "bucket/key"}


def key(name: str, prefix: str = "") -> dict[str, str]:
    """The members of a request with that key."""
    raw = RAW[name]
    return {
        f"{prefix}SSECustomerAlgorithm": "AES256",
        f"{prefix}SSECustomerKey": base64.b64encode(raw).decode(),
        f"{prefix}SSECustomerKeyMD5": base64.b64encode(hashlib.md5(raw).digest()).decode(),
    }


ONE, TWO, FROM_ONE, FROM_TWO = key("one"), key("two"), key("one", "CopySource"), key("two", "CopySource")
TOLD = {name: ONE[name] for name in ("SSECustomerAlgorithm", "SSECustomerKeyMD5")}


@pytest.fixture
def stored(s3: Counter, bucket: str) -> str:
    """An object with key one."""
    assert s3.put(bucket, "key", DATA, **ONE).items() >= TOLD.items()
    return bucket


def row_of(s3: Counter, name: str = "key") -> objects.Object:
    with s3.world.database.read() as tx:
        bucket_id = tx.all(str, objects.select(objects.OBJECTS.c.bucket_id))[0]
        found = objects.at(tx, bucket_id, name.encode())
    assert found
    return found


@pytest.mark.parametrize("data", [b"", b"a", DATA, DATA[:65536]], ids=len)
def test_it_is_read_with_its_key(s3: Counter, bucket: str, data: bytes) -> None:
    put = s3.put(bucket, "key", data, **ONE)
    got = s3("GetObject", **WHERE, **ONE)
    assert b"".join(got["Body"]) if not isinstance(got["Body"], bytes) else got["Body"] == data
    head = s3("HeadObject", **WHERE, **ONE)
    assert head.items() >= {**TOLD, "ContentLength": len(data), "ETag": put["ETag"]}.items()
    for answer in (put, got, head):
        assert "ServerSideEncryption" not in answer


@pytest.mark.parametrize(("start", "end"), [(0, 0), (65535, 65536), (1000, 200_000), (262143, 262143)])
def test_ranges(s3: Counter, stored: str, start: int, end: int) -> None:
    assert s3.get(stored, "key", Range=f"bytes={start}-{end}", **ONE) == DATA[start : end + 1]


def test_a_large_one_comes_in_pieces(s3: Counter, bucket: str) -> None:
    data = DATA * 12
    s3.put(bucket, "key", data, **ONE)
    body = s3("GetObject", **WHERE, Range="bytes=1000-3000000", **ONE)["Body"]
    assert not isinstance(body, bytes)
    assert b"".join(body) == data[1000:3000001]


@pytest.mark.parametrize("name", ["GetObject", "HeadObject", "GetObjectAttributes"])
def test_without_its_key_it_is_neither_read_nor_described(s3: Counter, stored: str, name: str) -> None:
    asked: dict[str, Any] = {"ObjectAttributes": ["ETag"]} if name == "GetObjectAttributes" else {}
    refused = s3.error(name, **WHERE, **asked)
    assert (refused.code, refused.status) == ("InvalidRequest", 400)
    assert "Server Side Encryption" in refused.said
    assert s3.code(name, **WHERE, **asked, **TWO) == "AccessDenied"
    s3.put(stored, "plain", DATA)
    assert s3.error(name, Bucket=stored, Key="plain", **asked, **ONE).code == "InvalidRequest"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SSECustomerAlgorithm": "AES128"}, "InvalidEncryptionAlgorithmError"),
        ({"SSECustomerAlgorithm": None}, "InvalidEncryptionAlgorithmError"),
        ({"SSECustomerKey": None}, "InvalidArgument"),
        ({"SSECustomerKeyMD5": None}, "InvalidArgument"),
        ({"SSECustomerKey": base64.b64encode(b"short").decode()}, "InvalidArgument"),
        ({"SSECustomerKey": "é" * 44}, "InvalidArgument"),
        ({"SSECustomerKeyMD5": TWO["SSECustomerKeyMD5"]}, "InvalidArgument"),
        ({"SSECustomerKeyMD5": "é"}, "InvalidArgument"),
        (AES, "InvalidArgument"),
    ],
    ids=str,
)
def test_headers_that_are_wrong(s3: Counter, bucket: str, changed: dict[str, str | None], code: str) -> None:
    given = {name: text for name, text in {**ONE, **changed}.items() if text is not None}
    refused = s3.error("PutObject", **WHERE, **given)
    assert (refused.code, refused.status) == (code, 400)
    assert not any(ONE["SSECustomerKey"] in text for text in (refused.said, *refused.fields.values()))
    assert s3.blobs() == 0


@pytest.mark.parametrize(
    ("peer", "secure", "taken"),
    [
        ("192.0.2.1", False, False),
        ("192.0.2.1", True, True),
        ("2001:db8::1", False, False),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fe80::1%eth0", False, False),
    ],
)
def test_keys_come_over_tls_or_from_this_machine(
    s3: Counter, bucket: str, peer: str, secure: bool, taken: bool
) -> None:
    request = HttpRequest("GET", "/", peer=peer, secure=secure)
    call = call_of(s3.world, Caller(ROOT), ("s3", "GetObject"), {**WHERE, **ONE}, now=s3.now, request=request)
    if taken:
        assert given_key(call)
        return
    with pytest.raises(AwsError, match="secure connection"):
        given_key(call)


def test_the_store_has_neither_key_nor_plaintext(s3: Counter, bucket: str) -> None:
    crc = checksum("CRC32", DATA)
    put = s3.put(bucket, "key", DATA, headers={"x-amz-checksum-crc32": crc}, **ONE)
    row = row_of(s3)
    assert put["ChecksumCRC32"] == crc
    assert row.checksums["CRC32"] != crc
    assert row.etag != hashlib.md5(DATA).hexdigest()
    for hint in (*ONE.values(), RAW["one"].decode(), crc):
        assert hint == "AES256" or hint not in repr(row)
    stored = s3.world.objects.get(row.blob, 0, row.size)
    assert DATA[:64] not in (stored if isinstance(stored, bytes) else b"".join(stored))


def test_checksums_are_told_with_the_key(s3: Counter, bucket: str) -> None:
    sums = {"x-amz-checksum-sha256": checksum("SHA256", DATA)}
    s3.put(bucket, "key", DATA, headers=sums, **ONE)
    for name in ("HeadObject", "GetObject"):
        got = s3(name, **WHERE, ChecksumMode="ENABLED", **ONE)
        assert got["ChecksumSHA256"] == sums["x-amz-checksum-sha256"]
    told = s3("GetObjectAttributes", **WHERE, ObjectAttributes=["Checksum"], **ONE)
    assert told["Checksum"]["ChecksumSHA256"] == sums["x-amz-checksum-sha256"]
    wrong = {"x-amz-checksum-sha256": checksum("SHA256", b"other")}
    assert s3.code("PutObject", **WHERE, Body=Body(DATA), headers=wrong, **ONE) == "BadDigest"


@pytest.mark.parametrize(
    ("source", "target"), [({}, ONE), (ONE, {}), (ONE, TWO), (ONE, ONE)], ids=["to", "from", "other", "same"]
)
def test_copies(s3: Counter, bucket: str, source: dict[str, str], target: dict[str, str]) -> None:
    crc = checksum("CRC32", DATA)
    s3.put(bucket, "key", DATA, headers={"x-amz-checksum-crc32": crc}, **source)
    opens = {f"CopySource{name}": text for name, text in source.items()}
    copy = s3("CopyObject", Bucket=bucket, Key="copy", **SOURCE, **opens, **target)
    assert copy["CopyObjectResult"]["ChecksumCRC32"] == crc
    assert ("ServerSideEncryption" in copy) == (not target)
    assert s3.get(bucket, "copy", **target) == DATA


def test_copies_need_the_right_keys(s3: Counter, stored: str) -> None:
    to = {"Bucket": stored, "Key": "copy", **SOURCE}
    assert s3.code("CopyObject", **to) == "InvalidRequest"
    assert s3.code("CopyObject", **to, **ONE) == "InvalidRequest", "the key of the target isn't the source's"
    assert s3.code("CopyObject", **to, **FROM_TWO) == "AccessDenied"
    s3.put(stored, "plain", DATA)
    plain = {**to, "CopySource": f"{stored}/plain"}
    assert s3.code("CopyObject", **plain, **FROM_ONE) == "InvalidRequest"
    assert s3.blobs() == 2


def test_a_copy_on_itself_changes_the_key(s3: Counter, stored: str) -> None:
    s3("CopyObject", **WHERE, **SOURCE, **FROM_ONE, **TWO)
    assert s3.get(stored, "key", **TWO) == DATA
    assert s3.code("GetObject", **WHERE, **ONE) == "AccessDenied"


def upload(s3: Counter, algorithm: str = "", **keys: str) -> dict[str, Any]:
    """An upload with two parts, the second of them copied."""
    more = {"ChecksumAlgorithm": algorithm} if algorithm else {}
    ids = {**WHERE, "UploadId": s3("CreateMultipartUpload", **WHERE, **more, **keys)["UploadId"]}
    sums = {f"x-amz-checksum-{algorithm.lower()}": checksum(algorithm, FIRST)} if algorithm else {}
    first = s3("UploadPart", **ids, PartNumber=1, Body=Body(FIRST), headers=sums, **keys)
    s3.put("bucket", "source", b"-" + LAST, **TWO)
    copied = {"CopySource": "bucket/source", "CopySourceRange": f"bytes=1-{len(LAST)}", **FROM_TWO}
    last = s3("UploadPartCopy", **ids, PartNumber=2, **copied, **keys)["CopyPartResult"]
    entries = [
        {
            "PartNumber": number,
            **{name: text for name, text in sent.items() if name == "ETag" or name.startswith("Checksum")},
        }
        for number, sent in ((1, first), (2, last))
    ]
    return {**ids, "MultipartUpload": {"Parts": entries}}


@pytest.mark.parametrize("algorithm", ["", "CRC32", "SHA256"])
def test_uploads_in_parts(s3: Counter, bucket: str, algorithm: str) -> None:
    given = upload(s3, algorithm, **ONE)
    done = s3("CompleteMultipartUpload", **given, **(ONE if algorithm else {}))
    assert "ServerSideEncryption" not in done
    whole = FIRST + LAST
    assert s3.get(bucket, "key", **ONE) == whole
    edge = len(FIRST)
    assert s3.get(bucket, "key", Range=f"bytes={edge - 2}-{edge}", **ONE) == whole[edge - 2 : edge + 1]
    assert s3.get(bucket, "key", PartNumber=2, **ONE) == LAST
    known = s3("GetObjectAttributes", **WHERE, ObjectAttributes=ALL, **ONE)
    assert known["ObjectSize"] == len(whole)
    if algorithm:
        name = f"Checksum{algorithm}"
        assert known["Checksum"][name] == done[name]
        assert [each[name] for each in known["ObjectParts"]["Parts"]] == [
            checksum(algorithm, each) for each in (FIRST, LAST)
        ]
    assert s3("CompleteMultipartUpload", **given, **ONE)["ETag"] == done["ETag"], "done again"


def test_each_step_of_an_upload_has_its_key(s3: Counter, bucket: str) -> None:
    given = upload(s3, "CRC32", **ONE)
    ids = {name: given[name] for name in ("Bucket", "Key", "UploadId")}
    part = {**ids, "PartNumber": 3, "Body": Body(b"")}
    assert s3.code("UploadPart", **part) == "InvalidRequest"
    assert s3.code("UploadPart", **part, **TWO) == "AccessDenied"
    assert s3.code("ListParts", **ids) == "InvalidRequest"
    assert s3.code("CompleteMultipartUpload", **given) == "InvalidRequest"
    assert s3.code("CompleteMultipartUpload", **given, **TWO) == "AccessDenied"
    listed = s3("ListParts", **ids, **ONE)["Parts"]
    assert [each["ChecksumCRC32"] for each in listed] == [checksum("CRC32", each) for each in (FIRST, LAST)]
    plain = {**WHERE, "UploadId": s3("CreateMultipartUpload", **WHERE)["UploadId"], "PartNumber": 1}
    assert s3.code("UploadPart", **plain, Body=Body(b""), **ONE) == "InvalidRequest"


def test_the_check_of_all_objects_needs_no_key(s3: Counter, bucket: str) -> None:
    upload(s3, "CRC32", **ONE)
    assert [
        step.finding for step in verified_parts(s3.world.database, s3.world.objects) if step.finding
    ] == []
    s3("CompleteMultipartUpload", **upload(s3, "CRC32", **ONE), **ONE)
    s3.put(bucket, "one", DATA, headers={"x-amz-checksum-crc32": checksum("CRC32", DATA)}, **ONE)
    for name in ("key", "one"):
        row = row_of(s3, name)
        assert outcome(s3, row) == ""
        assert outcome(s3, replace(row, etag="0" * 32)) == DAMAGED


def outcome(s3: Counter, row: objects.Object) -> str:
    examination = examine(s3.world.objects, row)
    while True:
        try:
            next(examination)
        except StopIteration as end:
            return str(end.value)


def test_a_bucket_can_refuse_such_keys(s3: Counter, bucket: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    blocked = rule | {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    document = {"ServerSideEncryptionConfiguration": {"Rules": [blocked]}}
    sums = {"content-md5": base64.b64encode(hashlib.md5(b"").digest()).decode()}
    s3.put(bucket, "before", DATA, **ONE)
    s3("PutBucketEncryption", Bucket=bucket, **document, headers=sums)
    shown = s3("GetBucketEncryption", Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert shown["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    assert s3.code("PutObject", **WHERE, **ONE) == "AccessDenied"
    assert s3.code("CreateMultipartUpload", **WHERE, **ONE) == "AccessDenied"
    assert s3.get(bucket, "before", **ONE) == DATA
    copy = {**WHERE, "CopySource": f"{bucket}/before", **FROM_ONE}
    assert s3.code("CopyObject", **copy, **TWO) == "AccessDenied"
    s3("CopyObject", **copy)
    assert s3.get(bucket, "key") == DATA


def test_versions_have_keys_of_their_own(s3: Counter, bucket: str) -> None:
    s3("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put(bucket, "key", b"old", **ONE)["VersionId"]
    s3.put(bucket, "key", b"new", **TWO)
    assert s3.get(bucket, "key", VersionId=old, **ONE) == b"old"
    assert s3.get(bucket, "key", **TWO) == b"new"
    assert s3.code("GetObject", **WHERE, **ONE) == "AccessDenied"
