"""URLs of functions: who may call them, what the function gets, and what its answer becomes."""

import base64
import http.client
import itertools
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

ECHO = "def handler(event, context): return {'event': event, 'id': context.aws_request_id}"
SAYS = """
import base64, json

def handler(event, context):
    answer = json.loads(base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"])
    if answer == "raise":
        raise ValueError("no")
    return answer
"""
"""Answers with what it was sent."""
OPEN = ("*", "NONE")
NUMBERS = itertools.count()


class Answer(NamedTuple):
    """What a client sees."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for given, value in self.headers if given == name), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        yield probe


class Called:
    """A function that has a URL."""

    def __init__(self, probe: Probe, code: str, auth_type: str, **more: Any) -> None:
        self.probe, self.name = probe, f"url-{next(NUMBERS)}"
        self.lambda_ = probe.client
        made = {**probe.made, "FunctionName": self.name, "Code": {"ZipFile": zipped(app=code)}}
        self.arn = self.lambda_.create_function(**made)["FunctionArn"]
        self.config = self.lambda_.create_function_url_config(
            FunctionName=self.name, AuthType=auth_type, **more
        )
        self.url = self.config["FunctionUrl"]

    def permit(self, principal: str, auth_type: str, *actions: str) -> None:
        """A statement for each action; both if none is named."""
        for action in actions or ("InvokeFunctionUrl", "InvokeFunction"):
            of_url = {"FunctionUrlAuthType": auth_type}
            condition = of_url if action == "InvokeFunctionUrl" else {"InvokedViaFunctionUrl": True}
            self.lambda_.add_permission(
                FunctionName=self.name,
                StatementId=f"{action}-{next(NUMBERS)}",
                Action=f"lambda:{action}",
                Principal=principal,
                **condition,
            )

    def send(
        self,
        method: str = "GET",
        path: str = "/",
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
        host: str = "",
    ) -> Answer:
        """By a connection to the server, whatever the host's name resolves to."""
        server = urlsplit(self.probe.server.endpoint)
        connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=60)
        connection.request(method, path, body, {"Host": host or urlsplit(self.url).netloc, **headers})
        answer = connection.getresponse()
        found = Answer(answer.status, [(n.lower(), v) for n, v in answer.getheaders()], answer.read())
        connection.close()
        return found

    def signed(
        self,
        keys: Credentials,
        method: str = "GET",
        path: str = "/",
        body: bytes = b"",
        *,
        service: str = "lambda",
        region: str = "us-east-1",
        **headers: str,
    ) -> Answer:
        request = AWSRequest(method, self.url.rstrip("/") + path, headers, body)
        SigV4Auth(keys, service, region).add_auth(request)
        return self.send(method, path, dict(request.headers.items()), body)


@pytest.fixture(scope="module")
def echo(probe: Probe) -> Called:
    """Open to all."""
    called = Called(probe, ECHO, "NONE")
    called.permit(*OPEN)
    return called


@pytest.fixture(scope="module")
def says(probe: Probe) -> Called:
    called = Called(probe, SAYS, "NONE")
    called.permit(*OPEN)
    return called


@pytest.fixture(scope="module")
def closed(probe: Probe) -> Called:
    return Called(probe, ECHO, "AWS_IAM")


def root(probe: Probe) -> Credentials:
    return Credentials(probe.server.access_key_id, probe.server.secret)


