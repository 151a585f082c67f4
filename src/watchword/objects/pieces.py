"""Bytes that come in pieces."""

from collections.abc import Iterator


def take(source: Iterator[bytes], limit: int) -> bytes:
    """Joins pieces until there are `limit` bytes, or the source ends."""
    taken, size = [], 0
    for piece in source:
        taken.append(piece)
        size += len(piece)
        if size >= limit:
            break
    return taken[0] if len(taken) == 1 else b"".join(taken)
