"""A request of SCIM, start to end.

1. The token counts: it is one of this directory, hasn't expired, and the account that has the directory is
   open. Before that, nothing of the body is read.
2. The path and the method are those of an operation.
3. The operation is carried out in one transaction, with its record.
What the token's directory doesn't have, isn't there: no token reaches another directory.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from watchword.access import RequestLog
from watchword.access.client_address import as_sent
from watchword.access.room import check_room
from watchword.gateway.dispatch import refuse
from watchword.gateway.failure import as_fault, unrecorded
from watchword.gateway.scim import discovery, people, teams
from watchword.gateway.scim.asked import Asked
from watchword.gateway.scim.messages import Json, answered, refused, wrong
from watchword.installation.scim_tokens import digest_of
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.ids import new_request_id
from watchword.store import accounts
from watchword.store.identity_center import instances, scim_tokens
from watchword.world import World

_BEARER = "bearer "
_PATH = re.compile(r"/scim/(d-[0-9a-f]{10})/scim/v2(?:/([A-Za-z]+)(?:/([^/]+))?/?)?")
_LONGEST_TOKEN = 256


class Route(NamedTuple):
    """An operation: the name of its event, what it does, the status of its success."""

    name: str
    act: Callable[..., Json | None]
    status: int = 200

    @property
    def reads(self) -> bool:
        return self.name.startswith(("Get", "List"))


def _told(tell: Callable[[str], Json]) -> Callable[[Any, Asked], Json]:
    return lambda _tx, asked: tell(asked.url)


def _nothing(_tx: Any, asked: Asked, *_named: str) -> Json:  # noqa: ANN401 not used
    raise AwsError("notFound", 404, f"{asked.request.method} is not for this path.")


NOTHING = Route("GetUnknown", _nothing)
ROUTES: dict[tuple[str, str, bool], Route] = {
    ("GET", "Users", False): Route("ListUsers", people.list_all),
    ("POST", "Users", False): Route("CreateUser", people.create, 201),
    ("GET", "Users", True): Route("GetUser", people.get),
    ("PUT", "Users", True): Route("PutUser", people.put),
    ("PATCH", "Users", True): Route("PatchUser", people.patch),
    ("DELETE", "Users", True): Route("DeleteUser", people.delete, 204),
    ("GET", "Groups", False): Route("ListGroups", teams.list_all),
    ("POST", "Groups", False): Route("CreateGroup", teams.create, 201),
    ("GET", "Groups", True): Route("GetGroup", teams.get),
    ("PUT", "Groups", True): Route("PutGroup", teams.put),
    ("PATCH", "Groups", True): Route("PatchGroup", teams.patch, 204),
    ("DELETE", "Groups", True): Route("DeleteGroup", teams.delete, 204),
    ("GET", "ServiceProviderConfig", False): Route("GetServiceProviderConfig", _told(discovery.config)),
    ("GET", "ResourceTypes", False): Route("ListResourceTypes", _told(discovery.resource_types)),
    ("GET", "Schemas", False): Route("ListSchemas", _told(discovery.schemas)),
}
"""Method, resource, whether one is named by its id."""


def answer(world: World, request: HttpRequest) -> HttpResponse:
    """The answer. Raises nothing."""
    log = RequestLog(new_request_id(world.randomness), world.clock.now(), request)
    try:
        log.request = as_sent(request, world.settings.trusted_proxies)
        asked = _proved(world, log)
    except Exception as broken:  # noqa: BLE001 said, recorded and logged
        return refused(refuse(world, log, as_fault(broken, log.request_id)), log.request_id)
    found = _PATH.fullmatch(log.request.path)
    resource, its_id = (found[2] or "", found[3] or "") if found else ("", "")
    route = ROUTES.get((log.request.method, resource, bool(its_id)), NOTHING)
    try:
        return _carried_out(asked, route, its_id)
    except Exception as broken:  # noqa: BLE001 as above
        if isinstance(broken, RecursionError):
            broken = wrong("The body is nested too deeply.", "invalidSyntax")
        error = as_fault(broken, log.request_id)
        return refused(_recorded(asked, route.name, its_id, error), log.request_id)


def _proved(world: World, log: RequestLog) -> Asked:
    """Rule 1."""
    found = _PATH.match(log.request.path)
    shown = log.request.joined("authorization")
    secret = shown[len(_BEARER) :].strip()
    if not shown.lower().startswith(_BEARER) or not 0 < len(secret) <= _LONGEST_TOKEN:
        raise _unproved("there is no bearer token")
    with world.database.read() as tx:
        token = scim_tokens.of_digest(tx, digest_of(secret))
        instance = instances.of_directory(tx, token.directory) if token else None
        account = accounts.by_id(tx, instance.account) if instance else None
    if found is None or token is None or instance is None or token.directory != found[1]:
        raise _unproved("the token isn't one of this directory")
    if token.expires <= log.now:
        raise _unproved("the token has expired")
    if account is None or account.closed:
        raise _unproved("the account was closed")
    return Asked(world, log.request, log.request_id, log.now, token, instance)


def _carried_out(asked: Asked, route: Route, its_id: str) -> HttpResponse:
    """Rule 3."""
    world, named, event = asked.world, (its_id,) if its_id else (), asked.event(route.name, its_id)
    if route.reads:
        with world.database.read() as tx:
            body = route.act(tx, asked, *named)
        world.journal.append(event, asked.now)
    else:
        check_room(world, asked.request.body.size)
        with world.database.write(asked.now) as tx:
            body = route.act(tx, asked, *named)
            made = str((body or {}).get("id", its_id))
            asked.keep(tx, asked.event(route.name, made))
    return answered(route.status, body, asked.request_id)


def _recorded(asked: Asked, name: str, its_id: str, error: AwsError) -> AwsError:
    try:
        asked.world.journal.append(asked.event(name, its_id, error), asked.now)
    except OSError:
        return unrecorded()
    return error


def _unproved(meant: str) -> AwsError:
    """All that a stranger is told."""
    return AwsError("invalidToken", 401, "The token is not valid.", meant)
