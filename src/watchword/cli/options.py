"""The options that commands on a data directory share, and opening it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from watchword.app import CannotStart, open_world
from watchword.cli.ending import fail
from watchword.settings import DEFAULT_DATA, Settings
from watchword.world import World

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
DEFAULT_DATA_DIRECTORY = DEFAULT_DATA.expanduser()


@contextmanager
def opened(data: Path, database: str, root_key: str) -> Iterator[World]:
    """The world that a command works on, beside any server that has it open too."""
    try:
        world = open_world(Settings(data.expanduser().absolute(), database, root_key))
    except CannotStart as error:
        raise fail(str(error)) from None
    try:
        yield world
    finally:
        world.close()
