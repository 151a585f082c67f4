"""The global condition keys of a call: what is true of caller, connection and time.

Every value comes from what this server knows itself: the sealed session, the store, the clock, the
connection. A header fills only the two keys that AWS documents as chosen by the client (aws:UserAgent,
aws:referer). Keys of the action itself come with its demands; where both speak, this file wins, so that
no request can name its own principal. docs/condition-keys.md has every key, those that aren't here too.
Source: IAM User Guide, "AWS global condition context keys" (Availability) and "IAM policy elements:
Variables and tags" (Principal key values).
"""

from collections.abc import Mapping
from datetime import datetime

from watchword.access.caller import Caller, VouchedByCertificate
from watchword.access.demand import ContextValue, Demand
from watchword.access.request_context import RequestContext, Via
from watchword.facts import Facts
from watchword.facts.entities import TAGS
from watchword.facts.organizations import ALONE, STANDING, Standing
from watchword.identity.tags import as_condition_keys
from watchword.names import HttpRequest
from watchword.names.fold import fold
from watchword.names.moment import iso
from watchword.names.principal import (
    PRINCIPAL_TYPES,
    FederatedUser,
    RoleSession,
    Saml,
    Service,
    User,
    WebIdentity,
)
from watchword.sessions.session import Session, milliseconds, moment

Keys = dict[str, ContextValue]

_VOUCHED = (WebIdentity, Saml)  # a union would be made again for each call
_KINDS: Mapping[type, str] = {User: "user", RoleSession: "role"}
"""What has the tags of a principal."""
ONE_REGION = {"iam": "us-east-1", "organizations": "us-east-1"}
"""Services of one region, which is the one that is called whatever region was signed for."""
PROVED_NOW: Keys = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
"""By a code that came with the call, whatever the session says (AssumeRole)."""
OF_PRINCIPALS = ("aws:principal", "aws:userid", "aws:username")
"""How the keys begin, in lower case, that are true of a principal whatever it asks for."""


class Gathering:
    """The keys of a call's demands, gathered when they are first asked for.

    All that can change is read at once: the tags of the principal, and where accounts stand.
    """

    __slots__ = ("_context", "_of_call", "_source", "_tags", "standing")

    def __init__(self, context: RequestContext) -> None:
        facts, via = context.world.facts, context.via
        self._context = context
        self._tags = principal_tags(facts, context.caller)
        self.standing = _standing(facts, context.caller.account)
        """Where the caller's account stands."""
        self._source = _standing(facts, via.source_account) if via.source_arn else ALONE
        self._of_call: Keys | None = None

    def standing_of(self, account: str) -> Standing:
        """Where another account stands, or the caller's."""
        context = self._context
        return self.standing if account == context.caller.account else _standing(context.world.facts, account)

    def of(self, demand: Demand, owner: Standing = ALONE) -> Keys:
        """All keys of one demand; `owner` is where the resource's account stands."""
        if self._of_call is None:
            self._of_call = call_keys(self._context, self._tags)
            self._of_call.update(organization_keys("aws:Source", self._source))
            self._of_call.update(organization_keys("aws:Principal", self.standing))
        keys = demand_keys(demand, self._of_call, self._context.region)
        keys.update(organization_keys("aws:Resource", owner))
        return keys


def _standing(facts: Facts, account: str) -> Standing:
    return facts.need(STANDING, account) if account else ALONE


def organization_keys(whose: str, standing: Standing) -> Keys:
    """The organization of the principal, the resource or the source; none for what stands alone."""
    if standing.organization is None:
        return {}
    return {f"{whose}OrgID": standing.organization.id, f"{whose}OrgPaths": (standing.path,)}


def call_keys(context: RequestContext, tags: Mapping[str, str]) -> Keys:
    """What is the same for all demands of one call. tags: those of its principal."""
    keys = _moment(context.now)
    keys.update(_inside(context.via) if context.via.services else _connection(context.request))
    if context.via.source_arn:
        keys["aws:SourceArn"] = context.via.source_arn
        keys["aws:SourceAccount"] = context.via.source_account
    keys.update(principal_keys(context.caller, tags))
    if isinstance(context.caller.principal, _VOUCHED):
        keys["aws:FederatedProvider"] = context.caller.principal.provider
    if context.caller.session:
        keys.update(_session(context.caller.session, context.now))
    return keys


