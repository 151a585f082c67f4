"""IAM Identity Center for its administrators: instances, permission sets, who has which in which account."""

from watchword.services.operation import Operation
from watchword.services.sso_admin import (
    assignments,
    instances,
    permission_sets,
    provisioning,
    set_policies,
    statuses,
    tags,
)

OPERATIONS: dict[str, Operation] = {
    **assignments.OPERATIONS,
    **instances.OPERATIONS,
    **permission_sets.OPERATIONS,
    **provisioning.OPERATIONS,
    **set_policies.OPERATIONS,
    **statuses.OPERATIONS,
    **tags.OPERATIONS,
}
