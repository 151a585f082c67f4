"""However many connections come, a server holds little for unauthenticated senders and answers the others."""

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from tests.server.harness import (
    Draft,
    Keys,
    Line,
    Running,
    bytes_answered,
    client,
    credentials,
    endpoint_of,
    eventually,
    in_a_thread,
    in_process,
    journal,
    query,
    serve,
)

from watchword.app import open_world
from watchword.gateway import ConnectionLimits
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, HttpResponse
from watchword.serving import serving
from watchword.transport.connection_limits import MAX_HELD
from watchword.transport.receive import MAX_IN_MEMORY
from watchword.transport.service import By

HOST = b"Host: localhost\r\n"
HEALTH = b"GET /_watchword/health HTTP/1.1\r\n" + HOST + b"\r\n"
LAST = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
BUCKET = "limits"
ALMOST = b"a" * (MAX_IN_MEMORY - 1)

UNFINISHED = {
    "bodies": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % MAX_IN_MEMORY + ALMOST,
    "bodies in chunks": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % MAX_IN_MEMORY
    + ALMOST,
    "heads": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300_000,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("limits") / "data") as running:
        client("s3", running.endpoint, credentials(running.data)).create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture(scope="module")
def keys(server: Running) -> Keys:
    return credentials(server.data)


