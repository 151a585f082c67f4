"""Finding what was recorded: the other half of `record`.

Events lie in two places, changes in the database and the rest in the journal; readers see one. Each file of
the journal is in the order of time, and several processes write files at once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from watchword.access.record import COUNTED
from watchword.installation.installation import Installation
from watchword.installation.operator_events import OPERATORS
from watchword.names.moment import iso
from watchword.store import audit
from watchword.store.audit_files import (
    Tail,
    by_file,
    mentions,
    newest_first,
    whole_lines,
    written_since,
)

Event = dict[str, Any]
Wanted = Callable[[Event], bool]
Show = Callable[[str, int, int], object]
"""Told what is read, how far, and of how much."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
BEGINNING = ""
"""Before all times, which are texts that sort like times."""
_SHOWN = 2_000
"""Lines between two reports of progress."""


def by_request(installation: Installation, request_id: str) -> Event | None:
    """The event of a request, whichever server answered it."""
    with installation.database.read() as tx:
        for kept in audit.of_request(tx, request_id):
            return _decode(kept.event)
    events = newest_first(installation.settings.journal)
    return next((event for event in events if event.get("requestID") == request_id), None)


def of_operators(installation: Installation) -> list[Event]:
    """What operators did, oldest first."""
    with installation.database.read() as tx:
        found = [_decode(kept.event) for kept in audit.containing(tx, OPERATORS)]
    return [event for event in found if event.get("eventType") == OPERATORS]


def mentioned(installation: Installation, access_key_id: str) -> bool:
    """Whether any record of this host names an access key id: as a caller's, or as handed out."""
    with installation.database.read() as tx:
        if audit.containing(tx, access_key_id):
            return True
    return mentions(installation.settings.journal, access_key_id)


def newest(installation: Installation) -> Event | None:
    """The last event of the journal."""
    return next(newest_first(installation.settings.journal), None)


def failed(event: Event) -> bool:
    """Whether it is the record of a request that was answered with an error."""
    return "errorCode" in event and event.get("eventType") != COUNTED


def denied(event: Event) -> bool:
    """Whether it is the record of a request that a decision refused."""
    return failed(event) and event["errorCode"] in DENIED


def latest(
    installation: Installation, wanted: Wanted, most: int, since: datetime | None = None
) -> list[Event]:
    """The newest events that are wanted, oldest first. `since` leaves older ones out."""
    not_before = iso(since) if since else BEGINNING
    found: list[Event] = []
    for changed, events in _sources(installation):
        found = sorted(found, key=_time)[-most:]
        oldest = max(not_before, _time(found[0]) if len(found) == most else BEGINNING)
        if changed < oldest:
            break
        count = 0
        for event in events:
            if _time(event) < oldest or count == most:
                break
            if wanted(event):
                found.append(event)
                count += 1
    return sorted(found, key=_time)[-most:]


def following(installation: Installation, wanted: Wanted) -> Iterator[Event | None]:
    """Events as they are recorded, from now on; None whenever there is no more at the moment."""
    with installation.database.read() as tx:
        tail, number = Tail(installation.settings.journal), audit.last_number(tx)
    while True:
        events = list(tail.more())
        with installation.database.read() as tx:
            for kept in audit.after(tx, number):
                number = kept.number
                events.append(_decode(kept.event))
        yield from filter(wanted, sorted(events, key=_time))
        yield None


def texts_since(installation: Installation, since: datetime | None, show: Show) -> Iterator[str | bytes]:
    """Every event from then on as JSON, in no order: those of changes, then those of this host's journal."""
    with installation.database.read() as tx:
        last, number = audit.last_number(tx), 0
    while number < last:
        with installation.database.read() as tx:
            found = audit.after(tx, number)
        yield from (kept.event for kept in found if since is None or kept.at >= since)
        number = found[-1].number if found else last
        show("changes", number, last)
    found_files = written_since(installation.settings.journal, since)
    total, done = sum(size for _, size in found_files), 0
    for file, _ in found_files:
        for count, line in enumerate(whole_lines(file)):
            yield line
            done += len(line)
            if count % _SHOWN == 0:
                show("journal", done, total)
    show("journal", total, total)


def _sources(installation: Installation) -> Iterator[tuple[str, Iterator[Event]]]:
    """When each source was last written, and its events from the newest to the oldest."""
    yield iso(installation.clock.wall()), _of_changes(installation)
    for changed, events in by_file(installation.settings.journal):
        yield iso(changed), events


def _of_changes(installation: Installation) -> Iterator[Event]:
    below: int | None = None
    while True:
        with installation.database.read() as tx:
            found = audit.newest(tx, below)
        if not found:
            return
        yield from (_decode(kept.event) for kept in found)
        below = found[-1].number


def _time(event: Event) -> str:
    return str(event.get("eventTime", BEGINNING))


def _decode(text: str) -> Event:
    event: Event = msgspec.json.decode(text)
    return event
