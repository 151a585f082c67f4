"""Versions stay as they were, aliases point at them, and concurrency has limits."""

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.services.lambda_.packages import ECHO, zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

SAYS = "def handler(event, context): return [{!r}, context.function_version, context.invoked_function_arn]"


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        yield probe


def says(text: str) -> bytes:
    return zipped(app=SAYS.format(text))


@pytest.fixture
def name(probe: Probe, request: pytest.FixtureRequest) -> str:
    """A function with two versions, "one" and "two"; $LATEST says "latest"."""
    name = request.node.name.replace("[", "-").replace("]", "")[:60]
    probe.client.create_function(**probe.made | {"FunctionName": name, "Code": {"ZipFile": says("one")}})
    probe.client.publish_version(FunctionName=name, Description="the first")
    probe.client.update_function_code(FunctionName=name, ZipFile=says("two"), Publish=True)
    probe.client.update_function_code(FunctionName=name, ZipFile=says("latest"))
    return name


def said(probe: Probe, name: str, qualifier: str) -> tuple[list[str], str]:
    answer = probe.client.invoke(FunctionName=name, Qualifier=qualifier)
    return json.loads(answer["Payload"].read()), answer["ExecutedVersion"]


def test_versions_stay_as_they_were(probe: Probe, name: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for qualifier, text in (("1", "one"), ("2", "two"), ("$LATEST", "latest")):
        assert said(probe, name, qualifier) == ([text, qualifier, f"{arn}:{qualifier}"], qualifier)
    listed = probe.client.list_versions_by_function(FunctionName=name)["Versions"]
    assert [each["Version"] for each in listed] == ["$LATEST", "1", "2"]
    assert listed[1]["Description"] == "the first"


def test_nothing_new_is_published_without_a_change(probe: Probe, name: str) -> None:
    assert [probe.client.publish_version(FunctionName=name)["Version"] for _ in range(2)] == ["3", "3"]
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*CodeSHA256"):
        probe.client.publish_version(FunctionName=name, CodeSha256="another")
    probe.client.delete_function(FunctionName=name, Qualifier="3")
    assert probe.client.publish_version(FunctionName=name)["Version"] == "4"


def test_an_alias_moves(probe: Probe, name: str) -> None:
    made = probe.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert said(probe, name, "live")[0][:2] == ["one", "1"]
    with pytest.raises(ClientError, match=r"ResourceConflictException.*alias live"):
        probe.client.delete_function(FunctionName=name, Qualifier="1")
    probe.client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert said(probe, name, "live")[0][:2] == ["two", "2"]
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        probe.client.update_alias(FunctionName=name, Name="live", RevisionId=made["RevisionId"])
    probe.client.delete_alias(FunctionName=name, Name="live")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        said(probe, name, "live")


def test_an_alias_divides_invocations(probe: Probe, name: str) -> None:
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    probe.client.create_alias(FunctionName=name, Name="both", FunctionVersion="1", RoutingConfig=routing)
    assert {said(probe, name, "both")[1] for _ in range(40)} == {"1", "2"}
    probe.client.update_alias(
        FunctionName=name, Name="both", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}}
    )
    assert {said(probe, name, "both")[1] for _ in range(5)} == {"2"}
    for wrong in ({"$LATEST": 0.5}, {"1": 0.5}):
        with pytest.raises(ClientError, match=r"InvalidParameterValueException|ValidationException"):
            probe.client.update_alias(
                FunctionName=name, Name="both", RoutingConfig={"AdditionalVersionWeights": wrong}
            )


def test_nothing_is_left_of_a_function(probe: Probe, name: str) -> None:
    probe.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    probe.client.add_permission(
        FunctionName=name, StatementId="s", Action="lambda:*", Principal="s3.amazonaws.com"
    )
    probe.client.delete_function(FunctionName=name)
    probe.client.create_function(**probe.made | {"FunctionName": name, "Code": {"ZipFile": ECHO}})
    assert probe.client.list_aliases(FunctionName=name)["Aliases"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        probe.client.get_policy(FunctionName=name)
    assert len(probe.client.list_versions_by_function(FunctionName=name)["Versions"]) == 1


def test_reserved_concurrency_is_a_limit(probe: Probe, name: str) -> None:
    probe.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        said(probe, name, "1")
    assert probe.client.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    probe.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=28)
    settings = probe.client.get_account_settings()["AccountLimit"]
    assert settings["UnreservedConcurrentExecutions"] == settings["ConcurrentExecutions"] - 28
    with pytest.raises(ClientError, match="UnreservedConcurrentExecution below its minimum"):
        probe.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=29)
    probe.client.delete_function_concurrency(FunctionName=name)
    assert said(probe, name, "1")[1] == "1"
