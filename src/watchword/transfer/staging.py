"""What files hold, between reading them and writing to the store: a staging table.

The file is read once, in its own order; the store is written in another. So everything is kept in between, in
a temporary SQLite database. SQLite keeps small ones in memory, others in a file without a name, which is gone
with the process (SQLite, "Temporary Files Used By SQLite"). TMPDIR says where; it needs as much room as the
files. What is read twice (a unique id, or a name in an account) is found here.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Self

import msgspec

from watchword.names import nouns
from watchword.names.fold import fold
from watchword.transfer import form
from watchword.transfer.checks import Found, Wrong

ORDER = (nouns.POLICY, nouns.GROUP, nouns.USER, nouns.ROLE, nouns.INSTANCE_PROFILE)
"""In which the store is written: what is referred to comes first."""
_REMEMBERED = 1 << 16
_TABLE = """
    CREATE TABLE staged (
        number INTEGER PRIMARY KEY, rank INTEGER NOT NULL, account TEXT NOT NULL, folded TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE, arn TEXT NOT NULL, place TEXT NOT NULL, body BLOB NOT NULL,
        UNIQUE (rank, account, folded)
    )
"""
_INDEX = "CREATE INDEX staged_by_batch ON staged (rank, account)"
"""With the number behind it: a batch is read as it was written, from one place of the table."""
_INSERT = "INSERT INTO staged (rank, account, folded, id, arn, place, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
_TWICE = "SELECT place, body FROM staged WHERE id = ? OR (rank = ? AND account = ? AND folded = ?)"
_NAMED = "SELECT id, arn FROM staged WHERE rank = ? AND account = ? AND folded = ?"
_OF = "SELECT place, body FROM staged WHERE rank = ? AND account = ? ORDER BY number"


class Known(NamedTuple):
    """The unique id and the ARN of an entity."""

    id: str
    arn: str


class Batch(NamedTuple):
    """Entities of one type of one account."""

    noun: str
    account: str
    found: Sequence[Found]


class Staging:
    """All entities of the files."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("PRAGMA synchronous = OFF")
        self._table.execute(_TABLE)
        self._table.execute(_INDEX)
        self._table.execute("BEGIN")
        self.denies: dict[str, bool] = {}
        """Of each policy of AWS in the files that isn't known here: whether it may deny something."""
        self.named = lru_cache(_REMEMBERED)(self._named)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()

    def add(self, found: Found) -> None:
        """Raises Wrong for an id or name that something else has. The same entity may come twice."""
        rank, folded = ORDER.index(found.noun), fold(found.name)
        row = rank, found.account, folded, found.id, found.arn, found.place, form.written(found.detail)
        try:
            self._table.execute(_INSERT, row)
        except sqlite3.IntegrityError:
            first, body = self._table.execute(_TWICE, (found.id, rank, found.account, folded)).fetchone()
            if body == row[-1]:
                return
            raise Wrong(f"{found.place}: {found.arn} or its id {found.id} stands at {first} too") from None

    def count(self) -> int:
        """How many there are."""
        return int(self._table.execute("SELECT count(*) FROM staged").fetchone()[0])

    def accounts(self) -> list[str]:
        """All accounts that have an entity."""
        return [row[0] for row in self._table.execute("SELECT DISTINCT account FROM staged ORDER BY account")]

    def batches(self, size: int) -> Iterator[Batch]:
        """All of them, in the order in which the store is written."""
        for rank, noun in enumerate(ORDER):
            for account in self.accounts():
                rows = self._table.execute(_OF, (rank, account))
                while some := list(islice(rows, size)):
                    yield Batch(noun, account, [_found(noun, account, *row) for row in some])

    def _named(self, noun: str, account: str, name: str) -> Known | None:
        row = self._table.execute(_NAMED, (ORDER.index(noun), account, fold(name))).fetchone()
        return Known(*row) if row else None


def _found(noun: str, account: str, place: str, body: bytes) -> Found:
    return Found(noun, account, place, msgspec.json.decode(body, type=form.OF_NOUN[noun].shape))
