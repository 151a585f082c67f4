"""Requests that nobody's SDK sends: whatever comes, the answer is an operation's input or an AwsError."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword.names import AwsError, Body, HttpRequest, HttpResponse
from watchword.wire import Models, Operation, error_response, recognise

many = settings(
    max_examples=5_000 if os.environ.get("WATCHWORD_FUZZ") else 300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SCOPES = (None, "sts", "iam", "s3", "lambda", "organizations", "dynamodb", "sso-oauth", "signin", "ec2")
SEEDS = (
    b"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&Tags.member.1.Key=%C3%A9",
    b'{"TableName": "abc", "Key": {"a": {"M": {"b": {"L": [{"B": "AA=="}, {"NULL": true}]}}}}}',
    b'<Tagging xmlns="u"><TagSet><Tag><Key>a</Key><Value>&amp;</Value></Tag></TagSet></Tagging>',
    b"<Delete><Object><Key>a</Key><VersionId/></Object><Quiet>true</Quiet></Delete>",
)
NAMES = (
    *("content-type", "host", "x-amz-target", "content-length", "content-md5", "if-modified-since"),
    *("x-amz-copy-source", "x-amz-acl", "x-amz-meta-a", "x-amz-object-attributes"),
    *("x-amz-object-lock-retain-until-date", "x-amz-sso_bearer_token"),
)
VALUES = (
    *("application/x-www-form-urlencoded", "application/json", "localhost", "a.localhost", "/a/b", "9"),
    *("DynamoDB_20120810.GetItem", "AWSOrganizationsV20161128.TagResource", "private", "ETag,Checksum"),
)
KEYS = (
    *("acl", "delete", "tagging", "policy", "versioning", "uploads", "uploadId", "partNumber", "x-id"),
    *("list-type=2", "max-keys", "prefix", "Action", "aws_iam=t", "find=LayerVersion", "attributes"),
)
PATHS = (
    *("/", "/b", "/b/k", "/b//", "/token", "/2015-03-31/functions/f"),
    "/clusters/c/assume-role-for-pod-identity",
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """One of some well-formed bodies with a few bytes replaced, doubled or cut."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        data[start:end] = draw(st.binary(max_size=4) | st.just(bytes(data[start:end]) * 2))
    return bytes(data)


TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | TEXT), max_size=5)
PATH = st.sampled_from(PATHS) | st.text("/ab%20+.?é\x00", max_size=12).map(lambda text: "/" + text)
QUERY = st.lists(st.sampled_from(KEYS) | st.text("ab=&%20+;\xff", max_size=8), max_size=4).map("&".join)


def refusal(operation: Operation, request: HttpRequest) -> HttpResponse | None:
    """What the operation says to a request that it can't parse."""
    try:
        operation.parse(request)
    except AwsError as error:
        return operation.write_error(error, "r")
    return None


@many
@given(
    line=st.tuples(
        st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "get", ""]), PATH, QUERY
    ),
    headers=HEADERS,
    body=st.binary(max_size=30) | mutated(SEEDS),
    scope=st.sampled_from(SCOPES),
)
def test_any_request_is_parsed_or_refused(
    models: Models,
    scope: str | None,
    body: bytes,
    line: tuple[str, str, str],
    headers: list[tuple[str, str]],
) -> None:
    request = HttpRequest(*line, headers=tuple(headers), body=Body(body))
    try:
        operation = recognise(request, models, scope_service=scope, hosts=("localhost",))
    except AwsError as error:
        said: HttpResponse | None = error_response(error, "r", request)
    else:
        said = refusal(operation, request)
    assert said is None or 400 <= said.status < 500


@many
@given(data=st.data(), body=mutated(SEEDS))
def test_any_body_of_any_operation_is_parsed_or_refused(
    models: Models, data: st.DataObject, body: bytes
) -> None:
    service = data.draw(st.sampled_from(models.services))
    operation = service.operation(data.draw(st.sampled_from(service.operations)))
    path = operation.compiled.spec.uri.partition("?")[0].replace("{", "").replace("}", "")
    said = refusal(operation, HttpRequest("POST", path, body=Body(body)))
    assert said is None or 400 <= said.status < 500


MEGABYTES = {
    "one name": b"a" * 2_000_000,
    "one value": b"RoleArn=" + b"a" * 2_000_000,
    "escapes": b"RoleArn=" + b"%41" * 700_000,
    "parts": b"a" + b".1" * 1_000_000 + b"=1",
    "parameters": b"a=1&" * 500_000,
    "quotes": b'{"' + b'\\"' * 1_000_000,
    "brackets": b"[]" * 1_000_000,
    "open brackets": b"[{" * 1_000_000,
    "digits": b'{"Limit": ' + b"9" * 2_000_000 + b"}",
    "elements": b"<Delete>" + b"<Object/>" * 150_000 + b"</Delete>",
    "open elements": b"<Delete>" * 200_000,
    "attributes": b"<Delete " + b" ".join(b"a%d='1'" % index for index in range(100_000)) + b"/>",
    "entities": b"<Delete>" + b"&amp;" * 400_000 + b"</Delete>",
}


@pytest.mark.parametrize("what", MEGABYTES)
def test_megabytes_of(what: str, models: Models) -> None:
    for service, name in (("sts", "AssumeRole"), ("dynamodb", "GetItem"), ("s3", "DeleteObjects")):
        operation = models.service(service).operation(name)
        query = "delete" if service == "s3" else ""
        said = refusal(operation, HttpRequest("POST", "/b", query, body=Body(MEGABYTES[what])))
        assert said is None or len(said.body) < 5_000  # type: ignore[arg-type]
