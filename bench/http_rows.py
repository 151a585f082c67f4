"""Requests per second through sockets: Watchword, its peers and a bare hello-world, same load, same run."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import calls
import load
import servers
from rows import Row, absent

SECONDS = 1.0
ROLE = "bench"
BUCKET = "bench-objects"
OBJECT = "one-kib"
ACCOUNT = "123456789012"
ANY_KEY = ("AKIAIOSFODNN7EXAMPLE", "x" * 40)
AIMS = {
    "GetCallerIdentity": (">= 0.35, aim 0.5", ">= 30, aim 40"),
    "AssumeRole": (">= 0.18, aim 0.3", ">= 20, aim 30"),
    "GetObject 1 KiB": (">= 0.18, aim 0.3", ">= 18, aim 30"),
}
"""Of hello-world, and of moto_server."""


def rows(stack: ExitStack) -> Iterator[Row]:
    """Starts the servers and gives what is measured on them."""
    hello = stack.enter_context(servers.hello_world())
    ours = stack.enter_context(servers.watchword())
    port = int(ours.endpoint.rpartition(":")[2])
    greeting = [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    yield Row("hello-world", _rate(hello, lambda: greeting))
    mine = Target(port, ours.account, ours.access_key_id, ours.secret)
    moto = Target(stack.enter_context(servers.moto()), ACCOUNT, *ANY_KEY)
    ministack = None
    if servers.MINISTACK.exists():
        ministack = Target(stack.enter_context(servers.ministack()), "000000000000", *ANY_KEY)
    for name, make in CALLS.items():
        of_hello, of_moto = AIMS[name]
        yield Row(f"moto {name}", _rate(moto.port, make(moto)))
        yield Row(name, _rate(port, make(mine)), "hello-world", of_hello)
        yield Row(f"{name} again", _rate(port, make(mine)), f"moto {name}", of_moto)
        if ministack is None:
            yield absent(f"ministack {name}", "make bench installs it")
            continue
        yield Row(f"ministack {name}", _rate(ministack.port, make(ministack)), note="verifies nothing")
        yield Row(f"{name} once more", _rate(port, make(mine)), f"ministack {name}")
    yield from _workers(stack)


def _workers(stack: ExitStack) -> Iterator[Row]:
    """What a second process adds, where the load takes one of two processors."""
    beside = ""
    for count in (1, 2):
        port, keys = stack.enter_context(servers.kept("--workers", str(count)))
        session = keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        target = Target(port, keys["AccountId"], *session)
        name = f"GetCallerIdentity, {count} worker{'s' if count > 1 else ''}"
        yield Row(
            name, _rate(port, _identity(target)), beside, "the load shares the processors" if beside else ""
        )
        beside = name


class Target:
    """A server with a user's key that may assume a role and read an object."""

    def __init__(self, port: int, account: str, key: str, secret: str, token: str | None = None) -> None:
        self.port = port
        self.account = account
        iam = calls.client("iam", port, key, secret, token)
        iam.create_user(UserName="bench")
        made = iam.create_access_key(UserName="bench")["AccessKey"]
        self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        iam.create_role(
            RoleName=ROLE, AssumeRolePolicyDocument=_allow("sts:AssumeRole", Principal={"AWS": account})
        )
        iam.put_user_policy(
            UserName="bench", PolicyName="all", PolicyDocument=_allow(["sts:*", "s3:*"], Resource="*")
        )
        s3 = calls.client("s3", port, key, secret, token)
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
