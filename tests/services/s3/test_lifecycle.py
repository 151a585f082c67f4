"""Lifecycle: which documents are rules, and what the job does with versions as time goes by."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.s3.harness import Counter
from tests.services.s3.test_versions import set_state, versions

from watchword.services.s3.lifecycle import work
from watchword.services.s3.lifecycle.rules import midnight_after
from watchword.services.s3.lifecycle.work import daily
from watchword.store.s3 import uploads
from watchword.store.s3.uploads import Upload

KEY = "logs/a"
PROMISE = {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
"""Of no bytes."""
DAYS = {"Expiration": {"Days": 2}}
OLD = {"NoncurrentVersionExpiration": {"NoncurrentDays": 2}}
UNFINISHED = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}


def configure(s3: Counter, bucket: str, *rules: dict[str, Any]) -> dict[str, Any]:
    """Puts the rules; a rule without a status is enabled, and without a filter about everything."""
    whole = [{"Status": "Enabled"} | ({} if "Prefix" in rule else {"Filter": {}}) | rule for rule in rules]
    return s3(
        "PutBucketLifecycleConfiguration",
        Bucket=bucket,
        LifecycleConfiguration={"Rules": whole},
        headers=PROMISE,
    )


def text(document: dict[str, Any]) -> str:
    return json.dumps(document, default=str, sort_keys=True)


def pass_days(s3: Counter, days: int) -> None:
    """Moves the server's clock, and runs the job."""
    s3.now += timedelta(days=days)
    s3.world.clock.advance(timedelta(days=days).total_seconds())
    daily()(s3.world)


@pytest.fixture(autouse=True)
def _same_clock(s3: Counter) -> None:
    """Calls and the job have the same time."""
    s3.now = s3.world.clock.now()


@pytest.fixture
def kept(s3: Counter, bucket: str) -> str:
    """A bucket that keeps versions."""
    set_state(s3, bucket, "Enabled")
    return bucket


def keys(s3: Counter, bucket: str) -> list[str]:
    return [each["Key"] for each in s3("ListObjectsV2", Bucket=bucket)["Contents"]]


def test_what_was_put_is_told_and_can_be_deleted(s3: Counter, bucket: str) -> None:
    rules: list[dict[str, Any]] = [
        {"ID": "a", "Filter": {}, "Status": "Enabled", **DAYS},
        {"ID": "b", "Prefix": "", "Status": "Disabled", **UNFINISHED},
        {"ID": "c", "Filter": {"Tag": {"Key": "k", "Value": ""}}, "Status": "Enabled", **OLD},
        {
            "ID": "d",
            "Filter": {"And": {"Prefix": "x", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeLessThan": 9}},
            "Status": "Enabled",
            "Expiration": {"Date": datetime(2030, 1, 1, tzinfo=UTC)},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 3},
        },
        {
            "ID": "e",
            "Filter": {"ObjectSizeGreaterThan": 0},
            "Status": "Enabled",
            "Expiration": {"Days": 2**31 - 1},
        },
        {"ID": "f", "Filter": {}, "Status": "Enabled", "Expiration": {"ExpiredObjectDeleteMarker": True}},
    ]
    minimum = {"TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"}
    assert s3.code("GetBucketLifecycleConfiguration", Bucket=bucket) == "NoSuchLifecycleConfiguration"
    assert configure(s3, bucket, *rules) == minimum
    told = s3("GetBucketLifecycleConfiguration", Bucket=bucket)
    assert text(told) == text({"Rules": rules, **minimum})
    pass_days(s3, 1)  # with every form of a rule
    s3("DeleteBucketLifecycle", Bucket=bucket)
    assert s3.code("GetBucketLifecycleConfiguration", Bucket=bucket) == "NoSuchLifecycleConfiguration"
    configure(s3, bucket, DAYS, DAYS)
    first, second = s3("GetBucketLifecycleConfiguration", Bucket=bucket)["Rules"]
    assert first["ID"] != second["ID"]


NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TAG = {"Key": "k", "Value": "v"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "InvalidRequest"),
        ({"Status": "on", **DAYS}, "MalformedXML"),
        ({"Prefix": "a", "Filter": {}, **DAYS}, "MalformedXML"),
        ({"Filter": {"Prefix": "a", "Tag": TAG}, **DAYS}, "MalformedXML"),
        ({"Filter": {"And": {"Prefix": "a"}}, **DAYS}, "MalformedXML"),
        ({"Filter": {"And": {"Tags": [TAG, TAG]}}, **DAYS}, "InvalidRequest"),
        ({"Filter": {"ObjectSizeLessThan": -1}, **DAYS}, "InvalidRequest"),
        (
            {"Filter": {"And": {"ObjectSizeLessThan": 6, "ObjectSizeGreaterThan": 5}}, **DAYS},
            "InvalidRequest",
        ),
        ({"Filter": {"Prefix": "a" * 1025}, **DAYS}, "KeyTooLongError"),
        ({"ID": "a" * 256, **DAYS}, "InvalidArgument"),
        ({"Expiration": {}}, "MalformedXML"),
        ({"Expiration": {"Days": 1, "Date": NOON}}, "MalformedXML"),
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
        ({"Expiration": {"Days": -1}}, "InvalidArgument"),
        ({"Expiration": {"Date": NOON}}, "InvalidArgument"),
        ({"NoncurrentVersionExpiration": {}}, "InvalidArgument"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 0}}, "InvalidArgument"),
        (
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}},
            "InvalidArgument",
        ),
        ({"AbortIncompleteMultipartUpload": {}}, "InvalidArgument"),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0}}, "InvalidArgument"),
        ({"Filter": {"Tag": TAG}, **UNFINISHED}, "InvalidRequest"),
        ({"Filter": {"Tag": TAG}, "Expiration": {"ExpiredObjectDeleteMarker": True}}, "InvalidRequest"),
        ({"Filter": {"ObjectSizeGreaterThan": 1}, **UNFINISHED}, "InvalidRequest"),
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "NotImplemented"),
        (
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}], **DAYS},
            "NotImplemented",
        ),
    ],
)
def test_what_is_no_rule(s3: Counter, bucket: str, rule: dict[str, Any], code: str) -> None:
    whole = (
        {"Status": "Enabled"} | ({} if "Prefix" in rule and "Filter" not in rule else {"Filter": {}}) | rule
    )
    document = {"LifecycleConfiguration": {"Rules": [whole]}}
    told = s3.code("PutBucketLifecycleConfiguration", Bucket=bucket, **document, headers=PROMISE)
    assert told == code
    assert s3.code("GetBucketLifecycleConfiguration", Bucket=bucket) == "NoSuchLifecycleConfiguration"


