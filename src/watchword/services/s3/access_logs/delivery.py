"""Access logs: a line for each request to a bucket that wants one, and their delivery.

1. After the answer is made, its line is appended to a file (`store.access_lines`). Where that fails, the
   answer goes out all the same, and the server's log says later how many lines are lost.
2. Every few minutes a job puts the lines into objects of the target, by a PutObject as the principal
   logging.s3.amazonaws.com for the bucket. It is decided and recorded like any other, so the target's policy
   must allow it; and the target must still be of the same account. After a crash lines can come twice, as at
   S3.
3. What can't be delivered waits for LONGEST_WAIT, while no more than MOST bytes wait. What is dropped then is
   counted in the server's log.

Requests that aren't understood, or prove nobody, have no line: the audit journal has them. Nor have the puts
of 2.
Source: Amazon S3 User Guide, "Logging requests with server access logging", "Best-effort server log
delivery".
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from watchword.access import Caller, RequestLog
from watchword.access.request_context import Via
from watchword.facts.buckets import BUCKET
from watchword.names import AwsError, Body, HttpResponse
from watchword.names.principal import Service
from watchword.names.would_block import WouldBlock
from watchword.services.jobs import Job
from watchword.services.s3.access_logs.configuration import Logging
from watchword.services.s3.access_logs.line import line
from watchword.services.s3.notifications.notifying import bucket_arn
from watchword.store import access_lines
from watchword.store.access_lines import Closed, Entry
from watchword.store.s3.buckets import Bucket
from watchword.world import World

PRINCIPAL = "logging.s3.amazonaws.com"
LONGEST_WAIT = timedelta(days=1)
FOLDER = "access-lines"

log = logging.getLogger(__name__)


class Destination(Struct, frozen=True):
    """Where a line goes: the configuration of its bucket when it was written, and that bucket."""

    to: Logging
    bucket: str
    arn: str
    account: str
    region: str
    day: str


def note(world: World, entry: RequestLog, response: HttpResponse) -> None:
    """Rule 1. Raises nothing."""
    name = entry.input.get("Bucket")
    if not name or entry.operation is None or entry.operation.service.name != "s3":
        return
    try:
        fact = world.facts.get(BUCKET, name)
        to = Logging.of(fact.settings) if fact else None
        if fact and to:
            where = _destination(fact.bucket, to, entry.now)
            text = line(fact.bucket, entry, response, world.clock.now())
            world.access_lines.append(_folder(world), Entry(where, text))
    except WouldBlock:  # what the bucket was told to be was evicted since the decision
        world.access_lines.lose()


def deliver(world: World) -> int:
    """Rules 2 and 3. Returns for how many objects there were lines."""
    if lost := world.access_lines.lost():
        log.error("lines of access logs are lost", extra={"lines": lost})
    return sum(_deliver(world, closed) for closed in world.access_lines.closed(_folder(world)))


def _deliver(world: World, closed: Closed) -> int:
    groups: dict[str, list[Entry]] = {}
    for entry in closed.entries:
        groups.setdefault(entry.to, []).append(entry)
    left: list[Entry] = []
    for to, entries in groups.items():
        if not _put(world, msgspec.json.decode(to, type=Destination), entries):
            left += entries
    crowded = access_lines.waiting(_folder(world)) > access_lines.MOST
    if left and (crowded or closed.age(world.clock.wall().timestamp()) > LONGEST_WAIT.total_seconds()):
        log.error("lines of access logs are dropped", extra={"lines": len(left)})
        left = []
    closed.keep(left)
    return len(groups)


def _put(world: World, where: Destination, entries: Sequence[Entry]) -> bool:
    """Whether an object was put."""
    body = Body("".join(f"{each.text}\n" for each in entries).encode())
    to = {"Bucket": where.to.target_bucket, "ExpectedBucketOwner": where.account}
    given = {**to, "Key": _key(world, where), "Body": body, "ContentType": "text/plain"}
    via = Via(source_arn=where.arn, source_account=where.account, invoked_by=PRINCIPAL)
    try:
        caller = Caller(Service(PRINCIPAL))
        world.inside(world, caller, ("s3", "PutObject"), given, via=via, region=where.region)
    except AwsError as refused:
        said = {"bucket": where.bucket, "target": where.to.target_bucket, "reason": str(refused)}
        log.warning("an access log can't be delivered", extra=said)
        return False
    return True


def _key(world: World, where: Destination) -> str:
    now = world.clock.wall()
    partitioned = where.to.target_object_key_format.partitioned_prefix
    folders = ""
    if partitioned:
        of_events = partitioned.partition_date_source == "EventTime"
        day = where.day if of_events else f"{now:%Y/%m/%d}"
        folders = f"{where.account}/{where.region}/{where.bucket}/{day}/"
    unique = world.randomness(8).hex().upper()
    return f"{where.to.target_prefix}{folders}{now:%Y-%m-%d-%H-%M-%S}-{unique}"


def _destination(bucket: Bucket, to: Logging, now: datetime) -> str:
    where = Destination(to, bucket.name, bucket_arn(bucket), bucket.account, bucket.region, f"{now:%Y/%m/%d}")
    return msgspec.json.encode(where).decode()


def _folder(world: World) -> Path:
    return world.settings.data / FOLDER


DELIVER = Job("deliver access logs", timedelta(minutes=5), deliver)
