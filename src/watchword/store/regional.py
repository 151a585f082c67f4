"""What trust anchors, profiles, revocation lists and clusters have in common.

Each has a unique id, belongs to an account and a Region, and has a name of its own there: an alias, or what
its noun calls its name. It is found by its id, by that name, or page by page. `Regional` has these functions
once. The module of a noun binds those that it offers, as with `store.iam.entities.Entities`.
"""

from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy import Column, Table, UniqueConstraint, bindparam, select
from sqlalchemy.schema import SchemaItem

from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns, row
from watchword.store.transaction import Transaction


class RegionalRecord(Protocol):
    """A frozen record with these fields among its own."""

    @property
    def id(self) -> str: ...

    @property
    def account(self) -> str: ...


Record = TypeVar("Record", bound=RegionalRecord)


def regional_table(table: str, *more: SchemaItem, own_name: str) -> Table:
    """A table of such records; `more` are the columns of that noun alone, `own_name` among them."""
    return Table(
        table,
        METADATA,
        Column("id", CodepointText, primary_key=True),
        Column("account", CodepointText, nullable=False),
        Column("partition", CodepointText, nullable=False),
        Column("region", CodepointText, nullable=False),
        Column("name", CodepointText, nullable=False),
        *more,
        Column("created", Timestamp, nullable=False),
        UniqueConstraint("account", "region", own_name),
    )


class Regional(Generic[Record]):
    """All records of one noun. `own_name` is the column of that name, `order` that which pages are sorted by.

    A change of a record is a change of `topic`: a kind, and the field that has the key.
    """

    def __init__(
        self,
        noun: str,
        table: Table,
        record: type[Record],
        *,
        own_name: str,
        order: str = "id",
        topic: tuple[str, str] | None = None,
    ) -> None:
        self.noun: Final = noun
        self.table: Final = table
        self.record: Final = record
        self.rows: Final = select(*columns(table, record))
        """All of them; a row unpacks into the record's constructor."""
        self._kind, self._key = topic or (noun, "id")
        here = (table.c.account == bindparam("account"), table.c.region == bindparam("region"))
        self._by_id: Final = self.rows.where(table.c.id == bindparam("id"))
        self._named: Final = self.rows.where(*here, table.c[own_name] == bindparam("name"))
        self._page: Final = self.rows.where(*here, table.c[order] > bindparam("after")).order_by(
            table.c[order]
        )

    def insert(self, tx: Transaction, record: Record) -> None:
        """Raises Conflict when its own name is taken there, Missing when what it refers to isn't there."""
        tx.run(self.table.insert(), row(record))
        self._changed(tx, record)

    def by_id(self, tx: Transaction, record_id: str) -> Record | None:
        return tx.one(self.record, self._by_id, id=record_id)

    def named(self, tx: Transaction, account: str, region: str, name: str) -> Record | None:
        """The one with that name of its own."""
        return tx.one(self.record, self._named, account=account, region=region, name=name)

    def page(
        self, tx: Transaction, account: str, region: str, *, after: str, limit: int
    ) -> tuple[list[Record], bool]:
        """Records in their order, after that id or name; and whether there are more."""
        return tx.page(self.record, self._page, limit, account=account, region=region, after=after)

    def update(self, tx: Transaction, record: Record) -> None:
        """Replaces the one with that id. Raises Conflict when its own name is taken there."""
        tx.run(self.table.update().where(self.table.c.id == record.id), row(record))
        self._changed(tx, record)

    def remove(self, tx: Transaction, record: Record) -> None:
        """Removes it and its tags. Raises StillReferenced while something refers to it."""
        tx.run(self.table.delete().where(self.table.c.id == record.id))
        tags.remove_all(tx, self.noun, record.id)
        self._changed(tx, record)

    def _changed(self, tx: Transaction, record: Record) -> None:
        tx.changed(self._kind, getattr(record, self._key), record.account)
