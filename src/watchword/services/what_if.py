"""What would be decided if somebody asked: a request that nobody has sent, decided by `authorize` like any.

The principal's policies, tags and boundary are those in the store, and so is what is attached to the
resource: a bucket's policy, a role's trust policy, tags, a boundary. What only a real request would tell
(address, time, TLS, headers, keys of the action) comes from the context that is given: a key that isn't in it
is absent, and for a key that the server knows itself, the server's value counts. A role calls in a new
session without tags and policies of its own.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from watchword.access import Caller, Circumstances, Demand, authorize
from watchword.access.context import OF_PRINCIPALS, call_context, demand_context
from watchword.access.demand import ContextValue, entity_tags
from watchword.facts import Facts
from watchword.facts.buckets import BUCKET
from watchword.facts.entities import INSTANCE_PROFILE, ROLE, TAGS, USER
from watchword.identity.arns import entity_arn
from watchword.names import Arn, HttpRequest
from watchword.names.principal import RoleSession, Root, User
from watchword.policy import Decision
from watchword.policy.language import values
from watchword.reference.actions import catalogue
from watchword.store import accounts
from watchword.world import World

Context = Mapping[str, ContextValue]

BOUNDARY = "iam:PermissionsBoundary"
NAMING_BOUNDARIES = {
    f"iam:{verb}{noun}{rest}"
    for verb, rest in (("Create", ""), ("Put", "PermissionsBoundary"))
    for noun in ("Role", "User")
}
"""Whose request says which boundary it is about."""
SESSION_NAME = "what-if"
REGION = "us-east-1"
_HEADERS = {"aws:useragent": "user-agent", "aws:referer": "referer"}


class Unknown(Exception):  # noqa: N818 its message is the line that a person reads
    """It can't be decided; the message is one line."""


def simulate_request(world: World, principal: str, action: str, resource: str, context: Context) -> Decision:
    """The decision on what the principal of that ARN would ask for. Raises Unknown."""
    keys = _folded(context)
    caller = Caller(_principal(world, _arn(principal)))
    demand, around = _demand(world.facts, caller, action, resource), _circumstances(world, caller, keys)
    of_call = call_context(world.facts, caller, around.request, around.now)
    there = {key.lower() for key in demand_context(demand, of_call, around.region)}
    asked = {key: value for key, value in keys.items() if key not in there}
    (decision,) = authorize(around, (replace(demand, context={**demand.context, **asked}),))
    return decision


def _folded(context: Context) -> Context:
    """The keys of a request, in lower case."""
    keys: dict[str, ContextValue] = {}
    for given, value in context.items():
        key = given.lower()
        if key in keys:
            raise Unknown(f"{key} is given twice, in different case")
        if key.startswith(OF_PRINCIPALS):
            raise Unknown(f"{key} is not for a request to say: the server knows who calls")
        keys[key] = value
    return keys


def _principal(world: World, arn: Arn) -> User | RoleSession | Root:
    kind, _, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    match arn.service, kind:
        case "iam", "root" if arn.resource == "root":
            with world.database.read() as tx:
                if accounts.by_id(tx, arn.account):
                    return Root(arn.account, arn.partition)
        case "iam", "user":
            user = world.facts.get(USER, arn.account, name)
            if user and entity_arn("user", user.account, user.path, user.name, user.partition) == str(arn):
                return User(user.account, user.name, user.id, user.path, user.partition)
        case "iam", "role":
            found = world.facts.get(ROLE, arn.account, name)
            if found and found.arn == str(arn):
                return _session(world.facts, arn.account, name, SESSION_NAME)
        case "sts", "assumed-role":
            role, _, session = rest.partition("/")
            return _session(world.facts, arn.account, role, session)
    raise Unknown(f"nobody is called {arn}")


def _session(facts: Facts, account: str, name: str, session: str) -> RoleSession:
    found = facts.get(ROLE, account, name)
    if found is None or not session or "/" in session:
        raise Unknown(f"no session {session!r} can be had of a role {name!r} in account {account}")
    role = found.role
    return RoleSession(role.account, role.name, role.id, session, role.path, role.partition)


