"""Bytes of objects: durable puts beside the disk, large bodies beside a bare ASGI application, long listings.

All of them write to the same disk, in the directory for temporary files.
"""

import http.client
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import calls
import load
import servers
from rows import Row
from watchword.store import Database, Transaction, accounts
from watchword.store.accounts import Account
from watchword.store.s3 import buckets, listing
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import OBJECTS, Object

ACCOUNT = "123456789012"
BUCKET = "bench-storage"
SECONDS = 1.0
CLIENTS = 16
SMALL, LARGE = 1 << 10, 64 << 20
FEW, MANY = 1_000, 1_000_000
PAGE = 1_000
READERS = 1_000
HUGE_PARTS = 16
"""Of LARGE bytes each, of the upload whose memory is measured."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rows(stack: ExitStack) -> Iterator[Row]:
    """Starts the servers and gives what is measured on them."""
    place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port, keys = stack.enter_context(servers.kept())
    s3 = calls.client("s3", port, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    s3.create_bucket(Bucket=BUCKET)
    yield Row("fdatasync of 1 KiB, one after the other", lambda: _syncs(place / "synced"))
    yield Row(
        f"PutObject 1 KiB, durable, {CLIENTS} clients",
        lambda: load.requests_per_second(port, _puts(s3), seconds=SECONDS, connections=CLIENTS),
        "fdatasync of 1 KiB, one after the other",
        ">= 1",
    )
    yield from _large(stack, place, port, s3)
    yield from _listings(stack, place)
    yield Row(
        "memory that an upload of 1 GiB in parts adds",
        lambda: _added_by_upload(s3, port),
        note="flat: some MB",
        unit="MB",
    )
    yield Row(
        f"memory that {READERS:,} slow readers of 64 MiB add",
        lambda: _added_by_readers(s3, port),
        note=f"flat: 16 MiB and 64 KiB each, so {16 + READERS // 16}",
        unit="MB",
    )


def _syncs(file: Path) -> float:
    """Appends that are on the disk, per second."""
    done, end = 0, time.perf_counter() + SECONDS
    with file.open("ab", buffering=0) as target:
        while time.perf_counter() < end:
            target.write(bytes(SMALL))
            os.fdatasync(target.fileno())
            done += 1
    return done / SECONDS


def _puts(s3: Any) -> list[bytes]:
    return [
        calls.signed(
            s3, "put_object", {"Bucket": BUCKET, "Key": f"small/{number}", "Body": os.urandom(SMALL)}
        )
        for number in range(500)
    ]


def _large(stack: ExitStack, place: Path, port: int, s3: Any) -> Iterator[Row]:
    """Large bodies: the bare application hashes what it takes (MD5, CRC-32) and syncs it to the disk."""
    bare = stack.enter_context(servers.storing(place / "bare"))
    data = os.urandom(LARGE)
    where = {"Bucket": BUCKET, "Key": "large"}
    s3.put_object(**where, Body=data)
    put = calls.signed(s3, "put_object", {**where, "Body": data, "ChecksumAlgorithm": "CRC32"})
    head = f"PUT /large HTTP/1.1\r\nHost: bare\r\nContent-Length: {LARGE}\r\n\r\n".encode()
    yield Row("bare ASGI, put of 64 MiB", lambda: _once(bare, head + data), unit="MiB/s")
    yield Row("PutObject 64 MiB", lambda: _once(port, put), "bare ASGI, put of 64 MiB", ">= 0.7", "MiB/s")
    got = b"GET /large HTTP/1.1\r\nHost: bare\r\n\r\n"
    yield Row("bare ASGI, get of 64 MiB", lambda: _once(bare, got), unit="MiB/s")
    get = calls.signed(s3, "get_object", where)
    yield Row("GetObject 64 MiB", lambda: _once(port, get), "bare ASGI, get of 64 MiB", ">= 0.7", "MiB/s")


def _once(port: int, request: bytes) -> float:
    """MiB of a large body that go through in a second."""
    began = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.connect()
        assert connection.sock is not None
        connection.sock.sendall(request)
        answer = http.client.HTTPResponse(connection.sock)
        answer.begin()
        while answer.read(1 << 20):
            pass
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"status {answer.status}")
    return (LARGE >> 20) / (time.perf_counter() - began)


def _listings(stack: ExitStack, place: Path) -> Iterator[Row]:
    """Pages of the store, which is where the number of keys counts."""
    peer = ""
    for count in (FEW, MANY):
        database = stack.enter_context(closing(Database.open(f"sqlite:///{place}/{count}.db", durable=False)))
        with database.write(NOW) as tx:
            _fill(tx, count)
        name = f"pages of {PAGE:,} keys, of {count:,}"
        yield Row(name, _pages(database), peer, "<= 1.2 times as long: >= 0.83" if peer else "")
        peer = name


def _fill(tx: Transaction, count: int) -> None:
    accounts.insert(tx, Account(ACCOUNT, "bench", NOW))
    buckets.insert(tx, Bucket(BUCKET, BUCKET, ACCOUNT, "us-east-1", NOW))
    fields = {name: getattr(Object(BUCKET, b"", "", 1, "0" * 32, NOW), name) for name in Object.__slots__}
    for start in range(0, count, 10_000):
        numbers = range(start, min(start + 10_000, count))
        keys = ({"key": f"data/{number:07}".encode(), "blob": f"00/{number:030x}"} for number in numbers)
        tx.run_many(OBJECTS.insert(), [fields | each for each in keys])


def _pages(database: Database) -> Callable[[], float]:
    def rate() -> float:
        done, end = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            with database.read() as tx:
                listing.page(tx, BUCKET, limit=PAGE)
            done += 1
        return done / SECONDS

    return rate


def _added_by_upload(s3: Any, port: int) -> float:
    """MB that the server takes more at the most, while the parts of an upload come."""
    pid, data = servers.listening(port), bytes(LARGE)
    where = {"Bucket": BUCKET, "Key": "huge"}
    ids = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    before = most = _resident(pid)
    for number in range(1, HUGE_PARTS + 1):
        s3.upload_part(**ids, PartNumber=number, Body=data)
        most = max(most, _resident(pid))
    s3.abort_multipart_upload(**ids)
    return max((most - before) / 1e6, 0.1)


def _added_by_readers(s3: Any, port: int) -> float:
    """MB that the server takes more at the most, while clients read a large object a few bytes at a time."""
    pid, request = servers.listening(port), calls.signed(s3, "get_object", {"Bucket": BUCKET, "Key": "large"})
    before = most = _resident(pid)
    with ExitStack() as stack:
        readers = []
        for _ in range(READERS):
            readers.append(stack.enter_context(socket.create_connection(("127.0.0.1", port))))
            readers[-1].sendall(request)
            most = max(most, _resident(pid))
        for reader in readers * 3:
            reader.recv(4096)
            most = max(most, _resident(pid))
    return max((most - before) / 1e6, 0.1)


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
