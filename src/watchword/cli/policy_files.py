"""Which files `watchword check` reads: files, patterns, and directories.

A pattern is for shells that don't expand it, such as that of a workflow. Of a directory they are the files
`*.json` that speak of a Statement. Directories whose name begins with a dot, and `node_modules`, are left
out.
"""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchword.cli.ending import fail

STANDARD_INPUT = "-"
_LEFT_OUT = "node_modules"


def find(given: Iterable[str]) -> list[str]:
    """The files, each once, in the order in which they were given. Without any, the command ends."""
    files: dict[str, None] = {}
    for name in given:
        found = list(_find(name))
        if not found:
            raise fail(f"{name}: no policies there")
        files |= dict.fromkeys(found)
    return list(files)


def _find(name: str) -> Iterator[str]:
    if name == STANDARD_INPUT:
        yield name
    elif Path(name).is_dir():
        yield from _below(name)
    elif glob.has_magic(name) and not Path(name).exists():
        for found in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 of any directory, with **
            yield from _below(found) if Path(found).is_dir() else (found,)
    else:
        yield name


def _below(directory: str) -> Iterator[str]:
    for place, directories, files in os.walk(directory):
        directories[:] = sorted(each for each in directories if each[0] != "." and each != _LEFT_OUT)
        for file in sorted(files):
            path = Path(place, file)
            if path.suffix == ".json" and _speaks_of_statements(path):
                yield str(path)


def _speaks_of_statements(path: Path) -> bool:
    try:
        return b'"Statement"' in path.read_bytes()
    except OSError:
        return True  # the command says why it can't be read
