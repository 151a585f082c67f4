"""Notifications of buckets: each rule of the document broken once, who is told of what, and what is kept.

Source: Amazon S3 User Guide, "Amazon S3 Event Notifications".
"""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.server.harness import eventually
from tests.services.lambda_.packages import zipped
from tests.services.s3.harness import OTHER, OWNER, Counter
from tests.services.s3.test_tags import MD5

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.installation.installation import Clock
from watchword.names import AwsError
from watchword.services.s3.lifecycle.work import daily
from watchword.services.s3.notifications import notifying
from watchword.services.s3.notifications.rules import Rule, read_rules
from watchword.store.functions import events, functions, permissions, versions
from watchword.store.functions.functions import Function
from watchword.store.functions.permissions import Permissions
from watchword.store.functions.versions import Version
from watchword.store.s3 import notifications
from watchword.world import World

ARN = f"arn:aws:lambda:us-east-1:{OWNER}:function:echo"


def rule(*names: str, prefix: str = "", suffix: str = "", **more: Any) -> dict[str, Any]:
    given = {"Prefix": prefix, "Suffix": suffix}
    rules = [{"Name": name, "Value": value} for name, value in given.items() if value]
    told = {"LambdaFunctionArn": ARN, "Events": list(names) or ["s3:ObjectCreated:*"], **more}
    return told | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def document(*rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"LambdaFunctionConfigurations": list(rules)}


