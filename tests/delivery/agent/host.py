"""A host with a server elsewhere: roles that its user may assume, an agent, and workloads that ask it."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from watchword.testing import Server

CALLER = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
ROLES = ("web", "app", "batch")
NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
}
PATIENT = {"AWS_METADATA_SERVICE_TIMEOUT": "20", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"}
"""A machine that is busy with other tests isn't a matter of these."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def allow(action: object, **more: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, **more}})


@dataclass
class Host:
    """A directory with the agent's files, and the server."""

    directory: Path
    server: Server

    @classmethod
    def of(cls, directory: Path, server: Server) -> "Host":
        """With a profile `host` of a user who may assume all roles."""
        iam = boto3.client("iam", **server.client_arguments)
        iam.create_user(UserName="host")
        iam.put_user_policy(
            UserName="host", PolicyName="roles", PolicyDocument=allow("sts:AssumeRole", Resource="*")
        )
        key = iam.create_access_key(UserName="host")["AccessKey"]
        trust = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{server.account}:root"})
        for role in ROLES:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        (directory / "keys").write_text(
            f"[host]\naws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n"
        )
        return cls(directory, server)

    @property
    def beginning(self) -> str:
        """The first tables of an agent's file."""
        return f'[server]\nendpoint = "{self.server.endpoint}"\n[host]\nprofile = "host"\n'

    def arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.server.account}:role/{role}"

    def session(self, role: str, name: str) -> str:
        return f"arn:aws:sts::{self.server.account}:assumed-role/{role}/{name}"

    def environment(self, **more: str) -> dict[str, str]:
        """Of a program on this host, which finds no credentials by itself."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COV_"))}
        of_server = {"AWS_ENDPOINT_URL": self.server.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
        return {**own, **NO_FILES, **of_server, "HOME": str(self.directory), **more}

    @contextmanager
    def agent(self, text: str, *arguments: str, beginning: str | None = None) -> Iterator["Running"]:
        """An agent with this file. Its endpoints have free ports of loopback unless arguments say more."""
        directory = Path(tempfile.mkdtemp(dir=self.directory))
        file = directory / "agent.toml"
        file.write_text((self.beginning if beginning is None else beginning) + text)
        places = arguments or [f"--{each}=127.0.0.1:0" for each in ("imds", "container", "metrics")]
        command = [sys.executable, "-m", "watchword", "agent", "--config", str(file), *places]
        environment = self.environment(AWS_SHARED_CREDENTIALS_FILE=str(self.directory / "keys"))
        log = (directory / "log").open("w+")
        with (
            log,
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            ) as process,
        ):
            try:
                yield Running(self, file, process, [_line(process, log) for _ in places])
            finally:
                process.terminate()


def _line(process: "subprocess.Popen[str]", log: Any) -> str:
    assert process.stdout
    line = process.stdout.readline()
    log.seek(0)
    assert line, log.read()
    return line.strip()


@dataclass
class Running:
    """A running agent."""

    host: Host
    file: Path
    process: "subprocess.Popen[str]"
    said: list[str]
    """Where its endpoints are, in the order in which they were asked for."""

    @property
    def urls(self) -> list[str]:
        return [line.split()[-1] for line in self.said]

    @property
    def imds(self) -> str:
        return self.urls[0]

    @property
    def container(self) -> str:
        return self.urls[1]

    def log(self) -> str:
        return self.file.with_name("log").read_text()

    def rewrite(self, text: str) -> None:
        """Another file in place of its file, as editors do it."""
        other = self.file.with_suffix(".new")
        other.write_text(text)
        other.rename(self.file)

    def caller(self, **environment: str) -> str:
        """Who unmodified boto3 is, which looks at instance metadata if nothing else is said."""
        more = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.imds, **PATIENT, **environment}
        done = subprocess.run(
            [sys.executable, "-c", CALLER],
            env=self.host.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    def get(self, url: str, **headers: str) -> tuple[int, str]:
        return ask("GET", url, **headers)

    def token(self, seconds: int = 60) -> dict[str, str]:
        """The header of a token of version 2, as a keyword."""
        ttl = {"x_aws_ec2_metadata_token_ttl_seconds": str(seconds)}
        return {"x_aws_ec2_metadata_token": ask("PUT", f"{self.imds}/latest/api/token", **ttl)[1]}

    def metrics(self) -> dict[str, float]:
        lines = self.get(f"{self.urls[2]}/metrics")[1].splitlines()
        values = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name.removeprefix("watchword_agent_"): float(value) for name, _, value in values}


def ask(method: str, url: str, **headers: str) -> tuple[int, str]:
    """Status and body. Headers are keywords with underscores."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with _DIRECT.open(urllib.request.Request(url, headers=given, method=method)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def send(url: str, request: bytes) -> bytes:
    """What comes back for these bytes, until the other end closes."""
    host, _, port = url.rpartition("/")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        found = b""
        while piece := connection.recv(1 << 16):
            found += piece
        return found


def eventually(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, true
        time.sleep(0.05)
