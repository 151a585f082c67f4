"""AWS Organizations: a file for each noun, and their tables in one.

Every operation of the model has a row.
Source: AWS Organizations API Reference, version 2016-11-28.
"""

from watchword.services.operation import Operation
from watchword.services.organizations import (
    accounts,
    attachments,
    beyond,
    creations,
    effective_policies,
    handshakes,
    organization,
    policies,
    policy_types,
    resource_policy,
    services,
    tags,
    tree,
    units,
)

OPERATIONS: dict[str, Operation] = {
    **organization.OPERATIONS,
    **tree.OPERATIONS,
    **units.OPERATIONS,
    **accounts.OPERATIONS,
    **creations.OPERATIONS,
    **policy_types.OPERATIONS,
    **policies.OPERATIONS,
    **attachments.OPERATIONS,
    **effective_policies.OPERATIONS,
    **resource_policy.OPERATIONS,
    **services.OPERATIONS,
    **handshakes.OPERATIONS,
    **tags.OPERATIONS,
    **beyond.OPERATIONS,
}
