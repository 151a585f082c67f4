"""The object that a copy reads: its bucket, its row, and the permission for it."""

from watchword.access import Demand
from watchword.facts.buckets import BucketFact
from watchword.services.operation import Call
from watchword.services.s3.copy_source import Source
from watchword.services.s3.demands import bucket_named, no_such_key, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.stored import existing_tags, stored
from watchword.store.s3.objects import UNVERSIONED, Object


def source_of(call: Call) -> Source:
    """Where the copy is from."""
    return Source.parse(call.input["CopySource"])


def source_bucket(call: Call) -> BucketFact:
    """Its bucket."""
    return bucket_named(call, source_of(call).bucket, call.input.get("ExpectedSourceBucketOwner"))


def stored_source(call: Call) -> Object | None:
    """Its row, None when there is none."""
    source = source_of(call)
    return stored(call, source_bucket(call), source.key) if source.version in ("", UNVERSIONED) else None


def source_row(call: Call) -> Object:
    """Its row. Raises NoSuchKey, or AccessDenied if the caller may not list the bucket."""
    source = source_of(call)
    if source.version not in ("", UNVERSIONED):
        raise s3_error("NoSuchVersion", Key=source.key, VersionId=source.version)
    row = stored_source(call)
    if row is None:
        raise no_such_key(call, source_bucket(call), source.key)
    return row


def to_read_source(call: Call, action: str = "s3:GetObject") -> Demand:
    """The permission to read the object, or something of it."""
    source, tags = source_of(call), existing_tags(stored_source(call))
    return object_demand(call, source_bucket(call), action, source.key, tags, version=source.version)
