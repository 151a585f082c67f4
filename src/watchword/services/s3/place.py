"""The one short transaction that makes bytes an object, or an object no more.

Preconditions are checked against the row that the change takes the place of, in the same transaction.
Writers of objects run beside each other: should another one have come between the look and the change,
the change is undone and S3's own answer for it is given. The bytes of what was replaced go after the
commit; when that fails they are swept later.
Source: Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests".
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from watchword.names import AwsError
from watchword.objects import new_blob
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.preconditions import Preconditions
from watchword.store import Dangling, Transaction, objects
from watchword.store.objects import Object

Change = Callable[[Transaction], Iterable[Object]]


@contextmanager
def fresh_blob(call: Call) -> Iterator[str]:
    """A name for bytes about to be written; they go again when the block refuses them.

    Only then: after any other failure (a connection lost while it committed) a row may have them. What no
    row has is swept.
    """
    blob = new_blob(call.world.randomness)
    try:
        yield blob
    except AwsError:
        call.world.objects.delete(blob)
        raise


def place(call: Call, new: Object, bucket: str) -> None:
    """Makes `new` the object of its key, if the call's preconditions hold."""
    wanted = Preconditions(call.input.get("IfMatch"), call.input.get("IfNoneMatch"))
    try:
        replaced = _change(call, new.bucket_id, new.key, wanted, lambda tx: objects.put(tx, new))
    except Dangling:
        raise s3_error("NoSuchBucket", BucketName=bucket) from None
    _forget(call, replaced)


def displace(call: Call, bucket_id: str, key: bytes, match: str | None = None) -> None:
    """Takes the object away, if it is the one that `match` names. None there is no error without it."""

    def change(tx: Transaction) -> list[Object]:
        taken = objects.remove(tx, bucket_id, key)
        return [taken] if taken else []

    _forget(call, _change(call, bucket_id, key, Preconditions(match), change))


def _change(call: Call, bucket_id: str, key: bytes, wanted: Preconditions, change: Change) -> list[Object]:
    """What the change replaced."""
    with call.world.database.write(call.now, shared=True) as tx:
        if not wanted:
            return list(change(tx))
        seen = objects.at(tx, bucket_id, key)
        wanted.check_write(seen.etag if seen else None, key.decode())
        replaced = list(change(tx))
        if replaced != [each for each in (seen,) if each]:
            raise _overtaken()
    return replaced


def _overtaken() -> AwsError:
    return s3_error("ConditionalRequestConflict")


def _forget(call: Call, replaced: Iterable[Object]) -> None:
    for row in replaced:
        call.world.objects.delete(row.blob)
