"""The errors of the store: one type for each way to react.

Services turn Conflict and StillReferenced into conflict errors of their operation. The journey turns
Unavailable into ServiceUnavailable. The command line prints CannotOpen as one line. No message contains a
value of a row, or the password in a URL.
"""

import sqlite3

from sqlalchemy import exc


class StoreError(Exception):
    """Any of the errors below."""


class CannotOpen(StoreError):  # noqa: N818 named as what happened
    """The database can't be used; the message says why in one line."""


class Missing(CannotOpen):
    """There is no database yet; the message says where it was looked for."""


class Unavailable(StoreError):  # noqa: N818 named as what happened
    """The database is gone, locked for too long, or full. Nothing was changed; a retry may succeed."""


class Conflict(StoreError):  # noqa: N818 named as what happened
    """A row with that key exists (unique constraint). The transaction can't be committed."""


class StillReferenced(StoreError):  # noqa: N818 named as what happened
    """A foreign key: the row refers to a missing row, or a row still refers to the one to be deleted.

    The transaction can't be committed.
    """


_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}
_FOREIGN = {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER", "23503"}


def translate(error: Exception) -> Exception:
    """The store's error for an error of the driver. Any other error is a defect and stays as it is."""
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
    """The driver's own message, without the statement and parameters that SQLAlchemy adds."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    return str(original).strip().partition("\n")[0]


def _state(error: BaseException | None) -> str | None:
    """The engine's code of the error: SQLite's name, PostgreSQL's SQLSTATE."""
    name = "sqlite_errorname" if isinstance(error, sqlite3.Error) else "sqlstate"
    return getattr(error, name, None)
