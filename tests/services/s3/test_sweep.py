"""What a kill between bytes and row leaves behind goes; what objects have stays."""

import os
from datetime import UTC, datetime

import pytest
from tests.services.s3.harness import Counter

from watchword.objects import new_blob
from watchword.services.s3.sweep import LONGEST_UPLOAD, sweep


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
