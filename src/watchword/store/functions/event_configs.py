"""What is set for the events of a function, of a version or of an alias."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

CONFIGS = Table(
    "function_event_configs",
    METADATA,
    Column("function_id", CodepointText, ForeignKey("functions.id"), primary_key=True),
    Column("qualifier", CodepointText, primary_key=True),
    Column("retries", Integer),
    Column("seconds", Integer),
    Column("on_success", Text, nullable=False),
    Column("on_failure", Text, nullable=False),
    Column("modified", Timestamp, nullable=False),
)


class EventConfig(Struct, frozen=True):
    """A setting that is None or empty isn't set. The qualifier is $LATEST for the function itself."""

    function_id: str
    qualifier: str
    modified: datetime
    retries: int | None = None
    """How often an event is tried again with which the function failed."""
    seconds: int | None = None
    """How long an event is kept at most until it is done."""
    on_success: str = ""
    on_failure: str = ""
    """ARNs of where the records of events go."""


_OF = select(*columns(CONFIGS, EventConfig)).where(CONFIGS.c.function_id == bindparam("function_id"))
_ONE = _OF.where(CONFIGS.c.qualifier == bindparam("qualifier"))
_PAGE = _OF.where(CONFIGS.c.qualifier > bindparam("after")).order_by(CONFIGS.c.qualifier)


def put(tx: Transaction, config: EventConfig) -> None:
    """Adds the settings, or replaces them."""
    remove(tx, config.function_id, config.qualifier)
    tx.run(CONFIGS.insert(), structs.asdict(config))


def of(tx: Transaction, function_id: str, qualifier: str) -> EventConfig | None:
    """The settings, None where there are none."""
    return tx.one(EventConfig, _ONE, function_id=function_id, qualifier=qualifier)


def page(tx: Transaction, function_id: str, *, after: str, limit: int) -> tuple[list[EventConfig], bool]:
    """Settings by qualifier, after the qualifier `after`; and whether there are more."""
    return tx.page(EventConfig, _PAGE, limit, function_id=function_id, after=after)


def remove(tx: Transaction, function_id: str, qualifier: str) -> None:
    """Removes the settings, if there are some."""
    here = (CONFIGS.c.function_id == function_id, CONFIGS.c.qualifier == qualifier)
    tx.run(CONFIGS.delete().where(*here))


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all settings of a function that is being removed."""
    tx.run(CONFIGS.delete().where(CONFIGS.c.function_id == function_id))