@contextmanager
def connected(port: int, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections, one after the other, that said this and wait."""
    with ExitStack() as connections:
        yield [connections.enter_context(said(port, sent)) for _ in range(count)]


def said(port: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 20)
    with suppress(ConnectionResetError, BrokenPipeError):  # the server doesn't take the rest
        connection.sendall(sent)
    return connection


def ended(connection: socket.socket) -> bool:
    """Whether the server ended the connection, whatever it said before."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def memory(server: Running, what: str = "VmHWM:") -> int:
    """The most that the process had since `forget_peak`, in bytes."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) << 10


def forget_peak(server: Running) -> None:
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def answers_meanwhile(server: Running, keys: Keys) -> None:
    """A small request, and one as large as the unfinished ones."""
    assert client("sts", server.endpoint, keys).get_caller_identity()["Account"]
    s3 = client("s3", server.endpoint, keys)
    s3.put_object(Bucket=BUCKET, Key="honest", Body=ALMOST)
    assert s3.get_object(Bucket=BUCKET, Key="honest")["Body"].read() == ALMOST


# --- what is held ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_unfinished_requests_are_held_up_to_a_limit(server: Running, keys: Keys, sent: bytes) -> None:
    count = 2 * MAX_HELD // len(sent)
    forget_peak(server)
    before = memory(server)
    with connected(server.port, count, sent) as unfinished:
        answers_meanwhile(server, keys)
        assert memory(server) - before < 1.5 * MAX_HELD
        assert eventually(lambda: sum(map(ended, unfinished)) >= count // 2)
        assert not ended(unfinished[-1])
    assert "Traceback" not in server.said


def test_the_oldest_request_is_evicted_and_told(server: Running) -> None:
    sent = UNFINISHED["bodies"]
    count = MAX_HELD // len(sent) + 2
    with connected(server.port, count, sent) as unfinished:
        assert eventually(lambda: ended(unfinished[1]))
        assert unfinished[0].recv(20).startswith(b"HTTP/1.1 503 ")
        assert not any(map(ended, unfinished[count // 2 :]))


def test_an_admitted_upload_is_not_evicted(server: Running, keys: Keys) -> None:
    body = bytes(3 << 20)
    given = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-length": str(len(body))}
    request = Draft("s3", "PUT", f"/{BUCKET}/known", headers=given).signed(server.endpoint, keys)
    lines = [f"PUT {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    with said(server.port, "\r\n".join([*lines, "", ""]).encode() + body[: 2 << 20]) as upload:
        assert eventually(lambda: list(server.data.glob("incoming-*")))
        sent = UNFINISHED["bodies"]
        with connected(server.port, 2 * MAX_HELD // len(sent), sent) as unfinished:
            assert eventually(lambda: ended(unfinished[0]))
        upload.sendall(body[2 << 20 :])
        assert upload.recv(1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", HEALTH], ids=["by a thread", "at once"])
def test_a_flood_of_requests_on_a_connection_is_not_taken(server: Running, sent: bytes) -> None:
    forget_peak(server)
    before = memory(server)
    with connected(server.port, 20, sent * (1_000_000 // len(sent))):
        began = time.monotonic()
        assert bytes_answered(server.endpoint, LAST).startswith(b"HTTP/1.1 200 OK")
        assert time.monotonic() - began < 5
    assert memory(server) - before < 32 << 20


def test_answers_are_not_made_far_ahead_of_their_reader(server: Running, keys: Keys) -> None:
    s3 = client("s3", server.endpoint, keys)
    s3.put_object(Bucket=BUCKET, Key="small", Body=bytes(60_000))
    assert s3.get_object(Bucket=BUCKET, Key="small")["Body"].read()  # from now on it is in memory
    request = Draft("s3", "GET", f"/{BUCKET}/small").signed(server.endpoint, keys)
    lines = [f"GET {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    asked = "\r\n".join([*lines, "", ""]).encode() * 99
    forget_peak(server)
    before = memory(server)
    with connected(server.port, 40, asked) as readers:
        assert bytes_answered(server.endpoint, LAST).startswith(b"HTTP/1.1 200 OK")
        assert memory(server) - before < 32 << 20
        taken = 0
        while taken < 99 * 60_000:
            taken += len(readers[0].recv(1 << 20))


# --- how many there are -----------------------------------------------------------------------------------


def test_idle_connections_do_not_keep_others_out(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (128, hard))
        keys = credentials(server.data)
        client("s3", server.endpoint, keys).create_bucket(Bucket=BUCKET)
        for sent in (b"", b"GET / HTTP/1.1\r\nX", HEALTH):
            with connected(server.port, 300, sent) as unfinished:
                answers_meanwhile(server, keys)
                assert eventually(lambda: sum(map(ended, unfinished)) >= 300 - 64)
                assert not ended(unfinished[-1])


# --- one thing at a time: a server of which we know what it does -----------------------------------------


LARGE = bytes(32 << 20)
AT_ONCE = {
    "/at-once": HttpResponse(204),
    "/large": HttpResponse(200, (("content-length", str(len(LARGE))),), LARGE),
}


class Slow:
    """Answers at once what it can, and everything else when it is let go, as it does with admitting.

    Who asks for /known is admitted from the first byte on.
    """

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.asked = 0

    def at_once(
        self,
        request: HttpRequest,
        deliver: Callable[[HttpResponse], None],
        error: Exception | None = None,
    ) -> By:
        found = HttpResponse(503, (("content-length", "0"),)) if error else AT_ONCE.get(request.path)
        if found:
            deliver(found)
        return By.EVENT_LOOP if found else By.THREAD

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.asked += 1
        self.go.acquire()
        body = LARGE if "large" in request.path else b""
        pieces = iter((body[: len(body) // 2], body[len(body) // 2 :]))
        headers = (("content-length", str(len(body))),)
        return HttpResponse(200, headers, pieces if request.path == "/known-large" else body)

    def admit(self, request: HttpRequest) -> None:
        if request.path != "/known":
            self.asked += 1
            self.go.acquire()


@contextmanager
def slowly(folder: Path, max_held: int) -> Iterator[tuple[Slow, int]]:
    """A server that is slow and takes four connections, and its port."""
    app = Slow()
    with in_process(app, folder, ConnectionLimits(4, max_held)) as (_, endpoint):
        try:
            yield app, int(endpoint.rpartition(":")[2])
        finally:
            app.go.release(100)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Slow, int]]:
    """With ten thousand bytes."""
    with slowly(tmp_path, 10_000) as server:
        yield server


def asking(body: bytes = b"", path: bytes = b"/", length: int | None = None) -> bytes:
    return b"POST %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n" % (
        path,
        HOST,
        len(body) if length is None else length,
    ) + (body)


def test_a_connection_that_is_being_answered_is_not_evicted(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with connected(port, 4, asking()) as busy:
        assert eventually(lambda: app.asked == 4)
        with said(port, b"") as late:
            assert late.recv(1000).startswith(b"HTTP/1.1 503 ")
        app.go.release(100)
        assert all(one.recv(1000).startswith(b"HTTP/1.1 200 ") for one in busy)


def test_an_idle_connection_is_evicted_for_a_new_one(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with connected(port, 3, asking()) as busy, said(port, asking(path=b"/at-once")) as idle:
        assert idle.recv(1000).startswith(b"HTTP/1.1 204 ")
        assert eventually(lambda: app.asked == 3)
        with said(port, asking()) as late:
            assert idle.recv(1000) == b""
            app.go.release(100)
            assert all(one.recv(1000).startswith(b"HTTP/1.1 200 ") for one in (*busy, late))


def expecting(path: bytes) -> bytes:
    """The head of an upload to S3 that waits to be told to go on, in chunks."""
    lines = HOST + S3 + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
    return b"PUT %b HTTP/1.1\r\n%b" % (path, lines)


def chunk(size: int) -> bytes:
    return b"%x\r\n%b\r\n" % (size, b"a" * size)


S3 = b"Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, S=b\r\n"
LARGER = b"PUT / HTTP/1.1\r\n" + HOST + S3 + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(MAX_IN_MEMORY + 1)


@pytest.mark.parametrize("sent", [expecting(b"/"), LARGER], ids=["waits for a 100", "is large"])
def test_a_connection_that_we_do_not_read_is_not_evicted(tmp_path: Path, sent: bytes) -> None:
    with slowly(tmp_path, 8 << 20) as (app, port), connected(port, 4, sent) as busy:
        assert eventually(lambda: app.asked == 4)
        with said(port, b"") as late:
            assert late.recv(1000).startswith(b"HTTP/1.1 503 ")
        app.go.release(100)
        for one in busy:
            if b"Expect" in sent:
                assert one.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            one.sendall(chunk(10) + b"0\r\n\r\n")
        assert all(one.recv(1000).startswith(b"HTTP/1.1 200 ") for one in busy)


def in_a_chunk(body: bytes) -> bytes:
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + framed


@pytest.mark.parametrize("cut", [0, 20], ids=["at once", "in two pieces"])
@pytest.mark.parametrize("framed", [asking, in_a_chunk], ids=["of a length", "in a chunk"])
def test_a_whole_body_is_charged_until_its_answer(
    slow: tuple[Slow, int], framed: Callable[[bytes], bytes], cut: int
) -> None:
    app, port = slow
    large = framed(b"a" * 9_000)
    with said(port, large[:cut]) as first, said(port, asking()) as small:
        time.sleep(0.05)  # another packet
        first.sendall(large[cut:])
        assert eventually(lambda: app.asked == 2)
        with said(port, asking(b"a" * 2_000)) as second:
            assert second.recv(1000).startswith(b"HTTP/1.1 503 ")
            app.go.release(100)
            assert first.recv(1000).startswith(b"HTTP/1.1 200 ")
            assert small.recv(1000).startswith(b"HTTP/1.1 200 ")
            second.sendall(asking(b"a" * 9_000))
            assert second.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_request_without_a_body_needs_no_room(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with said(port, asking(b"a" * 12_000)) as large, said(port, asking()) as small:
        assert eventually(lambda: app.asked == 1)
        app.go.release(100)
        assert large.recv(1000).startswith(b"HTTP/1.1 503 ")
        assert small.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_pipelined_body_is_charged_after_the_answer_before_it(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with said(port, asking() + asking(b"a" * 9_000)) as first:
        assert eventually(lambda: app.asked == 1)
        app.go.release()
        assert first.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert eventually(lambda: app.asked == 2)
        with said(port, asking(b"a" * 2_000)) as second:
            assert second.recv(1000).startswith(b"HTTP/1.1 503 ")


def test_the_body_of_an_admitted_sender_is_not_charged(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with said(port, expecting(b"/known")) as known:
        assert known.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        known.sendall(chunk(9_000))
        time.sleep(0.1)  # until it was read
        known.sendall(chunk(9_000))
        with said(port, asking(b"a" * 9_000)) as other:
            assert eventually(lambda: app.asked == 1)
            app.go.release(100)
            assert other.recv(1000).startswith(b"HTTP/1.1 200 ")
        known.sendall(b"0\r\n\r\n")
        assert known.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_body_without_room_is_told_503_when_nothing_can_be_evicted(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with said(port, asking(b"a" * 9_000)) as first:
        assert eventually(lambda: app.asked == 1)
        with said(port, asking(b"a" * 2_000, length=3_000)) as second:
            assert second.recv(1000).startswith(b"HTTP/1.1 503 ")
            assert second.recv(1000) == b""
        app.go.release(100)
        assert first.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_pipelined_body_without_room_ends_its_connection(slow: tuple[Slow, int]) -> None:
    app, port = slow
    with said(port, asking() + asking(b"a" * 12_000)) as connection:
        assert connection.recv(1000) == b""
        app.go.release(100)
    with said(port, asking(b"a" * 9_000)) as other:
        assert other.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_does_not_read_its_answer_is_evicted(slow: tuple[Slow, int]) -> None:
    _, port = slow
    with connected(port, 4, asking(path=b"/large")) as silent, said(port, asking(path=b"/at-once")) as late:
        assert late.recv(1000).startswith(b"HTTP/1.1 204 ")
        taken = 0
        with suppress(ConnectionResetError):
            while piece := silent[0].recv(1 << 20):
                taken += len(piece)
        assert taken < len(LARGE)


def test_authorized_clients_that_do_not_read_are_evicted_last(slow: tuple[Slow, int]) -> None:
    app, port = slow
    app.go.release(100)
    with (
        connected(port, 3, asking(path=b"/known-large")) as known,
        said(port, asking(b"", b"/some-large")) as one,
    ):
        assert eventually(lambda: app.asked == 4)
        time.sleep(0.2)  # until no more of it is taken
        with said(port, asking(path=b"/at-once")) as late:
            assert late.recv(1000).startswith(b"HTTP/1.1 204 ")
            assert eventually(lambda: ended(one))
            assert not any(map(ended, known))


def test_slow_clients_do_not_keep_others_out_though_authorized(slow: tuple[Slow, int]) -> None:
    """A hundred uploads that never end were enough, where 200 files may be open."""
    app, port = slow
    app.go.release(100)
    with connected(port, 4, expecting(b"/known")) as uploads:
        for one in uploads:
            assert one.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        slowest, *others = uploads
        for one in others:
            one.sendall(chunk(9_000))
        time.sleep(0.2)  # until it was read
        with said(port, asking(path=b"/at-once")) as late:
            assert late.recv(1000).startswith(b"HTTP/1.1 204 ")
            assert eventually(lambda: ended(slowest))
        for one in others:
            one.sendall(b"0\r\n\r\n")
            assert one.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_what_is_no_longer_held_is_no_longer_charged(slow: tuple[Slow, int]) -> None:
    """Answered at once, given up, or refused."""
    _, port = slow
    with connected(port, 3) as connections:
        for connection in connections:
            connection.sendall(asking(b"a" * 4_000, b"/at-once", 8_000))
            time.sleep(0.05)
            connection.sendall(b"a" * 4_000)
            assert connection.recv(1000).startswith(b"HTTP/1.1 204 ")
        assert not any(map(ended, connections))
    for _ in range(5):
        said(port, asking(b"a" * 4_000, length=8_000)).close()
        said(port, b"GET / HTTP/1.1\r\nX: " + b"a" * 4_000).close()


# --- and what the product says -----------------------------------------------------------------------------


@contextmanager
def limited(data: Path, limits: ConnectionLimits) -> Iterator[str]:
    """The endpoint of a server on the data."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        serving(open_world(Settings(data)), listener, limits=limits) as server,
        in_a_thread(server),
    ):
        yield endpoint_of(listener)


