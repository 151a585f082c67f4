"""Moments as text: ISO 8601 in UTC, to the second, for audit events, condition keys and answers."""

from datetime import UTC, datetime
from functools import lru_cache
from math import floor

_REMEMBERED = 64


def iso(moment: datetime) -> str:
    """A moment of any time zone, such as 2026-11-24T21:12:00Z."""
    return _of_second(floor(moment.timestamp()))


# Formatting is the expensive part, and many requests come in the same second.
@lru_cache(_REMEMBERED)
def _of_second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
