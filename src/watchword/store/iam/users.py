"""Users of an account. Their keys, memberships, policies and tags have files of their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column

from watchword.names import nouns, principal
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.tables import CodepointText, Timestamp, unused_since
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

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.USER, self.path, self.name))

    @property
    def principal(self) -> principal.User:
        return principal.User(self.account, self.name, self.id, self.path, self.partition)


_entities = Entities(nouns.USER, USERS, User)
insert = _entities.insert
insert_all = _entities.insert_all
overwrite = _entities.overwrite
by_ids = _entities.by_ids
by_names = _entities.by_names
by_id = _entities.by_id
named = _entities.named
page = _entities.page
count = _entities.count
rename = _entities.rename
remove = _entities.remove


def set_boundary(tx: Transaction, user: User, boundary: str | None) -> None:
    """Sets the permissions boundary, an ARN, or removes it."""
    _entities.update(tx, user, boundary=boundary)


def note_sign_in(tx: Transaction, user_id: str, at: datetime, span: timedelta) -> None:
    """Sets when the password was used, unless the stored use is less than `span` older."""
    due = unused_since(USERS.c.password_last_used, at - span)
    tx.run(USERS.update().where(USERS.c.id == user_id, due), {"password_last_used": at})
