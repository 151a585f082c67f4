"""Access logs of a running server: each request that is answered has its line on the disk at once."""

import time
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from watchword.testing import Server

MOST_SECONDS = 60


def lines(place: Path) -> list[str]:
    files = place.glob("watchword-*/access-lines/*")
    return [msgspec.json.decode(line)[1] for file in files for line in file.read_bytes().splitlines()]


def test_what_is_answered_has_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Server.start() as server:
        s3: Any = boto3.client("s3", **server.client_arguments)
        for name in ("source", "target"):
            s3.create_bucket(Bucket=name)
        enabled = {"TargetBucket": "target", "TargetPrefix": ""}
        s3.put_bucket_logging(Bucket="source", BucketLoggingStatus={"LoggingEnabled": enabled})
        s3.put_object(Bucket="source", Key="key", Body=b"bytes")
        assert s3.get_object(Bucket="source", Key="key", Range="bytes=0-1")["Body"].read() == b"by"
        with pytest.raises(ClientError):
            s3.get_object(Bucket="source", Key="none")
        s3.get_object(Bucket="source", Key="key")["Body"].read()
        expected = ["REST.PUT.LOGGING", "REST.PUT.OBJECT", *["REST.GET.OBJECT"] * 3]
        until = time.monotonic() + MOST_SECONDS
        while len(lines(tmp_path)) < len(expected) and time.monotonic() < until:
            time.sleep(0.05)
        found = [line.split(" ") for line in lines(tmp_path)]
        assert [each[7] for each in found] == expected
        assert [each[8:9] + each[12:16] for each in found[2:]] == [
            ["key", "206", "-", "2", "5"],
            ["none", "404", "NoSuchKey", found[3][14], "-"],
            ["key", "200", "-", "5", "5"],
        ]
        assert not any("Signature" in line for line in lines(tmp_path))
