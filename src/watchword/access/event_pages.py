"""The events of one account in pages, newest first: changes from the database, all others from the journal.

1. An account sees its own events only, and of those across accounts its own side (`own_side`).
2. Events are merged by their time. The files of the journal are read from their ends; an older file is opened
   when the events of its day are next.
3. A page costs a bounded number of steps: it can have fewer events than it may, even none, and still not be
   the last. So a client pages on until there is no position.
4. A position says, for the database and each open file, what is not read yet. It grants nothing: whatever it
   says, the events are the account's. A file that isn't there, and an offset beyond the end, mean nothing.

Only the journal of this host is read, as by `watchword explain`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import Struct

from watchword.access.own_side import own_event
from watchword.installation.installation import Installation
from watchword.names.ids import is_account_id
from watchword.store import audit
from watchword.store.audit_backwards import backwards, mapped
from watchword.store.audit_file import files, name_in_chain

Event = dict[str, Any]
Wanted = Callable[[Event], bool]

STEPS: Final = 5_000
"""Of a page. A step is an event that is read, some of the database's, or a piece of a file."""
PIECES: Final = 100
"""Of these steps, how many a piece of a file takes: a page searches at most 50 MB of what isn't wanted."""
NUMBERS: Final = 500
"""Events of the database, of all accounts, that are asked for at a time."""
SEARCHES: Final = 20
"""Pages that are searched for a single event."""
_DAY = len("2026-11-28")
_ID = re.compile(r"[0-9A-Za-z-]{1,128}")


