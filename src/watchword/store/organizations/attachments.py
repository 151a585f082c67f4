"""Which policies are attached to which roots, units and accounts, in the order in which they were attached.

The topic of an attachment is its target: what holds there has changed.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint, bindparam, func, select

from watchword.store.tables import METADATA, CodepointText, Serial, columns
from watchword.store.transaction import Transaction

KIND = "organization-target"
"""The kind of its topics."""

ATTACHMENTS = Table(
    "organization_attachments",
    METADATA,
    Column("position", Serial, primary_key=True, autoincrement=True),
    Column("organization", CodepointText, ForeignKey("organizations.id"), nullable=False),
    Column("type", CodepointText, nullable=False),
    Column("policy", CodepointText, nullable=False),
    Column("target", CodepointText, nullable=False),
    UniqueConstraint("organization", "target", "policy"),
    sqlite_autoincrement=True,  # a position is never reused, so pages don't overlap
)


class Attachment(Struct, frozen=True):
    """A policy, of some type, attached to a target: a root, a unit or an account."""

    organization: str
    type: str
    policy: str
    target: str
    position: int = 0


_HERE = select(*columns(ATTACHMENTS, Attachment)).where(
    ATTACHMENTS.c.organization == bindparam("organization")
)
_IN_ORDER = _HERE.where(ATTACHMENTS.c.position > bindparam("after")).order_by(ATTACHMENTS.c.position)
_OF_TARGET = _IN_ORDER.where(ATTACHMENTS.c.target == bindparam("target"))
_OF_TYPE = _OF_TARGET.where(ATTACHMENTS.c.type == bindparam("type"))
_OF_POLICY = _IN_ORDER.where(ATTACHMENTS.c.policy == bindparam("policy"))
_ONE = _HERE.where(ATTACHMENTS.c.target == bindparam("target"), ATTACHMENTS.c.policy == bindparam("policy"))
_TARGETS = (
    select(ATTACHMENTS.c.target)
    .where(ATTACHMENTS.c.organization == bindparam("organization"), ATTACHMENTS.c.type == bindparam("type"))
    .distinct()
)
_COUNT = (
    select(func.count())
    .select_from(ATTACHMENTS)
    .where(
        ATTACHMENTS.c.organization == bindparam("organization"),
        ATTACHMENTS.c.target == bindparam("target"),
        ATTACHMENTS.c.type == bindparam("type"),
    )
)


def insert(tx: Transaction, made: Sequence[Attachment]) -> None:
    """Attaches policies: at least one. Raises Conflict when one is attached there already."""
    kept = ("organization", "type", "policy", "target")
    tx.run_many(ATTACHMENTS.insert(), [{name: getattr(each, name) for name in kept} for each in made])
    _changed(tx, (each.target for each in made))


def remove(tx: Transaction, attachment: Attachment) -> None:
    """Detaches the policy from the target."""
    tx.run(ATTACHMENTS.delete().where(ATTACHMENTS.c.position == attachment.position))
    tx.changed(KIND, attachment.target)


def one(tx: Transaction, organization: str, target: str, policy: str) -> Attachment | None:
    """The attachment of a policy to a target, None when it isn't attached there."""
    return tx.one(Attachment, _ONE, organization=organization, target=target, policy=policy)


def of_target(tx: Transaction, organization: str, target: str) -> list[Attachment]:
    """All that is attached to a target. Quotas keep it short."""
    return tx.all(Attachment, _OF_TARGET, organization=organization, target=target, after=0)


def page_of_target(
    tx: Transaction, organization: str, target: str, type_: str, *, after: int = 0, limit: int
) -> tuple[list[Attachment], bool]:
    """What is attached to a target, of one type, after a position; and whether there is more."""
    return tx.page(
        Attachment, _OF_TYPE, limit, organization=organization, target=target, type=type_, after=after
    )


def page_of_policy(
    tx: Transaction, organization: str, policy: str, *, after: int = 0, limit: int
) -> tuple[list[Attachment], bool]:
    """Where a policy is attached, after a position; and whether there is more."""
    return tx.page(Attachment, _OF_POLICY, limit, organization=organization, policy=policy, after=after)


def count(tx: Transaction, organization: str, target: str, type_: str) -> int:
    """How many policies of a type are attached to a target."""
    return tx.number(_COUNT, organization=organization, target=target, type=type_)


def remove_type(tx: Transaction, organization: str, type_: str) -> None:
    """Detaches all policies of a type from everything."""
    targets = tx.all(str, _TARGETS, organization=organization, type=type_)
    of_type = ATTACHMENTS.c.organization == organization, ATTACHMENTS.c.type == type_
    tx.run(ATTACHMENTS.delete().where(*of_type))
    _changed(tx, targets)


def remove_target(tx: Transaction, organization: str, target: str) -> None:
    """Detaches everything from a target that is being removed."""
    at = ATTACHMENTS.c.organization == organization, ATTACHMENTS.c.target == target
    tx.run(ATTACHMENTS.delete().where(*at))
    tx.changed(KIND, target)


def _changed(tx: Transaction, targets: Iterable[str]) -> None:
    for target in targets:
        tx.changed(KIND, target)
