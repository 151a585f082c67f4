"""What would be decided if somebody asked: a request that nobody has sent, decided by `authorize` like any.

The principal's policies, tags and boundary are those in the store, and so is what is attached to the
resource: a bucket's policy, a role's trust policy, tags, a boundary. What only a real request would tell
(address, time, TLS, headers, keys of the action) comes from the context that is given: a key that isn't in it
is absent, and for a key that the server knows itself, the server's value counts. A role calls in a new
session without tags and policies of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from watchword.access import Caller, Demand, RequestContext, authorize
from watchword.access.condition_keys import OF_PRINCIPALS, Gathering
from watchword.access.demand import ContextValue
from watchword.facts import Facts
from watchword.facts.entities import ROLE, USER
from watchword.facts.grants import ROLE_GRANTS, USER_GRANTS, Grants
from watchword.names import Arn, HttpRequest
from watchword.names.principal import RoleSession, Root, User
from watchword.policy import Decision, Policies, decide
from watchword.policy.evaluation.changes import Change, changed
from watchword.policy.evaluation.cost import BUDGET
from watchword.policy.language import values
from watchword.services.table import BY_PREFIX
from watchword.store import accounts
from watchword.world import World

Context = Mapping[str, ContextValue]

SESSION_NAME = "what-if"
REGION = "us-east-1"
_HEADERS = {"aws:useragent": "user-agent", "aws:referer": "referer"}


class Unknown(ValueError):  # noqa: N818 its message is the line that a person reads
    """It can't be decided; the message is one line."""


def simulate_request(world: World, principal: str, action: str, resource: str, context: Context) -> Decision:
    """The decision on what the principal of that ARN would ask for. Raises Unknown."""
    keys = _folded(context)
    caller = Caller(_principal(world, _arn(principal)))
    demand, asked = _demand(world.facts, caller, action, resource), _request_context(world, caller, keys)
    known = Gathering(asked)
    there = {key.lower() for key in known.of(demand, known.standing_of(demand.account))}
    more = {key: value for key, value in keys.items() if key not in there}
    (decision,) = authorize(asked, (replace(demand, context={**demand.context, **more}),))
    return decision


def try_changes(
    world: World, principal: str, action: str, resource: str, context: Context, changes: Sequence[Change]
) -> Decision:
    """The same as if the policies were changed. Raises Unknown, or PolicyError for what is no statement."""
    decision = simulate_request(world, principal, action, resource, context)
    if not changes or decision.steps:
        return decision
    try:
        return decide(decision.request, changed(_behind(world.facts, decision), changes), BUDGET)
    except ValueError as error:
        raise Unknown(str(error)) from None


def _behind(facts: Facts, decision: Decision) -> Policies:
    """The policies that a simulated decision was made from."""
    principal = decision.request.principal
    grants: Grants | None = None
    if isinstance(principal, User | RoleSession):
        own = USER_GRANTS if isinstance(principal, User) else ROLE_GRANTS
        grants = facts.get(own, principal.unique_id)
    grants = grants or Grants()
    scps, rcps, endpoint = decision.setting.guardrails
    return Policies(grants.identity, decision.policy, grants.boundary, None, scps, rcps, endpoint)


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
            if user and user.arn == str(arn):
                return user.principal
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
    return found.role.session(session)


# What is asked for


def _demand(facts: Facts, caller: Caller, action: str, resource: str) -> Demand:
    if resource == "*":
        return Demand(action, resource, caller.account)
    arn = _arn(resource)
    service = BY_PREFIX.get(action.partition(":")[0].lower())
    attached = service.attached(facts, action, arn) if service else None
    if attached is None:
        return Demand(action, resource, arn.account or caller.account)
    from watchword.reference.actions import catalogue  # noqa: PLC0415 most servers simulate nothing

    known = catalogue().action(action)
    keys = {key: value for key, value in attached.keys.items() if known is None or known.takes(key)}
    return replace(attached, keys=keys).demand(action, resource)


# How it is asked


def _request_context(world: World, caller: Caller, keys: Context) -> RequestContext:
    """The connection and the moment that the context speaks of; keys in lower case."""
    request = HttpRequest(
        "POST",
        headers=tuple((header, _text(keys, key)) for key, header in _HEADERS.items() if key in keys),
        secure=_text(keys, "aws:securetransport").lower() == "true",
        peer=_text(keys, "aws:sourceip"),
    )
    region = _text(keys, "aws:requestedregion") or REGION
    return RequestContext(world, caller, request, region, _now(world, keys))


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
