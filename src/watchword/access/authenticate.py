"""Who is this?  The one place where a request becomes a caller.

Schemes are tried in the order of SCHEMES; the first that finds its kind of credentials in the request is the
only one that is asked to prove them. A proof that fails ends the request.

1. What the head of the request presents is read before the operation is recognised, since a signature names
   its service.
2. It is proved before the body is parsed, but where the operation's row says that the proof is in the body:
   then the body is parsed first, and what it presents is proved (docs/decisions/0012).
3. Last, what credentials of that kind may call at all.
"""

from watchword.access.caller import Caller, Proven
from watchword.access.presented import Presented
from watchword.access.schemes import certificate, form, function_url, presigned_v2, signature
from watchword.access.schemes.anonymous import Anonymous
from watchword.installation.settings import Settings
from watchword.names import HttpRequest
from watchword.sessions import limits
from watchword.wire import Operation
from watchword.world import World

SCHEMES = (function_url.read, presigned_v2.read, certificate.read, signature.read, form.read)


def read_credentials(settings: Settings, request: HttpRequest) -> Presented:
    """What the request presents. Raises faults for what is malformed."""
    for read in SCHEMES:
        presented = read(settings, request)
        if presented is not None:
            return presented
    return Anonymous(request)


def authenticate(world: World, presented: Presented, operation: Operation, *, anonymous: bool) -> Proven:
    """The caller of an operation. Raises a fault when the proof fails, or is needed and missing."""
    proven = presented.prove(world, operation, anonymous=anonymous)
    _check_session(proven.caller, operation)
    return proven


def authenticate_head(world: World, presented: Presented, operation: Operation) -> Proven:
    """The same for an operation whose body isn't here yet. The whole request is authenticated later."""
    proven = presented.admit(world, operation)
    _check_session(proven.caller, operation)
    return proven


def _check_session(caller: Caller, operation: Operation) -> None:
    if caller.session:
        limits.check(caller.session, operation.service.name, operation.name)
