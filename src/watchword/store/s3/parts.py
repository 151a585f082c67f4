"""Parts of unfinished multipart uploads, each with its own blob until the upload is completed.

A part that is sent again replaces the earlier one.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns, insert_new
from watchword.store.transaction import Transaction

PARTS = Table(
    "parts",
    METADATA,
    Column("upload_id", CodepointText, ForeignKey("uploads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("blob", CodepointText, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("etag", CodepointText, nullable=False),
    Column("checksum", CodepointText, nullable=False),
    Column("modified", Timestamp, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part; `checksum` has the algorithm of the upload, and is empty when the upload has none."""

    upload_id: str
    number: int
    blob: str
    size: int
    etag: str
    checksum: str
    modified: datetime


_OF = PARTS.c.upload_id == bindparam("upload_id")
_AFTER = (
    select(*columns(PARTS, Part)).where(_OF, PARTS.c.number > bindparam("after")).order_by(PARTS.c.number)
)
_TAKE = PARTS.delete().where(_OF, PARTS.c.number == bindparam("number")).returning(PARTS.c.blob)
_TAKE_ALL = PARTS.delete().where(_OF).returning(PARTS.c.blob)
_FAMILY = select(PARTS.c.blob).where(PARTS.c.blob >= bindparam("low"), PARTS.c.blob < bindparam("high"))
_NAMED = select(PARTS.c.blob).where(PARTS.c.blob.in_(bindparam("blobs", expanding=True)))


def put(tx: Transaction, new: Part) -> list[str]:
    """Puts the part under its number, and returns the blobs that it replaced.

    There can be two: another writer may put the same part between the two statements. Raises StillReferenced
    when its upload is gone.
    """
    replaced: list[str] = []
    while True:
        old = tx.take(str, _TAKE, upload_id=new.upload_id, number=new.number)
        replaced += [old] if old else []
        if tx.run(insert_new(PARTS), asdict(new)):
            return replaced


def page(tx: Transaction, upload_id: str, *, after: int = 0, limit: int) -> tuple[list[Part], bool]:
    """Parts sorted by number, after the number `after`; and whether there are more."""
    return tx.page(Part, _AFTER, limit, upload_id=upload_id, after=after)


def remove_all(tx: Transaction, upload_id: str) -> list[str]:
    """Removes all parts of an upload, and returns the blobs of just those."""
    return tx.take_all(str, _TAKE_ALL, upload_id=upload_id)


def blobs_in_use(tx: Transaction, blobs: Collection[str]) -> list[str]:
    """Those of the blobs that belong to a part."""
    return tx.all(str, _NAMED, blobs=list(blobs))


def blobs_of_family(tx: Transaction, family: str) -> list[str]:
    """The blobs of parts whose names begin with the family and a dot."""
    return tx.all(str, _FAMILY, low=f"{family}.", high=f"{family}/")
