"""A copy of an SQLite database at one moment, while others write to it.

SQLite's online backup copies the pages of one snapshot (sqlite.org: "SQLite Backup API"); in WAL mode writers
don't wait for it. The copy is on stable storage when this returns.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from watchword.store.errors import CannotOpen

_PRIVATE = 0o600


def copy_database(source: Path, target: Path) -> None:
    """Copies a database to a new file. Raises CannotOpen, and OSError."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written)
    except sqlite3.Error as error:
        raise CannotOpen(f"database {target}: {error}") from None
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
