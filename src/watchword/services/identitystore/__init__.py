"""The directory of Identity Center: people, and the groups that they are in."""

from watchword.services.identitystore import groups, identity_stores, memberships, users
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **groups.OPERATIONS,
    **identity_stores.OPERATIONS,
    **memberships.OPERATIONS,
    **users.OPERATIONS,
}
