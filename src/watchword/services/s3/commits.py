"""The one change that makes stored bytes an object, or takes an object away.

Preconditions are checked against the row that is replaced or removed, in the same transaction. Writers of
objects run beside each other: when another one came between that check and the change, S3's own answer for
such a conflict is given. The change commits once the call is recorded, and the bytes of what was replaced
go after that; when that fails they are swept later.
Source: Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests".
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from watchword.names import AwsError
from watchword.objects import new_blob
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.preconditions import Preconditions
from watchword.store import StillReferenced
from watchword.store.s3 import objects
from watchword.store.s3.objects import Object


@contextmanager
def fresh_blob(call: Call) -> Iterator[str]:
    """A name for bytes about to be written; they are deleted when the block refuses them.

    Only then: after any other failure (a connection lost during the commit) a row may name them. What no row
    names is swept.
    """
    blob = new_blob(call.world.randomness)
    try:
        yield blob
    except AwsError:
        call.world.objects.delete(blob)
        raise


def commit_object(call: Call, new: Object, bucket: str) -> None:
    """Makes `new` the object of its key, if the call's preconditions hold."""
    wanted, tx = Preconditions(call.input.get("IfMatch"), call.input.get("IfNoneMatch")), call.change.begin()
    seen = _seen(call, new.bucket_id, new.key, wanted)
    try:
        replaced = objects.put(tx, new)
    except StillReferenced:
        raise s3_error("NoSuchBucket", BucketName=bucket) from None
    if wanted and replaced != seen:
        raise s3_error("ConditionalRequestConflict")
    delete_after_commit(call, (row.blob for row in replaced))


def remove_object(call: Call, bucket_id: str, key: bytes, match: str | None = None) -> None:
    """Takes the object away, if it is the one that `match` names. Without `match`, none there is no error."""
    wanted, tx = Preconditions(match), call.change.begin()
    seen = _seen(call, bucket_id, key, wanted)
    taken = objects.remove(tx, bucket_id, key, blob=seen[0].blob if seen else None)
    if wanted and taken is None:
        raise s3_error("ConditionalRequestConflict")
    delete_after_commit(call, (row.blob for row in (taken,) if row))


def delete_after_commit(call: Call, blobs: Iterable[str]) -> None:
    """Has bytes deleted that nothing will name once the call's change has committed."""
    for blob in list(blobs):
        call.change.afterwards.append(partial(call.world.objects.delete, blob))


def _seen(call: Call, bucket_id: str, key: bytes, wanted: Preconditions) -> list[Object]:
    """The object there, if it is asked about; checked."""
    if not wanted:
        return []
    seen = objects.at(call.change.begin(), bucket_id, key)
    wanted.check_write(seen.etag if seen else None, key.decode())
    return [seen] if seen else []
