"""kill -9 in the middle of writes: what was acknowledged is there, and the server starts again."""

import http.client
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from tests.server.harness import Draft, Keys, Running, client, credentials, eventually, serve, watchword

from watchword.store.audit_files import newest_first

ROUNDS = 3
ENOUGH = 8
"""Writes of each kind before the kill."""
BUCKET = "kill-bucket"


class Writer(threading.Thread):
    """Makes users or puts objects until the server is gone; keeps what was acknowledged."""

    def __init__(self, server: Running, keys: Keys, kind: str, round_number: int) -> None:
        super().__init__()
        self.acknowledged: list[str] = []
        self._client = client("iam" if kind == "users" else "s3", server.endpoint, keys)
        self._write = self._make_user if kind == "users" else self._put
        self._round = round_number

    def run(self) -> None:
        for number in range(10_000):
            name = f"r{self._round}-{number}"
            try:
                self._write(name)
            except (BotoCoreError, ClientError, ResponseParserError):  # the last: cut off after the head
                return
            self.acknowledged.append(name)

    def _make_user(self, name: str) -> None:
        self._client.create_user(UserName=name)

    def _put(self, name: str) -> None:
        self._client.put_object(Bucket=BUCKET, Key=name, Body=name.encode() * 5000)


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_nothing_acknowledged_is_lost(tmp_path: Path, workers: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    users: set[str] = set()
    objects: set[str] = set()
    port = "0"
    for number in range(1 if workers else ROUNDS):
        with serve(data, *workers, "--port", port) as server:
            port = str(server.port)
            keys = credentials(data)
            if number == 0:
                client("s3", server.endpoint, keys).create_bucket(Bucket=BUCKET)
            check(server, keys, users, objects)
            writers = [Writer(server, keys, kind, number) for kind in ("users", "objects", "objects")]
            for writer in writers:
                writer.start()
            assert eventually(lambda made=writers: all(len(each.acknowledged) >= ENOUGH for each in made))
            server.stop(signal.SIGKILL)
            for writer in writers:
                writer.join()
            users |= set(writers[0].acknowledged)
            objects |= set(writers[1].acknowledged) | set(writers[2].acknowledged)
    with serve(data, "--port", port) as server:
        check(server, credentials(data), users, objects)
        check_nothing_else(server)
    assert all(event["eventVersion"] for event in newest_first(data / "audit"))
    assert watchword("explain", "--last-denied", "--data", str(data)).exit_code in {0, 2}


def check(server: Running, keys: Keys, users: set[str], objects: set[str]) -> None:
    """All of it is there, whole."""
    iam, s3 = client("iam", server.endpoint, keys), client("s3", server.endpoint, keys)
    pages = iam.get_paginator("list_users").paginate()
    assert users <= {user["UserName"] for page in pages for user in page["Users"]}
    listed = [
        entry
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        for entry in page.get("Contents", [])
    ]
    assert objects <= {entry["Key"] for entry in listed}
    for entry in listed[:: max(1, len(listed) // 20)]:
        body = s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
        assert body == entry["Key"].encode() * 5000


def check_nothing_else(server: Running) -> None:
    """A sound database, and a record of each change."""
    with sqlite3.connect(server.data / "watchword.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        recorded = database.execute("SELECT count(*) FROM audit").fetchone()[0]
        made = database.execute("SELECT count(*) FROM users").fetchone()[0]
        assert recorded >= made
    database.close()


def test_what_a_killed_upload_left_goes_when_it_is_old(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        keys = credentials(data)
        s3 = client("s3", server.endpoint, keys)
        s3.create_bucket(Bucket=BUCKET)
        sender = threading.Thread(target=_upload, args=(server, keys))
        sender.start()
        assert eventually(lambda: list(data.glob("incoming-*")) or not sender.is_alive())
        server.stop(signal.SIGKILL)
        sender.join()
    [left] = data.glob("incoming-*")
    with serve(data) as again:
        client("s3", again.endpoint, keys).list_buckets()
        assert left.exists()  # it may be another server's, which is still receiving
        again.stop()
    os.utime(left, (0, 0))
    with serve(data) as again:
        assert eventually(lambda: not left.exists())
        assert "Contents" not in client("s3", again.endpoint, keys).list_objects_v2(Bucket=BUCKET)


def test_a_part_that_was_acknowledged_survives(tmp_path: Path) -> None:
    data, part = tmp_path / "data", b"p" * (5 << 20)
    named = {"Bucket": BUCKET, "Key": "in parts"}
    with serve(data) as server:
        s3 = client("s3", server.endpoint, credentials(data))
        s3.create_bucket(Bucket=BUCKET)
        named["UploadId"] = s3.create_multipart_upload(**named)["UploadId"]
        s3.upload_part(**named, PartNumber=1, Body=part)
        server.stop(signal.SIGKILL)
    with serve(data) as again:
        s3 = client("s3", again.endpoint, credentials(data))
        assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
        s3.upload_part(**named, PartNumber=2, Body=b"end")
        sent = s3.list_parts(**named)["Parts"]
        parts = [{name: each[name] for name in ("PartNumber", "ETag")} for each in sent]
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
        assert s3.get_object(Bucket=BUCKET, Key="in parts")["Body"].read() == part + b"end"


def _slow_body(start: int) -> Iterator[bytes]:
    yield b"x" * start
    while True:
        time.sleep(0.05)
        yield b"x"


def _upload(server: Running, keys: Keys) -> None:
    unsigned = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    request = Draft("s3", "PUT", f"/{BUCKET}/big", headers=unsigned).signed(server.endpoint, keys)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {**dict(request.headers), "content-length": str(64 << 20)}
    with suppress(OSError):
        connection.request("PUT", request.path, _slow_body(3 << 20), headers)
    connection.close()
