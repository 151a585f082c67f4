"""When, and from which Region, users and roles last called each operation. No decision depends on it.

Operations on data, such as GetObject, are not told apart: they have the empty name.
The accesses of a user or role are removed with it. One that is noted in the same moment may stay. It does no
harm, since ids are never reused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct, structs
from sqlalchemy import Column, Select, Table, and_, bindparam, distinct, func, literal, select

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.entitled import TABLES, Source, entitled, principal_ids
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns, insert_new
from watchword.store.transaction import Transaction

ACCESSES = Table(
    "accesses",
    METADATA,
    Column("principal_id", CodepointText, primary_key=True),
    Column("service", CodepointText, primary_key=True),
    Column("operation", CodepointText, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("region", CodepointText, nullable=False),
)


class Access(Struct, frozen=True):
    """The last call of an operation by a user or role; `service` as in actions, such as s3."""

    principal_id: str
    service: str
    operation: str
    at: datetime
    region: str


class Principal(Struct, frozen=True):
    """A user or role (`noun`), and when it last called any operation of a service."""

    noun: str
    id: str
    account: str
    name: str
    path: str
    partition: str
    last: datetime | None

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, self.noun, self.path, self.name))


class _Count(NamedTuple):
    service: str
    number: int


_SAME = (
    (ACCESSES.c.principal_id == bindparam("its_id"))
    & (ACCESSES.c.service == bindparam("its_service"))
    & (ACCESSES.c.operation == bindparam("its_operation"))
)


def note(tx: Transaction, access: Access, span: timedelta) -> None:
    """Keeps the access, unless the stored one is less than `span` older."""
    if tx.run(insert_new(ACCESSES), structs.asdict(access)):
        return
    due = ACCESSES.c.at <= access.at - span
    same = {
        "its_id": access.principal_id,
        "its_service": access.service,
        "its_operation": access.operation,
    }
    tx.run(ACCESSES.update().where(_SAME, due), {"at": access.at, "region": access.region, **same})


def remove_all(tx: Transaction, principal_id: str) -> None:
    """Removes the accesses of a user or role that is being removed."""
    tx.run(ACCESSES.delete().where(ACCESSES.c.principal_id == principal_id))


def latest(tx: Transaction, source: Source, since: datetime) -> list[Access]:
    """The last access by those with the permissions of `source` to each operation; the newest first."""
    return tx.all(Access, _LATEST[source.noun], **structs.asdict(source), since=since)


def counts(tx: Transaction, source: Source, since: datetime) -> dict[str, int]:
    """Service -> how many of those with the permissions of `source` called it."""
    return dict(tx.all(_Count, _COUNTS[source.noun], **structs.asdict(source), since=since))


def principals(tx: Transaction, source: Source, service: str, since: datetime) -> list[Principal]:
    """All with the permissions of `source`, and when they last called the service."""
    given = {**structs.asdict(source), "service": service, "since": since}
    return [each for statement in _PRINCIPALS[source.noun] for each in tx.all(Principal, statement, **given)]


def _by(noun: str) -> Any:  # noqa: ANN401 SQLAlchemy's expression
    return and_(ACCESSES.c.principal_id.in_(principal_ids(noun)), ACCESSES.c.at >= bindparam("since"))


def _latest(noun: str) -> Select[Any]:
    newest = func.row_number().over(
        partition_by=(ACCESSES.c.service, ACCESSES.c.operation),
        order_by=(ACCESSES.c.at.desc(), ACCESSES.c.principal_id),
    )
    ranked = select(*columns(ACCESSES, Access), newest.label("place")).where(_by(noun)).subquery()
    first = select(*(ranked.c[each.name] for each in columns(ACCESSES, Access))).where(ranked.c.place == 1)
    return first.order_by(ranked.c.at.desc(), ranked.c.service, ranked.c.operation)


def _counts(noun: str) -> Select[Any]:
    number = func.count(distinct(ACCESSES.c.principal_id))
    return select(ACCESSES.c.service, number).where(_by(noun)).group_by(ACCESSES.c.service)


def _principals(kind: str, noun: str) -> Select[Any]:
    table = TABLES[kind]
    named = [table.c[name] for name in ("id", "account", "name", "path", "partition")]
    theirs = (
        (ACCESSES.c.principal_id == table.c.id)
        & (ACCESSES.c.service == bindparam("service"))
        & (ACCESSES.c.at >= bindparam("since"))
    )
    found = select(literal(kind), *named, func.max(ACCESSES.c.at)).select_from(
        table.outerjoin(ACCESSES, theirs)
    )
    return found.where(entitled(kind, noun)).group_by(*named)


_SOURCES = (nouns.USER, nouns.GROUP, nouns.ROLE, nouns.POLICY)
_LATEST: Mapping[str, Select[Any]] = {noun: _latest(noun) for noun in _SOURCES}
_COUNTS: Mapping[str, Select[Any]] = {noun: _counts(noun) for noun in _SOURCES}
_PRINCIPALS: Mapping[str, list[Select[Any]]] = {
    noun: [_principals(kind, noun) for kind in TABLES] for noun in _SOURCES
}
