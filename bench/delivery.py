"""How fast the agent answers with credentials that it holds.

.venv/bin/python bench/delivery.py
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3

import load
import servers
from rows import Row, print_medians
from watchword.testing import Server

SECONDS = 1.0
TOKEN = "the-token-of-the-workload"
AIM = "aim: at least 0.5"


def rows(stack: ExitStack) -> Iterator[Row]:
    """Beside the row `hello-world`, which another module gives."""
    server = stack.enter_context(servers.watchword())
    imds, container = stack.enter_context(_agent(server))
    asked = {
        "container credentials of the agent": (container, f"GET /v1/credentials|authorization: {TOKEN}"),
        "instance metadata credentials of the agent": (imds, _of_instance(imds)),
    }
    for name, (url, request) in asked.items():
        place = url.partition("//")[2]
        start, _, header = request.partition("|")
        sent = f"{start} HTTP/1.1\r\nhost: {place}\r\n{header}\r\n\r\n".encode()
        port = int(place.partition(":")[2])
        yield Row(
            name,
            lambda port=port, sent=sent: load.requests_per_second(port, [sent], seconds=SECONDS),  # type: ignore[misc]
            "hello-world",
            AIM,
        )


@contextmanager
def _agent(server: Server) -> Iterator[list[str]]:
    """The URLs of an agent's instance metadata and container endpoint."""
    iam = boto3.client("iam", **server.client_arguments)
    iam.create_user(UserName="host")
    may = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    iam.put_user_policy(UserName="host", PolicyName="p", PolicyDocument=_policy({**may, "Resource": "*"}))
    key = iam.create_access_key(UserName="host")["AccessKey"]
    trust = _policy({**may, "Principal": {"AWS": server.account}})
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with tempfile.TemporaryDirectory() as directory:
        keys, file = Path(directory, "keys"), Path(directory, "agent.toml")
        given = {name: key[name] for name in ("AccessKeyId", "SecretAccessKey")}
        keys.write_text(json.dumps({"Version": 1, **given}))
        file.write_text(
            f'[server]\nendpoint = "{server.endpoint}"\n[host]\nprocess = ["cat", "{keys}"]\n'
            f'[instance]\nid = "i-0abc"\nrole = "{role}"\n'
            f'[workloads.app]\nrole = "{role}"\ntoken = "{TOKEN}"\n'
        )
        command = [sys.executable, "-m", "watchword", "agent", "--config", str(file)]
        places = ["--imds", "127.0.0.1:0", "--container", "127.0.0.1:0"]
        with subprocess.Popen([*command, *places], stdout=subprocess.PIPE, text=True) as agent:
            assert agent.stdout
            try:
                yield [agent.stdout.readline().split()[-1] for _ in range(2)]
            finally:
                agent.terminate()


def _policy(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _of_instance(url: str) -> str:
    ttl = {"x-aws-ec2-metadata-token-ttl-seconds": "21600"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/latest/api/token", headers=ttl, method="PUT")
    ) as answer:
        token = answer.read().decode()
    return f"GET /latest/meta-data/iam/security-credentials/app|x-aws-ec2-metadata-token: {token}"


if __name__ == "__main__":
    with ExitStack() as started:
        hello = started.enter_context(servers.hello_world())
        greeting = [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
        beside = Row("hello-world", lambda: load.requests_per_second(hello, greeting, seconds=SECONDS))
        print_medians([beside, *rows(started)], 5)
