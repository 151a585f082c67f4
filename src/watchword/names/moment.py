"""Moments as text: ISO 8601 in UTC, to the second, as records, condition keys and answers have them."""

from datetime import UTC, datetime
from functools import lru_cache
from math import floor

_REMEMBERED = 64


def iso(moment: datetime) -> str:
    """A moment of any zone, such as 2026-11-24T21:12:00Z."""
    return _of_second(floor(moment.timestamp()))


# Formatting takes longer than all else that is done with a moment, and the same second comes again and again.
@lru_cache(_REMEMBERED)
def _of_second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
