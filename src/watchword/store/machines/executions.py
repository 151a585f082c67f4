"""Executions of state machines, their histories, and the answers that tasks sent by their tokens.

`checkpoint` is where an execution is (`watchword.machines.checkpoint`), `due` when it can go on by itself.
Both are written by the holder of its lease (`leases`), and `version` counts: a change that was made of an
older version changes nothing.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    select,
    tuple_,
)

from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp, columns
from watchword.store.transaction import Transaction

RUNNING = "RUNNING"

EXECUTIONS = Table(
    "executions",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("machine_id", CodepointText, ForeignKey("state_machines.id"), nullable=False),
    Column("revision_id", CodepointText, ForeignKey("state_machine_revisions.id"), nullable=False),
    Column("arn", CodepointText, nullable=False, unique=True),
    Column("account", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("type", CodepointText, nullable=False),
    Column("input", Text, nullable=False),
    Column("trace_header", Text),
    Column("started", Timestamp, nullable=False),
    Column("stopped", Timestamp),
    Column("status", CodepointText, nullable=False),
    Column("output", Text),
    Column("error", Text),
    Column("cause", Text),
    Column("checkpoint", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("due", Timestamp),
    Column("lease_owner", CodepointText),
    Column("lease_until", Timestamp),
    Index("ix_executions_due", "due"),
    Index("ix_executions_lease_owner", "lease_owner"),
    Index("ix_executions_machine_id", "machine_id", "started", "id"),
    Index("ix_executions_stopped", "stopped"),
)
EVENTS = Table(
    "execution_events",
    METADATA,
    Column("execution_id", CodepointText, ForeignKey("executions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("previous", Integer, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("type", CodepointText, nullable=False),
    Column("details", Text),
)
TASK_TOKENS = Table(
    "task_tokens",
    METADATA,
    Column("token", CodepointText, primary_key=True),
    Column("execution_id", CodepointText, ForeignKey("executions.id"), nullable=False, index=True),
)
SIGNALS = Table(
    "task_signals",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("execution_id", CodepointText, ForeignKey("executions.id"), nullable=False, index=True),
    Column("run", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", CodepointText, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("output", Text),
    Column("error", Text),
    Column("cause", Text),
)


class Execution(Struct, frozen=True):
    """One execution."""

    id: str
    machine_id: str
    revision_id: str
    arn: str
    account: str
    name: str
    type: str
    input: str
    started: datetime
    checkpoint: str
    due: datetime | None
    status: str = RUNNING
    version: int = 1
    stopped: datetime | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    trace_header: str | None = None


class Listed(Struct, frozen=True):
    """What a list says of an execution."""

    id: str
    arn: str
    name: str
    status: str
    started: datetime
    stopped: datetime | None


class Event(Struct, frozen=True):
    """An event of a history; `details` are JSON."""

    execution_id: str
    number: int
    previous: int
    at: datetime
    type: str
    details: str | None = None


class Signal(Struct, frozen=True):
    """What came by a task's token: "success", "failure" or "heartbeat"."""

    execution_id: str
    run: int
    attempt: int
    kind: str
    at: datetime
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    id: int | None = None


_ALL = select(*columns(EXECUTIONS, Execution))
_BY_ID = _ALL.where(EXECUTIONS.c.id == bindparam("id"))
_BY_ARN = _ALL.where(EXECUTIONS.c.arn == bindparam("arn"))
_OF_MACHINE = EXECUTIONS.c.machine_id == bindparam("machine_id")
_ORDER = (EXECUTIONS.c.started, EXECUTIONS.c.id)
_LIST = (
    select(*columns(EXECUTIONS, Listed))
    .where(
        _OF_MACHINE, tuple_(*_ORDER) < tuple_(bindparam("before", type_=Timestamp), bindparam("before_id"))
    )
    .order_by(*(column.desc() for column in _ORDER))
)
_WITH_STATUS = EXECUTIONS.c.status == bindparam("status")
_HISTORY = select(*columns(EVENTS, Event)).where(EVENTS.c.execution_id == bindparam("execution_id"))
_FORWARD = _HISTORY.where(EVENTS.c.number > bindparam("after")).order_by(EVENTS.c.number)
_BACKWARD = _HISTORY.where(EVENTS.c.number < bindparam("after")).order_by(EVENTS.c.number.desc())
_OF_TOKEN = _ALL.join(TASK_TOKENS, TASK_TOKENS.c.execution_id == EXECUTIONS.c.id).where(
    TASK_TOKENS.c.token == bindparam("token")
)
_SIGNALS = select(*columns(SIGNALS, Signal)).where(SIGNALS.c.execution_id == bindparam("execution_id"))
_SOME_OF_MACHINE = select(EXECUTIONS.c.id).where(_OF_MACHINE)
_OVER = select(EXECUTIONS.c.id).where(
    EXECUTIONS.c.stopped < bindparam("moment", type_=Timestamp), EXECUTIONS.c.type == bindparam("kind")
)


