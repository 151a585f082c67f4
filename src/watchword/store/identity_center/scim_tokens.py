"""Tokens by which an identity provider provisions people into a directory. A digest of each is kept.

No decision depends on them: a token is looked up in the database whenever it is shown.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

SCIM_TOKENS = Table(
    "scim_tokens",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("directory", CodepointText, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False),
    Index("ix_scim_tokens_directory", "directory"),
)


@dataclass(frozen=True, slots=True)
class ScimToken:
    """A token; `digest` is the SHA-256 of its secret."""

    id: str
    directory: str
    digest: bytes
    created: datetime
    expires: datetime


_ALL = select(*columns(SCIM_TOKENS, ScimToken))
_OF_DIGEST = _ALL.where(SCIM_TOKENS.c.digest == bindparam("digest"))
_OF_DIRECTORY = _ALL.where(SCIM_TOKENS.c.directory == bindparam("directory")).order_by(
    SCIM_TOKENS.c.created, SCIM_TOKENS.c.id
)


def insert(tx: Transaction, token: ScimToken) -> None:
    tx.run(SCIM_TOKENS.insert(), asdict(token))


def of_digest(tx: Transaction, digest: bytes) -> ScimToken | None:
    """The token with that digest, whether it has expired or not."""
    return tx.one(ScimToken, _OF_DIGEST, digest=digest)


def of_directory(tx: Transaction, directory: str) -> list[ScimToken]:
    """All of a directory, the oldest first."""
    return tx.all(ScimToken, _OF_DIRECTORY, directory=directory)


def remove(tx: Transaction, token: ScimToken) -> None:
    tx.run(SCIM_TOKENS.delete().where(SCIM_TOKENS.c.id == token.id))


def remove_directory(tx: Transaction, directory: str) -> None:
    """Those of a directory that is being removed."""
    tx.run(SCIM_TOKENS.delete().where(SCIM_TOKENS.c.directory == directory))
