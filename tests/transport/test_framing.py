"""Bytes become requests, however they are cut."""

import gc
import weakref
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.transport.framing import Framing, Malformed
from watchword.transport.receive import Incoming, Peer

PEER = Peer("192.0.2.1", secure=False, tls="")
TWO = (
    b"PUT /a?b=c HTTP/1.1\r\nHost: x\r\nX-Said: \t a\xa0b \t\xa0 \r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n"
    b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd"
)


def framed(spool: Path, *pieces: bytes) -> list[Incoming]:
    begun: list[Incoming] = []
    framing = Framing(PEER, spool, begun.append)
    for now, piece in enumerate(pieces):
        framing.feed(piece, now)
    for incoming in begun:
        incoming.finish()
    return begun


@pytest.mark.parametrize("cut", range(len(TWO)))
def test_requests_are_the_same_wherever_they_are_cut(tmp_path: Path, cut: int) -> None:
    first, second = framed(tmp_path, TWO[:cut], TWO[cut:])
    assert (first.request.method, first.request.path, first.request.query) == ("PUT", "/a", "b=c")
    headers = (("host", "x"), ("x-said", "a\xa0b \t\xa0"), ("transfer-encoding", "chunked"))
    assert (first.request.headers, first.request.body.data) == (headers, b"abcde")
    assert (second.request.path, second.request.body.data) == ("/", b"abcd")
    assert (first.whole, first.keep_alive, second.whole, second.keep_alive) == (True, True, True, False)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [(b"http://h", "/", ""), (b"http://h?b=c", "/", "b=c"), (b"http://h/a?b", "/a", "b"), (b"*", "*", "")],
)
def test_targets_that_name_a_host(tmp_path: Path, target: bytes, path: str, query: str) -> None:
    [incoming] = framed(tmp_path, b"OPTIONS %b HTTP/1.1\r\nHost: h\r\n\r\n" % target)
    assert (incoming.request.path, incoming.request.query) == (path, query)


@pytest.mark.parametrize("names", [(b"Host", b"host"), (b"Host", b"X", b"HOST")])
def test_a_request_has_one_host(tmp_path: Path, names: tuple[bytes, ...]) -> None:
    lines = b"".join(b"%b: a\r\n" % name for name in names)
    with pytest.raises(Malformed):
        framed(tmp_path, b"GET / HTTP/1.1\r\n%b\r\n" % lines)
    assert len(framed(tmp_path, b"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\nx: c\r\n\r\n")) == 1


@pytest.mark.parametrize(("version", "told"), [(b"1.0", False), (b"1.1", True)])
def test_only_clients_that_know_of_it_are_told_to_continue(
    tmp_path: Path, version: bytes, told: bool
) -> None:
    head = b"POST / HTTP/%b\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n" % version
    [incoming] = framed(tmp_path, head)
    assert incoming.continues is told


@pytest.mark.parametrize("version", [b"0.9", b"1.0", b"2.0"])
@pytest.mark.parametrize("header", [b"", b"Connection: keep-alive\r\n", b"Proxy-Connection: keep-alive\r\n"])
def test_no_other_version_keeps_its_connection(tmp_path: Path, version: bytes, header: bytes) -> None:
    """Headers can ask for it in HTTP/1.0, which isn't offered."""
    [incoming] = framed(tmp_path, b"GET / HTTP/%b\r\n%bHost: h\r\n\r\n" % (version, header))
    assert not incoming.keep_alive


def test_what_was_read_is_freed_with_its_connection(tmp_path: Path) -> None:
    """Not when the garbage collector comes by: many heads of 300 KB would be held until then."""
    framing = Framing(PEER, tmp_path, lambda _: None)
    framing.feed(b"GET / HTTP/1.1\r\nX: " + 100_000 * b"a", 0)
    freed = weakref.ref(framing)
    gc.disable()
    try:
        framing.drop()
        del framing
        assert freed() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("behind", [TWO, b"\0noise"])
def test_nothing_behind_a_request_that_closes_is_looked_at(tmp_path: Path, behind: bytes) -> None:
    assert len(framed(tmp_path, TWO + behind)) == 2


PARTS = [
    *(
        b"GET / HTTP/1.1\r\n",
        b"POST /a?b HTTP/1.0\r\n",
        b"Host: x\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"\0",
        b"\xff",
    ),
    *(b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"),
    *(
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
        b"Connection: close\r\n",
        b"3\r\n",
        b"abc",
        b"0\r\n",
        b": ",
    ),
]


@given(st.lists(st.sampled_from(PARTS), max_size=30), st.lists(st.integers(0, 200), max_size=4))
def test_whatever_comes_is_a_request_or_malformed(parts: list[bytes], cuts: list[int]) -> None:
    begun: list[Incoming] = []
    framing = Framing(PEER, Path("/nowhere"), begun.append)
    sent = b"".join(parts)
    ends = [*sorted(cuts), len(sent)]
    with suppress(Malformed):
        for start, end in pairwise([0, *ends]):
            framing.feed(sent[start:end], 0)
    assert all(one.whole for one in begun[:-1])
    assert sum(one.request.body.size for one in begun) == 0  # bodies are given at the end only
    assert len(begun) <= sent.count(b"HTTP/1.")


def test_a_defect_is_not_blamed_on_the_client(tmp_path: Path) -> None:
    def broken(_: Incoming) -> None:
        raise KeyError("a defect")

    with pytest.raises(Exception, match="callback") as raised:
        Framing(PEER, tmp_path, broken).feed(TWO, 0)
    assert not isinstance(raised.value, Malformed)
