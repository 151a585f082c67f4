"""Object lock of a bucket: whether its versions can be locked, and for how long new ones are by default.

1. Versioning is enabled, or InvalidBucketState. While a bucket has object lock, which is for good, versioning
   can't be suspended (`versioning`).
2. A rule has a mode, and either days or years, or MalformedXML.
3. The period is from 1 day to 36,500 days or 100 years, or InvalidArgument.

A year is 365 days. What locks a version is in `locks`, the locks of single versions are in `retention`.
Source: Amazon S3 API Reference, PutObjectLockConfiguration and GetObjectLockConfiguration; User Guide,
"Locking objects with Object Lock".
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.locks import COMPLIANCE, GOVERNANCE

_LONGEST = {"Days": 36_500, "Years": 100}
_DAYS_OF_A_YEAR = 365
NO_DEFAULT = "{}"
"""Object lock without a default retention."""


class Default(Struct, frozen=True, omit_defaults=True):
    """The default retention of a bucket, as it is stored; `Mode` is empty without one."""

    Mode: str = ""
    Days: int = 0
    Years: int = 0

    @property
    def period(self) -> timedelta:
        return timedelta(days=self.Days + self.Years * _DAYS_OF_A_YEAR)


def default_of(bucket: Bucket) -> Default | None:
    """The default retention of new versions in a bucket."""
    if bucket.object_lock in (None, NO_DEFAULT):
        return None
    return msgspec.json.decode(bucket.object_lock or NO_DEFAULT, type=Default)


def put_object_lock_configuration(call: Call) -> Output:
    """PutObjectLockConfiguration. Without a rule there is no default any more."""
    check_body(call.request, required=False)
    asked = call.input.get("ObjectLockConfiguration", {})
    if asked.get("ObjectLockEnabled") != "Enabled":
        raise s3_error("MalformedXML")
    stored = _default(asked["Rule"]) if "Rule" in asked else Default()
    if not buckets.set_object_lock(call.tx, bucket_of(call).bucket, msgspec.json.encode(stored).decode()):
        said = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise s3_error("InvalidBucketState", said)
    return {}


def get_object_lock_configuration(call: Call) -> Output:
    """GetObjectLockConfiguration."""
    bucket = bucket_of(call).bucket
    if bucket.object_lock is None:
        raise s3_error("ObjectLockConfigurationNotFoundError", BucketName=bucket.name)
    told: dict[str, object] = {"ObjectLockEnabled": "Enabled"}
    if default := default_of(bucket):
        told["Rule"] = {"DefaultRetention": msgspec.to_builtins(default)}
    return {"ObjectLockConfiguration": told}


def _default(rule: Mapping[str, Any]) -> Default:
    """Rules 2 and 3."""
    asked = rule.get("DefaultRetention", {})
    if "DefaultEventHold" in asked:
        raise s3_error("NotImplemented", "Event holds are not implemented.")
    units = asked.keys() & _LONGEST.keys()
    if asked.get("Mode") not in (GOVERNANCE, COMPLIANCE) or len(units) != 1:
        raise s3_error("MalformedXML")
    (unit,) = units
    if not 0 < asked[unit] <= _LONGEST[unit]:
        said = f"Default retention period must be a positive integer value of at most {_LONGEST[unit]}."
        raise invalid_argument(said, unit, str(asked[unit]))
    return Default(asked["Mode"], **{unit: asked[unit]})


OPERATIONS: dict[str, Operation] = {
    "PutObjectLockConfiguration": writes(
        put_object_lock_configuration, on_bucket("s3:PutBucketObjectLockConfiguration")
    ),
    "GetObjectLockConfiguration": reads(
        get_object_lock_configuration, on_bucket("s3:GetBucketObjectLockConfiguration")
    ),
}
