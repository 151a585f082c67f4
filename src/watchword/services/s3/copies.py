"""CopyObject: needs permission to read the source and to write the target.

The bytes never leave the store, unless a customer's key opens or seals them.

Source: Amazon S3 API Reference, CopyObject.
"""

from contextlib import AbstractContextManager
from dataclasses import replace

from watchword.access import Demand
from watchword.objects import BlobMissingError, Sums, new_blob
from watchword.objects.blob_names import like
from watchword.services.operation import Call, Operation, Output, object_write
from watchword.services.s3.access.new_owner import new_owner
from watchword.services.s3.commits import commit_object, fresh_blob, undone
from watchword.services.s3.customer_keys.given import (
    OF_SOURCE,
    Given,
    encryption,
    given_key,
    kept,
    key_of,
    new_key,
)
from watchword.services.s3.customer_keys.sealed import hidden, shown_row, write
from watchword.services.s3.demands import bucket_of
from watchword.services.s3.described import Description, checksums, quoted, second
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import known_algorithm
from watchword.services.s3.lifecycle.told import expiration
from watchword.services.s3.limits import key_bytes
from watchword.services.s3.locks.locks import new_lock
from watchword.services.s3.notifications.notifying import notify
from watchword.services.s3.objects import to_put
from watchword.services.s3.preconditions import Preconditions
from watchword.services.s3.sources import (
    bytes_of_source,
    source_of,
    source_row,
    source_version,
    to_read_source,
)
from watchword.services.s3.tags.new_tags import new_tags
from watchword.services.s3.versions.versions import version_id
from watchword.services.s3.website.redirect_location import LOCATION, redirect_location
from watchword.store.s3.objects import Object

Keys = tuple[Given | None, Given | None]
"""The customer's keys of source and target."""


def copy_object(call: Call) -> Output:
    """CopyObject."""
    target, row = bucket_of(call).bucket, source_row(call)
    Preconditions.of(call.input, "CopySource").check_source(row.etag, row.modified)
    keys = key_of(call, row.customer_key, OF_SOURCE), new_key(call)
    description, lock, owned = _description(call, row), new_lock(call), new_owner(call)
    with _fresh_blob(call, row, keys) as blob:
        etag, sums = _copy_bytes(call, row, blob, keys)
        new = Object(
            target.id,
            key_bytes(call.input["Key"]),
            blob,
            row.size,
            etag,
            call.now,
            checksums=hidden(call, sums, keys[1]),
            customer_key=kept(call, keys[1]),
            **description.columns,
            **lock.columns,
            **owned,
        )
        new = commit_object(call, new, target.name)
        notify(call, bucket_of(call), "ObjectCreated:Copy", call.input["Key"], new)
    result = {"ETag": quoted(new.etag), "LastModified": second(new.modified)}
    result |= checksums(shown_row(new, keys[1]))
    output: dict[str, object] = {"CopyObjectResult": result, **version_id(call, new), **encryption(keys[1])}
    output |= expiration(call, new)
    return output | source_version(call, row)


def to_copy(call: Call) -> tuple[Demand, ...]:
    """Permission to read the source and to write the target."""
    return (to_read_source(call), *to_put(call))


def _description(call: Call, row: Object) -> Description:
    source = source_of(call)
    if call.input.get("MetadataDirective", "COPY") == "REPLACE":
        return Description.given(call.input, new_tags(call))
    itself = (source.bucket, source.key, source.version) == (call.input["Bucket"], call.input["Key"], "")
    if itself and row.customer_key is None and given_key(call) is None and LOCATION not in call.input:
        raise s3_error(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing "
            "the object's metadata, storage class, website redirect location or encryption attributes.",
        )
    found, redirect = Description.of(row), redirect_location(call.input)
    headers = {name: said for name, said in found.headers.items() if name != LOCATION} | redirect
    return replace(found, headers=headers, tags=new_tags(call))


def _fresh_blob(call: Call, row: Object, keys: Keys) -> AbstractContextManager[str]:
    """A name for the copy: in the form of the source's, where the store copies it."""
    if any(keys):
        return fresh_blob(call, row.size)
    return undone(like(row.blob, new_blob(call.world.randomness)), call.world.objects.delete)


def _copy_bytes(call: Call, row: Object, blob: str, keys: Keys) -> tuple[str, dict[str, str]]:
    """Copies the bytes. Returns ETag and checksums of the copy.

    They are computed again if the source was a multipart upload, or if another algorithm is asked for. What
    has a key of a customer, or gets one, passes through this process.
    """
    asked = call.input.get("ChecksumAlgorithm")
    algorithms = {known_algorithm(asked)} if asked else set(row.checksums)
    if any(keys):
        sums = Sums(algorithms)
        etag = write(call, blob, bytes_of_source(call, row, 0, row.size, keys[0]), sums, keys[1])
        return etag, {name: sums.value(name) for name in algorithms}
    try:
        call.world.objects.copy(row.blob, blob)
    except BlobMissingError:
        raise s3_error("NoSuchKey", Key=row.key.decode()) from None
    if not row.parts and algorithms <= set(row.checksums):
        return row.etag, dict(row.checksums)
    sums = Sums(algorithms)
    for piece in call.world.objects.pieces(blob, 0, row.size):
        sums.take(piece)
    return sums.etag, {name: sums.value(name) for name in algorithms}


OPERATIONS: dict[str, Operation] = {"CopyObject": object_write(copy_object, to_copy, moves_bytes=True)}
