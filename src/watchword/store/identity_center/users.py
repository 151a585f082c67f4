"""People of a directory. They have no account: what they may do in accounts is assigned to them.

Names and addresses are unique in the directory, whatever their case (`watchword.names.fold`). All other
attributes are kept as the API has them.
Source: IAM Identity Center, Identity Store API Reference, User.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.types import TypeDecorator

from watchword.names import nouns
from watchword.names.fold import fold
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.DIRECTORY_USER
Attributes = Mapping[str, Any]


class _Attributes(TypeDecorator[Attributes]):
    """Attributes, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Attributes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Attributes | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else msgspec.json.decode(value)


DIRECTORY_USERS = Table(
    "directory_users",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("directory", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("folded", CodepointText, nullable=False),
    Column("folded_email", CodepointText),
    Column("enabled", Boolean, nullable=False),
    Column("attributes", _Attributes, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("created_by", CodepointText, nullable=False),
    Column("updated", Timestamp, nullable=False),
    Column("updated_by", CodepointText, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("directory", "folded"),
    UniqueConstraint("directory", "folded_email"),
)


@dataclass(frozen=True, slots=True)
class User:
    """A person; `attributes` are members of the API's User, such as DisplayName and Emails."""

    id: str
    directory: str
    name: str
    attributes: Attributes
    created: datetime
    created_by: str
    updated: datetime
    updated_by: str
    revision: int = 1
    enabled: bool = True

    @property
    def email(self) -> str:
        """The address, empty for none."""
        listed = self.attributes.get("Emails")
        return str(listed[0].get("Value", "")) if listed else ""


_ALL = select(*columns(DIRECTORY_USERS, User))
_HERE = DIRECTORY_USERS.c.directory == bindparam("directory")
_BY_ID = _ALL.where(_HERE, DIRECTORY_USERS.c.id == bindparam("id"))
_OF_ANY = _ALL.where(DIRECTORY_USERS.c.id == bindparam("id"))
_NAMED = _ALL.where(_HERE, DIRECTORY_USERS.c.folded == bindparam("folded"))
_OF_EMAIL = _ALL.where(_HERE, DIRECTORY_USERS.c.folded_email == bindparam("folded"))
_PAGE = _ALL.where(_HERE, DIRECTORY_USERS.c.id > bindparam("after")).order_by(DIRECTORY_USERS.c.id)
_ORDERED = _ALL.where(_HERE).order_by(DIRECTORY_USERS.c.id)
_COUNT = select(func.count()).select_from(DIRECTORY_USERS).where(_HERE)


def insert(tx: Transaction, user: User) -> None:
    """Raises Conflict when the directory has somebody of that name or address."""
    tx.run(DIRECTORY_USERS.insert(), _row(user))
    _changed(tx, user)


def by_id(tx: Transaction, directory: str, user_id: str) -> User | None:
    """The user of that id in that directory."""
    return tx.one(User, _BY_ID, directory=directory, id=user_id)


def of_any_directory(tx: Transaction, user_id: str) -> User | None:
    """The user of that id."""
    return tx.one(User, _OF_ANY, id=user_id)


def named(tx: Transaction, directory: str, name: str) -> User | None:
    """The user of that name, whatever the case."""
    return tx.one(User, _NAMED, directory=directory, folded=fold(name))


def of_email(tx: Transaction, directory: str, address: str) -> User | None:
    """The user of that address, whatever the case."""
    return tx.one(User, _OF_EMAIL, directory=directory, folded=fold(address))


def page(tx: Transaction, directory: str, *, after: str = "", limit: int) -> tuple[list[User], bool]:
    """Users sorted by id, after that id; and whether there are more."""
    return tx.page(User, _PAGE, limit, directory=directory, after=after)


def some(tx: Transaction, directory: str, *, skip: int, limit: int) -> list[User]:
    """Those after the first `skip`, sorted by id."""
    return tx.all(User, _ORDERED.offset(skip).limit(limit), directory=directory)


def count(tx: Transaction, directory: str) -> int:
    return tx.number(_COUNT, directory=directory)


def update(tx: Transaction, user: User) -> None:
    """Replaces the one with that id. Raises Conflict as `insert` does."""
    tx.run(DIRECTORY_USERS.update().where(DIRECTORY_USERS.c.id == user.id), _row(user))
    _changed(tx, user)


def remove(tx: Transaction, user: User) -> None:
    """Raises StillReferenced while the user is in a group."""
    tx.run(DIRECTORY_USERS.delete().where(DIRECTORY_USERS.c.id == user.id))
    _changed(tx, user)


def remove_all(tx: Transaction, directory: str) -> None:
    """All of a directory that is being removed, when nobody is in a group any more."""
    tx.run(DIRECTORY_USERS.delete().where(DIRECTORY_USERS.c.directory == directory))


def _row(user: User) -> dict[str, object]:
    row = {each.name: getattr(user, each.name) for each in fields(user)}
    return row | {"folded": fold(user.name), "folded_email": fold(user.email) if user.email else None}


def _changed(tx: Transaction, user: User) -> None:
    tx.changed(KIND, user.id)
