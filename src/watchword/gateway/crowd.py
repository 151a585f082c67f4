"""All connections of a process together: how many there are, and the bytes they hold for unadmitted senders.

1. There are no more connections than seats: half as many as files may be open, for each may need one besides.
2. Bytes of requests that aren't whole, or whose sender isn't admitted yet, are counted, up to a limit.
3. When there are more of either, connections that wait for their clients are ended, beginning with those
   whose request began first: those who stay pay, and not those who come. Several are ended at once, so that
   in a flood the crowd is searched once for many connections, not once for each.
4. When none waits for its client, all that is held is ours to answer, and whoever brings more is refused.
"""

import resource
from collections.abc import Set as AbstractSet
from heapq import nsmallest
from typing import Protocol

import structlog

MOST_CONNECTIONS = 4096
MOST_HELD = 128 << 20
_AT_ONCE = 16
"""One in so many of what there may be makes room at once."""

log = structlog.get_logger()


class Member(Protocol):
    """A connection, as the crowd sees it."""

    began: float
    """When its last request began, or it was made."""
    holds: int
    """Bytes, of those that are counted."""

    def waits(self) -> bool:
        """Whether it waits for its client, of whom no request under way is admitted."""

    def leave(self) -> None:
        """End it: it is no longer present, and holds nothing."""


def seats(most: int) -> int:
    """How many connections there may be in this process."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if files == resource.RLIM_INFINITY else min(most, files // 2)


class Crowd:
    """Those present, and the count of what they hold."""

    def __init__(self, present: AbstractSet[Member], seats: int, most_held: int) -> None:
        self._present, self._seats, self._most_held = present, seats, most_held
        self.held = 0

    def enter(self, newcomer: Member) -> bool:
        """Whether the newcomer, who is among those present already, has a seat."""
        if len(self._present) <= self._seats:
            return True
        waiting = (member for member in self._present if member is not newcomer and member.waits())
        leaving = nsmallest(self._seats // _AT_ONCE + 1, waiting, key=_began)
        self._end(leaving)
        return bool(leaving)

    def hold(self, member: Member, size: int) -> bool:
        """Counts so many more bytes of the member; whether there is room for them."""
        member.holds += size
        self.held += size
        if self.held > self._most_held:
            self._make_room()
        return self.held <= self._most_held

    def release(self, member: Member) -> None:
        """Counts its bytes no longer: they are answered or gone, or their sender is admitted."""
        self.held -= member.holds
        member.holds = 0

    def _make_room(self) -> None:
        enough = self.held - self._most_held + self._most_held // _AT_ONCE
        leaving = []
        for member in sorted((one for one in self._present if one.holds and one.waits()), key=_began):
            if enough <= 0:
                break
            leaving.append(member)
            enough -= member.holds
        self._end(leaving)

    def _end(self, leaving: list[Member]) -> None:
        for member in leaving:
            member.leave()
        log.warning("crowded", connections=len(self._present), held=self.held, ended=len(leaving))


def _began(member: Member) -> float:
    return member.began
