"""What is seen of requests while a server runs: on a terminal, and in a file."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.server.harness import (
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    credentials,
    eventually,
    query,
    serve,
)

REFUSED = "no-such-user"


def refuse(server: Running, keys: Keys) -> str:
    """Has one request of a user refused, and returns its id."""
    with Line(server.endpoint) as line:
        return line.send(query("iam", "GetUser", UserName=REFUSED).signed(server.endpoint, keys)).request_id


def user(server: Running, data: Path) -> Keys:
    iam = client("iam", server.endpoint, credentials(data))
    iam.create_user(UserName="alice")
    keys: Keys = iam.create_access_key(UserName="alice")["AccessKey"]
    return keys


def lines(server: Running) -> list[dict[str, str]]:
    return [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]


def test_a_refusal_is_a_line_of_json_where_no_one_looks(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        keys = user(server, data)
        request_id = refuse(server, keys)
        assert eventually(lambda: lines(server))
        [line] = lines(server)
        arn = client("sts", server.endpoint, keys).get_caller_identity()["Arn"]
        assert line.pop("timestamp")
        assert line == {
            "event": "AccessDenied",
            "request_id": request_id,
            "action": "iam:GetUser",
            "resource": arn.replace("alice", REFUSED),
            "principal": arn,
            "source": "127.0.0.1",
            "level": "warning",
        }


def test_strangers_do_not_fill_a_file(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        for _ in range(50):
            with Line(server.endpoint) as line:
                assert line.send(Draft("s3", "GET", "/bucket/key").request(server.endpoint)).status == 404
        assert eventually(lambda: lines(server))
        server.stop()
        first, last = lines(server)
        assert (first["principal"], last["left_out"]) == ("anonymous", 49)


@pytest.mark.parametrize(("log", "shown"), [("requests", {"ok", "AccessDenied"}), ("errors", set())])
def test_more_or_less_is_shown(tmp_path: Path, log: str, shown: set[str]) -> None:
    data = tmp_path / "data"
    with serve(data, "--log", log) as server:
        refuse(server, user(server, data))
        server.stop()
        assert {line["event"] for line in lines(server)} == shown


@contextmanager
def on_a_terminal(data: Path) -> Iterator[tuple[str, int]]:
    """A server whose standard error is a terminal: its endpoint, and the other side of the terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "watchword", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1], ours
        finally:
            process.terminate()
            process.wait()
            os.close(ours)


def test_on_a_terminal_it_says_how_to_ask_why(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with on_a_terminal(data) as (endpoint, terminal):
        assert (
            code_of(client("iam", endpoint, credentials(data)).get_user, UserName=REFUSED) == "NoSuchEntity"
        )
        said = os.read(terminal, 4096).decode()
    time, _, rest = said.partition(" ")
    assert time.endswith("Z")
    assert rest.startswith("NoSuchEntity iam:GetUser on arn:aws:iam::")
    request_id = rest.split()[-1]
    assert rest.endswith(f" from 127.0.0.1: watchword explain {request_id}\r\n")


def test_a_terminal_that_is_paused_does_not_hold_the_server(tmp_path: Path) -> None:
    """Far more lines than a terminal holds, and nothing reads them."""
    data = tmp_path / "data"
    with on_a_terminal(data) as (endpoint, _), Line(endpoint) as line:
        for _ in range(2000):
            assert line.send(Draft("s3", "GET", "/bucket/key").request(endpoint)).status == 404
