"""The check of all objects: what is missing, damaged or left behind is found, and nothing else."""

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.services.s3.harness import Counter

from watchword.names import Body
from watchword.objects import ALGORITHMS, Objects, Sums, new_blob
from watchword.proofs.sealed_bytes import sealed_size
from watchword.services.s3.upkeep import verified as job
from watchword.services.s3.upkeep.proof import examine
from watchword.services.s3.upkeep.sweep import in_use
from watchword.services.s3.upkeep.verification import Finding, Step, objects_from, orphans, parts
from watchword.services.s3.upkeep.verified import verify
from watchword.store.s3 import inventory
from watchword.store.s3.inventory import Place
from watchword.store.s3.objects import Object

PIECE = b"a" * (5 << 20)
COMBINABLE = ("CRC32", "CRC32C", "CRC64NVME")


def found(s3: Counter) -> list[tuple[str, str]]:
    database, objects = s3.world.database, s3.world.objects.uncached()
    steps = [*objects_from(database, objects, Place()), *parts(database, objects)]
    return [(each.finding.kind, each.finding.key) for each in steps if each.finding]


def rows(s3: Counter) -> list[Object]:
    with s3.world.database.read() as tx:
        return inventory.objects_after(tx, Place())


def file(s3: Counter, blob: str) -> Path:
    assert s3.world.objects.folder
    return s3.world.objects.folder / blob


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()  # a copy has the same file under another name
    path.write_bytes(data)


