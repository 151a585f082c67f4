"""The change that creates, replaces or deletes a version: conditional writes (compare-and-swap).

1. The bytes are written first, under a fresh blob name that no row has.
2. The bucket's versioning says what becomes of the versions that are there:
   - never versioned: the new object replaces the null version; a deletion removes it;
   - enabled: a new version, or a delete marker, is put before the others;
   - suspended: the same, but the new one is the null version, so it replaces the null version that was there.
3. Preconditions are checked against the current version, in the same transaction; a delete marker counts as
   no object. Writes run concurrently. If another one comes between the check and the change, the answer is
   ConditionalRequestConflict; without preconditions the change is tried again behind the other.
4. The change commits together with the record of the call.
5. The bytes of what was replaced or removed are deleted after the commit. If that fails, `sweep` deletes them
   later.
Sources: Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests", "Adding objects
to versioning-suspended buckets" and "Deleting objects from versioning-suspended buckets".
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial

from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.locks.locks import bypasses, protected
from watchword.services.s3.preconditions import Preconditions
from watchword.services.s3.versions.ids import new_version
from watchword.store import StillReferenced
from watchword.store.s3 import buckets, locks, objects
from watchword.store.s3.buckets import ENABLED, NEVER
from watchword.store.s3.objects import UNVERSIONED, Object


def fresh_blob(call: Call, size: int | None = None, *, family: str = "") -> AbstractContextManager[str]:
    """A name for new bytes, as many as the request has if `size` isn't given."""
    size = call.request.body.size if size is None else size
    return undone(call.world.objects.name(call.world.randomness, size, family), call.world.objects.delete)


@contextmanager
def undone(blob: str, delete: Callable[[str], None]) -> Iterator[str]:
    """A name for new bytes. They are deleted if the block ends with an AwsError.

    After any other error, such as a connection lost during the commit, a row may name them: they stay, and
    `sweep` deletes them if no row does.
    """
    try:
        yield blob
    except AwsError:
        delete(blob)
        raise


def commit_object(call: Call, new: Object, bucket: str) -> Object:
    """Makes `new` the current version of its key, if the preconditions hold; returns it with its id."""
    wanted = Preconditions(call.input.get("IfMatch"), call.input.get("IfNoneMatch"))
    try:
        return _put_in_front(call, new, wanted)
    except StillReferenced:
        raise s3_error("NoSuchBucket", BucketName=bucket) from None


def remove_object(call: Call, bucket_id: str, key: bytes, match: str | None = None) -> Object | None:
    """Deletes the object, if it has the ETag `match`. Without `match` it succeeds if there is no object.

    Returns the delete marker, where the bucket's versioning puts one, else the object that there was.
    """
    wanted = Preconditions(match)
    if versioning_of(call, bucket_id):
        return _put_in_front(call, Object(bucket_id, key, "", 0, "", call.now, marker=True), wanted)
    return remove_version(call, bucket_id, key, UNVERSIONED, wanted)


def remove_version(
    call: Call, bucket_id: str, key: bytes, version: str, wanted: Preconditions
) -> Object | None:
    """Deletes that version for good and returns it, None when there is none. A locked one is AccessDenied."""
    tx = call.change.begin()
    seen = objects.at(tx, bucket_id, key, version) if wanted else None
    _check(wanted, seen, key)
    blob = seen.blob if seen else None
    taken = locks.take_unlocked(tx, bucket_id, key, version, call.now, bypass=bypasses(call), blob=blob)
    left = None if taken else objects.at(tx, bucket_id, key, version)
    if left is not None and blob in (None, left.blob):
        raise protected(left)
    if wanted and taken is None:
        raise s3_error("ConditionalRequestConflict")
    delete_after_commit(call, (row.blob for row in (taken,) if row))
    return taken


def versioning_of(call: Call, bucket_id: str) -> str:
    """The bucket's versioning as this change sees it: while a body came in, it may have been enabled."""
    state = partial(buckets.versioning, call.change.begin(), bucket_id)
    return call.resolve("versioning", bucket_id, state) or NEVER


def delete_after_commit(call: Call, blobs: Iterable[str]) -> None:
    """Deletes bytes once the change has committed that replaced them."""
    for blob in filter(None, blobs):  # a delete marker has none
        call.change.afterwards.append(partial(call.world.objects.delete, blob))


def _put_in_front(call: Call, new: Object, wanted: Preconditions) -> Object:
    """Rules 2 and 3."""
    tx, state = call.change.begin(), versioning_of(call, new.bucket_id)
    crowded = bool(wanted or state)
    """Whether the versions that are there matter: for one version without conditions they needn't be read."""
    while True:
        seen = objects.at(tx, new.bucket_id, new.key) if crowded else None
        _check(wanted, seen, new.key)
        placed = _placed(call, new, seen, state)
        replaced = None if state == ENABLED else objects.remove(tx, new.bucket_id, new.key, UNVERSIONED)
        overtaken = state != ENABLED and _overtaken(seen, replaced)
        if wanted and overtaken:
            raise s3_error("ConditionalRequestConflict")
        delete_after_commit(call, (row.blob for row in (replaced,) if row))
        if objects.append(tx, placed):
            return placed
        if wanted:
            raise s3_error("ConditionalRequestConflict")
        crowded = True


def _check(wanted: Preconditions, seen: Object | None, key: bytes) -> None:
    """Rule 3."""
    if wanted:
        wanted.check_write(seen.etag if seen and not seen.marker else None, key.decode())


def _placed(call: Call, new: Object, seen: Object | None, state: str) -> Object:
    """The new version, in front of the one that was seen."""
    rank = (seen.rank if seen else 0) - 1
    version = new_version(rank, call.world.randomness) if state == ENABLED else UNVERSIONED
    return replace(new, rank=rank, version=version)


def _overtaken(seen: Object | None, replaced: Object | None) -> bool:
    """Whether another write came between the check and the removal of the null version."""
    if seen is not None and seen.version == UNVERSIONED:
        return replaced != seen
    return replaced is not None and (seen is None or replaced.rank < seen.rank)
