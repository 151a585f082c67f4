"""The journal from its end: the lines that have a text, newest first, without reading what is skipped.

Files are mapped into memory and searched in pieces. So other threads run meanwhile, and a reader can stop
after any piece and go on there later. A position in a file is an offset: what is before it wasn't looked at.
"""

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
    """A file of the journal, until `within` ends; None for one that is gone or empty."""
    with suppress(OSError, ValueError):
        source = within.enter_context(opened(file))
        return within.enter_context(mmap(source.fileno(), 0, access=ACCESS_READ))
    return None


def written(lines: mmap) -> int:
    """Where the lines of a file end: behind them a reserve has zeros (`audit_file`)."""
    if lines[:1] == b"\0":
        return 0
    return lines.find(b"\n\0") + 1 if lines[-1:] == b"\0" else len(lines)


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
