"""A backup of one moment: the database, the bytes of objects, packages of functions. Others go on meanwhile.

1. The blobs are held (`objects.hold`), then the database is copied, then the blobs that the copy names. So
   the backup has every byte of that moment, and nothing of later.
2. Keys: secrets in the database are sealed under the keyring, and the keyring under the root key. The root
   key isn't in the backup; without it nothing opens.
3. A description comes last, with the digest of the database. A backup without one broke off; it can't be
   restored.
4. The audit journal isn't copied: its files are only appended to, so any copy is one. Events of changes are
   in the database.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from watchword.installation.data_directory import make_private
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.objects import BlobMissingError, Objects
from watchword.store import Database, Transaction, keyring
from watchword.store.functions import versions
from watchword.store.s3 import inventory
from watchword.store.s3.inventory import Place
from watchword.store.snapshot import copy_database

DESCRIPTION, DATABASE, OBJECTS, PACKAGES = "backup.json", "watchword.db", "objects", "packages"


class Refused(Exception):  # noqa: N818 its message is the line that the operator reads
    """There can't be a backup, or it can't be restored."""


class Description(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    at: datetime
    server: str
    """The first key of the keyring: whose backup it is."""
    sha256: str
    """Of the database."""
    blobs: int
    bytes: int
    missing: tuple[str, ...] = ()
    """Blobs that rows name, and that weren't there."""


@dataclass
class Copied:
    """What was copied so far."""

    blobs: int = 0
    bytes: int = 0
    missing: tuple[str, ...] = ()

    def copy(self, source: Objects, target: Objects, blob: str) -> None:
        """Copies a blob and all that it consists of."""
        try:
            for each in source.stored(blob):
                size = source.blobs.size(each)
                read = source.blobs.get(each, 0, size)
                target.blobs.put(each, (read,) if isinstance(read, bytes) else read)
                self.blobs, self.bytes = self.blobs + 1, self.bytes + size
        except BlobMissingError:
            self.missing += (blob,)


def back_up(installation: Installation, objects: Objects, target: Path) -> Description:
    """Makes a backup in a new folder. Raises Refused, OSError and PlaceUnavailable."""
    database = installation.database.file
    if database is None:
        raise Refused(
            "this database is PostgreSQL: back it up with pg_dump or continuous archiving, and then the "
            "bytes of objects (docs/backup.md)"
        )
    if target.exists() and any(target.iterdir()):
        raise Refused(f"{target} isn't empty")
    make_private(target)
    packages = Objects.open(installation.settings.packages, cached=0)
    with ExitStack() as held:
        for each in (objects, packages):
            held.enter_context(each.blobs.hold.held())
        at, server = _record(installation, target)
        copy_database(database, target / DATABASE)
        copied = _copy_blobs(target, objects, packages)
    os.sync()
    digest = digest_of(target / DATABASE)
    found = Description(at, server, digest, copied.blobs, copied.bytes, copied.missing)
    _describe(target, found)
    return found


def blobs_named(tx: Transaction) -> Iterator[str]:
    """The blobs of all objects and parts."""
    place, part = Place(), ("", 0)
    while page := inventory.objects_after(tx, place):
        yield from (row.blob for row in page if row.blob)
        place = Place(page[-1].bucket_id, page[-1].key, page[-1].version)
    while parts := inventory.parts_after(tx, *part):
        yield from (row.blob for row in parts)
        part = (parts[-1].upload_id, parts[-1].number)


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _record(installation: Installation, target: Path) -> tuple[datetime, str]:
    """Records who makes a backup, in the database that is copied next. Returns the time, and the server."""
    with installation.database.write(installation.clock.now()) as tx:
        record_command(installation, tx, "Backup", "", {"target": str(target)}, {})
        return tx.at, keyring.all_keys(tx)[0].id


def _copy_blobs(target: Path, objects: Objects, packages: Objects) -> Copied:
    """Copies what the copied database names."""
    copied, database = Copied(), Database.open(f"sqlite:///{target / DATABASE}", make=False)
    with closing(database), database.read() as tx:
        for source, folder, blobs in (
            (objects, OBJECTS, blobs_named(tx)),
            (packages, PACKAGES, iter(versions.all_blobs(tx))),
        ):
            into = Objects.open(target / folder, cached=0, durable=False)
            for blob in blobs:
                copied.copy(source, into, blob)
    return copied


def _describe(target: Path, found: Description) -> None:
    with (target / DESCRIPTION).open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
