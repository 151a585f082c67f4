"""How a server's process divides the memory that it may have.

Only what callers can make grow has a share. The rest is the process's own: code, models of services, and the
requests under way. Hashing a password takes 64 MiB more, while it lasts (`proofs.password`).
"""

from typing import NamedTuple

DEFAULT_MEBIBYTES = 200
LEAST_MEBIBYTES = 128
_OWN = 88


class Shares(NamedTuple):
    """Bytes for each of these."""

    facts: int
    """What was read from the database and compiled: entities, policies, sessions."""
    blobs: int
    """Small objects."""
    held: int
    """Requests whose sender isn't known yet."""


def divide(mebibytes: int) -> Shares:
    """The shares of a process that may have so many MiB."""
    seventh = (mebibytes - _OWN << 20) // 7
    return Shares(facts=2 * seventh, blobs=seventh, held=4 * seventh)