def test_an_authorized_reader_may_be_slow(tmp_path: Path) -> None:
    size = 16 << 20
    with limited(tmp_path / "data", ConnectionLimits(max_connections=4)) as endpoint:
        keys = credentials(tmp_path / "data")
        s3 = client("s3", endpoint, keys)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="large", Body=bytes(size))
        s3.close()
        request = Draft("s3", "GET", f"/{BUCKET}/large").signed(endpoint, keys)
        lines = [f"GET {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
        port = int(endpoint.rpartition(":")[2])
        with ExitStack() as readers:
            reading = [readers.enter_context(slow_reader(port)) for _ in range(3)]
            for one in reading:
                one.sendall("\r\n".join([*lines, "", ""]).encode())
            time.sleep(0.3)  # until no more of it is taken
            with connected(port, 2):
                assert bytes_answered(endpoint, LAST).startswith(b"HTTP/1.1 200 ")
            for one in reading:
                taken = 0
                while taken < size:
                    taken += len(one.recv(1 << 20))


def slow_reader(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    return connection


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The endpoint of a server that holds ten thousand bytes, and its data."""
    data = tmp_path_factory.mktemp("tight") / "data"
    with limited(data, ConnectionLimits(4, 10_000)) as endpoint:
        yield endpoint, data


@pytest.mark.parametrize(
    ("draft", "status", "code"),
    [
        (Draft("s3", "PUT", "/bucket/key", body=b"a" * 12_000), 503, "SlowDown"),
        (query("iam", "CreateUser", UserName="a" * 12_000), 400, "Throttling"),
    ],
    ids=["s3", "iam"],
)
def test_a_whole_request_is_refused_in_its_protocol(
    tight: tuple[str, Path], draft: Draft, status: int, code: str
) -> None:
    endpoint, data = tight
    keys = {"AccessKeyId": "AKIA" + "A" * 16, "SecretAccessKey": "a" * 40}
    with Line(endpoint) as line:
        answer = line.send(draft.signed(endpoint, keys))
        assert (answer.status, answer.code) == (status, code)
        assert line.send(query("sts", "GetCallerIdentity").request(endpoint)).status == 403
    assert any(event["requestID"] == answer.request_id for event in journal(data))


def test_health_is_answered_meanwhile(tight: tuple[str, Path]) -> None:
    assert bytes_answered(tight[0], LAST).startswith(b"HTTP/1.1 200 OK")
