"""The weaker form of isolation: an instance is a user of its own, and others share the host's network."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.services.lambda_.packages import zipped

from watchword.functions.instance import Instance
from watchword.functions.isolation import Isolation
from watchword.functions.platform import Plan, Platform
from watchword.functions.runtime_api import Invocation
from watchword.functions.sandbox.launch import Interpreter

ASKS = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"
SHELL = Path("/bin/bash")
PROGRAM = f"""#!{SHELL}
exec 3<>"/dev/tcp/${{AWS_LAMBDA_RUNTIME_API/:/\\/}}"
while true; do
    printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\n\\r\\n' >&3
    while read -r line <&3 && [ "$line" != $'\\r' ]; do
        case $line in Lambda-Runtime-Aws-Request-Id*) number=${{line##*: }}; number=${{number%$'\\r'}} ;; esac
    done
    read -r -n 3 event <&3
    printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nContent-Length: 3\\r\\n\\r\\n%s' \\
        "$number" "$event" >&3
    while read -r line <&3 && [ "$line" != $'\\r' ]; do :; done
    read -r line <&3
done
"""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    if os.geteuid() or not SHELL.exists():
        pytest.skip("only root can start a process as another user, and its program needs bash")
    package = tmp_path / "echo.zip"
    package.write_bytes(zipped({"bootstrap": PROGRAM}))
    platform = Platform(Interpreter.own(), Isolation.OWN_USER, tmp_path / "functions", "http://127.0.0.1:1")
    code = platform.unpacked("echo", lambda: package.open("rb"))
    instance = platform.start(Plan(code, "", {}, 512, 512, 10, None))
    yield instance
    instance.end()
    platform.close()


def test_nobody_else_takes_its_events(instance: Instance) -> None:
    """Another user connects before it does, and asks for the event."""
    with socket.create_connection(instance.launched.runtime.getsockname()) as thief:
        thief.sendall(ASKS)
        ran = instance.run(Invocation("7", b"777", "arn:aws:lambda:us-east-1:1:function:f"))
        assert (ran.outcome.error, ran.outcome.payload) == ("", b"777"), ran.tail
        thief.settimeout(5)
        try:
            stolen = thief.recv(1000)
        except ConnectionResetError:
            stolen = b""
        assert stolen == b""