def user(probe: Probe, *statements: Mapping[str, Any]) -> tuple[str, Credentials]:
    """The name and credentials of a user with these statements."""
    name = f"u{next(NUMBERS)}"
    iam = boto3.client("iam", **probe.server.client_arguments)
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return name, Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def allow(action: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": f"lambda:{action}", "Resource": "*", "Condition": condition}


# --- who may ----------------------------------------------------------------------------------------


def test_a_url_has_the_name_of_the_server(echo: Called) -> None:
    found = urlsplit(echo.url)
    label, _, rest = (found.hostname or "").partition(".")
    assert (found.scheme, len(label), rest) == ("http", 32, "lambda-url.us-east-1.localhost")
    assert found.port == urlsplit(echo.probe.server.endpoint).port


def test_anybody_may_where_the_policy_says_so(echo: Called) -> None:
    assert echo.send().json["event"]["requestContext"]["accountId"] == "anonymous"


@pytest.mark.parametrize("actions", [("InvokeFunctionUrl",), ("InvokeFunction",)])
def test_anybody_needs_both_permissions(probe: Probe, actions: tuple[str, ...]) -> None:
    called = Called(probe, ECHO, "NONE")
    assert called.send().status == 403
    called.permit(*OPEN, *actions)
    refused = called.send()
    assert refused.status == 403
    assert refused.header("x-amzn-errortype") == "AccessDeniedException"
    missing = {"InvokeFunctionUrl", "InvokeFunction"} - set(actions)
    assert f"lambda:{missing.pop()}" in refused.json["message"]


def test_a_statement_for_other_urls_opens_nothing(probe: Probe) -> None:
    called = Called(probe, ECHO, "NONE")
    called.permit("*", "AWS_IAM")
    assert called.send().status == 403


def test_a_closed_url_needs_a_signature(closed: Called) -> None:
    closed.permit("*", "AWS_IAM")
    assert closed.send().status == 403
    assert "missing Authentication Token" in closed.send().json["message"]
    assert closed.signed(root(closed.probe)).status == 200


def test_users_need_both_permissions(probe: Probe) -> None:
    called = Called(probe, ECHO, "AWS_IAM")
    both = (
        allow("InvokeFunctionUrl", StringEquals={"lambda:FunctionUrlAuthType": "AWS_IAM"}),
        allow("InvokeFunction", Bool={"lambda:InvokedViaFunctionUrl": "true"}),
    )
    for statements, status in ((both, 200), (both[:1], 403), (both[1:], 403), ((), 403)):
        _, keys = user(probe, *statements)
        assert called.signed(keys).status == status


def test_a_permission_by_url_is_none_to_invoke(probe: Probe) -> None:
    called = Called(probe, ECHO, "AWS_IAM")
    _, keys = user(probe, allow("InvokeFunction", Bool={"lambda:InvokedViaFunctionUrl": "true"}))
    theirs = boto3.client(
        "lambda",
        endpoint_url=probe.server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.invoke(FunctionName=called.name)


def test_a_user_may_by_the_functions_policy(probe: Probe) -> None:
    called = Called(probe, ECHO, "AWS_IAM")
    name, keys = user(probe)
    called.permit(f"arn:aws:iam::{probe.server.account}:user/{name}", "AWS_IAM")
    assert called.signed(keys).status == 200


def test_the_caller_is_told(probe: Probe, closed: Called) -> None:
    name, keys = user(probe, allow("*"))
    found = closed.signed(keys, path="/a?b=1").json
    context = found["event"]["requestContext"]
    arn = f"arn:aws:iam::{probe.server.account}:user/{name}"
    iam = context["authorizer"]["iam"]
    assert context["accountId"] == probe.server.account
    assert (iam["accessKey"], iam["accountId"], iam["userArn"]) == (
        keys.access_key,
        probe.server.account,
        arn,
    )
    assert iam["callerId"] == iam["userId"]
    assert iam["userId"].startswith("AIDA")
    assert context["requestId"] == found["id"]


def test_what_proved_the_caller_is_not_told(probe: Probe, closed: Called) -> None:
    sts = boto3.client("sts", **probe.server.client_arguments)
    found = sts.get_session_token()["Credentials"]
    keys = Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    answer = closed.signed(keys)
    assert answer.status == 200
    assert found["SessionToken"].encode() not in answer.body
    assert b"Signature=" not in answer.body
    request = AWSRequest("GET", f"{closed.url}a?b=1")
    SigV4QueryAuth(keys, "lambda", "us-east-1").add_auth(request)
    presigned = urlsplit(request.prepare().url)
    answer = closed.send("GET", f"{presigned.path}?{presigned.query}")
    assert answer.status == 200
    assert (answer.json["event"]["rawQueryString"], answer.json["event"]["queryStringParameters"]) == (
        "b=1",
        {"b": "1"},
    )


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"service": "sts"}, 403), ({"region": "eu-west-1"}, 403), ({}, 200)],
)
def test_a_signature_is_for_this_service_and_region(
    closed: Called, changed: dict[str, str], status: int
) -> None:
    assert closed.signed(root(closed.probe), **changed).status == status  # type: ignore[arg-type]


