"""Bytes at rest: what is sealed opens, in whole and in part, and nothing that was changed does."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.proofs import sealed_bytes
from watchword.proofs.keyring import Unopenable
from watchword.proofs.sealed_bytes import (
    CHUNK,
    HEAD,
    MasterKey,
    Span,
    of_server,
    plain_size,
    sealed_size,
)

KEY = of_server(bytes(32))
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]
TAG = 16
LOCKED = b"another kind key"
"""The magic of another kind of key."""


def sealed(data: bytes, key: MasterKey = KEY, step: int = 1 << 20) -> bytes:
    return b"".join(key.seal((data[at : at + step] for at in range(0, len(data), step)), os.urandom))


def opened(
    stream: bytes, start: int = 0, end: int | None = None, key: MasterKey = KEY, step: int = 999
) -> bytes:
    size = plain_size(len(stream))
    span = Span(start, size if end is None else end, size)
    first, last = span.sealed

    def pieces() -> Iterator[bytes]:
        for at in range(first, last, step):
            yield stream[at : min(at + step, last)]

    return b"".join(key.open(stream[:HEAD]).pieces(pieces(), span))


@pytest.mark.parametrize("size", EDGES)
@pytest.mark.parametrize("step", [1000, CHUNK, 1 << 20])
def test_what_is_sealed_opens(size: int, step: int) -> None:
    data = os.urandom(size)
    stream = sealed(data, step=step)
    assert len(stream) == sealed_size(size)
    assert plain_size(len(stream)) == size
    assert opened(stream, step=step) == data
    assert size < CHUNK or data[:CHUNK] not in stream


@given(st.integers(0, 3 * CHUNK), st.integers(1, 3 * CHUNK))
def test_a_part_is_read_alone(start: int, length: int) -> None:
    data = DATA
    end = min(start + length, len(data))
    assert opened(STREAM, start, end) == data[start:end]
    first, last = Span(start, end, len(data)).sealed
    assert last - first <= (end - start) + 2 * (CHUNK + TAG)


DATA = os.urandom(3 * CHUNK + 7)
STREAM = sealed(DATA)


@given(st.integers(0, len(STREAM) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused(at: int, change: int) -> None:
    changed = STREAM[:at] + bytes([STREAM[at] ^ change]) + STREAM[at + 1 :]
    with pytest.raises(Unopenable):
        opened(changed)


def test_chunks_open_in_their_place_alone() -> None:
    first, second, rest = (
        STREAM[HEAD : HEAD + CHUNK + TAG],
        STREAM[HEAD + CHUNK + TAG : HEAD + 2 * (CHUNK + TAG)],
        STREAM[HEAD + 2 * (CHUNK + TAG) :],
    )
    head = STREAM[:HEAD]
    for body in (
        second + first + rest,
        first + first + rest,
        first,
        first + second,
        first + second + rest + first,
    ):
        with pytest.raises(Unopenable):
            opened(head + body)
    other = sealed(DATA)
    with pytest.raises(Unopenable):
        opened(other[:HEAD] + STREAM[HEAD:])


@pytest.mark.parametrize("length", [0, 1, HEAD, HEAD + TAG - 1, HEAD + CHUNK + TAG + 1])
def test_what_is_no_stream_is_refused(length: int) -> None:
    with pytest.raises(Unopenable):
        plain_size(length)


def test_another_key_or_kind_of_key_does_not_open() -> None:
    for key in (of_server(b"1" * 32), MasterKey(LOCKED, bytes(32)), MasterKey(LOCKED, KEY.material)):
        with pytest.raises(Unopenable):
            opened(STREAM, key=key)
    with pytest.raises(Unopenable):
        KEY.open(b"")
    assert opened(sealed(b"data", MasterKey(LOCKED, b"k" * 32)), key=MasterKey(LOCKED, b"k" * 32)) == b"data"


def test_bytes_that_end_early_are_refused() -> None:
    span = Span(0, len(DATA), len(DATA))
    with pytest.raises(Unopenable):
        list(KEY.open(STREAM[:HEAD]).pieces((STREAM[HEAD : HEAD + CHUNK + TAG],), span))


def test_no_two_streams_are_alike() -> None:
    assert sealed(b"data") != sealed(b"data")
    assert repr(KEY.material) not in repr(KEY)
    assert sealed_bytes.CHUNK == CHUNK


def test_a_stream_opens_only_as_what_it_is_bound_to() -> None:
    bound = KEY.bound(b"one")
    stream = sealed(DATA, bound)
    assert opened(stream, 5, 70_000, bound) == DATA[5:70_000]
    for key in (KEY, KEY.bound(b"other"), KEY.bound(b"on"), KEY.bound(b"")):
        with pytest.raises(Unopenable):
            opened(stream, key=key)
    with pytest.raises(Unopenable):
        opened(STREAM, key=bound)
    unbound = stream[:HEAD].replace(bound.magic, KEY.magic) + stream[HEAD:]
    with pytest.raises(Unopenable):
        opened(unbound)
