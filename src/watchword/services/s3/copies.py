"""CopyObject: leave to read there and to write here, and the bytes never leave the object store.

Source: Amazon S3 API Reference, CopyObject.
"""

from watchword.access import Demand
from watchword.facts import BucketFact
from watchword.objects import BlobMissingError, Sums
from watchword.services.operation import Call, Operation, Output, moves
from watchword.services.s3.copy_source import Source
from watchword.services.s3.described import Description, checksums, quoted
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import known_algorithm
from watchword.services.s3.leave import bucket_named, bucket_of, no_such_key, reading
from watchword.services.s3.limits import key_bytes
from watchword.services.s3.objects import to_put
from watchword.services.s3.place import fresh_blob, place
from watchword.services.s3.preconditions import Preconditions
from watchword.store import objects
from watchword.store.objects import UNVERSIONED, Object


def copy_object(call: Call) -> Output:
    """CopyObject."""
    source, target = Source.parse(call.input["CopySource"]), bucket_of(call).bucket
    row = _source_row(call, source)
    Preconditions.of(call.input, "CopySource").check_source(row.etag, row.modified)
    description = _description(call, source, row)
    with fresh_blob(call) as blob:
        new = Object(
            target.id,
            key_bytes(call.input["Key"]),
            blob,
            row.size,
            row.etag,
            call.now,
            checksums=_copy_bytes(call, row, blob),
            **description.columns,
        )
        place(call, new, target.name)
    result = {"ETag": quoted(new.etag), "LastModified": new.modified, **checksums(new)}
    output: dict[str, object] = {"CopyObjectResult": result}
    return output | {"CopySourceVersionId": source.version} if source.version else output


def to_copy(call: Call) -> tuple[Demand, ...]:
    """Read there, write here; and list there, for whom a missing source is NoSuchKey."""
    source, fact = Source.parse(call.input["CopySource"]), _source_bucket(call)
    return (*reading(call, fact, source.key, source.version), *to_put(call))


def _source_bucket(call: Call) -> BucketFact:
    source = Source.parse(call.input["CopySource"])
    return bucket_named(call, source.bucket, call.input.get("ExpectedSourceBucketOwner"))


def _source_row(call: Call, source: Source) -> Object:
    if source.version not in ("", UNVERSIONED):
        raise s3_error("NoSuchVersion", Key=source.key, VersionId=source.version)
    with call.world.database.read() as tx:
        row = objects.at(tx, _source_bucket(call).bucket.id, key_bytes(source.key))
    if row is None:
        raise no_such_key(call, source.key)
    return row


def _description(call: Call, source: Source, row: Object) -> Description:
    if call.input.get("MetadataDirective", "COPY") == "REPLACE":
        return Description.given(call.input)
    if (source.bucket, source.key) == (call.input["Bucket"], call.input["Key"]):
        raise s3_error(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing "
            "the object's metadata, storage class, website redirect location or encryption attributes.",
        )
    return Description.of(row)


def _copy_bytes(call: Call, row: Object, blob: str) -> dict[str, str]:
    """Copies the bytes; the checksum of the copy: the source's, or one of the algorithm asked for."""
    asked = call.input.get("ChecksumAlgorithm")
    try:
        call.world.objects.copy(row.blob, blob)
    except BlobMissingError:
        raise s3_error("NoSuchKey", Key=row.key.decode()) from None
    if asked is None or known_algorithm(asked) in row.checksums:
        return dict(row.checksums)
    sums = Sums((known_algorithm(asked),))
    read = call.world.objects.get(blob, 0, row.size)
    for piece in (read,) if isinstance(read, bytes) else read:
        sums.take(piece)
    return {known_algorithm(asked): sums.value(known_algorithm(asked))}


OPERATIONS: dict[str, Operation] = {"CopyObject": moves(copy_object, to_copy)}