# --- the document ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({"TopicConfigurations": [{"TopicArn": "a", "Events": []}]}, "NotImplemented", "TopicConfigurations"),
        ({"QueueConfigurations": [{"QueueArn": "a", "Events": []}]}, "NotImplemented", "QueueConfigurations"),
        ({"EventBridgeConfiguration": {}}, "NotImplemented", "EventBridgeConfiguration"),
        (document(rule(LambdaFunctionArn="echo")), "InvalidArgument", "ARN"),
        (document(rule(LambdaFunctionArn=ARN.replace("lambda", "sqs"))), "InvalidArgument", "ARN"),
        (document(rule(Events=[])), "MalformedXML", ""),
        (document(rule("s3:ObjectRestore:Post")), "InvalidArgument", "event"),
        (document(rule("s3:ObjectCreated:put")), "InvalidArgument", "event"),
        (document(rule(Id="i" * 256)), "InvalidArgument", "too long"),
        (document(rule(prefix="a" * 1025)), "InvalidArgument", "too long"),
        (
            document(rule(Filter={"Key": {"FilterRules": [{"Name": "infix", "Value": "a"}]}})),
            "InvalidArgument",
            "prefix or suffix",
        ),
        (
            document(rule(Filter={"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}] * 2}})),
            "InvalidArgument",
            "more than one prefix",
        ),
        (document(rule(Id="a"), rule("s3:ObjectRemoved:*", Id="a")), "InvalidArgument", "ID"),
        (document(rule(), rule()), "InvalidArgument", "overlap"),
        (document(rule(), rule("s3:ObjectCreated:Put", prefix="a")), "InvalidArgument", "overlap"),
        (document(rule(prefix="a"), rule(prefix="ab")), "InvalidArgument", "overlap"),
        (document(rule(prefix="a"), rule(suffix="b")), "InvalidArgument", "overlap"),
        (document(rule(suffix=".jpg"), rule(suffix="jpg")), "InvalidArgument", "overlap"),
        (document(*(rule(prefix=f"{number:03}") for number in range(101))), "InvalidArgument", "at most"),
    ],
)
def test_a_broken_document(given: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(AwsError) as caught:
        read_rules(given, os.urandom)
    assert caught.value.code == code
    assert said in caught.value.said


def test_rules_that_exclude_each_other() -> None:
    given = [
        rule(prefix="a/", suffix=".jpg", Id="one"),
        rule(prefix="a/", suffix=".png"),
        rule(prefix="b/", suffix=".jpg"),
        rule("s3:ObjectRemoved:*"),
        rule("s3:ObjectTagging:Put", "s3:ObjectTagging:Put"),
    ]
    found = read_rules(document(*given), os.urandom)
    assert found[0].configuration == given[0]
    assert found[4].events == ("s3:ObjectTagging:Put",)
    assert len({each.id for each in found}) == 5


@pytest.mark.parametrize(
    ("events", "prefix", "suffix", "event", "key", "tells"),
    [
        (("s3:ObjectCreated:*",), "", "", "ObjectCreated:Put", "a", True),
        (("s3:ObjectCreated:Put",), "", "", "ObjectCreated:Copy", "a", False),
        (("s3:ObjectCreated:*",), "", "", "ObjectRemoved:Delete", "a", False),
        (("s3:ObjectCreated:*",), "in/", ".jpg", "ObjectCreated:Put", "in/a.jpg", True),
        (("s3:ObjectCreated:*",), "in/", ".jpg", "ObjectCreated:Put", "in/a.png", False),
        (("s3:ObjectCreated:*",), "in/", ".jpg", "ObjectCreated:Put", "out/a.jpg", False),
        (("s3:ObjectRemoved:*", "s3:ObjectCreated:Put"), "", "", "ObjectCreated:Put", "a", True),
    ],
)
def test_what_a_rule_tells(
    events: tuple[str, ...], prefix: str, suffix: str, event: str, key: str, tells: bool
) -> None:
    assert Rule("id", ARN, events, prefix, suffix).tells(event, key) is tells


# --- with a function ---------------------------------------------------------------------------------


def permit(s3: Counter, principal: str = "s3.amazonaws.com", **conditions: str) -> None:
    """The function's policy allows S3 to run it."""
    statement: dict[str, Any] = {"Sid": "s3", "Effect": "Allow", "Principal": {"Service": principal}}
    statement |= {"Action": "lambda:InvokeFunction", "Resource": ARN}
    statement["Condition"] = {"StringEquals": conditions}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with s3.world.database.write(s3.now) as tx:
        permissions.put(tx, Permissions("f1", "", policy, "r1"))


def latest(now: datetime) -> Version:
    """A function's $LATEST."""
    code = ("python3.12", "app.handler", "", 3, 128, 512, "x86_64", b"", "", "", "b", "", 1)
    return Version("f1", 0, "arn", *code, now, "r")


@pytest.fixture
def echo(s3: Counter, bucket: str) -> str:
    """A bucket, and a function that it may run."""
    with s3.world.database.write(s3.now) as tx:
        functions.insert(tx, Function("f1", OWNER, "us-east-1", "echo", s3.now))
        versions.insert(tx, latest(s3.now))
    permit(s3, **{"aws:SourceAccount": OWNER, "aws:SourceArn": "arn:aws:s3:::bucket"})
    return bucket


def told(s3: Counter) -> list[dict[str, Any]]:
    """The records that wait to be handed over."""
    with s3.world.database.read() as tx:
        found = notifications.waiting(tx, s3.now + timedelta(days=1), 100)
    return [record for each in found for record in json.loads(each.payload)["Records"]]


def configure(s3: Counter, *rules: Mapping[str, Any], **more: Any) -> None:
    given = {"Bucket": "bucket", "NotificationConfiguration": document(*rules)}
    s3("PutBucketNotificationConfiguration", **given, **more)


def test_a_configuration_comes_and_goes(s3: Counter, echo: str) -> None:
    configure(s3, rule(Id="one", prefix="in/"))
    found = s3("GetBucketNotificationConfiguration", Bucket=echo)
    assert found["LambdaFunctionConfigurations"] == [rule(Id="one", prefix="in/")]
    configure(s3)
    assert not s3("GetBucketNotificationConfiguration", Bucket=echo)["LambdaFunctionConfigurations"]


@pytest.mark.parametrize(
    ("principal", "conditions"),
    [
        ("sns.amazonaws.com", {}),
        ("s3.amazonaws.com", {"aws:SourceAccount": OTHER}),
        ("s3.amazonaws.com", {"aws:SourceArn": "arn:aws:s3:::other"}),
    ],
)
def test_the_function_must_let_s3_run_it(
    s3: Counter, echo: str, principal: str, conditions: dict[str, str]
) -> None:
    permit(s3, principal, **conditions)
    error = s3.error(
        "PutBucketNotificationConfiguration", Bucket=echo, NotificationConfiguration=document(rule())
    )
    assert (error.code, error.fields["ArgumentName"]) == ("InvalidArgument", ARN)
    assert "Unable to validate" in error.said
    configure(s3, rule(), SkipDestinationValidation=True)
    s3.put(echo, "key")
    assert told(s3) == []


def test_who_is_told_of_what(s3: Counter, echo: str) -> None:
    """Functions are off in this world: so what is told waits."""
    configure(s3, rule("s3:ObjectCreated:*", "s3:ObjectTagging:*", Id="one"), rule("s3:ObjectRemoved:Delete"))
    s3.put(echo, "a b/ä", b"data")
    s3("CopyObject", Bucket=echo, Key="copy", CopySource="bucket/a b/%C3%A4")
    of = {"Bucket": echo, "Key": "parts"}
    upload = of | {"UploadId": s3("CreateMultipartUpload", **of)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3("UploadPart", PartNumber=1, **upload)["ETag"]}
    s3("CompleteMultipartUpload", MultipartUpload={"Parts": [part]}, **upload)
    s3("DeleteObjectTagging", Bucket=echo, Key="copy")
    s3("DeleteObject", Bucket=echo, Key="copy")
    found = told(s3)
    assert sorted((each["eventName"], each["s3"]["object"]["key"]) for each in found) == [
        ("ObjectCreated:CompleteMultipartUpload", "parts"),
        ("ObjectCreated:Copy", "copy"),
        ("ObjectCreated:Put", "a+b/%C3%A4"),
        ("ObjectRemoved:Delete", "copy"),
        ("ObjectTagging:Delete", "copy"),
    ]
    put = next(each for each in found if each["eventName"] == "ObjectCreated:Put")
    assert put["s3"]["bucket"]["arn"] == "arn:aws:s3:::bucket"
    assert put["s3"]["configurationId"] == "one"
    assert (put["s3"]["object"]["size"], put["s3"]["object"]["eTag"]) == (
        4,
        "8d777f385d3dfec8815d20f7496026dc",
    )


def test_what_is_refused_is_not_told(s3: Counter, echo: str) -> None:
    configure(s3, rule())
    s3.put(echo, "key", b"data")
    assert s3.code("PutObject", Bucket=echo, Key="key", IfNoneMatch="*") == "PreconditionFailed"
    assert len(told(s3)) == 1


def test_a_deletion_of_nothing_is_not_told(s3: Counter, echo: str) -> None:
    """Or anybody who may delete could fill what waits, a thousand keys at a time."""
    configure(s3, rule("s3:ObjectRemoved:*"))
    s3("DeleteObject", Bucket=echo, Key="none")
    keys = [{"Key": str(number)} for number in range(1000)]
    done = s3("DeleteObjects", Bucket=echo, Delete={"Objects": keys}, headers=MD5)
    assert len(done["Deleted"]) == 1000
    assert told(s3) == []
    s3("PutBucketVersioning", Bucket=echo, VersioningConfiguration={"Status": "Enabled"})
    s3("DeleteObject", Bucket=echo, Key="none", VersionId="0" * 32)
    assert told(s3) == []
    s3("DeleteObject", Bucket=echo, Key="none")
    assert [each["eventName"] for each in told(s3)] == ["ObjectRemoved:DeleteMarkerCreated"]


def test_what_expires_is_told(s3: Counter, echo: str) -> None:
    configure(s3, rule("s3:LifecycleExpiration:*"))
    rules = [{"ID": "all", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]
    given = {"LifecycleConfiguration": {"Rules": rules}}
    s3("PutBucketLifecycleConfiguration", Bucket=echo, **given, headers=MD5)
    s3.put(echo, "gone")
    daily()(at(s3, timedelta(days=2)))
    s3("PutBucketVersioning", Bucket=echo, VersioningConfiguration={"Status": "Enabled"})
    s3.put(echo, "kept")
    daily()(at(s3, timedelta(days=2)))
    with s3.world.database.read() as tx:
        found = notifications.waiting(tx, s3.now + timedelta(days=3), 100)
    records = [record for each in found for record in json.loads(each.payload)["Records"]]
    assert sorted((each["eventName"], each["s3"]["object"]["key"]) for each in records) == [
        ("LifecycleExpiration:Delete", "gone"),
        ("LifecycleExpiration:DeleteMarkerCreated", "kept"),
    ]
    assert {each["userIdentity"]["principalId"] for each in records} == {"s3.amazonaws.com"}
    assert all("size" not in each["s3"]["object"] for each in records)


def test_so_many_wait_and_no_more(s3: Counter, echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "MOST_WAITING", 1)
    configure(s3, rule())
    s3.put(echo, "one")
    s3.put(echo, "two")
    error = s3.error("PutObject", Bucket=echo, Key="three")
    assert (error.code, error.status) == ("SlowDown", 503)
    assert s3.code("GetObject", Bucket=echo, Key="three") == "NoSuchKey"
    s3("CreateBucket", Bucket="other")
    s3.put("other", "three")


def test_what_is_not_told_is_not_deleted(s3: Counter, echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.put(echo, "one")
    s3.put(echo, "two")
    configure(s3, rule("s3:ObjectRemoved:*"))
    monkeypatch.setattr(notifying, "MOST_WAITING", 0)
    wanted = {"Objects": [{"Key": "one"}, {"Key": "two"}]}
    assert s3.code("DeleteObjects", Bucket=echo, Delete=wanted, headers=MD5) == "SlowDown"
    assert [each["Key"] for each in s3("ListObjects", Bucket=echo)["Contents"]] == ["one", "two"]
    assert told(s3) == []


def test_what_waits_is_handed_over_or_given_up(s3: Counter, echo: str) -> None:
    configure(s3, rule())
    s3.put(echo, "key")
    assert notifying.hand_over_all(s3.world) == 0, "it is a minute old at least"
    assert notifying.hand_over_all(at(s3, timedelta(minutes=2))) == 1
    assert len(told(s3)) == 1, "functions are still off"
    notifying.hand_over_all(at(s3, timedelta(days=2)))
    assert told(s3) == []


def at(s3: Counter, later: timedelta) -> World:
    """The same world at a later time."""
    return replace(s3.world, clock=Clock((s3.now + later).timestamp))


def test_a_function_that_s3_may_run_no_longer_is_not_told(s3: Counter, echo: str) -> None:
    configure(s3, rule())
    with s3.world.database.write(s3.now) as tx:
        permissions.remove(tx, "f1", "")
    s3.put(echo, "key")
    assert told(s3) == []
    with s3.world.database.read() as tx:
        assert events.queued(tx, OWNER).count == 0


# --- end to end --------------------------------------------------------------------------------------

NUMBERS = itertools.count()
KEEPS = """
import json, boto3

def handler(event, context):
    record = event["Records"][0]
    key = "told/" + record["eventName"] + "/" + record["s3"]["object"]["key"]
    boto3.client("s3").put_object(Bucket="kept", Key=key, Body=json.dumps(event))
"""


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        probe.allow("s3:PutObject")
        yield probe


def test_a_function_runs_for_every_object(probe: Probe) -> None:
    s3 = boto3.client("s3", **probe.server.client_arguments)
    for name in ("kept", "watched"):
        s3.create_bucket(Bucket=name)
    name = f"keeps-{next(NUMBERS)}"
    made = {**probe.made, "FunctionName": name, "Code": {"ZipFile": zipped(app=KEEPS)}}
    arn = probe.client.create_function(**made)["FunctionArn"]
    configuration = {"LambdaFunctionConfigurations": [rule("s3:ObjectCreated:*", LambdaFunctionArn=arn)]}
    given = {"Bucket": "watched", "NotificationConfiguration": configuration}
    with pytest.raises(ClientError, match="Unable to validate"):
        s3.put_bucket_notification_configuration(**given)
    probe.client.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::watched",
        SourceAccount=probe.server.account,
    )
    s3.put_bucket_notification_configuration(**given)
    for key in ("one", "two"):
        s3.put_object(Bucket="watched", Key=key, Body=b"data")

    def kept() -> set[str]:
        return {each["Key"] for each in s3.list_objects_v2(Bucket="kept").get("Contents", [])}

    eventually(lambda: kept() == {f"told/ObjectCreated:Put/{key}" for key in ("one", "two")})
