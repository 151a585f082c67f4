"""The types of entities that have a name and a path, as data.

Creation, attachments, inline policies, boundaries and tags work in the same way on users, groups, roles and
instance profiles, where these have them. What differs is in this table: words, the input member with the
name, the look-up, the quota. Managed policies, MFA devices and identity providers are in it too; their name
is their ARN.

Between the decision and the operation a name may be reassigned to another entity, with another path and other
tags. So an operation acts on the entity of that name only if its unique id is the one that was decided on.
Otherwise the entity counts as missing. A path that changed in between is fine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypedDict, TypeVar

from watchword.facts import entities
from watchword.facts import providers as facts_of_providers
from watchword.identity import managed_policies, providers
from watchword.identity.protected_roles import check_changeable, is_reserved
from watchword.identity.refusals import missing, not_an_entity_arn, taken
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix, new_long_id, new_unique_id
from watchword.services.operation import Call
from watchword.store import Transaction
from watchword.store.iam import groups, instance_profiles, mfa_devices, roles, server_certificates, users
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.policies import Policy
from watchword.store.iam.roles import Role
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.iam.server_certificates import ServerCertificate
from watchword.store.iam.users import User
from watchword.world import World

Entity = (
    User
    | Group
    | Role
    | InstanceProfile
    | Policy
    | OidcProvider
    | SamlProvider
    | ServerCertificate
    | MfaDevice
)
One = TypeVar(
    "One",
    User,
    Group,
    Role,
    InstanceProfile,
    Policy,
    OidcProvider,
    SamlProvider,
    ServerCertificate,
    MfaDevice,
)
Known = Callable[[World, str, str], One | None]


class NewEntity(TypedDict):
    """The fields that all new entities have."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    partition: str


@dataclass(frozen=True, slots=True)
class EntityType(Generic[One]):
    """One type of entity. `noun` is its name in ARNs, in the store and in error messages."""

    noun: str
    prefix: Prefix | None
    """The prefix of its unique ids; None where these are long ids."""
    member: str
    """The input member with the name."""
    named: Callable[[Transaction, str, str], One | None]
    known: Known[One]
    """The same before the transaction is open."""
    attached: str = ""
    """The quota of attached policies."""
    tagged: bool = True

    def resolve(self, call: Call, name: str) -> One | None:
        """The entity of that name, for the decision."""
        return call.resolve(self.noun, name, partial(self.known, call.world, call.account, name))

    def of(self, call: Call) -> One:
        """The entity that the input names, if it is the one that was decided on. Raises NoSuchEntity."""
        return self.resolved_entity(call, call.input[self.member])

    def resolved_entity(self, call: Call, name: str) -> One:
        """The entity of that name, if it is the one that was decided on. Raises NoSuchEntity."""
        entity = self.find(call, name)
        if entity is None:
            raise missing(self.noun, name)
        if call.tx.writes:
            self._check_changeable(call, entity)
        return entity

    def find(self, call: Call, name: str) -> One | None:
        """The entity of that name, if it is the one that was decided on."""
        resolved, entity = call.resolved[self.noun, name], self.named(call.tx, call.account, name)
        return entity if resolved and entity and entity.id == resolved.id else None

    def new_entity(self, call: Call) -> NewEntity:
        """The fields of a new entity with the name and path in the input. Raises EntityAlreadyExists."""
        name = call.input[self.member]
        self.check_free(call, name)
        return {
            "id": self.new_id(call),
            "account": call.account,
            "name": name,
            "path": call.input.get("Path", "/"),
            "created": call.now,
            "partition": call.partition,
        }

    def new_id(self, call: Call) -> str:
        """The unique id of a new entity."""
        randomness = call.world.randomness
        return new_unique_id(self.prefix, randomness) if self.prefix else new_long_id(randomness)

    def check_free(self, call: Call, name: str, renamed: One | None = None) -> None:
        """Raises EntityAlreadyExists when another entity than `renamed` has that name."""
        if is_reserved(self.noun, name):
            raise taken(self.noun, name)
        holder = self.named(call.tx, call.account, name)
        if holder is not None and (renamed is None or holder.id != renamed.id):
            raise taken(self.noun, name)

    def other_entity(self, call: Call) -> One:
        """An entity that the input names besides the one that was decided on. Raises NoSuchEntity."""
        name = call.input[self.member]
        entity = self.named(call.tx, call.account, name)
        if entity is None:
            raise missing(self.noun, name)
        self._check_changeable(call, entity)
        return entity

    def _check_changeable(self, call: Call, entity: One) -> None:
        check_changeable(self.noun, entity.path, entity.name, call.caller.principal, call.name)


