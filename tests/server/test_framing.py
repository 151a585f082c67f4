"""Where requests begin and end (N44), and connections that never get there."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.server.harness import Running, bytes_answered, eventually, in_process

from watchword.gateway import ConnectionLimits
from watchword.names import HttpRequest, HttpResponse
from watchword.transport.pipeline import MAX_AHEAD
from watchword.transport.receive import MAX_HEADERS, MAX_IN_MEMORY, MAX_PARAMETERS
from watchword.transport.service import By

HOST = b"Host: localhost\r\n"
HEALTH = b"GET /_watchword/health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body


REFUSED = {
    "both lengths": post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "both lengths, the other way": post(
        b"Transfer-Encoding: chunked", b"Content-Length: 3", body=b"0\r\n\r\n"
    ),
    "bare line feeds": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a bare line feed": b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "two lengths": post(b"Content-Length: 3", b"Content-Length: 4", body=b"abcd"),
    "a list of lengths": post(b"Content-Length: 3, 3", body=b"abc"),
    "a negative length": post(b"Content-Length: -3"),
    "a length with a sign": post(b"Content-Length: +3", body=b"abc"),
    "a length that is no number": post(b"Content-Length: 0x3", body=b"abc"),
    "a length beyond 64 bits": post(b"Content-Length: 99999999999999999999999"),
    "an unknown coding": post(b"Transfer-Encoding: gzip", body=b"abc"),
    "chunked, but not last": post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    "two codings": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "a chunk beyond 64 bits": post(b"Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\n"),
    "a chunk of no size": post(b"Transfer-Encoding: chunked", body=b"x\r\n"),
    "a chunk longer than it says": post(b"Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n"),
    "a chunk ended by a line feed": post(b"Transfer-Encoding: chunked", body=b"1\na\n0\n\n"),
    "a folded header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
    "a folded header, tab": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n\tb\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    "NUL in the target": b"GET /a\0b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n" + HOST + b": x\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n",
    "a raw byte in the target": b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT localhost:22 HTTP/1.1\r\n" + HOST + b"\r\n",
    "another version": b"GET / HTTP/3.7\r\n" + HOST + b"\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "noise": b"\0\xff\xfe\r\n\r\n",
    "a target of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "an upgrade with a body": post(
        b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 83", body=HEALTH
    ),
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_n44_what_cannot_be_framed_is_refused(kept: Running, sent: bytes) -> None:
    """The connection ends, so nothing after it is taken for another request."""
    answered = bytes_answered(kept.endpoint, sent, seconds=5)
    assert answered.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answered.count(b"HTTP/1.1") == 1
    assert b"Traceback" not in answered


def test_a_body_sent_later_is_not_the_next_request(kept: Running) -> None:
    head = post(b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 83")
    assert b"ready" not in bytes_answered(kept.endpoint, head, HEALTH)


def test_an_upgrade_is_ignored(kept: Running) -> None:
    asked = HEALTH.replace(b"Connection: close", b"Connection: upgrade\r\nUpgrade: websocket")
    assert bytes_answered(kept.endpoint, asked, seconds=0.5).startswith(b"HTTP/1.1 200 OK")
    assert "Upgrade" not in kept.said
    assert "upgrade" not in kept.said


def test_an_answer_to_head_has_no_body(kept: Running) -> None:
    answered = bytes_answered(kept.endpoint, HEALTH.replace(b"GET", b"HEAD"))
    assert b"content-length: 18\r\n" in answered
    assert answered.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_answer_states_its_length(kept: Running, version: bytes) -> None:
    answered = bytes_answered(kept.endpoint, HEALTH.replace(b"1.1", version))
    assert b"content-length: 18" in answered
    assert b"transfer-encoding" not in answered


def test_a_request_behind_an_upgrade_is_answered(kept: Running) -> None:
    upgrade = b"GET /_watchword/health HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert bytes_answered(kept.endpoint, upgrade * 3 + HEALTH).count(b"HTTP/1.1 200 OK") == 4


def test_requests_in_one_packet_are_answered_in_their_order(kept: Running) -> None:
    first = b"GET /_watchword/nothing HTTP/1.1\r\n" + HOST + b"\r\n"
    answered = bytes_answered(kept.endpoint, first * 3 + HEALTH)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answered) == [b"404", b"404", b"404", b"200"]


def test_what_can_be_answered_at_once_waits_for_what_cannot(kept: Running) -> None:
    slow = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    quick = b"GET /_watchword/nothing HTTP/1.1\r\n" + HOST + b"\r\n"
    answered = bytes_answered(kept.endpoint, quick + slow + quick + slow + HEALTH)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answered) == [b"404", b"403", b"404", b"403", b"200"]


def test_what_follows_a_request_that_closes_is_not_looked_at(kept: Running) -> None:
    assert bytes_answered(kept.endpoint, HEALTH + HEALTH).count(b"HTTP/1.1") == 1
    assert bytes_answered(kept.endpoint, HEALTH + b"\0noise\r\n\r\n").count(b"HTTP/1.1") == 1


def test_noise_behind_a_request_is_refused_after_its_answer(kept: Running) -> None:
    request = b"GET /_watchword/health HTTP/1.1\r\n" + HOST + b"\r\n"
    answered = bytes_answered(kept.endpoint, request * 2 + b"\0noise\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d+)", answered) == [b"200", b"200", b"400"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [(b"GET /_watchword/health HTTP/1.1\r\n", b"200"), (b"GET / HTTP/1.1\r\n", b"403")],
    ids=["at once", "by a thread"],
)
def test_a_client_far_ahead_of_its_answers_is_refused(kept: Running, asked: bytes, status: bytes) -> None:
    answered = bytes_answered(kept.endpoint, (asked + HOST + b"\r\n") * 2 * MAX_AHEAD)
    [*before, last] = re.findall(rb"HTTP/1\.1 (\d+)", answered)
    assert last == b"400"
    assert set(before) <= {status}
    assert len(before) <= MAX_AHEAD


def test_a_client_a_little_ahead_of_its_answers_is_answered(kept: Running) -> None:
    request = b"GET /_watchword/health HTTP/1.1\r\n" + HOST + b"\r\n"
    answered = bytes_answered(kept.endpoint, *[request * 60] * 4, HEALTH)
    assert answered.count(b"HTTP/1.1 200 OK") == 241


def test_a_head_that_is_too_long_is_refused_in_its_protocol(kept: Running) -> None:
    asked = HEALTH[:-2] + (b"x: " + b"y" * 997 + b"\r\n") * 66 + b"\r\n"
    assert b"<Code>EntityTooLarge</Code>" in bytes_answered(kept.endpoint, asked)


def test_more_headers_than_anybody_needs_are_refused(kept: Running) -> None:
    head = HEALTH[:-2] + b"x: y\r\n" * MAX_HEADERS
    assert b"<Code>EntityTooLarge</Code>" in bytes_answered(kept.endpoint, head + b"\r\n")
    assert bytes_answered(kept.endpoint, head, seconds=5).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(("count", "status"), [(MAX_PARAMETERS, 200), (MAX_PARAMETERS + 1, 400)])
def test_a_query_has_no_more_parameters_than_anybody_needs(kept: Running, count: int, status: int) -> None:
    asked = HEALTH.replace(b"health", b"health?" + b"&".join([b"a="] * count))
    assert bytes_answered(kept.endpoint, asked).startswith(b"HTTP/1.1 %d " % status)


def test_a_client_that_leaves_before_its_answers_is_no_error(kept: Running) -> None:
    slow = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", kept.port)) as connection:
            connection.sendall(slow * 20)
    assert bytes_answered(kept.endpoint, HEALTH).startswith(b"HTTP/1.1 200 OK")
    assert "Traceback" not in kept.said


@pytest.mark.parametrize("end", [1, 20, 60, 100, len(post(b"Content-Length: 4")) + 2])
def test_a_small_request_may_come_in_pieces(kept: Running, end: int) -> None:
    asked = (
        post(b"Content-Length: 4", body=b"a=bc").replace(b"POST / ", b"POST /_watchword/nothing ") + HEALTH
    )
    answered = bytes_answered(kept.endpoint, asked[:end], asked[end:])
    assert re.findall(rb"HTTP/1\.1 (\d+)", answered) == [b"404", b"200"]


def test_an_absolute_target_is_read_by_its_path(kept: Running) -> None:
    answered = bytes_answered(kept.endpoint, HEALTH.replace(b"GET /", b"GET http://elsewhere.example/"))
    assert answered.startswith(b"HTTP/1.1 200 OK")


def until_cut_off(server: Running, start: bytes, more: bytes) -> int:
    """Bytes sent before the server had enough of them."""
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port)) as connection, suppress(OSError):
        connection.sendall(start)
        while sent < 1 << 30:
            sent += connection.send(more)
    return sent


def test_a_head_without_end_is_cut_off(kept: Running) -> None:
    """The server holds some hundred kilobytes of it at most, and goes on serving others."""
    sent = until_cut_off(kept, b"GET / HTTP/1.1\r\nX: ", b"a" * 65536)
    assert sent < 20_000_000  # what the kernel took besides
    assert bytes_answered(kept.endpoint, HEALTH).startswith(b"HTTP/1.1 200 OK")


def test_many_headers_are_cut_off(kept: Running) -> None:
    assert until_cut_off(kept, b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 10_000) < 20_000_000


@pytest.mark.parametrize(
    ("start", "more"),
    [(b"0\r\nX: ", b"a" * 65536), (b"0\r\n", b"A: b\r\n" * 10_000), (b"1;x=", b"a" * 65536)],
    ids=["a trailer", "many trailers", "an extension of a chunk"],
)
def test_what_never_becomes_a_body_is_cut_off(kept: Running, start: bytes, more: bytes) -> None:
    chunked = post(b"Transfer-Encoding: chunked", body=start)
    assert until_cut_off(kept, chunked, more) < 20_000_000
    assert bytes_answered(kept.endpoint, HEALTH).startswith(b"HTTP/1.1 200 OK")


# --- the slow --------------------------------------------------------------------------------------------


IMPATIENT, PATIENT = 0.2, 1.0
"""Seconds; the second for what must not end, on a busy machine either."""
LONGER_SECONDS = 1.2
"""Longer than either."""


LARGE = 8 << 20
AT_ONCE = {
    "/at-once": HttpResponse(204),
    "/line-feed": HttpResponse(200, (("x-said", "a\nx-forged: b"), ("content-length", "0"))),
    "/return": HttpResponse(200, (("x-said", "a\rx-forged: b"), ("content-length", "0"))),
    "/large-at-once": HttpResponse(200, (("content-length", str(16 << 20)),), b"x" * (16 << 20)),
}


def of_length(length: int, *pieces: bytes) -> HttpResponse:
    return HttpResponse(200, (("content-length", str(length)),), pieces)


class EchoesLength:
    """Answers some paths at once, and any other with the length of the request's body."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []

    def at_once(
        self,
        request: HttpRequest,
        deliver: Callable[[HttpResponse], None],
        error: Exception | None = None,
    ) -> By:
        self.asked.append(request)
        if error is not None or request.path not in AT_ONCE:
            return By.THREAD
        deliver(AT_ONCE[request.path])
        return By.EVENT_LOOP

    def answer(self, request: HttpRequest) -> HttpResponse:
        size = str(request.body.size).encode()
        match request.path:
            case "/takes-time":
                time.sleep(LONGER_SECONDS)
            case "/large":
                return of_length(LARGE, bytes(LARGE // 2), bytes(LARGE // 2))
            case "/short":
                return of_length(100, bytes(50))
            case "/long":
                return of_length(100, bytes(50), bytes(51))
            case "/broken":
                raise OSError("the inside")
        return HttpResponse(200, (("content-length", str(len(size))),), size)

    def admit(self, request: HttpRequest) -> None:
        """Admits anyone."""


@contextmanager
def echoing(folder: Path, seconds: float) -> Iterator[tuple[EchoesLength, str]]:
    app = EchoesLength()
    with in_process(app, folder, ConnectionLimits(seconds=seconds)) as (_, endpoint):
        yield app, endpoint


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a server that waits 0.2 s."""
    with echoing(tmp_path_factory.mktemp("spool"), IMPATIENT) as (_, endpoint):
        yield endpoint


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EchoesLength, str]]:
    """A server that waits 1 s, and its endpoint."""
    with echoing(tmp_path_factory.mktemp("spool"), PATIENT) as found:
        yield found


@pytest.fixture
def patient(echo: tuple[EchoesLength, str]) -> str:
    return echo[1]


@pytest.mark.parametrize("path", [b"/line-feed", b"/return"])
def test_a_header_never_becomes_two(patient: str, path: bytes) -> None:
    asked = b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    answered = bytes_answered(patient, asked)
    assert answered.startswith(b"HTTP/1.1 500 ")
    assert b"x-forged" not in answered


@pytest.mark.parametrize("path", [b"/short", b"/long"])
def test_an_answer_that_is_not_as_long_as_it_says_is_cut_off(patient: str, path: bytes) -> None:
    """Of its window nothing is sent: this one has no other."""
    answered = bytes_answered(patient, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answered.startswith(b"HTTP/1.1 200 ")
    assert answered.endswith(b"\r\n\r\n")


def test_a_defect_is_answered(patient: str) -> None:
    answered = bytes_answered(patient, b"GET /broken HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 500 ")
    assert b"inside" not in answered


S3 = b"Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, Signature=b"


def test_a_large_body_is_in_a_file(echo: tuple[EchoesLength, str]) -> None:
    app, endpoint = echo
    size = MAX_IN_MEMORY + 1
    asked = post(S3, b"Connection: close", b"Content-Length: %d" % size, body=b"a" * size)
    assert bytes_answered(endpoint, asked).endswith(b"\r\n\r\n%d" % size)
    assert app.asked[-1].body.file
    assert not app.asked[-1].body.file.exists()


@pytest.mark.parametrize("length", [b"Content-Length: 3", b"Transfer-Encoding: chunked"])
def test_a_small_body_may_be_answered_at_once_however_it_is_framed(patient: str, length: bytes) -> None:
    body = b"abc" if length.endswith(b"3") else b"3\r\nabc\r\n0\r\n\r\n"
    asked = post(length, b"Connection: close", body=body).replace(b"POST / ", b"POST /at-once ")
    assert bytes_answered(patient, asked).startswith(b"HTTP/1.1 204 ")


def test_a_trailer_is_no_header(echo: tuple[EchoesLength, str]) -> None:
    app, endpoint = echo
    body = b"3\r\nabc\r\n0\r\nX-Amz-Acl: public-read\r\n\r\n"
    asked = post(b"Transfer-Encoding: chunked", b"Connection: close", body=body)
    assert bytes_answered(endpoint, asked).endswith(b"\r\n\r\n3")
    assert app.asked[-1].header("x-amz-acl") is None


def test_no_answer_is_made_while_the_last_one_is_not_read(echo: tuple[EchoesLength, str]) -> None:
    app, endpoint = echo
    large = b"GET /large-at-once HTTP/1.1\r\n" + HOST + b"\r\n"
    last = large.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    before = len(app.asked)
    with socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])), 10) as connection:
        connection.sendall(large + last)
        assert connection.recv(10)
        assert len(app.asked) == before + 1
        answered = 0
        while piece := connection.recv(1 << 20):
            answered += len(piece)
    assert len(app.asked) == before + 2
    assert answered > 2 * (16 << 20)


def test_an_idle_client_is_disconnected(patient: str) -> None:
    asked = b"GET /at-once HTTP/1.1\r\n" + HOST + b"\r\n"
    with socket.create_connection(("127.0.0.1", int(patient.rpartition(":")[2])), 10) as connection:
        for _ in range(2):
            connection.sendall(asked)
            assert connection.recv(1000).startswith(b"HTTP/1.1 204 ")
        assert connection.recv(1000) == b""


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\nHo", post(b"Content-Length: 10"), post(b"Content-Length: 10", body=b"abc")],
)
def test_a_client_that_stops_sending_is_disconnected(impatient: str, sent: bytes) -> None:
    host, port = impatient.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(sent)
        assert connection.recv(100) == b""


def test_a_head_that_trickles_is_disconnected(impatient: str) -> None:
    host, port = impatient.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.setblocking(False)

        def cut_off() -> bool:
            try:
                connection.send(b"GET / HTTP/1.1\r\nX: "[:1] if not sent else b"a")
                sent.append(1)
                return connection.recv(1) == b""
            except BlockingIOError:
                return False
            except OSError:
                return True

        sent: list[int] = []
        assert eventually(cut_off)


@contextmanager
def asked_for_much(endpoint: str) -> Iterator[socket.socket]:
    """A connection that a large answer comes over, a little at a time."""
    host, port = endpoint.removeprefix("http://").split(":")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connection.connect((host, int(port)))
        connection.sendall(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
        yield connection


def test_a_client_that_reads_nothing_of_an_answer_is_disconnected(impatient: str) -> None:
    with asked_for_much(impatient) as connection:

        def cut_off() -> bool:
            try:
                connection.send(b"\r\n")
            except OSError:
                return True
            return False

        assert eventually(cut_off, 5)


def test_a_client_that_reads_slowly_gets_the_whole_answer(patient: str) -> None:
    with asked_for_much(patient) as connection:
        taken = 0
        while taken < LARGE and (piece := connection.recv(LARGE // 32)):
            taken += len(piece)
            time.sleep(3 * LONGER_SECONDS * len(piece) / LARGE)
    assert taken >= LARGE


def test_noise_is_not_answered_within_an_answer(patient: str) -> None:
    with asked_for_much(patient) as connection:
        answered = connection.recv(LARGE // 32)
        connection.sendall(b"\0noise\r\n\r\n")
        with suppress(ConnectionResetError):
            while piece := connection.recv(LARGE // 32):
                answered += piece
    assert answered.count(b"HTTP/1.1") == 1


def test_a_body_that_trickles_is_fine(patient: str) -> None:
    pieces = (post(b"Content-Length: 6", b"Connection: close"), *[b"a"] * 6)
    between = LONGER_SECONDS / (len(pieces) - 1)
    assert bytes_answered(patient, *pieces, between=between).endswith(b"\r\n\r\n6")


def test_an_answer_that_takes_time_is_fine(patient: str) -> None:
    asked = post(b"Content-Length: 0", b"Connection: close").replace(b"POST / ", b"POST /takes-time ")
    assert bytes_answered(patient, asked).endswith(b"\r\n\r\n0")
