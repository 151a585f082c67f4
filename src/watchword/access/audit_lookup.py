"""Finding what was recorded: the other half of `record`.

Events lie in two places, changes in the database and the rest in the journal; readers see one.
"""

from typing import Any

import msgspec

from watchword.access.record import COUNTED
from watchword.installation.installation import Installation
from watchword.installation.operator_events import OPERATORS
from watchword.store import audit
from watchword.store.audit_files import mentions, newest_first
from watchword.world import World

Event = dict[str, Any]

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


def by_request(world: World, request_id: str) -> Event | None:
    """The event of a request, whichever server answered it."""
    with world.database.read() as tx:
        for kept in audit.of_request(tx, request_id):
            return _decode(kept.event)
    events = newest_first(world.settings.journal)
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


def newest(world: World) -> Event | None:
    """The last event of the journal."""
    return next(newest_first(world.settings.journal), None)


def last_denied(world: World) -> Event | None:
    """The newest recorded refusal by a decision. Refusals change nothing, so they are in the journal."""
    newest: Event | None = None
    for event in newest_first(world.settings.journal):
        denied = event.get("errorCode") in DENIED and event.get("eventType") != COUNTED
        if denied and (newest is None or event["eventTime"] > newest["eventTime"]):
            newest = event
    return newest


def _decode(text: str) -> Event:
    event: Event = msgspec.json.decode(text)
    return event
