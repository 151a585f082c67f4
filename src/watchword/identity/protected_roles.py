"""The role of the account's administrator, which IAM's operations neither make nor change.

Its name is reserved in every account, whatever the case and the path: otherwise a user who may create roles
could make it first, and `watchword credentials` would give out that role. Only the root user may change or
remove it.
"""

from watchword.identity.refusals import refusal
from watchword.names import AwsError, Principal, nouns
from watchword.names.fold import fold
from watchword.names.principal import Root

ADMINISTRATOR = "WatchwordAdministrator"
ADMINISTRATOR_PATH = "/watchword/"


def is_reserved(noun: str, name: str) -> bool:
    """Whether no entity of that name can be made."""
    return noun == nouns.ROLE and fold(name) == fold(ADMINISTRATOR)


def check_changeable(noun: str, path: str, name: str, caller: Principal) -> None:
    """Raises UnmodifiableEntity for a protected role, unless the root user asks."""
    protected = is_reserved(noun, name) and path == ADMINISTRATOR_PATH
    if protected and not isinstance(caller, Root):
        raise unmodifiable(name)


def unmodifiable(name: str) -> AwsError:
    """The role is there, and isn't the caller's to change."""
    said = (
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by root."
    )
    return refusal("UnmodifiableEntity", said)
