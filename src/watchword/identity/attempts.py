"""Guessing passwords and codes: how long nothing is believed after wrong ones.

1. The first FREE wrong ones in a row cost nothing: people mistype.
2. From then on, each blocks its subject: one minute, two, four, and at most LONGEST. So somebody who guesses
   has about one attempt an hour. A code of six digits, of which three are good at a time, then lasts for
   decades on average.
3. While a subject is blocked, what is given isn't looked at. The answer doesn't say whether it was right.
4. A right one ends it.

An attempt is counted before it is checked. So a hundred at the same time are no more attempts than a hundred
in turn. An administrator ends a block: sets another password, or deactivates the device.

AWS documents no such rule ("You can't create a lockout policy") but throttles.
Source: RFC 4226, section 7.3; NIST SP 800-63B, section 5.2.2.
"""

from datetime import datetime, timedelta
from typing import Literal

from watchword.store import Transaction
from watchword.store.iam import failed_attempts
from watchword.store.iam.failed_attempts import FailedAttempts

Kind = Literal["password", "mfa"]

FREE = 5
FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=1)


def begin(tx: Transaction, kind: Kind, subject: str) -> datetime | None:
    """Counts an attempt that is about to be checked. The end of the block, when it must not be checked."""
    known = failed_attempts.of(tx, kind, subject)
    if known and known.blocked_until > tx.at:
        return known.blocked_until
    count = known.count + 1 if known else 1
    failed_attempts.put(tx, FailedAttempts(kind, subject, count, tx.at + _block(count)))
    return None


def forget(tx: Transaction, kind: Kind, subject: str) -> None:
    """The attempt that was begun last was right, or somebody who may do so ends the block."""
    failed_attempts.remove(tx, kind, subject)


def _block(count: int) -> timedelta:
    """How long the next attempt must wait, if this one is wrong."""
    if count < FREE:
        return timedelta()
    doublings = min(count - FREE, 16)
    return min(FIRST * (1 << doublings), LONGEST)
