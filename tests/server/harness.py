"""The server as its users start it, and requests as its users and its enemies send them."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from watchword.cli import app
from watchword.gateway import ConnectionLimits, Server
from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.transport.service import Application
from watchword.wire.services import SERVICES

REGION = "us-east-1"
PATIENCE_SECONDS = 20
ALL_RECORDED = {"WATCHWORD_RECORDED_REFUSALS": "1000000"}
"""Tests look for the record of each refusal."""
FORM = "application/x-www-form-urlencoded"
_ENDPOINT = re.compile(r"https?://[^\s\"]+:\d+")

Keys = Mapping[str, str]
"""AccessKeyId, SecretAccessKey and perhaps SessionToken, as STS and the command line give them."""


@dataclass
class Running:
    """A server process; what it prints goes to files beside its data."""

    process: subprocess.Popen[bytes]
    endpoint: str
    data: Path
    printed: Path

    @property
    def port(self) -> int:
        return urlsplit(self.endpoint).port or 0

    @property
    def said(self) -> str:
        """Standard output and standard error so far."""
        return self.printed.read_text()

    @property
    def workers(self) -> list[int]:
        """Process ids of the processes that serve, in a server of several."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code, once it ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def serve(
    data: Path, *arguments: str, environment: Mapping[str, str] = {}, umask: int = -1
) -> Iterator[Running]:
    """A server that keeps its data in `data`, on a free port unless told otherwise."""
    with printing(data, "--data", str(data), *arguments, environment=environment, umask=umask) as server:
        yield server


@contextmanager
def printing(
    data: Path, *arguments: str, environment: Mapping[str, str] = {}, umask: int = -1
) -> Iterator[Running]:
    """`watchword serve` with these arguments, once it said where it serves."""
    printed = data.with_name(f"{data.name}.{time.monotonic_ns()}.printed")
    port = () if "--port" in arguments else ("--port", "0")
    command = [sys.executable, "-m", "watchword", "serve", *port, *arguments]
    with printed.open("wb") as target:
        process = subprocess.Popen(
            command,
            stdout=target,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ALL_RECORDED, **environment},
            umask=umask,
        )
    try:
        eventually(lambda: _ENDPOINT.search(printed.read_text()) or process.poll() is not None)
        found = _ENDPOINT.search(printed.read_text())
        assert found, printed.read_text()
        yield Running(process, found[0], data, printed)
    finally:
        if process.poll() is None:
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
        process.kill()
        process.wait()


@contextmanager
def in_process(
    app: Application, folder: Path, limits: ConnectionLimits | None = None
) -> Iterator[tuple[Server, str]]:
    """A server of one's own application, with its endpoint. Large bodies go to the folder."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(app, listener, folder, limits=limits)
        with in_a_thread(server):
            yield server, endpoint_of(listener)


@contextmanager
def in_a_thread(server: Server) -> Iterator[None]:
    """Runs the server while the block does."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


def endpoint_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def watchword(*arguments: str) -> Result:
    """A command, run in this process."""
    return CliRunner().invoke(app, arguments)


def told(*arguments: str) -> dict[str, Any]:
    """What a command that succeeds prints, as JSON."""
    result = watchword(*arguments)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def credentials(data: Path, *arguments: str) -> Keys:
    """An administrator's session."""
    return told("credentials", "--format", "json", "--data", str(data), *arguments)


def client(service: str, endpoint: str, keys: Keys, **config: Any) -> BaseClient:
    """An unmodified boto3 client that doesn't try again."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=Config(
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            **config,
        ),
    )


def code_of(call: Callable[..., object], **given: object) -> str:
    """The error code of a call, empty when it was allowed."""
    try:
        call(**given)
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return ""


def eventually(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether the condition came true in time."""
    until = time.monotonic() + seconds
    while not (true := bool(condition())) and time.monotonic() < until:
        time.sleep(0.01)
    return true


# --- requests by hand ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error code, in whatever protocol's form it stands."""
        text = self.body.decode()
        if found := re.search(r"<Code>(\w+)</Code>", text):
            return found[1]
        if text.startswith("{"):
            said = json.loads(text).get("__type", "") or self.headers.get("x-amzn-errortype", "")
            return str(said).rpartition("#")[2]
        return text.partition(":")[0]

    @property
    def request_id(self) -> str:
        return self.headers.get("x-amzn-requestid") or self.headers.get("x-amz-request-id", "")


@dataclass(frozen=True)
class Draft:
    """A request before it is signed."""

    service: str
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def request(self, endpoint: str) -> HttpRequest:
        host = endpoint.partition("//")[2]
        headers = {"host": host, **self.headers}
        return HttpRequest(self.method, self.path, self.query, tuple(headers.items()), Body(self.body))

    def signed(self, endpoint: str, keys: Keys, now: datetime | None = None, scope: str = "") -> HttpRequest:
        who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"))
        return sign(
            self.request(endpoint),
            who,
            service=scope or self.service,
            region=REGION,
            now=now or datetime.now(UTC),
        )


def query(service: str, action: str, **parameters: str) -> Draft:
    """A call to a query service."""
    pairs = {"Action": action, "Version": SERVICES[service].version, **parameters}
    body = "&".join(f"{name}={value}" for name, value in pairs.items()).encode()
    return Draft(service, headers={"content-type": FORM}, body=body)


class Line:
    """One connection to a server, for many requests."""

    def __init__(self, endpoint: str) -> None:
        url = urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=PATIENCE_SECONDS)

    def send(self, request: HttpRequest) -> Answer:
        target = request.path + (f"?{request.query}" if request.query else "")
        connection = self._connection
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            if name != "content-length":
                connection.putheader(name, value)
        connection.putheader("content-length", str(len(request.body.data)))
        connection.endheaders(request.body.data)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def bytes_answered(
    endpoint: str, *pieces: bytes, seconds: float = PATIENCE_SECONDS, between: float = 0.05
) -> bytes:
    """What a server says to raw bytes, sent piece by piece, until it closes the connection."""
    url = urlsplit(endpoint)
    answered = bytearray()
    with socket.create_connection((url.hostname, url.port), seconds) as connection:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(between)  # another packet
            connection.sendall(piece)
        with suppress(TimeoutError, ConnectionResetError):
            while piece := connection.recv(65536):
                answered += piece
    return bytes(answered)


# --- what was recorded ---------------------------------------------------------------------------------


def journal(data: Path) -> list[dict[str, Any]]:
    """Every event of the journal's files, oldest file first."""
    files = sorted((data / "audit").glob("*.jsonl"), key=lambda file: file.stat().st_mtime_ns)
    return [json.loads(line) for file in files for line in file.read_bytes().rstrip(b"\0").splitlines()]
