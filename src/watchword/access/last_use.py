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
from watchword.access.record import Visit
from watchword.names.principal import RoleSession
from watchword.names.would_block import WouldBlock
from watchword.store import StoreError, Transaction
from watchword.store.iam import access_keys, roles
from watchword.world import World

SPAN = timedelta(minutes=15)


def note_use(world: World, visit: Visit) -> None:
    """Notes that the caller's key or role was used, unless a use within the last SPAN is noted already."""
    caller = visit.caller
    used = _used(caller) if caller else ""
    if not used or not _is_due(cast("datetime | None", world.last_uses.get(used)), visit.now):
        return
    if world.facts.cached:
        raise WouldBlock
    world.last_uses.put(used, visit.now, (), world.last_uses.generation)
    with suppress(StoreError), world.database.write(visit.now, shared=True) as tx:
        _write(tx, visit, used)


def _used(caller: Caller) -> str:
    """The unique id of the role, or the id of the long-term access key."""
    if isinstance(caller.principal, RoleSession):
        return caller.principal.unique_id
    return "" if caller.session else caller.access_key_id


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= SPAN


def _write(tx: Transaction, visit: Visit, used: str) -> None:
    if visit.access_key_id == used:
        service = visit.operation.service.name if visit.operation else ""
        access_keys.used(tx, used, visit.now, SPAN, region=visit.region, service=service)
    else:
        roles.used(tx, used, visit.now, SPAN, region=visit.region)
