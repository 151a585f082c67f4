"""Functions: a name in a region of an account. What can be run is in `versions`."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Integer, Table, UniqueConstraint, bindparam, func, select

from watchword.names import nouns
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

FUNCTIONS = Table(
    "functions",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("published", Integer, nullable=False),
    Column("reserved", Integer),
    UniqueConstraint("account", "region", "name"),
)


class Function(Struct, frozen=True):
    """A function; `published` is the number of the version that was published last, deleted or not."""

    id: str
    account: str
    region: str
    name: str
    created: datetime
    partition: str = "aws"
    published: int = 0
    reserved: int | None = None
    """How many instances of it may run at once, if that is set."""

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.name}"


_ALL = select(*columns(FUNCTIONS, Function))
_HERE = (FUNCTIONS.c.account == bindparam("account"), FUNCTIONS.c.region == bindparam("region"))
_NAMED = _ALL.where(*_HERE, FUNCTIONS.c.name == bindparam("name"))
_BY_ID = _ALL.where(FUNCTIONS.c.id == bindparam("id"))
_PAGE = _ALL.where(*_HERE, FUNCTIONS.c.name > bindparam("after")).order_by(FUNCTIONS.c.name)
_COUNT = select(func.count()).select_from(FUNCTIONS).where(*_HERE)
_RESERVED = select(func.sum(FUNCTIONS.c.reserved)).where(*_HERE)


def insert(tx: Transaction, function: Function) -> None:
    """Adds a function. Raises Conflict when there is one of that name."""
    tx.run(FUNCTIONS.insert(), structs.asdict(function))
    _changed(tx, function)


def named(tx: Transaction, account: str, region: str, name: str) -> Function | None:
    """The function of that name, None when there is none."""
    return tx.one(Function, _NAMED, account=account, region=region, name=name)


def by_id(tx: Transaction, function_id: str) -> Function | None:
    """The function of that id, None when there is none."""
    return tx.one(Function, _BY_ID, id=function_id)


def page(
    tx: Transaction, account: str, region: str, *, after: str, limit: int
) -> tuple[list[Function], bool]:
    """Functions sorted by name, after the name `after`; and whether there are more."""
    return tx.page(Function, _PAGE, limit, account=account, region=region, after=after)


def count(tx: Transaction, account: str, region: str) -> int:
    """How many there are."""
    return tx.number(_COUNT, account=account, region=region)


def reserved(tx: Transaction, account: str, region: str) -> int:
    """How many instances are reserved for single functions."""
    return tx.number(_RESERVED, account=account, region=region)


def reserve(tx: Transaction, function: Function, instances: int | None) -> None:
    """Sets how many instances may run at once, or that nothing says so."""
    tx.run(FUNCTIONS.update().where(FUNCTIONS.c.id == function.id), {"reserved": instances})
    _changed(tx, function)


def publish(tx: Transaction, function: Function) -> int:
    """The number of its next version, which is given once."""
    number = function.published + 1
    tx.run(FUNCTIONS.update().where(FUNCTIONS.c.id == function.id), {"published": number})
    _changed(tx, function)
    return number


def touch(tx: Transaction, function_id: str, account: str = "") -> None:
    """Something that belongs to the function changes."""
    tx.changed(nouns.FUNCTION, function_id, account)


def remove(tx: Transaction, function: Function) -> None:
    """Removes a function whose versions, aliases and permissions are gone."""
    tx.run(FUNCTIONS.delete().where(FUNCTIONS.c.id == function.id))
    _changed(tx, function)


def _changed(tx: Transaction, function: Function) -> None:
    touch(tx, function.id, function.account)
