"""Groups of an account, and their members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, ForeignKey, Table, bindparam, func, select

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.fold import fold
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.iam.users import USERS, User
from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

GROUPS = entity_table("groups")

MEMBERS = Table(
    "members",
    METADATA,
    Column("group_id", CodepointText, ForeignKey("groups.id"), primary_key=True),
    Column("user_id", CodepointText, ForeignKey("users.id"), primary_key=True, index=True),
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `id` is AGPA..."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.GROUP, self.path, self.name))


class Membership(NamedTuple):
    """That a user is in a group."""

    user_id: str
    group_id: str
    group_name: str


_entities = Entities(nouns.GROUP, GROUPS, Group)
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

_OF_USER = (
    _entities.rows.join(MEMBERS, MEMBERS.c.group_id == GROUPS.c.id)
    .where(MEMBERS.c.user_id == bindparam("user_id"), GROUPS.c.folded > bindparam("folded"))
    .order_by(GROUPS.c.folded)
)
_MEMBERS = (
    select(*columns(USERS, User))
    .join(MEMBERS, MEMBERS.c.user_id == USERS.c.id)
    .where(MEMBERS.c.group_id == bindparam("group_id"), USERS.c.folded > bindparam("folded"))
    .order_by(USERS.c.folded)
)
_MEMBERSHIP = (MEMBERS.c.group_id == bindparam("group_id")) & (MEMBERS.c.user_id == bindparam("user_id"))
_MEMBERSHIPS = (
    select(MEMBERS.c.user_id, GROUPS.c.id, GROUPS.c.name)
    .join(GROUPS, MEMBERS.c.group_id == GROUPS.c.id)
    .where(MEMBERS.c.user_id.in_(bindparam("user_ids", expanding=True)))
)
_IS_MEMBER = select(func.count()).select_from(MEMBERS).where(_MEMBERSHIP)


def add_member(tx: Transaction, group: Group, user: User) -> bool:
    """Makes the user a member. False when it was one already."""
    pair = {"group_id": group.id, "user_id": user.id}
    if tx.number(_IS_MEMBER, **pair):
        return False
    tx.run(MEMBERS.insert(), pair)
    tx.changed("user", user.id, user.account)
    return True


def add_members(tx: Transaction, pairs: Sequence[Membership]) -> None:
    """Makes users members. Raises Conflict when one was a member already."""
    if pairs:
        rows = [{"group_id": each.group_id, "user_id": each.user_id} for each in pairs]
        tx.run_many(MEMBERS.insert(), rows)
    for each in pairs:
        tx.changed("user", each.user_id)


def remove_member(tx: Transaction, group: Group, user: User) -> bool:
    """Ends the membership. False when there was none."""
    gone = tx.run(MEMBERS.delete().where(_MEMBERSHIP), {"group_id": group.id, "user_id": user.id})
    tx.changed("user", user.id, user.account)
    return bool(gone)


def members(tx: Transaction, group_id: str, *, after: str = "", limit: int) -> tuple[list[User], bool]:
    """Members sorted by name, after the name `after`; and whether there are more."""
    return tx.page(User, _MEMBERS, limit, group_id=group_id, folded=fold(after))


def leave_all(tx: Transaction, user: User) -> None:
    """Ends all memberships of the user."""
    tx.run(MEMBERS.delete().where(MEMBERS.c.user_id == user.id))
    tx.changed("user", user.id, user.account)


def memberships(tx: Transaction, user_ids: Sequence[str]) -> list[Membership]:
    """All memberships of several users, in any order."""
    return tx.all(Membership, _MEMBERSHIPS, user_ids=user_ids)


def of_user(tx: Transaction, user_id: str) -> list[Group]:
    """All groups of the user, sorted by name."""
    return tx.all(Group, _OF_USER, user_id=user_id, folded="")


def page_of_user(tx: Transaction, user_id: str, *, after: str = "", limit: int) -> tuple[list[Group], bool]:
    """Groups of the user sorted by name, after the name `after`; and whether there are more."""
    return tx.page(Group, _OF_USER, limit, user_id=user_id, folded=fold(after))
