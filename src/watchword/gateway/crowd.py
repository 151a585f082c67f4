"""All connections of a process together: how many there are, and what they hold for whom nobody knows yet.

1. There are no more connections than seats: half as many as files may be open, for each may need one besides.
2. Bytes of requests that aren't whole, or whose sender isn't known yet, are counted, up to a limit.
3. Where there would be more of either, connections end that keep us waiting: those first whose request began
   first, so that it isn't who comes that pays for who stays. Several end at once: a flood has us look through
   the crowd once for many of its connections.
4. Where nobody keeps us waiting, all that is held is ours to answer, and who brings more is refused.
"""

import resource
from collections.abc import Set as AbstractSet
from heapq import nsmallest
from typing import Protocol

import structlog

MOST_CONNECTIONS = 4096
MOST_HELD = 128 << 20
_AT_ONCE = 16
"""Of what there may be, this part makes room at once."""

log = structlog.get_logger()


class Member(Protocol):
    """A connection, as the crowd sees it."""

    began: float
    """When its last request began, or it was made."""
    holds: int
    """Bytes, of those that are counted."""

    def waits(self) -> bool:
        """Whether it is the client's turn, and nobody knows the client."""

    def leave(self) -> None:
        """End it; no longer among those present, and holding nothing."""


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
        """Whether there is a seat for who is now present as well."""
        if len(self._present) <= self._seats:
            return True
        waiting = (member for member in self._present if member is not newcomer and member.waits())
        leaving = nsmallest(self._seats // _AT_ONCE + 1, waiting, key=_began)
        self._end(leaving)
        return bool(leaving)

    def hold(self, member: Member, size: int) -> bool:
        """Whether there is room for so many more bytes, which are counted anyhow."""
        member.holds += size
        self.held += size
        if self.held > self._most_held:
            self._make_room()
        return self.held <= self._most_held

    def release(self, member: Member) -> None:
        """What the member held is answered, known to be welcome, or gone."""
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
