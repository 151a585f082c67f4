"""What users, groups, roles, instance profiles and managed policies have in common.

Each has a unique id, and a name and a path in its account. It is found by its id, by its name whatever the
case (`watchword.names.fold`), or page by page in the order of names. `Entities` has these
functions once. The module of a noun binds those that it offers, such as `named = _entities.named`, so that
callers write `users.named(tx, account, name)`, and adds what only that noun has.
"""

from collections.abc import Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, bindparam, func, select
from sqlalchemy.schema import SchemaItem

from watchword.names.fold import fold
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

Conditions = tuple[ColumnElement[bool], ...]


class Entity(Protocol):
    """A frozen record with these fields among its own."""

    @property
    def id(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def name(self) -> str: ...


Record = TypeVar("Record", bound=Entity)


def entity_table(name: str, *more: SchemaItem) -> Table:
    """A table of entities; `more` are the columns of that noun alone."""
    return Table(
        name,
        METADATA,
        Column("id", CodepointText, primary_key=True),
        Column("account", CodepointText, nullable=False),
        Column("partition", CodepointText, nullable=False),
        Column("name", CodepointText, nullable=False),
        Column("folded", CodepointText, nullable=False),
        Column("path", CodepointText, nullable=False),
        Column("created", Timestamp, nullable=False),
        *more,
        UniqueConstraint("account", "folded"),
    )


class Entities(Generic[Record]):
    """All entities of one noun, which is also the kind of their topics.

    `computed` are the fields of the record that no column holds, with how a query computes them.
    """

    def __init__(self, noun: str, table: Table, record: type[Record], **computed: ColumnElement[Any]) -> None:
        self.noun: Final = noun
        self.table: Final = table
        self.record: Final = record
        self.rows: Final = select(*columns(table, record, computed))
        """All of them; a row unpacks into the record's constructor."""
        self._stored: Final = [name for name in record.__annotations__ if name not in computed]
        here = table.c.account == bindparam("account")
        self._by_id: Final = self.rows.where(table.c.id == bindparam("id"))
        self._by_ids: Final = self.rows.where(table.c.id.in_(bindparam("ids", expanding=True)))
        self._by_names: Final = self.rows.where(here, table.c.folded.in_(bindparam("folded", expanding=True)))
        self._named: Final = self.rows.where(here, table.c.folded == bindparam("folded"))
        self._page: Final = self.rows.where(*after_name(table)).order_by(table.c.folded)
        self._count: Final = select(func.count()).select_from(table).where(here)

    def insert(self, tx: Transaction, entity: Record) -> None:
        """Raises Conflict when the account has an entity of that name, whatever the case."""
        tx.run(self.table.insert(), self._row(entity))
        self._changed(tx, entity)

    def insert_all(self, tx: Transaction, entities: Sequence[Record]) -> None:
        """Adds several at once. Raises Conflict as `insert` does."""
        if entities:
            tx.run_many(self.table.insert(), [self._row(each) for each in entities])
        for entity in entities:
            self._changed(tx, entity)

    def by_id(self, tx: Transaction, entity_id: str) -> Record | None:
        """The entity of that unique id, None when there is none."""
        return tx.one(self.record, self._by_id, id=entity_id)

    def by_ids(self, tx: Transaction, ids: Sequence[str]) -> list[Record]:
        """The entities of these unique ids, in any order; those that there are."""
        return tx.all(self.record, self._by_ids, ids=ids)

    def by_names(self, tx: Transaction, account: str, names: Sequence[str]) -> list[Record]:
        """The account's entities of these names, whatever the case, in any order; those that there are."""
        return tx.all(self.record, self._by_names, account=account, folded=[fold(name) for name in names])

    def named(self, tx: Transaction, account: str, name: str) -> Record | None:
        """The entity of that name, whatever the case, None when there is none."""
        return tx.one(self.record, self._named, account=account, folded=fold(name))

    def page(
        self,
        tx: Transaction,
        account: str,
        *,
        path_prefix: str = "/",
        after: str = "",
        where: Conditions = (),
        limit: int,
    ) -> tuple[list[Record], bool]:
        """Entities sorted by name, after the name `after`; and whether there are more."""
        statement = self._page.where(*where) if where else self._page
        given = {"account": account, "prefix": path_prefix, "folded": fold(after)}
        return tx.page(self.record, statement, limit, **given)

    def count(self, tx: Transaction, account: str) -> int:
        """How many the account has."""
        return tx.number(self._count, account=account)

    def rename(self, tx: Transaction, entity: Record, *, name: str, path: str) -> None:
        """Raises Conflict when the account has another entity of that name, whatever the case."""
        self.update(tx, entity, name=name, folded=fold(name), path=path)

    def overwrite(self, tx: Transaction, entity: Record) -> None:
        """Sets all columns of the entity with that unique id. Raises Conflict as `rename` does."""
        self.update(tx, entity, **self._row(entity))

    def update(self, tx: Transaction, entity: Record, **values: object) -> None:
        """Sets columns."""
        tx.run(self.table.update().where(self.table.c.id == entity.id), values)
        self._changed(tx, entity)

    def remove(self, tx: Transaction, entity: Record) -> None:
        """Removes its row. Raises StillReferenced while a row of another table refers to it."""
        tx.run(self.table.delete().where(self.table.c.id == entity.id))
        self._changed(tx, entity)

    def _row(self, entity: Record) -> dict[str, object]:
        row = {name: getattr(entity, name) for name in self._stored}
        return row | {"folded": fold(entity.name)}

    def _changed(self, tx: Transaction, entity: Record) -> None:
        tx.changed(self.noun, entity.id, entity.account)


def after_name(table: Table) -> Conditions:
    """Conditions for a page. Parameters: account, folded (of the last name), prefix (of the path)."""
    return (
        table.c.account == bindparam("account"),
        table.c.folded > bindparam("folded"),
        _begins(table.c.path),
    )


def _begins(column: Column[Any]) -> ColumnElement[bool]:
    """Whether the column begins with the parameter `prefix`. Not LIKE, which ignores case on SQLite."""
    return func.substr(column, 1, func.length(bindparam("prefix"))) == bindparam("prefix")
