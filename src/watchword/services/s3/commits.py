"""The change that creates, replaces or deletes an object: conditional writes (compare-and-swap).

1. The bytes are written first, under a fresh blob name that no row has.
2. Preconditions are checked against the row that the change replaces or deletes, in the same transaction.
   Writes run concurrently. If another one changes that row in between, the answer is
   ConditionalRequestConflict.
3. The change commits together with the record of the call.
4. The replaced bytes are deleted after the commit. If that fails, `sweep` deletes them later.
Source: Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests".
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.preconditions import Preconditions
from watchword.store import StillReferenced
from watchword.store.s3 import objects
from watchword.store.s3.objects import Object


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
    """Deletes the object, if it has the ETag `match`. Without `match` it succeeds if there is no object."""
    wanted, tx = Preconditions(match), call.change.begin()
    seen = _seen(call, bucket_id, key, wanted)
    taken = objects.remove(tx, bucket_id, key, blob=seen[0].blob if seen else None)
    if wanted and taken is None:
        raise s3_error("ConditionalRequestConflict")
    delete_after_commit(call, (row.blob for row in (taken,) if row))


def delete_after_commit(call: Call, blobs: Iterable[str]) -> None:
    """Deletes bytes once the change has committed that replaced them."""
    for blob in list(blobs):
        call.change.afterwards.append(partial(call.world.objects.delete, blob))


def _seen(call: Call, bucket_id: str, key: bytes, wanted: Preconditions) -> list[Object]:
    """The current object, after the preconditions were checked; empty without preconditions."""
    if not wanted:
        return []
    seen = objects.at(call.change.begin(), bucket_id, key)
    wanted.check_write(seen.etag if seen else None, key.decode())
    return [seen] if seen else []
