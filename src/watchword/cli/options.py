"""The options of commands that work on a data directory, and how they open it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from watchword.cli.ending import fail
from watchword.installation.administrator import Refused
from watchword.installation.bootstrap import CannotStart
from watchword.installation.installation import Installation
from watchword.installation.settings import DEFAULT_DATA, Settings
from watchword.store import StoreError

Opened = TypeVar("Opened", bound=Installation)

Data = Annotated[
    Path,
    typer.Option(envvar="WATCHWORD_DATA", help="Directory of the database, keys, objects and audit log."),
]
Database = Annotated[
    str,
    typer.Option(envvar="WATCHWORD_DATABASE", help="Database URL; SQLite in the data directory by default."),
]
RootKeyFile = Annotated[
    str, typer.Option(envvar="WATCHWORD_ROOT_KEY_FILE", help="File of the root key, when not DATA/root.key.")
]
ObjectsUrl = Annotated[
    str,
    typer.Option(
        "--objects",
        envvar="WATCHWORD_OBJECTS",
        help="URL of the objects' bytes (s3://, gs://, az://, file://); DATA/objects by default.",
    ),
]
ObjectsConfig = Annotated[
    str,
    typer.Option(
        envvar="WATCHWORD_OBJECTS_CONFIG", help="Private file of JSON with settings of that object store."
    ),
]
EndpointUrl = Annotated[
    str, typer.Option("--endpoint-url", help="URL of the server; by default where it started last.")
]
DEFAULT_DATA_DIRECTORY = DEFAULT_DATA.expanduser()


@contextmanager
def opened(
    opening: Callable[[Settings], Opened], data: Path, database: str, root_key: str, *, make: bool = False
) -> Iterator[Opened]:
    """What a command works on: the installation or a whole world. A refusal in the block ends the command.

    It must exist, unless the command may `make` one. Servers can have the same data directory open at the
    same time.
    """
    try:
        found = opening(Settings(data.expanduser().absolute(), database, root_key, must_exist=not make))
    except CannotStart as error:
        raise fail(str(error)) from None
    try:
        yield found
    except Refused as refused:
        raise fail(str(refused)) from None
    except StoreError as error:
        raise fail(f"database: {error}") from None
    except UnicodeEncodeError as given:
        raise fail(f"not UTF-8: {given.object!r}") from None
    finally:
        found.close()
