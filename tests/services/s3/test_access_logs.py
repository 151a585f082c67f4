"""Server access logs: where they may go, what a line says, and that nothing is lost silently."""

import json
import logging
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, OWNER, ROOT, Counter

from watchword.access import Caller, RequestLog
from watchword.access.caller import Means
from watchword.installation.installation import Clock
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.principal import Anonymous, Root, User
from watchword.services.s3.access_logs.delivery import deliver, note
from watchword.services.s3.limits import canonical_id
from watchword.store import access_lines
from watchword.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIELD = re.compile(r'\[[^\]]*\]|"[^"]*"|[^ ]+')
SOURCE, TARGET = "bucket", "logs"


def to(bucket: str = TARGET, prefix: str = "in/", **more: Any) -> dict[str, Any]:
    enabled = {"TargetBucket": bucket, "TargetPrefix": prefix, **more}
    return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}


def allow(**condition: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{TARGET}/*",
        "Condition": {"StringEquals": condition},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def logged(s3: Counter, bucket: str) -> str:
    """A bucket whose log goes to another one."""
    s3("CreateBucket", Bucket=TARGET)
    s3("PutBucketPolicy", Bucket=TARGET, Policy=allow(**{"aws:SourceAccount": OWNER}))
    s3("PutBucketLogging", Bucket=bucket, **to())
    return bucket


def entry(s3: Counter, name: str = "GetObject", **more: Any) -> RequestLog:
    """What is known of a request."""
    given: dict[str, Any] = {
        "request": HttpRequest("GET", "/bucket/a%20b", "", (("host", "s3.test"),), peer="192.0.2.7"),
        "signature": "SigV4",
        "caller": Caller(ROOT, means=Means()),
        "input": {"Bucket": SOURCE, "Key": "a b"},
        **more,
    }
    operation = s3.world.models.service("s3").operation(name)
    return RequestLog("REQUEST", s3.now, operation=operation, **given)


def lines_of(s3: Counter, prefix: str = "in/") -> list[list[str]]:
    """The fields of all lines in the target."""
    found = s3("ListObjectsV2", Bucket=TARGET, Prefix=prefix).get("Contents", [])
    texts = [s3.get(TARGET, each["Key"]).decode() for each in found]
    return [FIELD.findall(line) for text in texts for line in text.splitlines()]


def test_set_and_got(s3: Counter, logged: str) -> None:
    shown = {"TargetBucket": TARGET, "TargetPrefix": "in/"}
    assert s3("GetBucketLogging", Bucket=logged) == {"LoggingEnabled": shown}
    more = {"TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}
    s3("PutBucketLogging", Bucket=logged, **to(**more))
    assert s3("GetBucketLogging", Bucket=logged) == {"LoggingEnabled": shown | more}
    s3("PutBucketLogging", Bucket=logged, BucketLoggingStatus={})
    assert s3("GetBucketLogging", Bucket=logged) == {}


def test_where_no_log_can_go(s3: Counter, logged: str) -> None:
    s3("CreateBucket", Bucket="others", by=Root(OTHER))
    s3("CreateBucket", Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3("CreateBucket", Bucket="locked", ObjectLockEnabledForBucket=True)
    retention = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    lock = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **retention}}
    s3("PutObjectLockConfiguration", Bucket="locked", **lock)
    for name in ("nowhere", "others", "locked"):
        assert s3.code("PutBucketLogging", Bucket=logged, **to(name)) == "InvalidTargetBucketForLogging"
    assert s3.code("PutBucketLogging", Bucket=logged, **to("far")) == "CrossLocationLoggingProhibited"
    grants = [{"Permission": "READ", "Grantee": {"Type": "CanonicalUser", "ID": "a"}}]
    assert s3.code("PutBucketLogging", Bucket=logged, **to(TargetGrants=grants)) == "NotImplemented"
    assert s3.code("PutBucketLogging", Bucket=logged, **to(prefix="a" * 801)) == "InvalidRequest"
    paid = {"RequestPaymentConfiguration": {"Payer": "Requester"}}
    s3("PutBucketRequestPayment", Bucket=TARGET, **paid)
    assert s3.code("PutBucketLogging", Bucket=logged, **to()) == "InvalidTargetBucketForLogging"


def test_a_line(s3: Counter, logged: str) -> None:
    headers = (("content-length", "5"),)
    note(s3.world, entry(s3, output={"ETag": '"x"', "Body": b"bytes"}), HttpResponse(200, headers))
    assert deliver(s3.world) == 1
    (fields,) = lines_of(s3)
    owner = canonical_id(OWNER)
    assert fields[:2] == [owner, SOURCE]
    assert re.fullmatch(r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\]", fields[2])
    assert fields[3:13] == [
        *("192.0.2.7", owner, "REQUEST", "REST.GET.OBJECT", "a%20b"),
        *('"GET /bucket/a%20b HTTP/1.1"', "200", "-", "5", "5"),
    ]
    assert fields[15:] == [*('"-"', '"-"', "-", "-", "SigV4", "-", "AuthHeader", "s3.test", "-", "-", "-")]


@pytest.mark.parametrize(
    ("name", "method", "operation"),
    [
        ("CopyObject", "PUT", "REST.COPY.OBJECT"),
        ("ListObjectsV2", "GET", "REST.GET.BUCKET"),
        ("GetBucketVersioning", "GET", "REST.GET.VERSIONING"),
        ("PutObjectTagging", "PUT", "REST.PUT.OBJECT_TAGGING"),
        ("GetBucketPolicyStatus", "GET", "REST.GET.POLICY_STATUS"),
        ("PutBucketCors", "PUT", "REST.PUT.CORS"),
        ("DeleteObjects", "POST", "REST.POST.MULTI_OBJECT_DELETE"),
        ("PutObjectAcl", "PUT", "REST.PUT.OBJECT_ACL"),
    ],
)
def test_what_operations_are_called(s3: Counter, logged: str, name: str, method: str, operation: str) -> None:
    note(s3.world, entry(s3, name, request=HttpRequest(method, "/")), HttpResponse(200))
    deliver(s3.world)
    assert lines_of(s3)[0][6] == operation


def test_a_refusal_has_a_line(s3: Counter, logged: str) -> None:
    refused = AwsError("AccessDenied", 403, "Access Denied")
    note(s3.world, entry(s3, caller=Caller(Anonymous()), signature="", error=refused), HttpResponse(403))
    deliver(s3.world)
    (fields,) = lines_of(s3)
    assert [fields[at] for at in (4, 9, 10, 19, 21)] == ["-", "403", "AccessDenied", "-", "-"]


def test_nobody_writes_fields_of_their_own(s3: Counter, logged: str) -> None:
    """And no credential of a URL is in a line."""
    query = "X-Amz-Signature=SECRET&versionId=null&Signature=SECRET&%58-Amz-Security-Token=SECRET"
    sent = (("user-agent", 'a" 200 "b\nc'), ("referer", "x\\"), ("host", 'h" x'))
    request = HttpRequest("GET", '/bucket/a"b', query, sent, peer="::1")
    who = User(OWNER, "ann", "AIDAX")
    note(s3.world, entry(s3, request=request, caller=Caller(who)), HttpResponse(200))
    deliver(s3.world)
    (fields,) = lines_of(s3)
    assert len(fields) == 26
    assert fields[4] == f"arn:aws:iam::{OWNER}:user/ann"
    assert fields[8] == '"GET /bucket/a_b?versionId=null HTTP/1.1"'
    assert "SECRET" not in " ".join(fields)


@pytest.mark.parametrize("newline", ["\x85", "\u2028", "\x0b", "\x1c"])
def test_nobody_writes_lines_of_their_own(s3: Counter, logged: str, newline: str) -> None:
    sent = (("user-agent", f"a{newline}b"), ("host", f"a{newline}b"))
    given = {"Bucket": SOURCE, "Key": f"a{newline}b", "VersionId": f"a{newline}b\xa0c"}
    note(s3.world, entry(s3, request=HttpRequest("GET", "/", "", sent), input=given), HttpResponse(200))
    deliver(s3.world)
    (found,) = s3("ListObjectsV2", Bucket=TARGET)["Contents"]
    (line,) = s3.get(TARGET, found["Key"]).decode().splitlines()
    assert "a_b_c" in line.split()


def test_only_buckets_that_want_it(s3: Counter, logged: str) -> None:
    s3("CreateBucket", Bucket="quiet")
    note(s3.world, entry(s3, input={"Bucket": "quiet", "Key": "a"}), HttpResponse(200))
    note(s3.world, entry(s3, input={"Bucket": "nowhere", "Key": "a"}), HttpResponse(404))
    note(s3.world, entry(s3, "ListBuckets", input={}), HttpResponse(200))
    assert deliver(s3.world) == 0


def test_keys_with_folders(s3: Counter, logged: str) -> None:
    more = {"TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}
    s3("PutBucketLogging", Bucket=logged, **to(**more))
    note(s3.world, entry(s3), HttpResponse(200))
    deliver(s3.world)
    (found,) = s3("ListObjectsV2", Bucket=TARGET)["Contents"]
    assert re.fullmatch(
        rf"in/{OWNER}/us-east-1/{SOURCE}/{s3.now:%Y/%m/%d}/\d{{4}}(-\d\d){{5}}-[0-9A-F]{{16}}", found["Key"]
    )


def test_what_may_not_be_delivered_waits_and_is_counted(
    s3: Counter, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    s3("PutBucketPolicy", Bucket=TARGET, Policy=allow(**{"aws:SourceArn": "arn:aws:s3:::another"}))
    note(s3.world, entry(s3), HttpResponse(200))
    with caplog.at_level(logging.WARNING):
        deliver(s3.world)
    assert "an access log can't be delivered" in caplog.text
    s3("PutBucketPolicy", Bucket=TARGET, Policy=allow(**{"aws:SourceArn": f"arn:aws:s3:::{SOURCE}"}))
    deliver(s3.world)
    assert len(lines_of(s3)) == 1
    s3("DeleteBucketPolicy", Bucket=TARGET)
    note(s3.world, entry(s3), HttpResponse(200))
    deliver(s3.world)
    deliver(later(s3, timedelta(days=20_000)))
    assert "lines of access logs are dropped" in caplog.text
    deliver(s3.world)
    assert len(lines_of(s3)) == 1


def later(s3: Counter, time: timedelta) -> World:
    return replace(s3.world, clock=Clock((s3.now + time).timestamp))


def test_a_line_that_cannot_be_written_is_told(
    s3: Counter, logged: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_lines, "MOST", 10)
    for _ in range(3):
        note(s3.world, entry(s3), HttpResponse(200))
    for _ in range(2):
        assert deliver(s3.world) == 0
    (told,) = [each for each in caplog.records if each.message == "lines of access logs are lost"]
    assert vars(told)["lines"] == 3


def test_no_log_goes_to_another_account(s3: Counter, logged: str) -> None:
    """Somebody else may have a bucket of the target's name by now."""
    note(s3.world, entry(s3), HttpResponse(200))
    s3("DeleteBucket", Bucket=TARGET)
    other = Root(OTHER)
    s3("CreateBucket", Bucket=TARGET, by=other)
    s3("PutBucketPolicy", Bucket=TARGET, Policy=allow(**{"aws:SourceAccount": OWNER}), by=other)
    deliver(s3.world)
    assert s3("ListObjectsV2", Bucket=TARGET, by=other)["KeyCount"] == 0
