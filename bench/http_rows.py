"""Requests per second through sockets: Watchword, moto_server and a bare hello-world, same load, same run."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import calls
import load
import servers
from rows import Row

SECONDS = 1.0
ROLE = "bench"
BUCKET = "bench-objects"
OBJECT = "one-kib"
MOTO_KEY = ("AKIAIOSFODNN7EXAMPLE", "x" * 40)


def rows(stack: ExitStack) -> Iterator[Row]:
    """Starts the servers and gives what is measured on them."""
    hello = stack.enter_context(servers.hello_world())
    ours = stack.enter_context(servers.watchword())
    moto = stack.enter_context(servers.moto())
    port = int(ours.endpoint.rpartition(":")[2])
    greeting = [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    yield Row("hello-world", _rate(hello, lambda: greeting))
    aims = {"GetCallerIdentity": ">= 0.25", "AssumeRole": ">= 0.12", "GetObject 1 KiB": ""}
    mine = Target(port, ours.account, ours.access_key_id, ours.secret)
    theirs = Target(moto, "123456789012", *MOTO_KEY)
    for name, make in CALLS.items():
        yield Row(f"moto {name}", _rate(moto, make(theirs)))
        yield Row(name, _rate(port, make(mine)), "hello-world", aims[name])
        yield Row(f"{name} again", _rate(port, make(mine)), f"moto {name}", ">= 12")


class Target:
    """A server with a user's key that may assume a role and read an object."""

    def __init__(self, port: int, account: str, key: str, secret: str) -> None:
        self.port = port
        self.account = account
        iam = calls.client("iam", port, key, secret)
        iam.create_user(UserName="bench")
        made = iam.create_access_key(UserName="bench")["AccessKey"]
        self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        iam.create_role(
            RoleName=ROLE, AssumeRolePolicyDocument=_allow("sts:AssumeRole", Principal={"AWS": account})
        )
        iam.put_user_policy(
            UserName="bench", PolicyName="all", PolicyDocument=_allow(["sts:*", "s3:*"], Resource="*")
        )
        s3 = calls.client("s3", port, key, secret)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=OBJECT, Body=b"x" * 1024)

    def client(self, service: str) -> Any:
        return calls.client(service, self.port, self.key, self.secret)


def _identity(target: Target) -> Callable[[], list[bytes]]:
    sts = target.client("sts")
    return lambda: [calls.signed(sts, "get_caller_identity", {}) for _ in range(calls.MANY)]


def _assume(target: Target) -> Callable[[], list[bytes]]:
    sts = target.client("sts")
    arn = f"arn:aws:iam::{target.account}:role/{ROLE}"
    return lambda: [
        calls.signed(sts, "assume_role", {"RoleArn": arn, "RoleSessionName": f"session-{number}"})
        for number in range(calls.MANY)
    ]


def _object(target: Target) -> Callable[[], list[bytes]]:
    s3 = target.client("s3")
    return lambda: [
        calls.signed(s3, "get_object", {"Bucket": BUCKET, "Key": OBJECT}) for _ in range(calls.MANY)
    ]


CALLS: dict[str, Callable[[Target], Callable[[], list[bytes]]]] = {
    "GetCallerIdentity": _identity,
    "AssumeRole": _assume,
    "GetObject 1 KiB": _object,
}


def _rate(port: int, requests: Callable[[], list[bytes]]) -> Callable[[], float]:
    return lambda: load.requests_per_second(port, requests(), seconds=SECONDS)


def _allow(action: str | list[str], **rest: object) -> str:
    statement = {"Effect": "Allow", "Action": action, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