AnyEntityType = EntityType[Any]


def _user(world: World, account: str, name: str) -> User | None:
    return world.facts.get(entities.USER, account, name)


def _group(world: World, account: str, name: str) -> Group | None:
    return world.facts.get(entities.GROUP, account, name)


def _role(world: World, account: str, name: str) -> Role | None:
    fact = world.facts.get(entities.ROLE, account, name)
    return fact.role if fact else None


def _instance_profile(world: World, account: str, name: str) -> InstanceProfile | None:
    return world.facts.get(entities.INSTANCE_PROFILE, account, name)


def _server_certificate(world: World, account: str, name: str) -> ServerCertificate | None:
    return world.facts.get(entities.SERVER_CERTIFICATE, account, name)


def _policy(world: World, account: str, arn: str) -> Policy | None:
    with world.database.read() as tx:
        return managed_policies.find(tx, account, arn)


def _oidc_provider(world: World, account: str, arn: str) -> OidcProvider | None:
    return world.facts.get(facts_of_providers.OIDC_PROVIDER, account, arn)


def _saml_provider(world: World, account: str, arn: str) -> SamlProvider | None:
    return world.facts.get(facts_of_providers.SAML_PROVIDER, account, arn)


def _mfa_device(world: World, account: str, serial: str) -> MfaDevice | None:
    with world.database.read() as tx:
        return mfa_devices.by_serial(tx, account, serial)


USER: EntityType[User] = EntityType(
    nouns.USER, Prefix.USER, "UserName", users.named, _user, "PoliciesPerUser"
)
GROUP: EntityType[Group] = EntityType(
    nouns.GROUP, Prefix.GROUP, "GroupName", groups.named, _group, "PoliciesPerGroup", tagged=False
)
ROLE: EntityType[Role] = EntityType(
    nouns.ROLE, Prefix.ROLE, "RoleName", roles.named, _role, "PoliciesPerRole"
)
INSTANCE_PROFILE: EntityType[InstanceProfile] = EntityType(
    nouns.INSTANCE_PROFILE,
    Prefix.INSTANCE_PROFILE,
    "InstanceProfileName",
    instance_profiles.named,
    _instance_profile,
)
SERVER_CERTIFICATE: EntityType[ServerCertificate] = EntityType(
    nouns.SERVER_CERTIFICATE,
    Prefix.SERVER_CERTIFICATE,
    "ServerCertificateName",
    server_certificates.named,
    _server_certificate,
)
POLICY: EntityType[Policy] = EntityType(
    nouns.POLICY, Prefix.MANAGED_POLICY, "PolicyArn", managed_policies.find, _policy
)
MFA: EntityType[MfaDevice] = EntityType(nouns.MFA, None, "SerialNumber", mfa_devices.by_serial, _mfa_device)
OIDC_PROVIDER: EntityType[OidcProvider] = EntityType(
    nouns.OIDC_PROVIDER, None, "OpenIDConnectProviderArn", providers.oidc_provider, _oidc_provider
)
SAML_PROVIDER: EntityType[SamlProvider] = EntityType(
    nouns.SAML_PROVIDER, None, "SAMLProviderArn", providers.saml_provider, _saml_provider
)


def named_by(text: str) -> tuple[AnyEntityType, EntityArn]:
    """The type and the ARN of a user, group or role. Raises InvalidInput."""
    arn = EntityArn.parse(text)
    kind = next((each for each in (USER, GROUP, ROLE) if arn and each.noun == arn.noun), None)
    if arn is None or kind is None:
        raise not_an_entity_arn(text)
    return kind, arn
