"""Tags of anything that has a unique id, with their keys as they were written.

Keys are compared as the type of their owner demands (`watchword.names.fold`): those of users and roles
without case. The column `folded` is the form that is compared.
Source: IAM User Guide, "Rules for tagging in IAM and AWS STS". Limits belong to the services.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Column, Table, Text, bindparam, select

from watchword.names.fold import fold_tag_key
from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

TAGS = Table(
    "tags",
    METADATA,
    Column("owner_kind", CodepointText, primary_key=True),
    Column("owner_id", CodepointText, primary_key=True),
    Column("folded", CodepointText, primary_key=True),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
)


class Tag(Struct, frozen=True):
    """A key as it was written, and its value."""

    key: str
    value: str


_OF = (
    select(*columns(TAGS, Tag))
    .where(TAGS.c.owner_kind == bindparam("owner_kind"), TAGS.c.owner_id == bindparam("owner_id"))
    .order_by(TAGS.c.folded)
)


class OwnedTag(Struct, frozen=True):
    """A tag, and the id of what has it."""

    owner_id: str
    key: str
    value: str


_OF_ALL = (
    select(*columns(TAGS, OwnedTag))
    .where(
        TAGS.c.owner_kind == bindparam("owner_kind"),
        TAGS.c.owner_id.in_(bindparam("owner_ids", expanding=True)),
    )
    .order_by(TAGS.c.owner_id, TAGS.c.folded)
)


def put(tx: Transaction, owner_kind: str, owner_id: str, tags: Mapping[str, str]) -> None:
    """Adds tags, and replaces those with the same key."""
    rows = _rows(owner_kind, owner_id, tags)
    if rows:
        _delete(tx, owner_kind, owner_id, rows)
        tx.run_many(TAGS.insert(), list(rows.values()))
        tx.changed(owner_kind, owner_id)


def insert_all(tx: Transaction, owner_kind: str, tags: Mapping[str, Mapping[str, str]]) -> None:
    """Adds tags, by the id of what they are of. Raises Conflict when it has a tag of that key."""
    rows = [row for owner_id, theirs in tags.items() for row in _rows(owner_kind, owner_id, theirs).values()]
    if rows:
        tx.run_many(TAGS.insert(), rows)
    for owner_id, theirs in tags.items():
        if theirs:
            tx.changed(owner_kind, owner_id)


def of(tx: Transaction, owner_kind: str, owner_id: str) -> dict[str, str]:
    """All tags of an owner, sorted by key."""
    return {tag.key: tag.value for tag in tx.all(Tag, _OF, owner_kind=owner_kind, owner_id=owner_id)}


def of_all(tx: Transaction, owner_kind: str, owner_ids: Sequence[str]) -> list[OwnedTag]:
    """All tags of several owners, sorted by owner and key."""
    return tx.all(OwnedTag, _OF_ALL, owner_kind=owner_kind, owner_ids=owner_ids)


def remove(tx: Transaction, owner_kind: str, owner_id: str, keys: Iterable[str]) -> None:
    """Removes the tags with those keys. A missing key is no error."""
    _delete(tx, owner_kind, owner_id, [fold_tag_key(owner_kind, key) for key in keys])
    tx.changed(owner_kind, owner_id)


def remove_all(tx: Transaction, owner_kind: str, owner_id: str) -> None:
    """Removes all tags of an owner that is being removed."""
    tx.run(TAGS.delete().where(TAGS.c.owner_kind == owner_kind, TAGS.c.owner_id == owner_id))
    tx.changed(owner_kind, owner_id)


def _rows(owner_kind: str, owner_id: str, tags: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """By the form of their keys in which these are compared."""
    owner = {"owner_kind": owner_kind, "owner_id": owner_id}
    folded = {key: fold_tag_key(owner_kind, key) for key in tags}
    return {
        folded[key]: {**owner, "folded": folded[key], "key": key, "value": value}
        for key, value in tags.items()
    }


def _delete(tx: Transaction, owner_kind: str, owner_id: str, folded: Iterable[str]) -> None:
    tx.run(
        TAGS.delete().where(
            TAGS.c.owner_kind == owner_kind, TAGS.c.owner_id == owner_id, TAGS.c.folded.in_(list(folded))
        )
    )
