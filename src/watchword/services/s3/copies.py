"""CopyObject: needs permission to read the source and to write the target. The bytes never leave the store.

Source: Amazon S3 API Reference, CopyObject.
"""

from watchword.access import Demand
from watchword.facts.buckets import BucketFact
from watchword.objects import BlobMissingError, Sums
from watchword.services.operation import Call, Operation, Output, object_write
from watchword.services.s3.commits import commit_object, fresh_blob
from watchword.services.s3.copy_source import Source
from watchword.services.s3.demands import bucket_named, bucket_of, no_such_key, object_demand
from watchword.services.s3.described import ENCRYPTION, Description, checksums, quoted, second
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import known_algorithm
from watchword.services.s3.limits import key_bytes
from watchword.services.s3.objects import to_put
from watchword.services.s3.preconditions import Preconditions
from watchword.store.s3.objects import UNVERSIONED, Object


def copy_object(call: Call) -> Output:
    """CopyObject."""
    source, target = Source.parse(call.input["CopySource"]), bucket_of(call).bucket
    row = source_row(call, source)
    Preconditions.of(call.input, "CopySource").check_source(row.etag, row.modified)
    description = _description(call, source, row)
    with fresh_blob(call) as blob:
        etag, kept = _copy_bytes(call, row, blob)
        new = Object(
            target.id,
            key_bytes(call.input["Key"]),
            blob,
            row.size,
            etag,
            call.now,
            checksums=kept,
            **description.columns,
        )
        commit_object(call, new, target.name)
    result = {"ETag": quoted(new.etag), "LastModified": second(new.modified), **checksums(new)}
    output: dict[str, object] = {"CopyObjectResult": result, **ENCRYPTION}
    return output | {"CopySourceVersionId": source.version} if source.version else output


def to_copy(call: Call) -> tuple[Demand, ...]:
    """Permission to read the source and to write the target."""
    return (*to_read_source(call), *to_put(call))


def to_read_source(call: Call) -> tuple[Demand, ...]:
    """Permission to read the source."""
    source, fact = Source.parse(call.input["CopySource"]), _source_bucket(call)
    return (object_demand(call, fact, "s3:GetObject", source.key, version=source.version),)


def source_row(call: Call, source: Source) -> Object:
    """The source object. Raises NoSuchKey, or AccessDenied if the caller may not list the bucket."""
    if source.version not in ("", UNVERSIONED):
        raise s3_error("NoSuchVersion", Key=source.key, VersionId=source.version)
    fact = _source_bucket(call)
    row = call.world.facts.object_at(fact.bucket.id, key_bytes(source.key))
    if row is None:
        raise no_such_key(call, fact, source.key)
    return row


def _source_bucket(call: Call) -> BucketFact:
    source = Source.parse(call.input["CopySource"])
    return bucket_named(call, source.bucket, call.input.get("ExpectedSourceBucketOwner"))


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


def _copy_bytes(call: Call, row: Object, blob: str) -> tuple[str, dict[str, str]]:
    """Copies the bytes. Returns ETag and checksums of the copy.

    They are computed again if the source was a multipart upload, or if another algorithm is asked for.
    """
    asked = call.input.get("ChecksumAlgorithm")
    algorithms = {known_algorithm(asked)} if asked else set(row.checksums)
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
