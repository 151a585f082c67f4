"""How long sessions of a permission set last: a duration in ISO 8601, such as PT8H.

Source: IAM Identity Center User Guide, "Set session duration for AWS accounts": from 1 hour to 12 hours.
"""

import re

from watchword.identity.center.refusals import invalid

SHORTEST, LONGEST = 3600, 12 * 3600
_FORM = re.compile(
    r"P(?:(?P<days>\d{1,9})D)?(?:T(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,9})S)?)?"
)


def seconds_of(duration: str) -> int:
    """The seconds of a duration that was checked."""
    found = _FORM.fullmatch(duration)
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups()) if found else (0, 0, 0, 0)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def check(duration: str) -> None:
    """Raises ValidationException for one that sessions can't have."""
    if not SHORTEST <= seconds_of(duration) <= LONGEST:
        raise invalid("SessionDuration must be from PT1H to PT12H.")
