"""Errors as documents: every fault in every format, every modelled error, all read back by botocore."""

import json
from collections.abc import Callable
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel, Shape
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.errors import FAULTS as KINDS
from watchword.wire import Models, Service, error_response
from watchword.wire.faults import FAULTS, ErrorFormat
from watchword.wire.services import SERVICES

SOME = {  # one operation of each protocol
    "sts": "AssumeRole",
    "organizations": "DescribePolicy",
    "dynamodb": "GetItem",
    "lambda": "GetFunction",
    "s3": "GetObject",
}
PARSERS = {
    "sts": "query",
    "organizations": "json",
    "dynamodb": "json",
    "lambda": "rest-json",
    "s3": "rest-xml",
}


def parsed(response: HttpResponse, protocol: str, shape: Shape | None = None) -> dict[str, Any]:
    answer = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
        "context": {},
    }
    result: dict[str, Any] = create_parser(protocol).parse(answer, shape)
    return result


def test_every_fault_has_every_format() -> None:
    assert set(FAULTS) == set(KINDS)
    for kind, formats in FAULTS.items():
        assert set(formats) == set(get_args(ErrorFormat)), kind
        for template in formats.values():
            assert template.code, kind
            assert 400 <= template.status < 600, kind
            assert template.message, kind


@pytest.mark.parametrize("service", SOME)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_read_back(service: str, kind: str, models: Models) -> None:
    operation = models.service(service).operation(SOME[service])
    template = FAULTS[kind][operation.error_writer.format]
    response = operation.write_error(fault(kind), "request-1")
    read = parsed(response, PARSERS[service])
    assert response.status == template.status
    assert read["Error"]["Code"] == template.code
    assert read["Error"]["Message"] == template.message
    assert read["ResponseMetadata"]["RequestId"] == "request-1"


def test_what_is_said_replaces_the_sentence(models: Models) -> None:
    operation = models.service("sts").operation("AssumeRole")
    said = "User: <you> & yours is not authorized"
    read = parsed(operation.write_error(fault("AccessDenied", said, "the operator's"), "r"), "query")
    assert read["Error"]["Message"] == said


def test_the_operators_reason_is_never_sent(models: Models) -> None:
    for service, name in SOME.items():
        response = (
            models.service(service).operation(name).write_error(fault("InternalFailure", meant="canary"), "r")
        )
        assert b"canary" not in response.body  # type: ignore[operator]


def test_who_is_to_blame(models: Models) -> None:
    operation = models.service("iam").operation("GetUser")
    blamed = {
        status: parsed(operation.write_error(AwsError("X", status, "x"), "r"), "query")["Error"]["Type"]
        for status in (400, 404, 500, 503)
    }
    assert blamed == {400: "Sender", 404: "Sender", 500: "Receiver", 503: "Receiver"}


def test_s3_shows_fields_and_both_ids(models: Models) -> None:
    operation = models.service("s3").operation("GetObject")
    response = operation.write_error(fault("InvalidClientTokenId", AWSAccessKeyId="AKIA<x>"), "request-1")
    root = ET.fromstring(response.body)  # type: ignore[arg-type]
    assert [child.tag for child in root] == ["Code", "Message", "AWSAccessKeyId", "RequestId", "HostId"]
    assert root.findtext("AWSAccessKeyId") == "AKIA<x>"
    headers = dict(response.headers)
    assert headers["x-amz-request-id"] == root.findtext("RequestId") == "request-1"
    assert headers["x-amz-id-2"] == root.findtext("HostId")


def test_fields_of_a_signature_stay_out_of_other_protocols(models: Models) -> None:
    shown = {"StringToSign": "canary", "CanonicalRequest": "canary"}
    for service in ("organizations", "lambda"):
        operation = models.service(service).operation(SOME[service])
        response = operation.write_error(fault("SignatureDoesNotMatch", **shown), "r")
        assert b"canary" not in response.body  # type: ignore[operator]


def test_iam_and_sts_say_what_was_to_be_signed(models: Models) -> None:
    shown = {"StringToSign": "AWS4-<x>\nb", "CanonicalRequest": "GET\n/", "SignatureProvided": "00"}
    for operation in (
        models.service("iam").operation("GetUser"),
        models.service("sts").operation(SOME["sts"]),
    ):
        response = operation.write_error(fault("SignatureDoesNotMatch", **shown), "r")
        said = parsed(response, "query")["Error"]["Message"]
        assert said.endswith(
            "for details.\n\nThe Canonical String for this request should have been\n'GET\n/'\n\n"
            "The String-to-Sign should have been\n'AWS4-<x>\nb'\n"
        )


