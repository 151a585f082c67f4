"""Invocations of an empty Python handler, beside AWS's runtime client alone: the least that they can take.

The floor is the same client in the same interpreter, without a sandbox, which a bare socket of this process
gives events. Warm: from an event until the client asks for the next one. Cold: from the start of the
interpreter until the first answer. Ours are whole requests to Invoke, signed before, on one connection.
"""

import http.client
import io
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rows import Row, absent
from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.testing import Server

SECONDS = 1.0
HANDLER = "def handler(event, context):\n    return None\n"
START = (
    "import sys; from awslambdaric import bootstrap, lambda_runtime_client as c; "
    "sys.path.insert(0, sys.argv[1]); bootstrap.run('app.handler', c.LambdaRuntimeClient(sys.argv[2]))"
)
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
WARM, COLD = "runtime client alone, warm", "runtime client alone, cold"


def rows(stack: ExitStack) -> Iterator[Row]:
    """The rows; the server ends with the stack."""
    if strongest(Interpreter.own()) is None:
        yield absent("Invoke", "no isolation works on this host")
        return
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "app.py").write_text(HANDLER)
    alone = stack.enter_context(Alone(folder))
    ours = stack.enter_context(Ours())
    yield Row(WARM, alone.rate)
    yield Row("Invoke, warm", ours.rate, WARM, "time each: <= 2 ms more")
    yield Row(COLD, lambda: _cold(folder), unit="ms")
    yield Row("Invoke, cold", ours.cold, COLD, "<= 1.5", unit="ms")


class Alone:
    """The client, and the socket that stands for the runtime API."""

    def __init__(self, folder: Path) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        environment = {"AWS_LAMBDA_RUNTIME_API": address, "AWS_LAMBDA_FUNCTION_NAME": "f"}
        environment |= {"AWS_LAMBDA_FUNCTION_VERSION": "1"}
        environment |= {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "_HANDLER": "app.handler"}
        command = [sys.executable, "-I", "-c", START, str(folder), address]
        self._process = subprocess.Popen(command, env=environment)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._read: dict[socket.socket, bytes] = {}
        """By connection: the client has one for its questions and others for its answers."""
        self._peer = self._listener
        """Whose request was read last."""

    def __enter__(self) -> Self:
        self._next()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for peer in (*self._read, self._listener):
            peer.close()

    def rate(self) -> float:
        """Events per second."""
        begun, count = time.perf_counter(), 0
        while time.perf_counter() < begun + SECONDS:
            self.once()
            count += 1
        return count / (time.perf_counter() - begun)

    def once(self) -> None:
        """One event, from the client's `next` to the one after it."""
        self._answer(
            b"200 OK",
            b"{}",
            b"Lambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\n"
            b"Lambda-Runtime-Invoked-Function-Arn: arn\r\n",
        )
        self._request()
        self._answer(b"202 Accepted", b"{}", b"")
        self._next()

    def _next(self) -> None:
        if not self._request().startswith(b"GET"):
            raise RuntimeError("the client asks for nothing")

    def _request(self) -> bytes:
        """The head of the client's next request, whose body is here too."""
        while True:
            for key, _ in self._selector.select():
                peer = key.fileobj
                if peer is self._listener:
                    self._accept()
                    continue
                assert isinstance(peer, socket.socket)
                if head := self._heard(peer):
                    return head

    def _accept(self) -> None:
        peer, _ = self._listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(peer, selectors.EVENT_READ)
        self._read[peer] = b""

    def _heard(self, peer: socket.socket) -> bytes:
        """The head of a request that is whole by now, else nothing."""
        data = peer.recv(65536)
        if not data:
            self._selector.unregister(peer)
            peer.close()
            return b""
        self._read[peer] += data
        head, end, rest = self._read[peer].partition(b"\r\n\r\n")
        after = _after_body(head.lower(), rest) if end else None
        if after is None:
            return b""
        self._read[peer], self._peer = after, peer
        return head

    def _answer(self, status: bytes, body: bytes, headers: bytes) -> None:
        length = b"Content-Length: %d\r\nContent-Type: application/json\r\n" % len(body)
        self._peer.sendall(b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + body)


def _after_body(head: bytes, rest: bytes) -> bytes | None:
    """What comes after the body of a request; None while the body isn't whole. Its chunks are short."""
    if b"transfer-encoding: chunked" in head:
        _, last, after = rest.partition(b"0\r\n\r\n")
        return after if last else None
    announced = [int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
    length = sum(announced)
    return rest[length:] if len(rest) >= length else None


def _cold(folder: Path) -> float:
    """Milliseconds until the first answer."""
    begun = time.perf_counter()
    with Alone(folder) as alone:
        alone.once()
        return 1000 * (time.perf_counter() - begun)


class Ours:
    """A server with the function, and a connection to it."""

    def __init__(self) -> None:
        self._server = Server.start("--functions")
        self._client = boto3.client("lambda", **self._server.client_arguments)
        iam = boto3.client("iam", **self._server.client_arguments)
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", HANDLER)
        self._client.create_function(
            FunctionName="empty",
            Role=role,
            Runtime="python3.12",
            Handler="app.handler",
            Code={"ZipFile": package.getvalue()},
        )
        address = urlsplit(self._server.endpoint)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self._changes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._server.stop()

    def rate(self) -> float:
        """Invocations per second."""
        signed = self._signed()
        self._invoke(signed)
        begun, count = time.perf_counter(), 0
        while time.perf_counter() < begun + SECONDS:
            self._invoke(signed)
            count += 1
        return count / (time.perf_counter() - begun)

    def cold(self) -> float:
        """Milliseconds of the first invocation after a change."""
        self._changes += 1
        self._client.update_function_configuration(FunctionName="empty", Description=str(self._changes))
        signed = self._signed()
        begun = time.perf_counter()
        self._invoke(signed)
        return 1000 * (time.perf_counter() - begun)

    def _signed(self) -> AWSRequest:
        """A request, and a new connection for it: the server ends one that was idle between rounds."""
        self._connection.close()
        self._connection.connect()
        url = f"{self._server.endpoint}/2015-03-31/functions/empty/invocations"
        request = AWSRequest("POST", url, {"Content-Type": "application/json"}, b"{}")
        keys = Credentials(self._server.access_key_id, self._server.secret)
        SigV4Auth(keys, "lambda", "us-east-1").add_auth(request)
        return request

    def _invoke(self, signed: AWSRequest) -> None:
        self._connection.request("POST", urlsplit(signed.url).path, b"{}", dict(signed.headers.items()))
        with self._connection.getresponse() as answer:
            if answer.status != 200 or answer.read() != b"null":
                raise RuntimeError("the function didn't run")


if __name__ == "__main__":
    from rows import print_medians

    with ExitStack() as everything:
        print_medians(rows(everything), 5)