class Position(Struct, rename="camel", forbid_unknown_fields=True):
    """Rule 4: where a page ended."""

    below: int
    """Events of the database have lower numbers;"""
    until: str
    """files have no later names, except these, by name: the offset before which they are not read."""
    ends: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for: times are texts, both included; `text` is in every line that is wanted."""

    wanted: Wanted
    since: str = ""
    until: str = "~"
    text: str = ""

    def takes(self, event: Event) -> bool:
        """Whether an event is wanted."""
        return self.since <= _time(event) <= self.until and self.wanted(event)


@dataclass(frozen=True, slots=True)
class Page:
    """Events, newest first, and where to go on; None at the end."""

    events: list[Event]
    position: Position | None


Step = tuple[int, Event | None, int]
"""A position behind the step, what it found, and what it cost."""


@dataclass(slots=True)
class _Source:
    """The database, or a file: its next event, and what is not read yet, the next event included."""

    name: str
    steps: Iterator[Step]
    position: int
    head: Event | None = None
    behind: int = 0

    def look(self, left: int) -> int:
        """Finds the next event, if `left` is enough. Returns what that leaves."""
        while self.head is None and left > 0:
            step = next(self.steps, None)
            if step is None:
                self.position = 0
                break
            self.behind, self.head, cost = step
            left -= cost
            if self.head is None:
                self.position = self.behind
        return left

    def take(self) -> Event:
        taken, self.head, self.position = self.head, None, self.behind
        assert taken is not None
        return taken

    @property
    def ended(self) -> bool:
        return self.head is None and self.position <= 0


@dataclass(slots=True)
class _Journal:
    """The files that are not open yet, newest first, and how they are opened."""

    names: list[str]
    steps: Callable[[str, int | None], tuple[Iterator[Step], int]]
    ends: dict[str, int] = field(default_factory=dict)

    def open(self, newest: str) -> Iterator[_Source]:
        """The next files that can have events of that time's day; of any, where there is no time.

        A file that was open before is opened again, and so is one that isn't named by a day.
        """
        least = newest[:_DAY] or "".join(self.names[:1])[:_DAY]
        while self.names and (self.names[0] in self.ends or self.names[0][:_DAY] >= least):
            name = self.names.pop(0)
            steps, end = self.steps(name, self.ends.get(name))
            yield _Source(name, steps, end)


def page(
    installation: Installation, account: str, looked: Looked, most: int, position: Position | None = None
) -> Page:
    """The next events that are wanted, at most so many. `position` is where the page before ended."""
    if not is_account_id(account):
        raise ValueError("events are of an account")
    needle = (looked.text or f'"recipientAccountId":"{account}"').encode()
    with ExitStack() as within:
        found = {name_in_chain(each): each for each in files(installation.settings.journal)}

        def steps(name: str, end: int | None) -> tuple[Iterator[Step], int]:
            lines = mapped(found[name], within)
            if lines is None:
                return iter(()), 0
            start = len(lines) if end is None else max(0, min(end, len(lines)))
            return _of_file(backwards(lines, needle, start)), start

        names = [each for each in sorted(found, reverse=True) if _may_have(each, looked.until, position)]
        journal = _Journal(names, steps, dict(position.ends) if position else {})
        below = _last(installation) + 1 if position is None else max(0, min(position.below, audit.MOST))
        database = _Source("", _of_database(installation, account, below), below)
        return _merge([database], journal, account, looked, most)


def event_of(installation: Installation, account: str, request_id: str) -> Event | None:
    """The event of a request of that account; None where there is none, as far as SEARCHES pages reach."""
    if not _ID.fullmatch(request_id):
        return None
    with installation.database.read() as tx:
        kept = [_read(each.event) or {} for each in audit.of_request(tx, request_id)]
    for event in kept:
        if event.get("recipientAccountId") == account:
            return own_event(event, account)
    looked = Looked(lambda event: event.get("requestID") == request_id, text=f'"requestID":"{request_id}"')
    return first(installation, account, looked)


def first(installation: Installation, account: str, looked: Looked) -> Event | None:
    """The newest event that is wanted; None where SEARCHES pages have none."""
    position = None
    for _ in range(SEARCHES):
        found = page(installation, account, looked, 1, position)
        if found.events:
            return found.events[0]
        position = found.position
        if position is None:
            return None
    return None


def _may_have(name: str, until: str, position: Position | None) -> bool:
    """Whether a file has anything to be read: by the day in its name, and by where the page before ended."""
    if name[:1].isdigit() and name[:_DAY] > until:
        return False
    return position is None or name <= position.until or name in position.ends


def _merge(sources: list[_Source], journal: _Journal, account: str, looked: Looked, most: int) -> Page:
    """Rules 2 and 3."""
    events: list[Event] = []
    left = STEPS
    while left > 0 and len(events) < most:
        for each in sources:
            left = each.look(left)
        newest = max((each for each in sources if each.head), key=_time_of, default=None)
        if left <= 0:
            break
        if opened := list(journal.open(_time_of(newest) if newest else "")):
            sources += opened
            continue
        if newest is None or _time_of(newest) < looked.since:
            return Page(events, None)
        event = newest.take()
        if _is_wanted(event, account, looked):
            events.append(own_event(event, account))
    return Page(events, _position(sources, journal))


def _is_wanted(event: Event, account: str, looked: Looked) -> bool:
    """Rule 1."""
    return event.get("recipientAccountId") == account and looked.takes(event)


def _position(sources: Sequence[_Source], journal: _Journal) -> Position | None:
    database, *open_files = sources
    ends = {each.name: each.position for each in open_files if not each.ended}
    if database.ended and not ends and not journal.names:
        return None
    return Position(database.position, journal.names[0] if journal.names else "", ends)


def _of_file(found: Iterator[tuple[int, bytes | None]]) -> Iterator[Step]:
    for end, line in found:
        yield end, None if line is None else _read(line), PIECES if line is None else 1


def _of_database(installation: Installation, account: str, below: int) -> Iterator[Step]:
    while below > 1:
        low = max(1, below - NUMBERS)
        with installation.database.read() as tx:
            found = audit.of_account(tx, account, below, low)
        for kept in found:
            yield kept.number, _read(kept.event), 1
        below = low
        yield (low if low > 1 else 0), None, PIECES


def _last(installation: Installation) -> int:
    with installation.database.read() as tx:
        return audit.last_number(tx)


def _time_of(source: _Source) -> str:
    return _time(source.head or {})


def _time(event: Event) -> str:
    return str(event.get("eventTime", ""))


def _read(line: bytes | str) -> Event | None:
    """The event of a line; None for what can't be read, such as a line that was cut off."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (ValueError, RecursionError):
        return None
