"""When keys and roles were last used, as IAM tells it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from msgspec import structs
from sqlalchemy import select

from watchword.access import Caller, RequestContext
from watchword.access.last_use import SPAN, note_use
from watchword.app import open_world
from watchword.installation.settings import Settings
from watchword.names import HttpRequest
from watchword.names.principal import Root, User
from watchword.names.would_block import WouldBlock
from watchword.store import Cache
from watchword.store.iam.accesses import ACCESSES, Access
from watchword.testing import Server

TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
ALLOW = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
Make = Callable[..., Any]


def policy(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def ann(watchword: Server) -> tuple[str, Make]:
    """A user's access key, and what makes a client that uses it."""
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="sts", PolicyDocument=policy(ALLOW))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def make(service: str, **given: str) -> Any:
        return boto3.client(service, **{**watchword.client_arguments, **own, **given})

    return key["AccessKeyId"], make


def last(watchword: Server, key_id: str) -> dict[str, Any]:
    iam = boto3.client("iam", **watchword.client_arguments)
    found: dict[str, Any] = iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
    return found


def test_the_first_use_in_a_quarter_of_an_hour(watchword: Server, ann: tuple[str, Make]) -> None:
    key_id, make = ann
    assert last(watchword, key_id) == {"ServiceName": "N/A", "Region": "N/A"}
    make("sts", region_name="eu-west-1").get_caller_identity()
    used = last(watchword, key_id)
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-west-1")
    assert abs(used["LastUsedDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ClientError):
        make("s3").list_buckets()
    assert last(watchword, key_id) == used
    watchword.advance(15 * 60)
    with pytest.raises(ClientError):
        make("s3").list_buckets()
    assert last(watchword, key_id)["ServiceName"] == "s3"


def test_a_few_keys_are_remembered(tmp_path: Path) -> None:
    """Those that are gone would stay for good. Who is forgotten is written down once more, to no effect.

    A use takes two places: one for the key, one for its call.
    """
    world = replace(open_world(Settings(tmp_path)), last_uses=Cache(4))
    keys = [f"AKIA{number}" for number in range(4)]
    for key in (*keys, keys[0]):
        now, caller = world.clock.now(), Caller(Root("1" * 12), key)
        note_use(RequestContext(world, caller, HttpRequest("POST"), "us-east-1", now), "sts", "X")
        assert world.last_uses.get(key) == now + SPAN
    assert [world.last_uses.get(key) is None for key in keys] == [False, True, True, False]
    world.close()


def test_of_a_role(watchword: Server, ann: tuple[str, Make]) -> None:
    iam, (key_id, make) = boto3.client("iam", **watchword.client_arguments), ann
    arn = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    session = make("sts").assume_role(RoleArn=arn, RoleSessionName="morning")["Credentials"]
    assert iam.get_role(RoleName="worker")["Role"]["RoleLastUsed"] == {}
    before = last(watchword, key_id)
    make(
        "sts",
        region_name="eu-west-1",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    ).get_caller_identity()
    used = iam.get_role(RoleName="worker")["Role"]["RoleLastUsed"]
    assert used["Region"] == "eu-west-1"
    assert abs(used["LastUsedDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert last(watchword, key_id) == before


def test_a_wrong_signature_is_no_use(watchword: Server, ann: tuple[str, Make]) -> None:
    key_id, make = ann
    with pytest.raises(ClientError):
        make("sts", aws_secret_access_key="another").get_caller_identity()
    assert "LastUsedDate" not in last(watchword, key_id)


def test_an_emptied_server_remembers_none(watchword: Server) -> None:
    sts = boto3.client("sts", **watchword.client_arguments)
    sts.get_caller_identity()
    assert "LastUsedDate" in last(watchword, watchword.access_key_id)
    watchword.reset()
    sts.get_caller_identity()
    assert "LastUsedDate" in last(watchword, watchword.access_key_id)


def test_what_a_user_called(tmp_path: Path) -> None:
    """A user's keys and sessions count as one; a call is written once in four hours."""
    world = open_world(Settings(tmp_path))
    ann, keys = User("1" * 12, "ann", "AIDA1"), ("AKIA1", "AKIA2")

    def call(key: str, operation: str, later: timedelta) -> list[tuple[str, timedelta]]:
        now = start + later
        context = RequestContext(world, Caller(ann, key), HttpRequest("POST"), "us-east-1", now)
        note_use(context, "s3", operation)
        with world.database.read() as tx:
            found = tx.all(Access, select(ACCESSES).order_by(ACCESSES.c.operation))
        return [(each.operation, each.at - start) for each in found]

    start, zero, later = world.clock.now(), timedelta(0), timedelta(hours=3)
    assert call(keys[0], "ListBuckets", zero) == [("ListBuckets", zero)]
    assert call(keys[0], "", zero) == [("", zero), ("ListBuckets", zero)]
    assert call(keys[1], "ListBuckets", later) == [("", zero), ("ListBuckets", zero)]
    later += timedelta(hours=1)
    assert call(keys[1], "ListBuckets", later) == [("", zero), ("ListBuckets", later)]
    world.close()


def test_few_requests_write(tmp_path: Path) -> None:
    """Those that note the key's use, and the first call of each operation in four hours."""
    world = open_world(Settings(tmp_path))
    at_once = replace(world, facts=world.facts.cached_only())
    written: list[datetime] = []
    ann, start = Caller(User("1" * 12, "ann", "AIDA1"), "AKIA1"), world.clock.now()
    for minute in range(4 * 60):
        now = start + timedelta(minutes=minute)
        context = RequestContext(world, ann, HttpRequest("POST"), "us-east-1", now)
        for operation in ("ListBuckets", "GetBucketPolicy"):
            try:
                note_use(structs.replace(context, world=at_once), "s3", operation)
            except WouldBlock:
                written.append(now)
                note_use(context, "s3", operation)
    assert len(written) == 1 + 4 * 4
    assert written[:2] == [start, start]
    world.close()
