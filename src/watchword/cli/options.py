"""The options that commands share, and how a command ends when it can't go on.

A command's own output goes to standard output, everything said to a person to standard error. What can't
start ends with one line and exit code 2.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from watchword.app import CannotStart, open_world
from watchword.settings import DEFAULT_DATA, Settings
from watchword.world import World

CANNOT_START = 2

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


def fail(reason: str) -> typer.Exit:
    """Says why, in one line; raise what this returns."""
    print(f"watchword: {reason}", file=sys.stderr)
    return typer.Exit(CANNOT_START)


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
