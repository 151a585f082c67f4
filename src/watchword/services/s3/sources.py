"""The object that a copy reads: its bucket, its row, and the permission for it."""

from collections.abc import Iterable

from watchword.access import Demand
from watchword.facts.buckets import BucketFact
from watchword.names import AwsError
from watchword.objects import BlobMissingError
from watchword.services.operation import Call
from watchword.services.s3.copy_source import Source
from watchword.services.s3.customer_keys.given import Given
from watchword.services.s3.customer_keys.sealed import read
from watchword.services.s3.demands import bucket_named, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.stored import existing_tags, stored
from watchword.services.s3.versions.versions import version_at
from watchword.store.s3.objects import Object


def source_of(call: Call) -> Source:
    """Where the copy is from."""
    return Source.parse(call.input["CopySource"])


def source_bucket(call: Call) -> BucketFact:
    """Its bucket."""
    return bucket_named(call, source_of(call).bucket, call.input.get("ExpectedSourceBucketOwner"))


def stored_source(call: Call) -> Object | None:
    """Its row, None when there is none."""
    source = source_of(call)
    return stored(call, source_bucket(call), source.key, source.version)


def source_row(call: Call) -> Object:
    """The version that is copied: the current one, or the one that the source names."""
    source = source_of(call)
    try:
        return version_at(call, source_bucket(call), source.key, source.version)
    except AwsError as error:
        if error.code != "MethodNotAllowed":
            raise
        said = "The source of a copy request may not specifically refer to a delete marker by version id."
        raise s3_error("InvalidRequest", said) from None


def bytes_of_source(call: Call, row: Object, start: int, end: int, given: Given | None) -> Iterable[bytes]:
    """Bytes of the source, opened with the customer's key if it has one."""
    try:
        found = read(call.world.objects, row, start, end, given)
    except BlobMissingError:  # it was replaced or deleted meanwhile
        raise s3_error("NoSuchKey", Key=row.key.decode()) from None
    return (found,) if isinstance(found, bytes) else found


def source_version(call: Call, row: Object) -> dict[str, object]:
    """The member that says which version was copied."""
    told = source_of(call).version or source_bucket(call).bucket.versioning
    return {"CopySourceVersionId": row.version} if told else {}


def to_read_source(call: Call, action: str = "s3:GetObject") -> Demand:
    """The permission to read the object, or something of it."""
    source, tags = source_of(call), existing_tags(stored_source(call))
    return object_demand(call, source_bucket(call), action, source.key, tags, version=source.version)
