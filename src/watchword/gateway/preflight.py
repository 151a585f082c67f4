"""What browsers ask the URL of a function before a request: answered without the function, and not recorded.

Where nothing is set for browsers, it is a request like any other, for the function.
"""

from watchword.access.schemes.function_url import cors_of
from watchword.facts.functions import FUNCTION_URL
from watchword.functions.cors import is_preflight
from watchword.gateway.failure import as_fault
from watchword.gateway.journey import journey
from watchword.names import HttpRequest, HttpResponse
from watchword.names.would_block import WouldBlock
from watchword.wire.addressing import FUNCTION_HOST, function_url
from watchword.wire.error_writers import ErrorWriter
from watchword.world import World

UNRECORDED = "preflight"
"""In place of a request id."""
ERRORS = ErrorWriter("rest-json")


def of_a_function(request: HttpRequest) -> bool:
    """Whether it is such a request."""
    return is_preflight(request) and FUNCTION_HOST in (request.header("host") or "").lower()


def preflight(world: World, request: HttpRequest) -> HttpResponse:
    """The answer. Raises only WouldBlock, before anything was done."""
    try:
        world.facts.confirm()
        named = function_url(request.header("host") or "", world.settings.hosts)
        found = world.facts.get(FUNCTION_URL, named[0]) if named else None
        shared = cors_of(found) if found else None
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said and logged
        return ERRORS.write(as_fault(broken, UNRECORDED), UNRECORDED)
    if shared is None:
        return journey(world, request)
    return HttpResponse(200, (*shared.preflight(request), ("content-length", "0")))
