"""Users and roles: whoever may own an access key or a session, found by ARN.

An ARN names somebody only when all of it is theirs: partition, account, kind, path and name.
"""

from watchword.identity.arns import entity_arn
from watchword.names import Arn
from watchword.store import Transaction
from watchword.store.iam import roles, users
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

Owner = User | Role


def owner_at(tx: Transaction, arn: Arn) -> Owner | None:
    """The user or role of that very ARN."""
    noun, _, rest = arn.resource.partition("/")
    find = {"user": users.named, "role": roles.named}.get(noun)
    owner = find(tx, arn.account, rest.rpartition("/")[2]) if find else None
    return owner if owner is not None and arn_of(owner) == str(arn) else None


def arn_of(owner: Owner) -> str:
    """The ARN of a user or role."""
    noun = "user" if isinstance(owner, User) else "role"
    return entity_arn(noun, owner.account, owner.path, owner.name, owner.partition)
