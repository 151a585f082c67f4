"""The change of an `object_write`: one transaction, begun late.

The bytes are written first, outside any transaction; the change begins when they are ready, and commits once
the call is recorded (docs/decisions/0004).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from watchword.store import Database, Transaction


@dataclass
class Change:
    """The one change of an operation that `object_write`: begun by it, ended by the journey."""

    database: Database
    now: datetime
    until: ExitStack
    """What ends it."""
    transaction: Transaction | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """What is done once the change has committed, and not when it hasn't."""

    def begin(self) -> Transaction:
        """Its transaction, the same one each time."""
        if self.transaction is None:
            self.transaction = self.until.enter_context(self.database.write(self.now, shared=True))
        return self.transaction


@contextmanager
def moving(database: Database, now: datetime) -> Iterator[Change]:
    """A change that commits with this block if it was begun, and is undone when the block raises."""
    with ExitStack() as until:
        change = Change(database, now, until)
        yield change
    for do in change.afterwards:
        do()
