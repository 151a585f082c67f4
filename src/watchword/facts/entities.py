"""Users, groups, roles and instance profiles by name, and the tags of all that has tags."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.facts.loaded import Loaded, loaded
from watchword.identity.arns import entity_arn
from watchword.policy import Policy
from watchword.store import Topic, Transaction, tags
from watchword.store.iam import (
    groups,
    instance_profiles,
    policies,
    roles,
    users,
)
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User as UserRecord


@dataclass(frozen=True, slots=True)
class RoleFact:
    """A role with its ARN, its trust policy and its tags."""

    role: Role
    arn: str
    trust: Policy
    tags: Mapping[str, str]


def load_user(tx: Transaction, account: str, name: str) -> Loaded[UserRecord]:
    user = users.named(tx, account, name)
    return loaded(user, Topic("user", user.id if user else ""))


def load_group(tx: Transaction, account: str, name: str) -> Loaded[Group]:
    group = groups.named(tx, account, name)
    return loaded(group, Topic("group", group.id if group else ""))


def load_instance_profile(tx: Transaction, account: str, name: str) -> Loaded[InstanceProfile]:
    profile = instance_profiles.named(tx, account, name)
    return loaded(profile, Topic(instance_profiles.KIND, profile.id if profile else ""))


def load_role(tx: Transaction, account: str, name: str) -> Loaded[RoleFact]:
    role = roles.named(tx, account, name)
    if role is None:
        return loaded(None)
    arn = entity_arn("role", role.account, role.path, role.name, role.partition)
    fact = RoleFact(role, arn, Policy.parse(role.trust), tags.of(tx, "role", role.id))
    return loaded(fact, Topic("role", role.id))


def load_tags(tx: Transaction, kind: str, entity_id: str) -> Loaded[dict[str, str]]:
    if kind == "policy" and entity_id.startswith("arn:"):
        policy = policies.by_arn(tx, entity_id)
        entity_id = policy.id if policy else ""
    return loaded(tags.of(tx, kind, entity_id), Topic(kind, entity_id))
