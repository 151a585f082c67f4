"""Refusals of strangers: which are recorded, and the records of those that are only counted.

A stranger is a caller without an account who was allowed nothing (`RequestLog.of_stranger`). The refusals of
all others are always recorded. While the journal is on its reserve, strangers are only counted: the reserve
is for callers who are known.
"""

from watchword.access.record import counted
from watchword.access.request_log import RequestLog
from watchword.names.ids import new_request_id
from watchword.store.refusal_counts import Refused
from watchword.world import World


def only_counted(world: World, log: RequestLog) -> bool:
    """Whether the request needs no record, because it was counted."""
    if not log.of_stranger:
        return False
    refused = Refused(log.request.peer, log.error.code if log.error else "")
    return not world.refusals.admit(refused, log.now, spare=world.journal.on_reserve)


def record_counts(world: World) -> None:
    """Records what was counted since the last time. Raises OSError, and keeps the counts, on failure."""
    now, counts, journal = world.clock.now(), world.refusals.take(), world.journal.gathering()
    for refused, count in counts:
        journal.append(counted(refused, count, new_request_id(world.randomness), now), now)
    try:
        journal.write()
    except OSError:
        world.refusals.put_back(counts)
        raise
