"""CORS of buckets: each rule of the document broken once, and what browsers are told.

Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)"; Fetch standard, "CORS protocol".
"""

import http.client
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from tests.services.s3.harness import Counter
from tests.services.s3.test_tags import MD5

from watchword.names import AwsError, HttpRequest
from watchword.services.s3.cors.rules import BucketCors, CorsRule
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
A, B = "https://a.example", "https://b.example"


def rules(*given: Mapping[str, Any]) -> dict[str, Any]:
    return {"CORSConfiguration": {"CORSRules": list(given)}}


# --- the document ------------------------------------------------------------------------------------


def test_rules_come_and_go(s3: Counter, bucket: str) -> None:
    of = {"Bucket": bucket}
    assert s3.code("GetBucketCors", **of) == "NoSuchCORSConfiguration"
    full = RULE | {"ID": "one", "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 0}
    s3("PutBucketCors", headers=MD5, **of, **rules(full, RULE))
    assert s3("GetBucketCors", **of)["CORSRules"] == [full, RULE]
    s3("PutBucketCors", headers=MD5, **of, **rules(RULE))
    assert s3("GetBucketCors", **of)["CORSRules"] == [RULE]
    s3("DeleteBucketCors", **of)
    s3("DeleteBucketCors", **of)
    assert s3.code("GetBucketCors", **of) == "NoSuchCORSConfiguration"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ([], "MalformedXML", ""),
        ([RULE] * 101, "MalformedXML", ""),
        ([RULE | {"AllowedMethods": []}], "MalformedXML", ""),
        ([RULE | {"AllowedOrigins": []}], "MalformedXML", ""),
        ([RULE | {"AllowedHeaders": ["x" * 64] * 1024}], "MalformedXML", ""),
        ([RULE | {"MaxAgeSeconds": -1}], "MalformedXML", ""),
        ([RULE | {"AllowedMethods": ["GET", "PATCH"]}], "InvalidRequest", "PATCH"),
        ([RULE | {"AllowedMethods": ["get"]}], "InvalidRequest", "get"),
        ([RULE | {"AllowedOrigins": ["http://*.*"]}], "InvalidRequest", "more than one"),
        ([RULE | {"AllowedHeaders": ["x-*-*"]}], "InvalidRequest", "more than one"),
        ([RULE | {"ExposeHeaders": ["x-*"]}], "InvalidRequest", "wildcard"),
        ([RULE | {"ExposeHeaders": ["x\r\nset-cookie: a=b"]}], "InvalidRequest", "character"),
        ([RULE | {"ExposeHeaders": ["\u4e00"]}], "InvalidRequest", "character"),
        ([RULE | {"AllowedOrigins": ["http://a\n"]}], "InvalidRequest", "character"),
        ([RULE, RULE | {"ID": "i" * 256}], "InvalidArgument", "ID"),
    ],
)
def test_a_broken_rule(s3: Counter, bucket: str, given: list[dict[str, Any]], code: str, said: str) -> None:
    error = s3.error("PutBucketCors", Bucket=bucket, headers=MD5, **rules(*given))
    assert error.code == code
    assert said in error.said
    assert s3.code("GetBucketCors", Bucket=bucket) == "NoSuchCORSConfiguration"


def test_the_document_comes_with_its_checksum(s3: Counter, bucket: str) -> None:
    assert s3.code("PutBucketCors", Bucket=bucket, **rules(RULE)) == "InvalidRequest"


def test_a_bucket_that_is_made_again_has_no_rules(s3: Counter, bucket: str) -> None:
    s3("PutBucketCors", Bucket=bucket, headers=MD5, **rules(RULE))
    s3("DeleteBucket", Bucket=bucket)
    s3("CreateBucket", Bucket=bucket)
    assert s3.code("GetBucketCors", Bucket=bucket) == "NoSuchCORSConfiguration"


# --- the rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "origin", "named"),
    [
        (A, A, A),
        (A, "https://A.example", None),
        ("https://a*a.example", "https://a.example", None),
        ("https://a*a.example", "https://aa.example", "https://aa.example"),
        (A, "https://a.example.evil", None),
        (A, "https://aXexample", None),
        ("*", A, "*"),
        ("https://*.example", A, A),
        ("https://*.example", "https://example", None),
        ("http://*", A, None),
        ("*.example", A, A),
        (A, "null", None),
        (A, "", None),
    ],
)
def test_origins(pattern: str, origin: str, named: str | None) -> None:
    assert CorsRule(("GET",), (pattern,)).origin(origin) == named


@pytest.mark.parametrize(
    ("allowed", "asked", "has"),
    [
        ((), (), True),
        ((), ("x-a",), False),
        (("*",), ("x-a", "authorization"), True),
        (("X-Amz-*",), ("x-amz-date", "x-amz-acl"), True),
        (("x-amz-*",), ("x-amz-date", "authorization"), False),
        (("x-a",), ("x-ab",), False),
    ],
)
def test_headers(allowed: tuple[str, ...], asked: tuple[str, ...], has: bool) -> None:
    assert CorsRule(("GET",), (A,), allowed).has_headers(asked) is has


def test_a_preflight_asks_for_so_many_headers_and_no_more() -> None:
    """Everybody can send one, and each header is compared with each pattern."""
    cors = BucketCors((CorsRule(("GET",), ("*",), ("*",)),))

    def asking(number: int) -> HttpRequest:
        names = ",".join(f"x-{each}" for each in range(number))
        asked = (("access-control-request-method", "GET"), ("access-control-request-headers", names))
        return HttpRequest("OPTIONS", headers=(("origin", A), *asked))

    assert cors.preflight(asking(100))
    with pytest.raises(AwsError) as refused:
        cors.preflight(asking(101))
    assert refused.value.code == "AccessForbidden"


