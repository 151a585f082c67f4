"""Look-up of users and roles by ARN. They own access keys and sessions.

Every part of the ARN must match: partition, account, noun, path and name.
"""

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store import Transaction
from watchword.store.iam import roles, users
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

Owner = User | Role


_NAMED = {nouns.USER: users.named, nouns.ROLE: roles.named}


def owner_at(tx: Transaction, arn: EntityArn) -> Owner | None:
    """The user or role of exactly that ARN."""
    named = _NAMED.get(arn.noun)
    owner = named(tx, arn.account, arn.name) if named else None
    return owner if owner is not None and owner.arn == str(arn) else None
