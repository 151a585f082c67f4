"""Changes of policies, to be tried: the same policies with a statement more, or with one that is wider.

They are the changes of a fix (`path`), in its form. Nothing is stored: what would be decided is asked of an
engine of its own.

1. A statement is added as a policy of its own, called PROPOSED. A resource has one policy: there it is one
   more statement. A type that doesn't limit the request (no boundary, no session policy) stays as it is.
2. Guardrails hold level by level, so a statement is added on each. Where a level allows already, that
   changes nothing.
3. A wider statement has one more resource.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace as struct_replace

from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.document import Policy, Source
from watchword.policy.evaluation.policies import Policies
from watchword.policy.language.grammar import VARIABLES_SINCE, Patterns
from watchword.policy.language.print import print_value

PROPOSED: Final = "proposed"
MOST_CHANGES: Final = 16
"""That are tried at once."""
_NAMES = {
    PolicyType.IDENTITY: "identity",
    PolicyType.RESOURCE: "resource",
    PolicyType.BOUNDARY: "boundary",
    PolicyType.SESSION: "session",
    PolicyType.VPC_ENDPOINT: "vpc_endpoint",
    PolicyType.SCP: "scps",
    PolicyType.RCP: "rcps",
}
"""What `Policies` calls them."""
_GUARDRAILS = ("scps", "rcps")


class Add(Struct, tag_field="change", tag="add", rename="camel", forbid_unknown_fields=True):
    """One more statement."""

    policy_type: PolicyType
    statement: dict[str, Any]


class Widen(Struct, tag_field="change", tag="widen", rename="camel", forbid_unknown_fields=True):
    """One more resource in a statement, which is named by its policy and its index there."""

    policy_type: PolicyType
    policy: str
    statement: int
    resource: str


Change = Add | Widen


def changed(policies: Policies, changes: Iterable[Change]) -> Policies:
    """The policies with these changes. Raises PolicyError for a statement that is none, or ValueError."""
    for change in changes:
        policies = _added(policies, change) if isinstance(change, Add) else _widened(policies, change)
    return policies


def _added(policies: Policies, change: Add) -> Policies:
    text = print_value({"Version": VARIABLES_SINCE, "Statement": [change.statement]})
    source, name = Source(Policy.parse(text), PROPOSED), _NAMES[change.policy_type]
    more: Any = getattr(policies, name)
    if name == "resource":
        more = _joined(more, source)
    elif name in _GUARDRAILS and more is not None:
        more = tuple(_on_level(level, source.policy) for level in more)
    elif more is not None:
        more = (*more, source)
    return _replaced(policies, name, more)


def _joined(resource: Source | None, added: Source) -> Source:
    if resource is None:
        return added
    policy = resource.policy
    whole = Policy((*policy.statements, *added.policy.statements), policy.version, policy.id)
    return Source(whole, resource.name)


def _on_level(level: tuple[Source, ...], added: Policy) -> tuple[Source, ...]:
    """Rule 2."""
    return (*level, Source(added, PROPOSED, level[0].level if level else ""))


def _widened(policies: Policies, change: Widen) -> Policies:
    name = _NAMES[change.policy_type]
    kept = getattr(policies, name)
    if name in _GUARDRAILS or kept is None:
        raise ValueError(f"there is no {change.policy_type} policy that could be wider")
    if name == "resource":
        return _replaced(policies, name, _wider((kept,), change)[0])
    return _replaced(policies, name, _wider(kept, change))


def _replaced(policies: Policies, name: str, value: object) -> Policies:
    members: dict[str, Any] = {name: value}
    return replace(policies, **members)


def _wider(sources: tuple[Source, ...], change: Widen) -> tuple[Source, ...]:
    """Raises ValueError unless one of them has the statement."""
    for place, source in enumerate(sources):
        statements = list(source.policy.statements)
        if source.name == change.policy and 0 <= change.statement < len(statements):
            found = statements[change.statement]
            if found.resource is None or found.resource.negated:
                break
            resource = Patterns((*found.resource.values, change.resource))
            statements[change.statement] = struct_replace(found, resource=resource)
            policy = Policy(tuple(statements), source.policy.version, source.policy.id)
            wider = Source(policy, source.name, source.level)
            return (*sources[:place], wider, *sources[place + 1 :])
    raise ValueError(f"policy {change.policy!r} has no statement {change.statement} with a Resource")
