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
from typing import Any
from urllib.parse import quote_plus

import msgspec

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.facts.buckets import BucketFact
from watchword.names import AwsError
from watchword.names.principal import Service
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
_RETRIED = frozenset({429, 500, 501, 503})
"""Statuses of refusals that can be otherwise later: rule 3."""

log = logging.getLogger(__name__)


def notify(call: Call, fact: BucketFact, event: str, key: str, row: Object | None = None) -> None:
    """Writes down, in the call's change, who is told of an event such as ObjectCreated:Put: rule 1."""
    for rule in rules_of(fact.settings):
        if rule.tells(event, key):
            _keep(
                call, fact.bucket, rule, _record(call, fact.bucket, rule, event, _told(call, event, key, row))
            )


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


def _keep(call: Call, bucket: Bucket, rule: Rule, record: dict[str, Any]) -> None:
    """Rule 5."""
    tx, payload = call.change.begin(), msgspec.json.encode({"Records": [record]})
    if notifications.more_than(tx, bucket.account, MOST_WAITING):
        raise s3_error("SlowDown")
    told = Notification(
        call.world.randomness(16).hex(), bucket.account, bucket_arn(bucket), rule.function, payload, call.now
    )
    notifications.insert(tx, told)
    call.change.afterwards.append(partial(hand_over, call.world, told))


def _told(call: Call, event: str, key: str, row: Object | None) -> dict[str, Any]:
    """The object in a record. Of one that was removed, only which it was."""
    told: dict[str, Any] = {"key": quote_plus(key, safe="/")}
    if row is not None and not event.startswith("ObjectRemoved"):
        told |= {"size": row.size, "eTag": row.etag}
    if row is not None and row.version != UNVERSIONED:
        told["versionId"] = row.version
    return told | {"sequencer": f"{int(call.now.timestamp() * 1_000_000):016X}"}


def _record(call: Call, bucket: Bucket, rule: Rule, event: str, told: dict[str, Any]) -> dict[str, Any]:
    request_id = call.context.request_id
    caller = call.caller.principal.userid
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": _milliseconds(call.now),
        "eventName": event,
        "userIdentity": {"principalId": caller if call.caller.anonymous else f"AWS:{caller}"},
        "requestParameters": {"sourceIPAddress": call.request.peer or call.context.via.service},
        "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": host_id(request_id)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": canonical_id(bucket.account)},
                "arn": bucket_arn(bucket),
            },
            "object": told,
        },
    }


def _milliseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


JOB = Job("hand over notifications", timedelta(minutes=1), hand_over_all)