def demand_keys(demand: Demand, of_call: Keys, region: str) -> Keys:
    """All keys of one demand."""
    keys: Keys = dict(demand.context)
    keys.update(as_condition_keys("aws:ResourceTag", demand.resource_tags.items()))
    keys.update(of_call)
    if demand.multi_factor:
        keys.update(PROVED_NOW)
    if demand.account:
        keys["aws:ResourceAccount"] = demand.account
    service = demand.action.partition(":")[0].lower()
    keys["aws:RequestedRegion"] = demand.region or ONE_REGION.get(service, region)
    return keys


def _moment(now: datetime) -> Keys:
    return {"aws:CurrentTime": iso(now), "aws:EpochTime": str(int(now.timestamp()))}


def _connection(request: HttpRequest) -> Keys:
    """Of a call that a client sent."""
    keys: Keys = {
        "aws:SecureTransport": "true" if request.secure else "false",
        "aws:ViaAWSService": "false",
    }
    if request.peer:
        keys["aws:SourceIp"] = request.peer
    for key, header in (("aws:UserAgent", "user-agent"), ("aws:referer", "referer")):
        if value := request.joined(header):
            keys[key] = value
    return keys


def _inside(via: Via) -> Keys:
    """Of a call that a service makes for its caller: without an address, which would be the service's."""
    return {
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "true",
        "aws:CalledVia": via.services,
        "aws:CalledViaFirst": via.services[0],
        "aws:CalledViaLast": via.services[-1],
        "aws:UserAgent": via.services[-1],
    }


def principal_keys(caller: Caller, tags: Mapping[str, str]) -> Keys:
    """What is true of a caller whatever it asks for; all begin with one of OF_PRINCIPALS."""
    principal = caller.principal
    keys: Keys = {"aws:PrincipalType": PRINCIPAL_TYPES[type(principal)], "aws:userid": principal.userid}
    if caller.anonymous:
        return keys | {"aws:PrincipalAccount": principal.userid}
    if isinstance(principal, Service):
        return keys | _of_service(principal) | _tags(tags)
    if isinstance(principal, _VOUCHED):  # whose requests aren't signed
        return keys
    keys["aws:PrincipalIsAWSService"] = "false"
    keys["aws:PrincipalArn"] = principal.role_arn if isinstance(principal, RoleSession) else principal.arn
    keys["aws:PrincipalAccount"] = principal.account
    if isinstance(principal, User):
        keys["aws:username"] = principal.name
    return keys | _tags(tags)


def _tags(tags: Mapping[str, str]) -> Keys:
    return {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}


def _of_service(service: Service) -> Keys:
    return {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service.name,
        "aws:PrincipalServiceNamesList": (service.name,),
    }


def principal_tags(facts: Facts, caller: Caller) -> Mapping[str, str]:
    """Tags of the user or role; a session's own go before these, whatever the case of the key.

    Those of a federated user are its user's. A service that asks for the holder of a certificate has the tags
    that the certificate says (IAM Roles Anywhere User Guide, "Trust policy").
    """
    principal = caller.principal
    if type(caller.vouched) is VouchedByCertificate:
        return caller.vouched.tags
    tags: Mapping[str, str] = {}
    if type(principal) in _KINDS:
        tags = facts.need(TAGS, _KINDS[type(principal)], principal.unique_id)
    elif isinstance(principal, FederatedUser) and not principal.of_root:
        tags = facts.need(TAGS, "user", principal.user_id)
    if caller.session and caller.session.tags:
        passed = {fold(key) for key in caller.session.tags}
        tags = {key: value for key, value in tags.items() if fold(key) not in passed} | caller.session.tags
    return tags


def _session(session: Session, now: datetime) -> Keys:
    keys: Keys = {"aws:TokenIssueTime": iso(moment(session.issued))}
    if session.kind != "federated":  # who were authenticated elsewhere
        keys["aws:MultiFactorAuthPresent"] = "false" if session.mfa_at is None else "true"
    if session.mfa_at is not None:
        keys["aws:MultiFactorAuthAge"] = str((milliseconds(now) - session.mfa_at) // 1000)
    if session.assumed_root:
        keys["aws:AssumedRoot"] = "true"
    if session.source_identity:
        keys["aws:SourceIdentity"] = session.source_identity
    if session.provider:
        keys["aws:FederatedProvider"] = session.provider
    keys.update(session.claims)
    return keys
