"""What a simulation is about: who asks, by which policies, in which context.

Source: IAM API Reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy", "ContextEntry".

* Documents must be valid, and may be as long as the model allows.
* The context is what the input gives and, where a principal's own policies are simulated, what is true of
  that principal (`access.condition_keys`). Nothing else is known: no connection, no time, no session.
* CallerArn can name any principal of any account. Of another one than the source only the ARN is known, since
  no permission on it was asked for: neither its unique id nor its tags, nor whether it exists.
* Service control policies are given, or are those above the account of the source: they limit any CallerArn.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from watchword.access import Caller
from watchword.access.condition_keys import Keys, organization_keys, principal_keys, principal_tags
from watchword.facts.fact import read_alone
from watchword.facts.organizations import ALONE, STANDING, Standing
from watchword.identity.refusals import missing, refusal
from watchword.names import Arn, AwsError
from watchword.names.fold import fold
from watchword.names.ids import is_account_id
from watchword.names.principal import RoleSession, User
from watchword.policy import Policies, Policy, PolicyError, Source
from watchword.policy.checking.validate import DocumentKind, wrong
from watchword.policy.evaluation.document import Origin
from watchword.policy.evaluation.setting import Levels
from watchword.policy.evaluation.simulate import context_keys
from watchword.policy.language import values
from watchword.services.iam.entity_types import named_by
from watchword.services.iam.simulation.holdings import (
    IDENTITY_POLICY,
    RESOURCE_POLICY,
    Document,
    Documents,
    Holdings,
    caller,
    holdings,
    nobody,
    without,
)
from watchword.services.operation import Call


@dataclass(frozen=True)
class SimulationInput:
    """Everything about a simulation but action and resource."""

    principal: User | RoleSession
    policies: Policies
    context: Keys
    owner: str
    """The account of resources that have none in their ARN."""
    documents: Documents
    """What statements can be pointed at."""

    @cached_property
    def by_origin(self) -> dict[Origin, Document]:
        """The documents, as statements refer to them."""
        return {source.key: document for source, document in self.documents.items()}

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The keys that the policies use and the context lacks."""
        known = {fold(key) for key in self.context}
        sources = (*self.documents, *(self.policies.boundary or ()))
        return tuple(key for key in context_keys(each.policy for each in sources) if fold(key) not in known)


def of_input(call: Call) -> SimulationInput:
    """The input of SimulateCustomPolicy: everything is given."""
    identity, resource = given(call, "PolicyInputList"), _resource_policy(call)
    if resource and "CallerArn" not in call.input:
        raise invalid("CallerArn is required where ResourcePolicy is given.")
    principal = _caller(call)
    policies = Policies(
        identity=tuple(identity),
        resource=next(iter(resource), None),
        boundary=_boundary(call),
        scps=_organization(call),
    )
    return SimulationInput(principal, policies, _entries(call), _owner(call, principal), identity | resource)


def of_principal(call: Call) -> SimulationInput:
    """The input of SimulatePrincipalPolicy: the principal's policies, and those that are given."""
    held = without(source(call), call.input.get("PolicyExclusionList", ()))
    identity, resource = held.identity | given(call, "PolicyInputList"), _resource_policy(call)
    own = call.input.get("CallerArn") in (None, call.input["PolicySourceArn"])
    principal, boundary = held.principal if own else _caller(call), _boundary(call)
    standing = _standing(call)
    policies = Policies(
        identity=tuple(identity),
        resource=next(iter(resource), None),
        boundary=held.boundary if boundary is None else boundary,
        scps=_above(standing),
    )
    context = _with(_known(call, principal, standing), _entries(call))
    return SimulationInput(principal, policies, context, _owner(call, principal), identity | resource)


def source(call: Call) -> Holdings:
    """What the entity holds that PolicySourceArn names. Raises NoSuchEntity."""
    kind, arn = named_by(call.input["PolicySourceArn"])
    entity = kind.resolved_entity(call, arn.name) if arn.account == call.account else None
    if entity is None or entity.arn != str(arn):
        raise missing(kind.noun, arn.name)
    return holdings(call.tx, call.world.root_key, kind, entity)


def given(call: Call, member: str) -> Documents:
    """The identity policies of a list of the input, numbered from 1."""
    texts: Sequence[str] = call.input.get(member, ())
    return dict(
        _read(f"{member}.{number}", IDENTITY_POLICY, text, DocumentKind.IDENTITY)
        for number, text in enumerate(texts, 1)
    )


def invalid(said: str) -> AwsError:
    """InvalidInput."""
    return refusal("InvalidInput", said)


