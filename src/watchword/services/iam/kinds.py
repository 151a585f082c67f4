"""The kinds of entity that stand under a name and a path, as data.

Attachments, inline policies, boundaries and tags work alike on users, groups and roles, tags on instance
profiles as well; what differs (words, the input member that names one, where it is looked up, its quotas)
stands in this table; managed policies stand beside them, whose name is their ARN.

A name can be given to another between the decision and the deed, with another path and other tags. So the
deed is done to what has the name and is, by its unique id, what was decided on; else it isn't there. Who has
moved meanwhile is still the same: it is as if the deed had been done before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from watchword.identity import managed_policies
from watchword.identity.arns import entity_arn
from watchword.identity.refusals import missing, unclear
from watchword.names import Arn
from watchword.names.ids import is_account_id
from watchword.services.operation import Call
from watchword.store import Transaction, groups, instance_profiles, roles, users
from watchword.store.groups import Group
from watchword.store.instance_profiles import InstanceProfile
from watchword.store.policies import Policy
from watchword.store.roles import Role
from watchword.store.users import User
from watchword.world import World

Entity = User | Group | Role | InstanceProfile | Policy
One = TypeVar("One", User, Group, Role, InstanceProfile, Policy)
Known = Callable[[World, str, str], One | None]


@dataclass(frozen=True, slots=True)
class Kind(Generic[One]):
    """One kind of entity; `noun` is how ARNs, the store and refusals call it."""

    noun: str
    member: str
    """The input member that names one."""
    named: Callable[[Transaction, str, str], One | None]
    known: Known[One]
    """The same before the transaction is open."""
    attached: str = ""
    """The quota of attached policies."""
    tagged: bool = True

    def seen(self, call: Call, name: str) -> One | None:
        """The entity of that name, to decide on."""
        return call.once(self.noun, name, partial(self.known, call.world, call.account, name))

    def of(self, call: Call) -> One:
        """The entity that the call's input names, if it was decided on. Raises NoSuchEntity."""
        return self.decided(call, call.input[self.member])

    def decided(self, call: Call, name: str) -> One:
        """The entity of that name, if it was decided on. Raises NoSuchEntity."""
        seen, entity = call.seen[self.noun, name], self.named(call.tx, call.account, name)
        if seen is None or entity is None or entity.id != seen.id:
            raise missing(self.noun, name)
        return entity

    def beside(self, call: Call) -> One:
        """The entity that the input names beside the one that is decided on. Raises NoSuchEntity."""
        name = call.input[self.member]
        entity = self.named(call.tx, call.account, name)
        if entity is None:
            raise missing(self.noun, name)
        return entity


AnyKind = Kind[Any]


def _user(world: World, account: str, name: str) -> User | None:
    return world.facts.user_named(account, name)


def _group(world: World, account: str, name: str) -> Group | None:
    return world.facts.group_named(account, name)


def _role(world: World, account: str, name: str) -> Role | None:
    fact = world.facts.role_named(account, name)
    return fact.role if fact else None


def _instance_profile(world: World, account: str, name: str) -> InstanceProfile | None:
    return world.facts.instance_profile_named(account, name)


def _policy(world: World, account: str, arn: str) -> Policy | None:
    with world.database.read() as tx:
        return managed_policies.find(tx, account, arn)


USER: Kind[User] = Kind("user", "UserName", users.named, _user, "PoliciesPerUser")
GROUP: Kind[Group] = Kind("group", "GroupName", groups.named, _group, "PoliciesPerGroup", tagged=False)
ROLE: Kind[Role] = Kind("role", "RoleName", roles.named, _role, "PoliciesPerRole")
INSTANCE_PROFILE: Kind[InstanceProfile] = Kind(
    instance_profiles.KIND, "InstanceProfileName", instance_profiles.named, _instance_profile
)
POLICY: Kind[Policy] = Kind("policy", "PolicyArn", managed_policies.find, _policy)


def arn_of(kind: AnyKind, entity: Entity) -> str:
    """The entity's ARN."""
    return entity_arn(kind.noun, entity.account, entity.path, entity.name, entity.partition)


def named_by(text: str) -> tuple[AnyKind, Arn, str]:
    """What kind of entity an ARN names, and its name. Raises InvalidInput."""
    try:
        arn = Arn.parse(text)
    except ValueError:
        raise unclear(text) from None
    noun, _, rest = arn.resource.partition("/")
    kind = next((each for each in (USER, GROUP, ROLE) if each.noun == noun), None)
    if arn.service != "iam" or arn.region or not is_account_id(arn.account) or kind is None or not rest:
        raise unclear(text)
    return kind, arn, rest.rpartition("/")[2]
