"""Many entities: whether an account of a million roles is as fast as one of a hundred, and durable changes.

The roles are put into the store directly, since making them one by one would take an hour. What is asked for
is spread over all of them. `BENCH_ROLES` says how many the large account has.
"""

import base64
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Table

import calls
import load
import servers
from rows import Row
from watchword.installation.administrator import first_account
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS

FEW, MANY = 100, int(os.environ.get("BENCH_ROLES", "1000000"))
USERS_IN_REPORT = 10_000
BATCH = 10_000
SPREAD = 256
"""Different roles that one round asks for."""
CLIENTS = 16
NEW_ROLES = 1500
"""Requests that are signed for a round of CreateRole."""
SECONDS = 1.0


def rows(stack: ExitStack) -> Iterator[Row]:
    """Fills two accounts, serves them, and gives what is measured on them."""
    few = stack.enter_context(_account(FEW))
    many = stack.enter_context(_account(MANY))
    little, much = f"AssumeRole, {FEW} roles", f"AssumeRole, {MANY:,} roles"
    yield Row(little, partial(_assume, few, FEW))
    yield Row(much, partial(_assume, many, MANY), little, ">= 0.83")
    yield Row("ListRoles, first page of many", partial(_list, many, 0))
    yield Row(
        "ListRoles, last page of many", partial(_list, many, MANY - 100), "ListRoles, first page of many"
    )
    numbers = count()
    yield Row("fdatasync of 4 KiB", partial(_fdatasync, many.data))
    yield Row(f"CreateRole, {CLIENTS} clients", partial(_create, few, numbers), "fdatasync of 4 KiB", ">= 2")
    beside = stack.enter_context(_account(FEW, stack.enter_context(servers.postgresql())))
    created = f"CreateRole, {CLIENTS} clients, PostgreSQL"
    yield Row(created, partial(_create, beside, numbers), "fdatasync of 4 KiB", ">= 2")
    report = partial(_report, few)
    yield Row(f"credential report of {USERS_IN_REPORT:,} users", report, note="<= 5000", unit="ms")


class Account:
    """A server on data that was prepared, and its administrator's session."""

    def __init__(self, port: int, keys: servers.Keys, data: Path) -> None:
        self.port, self.keys, self.data = port, keys, data

    def client(self, service: str) -> Any:
        key, secret, token = (self.keys[each] for each in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        return calls.client(service, self.port, key, secret, token)


def _account(roles: int, database: str = "") -> Any:
    options = ("--database", database) if database else ()
    return servers.prepared(partial(_fill, roles, database), Account, *options)


def _fill(roles: int, database: str, data: Path) -> None:
    installation = open_installation(Settings(data, database))
    account = first_account(installation)
    trust = _allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{account}:root"})
    common = {"account": account, "partition": "aws", "path": "/", "created": datetime.now(UTC)}
    role = {**common, "description": "", "trust": trust, "max_session": 3600}
    for table, prefix, fields, number in (
        (ROLES, "AROA", role, roles),
        (USERS, "AIDA", common, USERS_IN_REPORT),
    ):
        _insert(installation.database, table, ({**fields, **_named(prefix, each)} for each in range(number)))
    installation.close()


def _insert(database: Any, table: Table, found: Iterator[dict[str, object]]) -> None:
    while some := list(islice(found, BATCH)):
        with database.write(datetime.now(UTC)) as tx:
            tx.run_many(table.insert(), some)


def _named(prefix: str, number: int) -> dict[str, str]:
    return {"id": f"{prefix}{number:017}", "name": _name(number), "folded": _name(number)}


def _name(number: int) -> str:
    return f"bench-{number:09}"


def _assume(account: Account, roles: int) -> float:
    drawn, sts = Random(roles), account.client("sts")
    wanted = (drawn.randrange(roles) for _ in range(SPREAD))
    arn = f"arn:aws:iam::{account.keys['AccountId']}:role/"
    given = ({"RoleArn": arn + _name(each), "RoleSessionName": f"session-{each}"} for each in wanted)
    return _rate(account, [calls.signed(sts, "assume_role", each) for each in given])


def _list(account: Account, after: int) -> float:
    iam = account.client("iam")
    marker = base64.b64encode(_name(after - 1).encode(), b"-_").decode()
    given = {"Marker": marker} if after else {}
    return _rate(account, [calls.signed(iam, "list_roles", given) for _ in range(calls.MANY)])


def _create(account: Account, numbers: Iterator[int]) -> float:
    iam, trust = account.client("iam"), _allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
    new = [f"new-{each}" for each in islice(numbers, NEW_ROLES)]
    asked = [calls.signed(iam, "create_role", _role(name, trust)) for name in new]
    return load.answered_once(account.port, asked, connections=CLIENTS)


def _role(name: str, trust: str) -> dict[str, str]:
    return {"RoleName": name, "AssumeRolePolicyDocument": trust}


def _fdatasync(place: Path) -> float:
    """How often the disk takes one page for good."""
    file = place / "bench-sync"
    with file.open("wb", buffering=0) as target:
        began, times = time.perf_counter(), 0
        while time.perf_counter() - began < SECONDS:
            target.write(b"x" * 4096)
            os.fdatasync(target.fileno())
            times += 1
        rate = times / (time.perf_counter() - began)
    file.unlink()
    return rate


def _report(account: Account) -> float:
    iam = account.client("iam")
    began = time.perf_counter()
    while iam.generate_credential_report()["State"] != "COMPLETE":
        time.sleep(0.01)
    assert iam.get_credential_report()["Content"].count(b"\n") >= USERS_IN_REPORT
    return 1000 * (time.perf_counter() - began)


def _rate(account: Account, requests: list[bytes]) -> float:
    return load.requests_per_second(account.port, requests, seconds=SECONDS)


def _allow(action: str, **rest: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})


if __name__ == "__main__":
    from rows import print_medians

    with ExitStack() as stack:
        print_medians(list(rows(stack)), 3)
