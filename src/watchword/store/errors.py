"""What can go wrong with a store, as few types as there are ways to react.

The services turn Conflict and StillReferenced into the conflict errors of their operation, the journey turns
Unavailable into ServiceUnavailable, the command line prints CannotOpen as one line. No message here
carries a value of a row or a password of a URL.
"""

import sqlite3

from sqlalchemy import exc


class StoreError(Exception):
    """Anything below, for those to whom the difference doesn't matter."""


class CannotOpen(StoreError):  # noqa: N818 named as what happened
    """The database can't be used at all; the message is one line that says why."""


class Unavailable(StoreError):  # noqa: N818 named as what happened
    """The database was lost, locked for too long, or full: nothing was changed, later may be better."""


class Conflict(StoreError):  # noqa: N818 named as what happened
    """A row of that key exists already. Nothing of the transaction can be committed."""


class StillReferenced(StoreError):  # noqa: N818 named as what happened
    """A row that this one needs is missing, or one that is to go is still needed. Nothing commits."""


_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}
_FOREIGN = {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER", "23503"}


def translate(error: Exception) -> Exception:
    """The store's word for what the driver said; what nobody can react to stays as it is, a bug."""
    if isinstance(error, exc.TimeoutError):
        return Unavailable("no free connection to the database")
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if _state(original) in _UNIQUE:
        return Conflict("exists already")
    if _state(original) in _FOREIGN:
        return StillReferenced("still needed, or gone")
    if isinstance(error, exc.OperationalError | exc.InterfaceError | sqlite3.OperationalError):
        return Unavailable(first_line(error))
    return error


def first_line(error: Exception) -> str:
    """The driver's own sentence, without SQLAlchemy's statement and parameters."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    return str(original).strip().partition("\n")[0]


def _state(error: BaseException | None) -> str | None:
    """What kind of error it is, as the engine itself names it."""
    name = "sqlite_errorname" if isinstance(error, sqlite3.Error) else "sqlstate"
    return getattr(error, name, None)
