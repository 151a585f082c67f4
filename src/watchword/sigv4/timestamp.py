"""Timestamps of signatures: ISO 8601 basic format, in UTC, in whole seconds.

Source: IAM User Guide, "Elements of an AWS API request signature" (X-Amz-Date); RFC 9110, section 5.6.7 (the
Date header's other format). Comparing times belongs to `watchword.sigv4.verify`.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LENGTH = len("20150830T123600Z")
_LONGEST_HTTP_DATE = 64
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def parse_timestamp(text: str) -> datetime:
    """The time that a text such as 20150830T123600Z means. Raises ValueError for any other format."""
    # fromisoformat alone would also accept week dates, offsets and fractions.
    if not (
        len(text) == _LENGTH
        and text.isascii()
        and text[8] == "T"
        and text[15] == "Z"
        and text[:8].isdigit()
        and text[9:15].isdigit()
    ):
        raise ValueError(f"not ISO 8601 basic format: {text[:40]!r}")
    return datetime.fromisoformat(text)


def print_timestamp(time: datetime) -> str:
    """The text for a time of any zone; fractions of a second are cut."""
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def parse_http_date(text: str) -> datetime:
    """The time in a Date header, in either format. Raises ValueError."""
    if len(text) > _LONGEST_HTTP_DATE:
        raise ValueError("too long for a date")
    try:
        return parse_timestamp(text)
    except ValueError:
        time = parsedate_to_datetime(text)
        # RFC 5322, section 3.3: the zone -0000 means UTC; Python returns it as a naive datetime.
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def later(time: datetime, seconds: int) -> datetime:
    """The time so many seconds later; the last second of the calendar for what would be behind it."""
    return time + min(timedelta(seconds=seconds), _LAST - time)
