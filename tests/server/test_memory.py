"""A large upload takes no more memory than a small one, however its body is framed."""

import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from tests.server.harness import Keys, Running, client, credentials, eventually, serve

from watchword.names import HttpRequest
from watchword.sigv4 import Claim, Credentials, presign, read, sign
from watchword.sigv4.claim import ALGORITHM
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.payload import EMPTY_SHA256

BUCKET = "memory"
SIZE = 128 << 20
ALLOWED = 48 << 20
"""Far below SIZE, and above what allocators and caches of a server take for themselves."""
CHUNK = bytes(1 << 20)
Pieces = Iterator[bytes]
Form = Callable[[Running, Credentials, int], tuple[HttpRequest, Pieces]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("memory") / "data") as running:
        client("s3", running.endpoint, credentials(running.data)).create_bucket(Bucket=BUCKET)
        yield running


def peak(server: Running) -> int:
    """The most memory that the process had, in bytes, since `forget_peak`."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) << 10


def forget_peak(server: Running) -> None:
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def put(server: Running, **headers: str) -> HttpRequest:
    host = server.endpoint.partition("//")[2]
    return HttpRequest("PUT", f"/{BUCKET}/key", "", (("host", host), *headers.items()))


def signed(request: HttpRequest, who: Credentials) -> HttpRequest:
    return sign(request, who, service="s3", region="us-east-1", now=datetime.now(UTC))


def whole(server: Running, who: Credentials, size: int) -> tuple[HttpRequest, Pieces]:
    digest = sha256()
    for _ in range(size // len(CHUNK)):
        digest.update(CHUNK)
    given = {"x-amz-content-sha256": digest.hexdigest(), "content-length": str(size)}
    return signed(put(server, **given), who), iter([CHUNK] * (size // len(CHUNK)))


def presigned(server: Running, who: Credentials, size: int) -> tuple[HttpRequest, Pieces]:
    now = datetime.now(UTC)
    plain = put(server, **{"content-length": str(size)})
    request = presign(plain, who, service="s3", region="us-east-1", now=now, expires=60)
    return request, iter([CHUNK] * (size // len(CHUNK)))


def unsigned_chunks(server: Running, who: Credentials, size: int) -> tuple[HttpRequest, Pieces]:
    given = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": str(size),
        "x-amz-trailer": "x-amz-checksum-sha256",
    }
    return signed(put(server, **given), who), _unsigned(size)


def _unsigned(size: int) -> Pieces:
    digest = sha256()
    for _ in range(size // len(CHUNK)):
        digest.update(CHUNK)
        yield f"{len(CHUNK):x}\r\n".encode() + CHUNK + b"\r\n"
    yield b"0\r\nx-amz-checksum-sha256:" + b64encode(digest.digest()) + b"\r\n\r\n"


def signed_chunks(server: Running, who: Credentials, size: int) -> tuple[HttpRequest, Pieces]:
    given = {
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": str(size),
    }
    request = signed(put(server, **given), who)
    claim = read(request)
    assert claim
    return request, _signed(claim, who, size)


def _signed(claim: Claim, who: Credentials, size: int) -> Pieces:
    key = signing_key(who.secret, claim.scope.date, claim.scope.region, claim.scope.service)
    previous = claim.signature
    for data in (*[CHUNK] * (size // len(CHUNK)), b""):
        hashes = f"{EMPTY_SHA256}\n{sha256(data).hexdigest()}"
        text = f"{ALGORITHM}-PAYLOAD\n{claim.date}\n{claim.scope.text}\n{previous}\n{hashes}"
        previous = sign_text(key, text)
        yield f"{len(data):x};chunk-signature={previous}\r\n".encode() + data + b"\r\n"


def send(server: Running, request: HttpRequest, pieces: Pieces) -> bytes:
    """The answer to a request that is sent piece by piece; in HTTP's own chunks if it announces no length."""
    framed = request.header("content-length") is None
    target = request.path + (f"?{request.query}" if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    lines += ["transfer-encoding: chunked"] * framed + ["connection: close"]
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        for piece in pieces:
            connection.sendall(f"{len(piece):x}\r\n".encode() * framed)
            connection.sendall(piece)
            connection.sendall(b"\r\n" * framed)
        connection.sendall(b"0\r\n\r\n" * framed)
        return connection.recv(65536)


FORMS: list[Form] = [
    whole,
    presigned,
    unsigned_chunks,
    signed_chunks,
]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_large_upload_is_not_held_in_memory(server: Running, form: Form) -> None:
    keys: Keys = credentials(server.data)
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert send(server, *form(server, who, 4 << 20)).startswith(b"HTTP/1.1 200 OK")
    forget_peak(server)
    before = peak(server)
    assert send(server, *form(server, who, SIZE)).startswith(b"HTTP/1.1 200 OK")
    assert peak(server) - before < ALLOWED
    found = client("s3", server.endpoint, keys).head_object(Bucket=BUCKET, Key="key")
    assert found["ContentLength"] == SIZE


def spooled(server: Running) -> int:
    """Bytes in bodies that are being received."""
    size = 0
    for file in server.data.glob("incoming-*"):
        with suppress(FileNotFoundError):  # its sender left
            size += file.stat().st_size
    return size


def test_uploads_under_way_are_not_held_either(server: Running) -> None:
    """What came before their sender was admitted is on the disk with the rest."""
    count, sent = 40, 2 << 20
    keys: Keys = credentials(server.data)
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    given = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-length": str(2 * sent)}
    request = signed(put(server, **given), who)
    lines = [f"PUT {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    forget_peak(server)
    before = peak(server)
    with ExitStack() as connections:
        for _ in range(count):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + bytes(sent))
        assert eventually(lambda: spooled(server) > count * (sent - 65536))
        forget_peak(server)
        assert peak(server) - before < count * sent * 3 // 4
    assert eventually(lambda: not spooled(server))


def test_a_large_body_that_is_refused_at_once_leaves_no_file(server: Running) -> None:
    keys: Keys = credentials(server.data)
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    given = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    host = server.endpoint.partition("//")[2]
    request = HttpRequest("POST", f"/{BUCKET}/key", "nothing", (("host", host), *given.items()))
    answer = send(server, signed(request, who), iter([CHUNK] * 3))
    assert answer.startswith((b"HTTP/1.1 405 ", b"HTTP/1.1 400 ")), answer
    assert eventually(lambda: not list(server.data.glob("incoming-*")), 2)


def read_by(server: Running) -> int:
    """Bytes that the process has read so far."""
    [line] = (
        line
        for line in Path(f"/proc/{server.process.pid}/io").read_text().splitlines()
        if line.startswith("rchar:")
    )
    return int(line.split()[1])


def test_no_more_of_an_object_is_read_for_a_client_that_left(server: Running) -> None:
    s3 = client("s3", server.endpoint, credentials(server.data))
    s3.put_object(Bucket=BUCKET, Key="left", Body=bytes(SIZE))
    before = read_by(server)
    s3.get_object(Bucket=BUCKET, Key="left")["Body"].close()
    assert not eventually(lambda: read_by(server) - before > SIZE // 2, 2)
    assert s3.get_object(Bucket=BUCKET, Key="left")["Body"].read() == bytes(SIZE)
    assert "Traceback" not in server.said
    assert "without" not in server.said


def test_readers_that_are_slow_are_not_held_in_memory(server: Running) -> None:
    """However large the objects are that they ask for."""
    count, keys = 300, credentials(server.data)
    client("s3", server.endpoint, keys).put_object(Bucket=BUCKET, Key="slow", Body=bytes(16 << 20))
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    host = server.endpoint.partition("//")[2]
    plain = HttpRequest(
        "GET", f"/{BUCKET}/slow", "", (("host", host), ("x-amz-content-sha256", EMPTY_SHA256))
    )
    request = signed(plain, who)
    lines = [f"GET {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    forget_peak(server)
    before = peak(server)
    with ExitStack() as connections:
        for _ in range(count):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert peak(server) - before < ALLOWED + count * 128 * 1024