def test_a_signature_is_of_this_request(closed: Called, echo: Called) -> None:
    request = AWSRequest("POST", closed.url, {}, b"one")
    SigV4Auth(root(closed.probe), "lambda", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    assert closed.send("POST", "/", headers, b"one").status == 200
    assert closed.send("POST", "/", headers, b"two").status == 403
    assert closed.send("POST", "/other", headers, b"one").status == 403
    other = Called(closed.probe, ECHO, "AWS_IAM")
    other.permit("*", "AWS_IAM")
    assert other.send("POST", "/", headers, b"one").status == 403


def test_an_open_url_takes_any_authorization(echo: Called) -> None:
    for text in ("Bearer abc", "AWS4-HMAC-SHA256 nonsense", "AWS4-HMAC-SHA256 Credential=a/b/c"):
        found = echo.send(headers={"Authorization": text})
        assert (found.status, found.json["event"]["headers"]["authorization"]) == (200, text)


def test_headers_of_invoke_are_the_functions(echo: Called) -> None:
    """They can't make an event of it, nor ask for another version or the log."""
    headers = {
        "X-Amz-Invocation-Type": "Event",
        "X-Amz-Log-Type": "Tail",
        "X-Amz-Client-Context": "no base64!",
        "X-Amz-Target": "AWSOrganizationsV20161128.ListAccounts",
    }
    found = echo.send("POST", "/2015-03-31/functions/other/invocations?Qualifier=7", headers, b"x")
    assert found.status == 200
    assert found.json["event"]["headers"]["x-amz-invocation-type"] == "Event"
    assert found.json["event"]["rawPath"] == "/2015-03-31/functions/other/invocations"
    assert found.header("x-amz-log-result") is None


def test_an_unknown_url_is_refused(echo: Called) -> None:
    host = urlsplit(echo.url).netloc
    for wrong in ("a" * 32 + host[32:], host.replace("us-east-1", "eu-west-1")):
        answer = echo.send(host=wrong)
        assert (answer.status, answer.json["message"]) == (403, "There is no function URL of this name.")


def test_a_host_may_be_in_upper_case(echo: Called, shared: Called) -> None:
    assert "event" in echo.send(host=urlsplit(echo.url).netloc.upper()).json
    answer = shared.send("OPTIONS", headers=ASKS, host=urlsplit(shared.url).netloc.upper())
    assert answer.header("access-control-allow-origin") == ASKS["Origin"]


def test_a_foreign_host_is_no_url(echo: Called) -> None:
    host = urlsplit(echo.url).netloc.replace("localhost", "example.com")
    assert echo.send(host=host).status == 400


def test_a_removed_url_is_closed(probe: Probe) -> None:
    called = Called(probe, ECHO, "NONE")
    called.permit(*OPEN)
    assert called.send().status == 200
    called.lambda_.update_function_url_config(FunctionName=called.name, AuthType="AWS_IAM")
    assert called.send().status == 403
    called.lambda_.update_function_url_config(FunctionName=called.name, AuthType="NONE")
    assert called.send().status == 200
    called.lambda_.delete_function_url_config(FunctionName=called.name)
    assert called.send().status == 403


def test_the_url_of_an_alias_runs_its_version(probe: Probe) -> None:
    called = Called(probe, "def handler(event, context): return context.function_version", "NONE")
    called.lambda_.publish_version(FunctionName=called.name)
    called.lambda_.create_alias(FunctionName=called.name, Name="live", FunctionVersion="1")
    made = called.lambda_.create_function_url_config(
        FunctionName=called.name, Qualifier="live", AuthType="NONE"
    )
    assert made["FunctionArn"] == f"{called.arn}:live"
    called.permit(*OPEN)
    assert called.send().json == "$LATEST"
    called.url = made["FunctionUrl"]
    assert called.send().status == 403  # an alias has a policy of its own
    for action, condition in (
        ("InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        called.lambda_.add_permission(
            FunctionName=called.name,
            Qualifier="live",
            StatementId=action,
            Action=f"lambda:{action}",
            Principal="*",
            **condition,
        )
    assert called.send().json == "1"
    called.lambda_.delete_alias(FunctionName=called.name, Name="live")
    assert called.send().status == 403


# --- what the function gets -------------------------------------------------------------------------


def test_the_request_as_an_event(echo: Called) -> None:
    found = echo.send(
        "POST",
        "/a%20b/c?x=1&y=%C3%BC&x=2&z",
        {
            "Cookie": "one=1; two=2",
            "cookie": "three=3",
            "X-Own": "a",
            "Content-Type": "text/plain",
            "User-Agent": "me",
        },
        b"hello",
    ).json["event"]
    headers, context = found.pop("headers"), found.pop("requestContext")
    assert found == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%20b/c",
        "rawQueryString": "x=1&y=%C3%BC&x=2&z",
        "cookies": ["one=1", "two=2", "three=3"],
        "queryStringParameters": {"x": "1,2", "y": "ü", "z": ""},
        "body": "hello",
        "isBase64Encoded": False,
    }
    assert {"x-own": "a", "user-agent": "me", "x-forwarded-for": "127.0.0.1"}.items() <= headers.items()
    assert "cookie" not in headers
    host = urlsplit(echo.url).hostname or ""
    assert (context["domainName"], context["domainPrefix"], context["apiId"]) == (host, host[:32], host[:32])
    assert context["http"] == {
        "method": "POST",
        "path": "/a%20b/c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "me",
    }
    assert "authorizer" not in context
    assert context["timeEpoch"] // 1000 > 1_700_000_000


def test_where_it_came_from_is_not_what_it_says(echo: Called) -> None:
    found = echo.send(headers={"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "https"}).json["event"]
    headers = found["headers"]
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("kind", "body", "in_base64"),
    [
        ("application/json", b"{}", False),
        ("application/vnd.api+json; charset=utf-8", b"{}", False),
        ("text/html", "ü".encode(), False),
        ("text/html", b"\xff", True),
        ("image/png", b"abc", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
    ],
)
def test_what_is_no_text_is_in_base64(echo: Called, kind: str, body: bytes, in_base64: bool) -> None:
    found = echo.send("POST", "/", {"Content-Type": kind}, body).json["event"]
    assert found["isBase64Encoded"] is in_base64
    assert found["body"] == (base64.b64encode(body).decode() if in_base64 else body.decode())


def test_a_signed_request_may_be_large(probe: Probe) -> None:
    called = Called(probe, SAYS, "AWS_IAM")
    text = json.dumps("x" * (5 << 20)).encode()
    assert called.signed(root(probe), "POST", body=text).body == text
    assert called.signed(root(probe), "POST", body=b" " * (7 << 20)).status == 413
    in_base64 = {"Content-Type": "image/png"}  # and so it is longer than an event may be
    assert called.signed(root(probe), "POST", body=text, **in_base64).status == 413


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x"])
def test_an_unsigned_request_is_bounded(says: Called, kind: str) -> None:
    size = (1 << 20) + 1 if kind == "text/plain" else (6 << 20) + 1
    answer = says.send("POST", "/", {"Content-Type": kind}, b" " * size)
    assert (answer.status, answer.json["message"]) == (413, f"The request body exceeds {size - 1} bytes.")
    chunked = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
    server = urlsplit(says.probe.server.endpoint)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=60)
    pieces = (b" " * 65536 for _ in range(size // 65536 + 1))
    host = {"Host": urlsplit(says.url).netloc}
    connection.request("POST", "/", pieces, {**host, **chunked}, encode_chunked=True)
    with connection.getresponse() as answer_to_chunks:
        assert answer_to_chunks.status == 413
    connection.close()


# --- what its answer becomes ------------------------------------------------------------------------


def test_an_answer_without_a_status_is_the_body(says: Called) -> None:
    for given in (b'{"a": 1}', b'"text"', b"null", b"[1]", b'{"body": "x"}'):
        answer = says.send("POST", body=given)
        assert (answer.status, answer.header("content-type")) == (200, "application/json")
        assert answer.json == json.loads(given)


def test_an_answer_with_a_status_says_all(says: Called) -> None:
    given = {
        "statusCode": 201,
        "headers": {
            "Content-Type": "text/plain",
            "X-Own": "a",
            "X-Number": 7,
            "Connection": "upgrade",
            "X-Amzn-RequestId": "forged",
        },
        "cookies": ["a=1", "b=2; Secure"],
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }
    answer = says.send("POST", body=json.dumps(given).encode())
    assert (answer.status, answer.body) == (201, b"\x00\xff")
    assert (answer.header("content-type"), answer.header("x-own")) == ("text/plain", "a")
    assert answer.header("x-number") == "7"
    assert answer.header("connection") != "upgrade"
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2; Secure"]
    ids = [value for name, value in answer.headers if name == "x-amzn-requestid"]
    assert len(ids) == 1
    assert ids != ["forged"]


@pytest.mark.parametrize("status", [204, 299, 302, 404, 500, "418"])
def test_any_status_is_passed_on(says: Called, status: object) -> None:
    answer = says.send("POST", body=json.dumps({"statusCode": status}).encode())
    assert (answer.status, answer.body) == (int(str(status)), b"")


@pytest.mark.parametrize(
    "given",
    [
        {"statusCode": 99},
        {"statusCode": 100},
        {"statusCode": 600},
        {"statusCode": "x"},
        {"statusCode": None},
        {"statusCode": True},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c=d"}},
        {"statusCode": 200, "headers": {"a": "\u20ac"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "cookies": ["a=1\r\nx: y"]},
        "raise",
    ],
    ids=str,
)
def test_what_is_no_response_is_an_error_of_the_function(says: Called, given: object) -> None:
    answer = says.send("POST", body=json.dumps(given).encode())
    assert (answer.status, answer.body) == (502, b"Internal Server Error")


def test_a_head_has_no_body(echo: Called) -> None:
    answer = echo.send("HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.header("content-length") or 0) > 0


# --- browsers ---------------------------------------------------------------------------------------

CORS = {
    "AllowOrigins": ["https://a.example"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-own"],
    "ExposeHeaders": ["x-shown"],
    "AllowCredentials": True,
    "MaxAge": 60,
}
ASKS = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}


@pytest.fixture(scope="module")
def shared(probe: Probe) -> Called:
    called = Called(probe, SAYS, "NONE", Cors=CORS)
    called.permit(*OPEN)
    return called


def test_a_preflight_is_answered_without_the_function(shared: Called) -> None:
    answer = shared.send("OPTIONS", headers=ASKS)
    allowed = {name: value for name, value in answer.headers if name.startswith("access-control-")}
    assert (answer.status, answer.body) == (200, b"")
    assert allowed == {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "x-own",
        "access-control-max-age": "60",
    }
    assert answer.header("vary") == "Origin"


def test_another_origin_is_told_nothing(shared: Called) -> None:
    other = {**ASKS, "Origin": "https://b.example"}
    for answer in (
        shared.send("OPTIONS", headers=other),
        shared.send("POST", "/", {"Origin": "https://b.example"}, b"1"),
    ):
        assert answer.status == 200
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


def test_the_settings_win_over_the_functions_headers(shared: Called) -> None:
    given = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*", "x-shown": "1"}}
    answer = shared.send("POST", "/", {"Origin": "https://a.example"}, json.dumps(given).encode())
    assert [value for name, value in answer.headers if name == "access-control-allow-origin"] == [
        "https://a.example"
    ]
    assert answer.header("access-control-expose-headers") == "x-shown"


def test_any_origin_and_method(probe: Probe) -> None:
    anything = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}
    called = Called(probe, ECHO, "AWS_IAM", Cors=anything)
    answer = called.send("OPTIONS", headers={**ASKS, "Access-Control-Request-Headers": "authorization"})
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-methods") == "POST"
    assert answer.header("access-control-allow-headers") == "authorization"


def test_where_nothing_is_set_the_function_gets_it(echo: Called) -> None:
    assert echo.send("OPTIONS", headers=ASKS).json["event"]["requestContext"]["http"]["method"] == "OPTIONS"


# --- settings ---------------------------------------------------------------------------------------


def test_settings_are_changed_and_shown(probe: Probe) -> None:
    called = Called(probe, ECHO, "NONE", Cors=CORS)
    assert called.config["Cors"] == CORS
    assert "LastModifiedTime" not in called.config
    updated = called.lambda_.update_function_url_config(FunctionName=called.name, AuthType="AWS_IAM")
    assert (updated["AuthType"], updated["Cors"], updated["FunctionUrl"]) == ("AWS_IAM", CORS, called.url)
    emptied = called.lambda_.update_function_url_config(FunctionName=called.name, Cors={})
    assert "Cors" not in emptied
    listed = called.lambda_.list_function_url_configs(FunctionName=called.name)["FunctionUrlConfigs"]
    assert [each["FunctionUrl"] for each in listed] == [called.url]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"InvokeMode": "RESPONSE_STREAM"}, "NotImplemented"),
        ({"Cors": {"AllowMethods": ["TRACE"]}}, "InvalidParameterValueException"),
        ({"Cors": {"AllowOrigins": ["\u00fc"]}}, "InvalidParameterValueException"),
        ({"Qualifier": "none"}, "ResourceNotFoundException"),
    ],
)
def test_what_a_url_can_not_be(probe: Probe, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        probe.client.create_function_url_config(FunctionName="probe", AuthType="NONE", **given)


def test_a_function_has_one_url(echo: Called) -> None:
    with pytest.raises(ClientError, match="ResourceConflictException"):
        echo.lambda_.create_function_url_config(FunctionName=echo.name, AuthType="NONE")
