"""Resource policies of functions: of the function itself, and of each version and alias that has one."""

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, bindparam, select

from watchword.store.functions import functions
from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

PERMISSIONS = Table(
    "function_permissions",
    METADATA,
    Column("function_id", CodepointText, ForeignKey("functions.id"), primary_key=True),
    Column("qualifier", CodepointText, primary_key=True),
    Column("document", Text, nullable=False),
    Column("revision", CodepointText, nullable=False),
)


class Permissions(Struct, frozen=True):
    """A policy; an empty qualifier is the function itself."""

    function_id: str
    qualifier: str
    document: str
    revision: str


_OF = select(*columns(PERMISSIONS, Permissions)).where(PERMISSIONS.c.function_id == bindparam("function_id"))


def of(tx: Transaction, function_id: str) -> list[Permissions]:
    """All policies of a function."""
    return tx.all(Permissions, _OF.order_by(PERMISSIONS.c.qualifier), function_id=function_id)


def put(tx: Transaction, permissions: Permissions) -> None:
    """Adds a policy, or replaces it."""
    remove(tx, permissions.function_id, permissions.qualifier)
    tx.run(PERMISSIONS.insert(), structs.asdict(permissions))
    functions.touch(tx, permissions.function_id)


def remove(tx: Transaction, function_id: str, qualifier: str) -> None:
    """Removes a policy, if there is one."""
    here = (PERMISSIONS.c.function_id == function_id, PERMISSIONS.c.qualifier == qualifier)
    tx.run(PERMISSIONS.delete().where(*here))
    functions.touch(tx, function_id)


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all policies of a function that is being removed."""
    tx.run(PERMISSIONS.delete().where(PERMISSIONS.c.function_id == function_id))
    functions.touch(tx, function_id)
