"""A request to a function's URL as the event that its function gets, and its answer as an HTTP response.

1. The event has payload format 2.0. A body that isn't text is in base64.
2. What proved the caller isn't told to the function: it could use it within the time that it is valid for.
3. An answer that is an object with `statusCode` says what the response is; any other JSON is its body.
4. An answer that no response can be made of is an error of the function.

Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs"; API Gateway Developer Guide, "Create AWS
Lambda proxy integrations for HTTP APIs"; RFC 9110, sections 5.5, 5.6.2, 7.6.1 and 15.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from watchword.names import HttpRequest, HttpResponse

Kind = TypeVar("Kind", dict[str, Any], list[Any])

DEFAULT = "$default"
JSON = ("content-type", "application/json")
_CREDENTIALS = frozenset({"authorization", "x-amz-security-token"})
_COOKIE = frozenset({"cookie"})
"""Its lines aren't one list with commas, as those of other headers (RFC 6265, section 5.4)."""
_IN_QUERY = frozenset(
    f"x-amz-{name}"
    for name in ("algorithm", "credential", "date", "expires", "signedheaders", "signature", "security-token")
)
_TEXT = re.compile(r"text/.*|application/(json|xml|javascript|.*\+(json|xml))")
_NAME = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OF_THE_CONNECTION = frozenset(
    """
    connection content-length date keep-alive proxy-authenticate proxy-connection te trailer
    transfer-encoding upgrade
    """.split()  # noqa: SIM905 a table of names
)
_NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Addressed(Struct, frozen=True):
    """The URL that was called."""

    id: str
    host: str
    account: str
    """Of its function."""


class Who(Struct, frozen=True):
    """A caller with a signature."""

    access_key: str
    account: str
    user_id: str
    arn: str
    organization: str | None


def event(request: HttpRequest, to: Addressed, who: Who | None, request_id: str, now: datetime) -> bytes:
    """Rules 1 and 2. who: None for anybody."""
    query = _without_proof(request.query) if who else request.query
    headers = _headers(request, _COOKIE | _CREDENTIALS if who else _COOKIE)
    pairs = (each.strip() for line in _values(request, "cookie") for each in line.split(";"))
    cookies = [each for each in pairs if each]
    parameters = _parameters(query)
    document: dict[str, object] = {
        "version": "2.0",
        "routeKey": DEFAULT,
        "rawPath": request.path,
        "rawQueryString": query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": parameters} if parameters else {}),
        "requestContext": {
            "accountId": to.account if who else "anonymous",
            "apiId": to.id,
            "authentication": None,
            **({"authorizer": {"iam": _iam(who)}} if who else {}),
            "domainName": to.host,
            "domainPrefix": to.id,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.peer,
                "userAgent": request.header("user-agent") or "",
            },
            "requestId": request_id,
            "routeKey": DEFAULT,
            "stage": DEFAULT,
            "time": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
            "timeEpoch": int(now.timestamp() * 1000),
        },
        **_body(request),
    }
    return msgspec.json.encode(document)


def answer(payload: bytes, *, head: bool) -> HttpResponse:
    """Rules 3 and 4. head: whether the request was HEAD."""
    try:
        found = msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        return failed()
    if not isinstance(found, dict) or "statusCode" not in found:
        return _response(200, [JSON], payload, head=head)
    try:
        return _as_told(found, head=head)
    except (TypeError, ValueError):
        return failed()


def failed() -> HttpResponse:
    """The function didn't answer, or with something else than a response."""
    said = b"Internal Server Error"
    headers = (("content-type", "text/plain"), ("content-length", str(len(said))))
    return HttpResponse(HTTPStatus.BAD_GATEWAY, headers, said)


def _as_told(found: Mapping[str, Any], *, head: bool) -> HttpResponse:
    status, body = found["statusCode"], found.get("body") or ""
    if isinstance(status, str):
        status = int(status)
    if type(status) is not int or not 200 <= status <= 599:  # noqa: PLR2004 final responses
        raise ValueError(status)
    if not isinstance(body, str):
        raise TypeError(type(body))
    data = base64.b64decode(body, validate=True) if found.get("isBase64Encoded") is True else body.encode()
    given = {name.lower(): value for name, value in _of(dict, found.get("headers")).items()}
    headers = [(name, _written(value)) for name, value in given.items() if name not in _OF_THE_CONNECTION]
    if "content-type" not in given:
        headers.append(JSON)
    headers += [("set-cookie", _written(cookie)) for cookie in _of(list, found.get("cookies"))]
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers):
        raise ValueError("no header")
    return _response(status, headers, data, head=head)


def _response(status: int, headers: Iterable[tuple[str, str]], body: bytes, *, head: bool) -> HttpResponse:
    if status in _NO_BODY:
        return HttpResponse(status, tuple(headers))
    return HttpResponse(status, (*headers, ("content-length", str(len(body)))), b"" if head else body)


def _of(kind: type[Kind], value: object) -> Kind:
    """The value, which must be of that kind; an empty one where there is none."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(type(value))
    return value


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise TypeError(type(value))
    return str(value)


def _iam(who: Who) -> dict[str, object]:
    return {
        "accessKey": who.access_key,
        "accountId": who.account,
        "callerId": who.user_id,
        "cognitoIdentity": None,
        "principalOrgId": who.organization,
        "userArn": who.arn,
        "userId": who.user_id,
    }


def _headers(request: HttpRequest, left_out: frozenset[str]) -> dict[str, str]:
    """By name; where the request came from is what this server knows of it."""
    found = {name: ",".join(_values(request, name)) for name in request.by_name if name not in left_out}
    came = {"x-forwarded-for": request.peer, "x-forwarded-proto": "https" if request.secure else "http"}
    return found | came


def _values(request: HttpRequest, name: str) -> Iterable[str]:
    return (value for given, value in request.headers if given == name)


def _without_proof(query: str) -> str:
    """The query without the signature that was in it."""
    kept = [pair for pair in query.split("&") if pair.partition("=")[0].lower() not in _IN_QUERY]
    return "&".join(kept)


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _body(request: HttpRequest) -> dict[str, object]:
    """Rule 1."""
    data = request.body.read()
    if not data:
        return {"isBase64Encoded": False}
    kind = (request.header("content-type") or "text/plain").partition(";")[0].strip().lower()
    if _TEXT.fullmatch(kind) and not request.header("content-encoding"):
        try:
            return {"body": data.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": binascii.b2a_base64(data, newline=False).decode("ascii"), "isBase64Encoded": True}
