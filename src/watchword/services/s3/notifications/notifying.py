"""Telling functions of what happened in a bucket.

1. The change that creates or deletes an object writes down which functions will hear of it. What is
   answered isn't forgotten, and what isn't done isn't told.
2. After the change has committed, the function gets it as an event of its own queue, by an Invoke as the
   principal s3.amazonaws.com, which is decided and recorded like any other.
3. A function that isn't there, or that S3 may not run, isn't told: the notification is dropped. Where its
   queue is full or functions are off, it waits, for LONGEST_WAIT at most.
4. A killed server leaves notifications behind; a job hands them over. So each is told at least once.
5. At most MOST_WAITING notifications wait for an account; more changes that would make one are refused.

Source: Amazon S3 User Guide, "Amazon S3 Event Notifications", "Event message structure" and "Event ordering
and duplicate events".
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.facts.buckets import BucketFact
from watchword.names import AwsError
from watchword.names.ids import new_request_id
from watchword.names.principal import Service
from watchword.services.changes import Change
from watchword.services.jobs import Job
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.limits import canonical_id
from watchword.services.s3.notifications.rules import Rule, rules_of
from watchword.store.s3 import notifications
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.notifications import Notification
from watchword.store.s3.objects import UNVERSIONED, Object
from watchword.wire.answers import host_id
from watchword.world import World

PRINCIPAL = "s3.amazonaws.com"
MOST_WAITING = 10_000
LONGEST_WAIT = timedelta(days=1)
_AT_ONCE = 500
_REMOVALS = ("LifecycleExpiration", "ObjectRemoved")
_RETRIED = frozenset({429, 500, 501, 503})
"""Statuses of refusals that can be otherwise later: rule 3."""

log = logging.getLogger(__name__)


class Happened(NamedTuple):
    """An event, such as ObjectCreated:Put: of which object, who did it, and from where."""

    event: str
    key: str
    row: Object | None
    by: str
    source: str
    request_id: str


def notify(call: Call, fact: BucketFact, event: str, key: str, row: Object | None = None) -> None:
    """Writes down, in the call's change, which targets get an event: rule 1."""
    caller = call.caller.principal.userid
    by = caller if call.caller.anonymous else f"AWS:{caller}"
    source = call.request.peer or call.context.via.service
    happened = Happened(event, key, row, by, source, call.context.request_id)
    write_down(call.world, call.change, fact, happened)


def notify_of_rule(world: World, change: Change, fact: BucketFact, event: str, row: Object) -> None:
    """The same of what a lifecycle rule did."""
    request_id = new_request_id(world.randomness)
    happened = Happened(event, row.key.decode(), row, PRINCIPAL, PRINCIPAL, request_id)
    write_down(world, change, fact, happened)


def write_down(world: World, change: Change, fact: BucketFact, happened: Happened) -> None:
    """A notification for each rule that tells of it. Raises SlowDown: rule 5."""
    for rule in rules_of(fact.settings):
        if rule.tells(happened.event, happened.key):
            record = _record(fact.bucket, rule, happened, change.now)
            _keep(world, change, fact.bucket, rule, record)


def ask(world: World, function: str, bucket: str, account: str, given: Mapping[str, Any]) -> None:
    """An Invoke of a function, as S3 and for a bucket. Raises AwsError."""
    via = Via(source_arn=bucket, source_account=account, invoked_by=PRINCIPAL)
    named = {"FunctionName": function, **given}
    region = function.split(":")[3]
    world.inside(world, Caller(Service(PRINCIPAL)), ("lambda", "Invoke"), named, via=via, region=region)


def bucket_arn(bucket: Bucket) -> str:
    return f"arn:{bucket.partition}:s3:::{bucket.name}"


def hand_over(world: World, told: Notification) -> None:
    """Rules 2 and 3. Raises nothing: what fails waits."""
    try:
        try:
            given = {"InvocationType": "Event", "Payload": told.payload}
            ask(world, told.function, told.bucket, told.account, given)
        except AwsError as refused:
            if refused.status in _RETRIED and world.clock.now() - told.created < LONGEST_WAIT:
                return
            log.warning("%s isn't told of %s: %s", told.function, told.bucket, refused.said)
        with world.database.write(world.clock.now()) as tx:
            notifications.remove(tx, told.id)
    except Exception:
        log.exception("notification %s of %s", told.id, told.bucket)


def hand_over_all(world: World) -> int:
    """Hands over what waits for more than a minute: rule 4. Returns how many there were."""
    before = world.clock.now() - JOB.period
    with world.database.read() as tx:
        found = notifications.waiting(tx, before, _AT_ONCE)
    for each in found:
        hand_over(world, each)
    return len(found)


def _keep(world: World, change: Change, bucket: Bucket, rule: Rule, record: dict[str, Any]) -> None:
    """Rule 5."""
    tx, payload = change.begin(), msgspec.json.encode({"Records": [record]})
    if notifications.more_than(tx, bucket.account, MOST_WAITING):
        raise s3_error("SlowDown")
    told = Notification(
        world.randomness(16).hex(), bucket.account, bucket_arn(bucket), rule.function, payload, change.now
    )
    notifications.insert(tx, told)
    change.afterwards.append(partial(hand_over, world, told))


def _told(happened: Happened, now: datetime) -> dict[str, Any]:
    """The object in a record. Of one that was removed, only which it was."""
    row = happened.row
    told: dict[str, Any] = {"key": quote_plus(happened.key, safe="/")}
    if row is not None and not happened.event.startswith(_REMOVALS):
        told |= {"size": row.size, "eTag": row.etag}
    if row is not None and row.version != UNVERSIONED:
        told["versionId"] = row.version
    return told | {"sequencer": f"{int(now.timestamp() * 1_000_000):016X}"}


def _record(bucket: Bucket, rule: Rule, happened: Happened, now: datetime) -> dict[str, Any]:
    request_id = happened.request_id
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": _milliseconds(now),
        "eventName": happened.event,
        "userIdentity": {"principalId": happened.by},
        "requestParameters": {"sourceIPAddress": happened.source},
        "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": host_id(request_id)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": canonical_id(bucket.account)},
                "arn": bucket_arn(bucket),
            },
            "object": _told(happened, now),
        },
    }


def _milliseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


JOB = Job("hand over notifications", timedelta(minutes=1), hand_over_all)
