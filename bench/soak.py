"""Runs a server for a long time under ever new sessions, and checks every verdict and the memory it takes.

    python bench/soak.py [--seconds 3600] [--rate 500] [--memory 200]

Some clients each have a role. In turn, each
1. assumes it: with a new session name, now and then with tags, or with a session policy;
2. asks by that session who it is, for an object that the role may read, and for one that it may not read;
3. now and then changes what the role may read: the very next answer must follow;
4. sends what must be refused: a wrong secret, a changed token, no signature at all.

Exit code 1 when one verdict is wrong, or when the server ever took more memory than it may.
"""

import argparse
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

CLIENTS = 4
BUCKET, OBJECTS = "soak", ("a", "b")
FORM = ("content-type", "application/x-www-form-urlencoded")
MOST_TOLD = 10
TOLD_SECONDS = 60
Answer = tuple[int, str]


@dataclass
class Verdicts:
    """What was asked and answered so far, by all clients."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, status: int, answer: Answer, holds: str = "") -> None:
        """Counts the answer: it must have that status and hold that text."""
        if answer[0] == status and holds in answer[1]:
            self.right[what] += 1
        else:
            self.wrong.append(f"{what}: expected {status} {holds!r}, had {answer[0]} {answer[1][:300]!r}")


class Client:
    """A role, and who assumes it over one connection."""

    def __init__(self, server: Server, user: Credentials, number: int, verdicts: Verdicts) -> None:
        self._user, self.verdicts = user, verdicts
        self._host = urlsplit(server.endpoint).netloc
        self._connection = HTTPConnection(self._host)
        self._random = random.Random(number)
        self._iam = boto3.client("iam", **server.client_arguments)
        self._role = f"soak-{number}"
        assuming = {"Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": server.account}}
        trust = document(assuming)
        self._arn = self._iam.create_role(RoleName=self._role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        self._allow(OBJECTS)

    def turn(self, wait: Callable[[], object]) -> None:
        """The life of one session; `wait` is called before each request."""
        wait()
        session, forbidden = self._assume()
        wait()
        who = self._post(session, "GetCallerIdentity")
        self.verdicts.expect("who", 200, who, f":assumed-role/{self._role}/")
        if self._random.random() < 0.05:
            self._allow(self._random.choice([OBJECTS, OBJECTS[:1], OBJECTS[1:], ()]))
        for key in OBJECTS:
            wait()
            status = 200 if key in self._may and key != forbidden else 403
            self.verdicts.expect(f"read {status}", status, self._get(session, key))
        for what, credentials, status in self._wrong(session):
            wait()
            self.verdicts.expect(what, status, self._get(credentials, "a"))

    def _assume(self) -> tuple[Credentials, str]:
        """A new session; and which object its session policy forbids, if it has one."""
        given, forbidden = {"RoleArn": self._arn, "RoleSessionName": f"s-{self._random.getrandbits(50)}"}, ""
        if self._random.random() < 0.3:
            forbidden = self._random.choice(OBJECTS)
            more = [self._random.randbytes(20).hex() for _ in range(self._random.randrange(15))]
            resources = [f"arn:aws:s3:::{BUCKET}/{each}" for each in (forbidden, *more)]
            deny = {"Effect": "Deny", "Action": "s3:*", "Resource": resources}
            given["Policy"] = document({"Action": "*", "Resource": "*"}, deny)
        for place in range(1, self._random.choice([0, 0, 0, 8]) + 1):
            given[f"Tags.member.{place}.Key"] = f"tag-{place}"
            given[f"Tags.member.{place}.Value"] = self._random.randbytes(4).hex()
        answer = self._post(self._user, "AssumeRole", **given)
        self.verdicts.expect("assume", 200, answer, "<SessionToken>")
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return Credentials(*(answer[1].split(f"<{name}>")[-1].split("<")[0] for name in names)), forbidden

    def _wrong(self, session: Credentials) -> list[tuple[str, Credentials | None, int]]:
        token = session.token or ""
        place = self._random.randrange(len(token) - 4)
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        return [
            ("wrong secret", Credentials(session.access_key_id, "x" * 40, token), 403),
            ("changed token", Credentials(session.access_key_id, session.secret, changed), 400),
            ("no signature", None, 403),
        ]

    def _allow(self, keys: tuple[str, ...]) -> None:
        self._may = keys
        resources = [f"arn:aws:s3:::{BUCKET}/{key}" for key in keys] or "arn:aws:s3:::none"
        policy = document({"Action": "s3:GetObject", "Resource": resources})
        self._iam.put_role_policy(RoleName=self._role, PolicyName="may", PolicyDocument=policy)

    def _post(self, credentials: Credentials, action: str, **given: str) -> Answer:
        body = urlencode({"Action": action, "Version": "2011-06-15", **given}).encode()
        request = HttpRequest("POST", headers=(("host", self._host), FORM), body=Body(body))
        return self._send(_signed(request, credentials, "sts"))

    def _get(self, credentials: Credentials | None, key: str) -> Answer:
        request = HttpRequest("GET", f"/{BUCKET}/{key}", headers=(("host", self._host),))
        return self._send(_signed(request, credentials, "s3") if credentials else request)

    def _send(self, request: HttpRequest) -> Answer:
        self._connection.request(request.method, request.path, request.body.data, dict(request.headers))
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()


def document(*statements: dict[str, Any]) -> str:
    """A policy of these statements, which allow unless they say otherwise."""
    allowing = [{"Effect": "Allow"} | each for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowing}, separators=(",", ":"))


def memory(pid: int) -> tuple[float, float]:
    """What a process takes now, and the most that it ever took, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status))
    return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024


