"""The types of policies of an organization.

Service control and resource control policies are decided by. AWS has a policy of each that allows everything;
it is attached to everything when the type is enabled. All other types describe a configuration; accounts
inherit them.
Source: AWS Organizations API Reference, CreatePolicy (Type); User Guide, "Managing organization policies",
"Quotas and service limits for AWS Organizations", "SCP evaluation" (FullAWSAccess), "RCP evaluation"
(RCPFullAWSAccess can't be detached).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from watchword.organizations.quotas import MOST_ATTACHED
from watchword.policy.checking.validate import DocumentKind
from watchword.store.organizations.policies import Policy

SCP: Final = "SERVICE_CONTROL_POLICY"
RCP: Final = "RESOURCE_CONTROL_POLICY"
_PUBLISHED = datetime(2016, 11, 28, tzinfo=UTC)
"""When AWS published them doesn't matter: no answer has it."""


@dataclass(frozen=True, slots=True)
class PolicyType:
    """A type of policies."""

    name: str
    kind: DocumentKind | None = None
    """As what its documents are validated; None for a type that isn't decided by."""
    default: Policy | None = None
    """The policy of AWS that is attached to everything."""
    least_attached: int = 0
    """How many each target must have."""
    detachable: bool = True
    """Whether the policy of AWS can be detached."""
    most_attached: int = MOST_ATTACHED


def _of_aws(type_: str, name: str, description: str, **more: str) -> Policy:
    statement = {"Effect": "Allow", **more, "Action": "*", "Resource": "*"}
    content = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    return Policy(f"p-{name}", "", type_, name, content, _PUBLISHED, _PUBLISHED, description)


FULL_ACCESS = _of_aws(SCP, "FullAWSAccess", "Allows access to every operation")
RCP_FULL_ACCESS = _of_aws(RCP, "RCPFullAWSAccess", "Allows access to every resource", Principal="*")
_DECIDED_BY = (
    PolicyType(SCP, DocumentKind.SCP, FULL_ACCESS, least_attached=1),
    PolicyType(RCP, DocumentKind.RCP, RCP_FULL_ACCESS, least_attached=1, detachable=False),
)
TYPES: Mapping[str, PolicyType] = {each.name: each for each in _DECIDED_BY}
OF_AWS: Mapping[str, Policy] = {each.id: each for each in (FULL_ACCESS, RCP_FULL_ACCESS)}
"""By id."""


def attributes(policy: Policy) -> dict[str, Any]:
    """What a policy has besides its content, but for its ARN."""
    return {
        "Id": policy.id,
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type,
        "AwsManaged": not policy.organization,
    }
