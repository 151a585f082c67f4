"""Roles of an account.

`trust` is the trust policy with unique ids instead of ARNs of users and roles, so that a new user with the
name of a deleted one isn't trusted (`watchword.identity.policy_principals`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, Text

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import RoleSession
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.tables import CodepointText, Timestamp, unused_since
from watchword.store.transaction import Transaction

ROLES = entity_table(
    "roles",
    Column("description", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("max_session", Integer, nullable=False),
    Column("boundary", CodepointText, index=True),
    Column("last_used", Timestamp),
    Column("last_used_region", CodepointText),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `id` is AROA..., `max_session` is in seconds, `boundary` an ARN."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    trust: str
    description: str = ""
    max_session: int = 3600
    partition: str = "aws"
    boundary: str | None = None
    last_used: datetime | None = None
    last_used_region: str | None = None

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.ROLE, self.path, self.name))

    def session(self, name: str) -> RoleSession:
        """The principal that calls in a session of the role."""
        return RoleSession(self.account, self.name, self.id, name, self.path, self.partition)


_entities = Entities(nouns.ROLE, ROLES, Role)
insert = _entities.insert
insert_all = _entities.insert_all
overwrite = _entities.overwrite
by_ids = _entities.by_ids
by_names = _entities.by_names
by_id = _entities.by_id
named = _entities.named
page = _entities.page
count = _entities.count
remove = _entities.remove


def configure(tx: Transaction, role: Role, *, description: str, max_session: int) -> None:
    """Sets the description and the maximum duration of sessions, in seconds."""
    _entities.update(tx, role, description=description, max_session=max_session)


def set_trust(tx: Transaction, role: Role, document: str) -> None:
    """Sets the trust policy."""
    _entities.update(tx, role, trust=document)


def set_boundary(tx: Transaction, role: Role, boundary: str | None) -> None:
    """Sets the permissions boundary, an ARN, or removes it."""
    _entities.update(tx, role, boundary=boundary)


def note_use(tx: Transaction, role_id: str, at: datetime, span: timedelta, *, region: str) -> None:
    """Sets the last use, unless the stored one is less than `span` older. No decision depends on it."""
    due = unused_since(ROLES.c.last_used, at - span)
    last = {"last_used": at, "last_used_region": region}
    tx.run(ROLES.update().where(ROLES.c.id == role_id, due), last)
