"""A server from a backup, in a data directory that has none.

1. The backup is whole: its description is there, and the database has the digest that it says.
2. There is a root key, and it opens the keyring; so sealed secrets and tokens open as before.
3. The bytes are copied and synced, then the database gets its name. What breaks off before has no database:
   it is no server, and can be restored again.
4. The restored database says in an event that it was restored, which user did it, and from when it is.
"""

import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec

from watchword.installation import root_key
from watchword.installation.backup import (
    DATABASE,
    DESCRIPTION,
    OBJECTS,
    PACKAGES,
    Copied,
    Description,
    Refused,
    blobs_named,
    digest_of,
)
from watchword.installation.bootstrap import open_installation
from watchword.installation.data_directory import make_private
from watchword.installation.object_place import object_place
from watchword.installation.operator_events import record_command
from watchword.installation.settings import Settings
from watchword.names.moment import iso
from watchword.objects import Objects
from watchword.proofs.keyring import Unopenable, unwrap
from watchword.store import Database, keyring
from watchword.store.functions import versions


def restore(source: Path, settings: Settings) -> Description:
    """Raises Refused, CannotStart, NotPrivate, BadPlace, OSError, StoreError, PlaceUnavailable."""
    found = _description(source)
    make_private(settings.data)
    target = settings.data / DATABASE
    if settings.database:
        raise Refused("a backup is restored to the data directory's own database, not to --database")
    if target.exists():
        raise Refused(f"there is a database already: {target}")
    unnamed = settings.data / f"{DATABASE}.restoring"
    shutil.copyfile(source / DATABASE, unnamed)
    with closing(Database.open(f"sqlite:///{unnamed}", make=False)) as database:
        _check_key(settings, database)
        _copy(source, settings, database)
    os.sync()
    unnamed.rename(target)
    os.sync()
    with (
        closing(open_installation(replace(settings, must_exist=True))) as restored,
        restored.database.write(restored.clock.now()) as tx,
    ):
        record_command(restored, tx, "Restore", "", {"source": str(source), "from": iso(found.at)}, {})
    return found


def _description(source: Path) -> Description:
    """Rule 1."""
    try:
        found = msgspec.json.decode((source / DESCRIPTION).read_bytes(), type=Description)
    except FileNotFoundError:
        raise Refused(f"{source} isn't a backup, or one that broke off: it has no {DESCRIPTION}") from None
    except ValueError:
        raise Refused(f"{source / DESCRIPTION}: can't be read") from None
    if digest_of(source / DATABASE) != found.sha256:
        raise Refused(f"{source / DATABASE} isn't the database that was backed up: its digest is another one")
    return found


def _check_key(settings: Settings, database: Database) -> None:
    """Rule 2."""
    try:
        key = root_key.load(settings.root_key_file)
        with database.read() as tx:
            for row in keyring.all_keys(tx):
                unwrap(row.id, row.sealed, key)
    except root_key.Unusable as unusable:
        raise Refused(f"{unusable}; put the root key of the backed up server there first") from None
    except Unopenable:
        raise Refused(f"root key {settings.root_key_file}: the backup is sealed under another one") from None


def _copy(source: Path, settings: Settings, database: Database) -> None:
    """Rule 3. Raises Refused when bytes are missing that the backup had."""
    known = set(_description(source).missing)
    copied = Copied()
    with database.read() as tx:
        for folder, into, blobs in (
            (OBJECTS, Objects.open(object_place(settings), cached=0), blobs_named(tx)),
            (PACKAGES, Objects.open(settings.packages, cached=0), iter(versions.all_blobs(tx))),
        ):
            kept = Objects.open(source / folder, cached=0)
            for blob in blobs:
                copied.copy(kept, into, blob)
    if lost := [each for each in copied.missing if each not in known]:
        raise Refused(f"{source} lacks the bytes of {len(lost)} objects: {lost[0]}")
