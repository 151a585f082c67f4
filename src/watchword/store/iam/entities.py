"""What users, groups, roles and managed policies have in common.

They stand under a name and a path in an account, and are found by unique id, by name, or page by page in
the order of their names.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, UniqueConstraint, bindparam, func, select
from sqlalchemy.schema import SchemaItem

from watchword.store.tables import METADATA, CodepointText, Timestamp

Conditions = tuple[ColumnElement[bool], ...]


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


def of_that_name(table: Table) -> Conditions:
    """Parameters: account, folded."""
    return table.c.account == bindparam("account"), table.c.folded == bindparam("folded")


def after_name(table: Table) -> Conditions:
    """Parameters: account, folded, prefix (of the path)."""
    return (
        table.c.account == bindparam("account"),
        table.c.folded > bindparam("folded"),
        begins(table.c.path),
    )


def begins(column: Column[Any]) -> ColumnElement[bool]:
    """Whether it begins with the parameter `prefix`. Not LIKE, which ignores case on SQLite."""
    return func.substr(column, 1, func.length(bindparam("prefix"))) == bindparam("prefix")


def count_of(table: Table) -> Select[int]:
    """Parameter: account."""
    return select(func.count()).select_from(table).where(table.c.account == bindparam("account"))
