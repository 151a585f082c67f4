"""What a kill between bytes and row leaves behind goes; what objects have stays."""

import os
from datetime import UTC, datetime

import pytest
from tests.services.s3.harness import Counter

from watchword.names import Body
from watchword.objects import new_blob
from watchword.objects.blob_names import joined, like, new_in_family, upload_family
from watchword.services.s3.upkeep.sweep import LONGEST_UPLOAD, sweep
from watchword.store.s3 import objects as rows


def test_only_old_bytes_without_an_object_go(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a", "b"):
        s3.put(bucket, key, b"data")
    orphans = [new_blob(os.urandom) for _ in range(3)]
    for orphan in orphans:
        s3.world.objects.put(orphan, [b"left behind"])
    written = datetime.now(UTC).timestamp()
    monkeypatch.setattr(s3.world.clock, "read", lambda: written)
    assert sweep(s3.world) == 0
    monkeypatch.setattr(s3.world.clock, "read", lambda: written + LONGEST_UPLOAD.total_seconds() + 60)
    assert sweep(s3.world) == 3
    assert s3.blobs() == 2
    assert s3.get(bucket, "a") == b"data"


def test_pieces_stay_as_long_as_what_they_are_pieces_of(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(5 << 20)
    where = {"Bucket": bucket, "Key": "key"}
    upload = {**where, "UploadId": s3("CreateMultipartUpload", **where)["UploadId"]}
    etags = [
        s3("UploadPart", **upload, PartNumber=number, Body=Body(piece))["ETag"]
        for number, piece in enumerate((data, b"end"), 1)
    ]
    parts = {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]}
    s3("CompleteMultipartUpload", **upload, MultipartUpload=parts)
    objects = s3.world.objects
    left_behind = new_in_family(upload_family(upload["UploadId"]), os.urandom)
    objects.put(left_behind, [b"a part that was replaced while the server was killed"])
    objects.join([(left_behind, 52)], joined(new_in_family(upload_family(upload["UploadId"]), os.urandom)))
    written = datetime.now(UTC).timestamp() + LONGEST_UPLOAD.total_seconds() + 60
    monkeypatch.setattr(s3.world.clock, "read", lambda: written)
    assert sweep(s3.world) == 2
    assert s3.get(bucket, "key") == data + b"end"
    (row,) = blobs_of(s3)
    objects.delete(row)
    assert sweep(s3.world) == 0
    assert s3.blobs() == 0


def test_parts_of_an_upload_stay(s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where = {"Bucket": bucket, "Key": "key"}
    upload = s3("CreateMultipartUpload", **where)["UploadId"]
    s3("UploadPart", **where, UploadId=upload, PartNumber=1, Body=Body(b"part"))
    written = datetime.now(UTC).timestamp() + LONGEST_UPLOAD.total_seconds() + 60
    monkeypatch.setattr(s3.world.clock, "read", lambda: written)
    assert sweep(s3.world) == 0


def test_a_copy_that_has_no_row_yet_is_young(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the disk it is the same file as the source, which is old."""
    s3.put(bucket, "key", b"data")
    (source,) = blobs_of(s3)
    assert s3.world.objects.folder
    os.utime(s3.world.objects.folder / source, (0, 0))
    monkeypatch.setattr(s3.world.clock, "read", lambda: datetime.now(UTC).timestamp())
    copy = like(source, new_blob(os.urandom))
    s3.world.objects.copy(source, copy)
    assert sweep(s3.world) == 0
    assert s3.world.objects.get(copy, 0, 4) == b"data"


def blobs_of(s3: Counter) -> list[str]:
    with s3.world.database.read() as tx:
        return rows.some_blobs(tx)
