"""Managed policies attached to users, groups and roles, in the order in which they were attached.

A policy is identified by its ARN, since policies of AWS are in no table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, Table, UniqueConstraint, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp, columns
from watchword.store.transaction import Transaction

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("position", Serial, primary_key=True, autoincrement=True),
    Column("owner_kind", CodepointText, nullable=False),
    Column("owner_id", CodepointText, nullable=False),
    Column("policy_arn", CodepointText, nullable=False, index=True),
    Column("at", Timestamp, nullable=False),
    UniqueConstraint("owner_kind", "owner_id", "policy_arn"),
    sqlite_autoincrement=True,  # a position is never reused, so pages don't overlap
)


class Attachment(Struct, frozen=True):
    """A policy attached to a user, group or role. Later attachments have higher positions."""

    position: int
    owner_kind: str
    owner_id: str
    policy_arn: str
    at: datetime


_ALL = select(*columns(ATTACHMENTS, Attachment)).order_by(ATTACHMENTS.c.position)
_OF = _ALL.where(
    ATTACHMENTS.c.owner_kind == bindparam("owner_kind"), ATTACHMENTS.c.owner_id == bindparam("owner_id")
)
_OF_ALL = _ALL.where(
    ATTACHMENTS.c.owner_kind == bindparam("owner_kind"),
    ATTACHMENTS.c.owner_id.in_(bindparam("owner_ids", expanding=True)),
)
_ONE = _OF.where(ATTACHMENTS.c.policy_arn == bindparam("policy_arn"))


def attach(tx: Transaction, owner_kind: str, owner_id: str, policy_arn: str) -> bool:
    """Attaches the policy. False when it was attached already."""
    pair = {"owner_kind": owner_kind, "owner_id": owner_id, "policy_arn": policy_arn}
    if tx.one(Attachment, _ONE, **pair):
        return False
    tx.run(ATTACHMENTS.insert(), pair | {"at": tx.at})
    tx.changed(owner_kind, owner_id)
    return True


def attach_all(tx: Transaction, owner_kind: str, arns: Mapping[str, Sequence[str]]) -> None:
    """Attaches policies, by the id of their owner. Raises Conflict when one was attached already."""
    rows = [
        {"owner_kind": owner_kind, "owner_id": owner_id, "policy_arn": arn, "at": tx.at}
        for owner_id, theirs in arns.items()
        for arn in theirs
    ]
    if rows:
        tx.run_many(ATTACHMENTS.insert(), rows)
    for owner_id, theirs in arns.items():
        if theirs:
            tx.changed(owner_kind, owner_id)


def detach(tx: Transaction, owner_kind: str, owner_id: str, policy_arn: str) -> bool:
    """Detaches the policy. False when it wasn't attached."""
    found = tx.one(Attachment, _ONE, owner_kind=owner_kind, owner_id=owner_id, policy_arn=policy_arn)
    if found is None:
        return False
    tx.run(ATTACHMENTS.delete().where(ATTACHMENTS.c.position == found.position))
    tx.changed(owner_kind, owner_id)
    return True


def of(tx: Transaction, owner_kind: str, owner_id: str) -> list[Attachment]:
    """All attachments of an owner. A quota keeps them few."""
    return tx.all(Attachment, _OF, owner_kind=owner_kind, owner_id=owner_id)


def of_all(tx: Transaction, owner_kind: str, owner_ids: Sequence[str]) -> list[Attachment]:
    """All attachments of several owners."""
    return tx.all(Attachment, _OF_ALL, owner_kind=owner_kind, owner_ids=owner_ids)
