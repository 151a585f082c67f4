"""Prints the Pythons of this machine on which the suite can run: version and path, one of each minor version.

They are those on the PATH, and those that pyenv and uv have installed.
"""

import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
PLACES = ("~/.pyenv/versions/*/bin/python3", "~/.local/share/uv/python/*/bin/python3")
ASK = "import sys; print(sys.implementation.name, *sys.version_info[:3])"


def candidates() -> list[Path]:
    """Everything that is called like a Python."""
    found = [Path(sys.executable)]
    for folder in os.get_exec_path():
        found += sorted(Path(folder).glob("python3*"))
    for place in map(os.path.expanduser, PLACES):
        found += sorted(Path("/").glob(place.lstrip("/")))
    return [path for path in found if "-config" not in path.name and os.access(path, os.X_OK)]


def version(path: Path) -> tuple[int, ...]:
    """Of a CPython; empty for anything else."""
    asked = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=False)  # noqa: S603 found here
    name, _, numbers = asked.stdout.partition(" ")
    return tuple(map(int, numbers.split())) if asked.returncode == 0 and name == "cpython" else ()


def main() -> None:
    """The newest of each minor version."""
    found: dict[tuple[int, ...], tuple[tuple[int, ...], Path]] = {}
    for path in candidates():
        number = version(path)
        if number[:2] >= OLDEST and number > found.get(number[:2], ((), path))[0]:
            found[number[:2]] = (number, path)
    for minor, (_, path) in sorted(found.items()):
        print(".".join(map(str, minor)), path)


if __name__ == "__main__":
    main()