def test_what_is_no_configuration(s3: Counter, bucket: str) -> None:
    def code(rules: list[dict[str, Any]], **more: object) -> str:
        document = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": rules}}
        return s3.code("PutBucketLifecycleConfiguration", **document, **{"headers": PROMISE, **more})

    rule = {"Status": "Enabled", "Filter": {}, **DAYS}
    assert code([]) == code([rule] * 1001) == "MalformedXML"
    assert code([rule | {"ID": "a"}] * 2) == "InvalidArgument"
    assert code([rule], headers={}) == "InvalidRequest"
    assert code([rule], TransitionDefaultMinimumObjectSize="none") == "InvalidArgument"


def test_an_object_expires_at_a_midnight(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY, b"data")
    configure(s3, bucket, DAYS)
    pass_days(s3, 1)
    assert keys(s3, bucket) == [KEY]
    pass_days(s3, 2)
    assert versions(s3, bucket) == []
    assert s3.blobs() == 0


def test_a_date_is_for_all_objects_from_then_on(s3: Counter, bucket: str) -> None:
    s3.put(bucket, KEY)
    configure(s3, bucket, {"Expiration": {"Date": midnight_after(s3.now, 1)}})
    pass_days(s3, 0)
    assert keys(s3, bucket) == [KEY]
    pass_days(s3, 2)
    assert keys(s3, bucket) == []


