"""What a user, group or role has, for the policy simulator: its policies, with their texts.

The policies of a user or role are gathered by the function that real decisions gather them by
(`facts.grants`), in the simulation's own transaction, so that the two can't disagree. A group can't call
anything: its policies are simulated as those of a member that no resource policy names.
Source: IAM API Reference, "Statement" (SourcePolicyId) and "PolicyIdentifier".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from watchword.facts.fact import read_alone
from watchword.facts.grants import GROUP_GRANTS, ROLE_GRANTS, USER_GRANTS, Grants
from watchword.identity import aws_managed
from watchword.identity.arns import policy_arn
from watchword.identity.aws_managed import OWNER
from watchword.identity.refusals import refusal
from watchword.installation.installation import RootKey
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import RoleSession, User
from watchword.policy import Policy, Source
from watchword.policy.language.match import glob
from watchword.policy.language.text import Place, spans
from watchword.services.iam.entity_types import GROUP, ROLE, USER, AnyEntityType, Entity
from watchword.store import Transaction
from watchword.store.iam import groups, inline_policies, policy_versions, roles, users

SESSION_NAME = "simulation"
"""A role calls in a session."""
IDENTITY_POLICY, RESOURCE_POLICY = "IAM Policy", "Resource Policy"
"""What the simulator calls the types of documents."""


@dataclass(frozen=True)
class Document:
    """The text of a policy, and what the simulator calls it."""

    id: str
    type: str
    text: str
    owner: tuple[str, str] = ("", "")
    """Of an inline policy: type and name of the entity that has it."""

    @cached_property
    def extents(self) -> list[tuple[Place, Place]]:
        """Where each statement starts and ends: read once, however many results point at it."""
        found = spans(self.text)
        start, end = found["Statement",]
        ends = [found["Statement", index][1] for index in range(len(found)) if ("Statement", index) in found]
        borders = [Place.at(self.text, each) for each in (start + 1, *(ends or [end]))]
        return list(pairwise(borders))


Documents = dict[Source, Document]
_GRANTS = {"user": USER_GRANTS, "group": GROUP_GRANTS, "role": ROLE_GRANTS}


@dataclass(frozen=True, slots=True)
class Holdings:
    """The policies of an entity, and the principal that calls with them."""

    principal: User | RoleSession
    identity: Documents
    boundary: tuple[Source, ...] | None = None


def holdings(tx: Transaction, root_key: RootKey, kind: AnyEntityType, entity: Entity) -> Holdings:
    """What decisions are made from when the entity calls."""
    principal = _principal(entity)
    owners: list[tuple[str, Entity]] = [(kind.noun, entity)]
    grants = read_alone(tx, root_key, _GRANTS[kind.noun], (entity.id,)).value or Grants()
    if kind is USER:
        owners += [("group", group) for group in groups.of_user(tx, entity.id)]
    identity = {each: _document(tx, owners, each) for each in grants.identity}
    return Holdings(principal, identity, grants.boundary)


def caller(kind: AnyEntityType, arn: EntityArn) -> User | RoleSession:
    """The principal that calls as the entity of that ARN, by what the ARN says."""
    if kind is GROUP:
        return nobody(arn.account)
    if kind is ROLE:
        return RoleSession(arn.account, arn.name, "", SESSION_NAME, arn.path, arn.partition)
    return User(arn.account, arn.name, "", arn.path, arn.partition)


def _principal(entity: Entity) -> User | RoleSession:
    match entity:
        case users.User():
            return entity.principal
        case roles.Role():
            return entity.session(SESSION_NAME)
    return nobody(entity.account)


def nobody(account: str) -> User:
    """A principal of an account that no policy can name."""
    return User(account, "", "")


def without(held: Holdings, identifiers: Sequence[Mapping[str, Any]]) -> Holdings:
    """As it would be without the policies that any PolicyIdentifier means."""
    tests = [_test_of(each) for each in identifiers]
    kept = {
        source: document
        for source, document in held.identity.items()
        if not any(test(source, document) for test in tests)
    }
    types = [each.get("PolicyType") for each in identifiers]
    return replace(held, identity=kept, boundary=None if "permission-boundary" in types else held.boundary)


def _document(tx: Transaction, owners: list[tuple[str, Entity]], source: Source) -> Document:
    if source.arn:
        known = aws_managed.find(source.arn)
        version = aws_managed.default_version(known) if known else policy_versions.default_of(tx, source.arn)
        text = version.document if version else str(source.policy)
        return Document(policy_arn(source.arn).name, IDENTITY_POLICY, text)
    for noun, owner in owners:
        for each in inline_policies.of(tx, noun, owner.id):
            if each.name == source.name and Policy.parse(each.document) == source.policy:
                name = f"{noun}_{owner.name}_{each.name}"
                return Document(name, IDENTITY_POLICY, each.document, (noun, owner.name))
    raise LookupError(source)


# Exclusions: each member of PolicyIdentifier makes a test of a policy.

_ARN_PATTERN = re.compile(r"arn:aws[a-z-]*:iam::(?:[0-9]{12}|aws):policy/[^*]*\*?[^*]*", re.ASCII)
"""Wildcards only after `policy/`, and one star at most."""

Excludes = Callable[[Source, Document], bool]


def _by_type(wanted: str) -> Excludes:
    def test(source: Source, _document: Document) -> bool:
        owner = policy_arn(source.arn).account if source.arn else None
        return wanted == ("inline" if owner is None else "aws-managed" if owner == OWNER else "user-managed")

    return test


def _test_of(identifier: Mapping[str, Any]) -> Excludes:
    """Raises InvalidInput unless one member is given, and well."""
    if len(identifier) != 1:
        raise refusal("InvalidInput", "A policy identifier has exactly one member.")
    ((member, value),) = identifier.items()
    return _EXCLUSIONS[member](value)


def _by_arn(pattern: str) -> Excludes:
    if not _ARN_PATTERN.fullmatch(pattern):
        raise refusal("InvalidInput", f"Invalid policy ARN: {pattern}")
    matches = glob(pattern)
    return lambda source, _document: source.arn is not None and matches(source.arn)


def _inline(wanted: Mapping[str, str]) -> Excludes:
    matches = glob(wanted["AttachmentName"])

    def test(source: Source, document: Document) -> bool:
        noun, name = document.owner
        return noun == wanted["AttachmentType"] and source.name == wanted["PolicyName"] and matches(name)

    return test


_EXCLUSIONS: Mapping[str, Callable[[Any], Excludes]] = {
    "PolicyType": _by_type,
    "PolicyArn": _by_arn,
    "InlinePolicyIdentifier": _inline,
}
