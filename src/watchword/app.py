"""Puts a world together: the one place where settings become parts.

`open_world` is what the server and each of its workers share. A command that needs only the
installation opens that alone (`installation.bootstrap.open_installation`).
"""

import time
from contextlib import ExitStack
from pathlib import Path

from watchword.facts import Facts
from watchword.functions.isolation import strongest
from watchword.functions.platform import Platform
from watchword.functions.sandbox.launch import Interpreter
from watchword.gateway.dispatch import dispatch
from watchword.gateway.runner.tasks import perform_alone
from watchword.installation.bootstrap import CannotStart, open_installation
from watchword.installation.installation import Installation
from watchword.installation.memory import divide
from watchword.installation.object_place import object_place
from watchword.installation.settings import Settings
from watchword.objects import Objects, PlaceUnavailable
from watchword.objects.claim import PlaceRefused, check_sample, claim
from watchword.objects.remote import BadPlace
from watchword.objects.sealing import Sealing
from watchword.proofs.audit_chain import audit_key
from watchword.proofs.sealed_bytes import of_server
from watchword.reference.models import read_model
from watchword.services.what_if import try_changes
from watchword.store import Cache, StoreError, keyring
from watchword.store.audit_files import Journal
from watchword.store.audit_reserve import Reserve
from watchword.store.disk import Disk
from watchword.store.refusal_counts import RefusalCounts
from watchword.store.s3 import objects
from watchword.wire import Models
from watchword.world import World


def open_journal(installation: Installation) -> Journal:
    """The audit journal, which has its reserve once a server asks for it."""
    settings, database = installation.settings, installation.database
    places = {
        "data directory": settings.data,
        "audit journal": settings.journal,
        **({"objects": place} if isinstance(place := object_place(settings), Path) else {}),
        **({"database": database.directory} if database.directory else {}),
    }
    reserve = settings.audit_reserve << 20
    key = audit_key(installation.root_key.material)
    return Journal(settings.journal, key, Reserve(Disk(places, reserve), reserve))


def open_world(settings: Settings, models: Models | None = None) -> World:
    """A world on the settings' data directory and database. Raises CannotStart, with nothing left open."""
    with ExitStack() as opened:
        installation = open_installation(settings)
        opened.callback(installation.close)
        try:
            world = _world(installation, models or Models(read_model), opened)
        except OSError as error:
            where = error.filename or f"data directory {settings.data}"
            raise CannotStart(f"{where}: {error.strerror}") from None
        except BadPlace as error:  # without the URL, which may have a secret in it
            raise CannotStart(f"objects: {error}") from None
        except (PlaceRefused, PlaceUnavailable) as error:
            where = settings.objects_url or settings.objects
            raise CannotStart(f"objects at {where}: {error}") from None
        except StoreError as error:
            raise CannotStart(str(error)) from None
        opened.pop_all()  # the world closes them
    return world


def open_objects(installation: Installation, cached: int = 0) -> Objects:
    """The bytes of objects, where they are this server's. Raises BadPlace, PlaceRefused, PlaceUnavailable."""
    settings, place = installation.settings, object_place(installation.settings)
    sealing = Sealing(of_server(installation.root_key.material))
    opened = Objects.open(place, cached=cached, durable=settings.ephemeral is None, sealing=sealing)
    with installation.database.read() as tx:
        sample, server = objects.some_blobs(tx), keyring.all_keys(tx)[0].id
    if place == settings.objects:
        check_sample(opened.blobs, sample)
    elif not settings.ephemeral:
        claim(opened.blobs, server, sample, installation.randomness)
    return opened


def _platform(settings: Settings, opened: ExitStack) -> Platform:
    """Where functions run. Raises CannotStart where they couldn't be isolated."""
    interpreter = Interpreter.own()
    if missing := interpreter.missing:
        raise CannotStart(f"functions need the package {missing}: pip install 'watchword[functions]'")
    isolation = strongest(interpreter)
    if isolation is None:
        raise CannotStart(
            "functions can't be isolated here: no namespaces, and no other users (docs/functions.md)"
        )
    platform = Platform(interpreter, isolation, settings.unpacked, settings.endpoint)
    opened.callback(platform.close)
    return platform


def _world(installation: Installation, models: Models, opened: ExitStack) -> World:
    settings, database = installation.settings, installation.database
    shares = divide(settings.memory)
    cache = Cache(shares.facts)
    database.subscribe(cache.apply)
    watch = database.watch(time.monotonic)
    opened.callback(watch.close)
    return World(
        **vars(installation),
        facts=Facts(database, watch, cache, installation.root_key),
        models=models,
        journal=open_journal(installation),
        refusals=RefusalCounts(settings.recorded_refusals),
        objects=open_objects(installation, shares.blobs),
        packages=Objects.open(settings.packages, cached=0, durable=settings.ephemeral is None),
        functions=_platform(settings, opened) if settings.functions else None,
        inside=dispatch,
        perform=perform_alone,
        simulate=try_changes,
    )
