"""What S3 says of each malformed signature: code, status, message, and the elements beside it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from tests.server.harness import Line

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, presign, sign
from watchword.testing import Server

MALFORMED = "The authorization header is malformed; "
QUERY = "AuthorizationQueryParametersError"
CREDENTIAL = "Error parsing the X-Amz-Credential parameter; "
SIX = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
ONE = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
    "parameter or the Authorization header should be specified"
)
THREE = f"{MALFORMED}the authorization header requires three components: Credential, SignedHeaders, and "
THREE += "Signature."
PARTS = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
DAY = 'incorrect date format "2026". This date in the credential must be in the format "yyyyMMdd".'
NOT_SIGNED = "There were headers present in the request which were not signed"
Said = tuple[int, str, str, Mapping[str, str]]


def said(endpoint: str, request: HttpRequest) -> Said:
    """Status, code, message and the other elements of the error."""
    with Line(endpoint) as line:
        answer = line.send(request)
    elements = dict(re.findall(r"<(\w[\w-]*)>([^<]*)</\1>", answer.body.decode()))
    others = {name: unescape(text) for name, text in elements.items() if name not in {"RequestId", "HostId"}}
    return answer.status, others.pop("Code"), others.pop("Message"), others


def twisted(endpoint: str, pattern: str, replacement: str, *, keys: Credentials) -> HttpRequest:
    """A signed request, its Authorization header changed."""
    host = endpoint.partition("//")[2]
    plain = HttpRequest("GET", "/bucket/key", "", (("host", host),))
    request = sign(plain, keys, service="s3", region="us-east-1", now=datetime.now(UTC))
    headers = [
        (name, re.sub(pattern, replacement, value) if name == "authorization" else value)
        for name, value in request.headers
    ]
    return HttpRequest("GET", "/bucket/key", "", tuple(headers))


@pytest.fixture
def keys(watchword: Server) -> Credentials:
    return Credentials(watchword.access_key_id, watchword.secret)


@pytest.mark.parametrize(
    ("pattern", "replacement", "status", "code", "message"),
    [
        (", Signature=.*", "", 400, "AuthorizationHeaderMalformed", THREE),
        (", Signature=", ", Signature", 400, "AuthorizationHeaderMalformed", THREE),
        ("/us-east-1/", "/", 400, "AuthorizationHeaderMalformed", MALFORMED + PARTS),
        ("/us-east-1/", "//", 400, "AuthorizationHeaderMalformed", MALFORMED + PARTS),
        (
            "/us-east-1/",
            "/US_EAST/",
            400,
            "AuthorizationHeaderMalformed",
            f"{MALFORMED}the region 'US_EAST' is wrong",
        ),
        (
            "aws4_request",
            "aws5_request",
            400,
            "AuthorizationHeaderMalformed",
            f'{MALFORMED}incorrect terminal "aws5_request". This endpoint uses "aws4_request".',
        ),
        (
            r"/\d{8}/",
            "/2026/",
            400,
            "AuthorizationHeaderMalformed",
            MALFORMED + DAY,
        ),
        (
            r"/\d{8}/",
            "/20200101/",
            400,
            "AuthorizationHeaderMalformed",
            f"{MALFORMED}Invalid credential date. Date is not the same as X-Amz-Date.",
        ),
    ],
)
def test_an_authorization_header(
    watchword: Server,
    keys: Credentials,
    pattern: str,
    replacement: str,
    status: int,
    code: str,
    message: str,
) -> None:
    request = twisted(watchword.endpoint, pattern, replacement, keys=keys)
    assert said(watchword.endpoint, request) == (status, code, message, {})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("Bearer abc", "Unsupported Authorization Type"),
        ("AWS4-HMAC-SHA512 Credential=a", "Unsupported Authorization Type"),
        ("AWS4-HMAC-SHA256", "Authorization header is invalid -- one and only one ' ' (space) required"),
    ],
)
def test_another_kind_of_authorization(watchword: Server, value: str, message: str) -> None:
    request = HttpRequest("GET", "/bucket/key", "", (("host", "localhost"), ("authorization", value)))
    argument = {"ArgumentName": "Authorization", "ArgumentValue": value}
    assert said(watchword.endpoint, request) == (400, "InvalidArgument", message, argument)


def test_headers_of_a_signature(watchword: Server, keys: Credentials) -> None:
    good = twisted(watchword.endpoint, "^", "", keys=keys)
    without = {
        name: HttpRequest("GET", good.path, "", tuple(header for header in good.headers if header[0] != name))
        for name in ("x-amz-date", "x-amz-content-sha256")
    }
    date = "AWS authentication requires a valid Date or x-amz-date header"
    assert said(watchword.endpoint, without["x-amz-date"]) == (403, "AccessDenied", date, {})
    hashed = "Missing required header for this request: x-amz-content-sha256"
    assert said(watchword.endpoint, without["x-amz-content-sha256"]) == (400, "InvalidRequest", hashed, {})
    bad = tuple((name, "today" if name == "x-amz-date" else value) for name, value in good.headers)
    assert said(watchword.endpoint, HttpRequest("GET", good.path, "", bad)) == (403, "AccessDenied", date, {})
    bad = tuple((name, "none" if name == "x-amz-content-sha256" else value) for name, value in good.headers)
    status, code, message, others = said(watchword.endpoint, HttpRequest("GET", good.path, "", bad))
    assert (status, code, message.partition(" must")[0]) == (400, "InvalidArgument", "x-amz-content-sha256")
    assert others == {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": "none"}


def test_two_signatures(watchword: Server, keys: Credentials) -> None:
    good = twisted(watchword.endpoint, "^", "", keys=keys)
    both = HttpRequest("GET", good.path, "X-Amz-Algorithm=AWS4-HMAC-SHA256", good.headers)
    argument = {"ArgumentName": "Authorization", "ArgumentValue": good.header("authorization")}
    assert said(watchword.endpoint, both) == (400, "InvalidArgument", ONE, argument)


def test_headers_that_must_be_signed(watchword: Server, keys: Credentials) -> None:
    request = twisted(watchword.endpoint, "SignedHeaders=host;", "SignedHeaders=", keys=keys)
    expected = (403, "AccessDenied", NOT_SIGNED, {"HeadersNotSigned": "host"})
    assert said(watchword.endpoint, request) == expected


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        ("&X-Amz-Signature=[0-9a-f]*", "", SIX),
        ("X-Amz-Date=[^&]*", "X-Amz-Date=", SIX),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA512",
            'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"',
        ),
        (
            "X-Amz-Date=[^&]*",
            "X-Amz-Date=2026-11-23",
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        ),
        ("X-Amz-Expires=60", "X-Amz-Expires=-1", "X-Amz-Expires must be non-negative"),
        ("%2Fus-east-1%2F", "%2F", CREDENTIAL + PARTS),
        (
            "aws4_request",
            "aws5_request",
            f'{CREDENTIAL}incorrect terminal "aws5_request". This endpoint uses "aws4_request".',
        ),
        (
            r"%2F\d{8}%2F",
            "%2F20200101%2F",
            'Invalid credential date "20200101". This date is not the same as X-Amz-Date: "TODAY".',
        ),
    ],
)
def test_a_presigned_query(
    watchword: Server, keys: Credentials, pattern: str, replacement: str, message: str
) -> None:
    host, now = watchword.endpoint.partition("//")[2], datetime.now(UTC)
    plain = HttpRequest("GET", "/bucket/key", "", (("host", host),))
    request = presign(plain, keys, service="s3", region="us-east-1", now=now, expires=60)
    request = HttpRequest("GET", plain.path, re.sub(pattern, replacement, request.query), plain.headers)
    message = message.replace("TODAY", f"{now:%Y%m%d}")
    assert said(watchword.endpoint, request) == (400, QUERY, message, {})


@pytest.mark.parametrize(
    ("ago", "message", "names"),
    [
        (120, "Request has expired", {"X-Amz-Expires", "Expires", "ServerTime"}),
        (-1200, "Request is not yet valid", {"X-Amz-Date", "Expires", "ServerTime"}),
    ],
)
def test_a_presigned_query_at_another_time(
    watchword: Server, keys: Credentials, ago: int, message: str, names: set[str]
) -> None:
    host, then = watchword.endpoint.partition("//")[2], datetime.now(UTC) - timedelta(seconds=ago)
    plain = HttpRequest("GET", "/bucket/key", "", (("host", host),))
    request = presign(plain, keys, service="s3", region="us-east-1", now=then, expires=60)
    status, code, told, others = said(watchword.endpoint, request)
    assert (status, code, told, others.keys()) == (403, "AccessDenied", message, names)


@pytest.mark.parametrize("day", ["99991231", "00010101"])
def test_a_presigned_query_at_an_end_of_the_calendar(watchword: Server, keys: Credentials, day: str) -> None:
    """It would expire at a time that can't be represented. Whoever signed it is known or not."""
    host, now = watchword.endpoint.partition("//")[2], datetime.now(UTC)
    plain = HttpRequest("GET", "/bucket/key", "", (("host", host),))
    for signer, code in ((keys, "AccessDenied"), (Credentials("AKIA", "x"), "InvalidAccessKeyId")):
        signed = presign(plain, signer, service="s3", region="us-east-1", now=now, expires=604800)
        query = re.sub(r"Date=\w+", f"Date={day}T235959Z", signed.query).replace(f"{now:%Y%m%d}", day)
        request = HttpRequest("GET", plain.path, query, plain.headers)
        assert said(watchword.endpoint, request)[:2] == (403, code)
