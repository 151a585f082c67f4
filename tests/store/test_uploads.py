"""Uploads in parts, and how they end."""

from dataclasses import replace
from datetime import datetime

import pytest

from watchword.store import Database, StillReferenced
from watchword.store.s3 import buckets, parts, uploads
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.parts import Part
from watchword.store.s3.uploads import Upload


@pytest.fixture
def upload(database: Database, now: datetime) -> Upload:
    begun = Upload("u1", "b1", b"key", now, "arn", "CRC32", "COMPOSITE", metadata={"a": "b"})
    with database.write(now) as tx:
        buckets.insert(tx, Bucket("b1", "logs", "111111111111", "eu-west-1", now))
        uploads.insert(tx, begun)
    return begun


def part(number: int, now: datetime, upload_id: str = "u1") -> Part:
    return Part(upload_id, number, f"blob-{number}", 5, "etag", "sum", now)


def test_an_upload_is_found_by_all_that_names_it(database: Database, upload: Upload) -> None:
    with database.read() as tx:
        assert uploads.at(tx, "b1", b"key", "u1") == upload
        assert uploads.at(tx, "b1", b"other", "u1") is None
        assert uploads.at(tx, "b2", b"key", "u1") is None
        assert list(uploads.from_key(tx, "b1", b"key")) == [upload]
        assert list(uploads.from_key(tx, "b1", b"key\0")) == []


def test_uploads_are_listed_in_order_however_many_are_read_together(
    database: Database, upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [(key, f"{key}{number}") for key in "abc" for number in range(4)]
    with database.write(now) as tx:
        for key, upload_id in reversed(named):
            uploads.insert(tx, replace(upload, id=upload_id, key=key.encode()))
    monkeypatch.setattr(uploads, "_FROM_KEY", uploads._FROM_KEY.limit(3))
    with database.read() as tx:
        assert [each.id for each in uploads.from_key(tx, "b1", b"")] == [*(one for _, one in named), "u1"]
        assert [each.id for each in uploads.from_key(tx, "b1", b"c")] == ["c0", "c1", "c2", "c3", "u1"]


def test_a_part_takes_the_place_of_the_one_before(database: Database, upload: Upload, now: datetime) -> None:
    with database.write(now, shared=True) as tx:
        assert parts.put(tx, part(2, now)) == []
        assert parts.put(tx, part(1, now)) == []
        assert parts.put(tx, replace(part(2, now), blob="again")) == ["blob-2"]
        assert [each.number for each in parts.page(tx, upload.id, limit=5)[0]] == [1, 2]
        assert parts.page(tx, upload.id, after=1, limit=5)[0][0].blob == "again"
        assert parts.page(tx, upload.id, limit=1)[1]
        assert sorted(parts.blobs_in_use(tx, ["again", "blob-1", "blob-2"])) == ["again", "blob-1"]


def test_an_upload_ends_once_and_with_its_parts(database: Database, upload: Upload, now: datetime) -> None:
    with database.write(now, shared=True) as tx:
        parts.put(tx, part(1, now))
        assert uploads.remove(tx, upload.id) == ["blob-1"]
        assert uploads.remove(tx, upload.id) is None
        assert parts.blobs_in_use(tx, ["blob-1"]) == []


def test_a_part_needs_its_upload_and_an_upload_its_bucket(database: Database, now: datetime) -> None:
    with pytest.raises(StillReferenced), database.write(now, shared=True) as tx:
        parts.put(tx, part(1, now, "gone"))
    with pytest.raises(StillReferenced), database.write(now, shared=True) as tx:
        uploads.insert(tx, Upload("u1", "gone", b"key", now, "arn"))


def test_a_bucket_goes_with_its_uploads(database: Database, upload: Upload, now: datetime) -> None:
    with database.write(now) as tx:
        parts.put(tx, part(1, now))
        uploads.remove_all(tx, upload.bucket_id)
        buckets.remove(tx, Bucket(upload.bucket_id, "bucket", "111111111111", "eu-west-1", now))
