"""Hosts: machines that an operator enrolled, by name, and the roles that each may have.

A host is invited by a join token, until it joins or the token expires; only a digest of the token is kept.
What it joined with, and renews, is a certificate of its account's authority (`host_authorities`), which has
its id.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Table, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store.tables import METADATA, CodepointText, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.HOST

HOSTS = Table(
    "hosts",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("anchor_id", CodepointText, nullable=False),
    Column("role_arns", Strings, nullable=False),
    Column("token", CodepointText, unique=True),
    Column("token_expires", Timestamp, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("joined", Timestamp),
    Column("certified_until", Timestamp),
    Column("revoked", Timestamp),
    UniqueConstraint("account", "name"),
)


class Host(Struct, frozen=True):
    """A host; `token` is the SHA-256 of its join token in hexadecimal, None once it was used."""

    id: str
    account: str
    region: str
    name: str
    anchor_id: str
    role_arns: tuple[str, ...]
    token: str | None
    token_expires: datetime
    created: datetime
    joined: datetime | None = None
    certified_until: datetime | None = None
    """When its newest certificate ends."""
    revoked: datetime | None = None
    partition: str = "aws"

    @property
    def arn(self) -> str:
        """That of an instance of EC2: what conditions on aws:SourceArn and ec2:SourceInstanceARN expect."""
        return f"arn:{self.partition}:ec2:{self.region}:{self.account}:instance/{self.id}"

    @property
    def anchor_arn(self) -> str:
        prefix = f"arn:{self.partition}:rolesanywhere:{self.region}:{self.account}"
        return f"{prefix}:{nouns.TRUST_ANCHOR}/{self.anchor_id}"


_ALL = select(*columns(HOSTS, Host))
_BY_ID = _ALL.where(HOSTS.c.id == bindparam("id"))
_OF_TOKEN = _ALL.where(HOSTS.c.token == bindparam("token"))
_NAMED = _ALL.where(HOSTS.c.account == bindparam("account"), HOSTS.c.name == bindparam("name"))
_OF_ACCOUNT = _ALL.where(HOSTS.c.account == bindparam("account")).order_by(HOSTS.c.name)


def insert(tx: Transaction, host: Host) -> None:
    """Raises Conflict when the account has a host of that name."""
    tx.run(HOSTS.insert(), structs.asdict(host))
    tx.changed(KIND, host.id, host.account)


def by_id(tx: Transaction, host_id: str) -> Host | None:
    return tx.one(Host, _BY_ID, id=host_id)


def of_token(tx: Transaction, token: str) -> Host | None:
    """The host that was invited by the token of that digest."""
    return tx.one(Host, _OF_TOKEN, token=token)


def named(tx: Transaction, account: str, name: str) -> Host | None:
    return tx.one(Host, _NAMED, account=account, name=name)


def of_account(tx: Transaction, account: str) -> list[Host]:
    """All hosts of the account, by name."""
    return tx.all(Host, _OF_ACCOUNT, account=account)


def update(tx: Transaction, host: Host) -> None:
    """Replaces the one with that id."""
    tx.run(HOSTS.update().where(HOSTS.c.id == host.id), structs.asdict(host))
    tx.changed(KIND, host.id, host.account)


def remove(tx: Transaction, host: Host) -> None:
    """Forgets a host, which was revoked."""
    tx.run(HOSTS.delete().where(HOSTS.c.id == host.id))
    tx.changed(KIND, host.id, host.account)
