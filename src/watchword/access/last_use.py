"""When, where and for what an access key or a role was last used, and what users and roles last called.

1. Of a key or role, the first use in each SPAN is written down, as at AWS (IAM User Guide, "Understand the
   credential report format"; RoleLastUsed likewise).
2. Of a user or role, the first call of each operation in each ACCESS_SPAN, for the reports on services last
   accessed. AWS shows activity within four hours (IAM User Guide, "Refine permissions using last accessed
   information"). The operations on data of a service count as one.

`world.last_uses` says until when there is nothing to write. So most requests cost one look into it, and few a
small write, which waits for no other. Each process looks for itself; the store takes the first. No decision
depends on it, so a use that can't be written is passed over. Signed requests count whether they are allowed
or not.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from watchword.access.request_context import RequestContext
from watchword.names.principal import RoleSession, User
from watchword.names.would_block import WouldBlock
from watchword.store import Cache, StoreError
from watchword.store.iam import access_keys, accesses, roles
from watchword.store.iam.accesses import Access

SPAN = timedelta(minutes=15)
ACCESS_SPAN = timedelta(hours=4)


class _Called(NamedTuple):
    """What a user or role called, as a key of the cache."""

    kind: str
    unique_id: str
    service: str
    operation: str


def note_use(context: RequestContext, service: str, operation: str) -> None:
    """Notes what the caller used and called, unless that is noted already.

    operation: empty for one on data.
    """
    caller, uses = context.caller, context.world.last_uses
    used = caller.principal.unique_id if caller.session else caller.access_key_id
    if used and not _is_noted(uses, (used, service, operation), context.now):
        until = _note_due(context, used, service, operation)
        uses.put((used, service, operation), until, (), uses.generation)


def _note_due(context: RequestContext, used: str, service: str, operation: str) -> datetime:
    """Writes down what isn't noted; until when there is nothing more to write."""
    world, now, caller = context.world, context.now, context.caller
    spans: dict[str | _Called, timedelta] = {}
    if isinstance(caller.principal, RoleSession) or not caller.session:
        spans[used] = SPAN
    if isinstance(caller.principal, User | RoleSession):
        spans[_Called("called", caller.principal.unique_id, service, operation)] = ACCESS_SPAN
    noted = {key: world.last_uses.get(key) for key in spans}
    due = [key for key in spans if not _is_noted(world.last_uses, key, now)]
    if due and world.facts.cached:
        raise WouldBlock
    for key in due:
        noted[key] = now + spans[key]
        world.last_uses.put(key, noted[key], (), world.last_uses.generation)
    if due:
        _write(context, due, service)
    return min((each for each in noted.values() if isinstance(each, datetime)), default=now + SPAN)


def _write(context: RequestContext, due: list[str | _Called], service: str) -> None:
    now, region = context.now, context.region
    with suppress(StoreError), context.world.database.write(now, shared=True) as tx:
        for key in due:
            if isinstance(key, _Called):
                access = Access(key.unique_id, service, key.operation, now, region)
                accesses.note(tx, access, ACCESS_SPAN)
            elif isinstance(context.caller.principal, RoleSession):
                roles.note_use(tx, key, now, SPAN, region=region)
            else:
                access_keys.note_use(tx, key, now, SPAN, region=region, service=service)


def _is_noted(uses: Cache, key: str | tuple[str, ...], now: datetime) -> bool:
    until = uses.get(key)
    return isinstance(until, datetime) and now < until
