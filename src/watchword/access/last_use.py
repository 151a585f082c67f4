"""When, where and for what an access key or a role was last used.

Only the first use in each SPAN is written down, as at AWS (IAM User Guide, "Understand the credential report
format"; RoleLastUsed likewise). So most requests cost a look into `world.last_uses`, and one in each SPAN a
small write, which waits for no other.
Each process looks for itself; the store takes the first. No decision depends on it, so a use that can't be
written is passed over. Signed requests count whether they are allowed or not.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from watchword.access.caller import Caller
from watchword.access.request_context import RequestContext
from watchword.names.principal import RoleSession
from watchword.names.would_block import WouldBlock
from watchword.store import StoreError
from watchword.store.iam import access_keys, roles

SPAN = timedelta(minutes=15)


def note_use(context: RequestContext, service: str) -> None:
    """Notes that the caller's key or role was used, unless a use within the last SPAN is noted already."""
    world, now, used = context.world, context.now, _used(context.caller)
    if not used or not _is_due(cast("datetime | None", world.last_uses.get(used)), now):
        return
    if world.facts.cached:
        raise WouldBlock
    world.last_uses.put(used, now, (), world.last_uses.generation)
    with suppress(StoreError), world.database.write(now, shared=True) as tx:
        if isinstance(context.caller.principal, RoleSession):
            roles.note_use(tx, used, now, SPAN, region=context.region)
        else:
            access_keys.note_use(tx, used, now, SPAN, region=context.region, service=service)


def _used(caller: Caller) -> str:
    """The unique id of the role, or the id of the long-term access key."""
    if isinstance(caller.principal, RoleSession):
        return caller.principal.unique_id
    return "" if caller.session else caller.access_key_id


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= SPAN
