"""The server's own paths, under /_watchword/: readiness, and what ephemeral servers can do.

    GET  /_watchword/health   ready or not, and why
    POST /_watchword/reset    as it began, same accounts and keys     ephemeral only, signed by root
    POST /_watchword/clock    {"advance": seconds}                   ephemeral only, signed by root

Answers are JSON. A server that keeps its data has only the first.
"""

import msgspec

from watchword.access.room import FULL
from watchword.access.schemes.signature import identify
from watchword.gateway.failure import as_fault, unrecorded
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.members import decoded, fit
from watchword.names.moment import iso
from watchword.names.principal import Root
from watchword.names.would_block import WouldBlock
from watchword.wire.error_writers import ErrorWriter
from watchword.world import World

PREFIX = "/_watchword/"
CONTROL = "control"
"""In place of a request id: nothing here is recorded."""
JSON = ErrorWriter("rest-json")
LONGEST_ADVANCE = 10 * 365 * 86400
"""Of all advances together. A time past the end of the calendar can't be represented."""


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_watchword/clock."""

    advance: float


def control(world: World, request: HttpRequest) -> HttpResponse:
    """What this server says of itself. Raises only WouldBlock, before anything was done."""
    try:
        match request.method, request.path.removeprefix(PREFIX):
            case "GET" | "HEAD", "health":
                return _health(world)
            case "POST", "reset" if world.settings.ephemeral:
                return _reset(world, request)
            case "POST", "clock" if world.settings.ephemeral:
                return _advance(world, request)
            case _:
                return _json(404, {"message": f"No {request.method} {request.path} on this server."})
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said and logged
        return JSON.write(as_fault(broken, CONTROL), CONTROL)


def _health(world: World) -> HttpResponse:
    try:
        world.facts.confirm()
    except AwsError as refused:
        return _json(503, {"status": "unavailable", "reason": refused.said or refused.meant})
    if world.journal.used_up:
        return _json(503, {"status": "unavailable", "reason": unrecorded().said})
    if world.journal.shortage():
        return _json(200, {"status": "ready", "warning": FULL})
    return _json(200, {"status": "ready"})


def _reset(world: World, request: HttpRequest) -> HttpResponse:
    _check_root(world, request)
    if request.body.read().strip():
        raise fault("MalformedInput", "A reset takes no body.")
    world.reset()
    return _json(200, {"status": "empty"})


def _advance(world: World, request: HttpRequest) -> HttpResponse:
    _check_root(world, request)
    try:
        wanted = fit(decoded(request.body.read()), Advance)
    except (ValueError, RecursionError) as unreadable:
        raise fault("MalformedInput", f'Expected {{"advance": seconds}}: {unreadable}') from None
    furthest = LONGEST_ADVANCE - world.clock.ahead.total_seconds()
    if not 0 <= wanted.advance <= furthest:
        raise fault("ValidationError", f"advance must be between 0 and {furthest:.0f} seconds.")
    world.clock.advance(wanted.advance)
    return _json(200, {"now": iso(world.clock.now())})


def _check_root(world: World, request: HttpRequest) -> None:
    if world.facts.cached:
        raise WouldBlock
    caller = identify(world, request)
    if not isinstance(caller.principal, Root) or caller.session is not None:
        raise fault("AccessDenied", "Only the root key that this server printed at its start can do this.")


def _json(status: int, body: dict[str, str]) -> HttpResponse:
    text = msgspec.json.encode(body)
    headers = (("content-type", "application/json"), ("content-length", str(len(text))))
    return HttpResponse(status, headers, text)
