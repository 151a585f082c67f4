"""One event for each answer, in CloudTrail's format, that nobody can quietly remove; or no answer."""

import json
import re
import resource
import sqlite3
from base64 import b64encode
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import (
    REGION,
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    credentials,
    journal,
    query,
    serve,
    watchword,
)

from watchword.access.room import FULL
from watchword.wire.audit_text import cut

Event = dict[str, Any]

ALWAYS = {
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
}
"""AWS CloudTrail User Guide, "CloudTrail record contents"."""


def changes(data: Path) -> list[Event]:
    """The events that were committed with their changes."""
    with sqlite3.connect(data / "watchword.db") as database:
        rows = database.execute("SELECT event FROM audit").fetchall()
    database.close()
    return [json.loads(row[0]) for row in rows]


def events(data: Path) -> dict[str, Event]:
    everything = [*journal(data), *changes(data)]
    found = {event["requestID"]: event for event in everything}
    assert len(found) == len(everything)
    return found


STRANGER = {"AccessKeyId": "AKIA" + "C" * 16, "SecretAccessKey": "c" * 40}
UNSIGNED = {
    "unsigned": query("iam", "ListUsers"),
    "an object": Draft("s3", "GET", "/some-bucket/key"),
    "a bad header": Draft("iam", headers={"authorization": "Basic dTpw"}),
    "a bad form": Draft("iam", headers={"content-type": "application/x-www-form-urlencoded"}, body=b"a=%zz"),
    "a bad target": Draft("iam", headers={"x-amz-target": "Nobody.Nothing"}, body=b"{"),
    "nothing": Draft("s3", "GET", "/"),
    "too much": Draft("iam", body=b"a" * ((1 << 20) + 1)),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_refused_without_a_caller(kept: Running, name: str) -> None:
    with Line(kept.endpoint) as line:
        answer = line.send(UNSIGNED[name].request(kept.endpoint))
    assert 400 <= answer.status < 500
    event = events(kept.data)[answer.request_id]
    assert set(event) >= ALWAYS
    assert event["errorCode"]
    assert event["userIdentity"]["type"] in {"Unknown", "Anonymous", "AWSAccount"}
    assert event["sourceIPAddress"] == "127.0.0.1"


LARGE = "x" * 60_000
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/20261123/{region}/s3/aws4_request, "
    "SignedHeaders=host, Signature=" + "0" * 64
)
UPLOAD = {"content-type": "multipart/form-data; boundary=b"}
PART = '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\n{}\r\n--b--\r\n'
KEYS = "".join(f"<Object><Key>{'k' * 900}{number}</Key></Object>" for number in range(1000))
DELETE = f"<Delete>{KEYS}</Delete>".encode()
OF_STRANGERS = {
    "a user agent": Draft("s3", "GET", "/", headers={"user-agent": LARGE}),
    "a key that is too long": Draft("s3", "GET", f"/opened/{LARGE}"),
    "the longest key": Draft("s3", "GET", f"/opened/{'k' * 1000}"),
    "a header that a policy asks for": Draft("s3", "GET", "/opened/key", headers={"referer": LARGE}),
    "an action": query("iam", LARGE),
    "an access key": Draft(
        "s3", "GET", "/opened/key", f"AWSAccessKeyId={LARGE}&Signature=x&Expires=9999999999"
    ),
    "a scope": Draft("s3", headers={"authorization": AUTHORIZATION.format(region="r" * 400)}),
    "a token": Draft("s3", "GET", "/opened/key", headers={"x-amz-security-token": LARGE}),
    "a form": Draft("s3", "POST", "/opened", headers=UPLOAD, body=PART.format(LARGE).encode()),
    "a thousand keys to delete": Draft(
        "s3", "POST", "/opened", "delete=", {"content-md5": b64encode(md5(DELETE).digest()).decode()}, DELETE
    ),
}


