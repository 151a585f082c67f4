"""What an operation needs permission for: one action on one resource.

An operation's row in its service's table says which demands a call makes; `authorize` answers each.
Most calls make one; a copy makes two (read here, write there); some make none (GetCallerIdentity needs
no permission, AWS STS API Reference).
"""

from collections.abc import Mapping

from msgspec import Struct, field

from watchword.names import AwsError
from watchword.policy import Policy

ContextValue = str | tuple[str, ...]


class Demand(Struct, frozen=True):
    """`action` such as "iam:GetUser" on `resource`, an ARN (or "*" where the action has no resource)."""

    action: str
    resource: str
    account: str
    """The account that owns the resource."""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """The action's own condition keys, such as sts:ExternalId or s3:prefix."""
    policy: Policy | None = None
    """The policy attached to the resource: a bucket policy, a role's trust policy."""
    policy_name: str = ""
    """What explanations call that policy: an ARN."""
    resource_type: str | None = None
    """"role" where the resource policy must allow explicitly, even within one account."""
    resource_tags: Mapping[str, str] = field(default_factory=dict)
    """The resource's tags, for aws:ResourceTag."""
    optional: bool = False
    """Whether the call goes on when this is refused; the operation then sees the refusal in
    `call.decisions` (DeleteObjects refuses single keys)."""
    called: str = ""
    """What a refusal calls the resource, such as "user ann", where its ARN would tell more than the caller
    knows; empty for its ARN."""
    said: str = ""
    """What a refusal says, where AWS gives no reason; empty for the decision's own words."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer when this is refused."""
    multi_factor: bool = False
    """Whether a right code of the caller's MFA device came with the call."""
    region: str = ""
    """Where the resource is, for aws:RequestedRegion; empty for where the caller signed to be."""


class Reserved(Exception):  # noqa: N818 neither the error nor the refusal yet
    """An error shown only to callers with permission `demand`; everyone else gets AccessDenied."""

    def __init__(self, error: AwsError, demand: Demand) -> None:
        super().__init__(error.code)
        self.error = error
        self.demand = demand
