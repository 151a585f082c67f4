"""The lock that a new version gets: from the headers of the request, or from the default of its bucket.

1. The bucket has object lock, or InvalidRequest.
2. A mode comes with a date, and a date with a mode, or InvalidArgument.
3. The mode is one, and the date is in the future, or InvalidArgument.
4. A put with a lock has a checksum, or InvalidRequest.

Source: Amazon S3 API Reference, PutObject, "x-amz-object-lock-*"; User Guide, "Object Lock considerations".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypedDict

from watchword.access import Demand
from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import Promise
from watchword.services.s3.locks.object_lock import default_of
from watchword.store.s3.locks import COMPLIANCE, GOVERNANCE
from watchword.store.s3.objects import Object
from watchword.store.s3.uploads import Upload

_RETENTION, _HOLD = "s3:GetObjectRetention", "s3:GetObjectLegalHold"
HOLDS = {"ON": True, "OFF": False}
_MEMBERS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
_PERMISSIONS = dict(zip(_MEMBERS, ("Retention", "Retention", "LegalHold"), strict=True))


class Columns(TypedDict):
    """The fields of a row that lock its version."""

    lock_mode: str | None
    retain_until: datetime | None
    legal_hold: bool | None


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of a version."""

    mode: str | None = None
    until: datetime | None = None
    hold: bool | None = None

    @classmethod
    def asked(cls, call: Call) -> Self:
        """What the headers of a request ask for: rules 1 to 3."""
        given: Mapping[str, Any] = call.input
        if not any(member in given for member in _MEMBERS):
            return cls()
        check_bucket(call)
        mode, until = given.get("ObjectLockMode"), given.get("ObjectLockRetainUntilDate")
        if (mode is None) != (until is None):
            said = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
            raise s3_error("InvalidArgument", said)
        check_retention(mode, until, call.now)
        return cls(mode, until, _hold(given.get("ObjectLockLegalHoldStatus")))

    @classmethod
    def of(cls, row: Object | Upload) -> Self:
        return cls(row.lock_mode, row.retain_until, row.legal_hold)

    def or_default(self, call: Call) -> "Lock":
        """The same, with the default retention of the bucket if it has no other."""
        default = default_of(bucket_of(call).bucket)
        if self.mode or default is None:
            return self
        return Lock(default.Mode, call.now + default.period, self.hold)

    def check_promise(self, promise: Promise) -> None:
        """Rule 4."""
        if promise.empty and (self.mode or self.hold):
            said = (
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object "
                "Lock parameters"
            )
            raise s3_error("InvalidRequest", said)

    @property
    def columns(self) -> Columns:
        """The same as fields of a row."""
        return {"lock_mode": self.mode, "retain_until": self.until, "legal_hold": self.hold}


def new_lock(call: Call) -> Lock:
    """The lock of the version that the call makes."""
    return Lock.asked(call).or_default(call)


def to_lock(call: Call) -> tuple[Demand, ...]:
    """The permissions that the headers of a put need, beside its own."""
    fact, key = bucket_of(call), call.input["Key"]
    kinds = sorted({_PERMISSIONS[member] for member in _MEMBERS if member in call.input})
    return tuple(object_demand(call, fact, f"s3:PutObject{kind}", key) for kind in kinds)


def to_see_lock(call: Call) -> tuple[Demand, ...]:
    """The permissions without which an answer about an object says nothing of its lock."""
    fact, key = bucket_of(call), call.input["Key"]
    if fact.bucket.object_lock is None:
        return ()
    return tuple(object_demand(call, fact, action, key, optional=True) for action in (_RETENTION, _HOLD))


def locked(call: Call, row: Object) -> dict[str, object]:
    """The members of an answer about an object that come from its lock, as far as the caller may see it."""
    if row.lock_mode is None and row.legal_hold is None:
        return {}
    seen = granted(call)
    output: dict[str, object] = {}
    if row.lock_mode and _RETENTION in seen:
        output |= {"ObjectLockMode": row.lock_mode, "ObjectLockRetainUntilDate": row.retain_until}
    if row.legal_hold is not None and _HOLD in seen:
        output["ObjectLockLegalHoldStatus"] = "ON" if row.legal_hold else "OFF"
    return output


def granted(call: Call) -> set[str]:
    """The actions that the caller was allowed, of those that the call demanded."""
    return {decision.request.action for decision in call.decisions if decision.allowed}


def bypasses(call: Call) -> bool:
    """Whether the call ends a retention in GOVERNANCE mode; then it was allowed to."""
    asked: bool = call.input.get("BypassGovernanceRetention", False)
    return asked


def check_bucket(call: Call) -> None:
    """Rule 1."""
    if bucket_of(call).bucket.object_lock is None:
        raise s3_error("InvalidRequest", "Bucket is missing Object Lock Configuration")


def check_retention(mode: str | None, until: datetime | None, now: datetime) -> None:
    """Rule 3."""
    if mode is not None and mode not in (GOVERNANCE, COMPLIANCE):
        raise invalid_argument("Unknown wormMode directive", "x-amz-object-lock-mode", mode)
    if until is not None and until <= now:
        said, member = "The retain until date must be in the future!", "x-amz-object-lock-retain-until-date"
        raise invalid_argument(said, member, until.isoformat())


def protected(row: Object) -> AwsError:
    """The version is locked. Until when is for the operator: the caller may not be allowed to know."""
    until = f"{row.lock_mode} until {row.retain_until}" if row.lock_mode else "no retention"
    hold = "a legal hold" if row.legal_hold else "no legal hold"
    said = "Access Denied because object protected by object lock."
    return AwsError("AccessDenied", 403, said, meant=f"the version has {until}, {hold}")


def _hold(status: str | None) -> bool | None:
    if status is not None and status not in HOLDS:
        said = "Legal Hold must be either of 'ON' or 'OFF'"
        raise invalid_argument(said, "x-amz-object-lock-legal-hold", status)
    return None if status is None else HOLDS[status]
