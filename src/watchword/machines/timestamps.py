"""Timestamps: RFC 3339, with an upper-case T and, where there is no offset, an upper-case Z.

Source: Amazon States Language, "Timestamps".
"""

import re
from datetime import UTC, datetime, timedelta

_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def parse(text: object) -> datetime | None:
    """The moment; None for what isn't a timestamp."""
    found = _TIMESTAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    micro = (found[2] or "").ljust(6, "0")[:6]
    try:
        return datetime.fromisoformat(f"{found[1]}.{micro}{found[3].replace('Z', '+00:00')}")
    except ValueError:
        return None


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def written(milliseconds: int) -> str:
    """A moment as the context object has it, such as 2026-11-24T21:12:00.123Z."""
    moment = _EPOCH + milliseconds * _MILLISECOND
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
