"""The policies of a user or role: its own, its groups', its boundary.

They are compiled here, once, and not again until something changes. A managed policy is a fact of its own,
compiled once for everything that it is attached to.
"""

from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from watchword.facts.fact import OF_AN_INDEX, Fact, Reading
from watchword.identity import aws_managed
from watchword.policy import Policy, Source
from watchword.policy.evaluation.engine import OwnPolicies
from watchword.store import Topic
from watchword.store.iam import attachments, groups, inline_policies, policy_versions, roles, users


class Grants(Struct, frozen=True, dict=True):
    """The policies of a user or role. A boundary that is gone is an empty one, which allows nothing."""

    identity: tuple[Source, ...] = ()
    boundary: tuple[Source, ...] | None = None

    @cached_property
    def compiled(self) -> OwnPolicies:
        """Compiled once: all sessions of a role share this."""
        return OwnPolicies(self.identity, self.boundary)


def _managed_policy(reading: Reading, arn: str) -> Policy | None:
    shared = aws_managed.find(arn)
    if shared is not None:
        return reading.policy(aws_managed.default_version(shared).document)
    version = policy_versions.default_of(reading.tx, arn)
    if version is None:
        return None
    reading.depends_on(Topic("policy", version.policy_id))
    return reading.policy(version.document)


def _of_user(reading: Reading, unique_id: str) -> Grants:
    identity = [*_of_entity(reading, "user", unique_id)]
    for group in groups.of_user(reading.tx, unique_id):
        identity += _of_entity(reading, "group", group.id)
    user = users.by_id(reading.tx, unique_id)
    return Grants(tuple(identity), _boundary(reading, user.boundary if user else None))


def _of_role(reading: Reading, unique_id: str) -> Grants:
    role = roles.by_id(reading.tx, unique_id)
    identity = _of_entity(reading, "role", unique_id)
    return Grants(tuple(identity), _boundary(reading, role.boundary if role else None))


def _of_group(reading: Reading, unique_id: str) -> Grants:
    return Grants(tuple(_of_entity(reading, "group", unique_id)))


def _of_entity(reading: Reading, kind: str, unique_id: str) -> list[Source]:
    reading.depends_on(Topic(kind, unique_id))
    inline = inline_policies.of(reading.tx, kind, unique_id)
    own = [Source(reading.policy(each.document), each.name) for each in inline]
    return own + _managed(reading, (each.policy_arn for each in attachments.of(reading.tx, kind, unique_id)))


def _boundary(reading: Reading, arn: str | None) -> tuple[Source, ...] | None:
    return None if arn is None else tuple(_managed(reading, [arn]))


def _managed(reading: Reading, arns: Iterable[str]) -> list[Source]:
    found = [Source(policy, arn) for arn in arns if (policy := reading.get(MANAGED_POLICY, arn))]
    reading.weigh(OF_AN_INDEX * len(found))
    return found


MANAGED_POLICY = Fact("managed-policy", _managed_policy)
"""The version in force of the managed policy of that ARN, in whichever account."""
USER_GRANTS = Fact("user-grants", _of_user)
"""By unique id; so is the next."""
ROLE_GRANTS = Fact("role-grants", _of_role)
GROUP_GRANTS = Fact("group-grants", _of_group)
"""What a group gives its members; nothing is decided on it alone."""
