"""How each fact is read: in one transaction, with the topics whose change makes it untrue.

A fact that doesn't exist is loaded as None. Secrets are opened and policies compiled here, once, and not
again until something changes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from watchword.identity import managed, secrets
from watchword.identity.arns import entity_arn
from watchword.installation.ground import RootKey
from watchword.names.principal import RoleSession, Root, User
from watchword.policy import Policy, Source
from watchword.proofs.keyring import Keyring
from watchword.sessions import Session
from watchword.store import Topic, Transaction, accounts, keyring, revocations, tags
from watchword.store.iam import (
    access_keys,
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    policies,
    policy_versions,
    roles,
    users,
)
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User as UserRecord
from watchword.store.revocations import Revocation
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import Bucket

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Value]):
    """A fact, None when there is no such thing, and the topics whose change makes it untrue."""

    value: Value | None
    topics: frozenset[Topic]


LoadPolicy = Callable[[Transaction, str], Loaded[Policy]]


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A long-term access key, opened."""

    principal: User | Root
    active: bool
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RoleFact:
    """A role with its ARN, its trust policy and its tags."""

    role: Role
    arn: str
    trust: Policy
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BucketFact:
    """A bucket and its policy."""

    bucket: Bucket
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Grants:
    """The policies of a user or role. A boundary that is gone is an empty one, which allows nothing."""

    identity: tuple[Source, ...] = ()
    boundary: tuple[Source, ...] | None = None


def load_keyring(tx: Transaction, root: RootKey) -> Loaded[Keyring]:
    return _loaded(root.keyring(tx), keyring.WHOLE)


def load_key(tx: Transaction, access_key_id: str, root: RootKey) -> Loaded[KeyFact]:
    """Opened by the keyring of the same snapshot: one read before may be without the key that sealed it."""
    key = access_keys.by_id(tx, access_key_id)
    if key is None:
        return _loaded(None)
    topics = [Topic("access_key", key.id), keyring.WHOLE]
    principal: User | Root = Root(key.account, key.partition)
    if key.user_id is not None:
        user = users.by_id(tx, key.user_id)
        if user is None:
            return _loaded(None)
        topics.append(Topic("user", user.id))
        principal = User(user.account, user.name, user.id, user.path, user.partition)
    return _loaded(KeyFact(principal, key.active, secrets.open(key, root.keyring(tx))), *topics)


def load_user(tx: Transaction, account: str, name: str) -> Loaded[UserRecord]:
    user = users.named(tx, account, name)
    return _loaded(user, Topic("user", user.id if user else ""))


def load_group(tx: Transaction, account: str, name: str) -> Loaded[Group]:
    group = groups.named(tx, account, name)
    return _loaded(group, Topic("group", group.id if group else ""))


def load_instance_profile(tx: Transaction, account: str, name: str) -> Loaded[InstanceProfile]:
    profile = instance_profiles.named(tx, account, name)
    return _loaded(profile, Topic(instance_profiles.KIND, profile.id if profile else ""))


def load_role(tx: Transaction, account: str, name: str) -> Loaded[RoleFact]:
    role = roles.named(tx, account, name)
    if role is None:
        return _loaded(None)
    arn = entity_arn("role", role.account, role.path, role.name, role.partition)
    fact = RoleFact(role, arn, Policy.parse(role.trust), tags.of(tx, "role", role.id))
    return _loaded(fact, Topic("role", role.id))


def load_bucket(tx: Transaction, name: str) -> Loaded[BucketFact]:
    bucket = buckets.named(tx, name)
    if bucket is None:
        return _loaded(None)
    policy = Policy.parse(bucket.policy) if bucket.policy else None
    return _loaded(BucketFact(bucket, policy), Topic("bucket", bucket.id))


def load_tags(tx: Transaction, kind: str, entity_id: str) -> Loaded[dict[str, str]]:
    if kind == "policy" and entity_id.startswith("arn:"):
        policy = policies.by_arn(tx, entity_id)
        entity_id = policy.id if policy else ""
    return _loaded(tags.of(tx, kind, entity_id), Topic(kind, entity_id))


def load_revocations(tx: Transaction, account: str) -> Loaded[list[Revocation]]:
    return _loaded(revocations.of_account(tx, account), Topic("revocation", account))


def load_existence(tx: Transaction, session: Session) -> Loaded[bool]:
    """True when the session's own user, role or account is there."""
    match session.kind:
        case "role":
            found = roles.by_id(tx, session.unique_id) is not None
            topic = Topic("role", session.unique_id)
        case "user":
            found = users.by_id(tx, session.unique_id) is not None
            topic = Topic("user", session.unique_id)
        case "root" | "federated":
            found = accounts.by_id(tx, session.account) is not None
            topic = Topic("account", session.account)
    return _loaded(True if found else None, topic)


def load_policy(tx: Transaction, arn: str) -> Loaded[Policy]:
    """A managed policy's version in force."""
    shared = managed.aws_policies().get(arn)
    if shared is not None:
        return _loaded(Policy.parse(shared.version.document))
    version = policy_versions.in_force(tx, arn)
    if version is None:
        return _loaded(None)
    return _loaded(Policy.parse(version.document), Topic("policy", version.policy_id))


def load_grants(tx: Transaction, principal: User | RoleSession, managed_policy: LoadPolicy) -> Loaded[Grants]:
    """A user's own policies and its groups', or a role's; and the boundary of either."""
    reader = _Reader(tx, managed_policy)
    if isinstance(principal, User):
        user = users.by_id(tx, principal.unique_id)
        identity = reader.of_entity("user", principal.unique_id)
        for group in groups.of_user(tx, principal.unique_id):
            identity += reader.of_entity("group", group.id)
        boundary = user.boundary if user else None
    else:
        role = roles.by_id(tx, principal.unique_id)
        identity = reader.of_entity("role", principal.unique_id)
        boundary = role.boundary if role else None
    limit = None if boundary is None else tuple(reader.managed([boundary]))
    return _loaded(Grants(tuple(identity), limit), *reader.topics)


class _Reader:
    """Collects policies and, on the way, the topics they depend on."""

    def __init__(self, tx: Transaction, managed_policy: LoadPolicy) -> None:
        self._tx = tx
        self._managed_policy = managed_policy
        self.topics: set[Topic] = set()

    def of_entity(self, kind: str, entity_id: str) -> list[Source]:
        self.topics.add(Topic(kind, entity_id))
        own = [
            Source(Policy.parse(each.document), each.name)
            for each in inline_policies.of(self._tx, kind, entity_id)
        ]
        return own + self.managed(each.policy_arn for each in attachments.of(self._tx, kind, entity_id))

    def managed(self, arns: Iterable[str]) -> list[Source]:
        found = []
        for arn in arns:
            loaded = self._managed_policy(self._tx, arn)
            self.topics |= loaded.topics
            if loaded.value is not None:
                found.append(Source(loaded.value, arn))
        return found


def _loaded(value: Value | None, *topics: Topic) -> Loaded[Value]:
    return Loaded(value, frozenset(topics))
