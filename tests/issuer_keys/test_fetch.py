"""A fetch from an issuer that hangs, lies, redirects, or leads to a private address."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from watchword.issuer_keys import fetch as fetching
from watchword.issuer_keys.fetch import FetchError, fetch, is_public

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def answering(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """The URL of a server that does this with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65536)
                        answer(connection)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def get(url: str) -> bytes:
    return fetch(url, 100, private=True, thumbprints=())


def said(text: bytes) -> Callable[[socket.socket], object]:
    return lambda connection: connection.sendall(text)


def drip(connection: socket.socket) -> None:
    """A header that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


ANSWERS = {
    "a redirect": (said(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"), "it answers 302"),
    "an error": (said(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), "it answers 500"),
    "nothing": (said(b""), "RemoteDisconnected|closed connection"),
    "no HTTP": (said(b"\x15\x03\x01\x00\x02\x02\x0a"), "keys: "),
    "too much": (said(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101), "more than 100 bytes"),
    "too much, in a chunk": (
        said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + b"x" * 4095), "more than 100"
    ),
    "a length that lies": (said(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx"), "ends too early"),
    "a header without end": (said(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000), "got more than 65536"),
    "a byte at a time": (drip, "it took longer|timed out"),
    "silence": (lambda _: time.sleep(1), "timed out"),
}  # fmt: skip


def test_an_answer() -> None:
    with answering(said(OK)) as url:
        assert get(url) == b"{}"


@pytest.mark.parametrize(("answer", "why"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket], object], why: str
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    with answering(answer) as url, pytest.raises(FetchError, match=why):
        get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/keys",
        "https://example.com:8443/keys",
        "https://ann@example.com/keys",
        "https://example.com/keys#x",
        "https://example.com/\r\nHost: x",
        "https:///keys",
        "https://example.com:x/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "",
    ],
)
def test_what_is_no_url_of_keys(url: str) -> None:
    with pytest.raises(FetchError, match=r"usable URL|must be https"):
        fetch(url, 100, private=False, thumbprints=())


PRIVATE = """
    127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    ::1 :: fe80::1 fe80::1%eth0 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
    64:ff9b::a00:1 64:ff9b:1::a00:1 2002:a00:1::1 2001:db8::1
""".split()  # noqa: SIM905 a table of addresses


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_reached(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(FetchError, match="isn't public"):
        fetch("https://example.com/keys", 100, private=False, thumbprints=())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_a_public_address(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("93.184.216.34", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(FetchError, match=r"10\.0\.0\.1 isn't public"):
        fetch("https://example.com/keys", 100, private=False, thumbprints=())
