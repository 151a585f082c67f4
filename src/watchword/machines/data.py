"""The data of a state: a JSON value and its text, which is at most 256 KiB.

Texts are what is stored and measured, values what states work with. Each is made once.
Source: Step Functions Developer Guide, "Service quotas": 262,144 bytes of UTF-8.
"""

from typing import Any

import msgspec

from watchword.machines.errors import DATA_LIMIT_EXCEEDED, RUNTIME, Failure

Json = Any
"""A JSON value."""
MOST_BYTES = 262_144
MOST_LOOKS = 100_000
"""Values: some 0.2 s."""
DEEPEST = 200
"""Levels of nesting. The interpreter's own recursion ends later."""

_encoder = msgspec.json.Encoder()


def encode(value: Json) -> str:
    """The value's text. Raises Failure for a value that is too large or too deep, or isn't JSON."""
    try:
        text = _encoder.encode(value)
    except (RecursionError, TypeError, ValueError, OverflowError) as unfit:
        raise Failure(RUNTIME, f"the state's data can't be written as JSON: {unfit}") from None
    if len(text) > MOST_BYTES:
        raise Failure(
            DATA_LIMIT_EXCEEDED,
            f"The state/task returned a result with a size exceeding the maximum number of bytes service "
            f"limit: {len(text)} bytes, and the limit is {MOST_BYTES}.",
        )
    if too_deep(text, value):
        raise Failure(RUNTIME, f"The state's data are nested more than {DEEPEST} levels deep.")
    return text.decode()


def decode(text: str | bytes) -> Json:
    """The value of a text. Raises ValueError for what isn't JSON, or is nested too deeply."""
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if too_deep(text, value):
        raise ValueError("the JSON is nested too deeply")
    return value


def too_deep(text: str | bytes, value: Json) -> bool:
    """Whether that text and its value are nested more than DEEPEST levels."""
    raw = text.encode() if isinstance(text, str) else text
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False  # most are: no need to look at each value
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += any(isinstance(each, dict | list) for each in level)
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth > DEEPEST


def size(value: Json) -> int:
    """Bytes of the value's text, roughly: a number counts as eight."""
    if isinstance(value, str):
        return len(value)
    return len(_encoder.encode(value)) if isinstance(value, dict | list) else 8


class Allowance:
    """What one evaluation may cost, whatever it is made of: a template can have thousands of queries.

    It reads so many bytes, so that a short template can't multiply a large state, and its queries look at so
    many values.
    """

    __slots__ = ("left", "looks")

    def __init__(self) -> None:
        self.left, self.looks = 64 * MOST_BYTES, MOST_LOOKS

    def look(self, values: int) -> None:
        """Pays for looking at so many values. Raises Failure."""
        self.looks -= values
        if self.looks < 0:
            raise Failure(RUNTIME, "The JSONPath queries of the state look at more values than they may.")

    def spend(self, value: Json) -> Json:
        """The value, once it is paid for. Raises Failure."""
        self.left -= size(value)
        if self.left < 0:
            raise Failure(DATA_LIMIT_EXCEEDED, "The state's templates copy more data than a state may have.")
        return value
