"""Moments on a command line: an age such as 10m, 2h or 3d, or a time, which is UTC if it names no zone."""

import re
from datetime import UTC, datetime, timedelta

from watchword.cli.ending import fail

_AGE = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment_of(text: str, option: str) -> datetime:
    """The moment that was given. Ends the command if it is none."""
    if age := _AGE.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise fail(f"{option} needs an age such as 10m, 2h or 3d, or a time, not {text!r}") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
