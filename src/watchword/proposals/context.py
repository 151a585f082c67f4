"""The context of a request that was answered long ago, as far as its record tells it.

1. What a condition compared at the time is known: the decision has it.
2. Of the caller, the session, the connection and the moment the record has most keys.
3. Tags, owners and organizations are looked up, and are those of today (`today`).
4. A key that the server never fills, or that the action doesn't take, is missing for sure.
5. Everything else isn't recorded: what the operation was given (tags in a request, an external id), headers,
   whether the connection used TLS, session tags, claims of identity providers.

The other side is `access.condition_keys`, which gathers the context of a real request. docs/what-if.md lists
the keys.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Final, Literal

from msgspec import Struct

from watchword.access import Caller
from watchword.access.condition_keys import ONE_REGION, organization_keys, principal_keys, principal_tags
from watchword.facts import Facts
from watchword.facts.organizations import STANDING
from watchword.identity.tags import as_condition_keys
from watchword.names import Principal
from watchword.names.fold import fold
from watchword.names.moment import iso
from watchword.names.principal import FederatedUser, RoleSession, Saml, User, WebIdentity
from watchword.policy.language.variables import Value
from watchword.proposals.identities import Identity, SessionContext
from watchword.proposals.recorded import Decided, Event, is_cut
from watchword.proposals.resources import EVERYTHING, Resources
from watchword.reference.actions import catalogue
from watchword.services.resources import Attached


class NotRecorded(Enum):
    """In place of a value."""

    NOT_RECORDED = 0


NOT_RECORDED: Final = NotRecorded.NOT_RECORDED
Found = Value | Literal[NotRecorded.NOT_RECORDED] | None
"""None for a key that was missing."""

NEVER_FILLED = frozenset(
    f"aws:{name}"
    for name in """
    signinsessionarn chatbotsourcearn ec2instancesourcevpc ec2instancesourceprivateipv4 sourcevpc sourcevpcarn
    sourcevpce vpceaccount vpceorgid vpceorgpaths vpcsourceip calledviaawsmcp viaawsmcpservice
    ismcpserviceaction sourceowner
    """.split()  # noqa: SIM905 a table of names
)
"""Global keys that no request here has (docs/condition-keys.md)."""
_OF_TODAY = ("aws:principaltag/", "aws:principalorg", "aws:resourcetag/", "aws:resourceorg")
_OF_REQUESTS = ("aws:requesttag/", "aws:tagkeys")
_WITH_REGIONS = frozenset({"s3"})
"""Services whose resources are in a region, whatever region was signed for."""
_TAKES_CODES = "sts:assumerole"
"""The action whose calls can prove the second factor at once."""
_OF_FUNCTIONS = "lambda:sourcefunctionarn"


class Asked(Struct, frozen=True, dict=True):
    """A recorded request, with what is looked up about it."""

    identity: Identity
    principal: Principal
    event: Event
    decided: Decided
    resources: Resources

    @cached_property
    def attached(self) -> Attached | None:
        """What is attached to the resource today; None where it isn't there."""
        return self.resources.attached(self.decided.action, self.decided.resource)

    @cached_property
    def owner(self) -> str:
        """The account of the resource; empty where that isn't known."""
        decided = self.decided
        return self.resources.owner(decided.action, decided.resource, self.principal.account)


class Known(Struct, frozen=True):
    """What is known about the keys that a policy uses."""

    keys: Mapping[str, Value]
    unknown: frozenset[str]
    today: frozenset[str]
    """Those whose value is of today."""


def known_of(facts: Facts, asked: Asked, wanted: Iterable[str]) -> Known:
    """What is known about some keys, given folded."""
    compared = dict(asked.decided.compared())
    found = {key: compared[key] if key in compared else _find(facts, asked, key) for key in wanted}
    return Known(
        {key: value for key, value in found.items() if value is not None and value is not NOT_RECORDED},
        frozenset(key for key, value in found.items() if value is NOT_RECORDED),
        frozenset(key for key in found if key.startswith(_OF_TODAY) and key not in compared),
    )


def _find(facts: Facts, asked: Asked, key: str) -> Found:
    if key in NEVER_FILLED:
        return None
    find = _KEYS.get(key)
    if find is None:
        find = next((each for form, each in _FORMS.items() if key.startswith(form)), _of_service)
    return find(facts, asked, key)


# The connection and the moment (rule 2). What a service asked for its caller came by no connection.


def _inside(found: Found, outside: Callable[[Asked], Found]) -> "Find":
    """One value for what a service asked, and one for what a client sent."""

    def find(_facts: Facts, asked: Asked, _key: str) -> Found:
        return found if asked.identity.invoked_by else outside(asked)

    return find


def _text(text: str) -> Found:
    """Of a header or an address: an empty one is missing."""
    return NOT_RECORDED if is_cut(text) else text or None


def _time(asked: Asked, shown: Callable[[datetime], str]) -> Found:
    """When it was asked. A line of a damaged log may say no time."""
    try:
        return shown(datetime.fromisoformat(asked.event.event_time))
    except ValueError:
        return NOT_RECORDED


def _epoch(time: datetime) -> str:
    return str(int(time.timestamp()))


def _region(_facts: Facts, asked: Asked, _key: str) -> Found:
    """The region of the resource, or the one of its service, or the one that was signed for."""
    service = fold(asked.decided.action).partition(":")[0]
    if service in ONE_REGION:
        return ONE_REGION[service]
    if asked.attached and asked.attached.region:
        return asked.attached.region
    return NOT_RECORDED if service in _WITH_REGIONS else _text(asked.event.aws_region)


