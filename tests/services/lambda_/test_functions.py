"""Functions as they are created, shown, changed and deleted, with unmodified boto3."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.services.lambda_.packages import ECHO, zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.testing import Server

REFUSED = r"InvalidParameterValueException"


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        yield probe


def test_what_is_given_is_shown(probe: Probe) -> None:
    given: dict[str, Any] = {
        "FunctionName": "shown",
        "Runtime": "python3.13",
        "Description": "echoes",
        "Timeout": 7,
        "MemorySize": 256,
        "Environment": {"Variables": {"COLOUR": "red"}},
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"],
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
    }
    made = probe.client.create_function(
        **probe.made | given, Tags={"team": "red"}, TracingConfig={"Mode": "PassThrough"}
    )
    expected = given | {"Role": probe.made["Role"], "Handler": "app.handler", "Version": "$LATEST"}
    assert {name: made[name] for name in expected} == expected
    code = probe.made["Code"]["ZipFile"]
    assert made["CodeSha256"] == b64encode(hashlib.sha256(code).digest()).decode()
    assert (made["CodeSize"], made["State"], made["LastUpdateStatus"]) == (len(code), "Active", "Successful")
    found = probe.client.get_function(FunctionName=made["FunctionArn"])
    del made["ResponseMetadata"]
    assert found["Configuration"] == made
    assert found["Tags"] == {"team": "red"}


@pytest.mark.parametrize(
    "name",
    [
        "probe",
        "function:probe",
        "123456789012:function:probe",
        "123456789012:probe",
        "arn:aws:lambda:us-east-1:123456789012:function:probe",
        "probe:$LATEST",
        "arn:aws:lambda:us-east-1:123456789012:function:probe:$LATEST",
    ],
)
def test_a_function_has_many_names(probe: Probe, name: str) -> None:
    found = probe.client.get_function_configuration(FunctionName=name)
    qualifier = ":$LATEST" if name.endswith("$LATEST") else ""
    assert found["FunctionArn"] == f"arn:aws:lambda:us-east-1:123456789012:function:probe{qualifier}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("arn:aws:lambda:eu-west-1:123456789012:function:probe", REFUSED),
        ("arn:aws-cn:lambda:us-east-1:123456789012:function:probe", f"{REFUSED}.*partition 'aws-cn'"),
        ("probe:1", "ResourceNotFoundException"),
        ("probe:0", "ResourceNotFoundException"),
        ("probe:" + "9" * 30, "ResourceNotFoundException"),
        ("999999999999:function:probe", "AccessDenied|ResourceNotFoundException"),
    ],
)
def test_other_functions_are_not_reached(probe: Probe, name: str, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        probe.client.get_function(FunctionName=name)


def test_code_and_configuration_change_apart(probe: Probe) -> None:
    with probe.alone() as changed:
        before = changed.client.get_function_configuration(FunctionName=changed.name)
        dry = changed.client.update_function_code(FunctionName=changed.name, ZipFile=ECHO, DryRun=True)
        assert dry["CodeSha256"] != before["CodeSha256"]
        unchanged = changed.client.get_function_configuration(FunctionName=changed.name)
        assert unchanged["RevisionId"] == before["RevisionId"]
        after = changed.client.update_function_code(FunctionName=changed.name, ZipFile=ECHO)
        assert after["RevisionId"] != before["RevisionId"]
        assert changed.client.invoke(FunctionName=changed.name, Payload=b"7")["Payload"].read() == b"7"
        with pytest.raises(ClientError, match="PreconditionFailedException"):
            changed.client.update_function_configuration(
                FunctionName=changed.name, Timeout=9, RevisionId=before["RevisionId"]
            )
        emptied = changed.client.update_function_configuration(
            FunctionName=changed.name, Environment={"Variables": {}}, RevisionId=after["RevisionId"]
        )
        assert "Environment" not in emptied


def test_a_version_is_published_with_a_function(probe: Probe) -> None:
    made = probe.client.create_function(**probe.made | {"FunctionName": "published", "Publish": True})
    assert (made["Version"], made["FunctionArn"].rpartition(":")[2]) == ("1", "1")
    probe.client.delete_function(FunctionName="published:1")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        probe.client.get_function(FunctionName="published", Qualifier="1")
    with pytest.raises(ClientError, match=REFUSED):
        probe.client.delete_function(FunctionName="published", Qualifier="$LATEST")
    probe.client.delete_function(FunctionName="published")
    probe.client.create_function(**probe.made | {"FunctionName": "published"})


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a package that is none": ({"Code": {"ZipFile": b"no zip"}}, f"{REFUSED}.*Could not unzip uploaded file"),
    "a package with a link": ({"Code": {"ZipFile": zipped({"../evil": ""})}}, f"{REFUSED}.*Could not unzip"),
    "no package": ({"Code": {}}, f"{REFUSED}.*Please provide a source"),
    "a role that isn't there": (
        {"Role": "arn:aws:iam::123456789012:role/none"},
        f"{REFUSED}.*cannot be assumed",
    ),
    "a role of another account": ({"Role": "arn:aws:iam::999999999999:role/x"}, "Cross-account pass role"),
    "what the platform sets": (
        {"Environment": {"Variables": {"AWS_SESSION_TOKEN": "x", "AWS_REGION": "y"}}},
        "Reserved keys used in this request: AWS_REGION, AWS_SESSION_TOKEN",
    ),
    "a large environment": ({"Environment": {"Variables": {"NAME": "x" * 4096}}}, "exceeded the 4KB limit"),
    "a long timeout": ({"Timeout": 901}, "'Timeout' failed to satisfy constraint"),
    "much memory": ({"MemorySize": 10241}, "'MemorySize' failed to satisfy constraint"),
    "a dead letter to nobody": ({"DeadLetterConfig": {"TargetArn": "arn:aws:s3:::b"}}, REFUSED),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_in_lambdas_words(probe: Probe, case: str) -> None:
    given, said = BAD[case]
    with pytest.raises(ClientError, match=said):
        probe.client.create_function(**probe.made | {"FunctionName": "bad"} | given)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        probe.client.get_function(FunctionName="bad")


@pytest.mark.parametrize(
    "given",
    [
        {"Runtime": "nodejs22.x"},
        {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
        {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:x:1"]},
        {"PackageType": "Image"},
        {"TracingConfig": {"Mode": "Active"}},
        {"SnapStart": {"ApplyOn": "PublishedVersions"}},
        {"LoggingConfig": {"LogFormat": "JSON"}},
        {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/x"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_is_not_served_is_refused(probe: Probe, given: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="NotImplemented"):
        probe.client.create_function(**probe.made | {"FunctionName": "fancy"} | given)


def test_functions_are_off_unless_enabled() -> None:
    with Server.start() as server:
        client = Probe.client_of(server)
        role = Probe.role_on(server)
        with pytest.raises(ClientError, match=r"NotImplemented.*serve --functions"):
            client.create_function(
                FunctionName="f", Role=role, Runtime="python3.12", Handler="a.b", Code={"ZipFile": ECHO}
            )
        assert client.list_functions()["Functions"] == []