def upload(s3: Counter, bucket: str, key: str, *bodies: bytes, **given: Any) -> None:
    where = {"Bucket": bucket, "Key": key}
    ids = {**where, "UploadId": s3("CreateMultipartUpload", **where, **given)["UploadId"]}
    algorithm, entries = given.get("ChecksumAlgorithm", ""), []
    for number, body in enumerate(bodies, 1):
        headers = {}
        if algorithm:
            sums = Sums([algorithm])
            sums.take(body)
            headers = {f"x-amz-checksum-{algorithm.lower()}": sums.value(algorithm)}
        sent = s3("UploadPart", **ids, PartNumber=number, Body=Body(body), headers=headers)
        checksum = {name: text for name, text in sent.items() if name.startswith("Checksum")}
        entries.append({"PartNumber": number, "ETag": sent["ETag"], **checksum})
    s3("CompleteMultipartUpload", **ids, MultipartUpload={"Parts": entries})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_as_it_was_stored(s3: Counter, bucket: str, algorithm: str) -> None:
    sums = Sums([algorithm])
    sums.take(b"data")
    checksum = {f"x-amz-checksum-{algorithm.lower()}": sums.value(algorithm)}
    s3.put(bucket, "small", b"data", headers=checksum)
    s3.put(bucket, "empty")
    upload(s3, bucket, "parts", PIECE, b"end", ChecksumAlgorithm=algorithm)
    if algorithm in COMBINABLE:
        upload(s3, bucket, "full", PIECE, b"end", ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    s3("CopyObject", Bucket=bucket, Key="copy", CopySource=f"{bucket}/parts")
    assert found(s3) == []
    for row in rows(s3):
        if row.size:
            blob = list(s3.world.objects.stored(row.blob))[-1]
            flip(file(s3, blob))
    keys = ["copy", *(["full"] if algorithm in COMBINABLE else []), "parts", "small"]
    assert found(s3) == [("damaged", key) for key in keys]


@pytest.mark.parametrize("checksum", ["etag", "checksums", "size", "part"])
def test_each_proof_counts(s3: Counter, bucket: str, checksum: str) -> None:
    upload(s3, bucket, "key", PIECE, b"end", ChecksumAlgorithm="SHA256")
    (row,) = rows(s3)
    other = {
        "etag": {"etag": "0" * 32 + "-2"},
        "checksums": {"checksums": {"SHA256": "AAAA-2"}},
        "size": {"size": row.size + 1},
        "part": {"parts": (row.size - 4, 4)},
    }
    wrong = Object(**{name: getattr(row, name) for name in row.__slots__} | other[checksum])
    assert outcome(s3.world.objects, row) == ""
    assert outcome(s3.world.objects, wrong) == "damaged"


def outcome(objects: Objects, row: Object) -> str:
    examination = examine(objects, row)
    while True:
        try:
            next(examination)
        except StopIteration as end:
            return str(end.value)


def test_what_is_missing(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "gone", b"data")
    s3.put(bucket, "here", b"data")
    upload(s3, bucket, "half", PIECE, b"end")
    s3("CreateMultipartUpload", Bucket=bucket, Key="unfinished")
    gone = {row.key: row.blob for row in rows(s3)}
    file(s3, gone[b"gone"]).unlink()
    file(s3, list(s3.world.objects.stored(gone[b"half"]))[-1]).unlink()
    assert found(s3) == [("missing", "gone"), ("missing", "half")]


def test_parts_of_unfinished_uploads(s3: Counter, bucket: str) -> None:
    where = {"Bucket": bucket, "Key": "key"}
    ids = {**where, "UploadId": s3("CreateMultipartUpload", **where)["UploadId"]}
    for number in (1, 2, 3):
        s3("UploadPart", **ids, PartNumber=number, Body=Body(b"part"))
    with s3.world.database.read() as tx:
        first, second, _ = inventory.parts_after(tx, "", 0)
    file(s3, first.blob).unlink()
    flip(file(s3, second.blob))
    assert found(s3) == [("missing", ids["UploadId"]), ("damaged", ids["UploadId"])]


def test_what_is_replaced_meanwhile_is_not_wrong(s3: Counter, bucket: str) -> None:
    for key in ("a", "b"):
        s3.put(bucket, key, b"data")
    steps = objects_from(s3.world.database, s3.world.objects, Place())
    next(steps)
    s3.put(bucket, "a", b"other")
    s3("DeleteObject", Bucket=bucket, Key="b")
    assert [each.finding for each in steps if each.finding] == []


def test_orphans_are_older_than_an_hour(s3: Counter, bucket: str) -> None:
    upload(s3, bucket, "key", PIECE, b"end")
    s3.put(bucket, "small", b"data")
    orphan = new_blob(os.urandom)
    s3.world.objects.put(orphan, [b"left behind"])
    named = partial(in_use, s3.world.database, s3.world.objects)
    now = datetime.now(UTC)
    assert list(orphans(s3.world.objects, named, now + timedelta(minutes=59))) == []
    (step,) = orphans(s3.world.objects, named, now + timedelta(minutes=61))
    assert step == Step(finding=Finding("orphan", orphan, sealed_size(11)))


def test_it_goes_on_after_a_place(s3: Counter, bucket: str) -> None:
    for key in ("a", "b", "c"):
        s3.put(bucket, key, b"data")
    done = [each.done for each in objects_from(s3.world.database, s3.world.objects, Place()) if each.done]
    assert [place.key for place in done] == [b"a", b"b", b"c"]
    rest = [each.done for each in objects_from(s3.world.database, s3.world.objects, done[0]) if each.done]
    assert rest == done[1:]


def test_more_objects_than_a_page(s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(inventory.AT_ONCE + 1):
        s3.put(bucket, f"{number:04}")
    steps = objects_from(s3.world.database, s3.world.objects, Place())
    assert sum(each.done is not None for each in steps) == inventory.AT_ONCE + 1


def test_the_job_goes_on_where_it_was_and_then_rests(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(job, "BUDGET", 1)
    for key in ("a", "b", "c"):
        s3.put(bucket, key, b"data")
    for row in rows(s3):
        flip(file(s3, row.blob))
    first = verify(s3.world)
    next(first)
    assert list(verify(s3.world)) == []  # another process has the lock
    next(first)
    first.close()
    assert len(list(verify(s3.world))) > 0
    said = [vars(record)["reason"] for record in caplog.records if record.message == "object damaged"]
    assert said == ["damaged"] * 3
    caplog.clear()
    assert list(verify(s3.world)) == []
    now = s3.now.timestamp() + job.REST.total_seconds() + 1
    monkeypatch.setattr(s3.world.clock, "read", lambda: now)
    assert len(list(verify(s3.world))) > 0
    assert len(caplog.records) == 3


def test_a_file_that_was_cut_begins_a_round(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data")
    (s3.world.settings.data / job.FILE).write_text('{"place": [')
    assert list(verify(s3.world)) == []
    assert b"ended" in (s3.world.settings.data / job.FILE).read_bytes()
