"""What the rules want done with the versions of a key. No I/O: `work` does it.

1. A current version that has expired ends: see `work`, which knows the bucket's versioning.
2. A delete marker behind which nothing is left (an expired object delete marker) is deleted, if a rule asks
   for that, or if it is as old as a rule lets objects become.
3. A version is noncurrent from when the next one was put. It is deleted when it has been that for long
   enough, and the rule doesn't keep it as one of the newest noncurrent ones.

Source: Amazon S3 User Guide, "Lifecycle configuration elements"; API Reference, LifecycleExpiration,
NoncurrentVersionExpiration.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from itertools import chain, pairwise
from typing import NamedTuple

from watchword.services.s3.lifecycle.rules import Live, midnight_after
from watchword.store.s3.objects import Object


class Act(Enum):
    """What is done with a version."""

    EXPIRE = "expire the current version"
    DELETE_NONCURRENT = "delete a version that isn't current"
    DELETE_MARKER = "delete the only version, a delete marker"


class Step(NamedTuple):
    """One act of a plan."""

    act: Act
    row: Object


def plan(rules: Sequence[Live], versions: Iterable[Object], now: datetime) -> Iterator[Step]:
    """The acts that are due for the versions of one key, given from the newest to the oldest."""
    newer: Object | None = None
    noncurrent = 0
    for row, older in pairwise(chain(versions, (None,))):
        assert row is not None
        covering = [rule for rule in rules if rule.covers(row)]
        if newer is not None:
            if any(_noncurrent_long_enough(rule, newer, noncurrent, now) for rule in covering):
                yield Step(Act.DELETE_NONCURRENT, row)
            noncurrent += 1
        elif not row.marker and any(_expired(rule, row, now) for rule in covering):
            yield Step(Act.EXPIRE, row)
        elif row.marker and older is None and any(_unneeded(rule, row, now) for rule in covering):
            yield Step(Act.DELETE_MARKER, row)
        newer = row


def _expired(rule: Live, row: Object, now: datetime) -> bool:
    expiry = rule.expiry(row)
    return expiry is not None and expiry <= now


def _unneeded(rule: Live, row: Object, now: datetime) -> bool:
    """Rule 2. A date says nothing of markers."""
    old = rule.expiration.days is not None and _expired(rule, row, now)
    return old or rule.expiration.expired_object_delete_marker is True


def _noncurrent_long_enough(rule: Live, newer: Object, noncurrent: int, now: datetime) -> bool:
    """Rule 3: `newer` ended it, and so many noncurrent versions are newer than it."""
    days, kept = rule.noncurrent.noncurrent_days, rule.noncurrent.newer_noncurrent_versions or 0
    return days is not None and noncurrent >= kept and midnight_after(newer.modified, days) <= now
