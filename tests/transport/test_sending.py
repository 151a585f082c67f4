"""Answers in pieces: whole or cut, a window at a time, and no more in memory than all windows may have."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names import HttpResponse
from watchword.transport.sending import Sending
from watchword.transport.windows import LARGEST, ROOM, SMALLEST, Windows

CUT = b"(cut)"
PIECE = b"x" * SMALLEST


class Client:
    """A transport whose other end takes everything, or nothing after the first window."""

    def __init__(self, *, slow: bool = False) -> None:
        self.taken: list[bytes] = []
        self.slow = slow
        self.over = asyncio.Event()

    def writelines(self, pieces: list[bytes]) -> None:
        self.taken.append(b"".join(pieces))

    def abort(self) -> None:
        self.taken.append(CUT)
        self.over.set()

    def is_closing(self) -> bool:
        return False


def sent(
    pieces: Iterator[bytes], length: int, *, slow: bool = False, windows: Windows | None = None
) -> list[bytes]:
    """What a client gets of an answer that says it has that length."""

    async def send() -> list[bytes]:
        client = Client(slow=slow)
        response = HttpResponse(200, (("content-length", str(length)),), pieces)

        def heard(size: int, *, last: bool) -> None:
            if last or client.slow:
                client.over.set()
            else:
                sending.go_on()

        with ThreadPoolExecutor(1) as threads:
            transport: asyncio.Transport = client  # type: ignore[assignment]
            sending = Sending(response, transport, threads, windows or Windows(), heard)
            sending.go_on()
            await client.over.wait()
            sending.end()
        return client.taken

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("pieces", "length", "taken"),
    [
        ([b"ab", b"cd"], 4, [b"abcd"]),
        ([], 0, []),
        ([b"ab", b"cd"], 5, [CUT]),
        ([b"ab", b"cd"], 3, [CUT]),
        ([b"ab", b"cd"], 2, [CUT]),
        ([b"ab"], 0, [CUT]),
        ([PIECE] * 16, LARGEST, [PIECE * 16]),
        ([PIECE] * 17, LARGEST + SMALLEST, [PIECE * 16, PIECE]),
        ([PIECE] * 17, LARGEST, [CUT]),
        ([PIECE] * 16, LARGEST + 1, [PIECE * 16, CUT]),
        ([PIECE * 16, b"y" * 5], LARGEST + 5, [PIECE * 16, b"y" * 5]),
    ],
)
def test_an_answer_is_as_long_as_it_says_or_cut(pieces: list[bytes], length: int, taken: list[bytes]) -> None:
    assert sent(iter(pieces), length) == taken


def test_what_cannot_be_read_cuts_the_answer() -> None:
    def source() -> Iterator[bytes]:
        yield b"ab"
        raise ValueError("a chunk was changed")

    assert sent(source(), 4) == [CUT]


def test_nothing_is_read_before_the_last_window_was_taken() -> None:
    read = []

    def source() -> Iterator[bytes]:
        while True:
            read.append(threading.current_thread().name)
            yield PIECE

    assert len(sent(source(), 1 << 40, slow=True)) == 1
    assert len(read) == LARGEST // SMALLEST


def test_an_ended_answer_leaves_its_room() -> None:
    windows = Windows()
    sent(iter([PIECE] * 40), 40 * SMALLEST, windows=windows)
    assert windows.held == 0
    sent(iter([PIECE]), 1, windows=windows)
    assert windows.held == 0


@given(st.lists(st.integers(0, 400), max_size=2000))
def test_all_windows_together_are_bounded(turns: list[int]) -> None:
    windows, open_ = Windows(), dict[int, int]()
    for turn in turns:
        open_[turn] = windows.next(open_.get(turn, 0))
        assert SMALLEST <= open_[turn] <= LARGEST
        assert windows.held == sum(open_.values()) <= ROOM + len(open_) * SMALLEST
    for window in open_.values():
        windows.leave(window)
    assert windows.held == 0
