"""The logging configuration of a bucket: put, get.

1. The target is a bucket of the same account and the same region, and requesters don't pay for it. Otherwise:
   InvalidTargetBucketForLogging, CrossLocationLoggingProhibited.
2. It has no default retention (object lock). Otherwise: InvalidTargetBucketForLogging.
3. Grants for the objects with the log are refused (NotImplemented): the target's policy allows
   logging.s3.amazonaws.com to write, and others to read.
4. Keys begin with the prefix. They are plain, or have a folder for account, region, bucket and day.
5. A document without LoggingEnabled ends logging.

Source: Amazon S3 API Reference, PutBucketLogging, GetBucketLogging; User Guide, "Logging requests with server
access logging", "Enabling Amazon S3 server access logging".
"""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct

from watchword.facts.buckets import BUCKET
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.locks.object_lock import default_of
from watchword.services.s3.request_payment import REQUESTER
from watchword.services.s3.request_payment import SETTING as PAYMENT
from watchword.store.s3 import bucket_settings

SETTING = "logging"
"""The name of the setting of a bucket."""
_LONGEST_PREFIX = 800
"""A key has 1,024 bytes, with the date and what makes it unique."""
_REMEMBERED = 64


class Partitioned(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """Keys with folders; of the date when it is delivered, or of the events."""

    partition_date_source: str = "DeliveryTime"


class KeyFormat(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """How keys are made: rule 4."""

    simple_prefix: dict[str, str] | None = None
    partitioned_prefix: Partitioned | None = None


class Logging(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """Where the log goes."""

    target_bucket: str
    target_prefix: str
    target_object_key_format: KeyFormat = KeyFormat()

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "Logging | None":
        """That of a bucket with such settings."""
        return _read(settings[SETTING]) if SETTING in settings else None


def put_bucket_logging(call: Call) -> Output:
    """PutBucketLogging."""
    check_body(call.request, required=False)
    given, document = call.input["BucketLoggingStatus"].get("LoggingEnabled"), None
    if given is not None:
        if given.get("TargetGrants"):
            raise s3_error("NotImplemented", "TargetGrants aren't implemented: use the policy of the target.")
        _check_target(call, given["TargetBucket"])
        if len(given["TargetPrefix"].encode()) > _LONGEST_PREFIX:
            raise s3_error("InvalidRequest", "The target prefix is too long.")
        document = msgspec.json.encode(msgspec.convert(given, Logging)).decode()
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_logging(call: Call) -> Output:
    """GetBucketLogging."""
    document = bucket_of(call).settings.get(SETTING)
    return {"LoggingEnabled": msgspec.json.decode(document)} if document else {}


def _check_target(call: Call, name: str) -> None:
    """Rules 1 and 2. A bucket of others is refused like one that isn't there."""
    source = bucket_of(call).bucket
    found = call.world.facts.get(BUCKET, name)
    if found is None or found.bucket.account != source.account:
        raise s3_error("InvalidTargetBucketForLogging", TargetBucket=name)
    if found.bucket.region != source.region:
        raise s3_error("CrossLocationLoggingProhibited")
    if found.settings.get(PAYMENT) == REQUESTER or default_of(found.bucket):
        said = "The target bucket for logging has a default retention, or its requesters pay."
        raise s3_error("InvalidTargetBucketForLogging", said, TargetBucket=name)


@lru_cache(_REMEMBERED)
def _read(document: str) -> Logging:
    return msgspec.json.decode(document, type=Logging)


OPERATIONS: dict[str, Operation] = {
    "PutBucketLogging": writes(put_bucket_logging, on_bucket("s3:PutBucketLogging")),
    "GetBucketLogging": reads(get_bucket_logging, on_bucket("s3:GetBucketLogging")),
}
