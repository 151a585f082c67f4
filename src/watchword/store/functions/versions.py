"""Versions of functions: what is run, and how. $LATEST can be changed, published ones can't.

A package's bytes are in the object store, under the name `blob`; several versions can share it.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    func,
    select,
)

from watchword.store.functions import functions
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

LATEST = "$LATEST"

VERSIONS = Table(
    "function_versions",
    METADATA,
    Column("function_id", CodepointText, ForeignKey("functions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("role", CodepointText, nullable=False),
    Column("runtime", CodepointText, nullable=False),
    Column("handler", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("timeout", Integer, nullable=False),
    Column("memory", Integer, nullable=False),
    Column("storage", Integer, nullable=False),
    Column("architecture", CodepointText, nullable=False),
    Column("environment", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("dead_letters", Text, nullable=False),
    Column("blob", CodepointText, nullable=False, index=True),
    Column("code_sha256", CodepointText, nullable=False),
    Column("code_size", BigInteger, nullable=False),
    Column("modified", Timestamp, nullable=False),
    Column("revision", CodepointText, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version; `number` is 0 for $LATEST. `memory` and `storage` are in MB, `timeout` in seconds."""

    function_id: str
    number: int
    role: str
    """The ARN of its execution role."""
    runtime: str
    handler: str
    description: str
    timeout: int
    memory: int
    storage: int
    architecture: str
    environment: bytes = field(repr=False)
    """Its variables, sealed by `sealing_key`; empty for none."""
    sealing_key: str
    dead_letters: str
    """The ARN of where events go that failed; empty for none."""
    blob: str
    code_sha256: str
    """In base64."""
    code_size: int
    modified: datetime
    revision: str
    """Changes with every change."""

    @property
    def name(self) -> str:
        return str(self.number) if self.number else LATEST


_ALL = select(*columns(VERSIONS, Version))
_OF = VERSIONS.c.function_id == bindparam("function_id")
_ONE = _ALL.where(_OF, VERSIONS.c.number == bindparam("number"))
_PAGE = _ALL.where(_OF, VERSIONS.c.number > bindparam("after")).order_by(VERSIONS.c.number)
_TO_RESEAL = _ALL.where(VERSIONS.c.sealing_key != bindparam("sealing_key"), VERSIONS.c.sealing_key != "")
_SIZE = (
    select(func.sum(VERSIONS.c.code_size))
    .select_from(VERSIONS.join(functions.FUNCTIONS))
    .where(
        functions.FUNCTIONS.c.account == bindparam("account"),
        functions.FUNCTIONS.c.region == bindparam("region"),
    )
)


def insert(tx: Transaction, version: Version) -> None:
    """Adds a version."""
    tx.run(VERSIONS.insert(), asdict(version))
    functions.touch(tx, version.function_id)


def numbered(tx: Transaction, function_id: str, number: int) -> Version | None:
    """The version of that number, None when there is none."""
    return tx.one(Version, _ONE, function_id=function_id, number=number)


def page(tx: Transaction, function_id: str, *, after: int, limit: int) -> tuple[list[Version], bool]:
    """Versions by number, after the number `after`; and whether there are more."""
    return tx.page(Version, _PAGE, limit, function_id=function_id, after=after)


def update(tx: Transaction, version: Version) -> None:
    """Replaces the version of that number."""
    here = (VERSIONS.c.function_id == version.function_id, VERSIONS.c.number == version.number)
    tx.run(VERSIONS.update().where(*here), asdict(version))
    functions.touch(tx, version.function_id)


def code_size(tx: Transaction, account: str, region: str) -> int:
    """Bytes of the packages of all versions in an account and region."""
    return tx.number(_SIZE, account=account, region=region)


def blobs_in_use(tx: Transaction, blobs: Collection[str]) -> list[str]:
    """Those of the blobs that a version has."""
    return tx.all(str, select(VERSIONS.c.blob).where(VERSIONS.c.blob.in_(list(blobs))).distinct())


def all_blobs(tx: Transaction) -> list[str]:
    """The blobs of all versions."""
    return tx.all(str, select(VERSIONS.c.blob).distinct())


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[Version], bool]:
    """Versions whose variables another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(Version, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, version: Version, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed variables by the same ones, sealed by another key."""
    update(tx, replace(version, environment=sealed, sealing_key=sealing_key))


def remove(tx: Transaction, version: Version) -> None:
    """Removes one version."""
    here = (VERSIONS.c.function_id == version.function_id, VERSIONS.c.number == version.number)
    tx.run(VERSIONS.delete().where(*here))
    functions.touch(tx, version.function_id)


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all versions of a function that is being removed."""
    tx.run(VERSIONS.delete().where(VERSIONS.c.function_id == function_id))
    functions.touch(tx, function_id)
