"""Leases: which process works on a row, such as an execution of a state machine or an event for a function.

1. A process claims rows that are due and that nobody holds, and holds them until `lease_until`, which it
   renews. A lease that ran out, because its process was killed, is anybody's.
2. Leases are compared with the real time, `due` with the server's, which tests can move ahead.

No decision depends on such rows, so leases are written by shared transactions.
"""

from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, bindparam, or_, select, true

from watchword.store.tables import Timestamp, columns
from watchword.store.transaction import Transaction

Record = TypeVar("Record")


class Lease(Struct, frozen=True):
    """Who holds it, until when; in real time."""

    owner: str
    now: datetime
    until: datetime


class Leases(Generic[Record]):
    """The leases of a table with the columns `id`, `due`, `lease_owner` and `lease_until`."""

    def __init__(self, table: Table, record: type[Record], waits: ColumnElement[bool] | None = None) -> None:
        """waits: which rows there is something to do for at all."""
        self._table, self._record = table, record
        free = or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("real", type_=Timestamp))
        self._waits = true() if waits is None else waits
        self._next = (
            select(table.c.due).where(table.c.due.is_not(None), self._waits, free).order_by(table.c.due)
        )
        self.due = (table.c.due <= bindparam("now", type_=Timestamp), self._waits, free)
        """Which rows can be claimed, for statements that are given `now` and, as `real`, `Lease.now`."""
        self._claimable = select(table.c.id).where(*self.due).order_by(table.c.due)
        self._held = select(table.c.id).where(table.c.lease_owner == bindparam("owner"))

    def claimable(self, tx: Transaction, lease: Lease, now: datetime, *, limit: int) -> list[str]:
        """Ids of rows that are due and that nobody holds; the longest due first."""
        return tx.page(str, self._claimable, limit, now=now, real=lease.now)[0]

    def claim(self, tx: Transaction, lease: Lease, now: datetime, ids: list[str]) -> list[Record]:
        """Those of the rows that are now held: somebody else may have been quicker."""
        table = self._table.c
        free = or_(table.lease_until.is_(None), table.lease_until <= lease.now)
        values = {"lease_owner": lease.owner, "lease_until": lease.until}
        due = (table.id.in_(ids), table.due <= now, self._waits, free)
        tx.run(self._table.update().where(*due).values(**values))
        mine = (table.id.in_(ids), table.lease_owner == lease.owner)
        return tx.all(self._record, select(*columns(self._table, self._record)).where(*mine))

    def renew(self, tx: Transaction, lease: Lease) -> set[str]:
        """Holds on to what the process holds. Returns the ids."""
        mine = self._table.c.lease_owner == lease.owner
        tx.run(self._table.update().where(mine).values(lease_until=lease.until))
        return set(tx.all(str, self._held, owner=lease.owner))

    def release(self, tx: Transaction, owner: str) -> None:
        """Leaves all that a process holds to the others."""
        released = {"lease_owner": None, "lease_until": None}
        tx.run(self._table.update().where(self._table.c.lease_owner == owner).values(**released))

    def next_due(self, tx: Transaction, lease: Lease) -> datetime | None:
        """When the next row is due that nobody holds."""
        return tx.one(_same, self._next.limit(1), real=lease.now)


def _same(moment: datetime) -> datetime:
    return moment