def soak(server: Server, seconds: float, rate: float) -> Verdicts:
    """Asks about so many times a second, by all clients together."""
    verdicts, user = Verdicts(), _prepare(server)
    clients = [Client(server, user, number, verdicts) for number in range(CLIENTS)]
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=_run, args=(each, end, rate / CLIENTS)) for each in clients]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        time.sleep(min(TOLD_SECONDS, max(0.0, end - time.monotonic())))
        now, most = memory(server.process.pid)
        asked = verdicts.right.total()
        print(f"{asked:,} right, {len(verdicts.wrong)} wrong, {now:.0f} MiB, at most {most:.0f}", flush=True)
    for thread in threads:
        thread.join()
    return verdicts


def _run(client: Client, end: float, rate: float) -> None:
    due = time.monotonic()

    def wait() -> None:
        nonlocal due
        due = max(due + 1 / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))

    while time.monotonic() < end:
        try:
            client.turn(wait)
        except Exception as broken:  # noqa: BLE001 whatever it is, it is not what was expected
            client.verdicts.wrong.append(f"a turn ended in {broken!r}")


def _prepare(server: Server) -> Credentials:
    """Two objects, and a user who may assume any role."""
    s3 = boto3.client("s3", **server.client_arguments)
    s3.create_bucket(Bucket=BUCKET)
    for key in OBJECTS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    iam = boto3.client("iam", **server.client_arguments)
    iam.create_user(UserName="soak")
    allowed = document({"Action": "sts:*", "Resource": "*"})
    iam.put_user_policy(UserName="soak", PolicyName="assume", PolicyDocument=allowed)
    key = iam.create_access_key(UserName="soak")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _signed(request: HttpRequest, credentials: Credentials, service: str) -> HttpRequest:
    return sign(request, credentials, service=service, region="us-east-1", now=datetime.now(UTC))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--memory", type=int, default=200, help="MiB that the server may take")
    given = parser.parse_args()
    with Server.start("--memory", str(given.memory), "--log", "errors") as server:
        verdicts = soak(server, given.seconds, given.rate)
        _, most = memory(server.process.pid)
    for what, count in sorted(verdicts.right.items()):
        print(f"{count:>10,} {what}")
    for wrong in verdicts.wrong[:MOST_TOLD]:
        print(wrong, file=sys.stderr)
    if most > given.memory:
        print(f"took {most:.0f} MiB, more than {given.memory}", file=sys.stderr)
    return int(bool(verdicts.wrong) or most > given.memory)


if __name__ == "__main__":
    sys.exit(main())
