"""Answers of query services in JSON: who asks for it, and what is written."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.test_round_trips import few, operations

from watchword.names import AwsError, Body, HttpRequest, HttpResponse, fault
from watchword.wire import Models, Operation, UnrecognisedError, error_response, json_body, recognise

FORM = ("content-type", "application/x-www-form-urlencoded")


def request(*accept: str, body: str = "Action=GetCallerIdentity&Version=2011-06-15") -> HttpRequest:
    headers = (FORM, *(("accept", each) for each in accept))
    return HttpRequest("POST", headers=headers, body=Body(body.encode()))


def read(response: HttpResponse) -> Any:
    assert dict(response.headers)["content-type"] == "application/json"
    return json.loads(bytes(response.body))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accept", "asked"),
    [
        ([], False),
        (["*/*"], False),
        (["application/*"], False),
        (["text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"], False),
        (["application/json"], True),
        (["Application/JSON; charset=utf-8"], True),
        (["application/json, text/plain, */*"], True),
        (["text/plain", "application/json"], True),
        (["application/json;q=0"], False),
        (["application/json;q=1e3"], False),
        (["application/json, text/xml"], False),
        (["application/json;q=0.5, application/xml;q=0.4"], True),
    ],
)
def test_who_asks_for_json(models: Models, accept: list[str], asked: bool) -> None:
    assert recognise(request(*accept), models, scope_service="sts").in_json is asked


def test_an_identity(models: Models) -> None:
    identity = {"UserId": "AIDA", "Account": "1", "Arn": "arn:<x>"}
    operation = recognise(request("application/json"), models, scope_service="sts")
    metadata = {"RequestId": "request-1"}
    answered = {"GetCallerIdentityResult": identity, "ResponseMetadata": metadata}
    assert read(operation.write(identity, "request-1")) == {"GetCallerIdentityResponse": answered}


def test_an_absent_member_is_null_and_a_time_in_seconds(models: Models) -> None:
    asked = request("application/json", body="Action=GetRole&Version=2010-05-08&RoleName=r")
    role = {"CreateDate": datetime(2026, 11, 23, tzinfo=UTC), "RoleLastUsed": {}}
    found = read(recognise(asked, models, scope_service="iam").write({"Role": role}, "r"))
    answered = found["GetRoleResponse"]["GetRoleResult"]["Role"]
    assert answered["CreateDate"] == 1795392000
    assert answered["Tags"] is answered["PermissionsBoundary"] is None
    assert answered["RoleLastUsed"] == {"LastUsedDate": None, "Region": None}


def test_an_operation_without_output(models: Models) -> None:
    asked = request("application/json", body="Action=DeleteRole&Version=2010-05-08&RoleName=r")
    operation = recognise(asked, models, scope_service="iam")
    answered = {"DeleteRoleResponse": {"ResponseMetadata": {"RequestId": "request-1"}}}
    assert read(operation.write({}, "request-1")) == answered
    with pytest.raises(KeyError):
        operation.write({"Role": {}}, "request-1")


@pytest.mark.parametrize(
    ("error", "blamed"), [(fault("AccessDenied", "no"), "Sender"), (AwsError("X", 500, "no"), "Receiver")]
)
def test_an_error(models: Models, error: AwsError, blamed: str) -> None:
    operation = recognise(request("application/json"), models, scope_service="sts")
    response = operation.write_error(error, "request-1")
    told = {"Code": error.code, "Message": "no", "Type": blamed}
    assert read(response) == {"Error": told, "RequestId": "request-1"}
    assert dict(response.headers)["x-amzn-requestid"] == "request-1"


@pytest.mark.parametrize("scope", ["sts", None])
def test_a_request_for_no_operation(models: Models, scope: str | None) -> None:
    asked = request("application/json", body="Action=Nothing&Version=2011-06-15")
    with pytest.raises(UnrecognisedError) as unknown:
        recognise(asked, models, scope_service=scope)
    assert read(error_response(unknown.value, "request-1"))["Error"]["Code"] == "InvalidAction"


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_outputs_are_read_back_equal(
    service: str, models: Models, foreign: Callable[[str], ServiceModel], values: Callable[..., Any]
) -> None:
    theirs = foreign(service)
    for operation in operations(theirs):
        asked = request("application/json", body=f"Action={operation.name}&Version={theirs.api_version}")
        if operation.output_shape is not None:
            outputs = values("json").of(operation.output_shape)
            _read_back(recognise(asked, models, scope_service=service), outputs)


def _read_back(operation: Operation, outputs: st.SearchStrategy[Any]) -> None:
    shape = operation.compiled.spec.output
    assert shape is not None
    back = json_body.readers()(shape)

    @few
    @given(outputs)
    def read_back(output: dict[str, Any]) -> None:
        (answered,) = read(operation.write(output, "r")).values()
        assert back(answered[f"{operation.name}Result"]) == output

    read_back()
