"""Signing certificates (X.509) of users and of root users. No decision depends on them."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, bindparam, func, select

from watchword.store.iam.access_keys import ACTIVE
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

SIGNING_CERTIFICATES = Table(
    "signing_certificates",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("user_id", CodepointText, ForeignKey("users.id"), index=True),
    Column("body", Text, nullable=False),
    Column("fingerprint", CodepointText, nullable=False),
    Column("status", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint("account", "fingerprint"),
)


class SigningCertificate(Struct, frozen=True):
    """A certificate in PEM; `user_id` is None for a root user, `fingerprint` SHA-256 in hexadecimal."""

    id: str
    account: str
    user_id: str | None
    body: str
    fingerprint: str
    created: datetime
    status: str = ACTIVE


_ALL = select(*columns(SIGNING_CERTIFICATES, SigningCertificate)).order_by(SIGNING_CERTIFICATES.c.id)
_HERE = SIGNING_CERTIFICATES.c.account == bindparam("account")
_OF_USER = _ALL.where(SIGNING_CERTIFICATES.c.user_id == bindparam("user_id"))
_OF_ROOT = _ALL.where(_HERE, SIGNING_CERTIFICATES.c.user_id.is_(None))
_OF_ACCOUNT = _ALL.where(_HERE)
_SAME = (
    select(func.count())
    .select_from(SIGNING_CERTIFICATES)
    .where(_HERE, SIGNING_CERTIFICATES.c.fingerprint == bindparam("fingerprint"))
)


def insert(tx: Transaction, certificate: SigningCertificate) -> None:
    """Raises Conflict when the account has that certificate."""
    tx.run(SIGNING_CERTIFICATES.insert(), structs.asdict(certificate))


def of_user(tx: Transaction, user_id: str) -> list[SigningCertificate]:
    """All certificates of the user, sorted by id. A quota keeps them few."""
    return tx.all(SigningCertificate, _OF_USER, user_id=user_id)


def of_root(tx: Transaction, account: str) -> list[SigningCertificate]:
    """All certificates of the account's root user, sorted by id."""
    return tx.all(SigningCertificate, _OF_ROOT, account=account)


def of_account(tx: Transaction, account: str) -> list[SigningCertificate]:
    """All certificates of all users of the account and of its root user, sorted by id."""
    return tx.all(SigningCertificate, _OF_ACCOUNT, account=account)


def is_known(tx: Transaction, account: str, fingerprint: str) -> bool:
    """Whether a user of the account, or its root user, has that certificate."""
    return tx.number(_SAME, account=account, fingerprint=fingerprint) > 0


def set_status(tx: Transaction, certificate: SigningCertificate, status: str) -> None:
    """Makes the certificate Active or Inactive."""
    of_id = SIGNING_CERTIFICATES.c.id == certificate.id
    tx.run(SIGNING_CERTIFICATES.update().where(of_id), {"status": status})


def remove(tx: Transaction, certificate: SigningCertificate) -> None:
    """Removes the certificate."""
    tx.run(SIGNING_CERTIFICATES.delete().where(SIGNING_CERTIFICATES.c.id == certificate.id))
