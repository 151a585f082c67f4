"""Retention and legal hold of single versions.

1. The bucket has object lock, or InvalidRequest.
2. A retention has a mode and a date; without both it ends the one that is there. Otherwise: MalformedXML.
3. The date is in the future, or InvalidArgument.
4. A retention that isn't over can be made longer in its mode. Anything else needs GOVERNANCE mode, the
   header x-amz-bypass-governance-retention and s3:BypassGovernanceRetention. Otherwise: AccessDenied. Nobody
   shortens a retention in COMPLIANCE mode, the root user included.
5. A legal hold can be put and lifted at any time, whatever the retention.

Dates are compared with this server's clock.
Source: Amazon S3 API Reference, PutObjectRetention, GetObjectRetention, PutObjectLegalHold,
GetObjectLegalHold; User Guide, "Locking objects with Object Lock".
"""

from watchword.access import Demand
from watchword.services.operation import Call, Demands, Operation, Output, object_write, reads
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.locks.locks import HOLDS, bypasses, check_bucket, check_retention, protected
from watchword.services.s3.versions.versions import version_of
from watchword.store.s3 import locks, objects
from watchword.store.s3.objects import Object


def put_object_retention(call: Call) -> Output:
    """PutObjectRetention."""
    check_body(call.request, required=False)
    check_bucket(call)
    asked = call.input.get("Retention", {})
    if asked.keys() - {"Mode", "RetainUntilDate"}:
        raise s3_error("NotImplemented", "Event holds are not implemented.")
    mode, until = asked.get("Mode"), asked.get("RetainUntilDate")
    if (mode is None) != (until is None):
        raise s3_error("MalformedXML")
    check_retention(mode, until, call.now)
    row, tx = version_of(call), call.change.begin()
    if not locks.set_retention(tx, row, mode, until, call.now, bypass=bypasses(call)):
        raise protected(_still(call, row))
    return {}


def get_object_retention(call: Call) -> Output:
    """GetObjectRetention."""
    check_bucket(call)
    row = version_of(call)
    if row.lock_mode is None:
        raise s3_error("NoSuchObjectLockConfiguration", Key=call.input["Key"])
    return {"Retention": {"Mode": row.lock_mode, "RetainUntilDate": row.retain_until}}


def put_object_legal_hold(call: Call) -> Output:
    """PutObjectLegalHold."""
    check_body(call.request, required=False)
    check_bucket(call)
    status = call.input.get("LegalHold", {}).get("Status")
    if status not in HOLDS:
        raise s3_error("MalformedXML")
    row = version_of(call)
    if not locks.set_hold(call.change.begin(), row, on=HOLDS[status]):
        _still(call, row)
    return {}


def get_object_legal_hold(call: Call) -> Output:
    """GetObjectLegalHold."""
    check_bucket(call)
    row = version_of(call)
    if row.legal_hold is None:
        raise s3_error("NoSuchObjectLockConfiguration", Key=call.input["Key"])
    return {"LegalHold": {"Status": "ON" if row.legal_hold else "OFF"}}


def to_bypass(call: Call, key: str, *, optional: bool = False) -> tuple[Demand, ...]:
    """The permission for the header, if it is sent."""
    if not bypasses(call):
        return ()
    return (object_demand(call, bucket_of(call), "s3:BypassGovernanceRetention", key, optional=optional),)


def on_version(action: str) -> Demands:
    """For operations that need `action` on the object, whichever version they name."""

    def demands(call: Call) -> tuple[Demand, ...]:
        key = call.input["Key"]
        return (object_demand(call, bucket_of(call), action, key), *to_bypass(call, key))

    return demands


def _still(call: Call, row: Object) -> Object:
    """The version, if it hasn't been deleted since it was read."""
    left = objects.at(call.change.begin(), row.bucket_id, row.key, row.version)
    if left is None:
        raise s3_error("NoSuchVersion", Key=row.key.decode(), VersionId=row.version)
    return left


OPERATIONS: dict[str, Operation] = {
    "PutObjectRetention": object_write(put_object_retention, on_version("s3:PutObjectRetention")),
    "GetObjectRetention": reads(get_object_retention, on_version("s3:GetObjectRetention"), data_event=True),
    "PutObjectLegalHold": object_write(put_object_legal_hold, on_version("s3:PutObjectLegalHold")),
    "GetObjectLegalHold": reads(get_object_legal_hold, on_version("s3:GetObjectLegalHold"), data_event=True),
}
