"""A server with a function that does whatever its event says, to see what a function can do."""

import base64
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from tests.services.lambda_.packages import zipped

from watchword.testing import Server

HANDLER = """
import builtins, os, socket, subprocess, sys, time, boto3

def handler(event, context):
    scope = globals() | {"context": context, "result": None}
    exec(event["code"], scope)
    return scope["result"]
"""
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
)
_PATIENT = Config(read_timeout=300, retries={"total_max_attempts": 1})


class Probe:
    """One such function."""

    def __init__(self, server: Server, name: str, **configuration: Any) -> None:
        self.server, self.name = server, name
        self.log = ""
        """Of the last invocation: its end."""
        self.client = self.client_of(server)
        role = f"arn:aws:iam::{server.account}:role/probe"
        self.made = dict(
            FunctionName=name,
            Role=role,
            Runtime="python3.12",
            Handler="app.handler",
            Code={"ZipFile": zipped(app=HANDLER)},
            **{"Timeout": 60, **configuration},
        )
        self.client.create_function(**self.made)
        self._numbers = itertools.count()

    @classmethod
    def start(cls, *arguments: str) -> Self:
        server = Server.start("--functions", *arguments)
        cls.role_on(server)
        return cls(server, "probe")

    @staticmethod
    def client_of(server: Server) -> BaseClient:
        return boto3.client("lambda", **server.client_arguments, config=_PATIENT)

    @staticmethod
    def role_on(server: Server) -> str:
        """The ARN of a new role that trusts Lambda."""
        iam = boto3.client("iam", **server.client_arguments)
        made = iam.create_role(RoleName="probe", AssumeRolePolicyDocument=TRUST)
        return str(made["Role"]["Arn"])

    def run(self, code: str) -> Any:
        """What the code leaves in `result`, or the document of its error."""
        event = json.dumps({"code": code})
        answer = self.client.invoke(FunctionName=self.name, Payload=event, LogType="Tail")
        self.log = base64.b64decode(answer["LogResult"]).decode(errors="replace")
        return json.loads(answer["Payload"].read())

    def see(self, expression: str) -> Any:
        """The value of an expression."""
        return self.run(f"result = {expression}")

    @contextmanager
    def alone(self, *, timeout: int = 60, memory: int = 128) -> Iterator["Probe"]:
        """Another function on the same server, so that its instance is used by nothing else."""
        other = Probe(self.server, f"probe-{next(self._numbers)}", Timeout=timeout, MemorySize=memory)
        yield other
        other.client.delete_function(FunctionName=other.name)

    def allow(self, action: str, **condition: Any) -> None:
        """The role of all probes may do that."""
        statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = boto3.client("iam", **self.server.client_arguments)
        iam.put_role_policy(RoleName="probe", PolicyName=action.replace(":", "-"), PolicyDocument=document)

    def forget(self) -> None:
        """Its instance ends with its next invocation, which is of another configuration."""
        self.run("import os\nos._exit(0)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()
