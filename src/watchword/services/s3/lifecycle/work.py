"""Carrying lifecycle rules out: a job goes through the versions of each bucket with rules, once a day.

1. All times of rules are midnights, so a process goes through a bucket once for each day and configuration.
   Several processes may do so at the same time.
2. Rows are read in pages; what is due is done in short transactions. Each step looks at its row again: what
   was put, tagged or locked meanwhile is left alone.
3. An expired current version gets what its bucket's versioning makes of a deletion (`commits`): it is deleted
   where versions aren't kept, and otherwise goes behind a delete marker.
4. Nothing that is locked is deleted (`store.s3.locks`). No retention is bypassed.
5. Functions are told of what expires, if the bucket says so (s3:LifecycleExpiration).
6. Bytes are deleted after the commit. What goes wrong is logged, and tried again at the next turn.

AWS doesn't record these acts in CloudTrail, since nobody calls an operation. Here the log says how many there
were.
Source: Amazon S3 User Guide, "Managing the lifecycle of objects" and "Lifecycle and other bucket
configurations".
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby, islice
from typing import TypeVar

from watchword.facts.buckets import BUCKET, BucketFact
from watchword.services.changes import Change, moving
from watchword.services.jobs import Job
from watchword.services.s3.lifecycle.plan import Act, Step, plan
from watchword.services.s3.lifecycle.rules import SETTING, Live, live_rules, midnight_after
from watchword.services.s3.notifications.notifying import notify_of_rule
from watchword.services.s3.versions.ids import new_version
from watchword.store.s3 import bucket_settings, buckets, inventory, locks, objects, uploads, version_listing
from watchword.store.s3.buckets import ENABLED, NEVER
from watchword.store.s3.listing import Range
from watchword.store.s3.objects import UNVERSIONED, Object
from watchword.store.s3.uploads import Upload
from watchword.store.s3.version_listing import Position
from watchword.world import World

_AT_ONCE = 1000
"""Rows of a page."""
_TOGETHER = 100
"""Acts of a transaction."""
TURN = timedelta(seconds=10)
"""How soon new rules, and a new day, are noticed."""

Item = TypeVar("Item")

log = logging.getLogger(__name__)


def daily() -> Callable[[World], None]:
    """Carries out all rules, for each bucket once a day and when its rules were changed: rule 1."""
    done: dict[str, tuple[date, int]] = {}

    def act(world: World) -> None:
        now = world.clock.now()
        with world.database.read() as tx:
            settings = bucket_settings.named(tx, SETTING)
        for each in settings:
            round_ = now.date(), hash(each.document)
            if done.get(each.bucket_id) == round_:
                continue
            try:
                carry_out(world, each.bucket_id, live_rules(each.document), now)
            except Exception:  # of one bucket: the others have their turn
                log.exception("lifecycle rules failed", extra={"bucket": each.bucket_id})
            else:
                done[each.bucket_id] = round_

    return act


def carry_out(world: World, bucket_id: str, rules: Sequence[Live], now: datetime) -> int:
    """Does all that is due in a bucket; returns the number of acts."""
    acts, fact = 0, _fact(world, bucket_id)
    for steps in _batches(_due(world, bucket_id, rules, now)):
        with moving(world.database, now) as change:
            acts += sum(_take(world, change, step, fact) for step in steps)
    for ended in _batches(_stale(world, bucket_id, rules, now)):
        with moving(world.database, now) as change:
            for upload in ended:
                _delete_after(world, change, uploads.remove(change.begin(), upload.id) or ())
                acts += 1
    if acts:
        log.info("lifecycle rules carried out", extra={"bucket": bucket_id, "acts": acts})
    return acts


def _due(world: World, bucket_id: str, rules: Sequence[Live], now: datetime) -> Iterator[Step]:
    """The steps that are due for all keys."""
    if not rules:
        return
    prefix = rules[0].prefix if len(rules) == 1 else b""
    for _, versions in groupby(_rows(world, Range(bucket_id, prefix, b"")), lambda row: row.key):
        yield from plan(rules, versions, now)


def _rows(world: World, where: Range) -> Iterator[Object]:
    """All versions, read in pages."""
    position = Position(where.prefix)
    while True:
        with world.database.read() as tx:
            page = version_listing.rows(tx, where, position, _AT_ONCE)
        yield from page
        if len(page) < _AT_ONCE:
            return
        position = Position(page[-1].key, page[-1].rank)


def _stale(world: World, bucket_id: str, rules: Sequence[Live], now: datetime) -> Iterator[Upload]:
    """Uploads that were begun too long ago."""
    if not any(rule.abort for rule in rules):
        return
    for upload in _uploads(world, bucket_id):
        limits = [rule.abort for rule in rules if rule.abort and upload.key.startswith(rule.prefix)]
        if limits and midnight_after(upload.begun, min(limits)) <= now:
            yield upload


def _uploads(world: World, bucket_id: str) -> Iterator[Upload]:
    """All uploads, read in pages."""
    key, after = b"", ""
    while True:
        with world.database.read() as tx:
            page = list(islice(uploads.from_key(tx, bucket_id, key, after), _AT_ONCE))
        yield from page
        if len(page) < _AT_ONCE:
            return
        key, after = page[-1].key, page[-1].id


def _fact(world: World, bucket_id: str) -> BucketFact | None:
    """What the bucket was told to be; None when it is gone."""
    with world.database.read() as tx:
        name = inventory.bucket_name(tx, bucket_id)
    found = world.facts.get(BUCKET, name)
    return found if found and found.bucket.id == bucket_id else None


def _take(world: World, change: Change, step: Step, fact: BucketFact | None) -> bool:
    """Takes a step, if its row is still as it was, and tells of it: rules 2 to 5."""
    event, row = _done(world, change, step)
    if row is not None and fact is not None:
        notify_of_rule(world, change, fact, f"LifecycleExpiration:{event}", row)
    return row is not None


def _done(world: World, change: Change, step: Step) -> tuple[str, Object | None]:
    """What happened, and to which version; None for nothing."""
    tx, row = change.begin(), step.row
    current = objects.at(tx, row.bucket_id, row.key)
    is_current = current is not None and current.rank == row.rank
    if objects.at(tx, row.bucket_id, row.key, row.version) != row:
        return "", None
    if is_current == (step.act is Act.DELETE_NONCURRENT):
        return "", None
    if step.act is Act.EXPIRE and (state := buckets.versioning(tx, row.bucket_id) or NEVER):
        return "DeleteMarkerCreated", _put_marker(world, change, row, state)
    taken = locks.take_unlocked(
        tx, row.bucket_id, row.key, row.version, change.now, bypass=False, blob=row.blob
    )
    _delete_after(world, change, (taken.blob,) if taken else ())
    return "Delete", taken


def _put_marker(world: World, change: Change, row: Object, state: str) -> Object:
    """Puts a delete marker before the current version."""
    tx, rank = change.begin(), row.rank - 1
    version = new_version(rank, world.randomness) if state == ENABLED else UNVERSIONED
    replaced = None if state == ENABLED else objects.remove(tx, row.bucket_id, row.key, UNVERSIONED)
    marker = Object(row.bucket_id, row.key, "", 0, "", change.now, version=version, rank=rank, marker=True)
    if not objects.append(tx, marker):
        raise RuntimeError("another version was put meanwhile")  # undoes this transaction; see rule 6
    _delete_after(world, change, (replaced.blob,) if replaced else ())
    return marker


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Those of one transaction after the other."""
    source = iter(items)
    while batch := list(islice(source, _TOGETHER)):
        yield batch


def _delete_after(world: World, change: Change, blobs: Sequence[str]) -> None:
    for blob in filter(None, blobs):
        change.afterwards.append(partial(world.objects.delete, blob))


EXPIRE = Job("carry out lifecycle rules", TURN, daily())
