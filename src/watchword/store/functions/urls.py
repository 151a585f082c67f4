"""URLs of functions and aliases: who may call them by HTTP."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, bindparam, select

from watchword.store.functions import functions
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Reader, Transaction

URLS = Table(
    "function_urls",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("function_id", CodepointText, ForeignKey("functions.id"), nullable=False),
    Column("qualifier", CodepointText, nullable=False),
    Column("auth_type", CodepointText, nullable=False),
    Column("cors", Text, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("modified", Timestamp, nullable=False),
    UniqueConstraint("function_id", "qualifier"),
)


class FunctionUrl(Struct, frozen=True):
    """A URL; an empty qualifier is the function itself, else it is an alias."""

    id: str
    """The first label of its host name."""
    function_id: str
    qualifier: str
    auth_type: str
    cors: str
    """JSON, as it was given; empty for none."""
    created: datetime
    modified: datetime


_ALL = select(*columns(URLS, FunctionUrl))
_BY_ID = _ALL.where(URLS.c.id == bindparam("id"))
_OF = _ALL.where(URLS.c.function_id == bindparam("function_id"))
_ONE = _OF.where(URLS.c.qualifier == bindparam("qualifier"))
_PAGE = _OF.where(URLS.c.qualifier > bindparam("after")).order_by(URLS.c.qualifier)


def by_id(tx: Reader, url_id: str) -> FunctionUrl | None:
    """The URL with that id, None when there is none."""
    return tx.one(FunctionUrl, _BY_ID, id=url_id)


def of(tx: Transaction, function_id: str, qualifier: str) -> FunctionUrl | None:
    """The URL of a function or alias, None when it has none."""
    return tx.one(FunctionUrl, _ONE, function_id=function_id, qualifier=qualifier)


def every(tx: Transaction, function_id: str) -> list[FunctionUrl]:
    """All URLs of a function."""
    return tx.all(FunctionUrl, _OF, function_id=function_id)


def page(
    tx: Transaction, function_id: str, *, after: str | None, limit: int
) -> tuple[list[FunctionUrl], bool]:
    """URLs by qualifier, after the qualifier `after` if there is one; and whether there are more."""
    if after is None:
        return tx.page(FunctionUrl, _OF.order_by(URLS.c.qualifier), limit, function_id=function_id)
    return tx.page(FunctionUrl, _PAGE, limit, function_id=function_id, after=after)


def insert(tx: Transaction, url: FunctionUrl) -> None:
    """Adds a URL. Raises Conflict when the function or alias has one."""
    tx.run(URLS.insert(), structs.asdict(url))
    functions.touch(tx, url.function_id)


def update(tx: Transaction, url: FunctionUrl) -> None:
    """Replaces the URL of that id."""
    tx.run(URLS.update().where(URLS.c.id == url.id), structs.asdict(url))
    functions.touch(tx, url.function_id)


def remove(tx: Transaction, function_id: str, qualifier: str) -> None:
    """Removes the URL of a function or alias, if it has one."""
    here = (URLS.c.function_id == function_id, URLS.c.qualifier == qualifier)
    tx.run(URLS.delete().where(*here))
    functions.touch(tx, function_id)


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all URLs of a function that is being removed."""
    tx.run(URLS.delete().where(URLS.c.function_id == function_id))
    functions.touch(tx, function_id)
