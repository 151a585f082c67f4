"""AWS's own functions of JSONata, as a table: name -> function, with the numbers that it draws.

What can't be worked with gives nothing, which fails the field that the expression stands in.
Source: Step Functions Developer Guide, "JSONata functions provided by Step Functions".
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from watchword.machines.data import Json, decode

MOST_ITEMS = 100_000
ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_FRACTION = 1 << 53

Draw = Callable[[int], bytes]


class TooMuch(Exception):  # noqa: N818 what there would be
    """A result would be too large."""


def draws(seed: bytes) -> Draw:
    """Random bytes that follow from a seed."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(seed + drawn.to_bytes(8)).digest(count)

    return draw


def functions(draw: Draw) -> Mapping[str, Callable[..., Json]]:
    """All of them, by their names."""

    def random(seed: Any = None) -> float:  # noqa: ANN401 any value of JSONata
        """From 0 to below 1. Without a seed, another one each time."""
        drawn = draw(8) if seed is None else hashlib.sha256(repr(_whole(seed)).encode()).digest()
        return (int.from_bytes(drawn) % _FRACTION) / _FRACTION

    def unique() -> str:
        return str(uuid.UUID(bytes=draw(16), version=4))

    return {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": random,
        "uuid": unique,
        "parse": _parse,
    }


def _partition(values: Any, size: Any) -> Json:  # noqa: ANN401 any value of JSONata
    values, length = values if isinstance(values, list) else [values], _whole(size)
    if length < 1 or not values:
        return None
    return [values[begin : begin + length] for begin in range(0, len(values), length)]


def _range(first: Any, last: Any, step: Any = None) -> Json:  # noqa: ANN401 any value of JSONata
    if step is None or _whole(step) == 0:
        return None
    by = _whole(step)
    found = range(_whole(first), _whole(last) + (1 if by > 0 else -1), by)
    if len(found) > MOST_ITEMS:
        raise TooMuch
    return (found[0] if len(found) == 1 else list(found)) if found else None


def _hash(text: Any, algorithm: Any = None) -> Json:  # noqa: ANN401 any value of JSONata
    if algorithm is None:
        return None
    if algorithm not in ALGORITHMS:
        raise ValueError(f"there is no hash algorithm {str(algorithm)[:80]!r}")
    data = text if isinstance(text, str) else msgspec.json.encode(text).decode()
    return hashlib.new(ALGORITHMS[algorithm], data.encode(), usedforsecurity=False).hexdigest()


def _parse(text: Any) -> Json:  # noqa: ANN401 any value of JSONata
    if not isinstance(text, str):
        raise TypeError("the argument of $parse must be a string")
    return decode(text)


def _whole(value: Any) -> int:  # noqa: ANN401 any value of JSONata
    """A number, rounded towards zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} in place of a number")
    return int(value)
