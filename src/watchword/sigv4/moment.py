"""The time of a signature: ISO 8601 basic format, in UTC, to the second.

Source: IAM User Guide, "Elements of an AWS API request signature" (X-Amz-Date); for the Date header's
other form RFC 9110, section 5.6.7. Comparing times belongs to `watchword.sigv4.verify`.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LENGTH = len("20150830T123600Z")


def parse_moment(text: str) -> datetime:
    """Raises ValueError unless `text` is exactly like 20150830T123600Z."""
    # fromisoformat alone would also take week dates, offsets and fractions.
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


def print_moment(moment: datetime) -> str:
    """The text that `parse_moment` reads as `moment`."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def parse_http_date(text: str) -> datetime:
    """The Date header, which may hold either form. Raises ValueError."""
    try:
        return parse_moment(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
        # RFC 5322, section 3.3: the zone -0000 is UTC of which nothing is said, and comes without one.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
