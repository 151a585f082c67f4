"""Users and roles that have the permissions of an entity.

A user or role has its own. The members of a group have the group's. A managed policy gives its permissions to
those that it is attached to, directly or by a group. Boundaries give none.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, bindparam, false, or_, select, union_all

from watchword.names import nouns
from watchword.store.iam.attachments import ATTACHMENTS
from watchword.store.iam.groups import MEMBERS
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS

Conditions = Mapping[str, ColumnElement[bool]]
TABLES = {nouns.USER: USERS, nouns.ROLE: ROLES}


class Source(Struct, frozen=True):
    """A user, group, role or managed policy as a source of permissions in an account."""

    noun: str
    account: str
    key: str
    """Its unique id; the ARN of a managed policy."""


def _attached(kind: str) -> Select[Any]:
    """The ids of the entities of that kind that the policy is attached to."""
    here = ATTACHMENTS.c.owner_kind == kind, ATTACHMENTS.c.policy_arn == bindparam("key")
    return select(ATTACHMENTS.c.owner_id).where(*here)


def _members(groups: Select[Any]) -> Select[Any]:
    return select(MEMBERS.c.user_id).where(MEMBERS.c.group_id.in_(groups))


_USERS: Conditions = {
    nouns.USER: USERS.c.id == bindparam("key"),
    nouns.GROUP: USERS.c.id.in_(select(MEMBERS.c.user_id).where(MEMBERS.c.group_id == bindparam("key"))),
    nouns.ROLE: false(),
    nouns.POLICY: or_(
        USERS.c.id.in_(_attached(nouns.USER)), USERS.c.id.in_(_members(_attached(nouns.GROUP)))
    ),
}
_ROLES: Conditions = {
    nouns.USER: false(),
    nouns.GROUP: false(),
    nouns.ROLE: ROLES.c.id == bindparam("key"),
    nouns.POLICY: ROLES.c.id.in_(_attached(nouns.ROLE)),
}
_ENTITLED = {nouns.USER: _USERS, nouns.ROLE: _ROLES}


def entitled(kind: str, noun: str) -> ColumnElement[bool]:
    """Whether a row of TABLES[kind] has the permissions of a source. Parameters: account, key."""
    table: Table = TABLES[kind]
    return (table.c.account == bindparam("account")) & _ENTITLED[kind][noun]


def principal_ids(noun: str) -> CompoundSelect[Any]:
    """The ids of all of them. Parameters: account, key."""
    return union_all(*(select(table.c.id).where(entitled(kind, noun)) for kind, table in TABLES.items()))
