"""Users of an account. What hangs on them (keys, memberships, policies, tags) stands in its own file."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, bindparam, select

from watchword.store.iam.entities import after_name, count_of, entity_table, of_that_name
from watchword.store.tables import CodepointText, Timestamp, columns, fold
from watchword.store.transaction import Transaction

USERS = entity_table(
    "users",
    Column("boundary", CodepointText, index=True),
    Column("password_last_used", Timestamp),
)


@dataclass(frozen=True, slots=True)
class User:
    """A user; `id` is AIDA..., `boundary` the ARN of its permissions boundary."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    partition: str = "aws"
    boundary: str | None = None
    password_last_used: datetime | None = None


_ALL = select(*columns(USERS, User))
_BY_ID = _ALL.where(USERS.c.id == bindparam("id"))
_NAMED = _ALL.where(*of_that_name(USERS))
_PAGE = _ALL.where(*after_name(USERS)).order_by(USERS.c.folded)
_COUNT = count_of(USERS)


def insert(tx: Transaction, user: User) -> None:
    """Raises Conflict when the account has a user of that name."""
    tx.run(USERS.insert(), asdict(user) | {"folded": fold(user.name)})
    tx.changed("user", user.id, user.account)


def by_id(tx: Transaction, user_id: str) -> User | None:
    """The user of that unique id, None when there is none."""
    return tx.one(User, _BY_ID, id=user_id)


def named(tx: Transaction, account: str, name: str) -> User | None:
    """The user of that name in whatever case, None when there is none."""
    return tx.one(User, _NAMED, account=account, folded=fold(name))


def page(
    tx: Transaction, account: str, *, path_prefix: str = "/", after: str = "", limit: int
) -> tuple[list[User], bool]:
    """In the order of their names, after the name given; and whether there are more."""
    return tx.page(User, _PAGE, limit, account=account, prefix=path_prefix, folded=fold(after))


def count(tx: Transaction, account: str) -> int:
    """How many users the account has."""
    return tx.number(_COUNT, account=account)


def rename(tx: Transaction, user: User, *, name: str, path: str) -> None:
    """Raises Conflict when the account has another user of that name."""
    _update(tx, user, name=name, folded=fold(name), path=path)


def bound(tx: Transaction, user: User, boundary: str | None) -> None:
    """Sets the permissions boundary, an ARN, or lifts it."""
    _update(tx, user, boundary=boundary)


def remove(tx: Transaction, user: User) -> None:
    """Raises StillReferenced while access keys or memberships hang on the user."""
    tx.run(USERS.delete().where(USERS.c.id == user.id))
    tx.changed("user", user.id, user.account)


def _update(tx: Transaction, user: User, **values: object) -> None:
    tx.run(USERS.update().where(USERS.c.id == user.id), values)
    tx.changed("user", user.id, user.account)
