"""What is attached to a resource: its owner, its policy, its tags, the condition keys that it fills.

Each service answers for the resources of its own actions (`attached` in its folder). Its demands are made
from the same answer, so a decision on a real request and one on a request that was never sent can't
disagree.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts import Facts
from watchword.names import Arn
from watchword.policy import Policy

Keys = Mapping[str, ContextValue]
NONE: Mapping[str, str] = MappingProxyType({})


class Attached(Struct, frozen=True):
    """Everything that a decision on a resource needs of the resource itself."""

    account: str
    """Whose it is."""
    policy: Policy | None = None
    policy_name: str = ""
    """What explanations call that policy: an ARN."""
    tags: Mapping[str, str] = NONE
    keys: Keys = NONE
    """Condition keys that the resource fills, such as iam:ResourceTag."""
    resource_type: str | None = None
    region: str = ""

    def demand(self, action: str, resource: str, keys: Keys = NONE, *, optional: bool = False) -> Demand:
        """`action` on it; `keys` are those that the call fills."""
        return Demand(
            action,
            resource,
            self.account,
            {**self.keys, **keys},
            policy=self.policy,
            policy_name=self.policy_name,
            resource_type=self.resource_type,
            resource_tags=self.tags,
            optional=optional,
            region=self.region,
        )


AttachedTo = Callable[[Facts, str, Arn], Attached | None]
"""Facts, an action and a resource's ARN -> what is attached to it; None for a resource that isn't there."""
