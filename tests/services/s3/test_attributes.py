"""GetObjectAttributes, and the checksums of parts, which GetObject and HeadObject tell as well."""

from typing import Any

import pytest
from tests.services.s3.harness import Counter

from watchword.names import Body
from watchword.objects import ALGORITHMS, Sums

FIRST, LAST = b"a" * (5 << 20), b"end"
ALL = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]


def checksum(algorithm: str, data: bytes) -> str:
    sums = Sums([algorithm])
    sums.take(data)
    return sums.value(algorithm)


def upload(
    s3: Counter, bucket: str, algorithm: str = "", numbers: tuple[int, ...] = (1, 2), **given: Any
) -> Any:
    where = {"Bucket": bucket, "Key": "key"}
    more = {"ChecksumAlgorithm": algorithm} if algorithm else {}
    ids = {**where, "UploadId": s3("CreateMultipartUpload", **where, **more, **given)["UploadId"]}
    entries = []
    for number, body in zip(numbers, (FIRST, LAST), strict=True):
        sums = {f"x-amz-checksum-{algorithm.lower()}": checksum(algorithm, body)} if algorithm else {}
        sent = s3("UploadPart", **ids, PartNumber=number, Body=Body(body), headers=sums)
        named = {name: text for name, text in sent.items() if name.startswith("Checksum")}
        entries.append({"PartNumber": number, "ETag": sent["ETag"], **named})
    return {**ids, "MultipartUpload": {"Parts": entries}}


def attributes(s3: Counter, bucket: str, *names: str, **given: Any) -> dict[str, Any]:
    return s3("GetObjectAttributes", Bucket=bucket, Key="key", ObjectAttributes=[*names], **given)


def test_only_what_is_asked_for(s3: Counter, bucket: str) -> None:
    sums = {"x-amz-checksum-sha256": checksum("SHA256", b"data")}
    etag = s3.put(bucket, "key", b"data", headers=sums)["ETag"].strip('"')
    known = {
        "ETag": etag,
        "Checksum": {"ChecksumSHA256": sums["x-amz-checksum-sha256"], "ChecksumType": "FULL_OBJECT"},
        "StorageClass": "STANDARD",
        "ObjectSize": 4,
    }
    for name, value in known.items():
        assert attributes(s3, bucket, name).keys() - {"LastModified"} == {name}
        assert attributes(s3, bucket, name)[name] == value
    assert attributes(s3, bucket, *ALL).items() >= known.items()
    assert "ObjectParts" not in attributes(s3, bucket, *ALL)
    assert (
        s3.code("GetObjectAttributes", Bucket=bucket, Key="key", ObjectAttributes=["Size"])
        == "InvalidArgument"
    )


def test_what_was_never_given_a_checksum_has_none(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data")
    assert "Checksum" not in attributes(s3, bucket, *ALL)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_parts_have_the_checksums_that_they_came_with(s3: Counter, bucket: str, algorithm: str) -> None:
    s3("CompleteMultipartUpload", **upload(s3, bucket, algorithm))
    found = attributes(s3, bucket, "ObjectParts", "Checksum", "ObjectSize")
    member = f"Checksum{algorithm}"
    assert found["ObjectParts"] == {
        "TotalPartsCount": 2, "PartNumberMarker": 0, "NextPartNumberMarker": 2, "MaxParts": 1000,
        "IsTruncated": False,
        "Parts": [
            {"PartNumber": 1, "Size": len(FIRST), member: checksum(algorithm, FIRST)},
            {"PartNumber": 2, "Size": len(LAST), member: checksum(algorithm, LAST)},
        ],
    }  # fmt: skip
    kind = "FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE"
    assert found["Checksum"]["ChecksumType"] == kind
    for name in ("GetObject", "HeadObject"):
        part = s3(name, Bucket=bucket, Key="key", PartNumber=2, ChecksumMode="ENABLED")
        assert (part[member], part["ChecksumType"]) == (checksum(algorithm, LAST), kind)
        assert part["PartsCount"] == 2
        silent = s3(name, Bucket=bucket, Key="key", PartNumber=2)
        assert member not in silent
        ranged = s3(name, Bucket=bucket, Key="key", Range="bytes=0-1", ChecksumMode="ENABLED")
        assert member not in ranged


def test_parts_come_in_pages(s3: Counter, bucket: str) -> None:
    s3("CompleteMultipartUpload", **upload(s3, bucket, "SHA256"))
    first = attributes(s3, bucket, "ObjectParts", MaxParts=1)["ObjectParts"]
    assert (first["IsTruncated"], first["NextPartNumberMarker"], len(first["Parts"])) == (True, 1, 1)
    second = attributes(s3, bucket, "ObjectParts", MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert (second["IsTruncated"], second["NextPartNumberMarker"]) == (False, 2)
    assert [part["PartNumber"] for part in second["Parts"]] == [2]
    beyond = attributes(s3, bucket, "ObjectParts", PartNumberMarker=9)["ObjectParts"]
    assert (beyond["Parts"], beyond["IsTruncated"]) == ([], False)
    none = attributes(s3, bucket, "ObjectParts", MaxParts=0)["ObjectParts"]
    assert (none["Parts"], none["IsTruncated"]) == ([], False)
    given = {"Bucket": bucket, "Key": "key", "ObjectAttributes": ["ObjectParts"]}
    for wrong in ({"MaxParts": -1}, {"PartNumberMarker": -1}):
        assert s3.code("GetObjectAttributes", **given, **wrong) == "InvalidArgument"


def test_without_checksums_only_the_number_of_parts_is_told(s3: Counter, bucket: str) -> None:
    s3("CompleteMultipartUpload", **upload(s3, bucket))
    assert attributes(s3, bucket, *ALL)["ObjectParts"] == {"TotalPartsCount": 2}


def test_a_copy_is_of_one_piece(s3: Counter, bucket: str) -> None:
    s3("CompleteMultipartUpload", **upload(s3, bucket, "SHA256"))
    s3("CopyObject", Bucket=bucket, Key="key", CopySource=f"{bucket}/key", MetadataDirective="REPLACE")
    found = attributes(s3, bucket, *ALL)
    assert found["Checksum"] == {
        "ChecksumSHA256": checksum("SHA256", FIRST + LAST),
        "ChecksumType": "FULL_OBJECT",
    }
    assert "ObjectParts" not in found


@pytest.mark.parametrize("numbers", [(2, 3), (1, 3)])
def test_parts_of_a_composite_checksum_have_no_gap(
    s3: Counter, bucket: str, numbers: tuple[int, ...]
) -> None:
    given = upload(s3, bucket, "SHA256", numbers)
    assert s3.code("CompleteMultipartUpload", **given) == "InvalidPartOrder"


@pytest.mark.parametrize("given", [{}, {"algorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}])
def test_other_parts_may_have_gaps(s3: Counter, bucket: str, given: dict[str, Any]) -> None:
    s3("CompleteMultipartUpload", **upload(s3, bucket, numbers=(4, 9), **given))
    assert s3.get(bucket, "key", PartNumber=2) == LAST
