"""The last credential report of each account, compressed. No decision depends on it."""

import zlib
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

CREDENTIAL_REPORTS = Table(
    "credential_reports",
    METADATA,
    Column("account", CodepointText, ForeignKey("accounts.id"), primary_key=True),
    Column("generated", Timestamp, nullable=False),
    Column("compressed", LargeBinary, nullable=False),
)


class CredentialReport(Struct, frozen=True):
    """A report as of `generated`; `compressed` by zlib."""

    account: str
    generated: datetime
    compressed: bytes

    @classmethod
    def of_text(cls, account: str, generated: datetime, text: str) -> "CredentialReport":
        """The report with this text."""
        return cls(account, generated, zlib.compress(text.encode()))

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.compressed)


_OF = select(*columns(CREDENTIAL_REPORTS, CredentialReport)).where(
    CREDENTIAL_REPORTS.c.account == bindparam("account")
)


def put(tx: Transaction, report: CredentialReport) -> None:
    """Replaces the account's report."""
    tx.run(CREDENTIAL_REPORTS.delete().where(CREDENTIAL_REPORTS.c.account == report.account))
    tx.run(CREDENTIAL_REPORTS.insert(), structs.asdict(report))


def of(tx: Transaction, account: str) -> CredentialReport | None:
    """The account's last report, None when there is none."""
    return tx.one(CredentialReport, _OF, account=account)