def test_head_has_no_body(models: Models) -> None:
    response = models.service("s3").operation("HeadObject").write_error(AwsError("NoSuchKey", 404, "no"), "r")
    assert (response.status, response.body) == (404, b"")


def test_s3_template_not_implemented_as_it_does(models: Models) -> None:
    response = models.service("s3").operation("GetBucketCors").write_error(fault("NotImplemented"), "r")
    error = parsed(response, "rest-xml")["Error"]
    assert response.status == 501
    assert error["Message"] == "A header you provided implies functionality that is not implemented"


@pytest.mark.parametrize("service", SERVICES)
def test_modelled_errors_are_read_back(
    service: str, models: Models, foreign: Callable[[str], ServiceModel], values: Callable[..., Any]
) -> None:
    for shape in foreign(service).error_shapes:
        _reads_back(models.service(service), foreign(service), shape, values("rest-xml", flat=True).of(shape))


def _reads_back(ours: Service, theirs: ServiceModel, shape: Shape, drawn: st.SearchStrategy[Any]) -> None:
    operation, protocol = ours.operation(ours.operations[0]), theirs.metadata["protocol"]
    declared = shape.metadata.get("error", {}).get(
        "httpStatusCode", 500 if "fault" in shape._shape_model else 418
    )

    @settings(max_examples=3, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn, st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), min_size=1))
    def reads_back(drawn: dict[str, Any], said: str) -> None:
        members = {name: value for name, value in drawn.items() if name.lower() != "message"}
        response = operation.write_error(
            AwsError(shape.error_code, 418, said, fields=_as_fields(members)), "r"
        )
        read = parsed(response, protocol)
        assert theirs.shape_for_error_code(read["Error"]["Code"]) is not None
        assert read["Error"]["Message"] == said
        assert response.status == declared
        again = read["Error"] if protocol == "rest-xml" else parsed(response, protocol, shape)
        assert {name: again[name] for name in members} == members

    reads_back()


def _as_fields(members: dict[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, default=str)
        for name, value in members.items()
    }


def test_an_error_outside_the_model_is_said_as_it_is(models: Models) -> None:
    for service, name in SOME.items():
        error = AwsError("MadeUp", 409, "made <up>")
        response = models.service(service).operation(name).write_error(error, "r")
        read = parsed(response, PARSERS[service])
        assert (response.status, read["Error"]["Code"]) == (409, "MadeUp")
        assert read["Error"]["Message"] == "made <up>"


@pytest.mark.parametrize(
    ("request_", "content_type"),
    [
        (None, "text/plain; charset=utf-8"),
        (HttpRequest("POST", headers=(("content-type", "application/x-www-form-urlencoded"),)), "text/xml"),
        (HttpRequest("GET", query="Action=GetCallerIdentity"), "text/xml"),
        (HttpRequest("POST", headers=(("x-amz-target", "A.B"),)), "application/x-amz-json-1.1"),
        (
            HttpRequest(
                "POST", headers=(("x-amz-target", "A.B"), ("content-type", "application/x-amz-json-1.0"))
            ),
            "application/x-amz-json-1.0",
        ),
        (HttpRequest("POST", headers=(("content-type", "application/json"),)), "application/json"),
        (HttpRequest("GET", "/bucket/key"), "application/xml"),
    ],
)
def test_a_request_of_no_operation_is_answered_in_its_protocol(
    request_: HttpRequest | None, content_type: str
) -> None:
    response = error_response(fault("IncompleteSignature"), "r", request_)
    assert dict(response.headers)["content-type"] == content_type
    assert int(dict(response.headers)["content-length"]) == len(response.body)  # type: ignore[arg-type]


def test_n48_markup_in_a_value_stays_text(models: Models) -> None:
    hostile = '</Message><Code>x</Code>"&\x00\ufffe'
    for service, name in (("sts", "AssumeRole"), ("s3", "GetObject")):
        error = AwsError("NoSuchKey", 404, hostile, fields={"Key": hostile})
        body = models.service(service).operation(name).write_error(error, hostile).body
        root = ET.fromstring(body)  # type: ignore[arg-type]
        assert [one.text for one in root.iter() if one.tag.endswith("Code")] == ["NoSuchKey"]


def test_nothing_in_a_header_ends_it(models: Models) -> None:
    operation = models.service("s3").operation("GetObject")
    response = operation.write({"ContentType": "a\r\nx-evil: 1", "Metadata": {"k": "ü☃"}}, "r")
    headers = dict(response.headers)
    assert headers["content-type"] == "a x-evil: 1"
    assert headers["x-amz-meta-k"] == "=?UTF-8?B?w7zimIM=?="
