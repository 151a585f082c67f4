"""Object lock: what is locked can't be deleted, by anybody who shouldn't."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.services.s3.harness import Counter
from tests.services.s3.test_versions import delete, versions

from watchword.names import AwsError
from watchword.names.principal import User

KEY = "ledger"
PROMISE = {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
"""Of no bytes."""


@pytest.fixture
def vault(s3: Counter) -> str:
    """A bucket with object lock."""
    s3("CreateBucket", Bucket="vault", ObjectLockEnabledForBucket=True)
    return "vault"


def after(s3: Counter, days: int) -> datetime:
    return s3.now + timedelta(days=days)


def put(s3: Counter, bucket: str, **given: object) -> str:
    version: str = s3.put(bucket, KEY, headers=PROMISE, **given)["VersionId"]
    return version


def locked(s3: Counter, bucket: str, mode: str, days: int = 10) -> dict[str, Any]:
    """A version that is locked: what names it."""
    version = put(s3, bucket, ObjectLockMode=mode, ObjectLockRetainUntilDate=after(s3, days))
    return {"Bucket": bucket, "Key": KEY, "VersionId": version}


def default(s3: Counter, bucket: str, **rule: object) -> dict[str, Any]:
    asked = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": rule}}
    return {"Bucket": bucket, "ObjectLockConfiguration": asked}


def test_a_bucket_with_object_lock_has_versioning_for_good(s3: Counter, vault: str) -> None:
    assert s3("GetBucketVersioning", Bucket=vault) == {"Status": "Enabled"}
    told = s3("GetObjectLockConfiguration", Bucket=vault)
    assert told == {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    suspended = {"VersioningConfiguration": {"Status": "Suspended"}}
    assert s3.code("PutBucketVersioning", Bucket=vault, **suspended) == "InvalidBucketState"
    assert s3("GetBucketVersioning", Bucket=vault) == {"Status": "Enabled"}


def test_it_can_be_turned_on_where_versioning_is(s3: Counter, bucket: str) -> None:
    asked = default(s3, bucket, Mode="COMPLIANCE", Years=2)
    assert s3.code("GetObjectLockConfiguration", Bucket=bucket) == "ObjectLockConfigurationNotFoundError"
    assert s3.code("PutObjectLockConfiguration", **asked) == "InvalidBucketState"
    s3("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3("PutObjectLockConfiguration", **asked)
    told = s3("GetObjectLockConfiguration", Bucket=bucket)
    assert told == {"ObjectLockConfiguration": asked["ObjectLockConfiguration"]}
    only = {"ObjectLockEnabled": "Enabled"}
    s3("PutObjectLockConfiguration", Bucket=bucket, ObjectLockConfiguration=only)
    assert s3("GetObjectLockConfiguration", Bucket=bucket) == {"ObjectLockConfiguration": only}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"Days": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE"}, "MalformedXML"),
        ({"Mode": "governance", "Days": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 1, "Years": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidArgument"),
        ({"Mode": "GOVERNANCE", "Days": 36_501}, "InvalidArgument"),
        ({"Mode": "GOVERNANCE", "Years": -1}, "InvalidArgument"),
        ({"Mode": "GOVERNANCE", "Days": 1, "DefaultEventHold": {"Days": 1}}, "NotImplemented"),
    ],
)
def test_what_is_no_default(s3: Counter, vault: str, rule: dict[str, object], code: str) -> None:
    assert s3.code("PutObjectLockConfiguration", **default(s3, vault, **rule)) == code
    off = {"Bucket": vault, "ObjectLockConfiguration": {"ObjectLockEnabled": ""}}
    assert s3.code("PutObjectLockConfiguration", **off) == "MalformedXML"
    assert s3.code("PutObjectLockConfiguration", Bucket=vault) == "MalformedXML"


def test_new_versions_get_the_default(s3: Counter, vault: str) -> None:
    s3("PutObjectLockConfiguration", **default(s3, vault, Mode="GOVERNANCE", Days=3))
    here = {"Bucket": vault, "Key": KEY}
    assert s3.code("PutObject", **here) == "InvalidRequest"
    put(s3, vault)
    expected = {"Mode": "GOVERNANCE", "RetainUntilDate": after(s3, 3)}
    assert s3("GetObjectRetention", **here) == {"Retention": expected}
    s3("CopyObject", Bucket=vault, Key="copy", CopySource=f"{vault}/{KEY}")
    assert s3("GetObjectRetention", Bucket=vault, Key="copy") == {"Retention": expected}
    own = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": after(s3, 1)}
    put(s3, vault, **own)
    assert s3("GetObjectRetention", **here)["Retention"]["Mode"] == "COMPLIANCE"
    assert s3.code("GetObjectLegalHold", **here) == "NoSuchObjectLockConfiguration"


def test_an_upload_in_parts_is_locked_when_it_is_complete(s3: Counter, vault: str) -> None:
    for lock in ({}, {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": after(s3, 9)}):
        s3("PutObjectLockConfiguration", **default(s3, vault, Mode="GOVERNANCE", Days=3))
        named = {"Bucket": vault, "Key": KEY}
        upload = s3("CreateMultipartUpload", **named, **lock, ObjectLockLegalHoldStatus="ON")["UploadId"]
        etag = s3("UploadPart", **named, UploadId=upload, PartNumber=1)["ETag"]
        parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        s3("CompleteMultipartUpload", **named, UploadId=upload, MultipartUpload=parts)
        mode = lock.get("ObjectLockMode", "GOVERNANCE")
        until = lock.get("ObjectLockRetainUntilDate", after(s3, 3))
        assert s3("GetObjectRetention", **named)["Retention"] == {"Mode": mode, "RetainUntilDate": until}
        assert s3("GetObjectLegalHold", **named) == {"LegalHold": {"Status": "ON"}}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"ObjectLockMode": "GOVERNANCE"}, "InvalidArgument"),
        ({"ObjectLockRetainUntilDate": 1}, "InvalidArgument"),
        ({"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": 0}, "InvalidArgument"),
        ({"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": -1}, "InvalidArgument"),
        ({"ObjectLockMode": "none", "ObjectLockRetainUntilDate": 1}, "InvalidArgument"),
        ({"ObjectLockLegalHoldStatus": "on"}, "InvalidArgument"),
    ],
)
def test_what_is_no_lock(s3: Counter, vault: str, asked: dict[str, Any], code: str) -> None:
    if "ObjectLockRetainUntilDate" in asked:
        asked = asked | {"ObjectLockRetainUntilDate": after(s3, asked["ObjectLockRetainUntilDate"])}
    for name in ("PutObject", "CreateMultipartUpload"):
        assert s3.code(name, Bucket=vault, Key=KEY, headers=PROMISE, **asked) == code
    assert versions(s3, vault) == []


def test_a_lock_needs_a_checksum(s3: Counter, vault: str) -> None:
    assert s3.code("PutObject", Bucket=vault, Key=KEY, ObjectLockLegalHoldStatus="ON") == "InvalidRequest"


def test_a_bucket_without_object_lock_locks_nothing(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY)
    here = {"Bucket": bucket, "Key": KEY}
    lock = {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": after(s3, 1)}}
    hold = {"Status": "ON"}
    assert s3.code("PutObject", **here, headers=PROMISE, ObjectLockLegalHoldStatus="ON") == "InvalidRequest"
    assert s3.code("PutObjectRetention", **here, **lock) == "InvalidRequest"
    assert s3.code("PutObjectLegalHold", **here, LegalHold=hold) == "InvalidRequest"
    assert s3.code("GetObjectRetention", **here) == s3.code("GetObjectLegalHold", **here) == "InvalidRequest"


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_a_locked_version_is_not_deleted(s3: Counter, vault: str, mode: str) -> None:
    named = locked(s3, vault, mode)
    error = s3.error("DeleteObject", **named)
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert "object lock" in error.said
    assert str(s3.now.year) not in error.said
    told = delete(s3, vault, [{"Key": KEY, "VersionId": named["VersionId"]}])
    assert [each["Code"] for each in told["Errors"]] == ["AccessDenied"]
    assert s3("DeleteObject", Bucket=vault, Key=KEY)["DeleteMarker"]  # which hides it and deletes nothing
    assert s3.get(vault, KEY, VersionId=named["VersionId"]) == b""
    assert s3.blobs() == 1
    s3.now = after(s3, 10)
    assert s3("DeleteObject", **named)
    assert s3.blobs() == 0


def test_governance_is_bypassed_by_who_may_and_says_so(
    s3: Counter, vault: str, user: Callable[..., User]
) -> None:
    named = locked(s3, vault, "GOVERNANCE")
    document = {"Effect": "Allow", "Action": ["s3:DeleteObject*", "s3:PutObjectRetention"], "Resource": "*"}
    ann = user("ann", json.dumps({"Version": "2012-10-17", "Statement": document}))
    bypass = {"BypassGovernanceRetention": True}
    assert s3.code("DeleteObject", **named, by=ann) == "AccessDenied"
    error = s3.error("DeleteObject", **named, **bypass, by=ann)
    assert "s3:BypassGovernanceRetention" in error.said
    none: dict[str, object] = {"Retention": {}}
    assert "s3:Bypass" in s3.error("PutObjectRetention", **named, **none, **bypass, by=ann).said
    entries = {"Objects": [{"Key": KEY, "VersionId": named["VersionId"]}]}
    told = s3("DeleteObjects", Bucket=vault, Delete=entries, headers=PROMISE, **bypass, by=ann)
    assert [each["Code"] for each in told["Errors"]] == ["AccessDenied"]
    assert s3.code("DeleteObject", **named) == "AccessDenied"  # root doesn't say so
    assert s3("DeleteObject", **named, **bypass) == {"VersionId": named["VersionId"]}


def test_compliance_is_bypassed_by_nobody(s3: Counter, vault: str) -> None:
    named = locked(s3, vault, "COMPLIANCE")
    bypass = {"BypassGovernanceRetention": True}
    assert s3.code("DeleteObject", **named, **bypass) == "AccessDenied"
    for lock in (
        {},
        {"Mode": "COMPLIANCE", "RetainUntilDate": after(s3, 9)},
        {"Mode": "GOVERNANCE", "RetainUntilDate": after(s3, 11)},
    ):
        assert s3.code("PutObjectRetention", **named, **bypass, Retention=lock) == "AccessDenied"
    longer = {"Mode": "COMPLIANCE", "RetainUntilDate": after(s3, 11)}
    s3("PutObjectRetention", **named, Retention=longer)
    assert s3("GetObjectRetention", **named) == {"Retention": longer}


@pytest.mark.parametrize(
    ("mode", "days", "bypass", "allowed"),
    [
        ("GOVERNANCE", 11, False, True),
        ("GOVERNANCE", 10, False, True),
        ("GOVERNANCE", 9, False, False),
        ("GOVERNANCE", 9, True, True),
        ("COMPLIANCE", 11, False, False),
        ("COMPLIANCE", 11, True, True),
        (None, 0, False, False),
        (None, 0, True, True),
    ],
)
def test_what_becomes_of_governance(
    s3: Counter, vault: str, mode: str | None, days: int, bypass: bool, allowed: bool
) -> None:
    named = locked(s3, vault, "GOVERNANCE")
    lock = {"Mode": mode, "RetainUntilDate": after(s3, days)} if mode else {}
    given: dict[str, object] = {"Retention": lock, "BypassGovernanceRetention": bypass}
    if not allowed:
        assert s3.code("PutObjectRetention", **named, **given) == "AccessDenied"
        lock = {"Mode": "GOVERNANCE", "RetainUntilDate": after(s3, 10)}
    else:
        s3("PutObjectRetention", **named, **given)
    if lock:
        assert s3("GetObjectRetention", **named) == {"Retention": lock}
    else:
        assert s3.code("GetObjectRetention", **named) == "NoSuchObjectLockConfiguration"
        s3("DeleteObject", **named)


@pytest.mark.parametrize(
    ("lock", "code"),
    [
        ({"Mode": "GOVERNANCE"}, "MalformedXML"),
        ({"RetainUntilDate": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "RetainUntilDate": 0}, "InvalidArgument"),
        ({"Mode": "other", "RetainUntilDate": 1}, "InvalidArgument"),
        ({"EventHold": "ON"}, "NotImplemented"),
    ],
)
def test_what_is_no_retention(s3: Counter, vault: str, lock: dict[str, Any], code: str) -> None:
    put(s3, vault)
    if "RetainUntilDate" in lock:
        lock = lock | {"RetainUntilDate": after(s3, lock["RetainUntilDate"])}
    assert s3.code("PutObjectRetention", Bucket=vault, Key=KEY, Retention=lock) == code
    assert s3.code("GetObjectRetention", Bucket=vault, Key=KEY) == "NoSuchObjectLockConfiguration"


def test_a_hold_holds_until_it_is_lifted(s3: Counter, vault: str) -> None:
    named = {"Bucket": vault, "Key": KEY, "VersionId": put(s3, vault, ObjectLockLegalHoldStatus="ON")}
    assert s3("GetObjectLegalHold", **named) == {"LegalHold": {"Status": "ON"}}
    s3.now = after(s3, 10_000)
    assert s3.code("DeleteObject", **named, BypassGovernanceRetention=True) == "AccessDenied"
    assert s3.code("PutObjectLegalHold", **named, LegalHold={"Status": "off"}) == "MalformedXML"
    assert s3.code("PutObjectLegalHold", **named) == "MalformedXML"
    s3("PutObjectLegalHold", **named, LegalHold={"Status": "OFF"})
    assert s3("GetObjectLegalHold", **named) == {"LegalHold": {"Status": "OFF"}}
    s3("DeleteObject", **named)
    assert s3.code("PutObjectLegalHold", **named, LegalHold={"Status": "ON"}) == "NoSuchVersion"


def test_a_marker_has_no_lock(s3: Counter, vault: str) -> None:
    marker = s3("DeleteObject", Bucket=vault, Key=KEY)["VersionId"]
    named = {"Bucket": vault, "Key": KEY, "VersionId": marker}
    assert s3.code("PutObjectLegalHold", **named, LegalHold={"Status": "ON"}) == "MethodNotAllowed"
    assert s3.code("GetObjectRetention", **named) == "MethodNotAllowed"
    s3("DeleteObject", **named)


def test_the_lock_is_told_to_who_may_see_it(s3: Counter, vault: str, user: Callable[..., User]) -> None:
    named = locked(s3, vault, "GOVERNANCE")
    s3("PutObjectLegalHold", **named, LegalHold={"Status": "ON"})
    members = {
        "s3:GetObjectRetention": {"ObjectLockMode", "ObjectLockRetainUntilDate"},
        "s3:GetObjectLegalHold": {"ObjectLockLegalHoldStatus"},
    }
    for action, expected in ({"s3:GetObjectTagging": set[str]()} | members).items():
        document = {"Effect": "Allow", "Action": ["s3:GetObject", action], "Resource": "*"}
        ann = user(f"ann{len(expected)}", json.dumps({"Version": "2012-10-17", "Statement": document}))
        for name in ("GetObject", "HeadObject"):
            told = s3(name, Bucket=vault, Key=KEY, by=ann)
            assert {member for member in told if member.startswith("ObjectLock")} == expected


def test_a_lock_that_comes_between_holds(s3: Counter, vault: str) -> None:
    named = {"Bucket": vault, "Key": KEY, "VersionId": put(s3, vault)}

    def hold() -> None:
        s3.meanwhile = str
        s3("PutObjectLegalHold", **named, LegalHold={"Status": "ON"})

    s3.meanwhile = hold
    assert s3.code("DeleteObject", **named) == "AccessDenied"
    assert s3.blobs() == 1


def test_conditions_on_locks(s3: Counter, vault: str, user: Callable[..., User]) -> None:
    numbers = count()
    version = put(s3, vault)

    def may(condition: dict[str, dict[str, str]], name: str, **given: object) -> bool:
        allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
        ann = user(f"ann{next(numbers)}", json.dumps({"Version": "2012-10-17", "Statement": allow}))
        try:
            s3(name, Bucket=vault, Key=KEY, headers=PROMISE, by=ann, **given)
        except AwsError as error:
            assert error.code == "AccessDenied", error
            return False
        return True

    lock: dict[str, object] = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": after(s3, 10)}
    retention = {"VersionId": version, "Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": after(s3, 10)}}
    for name, given in (("PutObject", lock), ("PutObjectRetention", retention)):
        assert may({"StringEquals": {"s3:object-lock-mode": "GOVERNANCE"}}, name, **given)
        assert not may({"StringEquals": {"s3:object-lock-mode": "COMPLIANCE"}}, name, **given)
        assert may({"NumericEquals": {"s3:object-lock-remaining-retention-days": "10"}}, name, **given)
        assert not may({"NumericLessThan": {"s3:object-lock-remaining-retention-days": "10"}}, name, **given)
        until = after(s3, 10).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert may({"DateEquals": {"s3:object-lock-retain-until-date": until}}, name, **given)
    held = {"StringEquals": {"s3:object-lock-legal-hold": "ON"}}
    assert may(held, "PutObject", ObjectLockLegalHoldStatus="ON")
    assert not may(held, "PutObject")
    assert may(held, "PutObjectLegalHold", VersionId=version, LegalHold={"Status": "ON"})
    assert not may(held, "PutObjectLegalHold", VersionId=version, LegalHold={"Status": "OFF"})