def test_the_first_rule_that_allows_it_counts() -> None:
    cors = BucketCors(
        (
            CorsRule(("PUT",), (A,), max_age=1),
            CorsRule(("GET",), (B,), max_age=2),
            CorsRule(("GET",), (A,), exposed=("etag", "x-a"), max_age=3),
            CorsRule(("GET",), ("*",), max_age=4),
        )
    )
    told = dict(cors.after(HttpRequest("GET", headers=(("origin", A),))))
    assert told == {
        "access-control-allow-origin": A,
        "access-control-allow-methods": "GET",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "etag, x-a",
        "access-control-max-age": "3",
        "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    told = dict(cors.after(HttpRequest("GET", headers=(("origin", "https://c.example"),))))
    assert (told["access-control-allow-origin"], told["access-control-max-age"]) == ("*", "4")
    assert "access-control-allow-credentials" not in told
    told = dict(cors.after(HttpRequest("DELETE", headers=(("origin", A),))))
    assert told.keys() == {"vary"}


# --- over the wire -----------------------------------------------------------------------------------


class Browser:
    """Sends what browsers send, unsigned."""

    def __init__(self, server: Server) -> None:
        self._host = server.endpoint.partition("//")[2]

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self._host)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def preflight(self, path: str, method: str = "GET", **more: str) -> tuple[int, dict[str, str], bytes]:
        asked = {"Origin": A, "Access-Control-Request-Method": method}
        return self("OPTIONS", path, asked | {key.replace("_", "-"): value for key, value in more.items()})


@pytest.fixture
def browser(watchword: Server) -> Browser:
    """A browser; the object "open" of the bucket can be read by everybody, from A."""
    s3 = boto3.client("s3", **watchword.client_arguments)
    for bucket in ("bucket", "closed"):
        s3.create_bucket(Bucket=bucket)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    policy = {"Version": "2012-10-17", "Statement": everybody | {"Resource": "arn:aws:s3:::bucket/open"}}
    s3.delete_public_access_block(Bucket="bucket")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps(policy))
    for key in ("open", "secret"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"data")
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": [A], "AllowedHeaders": ["x-amz-*"]}
    s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [rule | {"MaxAgeSeconds": 60}]})
    return Browser(watchword)


@pytest.mark.parametrize(
    ("path", "host"),
    [("/bucket/open", {}), ("/bucket", {}), ("/open", {"Host": "bucket.localhost"}), ("/b%75cket/open", {})],
)
def test_a_preflight(browser: Browser, path: str, host: dict[str, str]) -> None:
    asked = host | {"Access_Control_Request_Headers": "X-Amz-Date,x-amz-acl"}
    status, headers, body = browser.preflight(path, "PUT", **asked)
    assert (status, body) == (200, b"")
    assert headers["access-control-allow-origin"] == A
    assert headers["access-control-allow-methods"] == "GET, PUT"
    assert headers["access-control-allow-headers"] == "x-amz-date, x-amz-acl"
    assert headers["access-control-max-age"] == "60"
    assert "Origin" in headers["vary"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/bucket/open", {"Origin": B}),
        ("/bucket/open", {"Access_Control_Request_Method": "DELETE"}),
        ("/bucket/open", {"Access_Control_Request_Headers": "x-amz-date, authorization"}),
        ("/closed/open", {}),
        ("/nowhere/open", {}),
        ("/", {}),
        ("/open", {"Host": "closed.localhost"}),
    ],
)
def test_a_preflight_that_is_refused(browser: Browser, path: str, asked: dict[str, str]) -> None:
    status, headers, body = browser.preflight(path, **asked)
    assert status == 403
    assert re.search(b"<Code>AccessForbidden</Code>.*CORSResponse", body)
    assert not [name for name in headers if name.startswith("access-control-")]


def test_answers_and_refusals_say_it_as_well(browser: Browser) -> None:
    status, headers, body = browser("GET", "/bucket/open", {"Origin": A})
    assert (status, body, headers["access-control-allow-origin"]) == (200, b"data", A)
    status, headers, _ = browser("GET", "/bucket/secret", {"Origin": A})
    assert (status, headers["access-control-allow-origin"]) == (403, A)
    _, headers, _ = browser("GET", "/bucket/open", {"Origin": B})
    assert "access-control-allow-origin" not in headers
    assert "Origin" in headers["vary"]
    _, headers, _ = browser("GET", "/bucket/open")
    assert "vary" not in headers


def test_an_answer_of_another_service_says_nothing(browser: Browser, watchword: Server) -> None:
    """Paths of Lambda can look like a bucket's."""
    s3 = boto3.client("s3", **watchword.client_arguments)
    s3.create_bucket(Bucket="2015-03-31")
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket="2015-03-31", CORSConfiguration={"CORSRules": [rule]})
    assert "access-control-allow-origin" in browser("GET", "/2015-03-31/functions", {"Origin": A})[1]
    host = ("host", watchword.endpoint.partition("//")[2])
    request = HttpRequest("GET", "/2015-03-31/functions", "", (host, ("origin", A)))
    credentials = Credentials(watchword.access_key_id, watchword.secret)
    signed = sign(request, credentials, service="lambda", region="us-east-1", now=datetime.now(UTC))
    assert "access-control-allow-origin" not in browser("GET", request.path, dict(signed.headers))[1]