@pytest.mark.parametrize(
    ("filtered", "gone"),
    [
        ({"Filter": {"Prefix": "logs/"}}, {"logs/big", "logs/red", "logs/small"}),
        ({"Prefix": "logs/"}, {"logs/big", "logs/red", "logs/small"}),
        ({"Filter": {"Tag": {"Key": "team", "Value": "red"}}}, {"logs/red", "red"}),
        ({"Filter": {"ObjectSizeGreaterThan": 2}}, {"logs/big"}),
        ({"Filter": {"ObjectSizeLessThan": 3}}, {"logs/red", "logs/small", "red"}),
        (
            {"Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "team", "Value": "red"}]}}},
            {"logs/red"},
        ),
        ({"Status": "Disabled"}, set()),
    ],
)
def test_what_a_rule_is_about(s3: Counter, bucket: str, filtered: dict[str, Any], gone: set[str]) -> None:
    there = {"logs/big", "logs/red", "logs/small", "red"}
    for key in there:
        tagged = {"Tagging": "team=red&level=1"} if "red" in key else {}
        s3.put(bucket, key, b"big" if "big" in key else b"s", **tagged)
    configure(s3, bucket, filtered | DAYS)
    pass_days(s3, 4)
    assert set(keys(s3, bucket)) == there - gone


def test_with_versions_an_object_goes_behind_a_marker(s3: Counter, kept: str) -> None:
    first = s3.put(kept, KEY, b"data")["VersionId"]
    configure(s3, kept, DAYS)
    pass_days(s3, 4)
    (listed, marker) = versions(s3, kept)
    assert listed == (KEY, first, False)
    assert marker[2]
    assert s3.get(kept, KEY, VersionId=first) == b"data"
    pass_days(s3, 4)
    assert versions(s3, kept) == [listed, marker]  # the marker isn't followed by another


def test_suspended_the_null_version_is_replaced_by_a_marker(s3: Counter, kept: str) -> None:
    first = s3.put(kept, KEY, b"first")["VersionId"]
    set_state(s3, kept, "Suspended")
    s3.put(kept, KEY, b"second")
    configure(s3, kept, DAYS)
    pass_days(s3, 4)
    assert versions(s3, kept) == [(KEY, first, False), (KEY, "null", True)]
    assert s3.blobs() == 1


def test_old_versions_are_deleted_and_some_are_kept(s3: Counter, kept: str) -> None:
    put = [s3.put(kept, KEY, b"%d" % number)["VersionId"] for number in range(5)]
    old = {"NoncurrentDays": 2, "NewerNoncurrentVersions": 2}
    configure(s3, kept, {"NoncurrentVersionExpiration": old})
    pass_days(s3, 1)
    assert len(versions(s3, kept)) == 5
    pass_days(s3, 3)
    assert [version for _, version, _ in versions(s3, kept)] == [put[4], put[3], put[2]]
    configure(s3, kept, OLD)
    pass_days(s3, 0)
    assert versions(s3, kept) == [(KEY, put[4], True)]
    assert s3.blobs() == 1


def test_a_version_is_noncurrent_from_when_the_next_was_put(s3: Counter, kept: str) -> None:
    s3.put(kept, KEY)
    configure(s3, kept, OLD)
    pass_days(s3, 10)
    s3.put(kept, KEY)
    pass_days(s3, 1)
    assert len(versions(s3, kept)) == 2
    pass_days(s3, 2)
    assert len(versions(s3, kept)) == 1


@pytest.mark.parametrize("rule", [{"Expiration": {"ExpiredObjectDeleteMarker": True}}, DAYS])
def test_a_marker_with_nothing_behind_it_is_deleted(s3: Counter, kept: str, rule: dict[str, Any]) -> None:
    s3.put(kept, "other")
    s3("DeleteObject", Bucket=kept, Key="other")
    s3("DeleteObject", Bucket=kept, Key=KEY)
    configure(s3, kept, rule)
    pass_days(s3, 4)
    assert {key for key, _, _ in versions(s3, kept)} == {"other"}
    configure(s3, kept, rule, OLD)
    pass_days(s3, 4)
    pass_days(s3, 4)
    assert versions(s3, kept) == []


def test_unfinished_uploads_are_aborted(s3: Counter, bucket: str) -> None:
    for key in (KEY, "other"):
        upload = s3("CreateMultipartUpload", Bucket=bucket, Key=key)["UploadId"]
        s3("UploadPart", Bucket=bucket, Key=key, UploadId=upload, PartNumber=1)
    configure(s3, bucket, {"Filter": {"Prefix": "logs/"}} | UNFINISHED)
    pass_days(s3, 1)
    assert len(s3("ListMultipartUploads", Bucket=bucket)["Uploads"]) == 2
    pass_days(s3, 2)
    assert [each["Key"] for each in s3("ListMultipartUploads", Bucket=bucket)["Uploads"]] == ["other"]
    assert s3.blobs() == 1


def test_no_more_uploads_are_in_memory_than_a_page_has(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        s3("CreateMultipartUpload", Bucket=bucket, Key=f"key-{number // 3}")
    read, pages = uploads.from_key, list[int]()

    def counted(*where: Any) -> Iterator[Upload]:
        pages.append(0)
        for upload in read(*where):
            pages[-1] += 1
            yield upload

    monkeypatch.setattr(work, "_AT_ONCE", 2)
    monkeypatch.setattr(work.uploads, "from_key", counted)
    configure(s3, bucket, UNFINISHED)
    pass_days(s3, 3)
    assert pages == [2, 2, 1]
    monkeypatch.undo()
    assert s3("ListMultipartUploads", Bucket=bucket)["Uploads"] == []


def test_what_is_locked_is_never_deleted(s3: Counter) -> None:
    s3("CreateBucket", Bucket="vault", ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockRetainUntilDate": s3.now + timedelta(days=30)}
    held, governed = (
        s3.put("vault", KEY, headers=PROMISE, **asked)["VersionId"]
        for asked in ({"ObjectLockLegalHoldStatus": "ON"}, lock | {"ObjectLockMode": "GOVERNANCE"})
    )
    s3.put("vault", KEY)
    s3("DeleteObject", Bucket="vault", Key=KEY)
    configure(s3, "vault", DAYS | OLD)
    pass_days(s3, 20)
    assert {version for _, version, latest in versions(s3, "vault") if not latest} == {held, governed}
    pass_days(s3, 20)
    assert {version for _, version, latest in versions(s3, "vault") if not latest} == {held}


def test_a_bucket_is_gone_through_once_a_day_and_for_new_rules(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[str] = []
    monkeypatch.setattr(work, "carry_out", lambda _world, bucket_id, *_: times.append(bucket_id))
    job = daily()
    configure(s3, bucket, DAYS)
    for _ in range(3):
        job(s3.world)
    assert len(times) == 1
    configure(s3, bucket, OLD)
    job(s3.world)
    assert len(times) == 2
    s3.world.clock.advance(86_400)
    job(s3.world)
    assert len(times) == 3


def test_a_bucket_that_fails_is_tried_again_and_stops_no_other(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    s3("CreateBucket", Bucket="another")
    for name in (bucket, "another"):
        configure(s3, name, DAYS)
    tried: list[str] = []

    def fail(_world: object, bucket_id: str, *_: object) -> None:
        tried.append(bucket_id)
        if len(tried) == 1:
            raise RuntimeError("the disk")

    monkeypatch.setattr(work, "carry_out", fail)
    job = daily()
    job(s3.world)
    assert len(set(tried)) == 2
    assert "lifecycle rules failed" in caplog.text
    job(s3.world)
    assert tried[2:] == tried[:1]


def test_what_changed_meanwhile_is_left_alone(
    s3: Counter, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put(bucket, KEY, b"data", Tagging="team=red")
    configure(s3, bucket, {"Filter": {"Tag": {"Key": "team", "Value": "red"}}} | DAYS)
    due = work._due

    def changing(*given: Any) -> list[Any]:
        found = list(due(*given))
        blue = {"TagSet": [{"Key": "team", "Value": "blue"}]}
        s3("PutObjectTagging", Bucket=bucket, Key=KEY, Tagging=blue, headers=PROMISE)
        assert found
        return found

    monkeypatch.setattr(work, "_due", changing)
    pass_days(s3, 4)
    assert s3.get(bucket, KEY) == b"data"


def test_the_expiry_is_told(s3: Counter, bucket: str) -> None:
    configure(s3, bucket, {"ID": "two days", **DAYS}, {"ID": "later", "Expiration": {"Days": 9}})
    midnight = midnight_after(s3.now, 2).strftime("%a, %d %b %Y 00:00:00 GMT")
    told = f'expiry-date="{midnight}", rule-id="two%20days"'
    here = {"Bucket": bucket, "Key": KEY}
    assert s3.put(bucket, KEY)["Expiration"] == told
    assert s3("GetObject", **here)["Expiration"] == s3("HeadObject", **here)["Expiration"] == told
    assert "Expiration" not in s3("HeadObject", **here, VersionId="null")
    copied = s3("CopyObject", Bucket=bucket, Key="copy", CopySource=f"{bucket}/{KEY}")
    assert copied["Expiration"] == told
    configure(s3, bucket, {"Filter": {"Prefix": "x"}} | DAYS)
    assert "Expiration" not in s3("GetObject", **here)


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1) - timedelta(days=999_999))  # noqa: DTZ001


@given(MOMENTS, st.integers(1, 2**31))
def test_midnights(moment: datetime, days: int) -> None:
    moment = moment.replace(tzinfo=UTC)
    found = midnight_after(moment, min(days, 1_000_000))
    assert midnight_after(moment, days) == found
    assert found.strftime("%H%M%S.%f") == "000000.000000"
    assert timedelta() <= found - (moment + timedelta(days=min(days, 1_000_000))) < timedelta(days=1)