# What is asked for


def _demand(facts: Facts, caller: Caller, action: str, resource: str) -> Demand:
    if resource == "*":
        return Demand(action, resource, caller.account)
    arn = _arn(resource)
    if arn.service == "s3" and not arn.account:
        return _on_bucket(facts, caller, action, arn)
    if arn.service == "iam":
        return _on_entity(facts, action, arn)
    return Demand(action, resource, arn.account or caller.account)


def _on_bucket(facts: Facts, caller: Caller, action: str, arn: Arn) -> Demand:
    found = facts.get(BUCKET, arn.resource.partition("/")[0])
    if found is None:
        return Demand(action, str(arn), caller.account)
    account, name = found.bucket.account, f"arn:{arn.partition}:s3:::{found.bucket.name}"
    keys = {"s3:ResourceAccount": account}
    return Demand(action, str(arn), account, keys, found.policy, name, region=found.bucket.region)


def _on_entity(facts: Facts, action: str, arn: Arn) -> Demand:
    kind, _, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    if action.lower().startswith("sts:"):
        role = facts.get(ROLE, arn.account, name) if kind == "role" else None
        trust, tags = (role.trust, role.tags) if role and role.arn == str(arn) else (None, {})
        return Demand(action, str(arn), arn.account, entity_tags(tags), trust, str(arn), "role", tags)
    held = _tags(facts, arn, kind, name)
    own = entity_tags(held) if kind in ("user", "role") else {}
    return Demand(
        action,
        str(arn),
        arn.account,
        own | _boundary(facts, action, arn.account, kind, name),
        resource_tags=held,
    )


def _tags(facts: Facts, arn: Arn, kind: str, name: str) -> Mapping[str, str]:
    if kind == "policy":
        return facts.need(TAGS, kind, str(arn))
    if kind == "role":
        role = facts.get(ROLE, arn.account, name)
        return role.tags if role else {}
    user = facts.get(USER, arn.account, name) if kind == "user" else None
    profile = facts.get(INSTANCE_PROFILE, arn.account, name) if kind == "instance-profile" else None
    found = user or profile
    return facts.need(TAGS, kind, found.id) if found else {}


def _boundary(facts: Facts, action: str, account: str, kind: str, name: str) -> dict[str, ContextValue]:
    """The boundary of the user or role acted on, where the action has that condition key."""
    known = catalogue().action(action)
    if known is None or not known.takes(BOUNDARY) or known.name in NAMING_BOUNDARIES:
        return {}
    user = facts.get(USER, account, name) if kind == "user" else None
    role = facts.get(ROLE, account, name) if kind == "role" else None
    boundary = user.boundary if user else role.role.boundary if role else None
    return {BOUNDARY: boundary} if boundary else {}


# How it is asked


def _circumstances(world: World, caller: Caller, keys: Context) -> Circumstances:
    """The connection and the moment that the context speaks of; keys in lower case."""
    request = HttpRequest(
        "POST",
        headers=tuple((header, _text(keys, key)) for key, header in _HEADERS.items() if key in keys),
        secure=_text(keys, "aws:securetransport").lower() == "true",
        peer=_text(keys, "aws:sourceip"),
    )
    return Circumstances(
        world, caller, request, _text(keys, "aws:requestedregion") or REGION, _now(world, keys)
    )


def _now(world: World, keys: Context) -> datetime:
    for key in ("aws:currenttime", "aws:epochtime"):
        if key in keys:
            seconds = values.instant(_text(keys, key))
            try:
                return datetime.fromtimestamp(float("nan" if seconds is None else seconds), UTC)
            except (OverflowError, ValueError):
                raise Unknown(f"{key} is no time: {_text(keys, key)}") from None
    return world.clock.now()


def _text(keys: Context, key: str) -> str:
    value = keys.get(key, "")
    return value if isinstance(value, str) else ", ".join(value)


def _arn(text: str) -> Arn:
    try:
        return Arn.parse(text)
    except ValueError as error:
        raise Unknown(str(error)) from None
