"""watchword backup, watchword restore: a server at one moment, and from there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import (
    DEFAULT_DATA_DIRECTORY,
    Data,
    Database,
    ObjectsConfig,
    ObjectsUrl,
    RootKeyFile,
    opened,
)
from watchword.cli.output import Form, Output, say, say_json
from watchword.installation.backup import Description, Refused, back_up
from watchword.installation.bootstrap import CannotStart, open_installation
from watchword.installation.data_directory import NotPrivate
from watchword.installation.object_place import object_place
from watchword.installation.restore import restore as restore_from
from watchword.installation.settings import Settings
from watchword.names.moment import iso
from watchword.objects import Objects, PlaceUnavailable
from watchword.objects.remote import BadPlace
from watchword.store import StoreError


def backup(
    target: Annotated[Path, typer.Argument(help="A new directory, or an empty one.")],
    objects: ObjectsUrl = "",
    objects_config: ObjectsConfig = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Copy the database and the bytes of objects as they are at one moment, while servers go on.

    The root key isn't copied: keep it elsewhere, since it opens the backup. Exit code 1 when bytes of objects
    are missing, which are named.
    """
    with opened(open_installation, data, database, root_key_file) as installation, _refusals():
        settings = replace(installation.settings, objects_url=objects, objects_config=objects_config)
        found = back_up(
            installation, Objects.open(object_place(settings), cached=0), target.expanduser().absolute()
        )
    for blob in found.missing:
        say(f"missing  {blob}", error=True)
    _say(found, output)
    if found.missing:
        raise typer.Exit(BAD_NEWS)


def restore(
    source: Annotated[Path, typer.Argument(help="What `watchword backup` made.")],
    objects: ObjectsUrl = "",
    objects_config: ObjectsConfig = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Make a data directory from a backup; it must have the root key already, and no database.

    What was revoked, deleted or detached after the backup holds again: see docs/backup.md before you serve.
    """
    settings = Settings(
        data.expanduser().absolute(),
        database,
        root_key_file,
        objects_url=objects,
        objects_config=objects_config,
    )
    with _refusals():
        found = restore_from(source.expanduser().absolute(), settings)
    _say(found, output)


def _say(found: Description, output: Form) -> None:
    if output is Form.JSON:
        named = {"Time": iso(found.at), "Blobs": found.blobs, "Bytes": found.bytes}
        say_json(named | {"Missing": len(found.missing)})
    else:
        say(f"{iso(found.at)}  {found.blobs} blobs, {found.bytes} bytes")


@contextmanager
def _refusals() -> Iterator[None]:
    """Ends the command with a line."""
    try:
        yield
    except (Refused, CannotStart, NotPrivate) as refused:
        raise fail(str(refused)) from None
    except (BadPlace, PlaceUnavailable) as error:
        raise fail(f"objects: {error}") from None
    except StoreError as error:
        raise fail(f"database: {error}") from None
    except OSError as error:
        raise fail(f"{error.filename or 'backup'}: {error.strerror}") from None
