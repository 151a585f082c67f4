"""Every operation of every service, both ways, against botocore as the other end.

botocore serialises parameters, we recognise the operation and parse them back equal; we write outputs
and errors, botocore parses them back equal. Event streams are not spoken.
"""

import io
import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from watchword.names import Body, HttpRequest, HttpResponse
from watchword.wire import Models, recognise
from watchword.wire.services import SERVICES

EXAMPLES = 200 if os.environ.get("WATCHWORD_FUZZ") else 3
few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)

SERVED = (*SERVICES, "dynamodb")
SAME_ROUTE = {  # older operations, which nothing on the wire tells from their successors
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
    "ListDirectoryBuckets": "ListBuckets",  # told by x-id, which botocore doesn't send
}
"""Operation -> the one that its route is taken for."""
TWINS = {"GetBucketNotification", "PutBucketNotification"}
"""Deprecated operations, two of whose members have the same element name."""
UNREAD = {"GetBucketLocation", *TWINS}
"""Answers that botocore's parser doesn't read: its client reads a bucket's location (see test_s3)."""


def streams(operation: OperationModel) -> bool:
    return bool(operation.get_event_stream_input() or operation.get_event_stream_output())


@pytest.fixture(params=SERVED)
def service(request: pytest.FixtureRequest, foreign: Callable[[str], ServiceModel]) -> ServiceModel:
    model = foreign(request.param)
    model.service_name = request.param
    return model


def operations(service: ServiceModel) -> Iterator[OperationModel]:
    for name in service.operation_names:
        operation = service.operation_model(name)
        if not streams(operation):
            yield operation


def sent(service: ServiceModel, operation: OperationModel, parameters: dict[str, Any]) -> HttpRequest:
    """What botocore puts on the wire, as the server hands it over."""
    serializer = create_serializer(service.metadata["protocol"], include_validation=False)
    prepared = serializer.serialize_to_request(parameters, operation)
    prepare_request_dict(prepared, endpoint_url="http://localhost:4566", context={})
    wire = create_request_object(prepared).prepare()
    url = urlsplit(wire.url)
    headers = [(name.lower(), _text(value)) for name, value in wire.headers.items()]
    body = wire.body or b""
    return HttpRequest(
        method=wire.method,
        path=url.path,
        query=url.query,
        headers=(("host", "localhost:4566"), *headers),
        body=Body(body.encode() if isinstance(body, str) else bytes(body)),
    )


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def received(response: HttpResponse, *, stream: bool = False) -> dict[str, Any]:
    """An answer as botocore's parsers take it."""
    assert isinstance(response.body, bytes)
    return {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": io.BytesIO(response.body) if stream else response.body,
        "context": {},
    }


def test_parameters_are_parsed_back_equal(
    service: ServiceModel, models: Models, values: Callable[..., Any]
) -> None:
    ours = models.service(service.service_name)
    for operation in operations(service):
        if operation.name in TWINS:
            continue
        shape = operation.input_shape
        if ours.row.header and (shape is None or "AccountId" not in shape.members):
            continue  # CreateBucket of S3 on Outposts, which is told by its host
        if "+}/" in operation.http["requestUri"]:
            continue  # what follows a greedy label is taken for a part of it; none of these is served
        strategy = values(ours.protocol).of(shape) if shape else st.just({})
        _parses_back(service, operation, strategy, models)


def _parses_back(
    service: ServiceModel, operation: OperationModel, strategy: st.SearchStrategy[Any], models: Models
) -> None:
    ours = models.service(service.service_name)

    @few
    @given(strategy)
    def parses_back(parameters: dict[str, Any]) -> None:
        assume("/" not in parameters.get("Bucket", ""))  # S3 takes no bucket of such a name out of a path
        if ours.row.header:  # clients always send it, whatever the model requires
            parameters.setdefault("AccountId", "123456789012")
        request = sent(service, operation, parameters)
        recognised = recognise(request, models, scope_service=ours.signing_name, hosts=())
        assert recognised.service is ours
        assert recognised.name == SAME_ROUTE.get(operation.name, operation.name)
        parsed = ours.operation(operation.name).parse(request)
        if "ContentLength" not in parameters:
            parsed.pop("ContentLength", None)  # every request states it
        assert parsed == {**_empty_stream(operation), **_as_parsed(operation, parameters)}

    parses_back()


def _empty_stream(operation: OperationModel) -> dict[str, Any]:
    payload = _streaming(operation.input_shape)
    return {payload: Body()} if payload else {}


def _as_parsed(operation: OperationModel, parameters: dict[str, Any]) -> dict[str, Any]:
    payload = _streaming(operation.input_shape)
    if payload and payload in parameters:
        return {**parameters, payload: Body(parameters[payload])}
    if payload := _json_payload(operation):
        return {payload: {}, **parameters}  # botocore sends `{}` for an absent one
    return parameters


def _json_payload(operation: OperationModel) -> str | None:
    shape = operation.input_shape
    if shape is None or operation.metadata["protocol"] != "rest-json":
        return None
    payload: str | None = shape.serialization.get("payload")
    return payload if payload and shape.members[payload].type_name == "structure" else None


def _streaming(shape: Shape | None) -> str | None:
    """The member that is a streamed body."""
    payload: str | None = shape.serialization.get("payload") if shape else None
    if payload is None or shape.members[payload].type_name != "blob":
        return None
    member = shape.members[payload]
    return payload if member.serialization.get("streaming") or member.metadata.get("streaming") else None


def test_outputs_are_parsed_back_equal(
    service: ServiceModel, models: Models, values: Callable[..., Any]
) -> None:
    ours = models.service(service.service_name)
    for operation in operations(service):
        if operation.name in UNREAD:
            continue
        shape = operation.output_shape
        body = "rest-xml" if ours.protocol == "query" else ours.protocol  # query answers in XML
        strategy = values(body).of(shape) if shape else st.just({})
        _writes_back(service, operation, strategy, models)


def _writes_back(
    service: ServiceModel, operation: OperationModel, strategy: st.SearchStrategy[Any], models: Models
) -> None:
    ours = models.service(service.service_name).operation(operation.name)
    parser = create_parser(service.metadata["protocol"])
    raw = _raw_payload(operation)
    members = operation.output_shape.members if operation.output_shape else {}
    statuses = [
        name for name, member in members.items() if member.serialization.get("location") == "statusCode"
    ]

    @few
    @given(strategy)
    def writes_back(output: dict[str, Any]) -> None:
        response = ours.write(output, "request-1")
        parsed = parser.parse(received(response, stream=raw is not None), operation.output_shape)
        metadata = parsed.pop("ResponseMetadata")
        assert metadata["RequestId"] == "request-1"
        if raw is not None:
            read = parsed[raw].read()
            parsed[raw] = read if isinstance(output.get(raw, b""), bytes) else read.decode()
        for stated in {"ContentLength", "ContentType"} - set(output):
            parsed.pop(stated, None)  # every answer states them
        for name in statuses:
            parsed.pop(name)  # the status is there whether the output names it or not
        assert _without_empty(parsed) == _without_empty(
            {name: value for name, value in output.items() if name not in statuses}
        )

    writes_back()


def _raw_payload(operation: OperationModel) -> str | None:
    shape = operation.output_shape
    payload: str | None = shape.serialization.get("payload") if shape else None
    return payload if payload and shape.members[payload].type_name in {"blob", "string"} else None


def _without_empty(members: dict[str, Any]) -> dict[str, Any]:
    """Absent and empty are one thing to an answer: botocore fills in what it finds nothing of."""
    return {name: value for name, value in members.items() if value not in ({}, [], b"", "")}
