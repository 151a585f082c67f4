"""Ids that other systems have given users and groups of a directory: an issuer, and the id there.

An id belongs to one user or group of the directory at most. No decision depends on them.
Source: IAM Identity Center, Identity Store API Reference, ExternalId.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Column, Index, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

EXTERNAL_IDS = Table(
    "directory_external_ids",
    METADATA,
    Column("directory", CodepointText, primary_key=True),
    Column("kind", CodepointText, primary_key=True),
    Column("issuer", CodepointText, primary_key=True),
    Column("external_id", CodepointText, primary_key=True),
    Column("owner_id", CodepointText, nullable=False),
    Index("ix_directory_external_ids_owner_id", "owner_id"),
)
_T = EXTERNAL_IDS.c


@dataclass(frozen=True, slots=True)
class ExternalId:
    """`kind` is that of the store's user or group, `owner_id` its id."""

    directory: str
    kind: str
    issuer: str
    external_id: str
    owner_id: str


_ALL = select(*columns(EXTERNAL_IDS, ExternalId)).order_by(_T.owner_id, _T.issuer, _T.external_id)
_ONE = _ALL.where(
    _T.directory == bindparam("directory"),
    _T.kind == bindparam("kind"),
    _T.issuer == bindparam("issuer"),
    _T.external_id == bindparam("external_id"),
)
_OF_ALL = _ALL.where(_T.owner_id.in_(bindparam("owners", expanding=True)))


def insert(tx: Transaction, given: ExternalId) -> None:
    """Raises Conflict when somebody has it."""
    tx.run(EXTERNAL_IDS.insert(), asdict(given))


def find(tx: Transaction, directory: str, kind: str, issuer: str, external_id: str) -> ExternalId | None:
    """Of the user or group that has that id."""
    given = {"directory": directory, "kind": kind, "issuer": issuer, "external_id": external_id}
    return tx.one(ExternalId, _ONE, **given)


def of_all(tx: Transaction, owner_ids: Sequence[str]) -> list[ExternalId]:
    """Those of several users or groups, sorted by owner."""
    return tx.all(ExternalId, _OF_ALL, owners=list(owner_ids))


def remove_all(tx: Transaction, owner_id: str) -> None:
    """Those of a user or group."""
    tx.run(EXTERNAL_IDS.delete().where(_T.owner_id == owner_id))


def remove_directory(tx: Transaction, directory: str) -> None:
    """Those of a directory that is being removed."""
    tx.run(EXTERNAL_IDS.delete().where(_T.directory == directory))
