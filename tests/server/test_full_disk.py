"""A disk that fills up, a real one: a small tmpfs. Identity stays up, and nothing acknowledged is lost.

Where nothing may be mounted these tests are skipped; tests/store/test_audit_files.py has the same with a disk
that is made up.
"""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.server.harness import (
    Keys,
    Running,
    client,
    code_of,
    credentials,
    eventually,
    journal,
    serve,
    watchword,
)

from watchword.access.room import FULL

SIZE = 24 << 20
RESERVE = ("--audit-reserve", "1")
MIB = 1 << 20


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    place.mkdir()
    with subprocess.Popen(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], stderr=subprocess.PIPE
    ) as mount:
        _, why = mount.communicate()
    if mount.returncode:
        pytest.skip(f"nothing may be mounted here: {why.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with mounted(tmp_path / "disk") as place:
            yield place
    except FileNotFoundError:
        pytest.skip("there is no mount command here")


class Place:
    """A server on that disk, with a bucket, an object and a role."""

    def __init__(self, server: Running, disk: Path, keys: Keys | None = None) -> None:
        self.server, self.disk, self.data = server, disk, server.data
        self.keys = keys or credentials(server.data)
        self.sts, self.iam, self.s3 = (
            client(name, server.endpoint, self.keys) for name in ("sts", "iam", "s3")
        )
        self.answered: list[str] = []
        for made in (self.sts, self.iam, self.s3):
            made.meta.events.register("after-call", self._note)

    def make(self) -> None:
        self.s3.create_bucket(Bucket="bucket")
        self.s3.put_object(Bucket="bucket", Key="small", Body=b"small")
        account = self.sts.get_caller_identity()["Account"]
        trust = {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"},
        }
        role = self.iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(trust))
        self.role = role["Role"]["Arn"]
        self.iam.create_user(UserName="ann")

    @property
    def going_on(self) -> dict[str, Callable[[], object]]:
        """What a full disk doesn't stop."""
        return {
            "AssumeRole": lambda: self.sts.assume_role(RoleArn=self.role, RoleSessionName="session"),
            "GetCallerIdentity": self.sts.get_caller_identity,
            "ListUsers": self.iam.list_users,
            "GetObject": lambda: self.s3.get_object(Bucket="bucket", Key="small"),
            "GetUser": lambda: self.iam.get_user(UserName="ann"),
        }

    @property
    def stopped(self) -> dict[str, Callable[[], object]]:
        """What it stops."""
        return {
            "CreateUser": lambda: self.iam.create_user(UserName="late"),
            "CreateBucket": lambda: self.s3.create_bucket(Bucket="late"),
            "PutObject": lambda: self.s3.put_object(Bucket="bucket", Key="late", Body=b"late"),
            "large PutObject": lambda: self.s3.put_object(Bucket="bucket", Key="late", Body=bytes(3 * MIB)),
            "CopyObject": lambda: self.s3.copy_object(Bucket="bucket", Key="late", CopySource="bucket/small"),
        }

    def fill(self, left: int = 0) -> None:
        """Another program takes all of the disk but that many bytes."""
        with (self.disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        size = (self.disk / "filler").stat().st_size
        with (self.disk / "filler").open("r+b") as filler:
            filler.truncate(max(0, size - left))

    def clear(self) -> None:
        """There is room again; what was refused is tried once a second."""
        (self.disk / "filler").unlink()
        assert eventually(lambda: not code_of(self.iam.create_user, UserName="again"))

    def health(self) -> tuple[int, dict[str, str]]:
        try:
            with urllib.request.urlopen(f"{self.server.endpoint}/_watchword/health") as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def all_recorded(self) -> None:
        """Everything that was answered is in the journal or in the database."""
        kept = {event["requestID"] for event in journal(self.data)}
        found = watchword("audit", "check", "--data", str(self.data))
        assert found.exit_code == 0, found.output
        missing = [request for request in self.answered if request not in kept]
        for request in missing:
            assert watchword("explain", request, "--data", str(self.data)).exit_code == 0

    def _note(self, parsed: dict[str, Any], **_: object) -> None:
        metadata = parsed["ResponseMetadata"]
        if metadata["HTTPStatusCode"] < 500:
            headers = metadata["HTTPHeaders"]
            self.answered.append(headers.get("x-amzn-requestid") or headers["x-amz-request-id"])


def refusal(call: Callable[[], object]) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error, metadata = refused.value.response["Error"], refused.value.response["ResponseMetadata"]
    return error["Code"], metadata["HTTPStatusCode"], error["Message"]


@pytest.fixture
def place(disk: Path) -> Iterator[Place]:
    with serve(disk / "data", *RESERVE) as server:
        place = Place(server, disk)
        place.make()
        yield place


def test_a_disk_that_is_nearly_full_stops_changes_in_words_and_nothing_else(place: Place) -> None:
    assert place.health() == (200, {"status": "ready"})
    place.fill(left=MIB // 2)
    assert place.health() == (200, {"status": "ready", "warning": FULL})
    for call in place.stopped.values():
        assert refusal(call) == ("ServiceUnavailable", 503, FULL)
    for call in place.going_on.values():
        call()
    place.s3.delete_object(Bucket="bucket", Key="none")  # what makes room
    assert credentials(place.data)["AccessKeyId"]
    assert not list(place.data.glob("incoming-*"))
    place.all_recorded()
    assert '"event": "disk nearly full"' in place.server.said
    place.clear()
    place.stopped["large PutObject"]()


def test_a_full_disk_does_not_take_identity_down(place: Place) -> None:
    place.fill()
    for call in place.stopped.values():
        assert refusal(call) == ("ServiceUnavailable", 503, FULL)
    for call in place.going_on.values():
        call()
    assert place.health() == (200, {"status": "ready", "warning": FULL})
    place.all_recorded()
    assert '"event": "audit reserve in use"' in place.server.said
    place.clear()
    assert place.health() == (200, {"status": "ready"})
    assert '"event": "audit reserve no longer in use"' in place.server.said
    for call in (*place.going_on.values(), *place.stopped.values()):
        call()
    place.all_recorded()


def test_when_the_reserve_is_used_up_nothing_is_answered_and_nothing_lost(place: Place) -> None:
    place.fill()
    lasted = 0
    while not code_of(place.sts.get_caller_identity):
        lasted += 1
    assert lasted > 500
    for call in place.going_on.values():
        assert code_of(call) in {"ServiceUnavailable", ""}
    assert place.health()[0] == 503
    place.all_recorded()
    place.clear()
    assert place.health() == (200, {"status": "ready"})
    for call in place.going_on.values():
        call()
    place.all_recorded()


def test_each_process_has_its_own_reserve(disk: Path) -> None:
    with serve(disk / "data", *RESERVE, "--workers", "2") as server:
        place = Place(server, disk)
        assert eventually(lambda: len(list((place.data / "audit").glob("reserve-*"))) == 2)
        place.make()
        keys = credentials(place.data)
        place.fill()

        def both_used() -> bool:
            client("sts", server.endpoint, keys).get_caller_identity()  # a new connection, to either worker
            return len(list((place.data / "audit").glob("reserve-*.jsonl"))) == 2

        assert eventually(both_used)
        place.all_recorded()


def test_a_server_that_is_killed_on_a_full_disk_comes_up_there_again(disk: Path) -> None:
    with serve(disk / "data", *RESERVE) as server:
        place = Place(server, disk)
        place.make()
        place.fill()
        for call in place.going_on.values():
            call()
        server.stop(signal.SIGKILL)
    answered = place.answered
    with serve(disk / "data", *RESERVE) as server:
        again = Place(server, disk, place.keys)
        again.role, again.answered = place.role, answered
        for call in again.going_on.values():
            call()
        again.all_recorded()


def test_an_operator_is_told_when_the_database_takes_nothing_more(place: Place) -> None:
    """What can't be recorded isn't handed out. They can free the disk, for they are on the host."""
    for kept in (place.data / "sessions").iterdir():
        kept.unlink()
    place.fill()
    refused = watchword("credentials", "--data", str(place.data))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "watchword: database: database or disk is full\n"


def test_nothing_is_left_of_a_reserve_that_was_not_needed(disk: Path) -> None:
    with serve(disk / "data", *RESERVE) as server:
        place = Place(server, disk)
        place.make()
        assert [file.stat().st_size for file in (place.data / "audit").glob("*.spare")] == [MIB]
        server.stop()
    assert [file.suffix for file in (place.data / "audit").iterdir()] == [".jsonl"]


def test_it_stops_uploads_that_came_together(place: Place) -> None:
    """More than the disk takes was admitted: they fail in words, and leave nothing."""
    place.fill(left=4 * MIB)

    def put(client: BaseClient, number: int) -> str:
        return code_of(client.put_object, Bucket="bucket", Key=f"large-{number}", Body=bytes(900_000))

    assert {put(place.s3, number) for number in range(8)} <= {"", "ServiceUnavailable"}
    for call in place.going_on.values():
        call()
    place.all_recorded()
