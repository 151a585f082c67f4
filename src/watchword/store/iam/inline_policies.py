"""Inline policies of users, groups and roles."""

from collections.abc import Sequence

from msgspec import Struct, structs
from sqlalchemy import Column, Table, Text, bindparam, select

from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

INLINE = Table(
    "inline_policies",
    METADATA,
    Column("owner_kind", CodepointText, primary_key=True),
    Column("owner_id", CodepointText, primary_key=True),
    Column("name", CodepointText, primary_key=True),
    Column("document", Text, nullable=False),
)


class Inline(Struct, frozen=True):
    """An inline policy; `owner_kind` is user, group or role."""

    owner_kind: str
    owner_id: str
    name: str
    document: str


_OF = (
    select(*columns(INLINE, Inline))
    .where(INLINE.c.owner_kind == bindparam("owner_kind"), INLINE.c.owner_id == bindparam("owner_id"))
    .order_by(INLINE.c.name)
)
_OF_ALL = select(*columns(INLINE, Inline)).where(
    INLINE.c.owner_kind == bindparam("owner_kind"),
    INLINE.c.owner_id.in_(bindparam("owner_ids", expanding=True)),
)
_NAMED = _OF.where(INLINE.c.name == bindparam("name"))
_PAGE = _OF.where(INLINE.c.name > bindparam("after"))


def put(tx: Transaction, policy: Inline) -> None:
    """Adds the policy, or replaces the one with that name."""
    _delete(tx, policy.owner_kind, policy.owner_id, policy.name)
    tx.run(INLINE.insert(), structs.asdict(policy))
    tx.changed(policy.owner_kind, policy.owner_id)


def insert_all(tx: Transaction, policies: Sequence[Inline]) -> None:
    """Adds policies. Raises Conflict when an owner has one of that name."""
    if policies:
        tx.run_many(INLINE.insert(), [structs.asdict(each) for each in policies])
    for each in policies:
        tx.changed(each.owner_kind, each.owner_id)


def named(tx: Transaction, owner_kind: str, owner_id: str, name: str) -> Inline | None:
    """The owner's policy with exactly that name, None when there is none."""
    return tx.one(Inline, _NAMED, owner_kind=owner_kind, owner_id=owner_id, name=name)


def of(tx: Transaction, owner_kind: str, owner_id: str) -> list[Inline]:
    """All policies of the owner, sorted by name."""
    return tx.all(Inline, _OF, owner_kind=owner_kind, owner_id=owner_id)


def of_all(tx: Transaction, owner_kind: str, owner_ids: Sequence[str]) -> list[Inline]:
    """All policies of several owners, in any order."""
    return tx.all(Inline, _OF_ALL, owner_kind=owner_kind, owner_ids=owner_ids)


def page(
    tx: Transaction, owner_kind: str, owner_id: str, *, after: str = "", limit: int
) -> tuple[list[Inline], bool]:
    """Policies sorted by name, after the name `after`; and whether there are more."""
    return tx.page(Inline, _PAGE, limit, owner_kind=owner_kind, owner_id=owner_id, after=after)


def remove(tx: Transaction, owner_kind: str, owner_id: str, name: str) -> bool:
    """Removes the policy. False when there was none with that name."""
    gone = _delete(tx, owner_kind, owner_id, name)
    tx.changed(owner_kind, owner_id)
    return bool(gone)


def _delete(tx: Transaction, owner_kind: str, owner_id: str, name: str) -> int:
    return tx.run(
        INLINE.delete().where(
            INLINE.c.owner_kind == owner_kind, INLINE.c.owner_id == owner_id, INLINE.c.name == name
        )
    )
