"""The kinds of entity that stand under a name and a path, as data.

Attachments, inline policies, boundaries and tags work alike on users, groups and roles, tags on instance
profiles as well; what differs (words, the input member that names one, where it is looked up, its quotas)
stands in this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from watchword.facts import Facts
from watchword.identity.arns import entity_arn
from watchword.identity.refusals import missing, unclear
from watchword.names import Arn
from watchword.names.ids import is_account_id
from watchword.services.operation import Call
from watchword.store import Transaction, groups, instance_profiles, roles, users
from watchword.store.groups import Group
from watchword.store.instance_profiles import InstanceProfile
from watchword.store.roles import Role
from watchword.store.users import User

Entity = User | Group | Role | InstanceProfile
One = TypeVar("One", User, Group, Role, InstanceProfile)


def _role(facts: Facts, account: str, name: str) -> Role | None:
    fact = facts.role_named(account, name)
    return fact.role if fact else None


@dataclass(frozen=True, slots=True)
class Kind(Generic[One]):
    """One kind of entity; `noun` is how ARNs, the store and refusals call it."""

    noun: str
    member: str
    """The input member that names one."""
    named: Callable[[Transaction, str, str], One | None]
    known: Callable[[Facts, str, str], One | None]
    """The same before the transaction is open."""
    attached: str = ""
    """The quota of attached policies."""
    inline: str = ""
    """The quota of all inline policies together."""
    tagged: bool = True

    def of(self, call: Call) -> One:
        """The entity that the call's input names. Raises NoSuchEntity."""
        name = call.input[self.member]
        entity = self.named(call.tx, call.account, name)
        if entity is None:
            raise missing(self.noun, name)
        return entity

    def at(self, tx: Transaction, arn: Arn) -> One | None:
        """The entity of that ARN."""
        entity = self.named(tx, arn.account, arn.resource.rpartition("/")[2])
        return entity if entity is not None and arn_of(self, entity) == str(arn) else None


AnyKind = Kind[Any]

USER: Kind[User] = Kind(
    "user", "UserName", users.named, Facts.user_named, "PoliciesPerUser", "UserPolicySize"
)
GROUP: Kind[Group] = Kind(
    "group", "GroupName", groups.named, Facts.group_named, "PoliciesPerGroup", "GroupPolicySize", tagged=False
)
ROLE: Kind[Role] = Kind("role", "RoleName", roles.named, _role, "PoliciesPerRole", "RolePolicySize")

INSTANCE_PROFILE: Kind[InstanceProfile] = Kind(
    instance_profiles.KIND, "InstanceProfileName", instance_profiles.named, Facts.instance_profile_named
)


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
