"""The journal from its end: the lines that have a text, newest first, without reading what is skipped.

Files are mapped into memory and searched in pieces. So other threads run meanwhile, and a reader can stop
after any piece and go on there later. A position in a file is an offset: what is before it wasn't looked at.

The zeros of a reserve (`audit_file`) aren't mapped: they go when it is closed, and reading a page that
has gone kills the process (SIGBUS).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from watchword.store.audit_file import opened

PIECE: Final = 1 << 20
"""Bytes that are searched at a time: about a millisecond."""
Found = tuple[int, bytes | None]
"""The position behind a step, and the line that it found, if any."""


def mapped(file: Path, within: ExitStack) -> mmap | None:
    """The lines of a file of the journal, until `within` ends; None for one that is gone or has none."""
    with suppress(OSError, ValueError):
        source = within.enter_context(opened(file))
        if size := _written(source.fileno()):
            return within.enter_context(mmap(source.fileno(), size, access=ACCESS_READ))
    return None


def backwards(lines: mmap, text: bytes, end: int) -> Iterator[Found]:
    """Every line before `end` that has the text, last first; and a step without a line for each piece."""
    while end > 0:
        low = max(0, end - PIECE)
        found = lines.rfind(text, low, end)
        if found < 0:
            end = low + len(text) - 1 if low else 0  # it may begin in this piece and end in the one before
            yield end, None
            continue
        start = lines.rfind(b"\n", 0, found) + 1
        stop = lines.find(b"\n", found)
        end = start
        yield end, lines[start:stop] if stop >= 0 else None  # a last line that isn't whole yet


def _written(file: int) -> int:
    """Where the lines of a file end: a line has no zeros, and behind the lines there is nothing else."""
    low, high = 0, os.fstat(file).st_size
    if os.pread(file, 1, max(high - 1, 0)) != b"\0":
        return high
    while low < high:
        middle = (low + high) // 2
        if os.pread(file, 1, middle) in {b"\0", b""}:
            high = middle
        else:
            low = middle + 1
    return low
