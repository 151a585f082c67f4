"""Roles that IAM's operations don't change: the administrator's, service-linked ones, Identity Center's.

A service-linked role belongs to its service. No caller can change it, not even the root user, except for its
description and tags. `DeleteServiceLinkedRole` deletes it.

A role of a permission set belongs to Identity Center (`identity.center.reserved_roles`), and so do its
description and tags.

The name of the administrator's role is reserved in every account, whatever the case and the path: otherwise a
user who may create roles could make it first, and `watchword credentials` would give out that role. Only the
root user may change or remove it.
Source: IAM API Reference, UnmodifiableEntity of the operations on roles; IAM User Guide, "Create a
service-linked role", "Editing"; IAM's answers, as users of aws-nuke report them (message).
"""

from watchword.identity.center import reserved_roles
from watchword.identity.refusals import refusal
from watchword.identity.service_linked_roles import is_linked
from watchword.names import AwsError, Principal, nouns
from watchword.names.fold import fold
from watchword.names.principal import Root

ADMINISTRATOR = "WatchwordAdministrator"
ADMINISTRATOR_PATH = "/watchword/"
_ON_LINKED_ROLES = frozenset(
    {"DeleteServiceLinkedRole", "TagRole", "UntagRole", "UpdateRole", "UpdateRoleDescription"}
)
"""What a customer may do with a service-linked role. UpdateRole changes its description only."""


def is_reserved(noun: str, name: str) -> bool:
    """Whether no entity of that name can be made."""
    administrators = noun == nouns.ROLE and fold(name) == fold(ADMINISTRATOR)
    return administrators or reserved_roles.is_reserved(noun, name)


def check_changeable(noun: str, path: str, name: str, caller: Principal, operation: str) -> None:
    """Raises UnmodifiableEntity for a protected role that the caller can't change by that operation."""
    if is_linked(noun, path) and operation not in _ON_LINKED_ROLES:
        raise unmodifiable(name, by="AWS")
    if reserved_roles.is_of_permission_set(noun, path):
        raise unmodifiable(name, by="AWS")
    protected = is_reserved(noun, name) and path == ADMINISTRATOR_PATH
    if protected and not isinstance(caller, Root):
        raise unmodifiable(name, by="root.")


def unmodifiable(name: str, by: str) -> AwsError:
    """The role is there, and isn't the caller's to change, but somebody else's."""
    said = (
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by {by}"
    )
    return refusal("UnmodifiableEntity", said)
