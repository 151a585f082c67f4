"""The policies of a user or role: its own, its groups', its boundary.

They are compiled here, once, and not again until something changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from watchword.facts.loaded import Loaded, loaded
from watchword.identity import managed
from watchword.names.principal import RoleSession, User
from watchword.policy import Policy, Source
from watchword.store import Topic, Transaction
from watchword.store.iam import (
    attachments,
    groups,
    inline_policies,
    policy_versions,
    roles,
    users,
)

LoadPolicy = Callable[[Transaction, str], Loaded[Policy]]


@dataclass(frozen=True, slots=True)
class Grants:
    """The policies of a user or role. A boundary that is gone is an empty one, which allows nothing."""

    identity: tuple[Source, ...] = ()
    boundary: tuple[Source, ...] | None = None


def load_policy(tx: Transaction, arn: str) -> Loaded[Policy]:
    """A managed policy's version in force."""
    shared = managed.aws_policies().get(arn)
    if shared is not None:
        return loaded(Policy.parse(shared.version.document))
    version = policy_versions.in_force(tx, arn)
    if version is None:
        return loaded(None)
    return loaded(Policy.parse(version.document), Topic("policy", version.policy_id))


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
    return loaded(Grants(tuple(identity), limit), *reader.topics)


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
