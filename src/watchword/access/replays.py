"""A signature is good for one change only, where the setting says so.

AWS lets a signature be used again while it is good, and so does this server unless told otherwise. The use
is remembered in the store, for all processes, before the operation and whether it succeeds or not; for as
long as the signature is good. Reading may be repeated; minting credentials counts as a change.
The price: two requests of the same second that are equal to the byte have the same signature, so the second
is refused. A client that retries later signs again.
"""

from watchword.access.presented import Presented
from watchword.names import fault
from watchword.names.would_block import WouldBlock
from watchword.store import Conflict, used_signatures
from watchword.world import World


def refuse_replay(world: World, presented: Presented, service: str) -> None:
    """Raises AccessDenied when this signature was used before. The signature has been verified."""
    if not world.settings.refuse_replays:
        return
    use = presented.trace(service)
    if use is None:
        return
    if world.facts.cached:
        raise WouldBlock
    now = world.clock.wall()
    try:
        with world.database.write(now, shared=True) as tx:
            used_signatures.insert(tx, use.identity, use.until, now)
    except Conflict:
        raise fault("AccessDenied", "This signature was used before.", meant="a replay") from None