# The caller and the session (rule 2)


def _of_caller(_facts: Facts, asked: Asked, key: str) -> Found:
    keys = principal_keys(Caller(asked.principal), {})
    return next((value for name, value in keys.items() if fold(name) == key), None)


def _principal_tag(facts: Facts, asked: Asked, key: str) -> Found:
    """A role's session, and a federated user's, may have had tags of its own."""
    if isinstance(asked.principal, RoleSession | FederatedUser):
        return NOT_RECORDED
    if not isinstance(asked.principal, User):
        return None
    held = as_condition_keys("aws:PrincipalTag", principal_tags(facts, Caller(asked.principal)).items())
    return _folded(held).get(key)


def _session(read: Callable[[SessionContext], str]) -> "Find":
    def find(_facts: Facts, asked: Asked, _key: str) -> Found:
        session = asked.identity.session_context
        return (read(session) or None) if session else None

    return find


def _second_factor(_facts: Facts, asked: Asked, key: str) -> Found:
    """A call of AssumeRole may have come with a code, and how old a code was isn't recorded."""
    if fold(asked.decided.action) == _TAKES_CODES:
        return NOT_RECORDED
    session = asked.identity.session_context
    if session is None or isinstance(asked.principal, FederatedUser):
        return None
    proved = session.attributes.mfa_authenticated
    if key == "aws:multifactorauthpresent":
        return proved
    return NOT_RECORDED if proved == "true" else None


def _provider(_facts: Facts, asked: Asked, _key: str) -> Found:
    if isinstance(asked.principal, WebIdentity | Saml):
        return asked.principal.provider or NOT_RECORDED
    session = asked.identity.session_context
    vouched = session.web_id_federation_data if session else None
    return vouched.federated_provider if vouched else None


def _organization(whose: str) -> "Find":
    def find(facts: Facts, asked: Asked, key: str) -> Found:
        account = asked.owner if whose == "aws:Resource" else asked.principal.account
        if not account:
            return NOT_RECORDED if whose == "aws:Resource" else None
        return _folded(organization_keys(whose, facts.need(STANDING, account))).get(key)

    return find


# The resource (rule 3), and keys of services (rules 4 and 5)


def _owner(_facts: Facts, asked: Asked, _key: str) -> Found:
    return asked.owner or NOT_RECORDED


def _resource_tag(_facts: Facts, asked: Asked, key: str) -> Found:
    if asked.attached:
        return _folded(as_condition_keys("aws:ResourceTag", asked.attached.tags.items())).get(key)
    return None if asked.decided.resource == EVERYTHING else NOT_RECORDED


def _of_service(_facts: Facts, asked: Asked, key: str) -> Found:
    """Also of what the caller gave with the request, and of what an identity provider said of the caller."""
    prefix = key.partition(":")[0]
    if key == _OF_FUNCTIONS or (prefix != "aws" and prefix not in catalogue().services):
        return NOT_RECORDED if _vouched_for(asked) else None
    if prefix == "aws" and not key.startswith(_OF_REQUESTS):
        return NOT_RECORDED
    action = catalogue().action(asked.decided.action)
    if action is not None and not action.takes(key):
        return None
    held = _folded(asked.attached.keys) if asked.attached else {}
    return held.get(key, NOT_RECORDED)


def _vouched_for(asked: Asked) -> bool:
    return isinstance(asked.principal, RoleSession | WebIdentity | Saml)


def _folded(keys: Mapping[str, Value]) -> dict[str, Value]:
    return {fold(key): value for key, value in keys.items()}


Find = Callable[[Facts, Asked, str], Found]
_DIRECTLY = _inside(NOT_RECORDED, lambda _: None)
"""Of keys that only calls of services have."""
_KEYS: Mapping[str, Find] = {
    "aws:currenttime": lambda _, asked, __: _time(asked, iso),
    "aws:epochtime": lambda _, asked, __: _time(asked, _epoch),
    "aws:sourceip": _inside(None, lambda asked: _text(asked.event.source)),
    "aws:useragent": _inside(NOT_RECORDED, lambda asked: _text(asked.event.user_agent)),
    "aws:referer": _inside(None, lambda _: NOT_RECORDED),
    "aws:securetransport": _inside("true", lambda _: NOT_RECORDED),
    "aws:viaawsservice": _inside(NOT_RECORDED, lambda _: "false"),
    "aws:requestedregion": _region,
    "aws:tokenissuetime": _session(lambda session: session.attributes.creation_date),
    "aws:sourceidentity": _session(lambda session: session.source_identity),
    "aws:assumedroot": _session(lambda session: session.assumed_root),
    "aws:multifactorauthpresent": _second_factor,
    "aws:multifactorauthage": _second_factor,
    "aws:federatedprovider": _provider,
    "aws:resourceaccount": _owner,
    "aws:userid": _of_caller,
    "aws:username": _of_caller,
}
_FORMS: Mapping[str, Find] = {
    "aws:calledvia": _DIRECTLY,
    "aws:source": _DIRECTLY,
    "aws:principaltag/": _principal_tag,
    "aws:principalorg": _organization("aws:Principal"),
    "aws:principal": _of_caller,
    "aws:resourcetag/": _resource_tag,
    "aws:resourceorg": _organization("aws:Resource"),
}
"""By how a key begins; the first counts."""