def insert(tx: Transaction, execution: Execution) -> None:
    """Adds an execution. Raises Conflict when there is one of that ARN."""
    tx.run(EXECUTIONS.insert(), structs.asdict(execution))


def by_id(tx: Transaction, execution_id: str) -> Execution | None:
    """The execution with that id, None when there is none."""
    return tx.one(Execution, _BY_ID, id=execution_id)


def by_arn(tx: Transaction, arn: str) -> Execution | None:
    """The execution of that ARN, None when there is none."""
    return tx.one(Execution, _BY_ARN, arn=arn)


def locked(tx: Transaction, execution_id: str) -> Execution | None:
    """The same as `by_id`, and nobody changes it until this transaction ends."""
    return tx.one(Execution, _BY_ID.with_for_update(), id=execution_id)


def page(
    tx: Transaction, machine_id: str, *, before: tuple[datetime, str], status: str = "", limit: int
) -> tuple[list[Listed], bool]:
    """Executions, the newest first, that began before that moment and id; and whether there are more."""
    statement = _LIST.where(_WITH_STATUS) if status else _LIST
    values: dict[str, object] = {"before": before[0], "before_id": before[1], "machine_id": machine_id}
    return tx.page(Listed, statement, limit, **values, **({"status": status} if status else {}))


def append(tx: Transaction, events: list[Event]) -> None:
    """Adds events to histories."""
    if events:
        tx.run_many(EVENTS.insert(), [structs.asdict(e) for e in events])


def history(
    tx: Transaction, execution_id: str, *, after: int, backward: bool = False, limit: int
) -> tuple[list[Event], bool]:
    """Events after the one of that number, or before it; and whether there are more."""
    statement = _BACKWARD if backward else _FORWARD
    return tx.page(Event, statement, limit, execution_id=execution_id, after=after)


def add_tokens(tx: Transaction, execution_id: str, tokens: list[str]) -> None:
    """Adds the tokens of tasks."""
    if tokens:
        tx.run_many(TASK_TOKENS.insert(), [{"token": each, "execution_id": execution_id} for each in tokens])


def of_token(tx: Transaction, token: str) -> Execution | None:
    """The execution that gave out a token, None when there is none."""
    return tx.one(Execution, _OF_TOKEN, token=token)


def signal(tx: Transaction, signal: Signal) -> None:
    """Leaves a signal for the runner of the execution, which can go on at once."""
    row = {name: getattr(signal, name) for name in Signal.__struct_fields__ if name != "id"}
    tx.run(SIGNALS.insert(), row)
    tx.run(EXECUTIONS.update().where(EXECUTIONS.c.id == signal.execution_id), {"due": tx.at})


def signals(tx: Transaction, execution_id: str) -> list[Signal]:
    """The signals that were left for an execution, oldest first."""
    return tx.all(Signal, _SIGNALS.order_by(SIGNALS.c.id), execution_id=execution_id)


def take_signals(tx: Transaction, ids: list[int]) -> None:
    """Removes signals that were followed."""
    if ids:
        tx.run(SIGNALS.delete().where(SIGNALS.c.id.in_(ids)))


def of_machine(tx: Transaction, machine_id: str, *, limit: int) -> tuple[list[str], bool]:
    """Ids of some executions of a machine; and whether there are more."""
    return tx.page(str, _SOME_OF_MACHINE, limit, machine_id=machine_id)


def stopped_before(tx: Transaction, moment: datetime, kind: str, *, limit: int) -> list[str]:
    """Ids of executions of machines of that type that ended before that moment."""
    return tx.page(str, _OVER, limit, moment=moment, kind=kind)[0]


def remove(tx: Transaction, ids: list[str]) -> None:
    """Removes executions with all that belongs to them."""
    if ids:
        for table in (EVENTS, TASK_TOKENS, SIGNALS):
            tx.run(table.delete().where(table.c.execution_id.in_(ids)))
        tx.run(EXECUTIONS.delete().where(EXECUTIONS.c.id.in_(ids)))
