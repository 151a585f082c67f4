"""Looks for credentials in whole directories and in the environments of processes (`signs`).

1. Every file is read, the hidden ones too, as the bytes that it has. A file that can't be read, and a link
   out of what is searched, count as finds: what wasn't looked at isn't clean.
2. A file of SQLite is also read cell by cell: in the file, cells stand beside each other without a space. Its
   write-ahead log (WAL) is too: by SQLite, the cells are those of both.
3. An environment is that of the kernel, of each process and of those that it started.
4. Names of files and variables are searched as well. What is found is never said: a name that shows it is
   said without it.
"""

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from watchword.cli.tour.no_passwords.signs import OPAQUE, Extent, Sign, hidden, signs
from watchword.names.moment import iso

PROC = Path("/proc")
_SQLITE = b"SQLite format 3\0"
_WAL = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""Source: Database File Format, sections 1.3 and 4.1."""


@dataclass(frozen=True)
class Find:
    """Something that looks like a credential, and where."""

    where: str
    what: str
    ends: str
    """Why it isn't a long-term credential; empty for one that is."""


@dataclass
class Search:
    """What was found, and how much was looked at."""

    excused: Mapping[Path, str] = field(default_factory=dict)
    """Files that are an opaque token, and why it isn't a credential that lasts."""
    finds: list[Find] = field(default_factory=list)
    files: int = 0
    cells: int = 0
    environments: int = 0

    @property
    def long_term(self) -> list[Find]:
        """What must not be there."""
        return [each for each in self.finds if not each.ends]

    def directory(self, root: Path, name: str) -> None:
        """Searches it whole. It is called `name` in what is found."""
        for folder, folders, files in os.walk(root, onerror=lambda error: self._blind(str(error))):
            for each in sorted((*folders, *files)):
                file = Path(folder, each)
                self._file(file, f"{name}/{file.relative_to(root)}", root)

    def processes(self, started: Iterable[tuple[str, int]]) -> None:
        """Searches the environments of processes, by name and id, and of those that they started."""
        for name, pid in started:
            for each in (pid, *_descendants(pid)):
                self._environment(f"environment of {name} ({each})", each)

    def _file(self, file: Path, name: str, root: Path) -> None:
        try:
            about = file.lstat()
            if stat.S_ISLNK(about.st_mode) and not file.resolve().is_relative_to(root.resolve()):
                self._blind(f"{name} is a link to {file.resolve()}")
            if not stat.S_ISREG(about.st_mode):
                return
            data = file.read_bytes()
        except FileNotFoundError:  # it was a temporary file
            return
        except OSError as error:
            self._blind(f"{name}: {error.strerror}")
            return
        self.files += 1
        self._text(f"the name of {name}", file.name, Extent.PART)
        excuse = self.excused.get(file, "")
        extent = Extent.MIXED if data.startswith((_SQLITE, *_WAL)) else Extent.WHOLE
        self._text(name, data.decode("latin-1"), extent, _certificates(file.parent), excuse)
        if data.startswith(_SQLITE):
            self._database(file, name)

    def _database(self, file: Path, name: str) -> None:
        try:
            for table, value in _cells(file):
                self.cells += 1
                text = value.decode("latin-1") if isinstance(value, bytes) else value
                self._text(f"{name}, table {table}", text, Extent.PART)
        except sqlite3.Error as error:
            self._blind(f"{name}: {error}")

    def _environment(self, name: str, pid: int) -> None:
        try:
            variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            return
        except OSError as error:
            self._blind(f"{name}: {error.strerror}")
            return
        self.environments += 1
        for variable in variables:
            key, _, value = variable.decode("latin-1").partition("=")
            self._text(f"{name}, the name of a variable", key, Extent.PART)
            self._text(f"{name}, variable {key}", value, Extent.WHOLE)

    def _text(
        self,
        where: str,
        text: str,
        extent: Extent,
        certificates: tuple[x509.Certificate, ...] = (),
        excuse: str = "",
    ) -> None:
        now = datetime.now(UTC)
        for sign in signs(text, certificates, extent):
            ends = excuse if sign.kind == OPAQUE else _end_of(sign, now)
            self.finds.append(Find(hidden(where), sign.kind, ends))

    def _blind(self, what: str) -> None:
        """Rule 1."""
        self.finds.append(Find(hidden(what), "not searched", ""))


def _end_of(sign: Sign, now: datetime) -> str:
    return f"ends at {iso(sign.ends)}" if sign.ends and sign.is_short_lived(now) else ""


def _certificates(folder: Path) -> tuple[x509.Certificate, ...]:
    """Those that lie there in PEM. One that can't be read excuses no key."""
    found: list[x509.Certificate] = []
    for file in folder.glob("*.pem"):
        with suppress(OSError, ValueError):
            data = file.read_bytes() if file.is_file() else b""
            found += x509.load_pem_x509_certificates(data) if b"-----BEGIN CERTIFICATE-----" in data else []
    return tuple(found)


def _cells(file: Path) -> Iterator[tuple[str, str | bytes]]:
    """Rule 2: the table and the value of every text and blob."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 a name of the database's own
                yield from ((table, value) for value in row if isinstance(value, str | bytes))


def _descendants(pid: int) -> Iterator[int]:
    """Processes that it started, and that these started."""
    for each in PROC.glob(f"{pid}/task/*/children"):
        for child in map(int, each.read_text().split()):
            yield child
            yield from _descendants(child)
