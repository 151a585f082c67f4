"""AWS Identity and Access Management. One file a noun, merged here.

Source: IAM API Reference, version 2010-05-08. What the model knows beyond this answers NotImplemented.
"""

from watchword.services.iam import (
    absent,
    access_keys,
    account,
    aliases,
    attachments,
    boundaries,
    groups,
    inline_policies,
    instance_profiles,
    policies,
    roles,
    simulation,
    tags,
    users,
    versions,
)
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **users.OPERATIONS,
    **groups.OPERATIONS,
    **access_keys.OPERATIONS,
    **roles.OPERATIONS,
    **policies.OPERATIONS,
    **versions.OPERATIONS,
    **attachments.OPERATIONS,
    **inline_policies.OPERATIONS,
    **boundaries.OPERATIONS,
    **tags.OPERATIONS,
    **account.OPERATIONS,
    **aliases.OPERATIONS,
    **instance_profiles.OPERATIONS,
    **simulation.OPERATIONS,
    **absent.OPERATIONS,
}
