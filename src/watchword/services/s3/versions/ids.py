"""Version ids: 32 hexadecimal digits, or `null` for the null version.

The first eight digits are the version's rank among those of its key, the others are random. So a page of
versions can begin after a version that has been deleted since. An id is no credential: reading what it names
needs permission like any other version.
Source: Amazon S3 User Guide, "How S3 Versioning works", "Version IDs".
"""

import re

from watchword.names.ids import Randomness
from watchword.store.s3.objects import UNVERSIONED

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_RANK_DIGITS = 8


def new_version(rank: int, randomness: Randomness) -> str:
    """An id for the version of that rank."""
    return f"{-rank:0{_RANK_DIGITS}x}{randomness(12).hex()}"


def is_version(text: str) -> bool:
    """Whether it could be the id of a version."""
    return text == UNVERSIONED or _ID.fullmatch(text) is not None


def rank_of(version: str) -> int:
    """The rank that is in an id; not of the null version."""
    return -int(version[:_RANK_DIGITS], 16)
