"""Puts a world together: the one place where settings become parts.

`open_world` is what the server, each of its workers and every other command share. It makes what a
first start needs: the data directory, the root key, the keyring and the first account.
"""

import secrets
import time
from pathlib import Path

from watchword import root_key
from watchword.facts import Facts, RootKey
from watchword.furnish import furnish
from watchword.journal import Journal
from watchword.models import read_model
from watchword.objects import Objects
from watchword.proofs.keyring import Unopenable
from watchword.settings import Settings
from watchword.store import Cache, Database, StoreError
from watchword.wire import Models
from watchword.world import Clock, World

CACHED_FACTS = 20_000


class CannotStart(Exception):  # noqa: N818 its message is the whole line an operator reads
    """It can't start; the message is one line."""


def open_world(settings: Settings) -> World:
    """A furnished world on the settings' data directory and database. Raises CannotStart."""
    try:
        _make_private(settings.data)
        key = RootKey(root_key.load_or_make(settings.root_key_file, secrets.token_bytes), secrets.token_bytes)
        database = Database.open(settings.database_url, durable=settings.ephemeral is None)
        cache = Cache(CACHED_FACTS)
        database.subscribe(cache.apply)
        world = World(
            settings=settings,
            clock=Clock(),
            randomness=secrets.token_bytes,
            database=database,
            facts=Facts(database, database.watch(time.monotonic), cache, key),
            models=Models(read_model),
            journal=Journal(settings.data / "audit"),
            objects=Objects.open(settings.data / "objects", durable=settings.ephemeral is None),
        )
        furnish(world)
        world.facts.keyring()
    except OSError as error:
        raise CannotStart(f"data directory {settings.data}: {error.strerror}") from None
    except (StoreError, root_key.Unusable) as error:
        raise CannotStart(str(error)) from None
    except Unopenable:
        file = settings.root_key_file
        raise CannotStart(f"root key {file}: this database's keyring rests under another one") from None
    return world


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
