"""Subjects: who got a session with a certificate, and with which. No decision depends on them.

A subject is a distinguished name in a Region of an account. Of its certificates those that were used last are
kept, MOST_KEPT of them: a host that renews its certificate each hour must not fill the database.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)

from watchword.names import nouns
from watchword.store.tables import METADATA, CodepointText, JsonStrings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.SUBJECT
MOST_KEPT = 10

SUBJECTS = Table(
    "subjects",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("x509_subject", CodepointText, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("seen", Timestamp, nullable=False),
    UniqueConstraint("account", "region", "x509_subject"),
)
USES = Table(
    "subject_uses",
    METADATA,
    Column("subject_id", CodepointText, ForeignKey("subjects.id"), primary_key=True),
    Column("issuer", CodepointText, primary_key=True),
    Column("serial", CodepointText, primary_key=True),
    Column("certificate", Text, nullable=False),
    Column("properties", JsonStrings, nullable=False),
    Column("seen", Timestamp, nullable=False),
)


class Subject(Struct, frozen=True):
    """A holder of certificates; `x509_subject` is the name in them (RFC 4514)."""

    id: str
    account: str
    region: str
    x509_subject: str
    created: datetime
    seen: datetime
    enabled: bool = True
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:rolesanywhere:{self.region}:{self.account}:{KIND}/{self.id}"


@dataclass(frozen=True, slots=True)
class Use:
    """The last use of a certificate (PEM) by a subject; `serial` is in decimal."""

    subject_id: str
    issuer: str
    serial: str
    certificate: str
    seen: datetime
    properties: Mapping[str, str] = field(default_factory=dict)
    """What the holder says of the machine it runs on."""


_ALL = select(*columns(SUBJECTS, Subject))
_HERE = (SUBJECTS.c.account == bindparam("account"), SUBJECTS.c.region == bindparam("region"))
_BY_ID = _ALL.where(SUBJECTS.c.id == bindparam("id"))
_NAMED = _ALL.where(*_HERE, SUBJECTS.c.x509_subject == bindparam("x509_subject"))
_PAGE = _ALL.where(*_HERE, SUBJECTS.c.id > bindparam("after")).order_by(SUBJECTS.c.id)
_USES = (
    select(*columns(USES, Use))
    .where(USES.c.subject_id == bindparam("subject_id"))
    .order_by(USES.c.seen.desc(), USES.c.issuer, USES.c.serial)
)


def note(tx: Transaction, subject: Subject, use: Use) -> None:
    """Notes that the subject, which may be new, used that certificate."""
    if not tx.run(SUBJECTS.update().where(SUBJECTS.c.id == subject.id), {"seen": use.seen}):
        tx.run(SUBJECTS.insert(), structs.asdict(subject))
    tx.run(USES.delete().where(*_same(use)))
    tx.run(USES.insert(), asdict(use))
    for old in uses(tx, subject.id)[MOST_KEPT:]:
        tx.run(USES.delete().where(*_same(old)))


def by_id(tx: Transaction, subject_id: str) -> Subject | None:
    return tx.one(Subject, _BY_ID, id=subject_id)


def named(tx: Transaction, account: str, region: str, x509_subject: str) -> Subject | None:
    return tx.one(Subject, _NAMED, account=account, region=region, x509_subject=x509_subject)


def page(tx: Transaction, account: str, region: str, *, after: str, limit: int) -> tuple[list[Subject], bool]:
    """Subjects sorted by id, after that id; and whether there are more."""
    return tx.page(Subject, _PAGE, limit, account=account, region=region, after=after)


def uses(tx: Transaction, subject_id: str) -> list[Use]:
    """The certificates that the subject used, the last one first."""
    return tx.all(Use, _USES, subject_id=subject_id)


def _same(use: Use) -> tuple[ColumnElement[bool], ...]:
    return USES.c.subject_id == use.subject_id, USES.c.issuer == use.issuer, USES.c.serial == use.serial
