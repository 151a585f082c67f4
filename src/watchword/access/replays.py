"""A signature is good for one change only, where the setting says so.

AWS lets a signature be used again while it is good, and so does this server unless told otherwise. The use
is remembered in the store, for all processes, before the operation and whether it succeeds or not; for as
long as the signature is good. Reading may be repeated; minting credentials counts as a change.
The price: two requests of the same second that are equal to the byte have the same signature, so the second
is refused. A client that retries later signs again.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from watchword.access.authenticate import skew_of
from watchword.access.claims import Shown
from watchword.access.forms import Upload
from watchword.access.record import Visit, changes_something
from watchword.names import fault
from watchword.names.would_block import WouldBlock
from watchword.sigv4 import post
from watchword.sigv4.replay import Trace, trace
from watchword.sigv4.sigv2 import Presigned
from watchword.store import Conflict, used_signatures
from watchword.world import World

_SECOND = timedelta(seconds=1)


def refuse_replay(world: World, read: Shown, visit: Visit) -> None:
    """Raises AccessDenied when this signature was used before. The signature has been verified."""
    operation = visit.operation
    if not world.settings.refuse_replays or operation is None or not changes_something(operation.name):
        return
    use = _use(read, operation.service.name)
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


def _use(read: Shown, service: str) -> Trace | None:
    match read.claim:
        case None:
            return None
        case Upload() as upload:
            return _of_form(upload)
        case Presigned() as claim:
            return _of_text(claim.access_key_id, claim.to_sign, claim.expires)
        case claim:
            return trace(claim, read.request, skew_of(service))


def _of_form(upload: Upload) -> Trace | None:
    """One form, one file: the policy is what was signed."""
    if upload.claim is None:
        return None
    policy = upload.fields["policy"]
    return _of_text(upload.access_key_id, policy, post.expiration(policy))


def _of_text(access_key_id: str, text: str, until: datetime | None) -> Trace:
    assert until is not None
    return Trace(sha256(f"{access_key_id}\n{text}".encode()).digest(), until + _SECOND)
