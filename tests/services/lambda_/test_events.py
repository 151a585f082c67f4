"""Invocations of type Event: answered at once, done later, tried again, and told to destinations."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.server.harness import eventually
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

BUCKET = "told"
NUMBERS = itertools.count()
KEEPS = f"""
import json, boto3

def handler(event, context):
    key = "kept/" + context.aws_request_id
    boto3.client("s3").put_object(Bucket="{BUCKET}", Key=key, Body=json.dumps(event))
    if event.get("fail"):
        raise ValueError(event["fail"])
    return "done"
"""
"""Keeps every event in the bucket, under the id of its request."""


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        probe.allow("s3:PutObject")
        s3(probe).create_bucket(Bucket=BUCKET)
        yield probe


def s3(probe: Probe) -> Any:
    return boto3.client("s3", **probe.server.client_arguments)


@pytest.fixture
def keeps(probe: Probe) -> str:
    """A new function that keeps its events."""
    name = f"keeps-{next(NUMBERS)}"
    probe.client.create_function(
        **{**probe.made, "FunctionName": name, "Code": {"ZipFile": zipped(app=KEEPS)}}
    )
    return name


def send(probe: Probe, function: str, event: Any, **more: Any) -> str:
    """The id of the request of an event."""
    answer = probe.client.invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event), **more
    )
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    return str(answer["ResponseMetadata"]["RequestId"])


def contents(probe: Probe, prefix: str) -> list[Any]:
    client = s3(probe)
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [json.loads(client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()) for each in found]


def kept(probe: Probe, request_id: str) -> list[Any]:
    return contents(probe, f"kept/{request_id}")


def forget(probe: Probe, request_id: str) -> None:
    s3(probe).delete_object(Bucket=BUCKET, Key=f"kept/{request_id}")


def records(probe: Probe, function: str) -> list[Any]:
    """What the failure destination was told."""
    return contents(probe, f"aws/lambda/async/{function}/")


def passes(probe: Probe, seconds: int) -> None:
    probe.server.advance(seconds)


def arn(probe: Probe, function: str) -> str:
    return f"arn:aws:lambda:us-east-1:{probe.server.account}:function:{function}"


def test_an_event_is_answered_and_done_later(probe: Probe, keeps: str) -> None:
    number = send(probe, keeps, {"a": 1})
    assert eventually(lambda: kept(probe, number) == [{"a": 1}])


def test_it_is_tried_again_and_then_told_to_a_bucket(probe: Probe, keeps: str) -> None:
    probe.client.put_function_event_invoke_config(
        FunctionName=keeps, DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}}
    )
    number = send(probe, keeps, {"fail": "no"})
    for _ in range(3):
        assert eventually(lambda: passes(probe, 30) or kept(probe, number))
        forget(probe, number)
    assert eventually(lambda: records(probe, keeps))
    (told,) = records(probe, keeps)
    assert told["timestamp"].endswith("Z")
    assert {**told, "timestamp": ""} == {
        "version": "1.0",
        "timestamp": "",
        "requestContext": {
            "requestId": number,
            "functionArn": f"{arn(probe, keeps)}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"fail": "no"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": told["responsePayload"],
    }
    assert told["responsePayload"]["errorMessage"] == "no"


def test_success_is_told_to_a_function_by_the_role(probe: Probe, keeps: str) -> None:
    other = f"other-{keeps}"
    probe.client.create_function(
        **{**probe.made, "FunctionName": other, "Code": {"ZipFile": zipped(app=KEEPS)}}
    )
    probe.allow("lambda:InvokeFunction")
    probe.client.put_function_event_invoke_config(
        FunctionName=keeps, DestinationConfig={"OnSuccess": {"Destination": arn(probe, other)}}
    )
    number = send(probe, keeps, {"a": 2})

    def told() -> list[Any]:
        return [
            each
            for each in contents(probe, "kept/")
            if each.get("requestContext", {}).get("requestId") == number
        ]

    assert eventually(told)
    (record,) = told()
    assert record["requestContext"]["condition"] == "Success"
    assert (record["responseContext"], record["responsePayload"]) == (
        {"statusCode": 200, "executedVersion": "$LATEST"},
        "done",
    )


def test_a_function_that_may_not_run_fails_at_once(probe: Probe, keeps: str) -> None:
    probe.client.put_function_event_invoke_config(
        FunctionName=keeps, DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}}
    )
    probe.client.put_function_concurrency(FunctionName=keeps, ReservedConcurrentExecutions=0)
    number = send(probe, keeps, {})
    assert eventually(lambda: records(probe, keeps))
    assert not kept(probe, number)
    assert "responseContext" not in records(probe, keeps)[0]


def test_an_old_event_is_given_up(probe: Probe, keeps: str) -> None:
    probe.client.put_function_event_invoke_config(
        FunctionName=keeps,
        MaximumEventAgeInSeconds=90,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}},
    )
    number = send(probe, keeps, {"fail": "no"})
    assert eventually(lambda: kept(probe, number))
    forget(probe, number)
    probe.server.advance(100)
    assert eventually(lambda: records(probe, keeps))
    assert records(probe, keeps)[0]["requestContext"]["condition"] == "EventAgeExceeded"
    assert not kept(probe, number)


def test_the_settings_of_an_alias_hold_for_its_events(probe: Probe, keeps: str) -> None:
    probe.client.publish_version(FunctionName=keeps)
    probe.client.create_alias(FunctionName=keeps, Name="live", FunctionVersion="1")
    probe.client.put_function_event_invoke_config(
        FunctionName=keeps,
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}},
    )
    send(probe, keeps, {"fail": "no"})
    number = send(probe, keeps, {"fail": "no"}, Qualifier="live")
    assert eventually(lambda: records(probe, keeps))
    (told,) = records(probe, keeps)
    assert told["requestContext"] == {
        "requestId": number,
        "functionArn": f"{arn(probe, keeps)}:live",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert told["responseContext"]["executedVersion"] == "1"


def test_events_of_a_function_are_gone_with_it(probe: Probe, keeps: str) -> None:
    number = send(probe, keeps, {"fail": "no"})
    assert eventually(lambda: kept(probe, number))
    forget(probe, number)
    probe.client.delete_function(FunctionName=keeps)
    probe.server.advance(61)
    send(probe, "probe", {"code": "boto3.client('s3').put_object(Bucket='told', Key='after')"})
    assert eventually(lambda: s3(probe).list_objects_v2(Bucket=BUCKET, Prefix="after")["KeyCount"])
    assert not kept(probe, number)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{", "InvalidRequestContentException"),
        (json.dumps("x" * (1 << 20)).encode(), "RequestEntityTooLargeException"),
    ],
)
def test_what_is_refused_at_once(probe: Probe, payload: bytes, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        probe.client.invoke(FunctionName="probe", InvocationType="Event", Payload=payload)


def test_an_event_may_have_a_megabyte(probe: Probe, keeps: str) -> None:
    text = "x" * ((1 << 20) - 10)
    number = send(probe, keeps, {"a": text})
    assert eventually(lambda: kept(probe, number) == [{"a": text}])


DESTINATIONS = [  # condition, destination, whether it can be one
    ("OnFailure", "arn:aws:s3:::told", True),
    ("OnSuccess", "arn:aws:s3:::told", False),
    ("OnSuccess", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("OnFailure", "arn:aws:sns:us-east-1:111122223333:t", True),
    ("OnFailure", "arn:aws:events:us-east-1:111122223333:event-bus/default", True),
    ("OnFailure", "arn:aws:iam::111122223333:role/r", False),
    ("OnFailure", "kafka://topic", False),
    ("OnFailure", "", True),
]


@pytest.mark.parametrize(("condition", "destination", "is_one"), DESTINATIONS)
def test_what_can_be_a_destination(
    probe: Probe, keeps: str, condition: str, destination: str, is_one: bool
) -> None:
    given = {"FunctionName": keeps, "DestinationConfig": {condition: {"Destination": destination}}}
    if is_one:
        found = probe.client.put_function_event_invoke_config(**given)["DestinationConfig"][condition]
        assert found == ({"Destination": destination} if destination else {})
    else:
        with pytest.raises(ClientError, match="InvalidParameterValueException"):
            probe.client.put_function_event_invoke_config(**given)


def test_put_replaces_and_update_adds(probe: Probe, keeps: str) -> None:
    lambda_ = probe.client
    lambda_.put_function_event_invoke_config(FunctionName=keeps, MaximumRetryAttempts=1)
    updated = lambda_.update_function_event_invoke_config(FunctionName=keeps, MaximumEventAgeInSeconds=60)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 60)
    put = lambda_.put_function_event_invoke_config(FunctionName=keeps, MaximumEventAgeInSeconds=70)
    assert "MaximumRetryAttempts" not in put
    same = lambda_.get_function_event_invoke_config(FunctionName=keeps, Qualifier="$LATEST")
    assert same["MaximumEventAgeInSeconds"] == 70


@pytest.mark.parametrize("qualifier", ["7", "none"])
def test_settings_are_of_something(probe: Probe, keeps: str, qualifier: str) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        probe.client.put_function_event_invoke_config(FunctionName=keeps, Qualifier=qualifier)