# Policies


def _read(name: str, type_: str, text: str, kind: DocumentKind) -> tuple[Source, Document]:
    try:
        policy = Policy.parse(text)
    except PolicyError as error:
        raise invalid(f"{name} is not a valid policy: {error.meant}") from None
    for said, meant, _ in wrong(policy, kind):
        raise invalid(f"{name} is not a valid policy: {meant or said}")
    return Source(policy, name), Document(name, type_, text)


def _boundary(call: Call) -> tuple[Source, ...] | None:
    found = given(call, "PermissionsBoundaryPolicyInputList")
    if len(found) > 1:
        raise invalid("An entity has one permissions boundary.")
    return tuple(found) or None


def _resource_policy(call: Call) -> Documents:
    text = call.input.get("ResourcePolicy")
    return (
        {} if text is None else dict([_read("ResourcePolicy", RESOURCE_POLICY, text, DocumentKind.RESOURCE)])
    )


def _organization(call: Call) -> tuple[tuple[Source, ...], ...] | None:
    levels: Sequence[Mapping[str, Sequence[str]]] = call.input.get("OrderedOrganizationPolicyInputList", ())
    name = "ServiceControlPolicyInputList"
    read = tuple(
        tuple(
            _read(f"{name}.{level}.{number}", IDENTITY_POLICY, text, DocumentKind.SCP)[0]
            for number, text in enumerate(each.get(name, ()), 1)
        )
        for level, each in enumerate(levels, 1)
    )
    return read or None


def _standing(call: Call) -> Standing:
    """Where the account stands, read in the simulation's own transaction."""
    return read_alone(call.tx, call.world.root_key, STANDING, (call.account,)).value or ALONE


def _above(standing: Standing) -> Levels | None:
    """None outside of organizations; no levels where no SCPs hold, as in the management account."""
    return (standing.scps or ()) if standing.organization else None


# The caller, and the owner of the resources


def _caller(call: Call) -> User | RoleSession:
    """The principal of CallerArn, which need not exist."""
    if "CallerArn" not in call.input:
        return nobody(call.account)
    kind, arn = named_by(call.input["CallerArn"])
    return caller(kind, arn)


def _owner(call: Call, principal: User | RoleSession) -> str:
    """An account's id, or any ARN in it."""
    given: str = call.input.get("ResourceOwner", principal.account)
    try:
        owner = given if is_account_id(given) else Arn.parse(given).account
    except ValueError:
        owner = ""
    if not is_account_id(owner):
        raise invalid(f"Invalid ResourceOwner: {given}")
    return owner


# The context


def _known(call: Call, principal: User | RoleSession, standing: Standing) -> Keys:
    """What is true of a principal in all its requests."""
    if principal == nobody(principal.account):
        return {}
    caller = Caller(principal)
    keys = principal_keys(caller, principal_tags(call.world.facts, caller))
    if principal.account == call.account:
        keys |= organization_keys("aws:Principal", standing)
    return keys if principal.unique_id else {key: value for key, value in keys.items() if key != "aws:userid"}


def _with(context: Keys, entries: Keys) -> Keys:
    """A context in which `entries` replace its own; keys are compared without case."""
    taken = {fold(key) for key in entries}
    return {key: value for key, value in context.items() if fold(key) not in taken} | entries


def _entries(call: Call) -> Keys:
    """ContextEntries. Raises InvalidInput for what is not of its type."""
    entries: Iterable[Mapping[str, object]] = call.input.get("ContextEntries", ())
    context: Keys = {}
    for entry in entries:
        name, type_ = entry.get("ContextKeyName"), entry.get("ContextKeyType", "string")
        found = entry.get("ContextKeyValues", ())
        if not isinstance(name, str) or not isinstance(found, Sequence):
            raise invalid("A context entry needs a name and values.")
        if fold(name) in {fold(key) for key in context}:
            raise invalid(f"The context key {name} is given twice.")
        context[name] = _typed(name, str(type_), found)
    return context


def _typed(name: str, type_: str, found: Sequence[str]) -> str | tuple[str, ...]:
    readable = _TYPES[type_.removesuffix("List")]
    for value in found:
        if readable(value) is None:
            raise invalid(f"The value {value} of the context key {name} is not of type {type_}.")
    if type_.endswith("List"):
        return tuple(found)
    if len(found) != 1:
        raise invalid(f"The context key {name} of type {type_} takes one value.")
    return found[0]


_TYPES: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "numeric": values.number,
    "boolean": values.boolean,
    "ip": values.network,
    "binary": values.binary,
    "date": values.instant,
}
