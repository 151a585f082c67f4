"""The global condition keys of a call: what is true of caller, connection and time.

Every value comes from what this server knows itself: the sealed session, the store, the clock, the
connection. A header fills only the two keys that AWS documents as chosen by the client (aws:UserAgent,
aws:referer). Keys of the action itself come with its demands; where both speak, this file wins, so that
no request can name its own principal. docs/condition-keys.md has every key, those that aren't here too.
Source: IAM User Guide, "AWS global condition context keys" (Availability) and "IAM policy elements:
Variables and tags" (Principal key values).
"""

from datetime import datetime

from watchword.access.caller import Caller
from watchword.access.demand import ContextValue, Demand
from watchword.facts import Facts
from watchword.facts.entities import TAGS
from watchword.names import HttpRequest
from watchword.names.moment import iso
from watchword.names.principal import PRINCIPAL_TYPES, RoleSession, Service, User
from watchword.sessions.session import Session, milliseconds, moment

Context = dict[str, ContextValue]

ONE_REGION = {"iam": "us-east-1"}
"""Services of one region, which is the one that is called whatever region was signed for."""
OF_PRINCIPALS = ("aws:principal", "aws:userid", "aws:username")
"""How the keys begin, in lower case, that are true of a principal whatever it asks for."""


def call_context(facts: Facts, caller: Caller, request: HttpRequest, now: datetime) -> Context:
    """What is the same for all demands of one call."""
    context = _connection(request, now)
    context.update(_principal(facts, caller))
    if caller.session:
        context.update(_session(caller.session, now))
    return context


def demand_context(demand: Demand, of_call: Context, region: str) -> Context:
    """The whole context of one demand."""
    context: Context = dict(demand.context)
    context.update({f"aws:ResourceTag/{key}": value for key, value in demand.resource_tags.items()})
    context.update(of_call)
    if demand.account:
        context["aws:ResourceAccount"] = demand.account
    service = demand.action.partition(":")[0].lower()
    context["aws:RequestedRegion"] = demand.region or ONE_REGION.get(service, region)
    return context


def _connection(request: HttpRequest, now: datetime) -> Context:
    context: Context = {
        "aws:CurrentTime": iso(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true" if request.secure else "false",
        "aws:ViaAWSService": "false",
    }
    if request.peer:
        context["aws:SourceIp"] = request.peer
    for key, header in (("aws:UserAgent", "user-agent"), ("aws:referer", "referer")):
        if value := request.header(header):
            context[key] = value
    return context


def _principal(facts: Facts, caller: Caller) -> Context:
    principal = caller.principal
    context: Context = {"aws:PrincipalType": PRINCIPAL_TYPES[type(principal)], "aws:userid": principal.userid}
    if caller.anonymous:
        return context | {"aws:PrincipalAccount": principal.userid}
    if isinstance(principal, Service):
        return context | _of_service(principal)
    context["aws:PrincipalIsAWSService"] = "false"
    context["aws:PrincipalArn"] = principal.role_arn if isinstance(principal, RoleSession) else principal.arn
    context["aws:PrincipalAccount"] = principal.account
    if isinstance(principal, User):
        context["aws:username"] = principal.name
    for key, value in principal_tags(facts, caller).items():
        context[f"aws:PrincipalTag/{key}"] = value
    return context


def _of_service(service: Service) -> Context:
    return {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service.name,
        "aws:PrincipalServiceNamesList": (service.name,),
    }


def principal_tags(facts: Facts, caller: Caller) -> dict[str, str]:
    """Tags of the user or role; a session's own go before the role's, whatever the case of the key."""
    principal = caller.principal
    tags: dict[str, str] = {}
    if isinstance(principal, User | RoleSession):
        kind = "user" if isinstance(principal, User) else "role"
        tags.update(facts.need(TAGS, kind, principal.unique_id))
    if caller.session:
        passed = {key.lower() for key in caller.session.tags}
        tags = {key: value for key, value in tags.items() if key.lower() not in passed}
        tags.update(caller.session.tags)
    return tags


def _session(session: Session, now: datetime) -> Context:
    context: Context = {"aws:TokenIssueTime": iso(moment(session.issued))}
    if session.kind != "federated":  # who were authenticated elsewhere
        context["aws:MultiFactorAuthPresent"] = "false" if session.mfa_at is None else "true"
    if session.mfa_at is not None:
        context["aws:MultiFactorAuthAge"] = str((milliseconds(now) - session.mfa_at) // 1000)
    if session.source_identity:
        context["aws:SourceIdentity"] = session.source_identity
    return context