def test_a_stranger_writes_little_whatever_they_send(kept: Running, administrator: Keys) -> None:
    s3 = client("s3", kept.endpoint, administrator)
    s3.create_bucket(Bucket="opened")
    pages = [f"https://example.com/{number}/{'x' * 80}" for number in range(150)]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::opened/*",
            "Condition": {"StringLike": {"aws:Referer": pages}},
        },
    }
    s3.delete_public_access_block(Bucket="opened")
    s3.put_bucket_policy(Bucket="opened", Policy=json.dumps(policy))
    for name, draft in OF_STRANGERS.items():
        with Line(kept.endpoint) as line:
            answer = line.send(draft.request(kept.endpoint))
        event = events(kept.data)[answer.request_id]
        assert len(json.dumps(event)) < 5000, name


def test_what_is_too_long_for_a_record_says_so(kept: Running, administrator: Keys) -> None:
    draft = query("iam", "GetUser", UserName="ann")
    long = Draft("iam", headers={**draft.headers, "user-agent": LARGE}, body=draft.body)
    with Line(kept.endpoint) as line:
        answer = line.send(long.signed(kept.endpoint, administrator))
    agent = events(kept.data)[answer.request_id]["userAgent"]
    assert agent == cut(LARGE)
    assert agent.endswith(f"... (cut: 60000 characters, SHA-256 {sha256(LARGE.encode()).hexdigest()})")


def test_refused_with_a_claim(kept: Running) -> None:
    with Line(kept.endpoint) as line:
        answer = line.send(query("iam", "ListUsers").signed(kept.endpoint, STRANGER))
    event = events(kept.data)[answer.request_id]
    assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": STRANGER["AccessKeyId"]}
    assert (event["eventSource"], event["eventName"]) == ("iam.amazonaws.com", "ListUsers")
    assert event["additionalEventData"] == {"signatureVersion": "SigV4", "meant": "unknown access key"}


def test_the_source_of_an_event_is_named_as_by_cloudtrail(kept: Running, administrator: Keys) -> None:
    """Step Functions Developer Guide, "Recording API calls with CloudTrail": states, not stepfunctions."""
    states = client("stepfunctions", kept.endpoint, administrator)
    request_id = _request_id(states.list_state_machines())
    assert events(kept.data)[request_id]["eventSource"] == "states.amazonaws.com"


def test_every_answer_of_a_session_of_work(kept: Running, administrator: Keys) -> None:
    iam = client("iam", kept.endpoint, administrator)
    s3 = client("s3", kept.endpoint, administrator)
    seen: list[str] = []
    for made in (iam, s3):
        made.meta.events.register("after-call", lambda parsed, **_: seen.append(_request_id(parsed)))
    iam.create_user(UserName="audited")
    iam.list_users()
    assert code_of(iam.create_user, UserName="audited") == "EntityAlreadyExists"
    assert code_of(iam.get_user, UserName="nobody-here") == "NoSuchEntity"
    s3.create_bucket(Bucket="audited-bucket")
    s3.put_object(Bucket="audited-bucket", Key="k", Body=b"x")
    s3.get_object(Bucket="audited-bucket", Key="k")["Body"].read()
    assert code_of(s3.get_object, Bucket="audited-bucket", Key="none") == "NoSuchKey"
    recorded = [events(kept.data)[request_id] for request_id in seen]
    assert [(event["eventName"], event["readOnly"], event["eventCategory"]) for event in recorded] == [
        ("CreateUser", False, "Management"),
        ("ListUsers", True, "Management"),
        ("CreateUser", False, "Management"),
        ("GetUser", True, "Management"),
        ("CreateBucket", False, "Management"),
        ("PutObject", False, "Data"),
        ("GetObject", True, "Data"),
        ("GetObject", True, "Data"),
    ]


def _request_id(parsed: dict[str, Any]) -> str:
    metadata = parsed["ResponseMetadata"]
    return str(metadata.get("RequestId") or metadata["HTTPHeaders"]["x-amz-request-id"])


def test_an_event_says_who_what_where_and_why(kept: Running, administrator: Keys) -> None:
    iam = client("iam", kept.endpoint, administrator)
    answer = iam.create_user(UserName="described", Tags=[{"Key": "team", "Value": "red"}])
    event = events(kept.data)[answer["ResponseMetadata"]["RequestId"]]
    assert set(event) >= ALWAYS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["eventTime"])
    identity = event["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["accessKeyId"] == administrator["AccessKeyId"]
    assert identity["arn"].startswith(f"arn:aws:sts::{administrator['AccountId']}:assumed-role/")
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == "WatchwordAdministrator"
    assert event["awsRegion"] == REGION
    assert event["recipientAccountId"] == administrator["AccountId"]
    assert event["requestParameters"]["userName"] == "described"
    assert event["requestParameters"]["tags"] == [{"key": "team", "value": "red"}]
    assert event["responseElements"]["user"]["userName"] == "described"
    assert event["readOnly"] is False
    decisions = event["additionalEventData"]["decisions"]
    assert [decision["action"] for decision in decisions] == ["iam:CreateUser", "iam:TagUser"]
    assert {decision["decision"] for decision in decisions} == {"allow"}


def test_what_was_read_is_not_recorded_and_what_was_minted_is_but_for_its_secrets(
    kept: Running, administrator: Keys
) -> None:
    """CloudTrail User Guide, "CloudTrail record contents", responseElements."""
    iam = client("iam", kept.endpoint, administrator)
    iam.create_user(UserName="minter")
    key = iam.create_access_key(UserName="minter")["AccessKey"]
    read = iam.list_users()["ResponseMetadata"]["RequestId"]
    session = client("sts", kept.endpoint, key).get_session_token()
    recorded = events(kept.data)
    assert recorded[read]["responseElements"] is None
    minted = recorded[session["ResponseMetadata"]["RequestId"]]["responseElements"]["credentials"]
    assert minted["accessKeyId"] == session["Credentials"]["AccessKeyId"]
    assert minted["secretAccessKey"] == minted["sessionToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"


def test_a_refusal_holds_its_decision(kept: Running, administrator: Keys) -> None:
    iam = client("iam", kept.endpoint, administrator)
    iam.create_user(UserName="powerless")
    key = iam.create_access_key(UserName="powerless")["AccessKey"]
    sought = client("iam", kept.endpoint, key)
    with pytest.raises(sought.exceptions.ClientError) as refused:
        sought.delete_user(UserName="powerless")
    event = events(kept.data)[refused.value.response["ResponseMetadata"]["RequestId"]]
    assert event["errorCode"] == "AccessDenied"
    assert event["errorMessage"] == refused.value.response["Error"]["Message"]
    assert event["additionalEventData"]["decisions"][0]["decision"] == "implicitDeny"
    assert event["responseElements"] is None


def test_changes_are_recorded_where_they_are_made(kept: Running, administrator: Keys) -> None:
    iam = client("iam", kept.endpoint, administrator)
    made = iam.create_group(GroupName="recorded")["ResponseMetadata"]["RequestId"]
    assert code_of(iam.create_group, GroupName="recorded") == "EntityAlreadyExists"
    in_database = {event["requestID"] for event in changes(kept.data)}
    in_journal = {event["requestID"] for event in journal(kept.data)}
    assert made in in_database - in_journal
    last = max(journal(kept.data), key=lambda event: event["eventTime"])
    assert last["requestID"] not in in_database


def test_the_journal_is_a_chain(kept: Running) -> None:
    checked = watchword("audit", "check", "--data", str(kept.data))
    assert checked.exit_code == 0, checked.output


def test_a_line_that_was_changed_or_removed_shows(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server, Line(server.endpoint) as line:
        for _ in range(5):
            line.send(Draft("s3", "GET", "/some-bucket/key").request(server.endpoint))
        [file] = (server.data / "audit").glob("*.jsonl")
        lines = file.read_bytes().splitlines(keepends=True)
        assert len(lines) == 5
    for changed, wrong in (
        (lines[:2] + lines[3:], 3),
        ([*lines[:2], lines[2].replace(b"127.0.0.1", b"127.0.0.2"), *lines[3:]], 3),
    ):
        file.write_bytes(b"".join(changed))
        checked = watchword("audit", "check", "--data", str(server.data))
        assert checked.exit_code == 1
        assert f"{file}:{wrong}: doesn't follow the line before it\n" in checked.stdout


NO_RESERVE = ("--audit-reserve", "0")
"""What a full disk does with a reserve: test_full_disk.py."""


def test_a_full_disk_refuses_rather_than_drops(tmp_path: Path) -> None:
    with serve(tmp_path / "data", *NO_RESERVE) as server:
        keys = credentials(server.data)
        sts = client("sts", server.endpoint, keys)
        iam = client("iam", server.endpoint, keys)
        s3 = client("s3", server.endpoint, keys)
        sts.get_caller_identity()
        before = len(journal(server.data))
        [file] = (server.data / "audit").glob("*.jsonl")
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (file.stat().st_size, whole[1]))
        assert code_of(sts.get_caller_identity) == "ServiceUnavailable"
        assert code_of(iam.list_users) == "ServiceUnavailable"
        assert code_of(s3.list_buckets) == "ServiceUnavailable"
        assert code_of(iam.create_user, UserName="unrecorded") == "ServiceUnavailable"
        assert code_of(iam.delete_user, UserName="nobody") == "ServiceUnavailable"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, whole)
        assert code_of(iam.get_user, UserName="unrecorded") == "NoSuchEntity"
        sts.get_caller_identity()
        names = [event["eventName"] for event in journal(server.data)[before:]]
        assert names == ["GetUser", "GetCallerIdentity"]
        assert "Traceback" not in server.said
        assert watchword("explain", "--last-denied", "--data", str(server.data)).exit_code in {0, 2}


def test_a_body_that_no_disk_takes_is_refused_and_recorded(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server:
        s3 = client("s3", server.endpoint, credentials(server.data))
        s3.create_bucket(Bucket="kept")
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (2 << 20, whole[1]))
        assert code_of(s3.put_object, Bucket="kept", Key="key", Body=bytes(4 << 20)) == "ServiceUnavailable"
        event = journal(server.data)[-1]
        assert (event["errorCode"], event["errorMessage"]) == ("ServiceUnavailable", FULL)
        assert not list(server.data.glob("incoming-*"))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, whole)
        s3.put_object(Bucket="kept", Key="key", Body=bytes(4 << 20))


def test_an_object_stands_or_falls_with_its_record(tmp_path: Path) -> None:
    with serve(tmp_path / "data", *NO_RESERVE) as server:
        s3 = client("s3", server.endpoint, credentials(server.data))
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="old", Body=b"old")
        [file] = (server.data / "audit").glob("*.jsonl")
        database = server.data / "watchword.db-wal"
        while file.stat().st_size < database.stat().st_size + 100_000:  # only the journal comes to its limit
            assert code_of(s3.get_object, Bucket="kept", Key="k" * 1000) == "NoSuchKey"
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (file.stat().st_size, whole[1]))
        objects = {"Objects": [{"Key": "old"}]}
        assert code_of(s3.put_object, Bucket="kept", Key="new", Body=b"new") == "ServiceUnavailable"
        assert code_of(s3.put_object, Bucket="kept", Key="old", Body=b"new") == "ServiceUnavailable"
        assert code_of(s3.delete_object, Bucket="kept", Key="old") == "ServiceUnavailable"
        assert code_of(s3.delete_objects, Bucket="kept", Delete=objects) == "ServiceUnavailable"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, whole)
        assert [each["Key"] for each in s3.list_objects_v2(Bucket="kept")["Contents"]] == ["old"]
        assert s3.get_object(Bucket="kept", Key="old")["Body"].read() == b"old"


def test_half_a_record_is_cut_off_again(tmp_path: Path) -> None:
    """The next record follows the last whole one."""
    with serve(tmp_path / "data", *NO_RESERVE) as server, Line(server.endpoint) as line:
        asked = Draft("s3", "GET", "/some-bucket/key").request(server.endpoint)
        first = line.send(asked)
        [file] = (server.data / "audit").glob("*.jsonl")
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        size = file.stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size + 100, whole[1]))
        assert line.send(asked).status == 503
        assert file.stat().st_size == size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, whole)
        kept_event = line.send(asked)
        assert kept_event.status == first.status
        assert [event["requestID"] for event in journal(server.data)] == [
            first.request_id,
            kept_event.request_id,
        ]
        assert watchword("audit", "check", "--data", str(server.data)).exit_code == 0
