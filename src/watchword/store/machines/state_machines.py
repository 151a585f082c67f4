"""State machines, and their revisions.

A change of the definition or the role makes a new revision. An execution keeps the one that it began with.
A name is unique in its account and Region.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.STATE_MACHINE
STANDARD, EXPRESS = "STANDARD", "EXPRESS"

STATE_MACHINES = Table(
    "state_machines",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("type", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("revision_id", CodepointText, nullable=False),
    Column("deleting", Timestamp, index=True),
    UniqueConstraint("account", "region", "name"),
)
REVISIONS = Table(
    "state_machine_revisions",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("machine_id", CodepointText, ForeignKey("state_machines.id"), nullable=False),
    Column("definition", Text, nullable=False),
    Column("role_arn", CodepointText, nullable=False),
    Column("made", Timestamp, nullable=False),
    Index("ix_state_machine_revisions_machine_id", "machine_id"),
)


class Revision(Struct, frozen=True):
    """One revision."""

    id: str
    machine_id: str
    definition: str
    role_arn: str
    made: datetime


class StateMachine(Struct, frozen=True):
    """A state machine; `deleting` is since when its executions are being ended, so that it can go."""

    id: str
    account: str
    region: str
    name: str
    type: str
    created: datetime
    revision_id: str
    partition: str = "aws"
    deleting: datetime | None = None

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}:stateMachine:{self.name}"


_ALL = select(*columns(STATE_MACHINES, StateMachine))
_HERE = (STATE_MACHINES.c.account == bindparam("account"), STATE_MACHINES.c.region == bindparam("region"))
_NAMED = _ALL.where(*_HERE, STATE_MACHINES.c.name == bindparam("name"))
_BY_ID = _ALL.where(STATE_MACHINES.c.id == bindparam("id"))
_PAGE = _ALL.where(*_HERE, STATE_MACHINES.c.name > bindparam("after")).order_by(STATE_MACHINES.c.name)
_DELETING = _ALL.where(STATE_MACHINES.c.deleting.is_not(None)).order_by(STATE_MACHINES.c.id)
_REVISION = select(*columns(REVISIONS, Revision)).where(REVISIONS.c.id == bindparam("id"))


def insert(tx: Transaction, machine: StateMachine, revision: Revision) -> None:
    """Adds a machine with its first revision. Raises Conflict when the name is taken."""
    tx.run(STATE_MACHINES.insert(), structs.asdict(machine))
    _insert_revision(tx, revision)
    tx.changed(KIND, machine.id, machine.account)


def named(tx: Transaction, account: str, region: str, name: str) -> StateMachine | None:
    """The machine of that name, None when there is none."""
    return tx.one(StateMachine, _NAMED, account=account, region=region, name=name)


def by_id(tx: Transaction, machine_id: str) -> StateMachine | None:
    """The machine with that id, None when there is none."""
    return tx.one(StateMachine, _BY_ID, id=machine_id)


def page(
    tx: Transaction, account: str, region: str, *, after: str = "", limit: int
) -> tuple[list[StateMachine], bool]:
    """Machines sorted by name, after the one so called; and whether there are more."""
    return tx.page(StateMachine, _PAGE, limit, account=account, region=region, after=after)


def revision(tx: Transaction, revision_id: str) -> Revision | None:
    """The revision with that id, None when there is none."""
    return tx.one(Revision, _REVISION, id=revision_id)


def revise(tx: Transaction, machine: StateMachine, revision: Revision) -> None:
    """Makes that the machine's revision."""
    _insert_revision(tx, revision)
    tx.run(STATE_MACHINES.update().where(STATE_MACHINES.c.id == machine.id), {"revision_id": revision.id})
    tx.changed(KIND, machine.id, machine.account)


def begin_deleting(tx: Transaction, machine: StateMachine) -> None:
    """From now on no execution can begin."""
    tx.run(STATE_MACHINES.update().where(STATE_MACHINES.c.id == machine.id), {"deleting": tx.at})
    tx.changed(KIND, machine.id, machine.account)


def being_deleted(tx: Transaction, *, limit: int) -> list[StateMachine]:
    """Machines that are to be removed."""
    return tx.page(StateMachine, _DELETING, limit)[0]


def remove(tx: Transaction, machine: StateMachine) -> None:
    """Removes a machine, its revisions and tags. Raises StillReferenced while it has executions."""
    tx.run(REVISIONS.delete().where(REVISIONS.c.machine_id == machine.id))
    tx.run(STATE_MACHINES.delete().where(STATE_MACHINES.c.id == machine.id))
    tags.remove_all(tx, KIND, machine.id)
    tx.changed(KIND, machine.id, machine.account)


def _insert_revision(tx: Transaction, revision: Revision) -> None:
    tx.run(REVISIONS.insert(), structs.asdict(revision))
