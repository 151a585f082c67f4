"""The programs of the tour: each is plain boto3 in a process of its own, with a home and an environment.

A program reads an object when it is told to, and says what it was answered. It has no configuration but
where its SDK finds credentials; its client keeps them as any SDK does.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from watchword.cli.tour.stage import REGION
from watchword.cli.tour.story import Told

SOURCE = """
import json, sys
import boto3
from botocore.exceptions import BotoCoreError, ClientError

client = None
for line in sys.stdin:
    bucket, key = line.split()
    try:
        client = client or boto3.client("s3")
        answer = client.get_object(Bucket=bucket, Key=key)
        said = ["", "", answer["ResponseMetadata"]["RequestId"]]
    except ClientError as refused:
        error = refused.response["Error"]
        said = [error["Code"], error["Message"], refused.response["ResponseMetadata"]["RequestId"]]
    except BotoCoreError as failed:
        said = [type(failed).__name__, str(failed), ""]
    print(json.dumps(said), flush=True)
"""
PATIENT = {"AWS_METADATA_SERVICE_TIMEOUT": "20", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"}
"""A machine that is busy isn't a matter of the tour."""


class Running(NamedTuple):
    """A process, what it is told, and what it answers."""

    pid: int
    told: TextIO
    answers: TextIO


@dataclass(frozen=True)
class Program:
    """One that runs."""

    process: Running

    def read(self, bucket: str, key: str) -> Told:
        """What it was answered when it read that object."""
        self.process.told.write(f"{bucket} {key}\n")
        self.process.told.flush()
        return Told(*json.loads(self.process.answers.readline()))


def environment(home: Path, endpoint: str, given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's own environment: what is in there would be found by SDKs."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **given,
    }


@contextmanager
def running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """A process that ends with the block. What it logs goes to a file."""
    (its_input, told), (answers, its_output) = os.pipe(), os.pipe()
    with (
        os.fdopen(told, "w") as telling,
        os.fdopen(answers) as hearing,
        log.open("w") as logged,
        _started(command, environment, its_input, its_output, logged) as process,
    ):
        try:
            yield Running(process.pid, telling, hearing)
        finally:
            process.terminate()


def _started(
    command: list[str], environment: Mapping[str, str], reads: int, writes: int, log: TextIO
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, env=environment, stdin=reads, stdout=writes, stderr=log)  # noqa: S603 our own
    finally:
        os.close(reads)
        os.close(writes)


@contextmanager
def program(home: Path, endpoint: str, given: Mapping[str, str]) -> Iterator[Program]:
    """A program with that home, and these variables of its environment."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", SOURCE]
    with running(command, environment(home, endpoint, given), home / "log") as process:
        yield Program(process)
