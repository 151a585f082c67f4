"""Group commit: changes that wait for each other share one transaction, and so one sync of the disk.

1. Changes run one after another. One that ends while others wait leaves the transaction open to the next.
   The last one commits, or the first that ends after SECONDS: other processes wait as long, too.
2. Nobody returns before the commit. When it fails, it fails for all.
3. A change that raises is undone alone: each but the first has a savepoint.
4. When the database ended the transaction itself (a full disk, a lost connection), it fails for all.

A change that meets no other costs nothing more: it begins and commits.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc

from watchword.store.engines import LOCK_TIMEOUT_SECONDS
from watchword.store.errors import Unavailable, translate

SECONDS = 0.05
"""How long a transaction takes up changes."""
_SAVEPOINT, _RELEASE, _UNDO = "SAVEPOINT change", "RELEASE SAVEPOINT change", "ROLLBACK TO SAVEPOINT change"
"""Said to the driver: SQLAlchemy's own objects for them take as long as the change."""


def commit(connection: Connection) -> None:
    """Commits. Raises StoreError; then the connection isn't used again, as its transaction may be open."""
    try:
        connection.commit()
    except exc.SQLAlchemyError as error:
        connection.invalidate()
        raise translate(error) from error


class Group:
    """A transaction that changes share."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.takes_until = time.monotonic() + SECONDS
        self.changes = 0
        """Those that ended, and wait for the commit."""
        self.ended = threading.Event()
        self.failure: Exception | None = None


class GroupCommit:
    """The changes that the threads of this process make in a database."""

    def __init__(self, begin: Callable[[], Connection]) -> None:
        self._begin = begin
        self._turn = threading.Condition()
        self._busy, self.waiting = False, 0
        self._open: Group | None = None
        """A transaction that waits for the next change."""

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """A connection to make one change with. It is committed when this returns. Raises StoreError."""
        group = self._join()
        try:
            shared = group.changes > 0
            if shared:
                group.connection.exec_driver_sql(_SAVEPOINT)
            yield group.connection
            if shared:
                group.connection.exec_driver_sql(_RELEASE)
        except exc.SQLAlchemyError as error:
            self._undo(group)
            raise translate(error) from error
        except BaseException:
            self._undo(group)
            raise
        group.changes += 1
        self._leave(group)
        group.ended.wait()
        if group.failure:
            raise group.failure

    def _join(self) -> Group:
        with self._turn:
            self.waiting += 1
            try:
                mine = self._turn.wait_for(lambda: not self._busy, LOCK_TIMEOUT_SECONDS)
            finally:
                self.waiting -= 1
            if not mine:
                raise Unavailable("other changes take too long")
            self._busy = True
            group, self._open = self._open, None
        if group:
            return group
        try:
            return Group(self._begin())
        except BaseException:
            self._pass_on(None)
            raise

    def _leave(self, group: Group) -> None:
        """Rule 1. Who gives up waiting does so while another change goes on, which then ends here."""
        with self._turn:
            if self.waiting and time.monotonic() < group.takes_until:
                self._pass_on(group)
                return
        try:
            commit(group.connection)
        except Exception as error:  # noqa: BLE001 whatever it is, it is raised in each thread
            group.failure = error
        self._end(group)

    def _undo(self, group: Group) -> None:
        """Rules 3 and 4."""
        if group.changes and _is_rolled_back(group.connection):
            self._leave(group)
        else:
            group.failure = Unavailable("another change lost the transaction")
            self._end(group)

    def _end(self, group: Group) -> None:
        try:
            group.connection.close()
        finally:
            self._pass_on(None)
            group.ended.set()

    def _pass_on(self, group: Group | None) -> None:
        with self._turn:
            self._open, self._busy = group, False
            self._turn.notify()


def _is_rolled_back(connection: Connection) -> bool:
    """Undoes what came after the savepoint; False when there is none any more."""
    try:
        connection.exec_driver_sql(_UNDO)
        connection.exec_driver_sql(_RELEASE)
    except exc.SQLAlchemyError:
        return False
    return not connection.invalidated
