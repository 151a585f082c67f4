"""PutObject, GetObject, HeadObject.

A put writes the bytes under a new name, then one short transaction replaces the row (`commits`). If
anything fails before that, the old object stays as it was. A get reads the row, then opens the bytes. If
they were replaced in between, it starts over: it sees the old object or the new one, never a mixture
(strong read-after-write consistency).
Source: Amazon S3 API Reference, PutObject, GetObject, HeadObject; User Guide, "Amazon S3 data consistency
model".
"""

from collections.abc import Mapping

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.names import Body
from watchword.objects import BlobMissingError
from watchword.services.operation import Call, Operation, Output, object_write, point_read
from watchword.services.s3.access.new_owner import new_owner, to_give
from watchword.services.s3.attributes import part_checksums
from watchword.services.s3.commits import commit_object, fresh_blob
from watchword.services.s3.customer_keys.given import Given, encryption, kept, key_of, new_key
from watchword.services.s3.customer_keys.sealed import hidden, read, shown_row, write
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.described import (
    Description,
    checksum_type,
    checksums,
    described,
    not_modified,
    quoted,
)
from watchword.services.s3.integrity import promised
from watchword.services.s3.lifecycle.told import expiration
from watchword.services.s3.limits import key_bytes
from watchword.services.s3.locks.locks import granted, locked, new_lock, to_lock, to_see_lock
from watchword.services.s3.notifications.notifying import notify
from watchword.services.s3.preconditions import Preconditions
from watchword.services.s3.ranges import part_of, range_of
from watchword.services.s3.stored import existing_tags, stored, stored_now
from watchword.services.s3.tags.new_tags import new_tags, request_tags, to_tag
from watchword.services.s3.versions.versions import Look, version_id, version_of
from watchword.store.s3.objects import Object

_COUNTS = {"s3:GetObjectTagging", "s3:GetObjectVersionTagging"}
_TRIES = 5
"""After so many tries the bytes aren't replaced, they are missing."""


def put_object(call: Call) -> Output:
    """PutObject."""
    promise, bucket, customers = promised(call.request), bucket_of(call).bucket, new_key(call)
    key, description = key_bytes(call.input["Key"]), Description.given(call.input, new_tags(call))
    owned = new_owner(call)
    lock = new_lock(call)
    lock.check_promise(promise)
    sums = promise.sums()
    with fresh_blob(call) as blob:
        etag = write(call, blob, body_of(call).pieces(), sums, customers)
        promise.check(sums)
        new = Object(
            bucket.id,
            key,
            blob,
            sums.size,
            etag,
            call.now,
            checksums=hidden(call, promise.kept(), customers),
            customer_key=kept(call, customers),
            **description.columns,
            **lock.columns,
            **owned,
        )
        new = commit_object(call, new, bucket.name)
        by_form = call.caller.means.form == "POST"
        event = "ObjectCreated:Post" if by_form else "ObjectCreated:Put"
        notify(call, bucket_of(call), event, call.input["Key"], new)
    return {
        "ETag": quoted(new.etag),
        **version_id(call, new),
        **expiration(call, new),
        **encryption(customers),
        **checksums(shown_row(new, customers)),
    }


def get_object(call: Call) -> Output:
    """GetObject."""
    look: Look = stored
    for _ in range(_TRIES):
        row = version_of(call, look)
        customers = key_of(call, row.customer_key)
        output, (start, end) = _looked_at(call, row, customers)
        try:
            return output | {"Body": read(call.world.objects, row, start, end, customers)}
        except BlobMissingError:
            look = stored_now
    raise RuntimeError(f"the bytes of an object are missing: {row.blob}")


def head_object(call: Call) -> Output:
    """HeadObject."""
    row = version_of(call)
    output, _ = _looked_at(call, row, key_of(call, row.customer_key))
    return output


def to_read(call: Call) -> tuple[Demand, ...]:
    """s3:GetObject, or for a version s3:GetObjectVersion.

    Who may not read the tags doesn't learn how many there are, and the same holds for the lock.
    """
    fact, key, version = bucket_of(call), call.input["Key"], call.input.get("VersionId", "")
    tags = existing_tags(stored(call, fact, key, version))
    read = object_demand(call, fact, "s3:GetObject", key, tags, version=version)
    if not tags:
        return (read, *to_see_lock(call))
    counts = object_demand(call, fact, "s3:GetObjectTagging", key, tags, version=version, optional=True)
    return (read, counts, *to_see_lock(call))


def to_put(call: Call) -> tuple[Demand, ...]:
    """s3:PutObject, and the permissions for the tags, the lock and the ACL of the object."""
    beside = (*to_tag(call), *to_lock(call), *to_give(call))
    return (*to_write(call, request_tags(new_tags(call))), *beside)


def to_write(call: Call, asked: Mapping[str, ContextValue] | None = None) -> tuple[Demand, ...]:
    """s3:PutObject. If-Match reveals whether the object has that ETag, so it needs s3:GetObject as well."""
    fact, key = bucket_of(call), call.input["Key"]
    puts = object_demand(call, fact, "s3:PutObject", key, asked)
    if "IfMatch" not in call.input:
        return (puts,)
    return puts, object_demand(call, fact, "s3:GetObject", key, existing_tags(stored(call, fact, key)))


def body_of(call: Call) -> Body:
    """The bytes of the upload."""
    body = call.input.get("Body", Body())
    assert isinstance(body, Body)
    return body


def _looked_at(call: Call, row: Object, customers: Given | None) -> tuple[dict[str, object], tuple[int, int]]:
    """The output without the bytes, and the range of bytes that is asked for."""
    if not Preconditions.of_read(call.input, call.now).check_read(row.etag, row.modified):
        raise not_modified(row)
    output = (
        described(call, row)
        | encryption(customers)
        | version_id(call, row)
        | locked(call, row)
        | expiration(call, row)
    )
    asked = range_of(call.input.get("Range"), row.size)
    if not _COUNTS.isdisjoint(granted(call)):
        output["TagCount"] = len(row.tags)
    if "PartNumber" in call.input:
        asked = part_of(call.input["PartNumber"], row.parts or (row.size,), call.input.get("Range"))
        output |= {"PartsCount": len(row.parts)} if row.parts else {}
    start, end = asked or (0, row.size)
    output["ContentLength"] = end - start
    if asked and end > start:
        output["ContentRange"] = f"bytes {start}-{end - 1}/{row.size}"
    if call.input.get("ChecksumMode") == "ENABLED":
        output |= _checksums(call, row, end - start, customers)
    return output, (start, end)


def _checksums(call: Call, row: Object, size: int, customers: Given | None) -> Mapping[str, object]:
    """The members for the checksum of what is sent: of the whole object, or of one of its parts."""
    if "PartNumber" in call.input and (sums := part_checksums(call, row, customers)):
        return {**sums[call.input["PartNumber"] - 1], **checksum_type(row)}
    return checksums(shown_row(row, customers)) if size == row.size else {}


OPERATIONS: dict[str, Operation] = {
    "PutObject": object_write(put_object, to_put),
    "GetObject": point_read(get_object, to_read),
    "HeadObject": point_read(head_object, to_read),
}
