"""Websites of buckets, as a browser sees them: by a host name of their own, without signing in."""

import http.client
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.server.harness import Answer, journal

from watchword.testing import Server

SITE, HOST = "site", "site.s3-website.localhost"
RULES: list[dict[str, Any]] = [
    {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}},
    {
        "Condition": {"KeyPrefixEquals": "shop/", "HttpErrorCodeReturnedEquals": "404"},
        "Redirect": {"HostName": "shop.example.com", "HttpRedirectCode": "307", "ReplaceKeyWith": "all"},
    },
    {"Condition": {"KeyPrefixEquals": "api/"}, "Redirect": {"Protocol": "https", "HostName": "api.test"}},
]
WEBSITE = {
    "IndexDocument": {"Suffix": "index.html"},
    "ErrorDocument": {"Key": "errors/lost.html"},
    "RoutingRules": RULES,
}
EVERYBODY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{SITE}/*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{SITE}"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{SITE}/private/*",
        },
    ],
}
PAGES = {
    "index.html": b"<h1>Salve</h1>",
    "docs/index.html": b"<h1>Docs</h1>",
    "a b+c": b"spaces",
    "new/page": b"new",
    "private/page": b"secret",
    "errors/lost.html": b"<h1>Lost</h1>",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("websites")


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start()
    with server:
        yield server


@pytest.fixture(scope="module")
def s3(running: Server) -> Any:
    client = boto3.client("s3", **running.client_arguments)
    for bucket, website in ((SITE, WEBSITE), ("bare", None), ("plain.site", WEBSITE)):
        client.create_bucket(Bucket=bucket)
        if website:
            client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)
    client.delete_public_access_block(Bucket=SITE)
    client.put_bucket_policy(Bucket=SITE, Policy=json.dumps(EVERYBODY))
    for key, body in PAGES.items():
        client.put_object(Bucket=SITE, Key=key, Body=body, ContentType="text/html")
    moved = {"here": "/docs/", "away": "https://example.com/x"}
    for key, location in moved.items():
        client.put_object(Bucket=SITE, Key=key, WebsiteRedirectLocation=location)
    return client


@pytest.fixture
def ask(running: Server, s3: Any) -> Any:
    def go(path: str, host: str = HOST, method: str = "GET", **headers: str) -> Answer:
        address = running.endpoint.partition("//")[2]
        connection = http.client.HTTPConnection(address, timeout=60)
        try:
            connection.request(method, path, headers={"Host": host, **headers})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    return go


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", b"<h1>Salve</h1>"),
        ("/?any=query&response-content-type=x", b"<h1>Salve</h1>"),
        ("/docs/", b"<h1>Docs</h1>"),
        ("/a%20b%2Bc", b"spaces"),
        ("/new/page", b"new"),
    ],
)
def test_pages(ask: Any, path: str, body: bytes) -> None:
    answer = ask(path)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, body, "text/html")
    assert "content-security-policy" not in answer.headers, "its origin is its own"


@pytest.mark.parametrize(
    "host", ["site.s3-website-us-east-1.localhost", "SITE.s3-website.eu-west-1.localhost:80"]
)
def test_other_names_of_it(ask: Any, host: str) -> None:
    assert ask("/", host).body == b"<h1>Salve</h1>"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/docs", 302, f"http://{HOST}/docs/"),
        ("/old/a%20b", 301, f"http://{HOST}/new/a%20b"),
        ("/shop/none", 307, "http://shop.example.com/all"),
        ("/api/x?y=z", 301, "https://api.test/api/x"),
        ("/here", 301, f"http://{HOST}/docs/"),
        ("/away", 301, "https://example.com/x"),
    ],
)
def test_redirects(ask: Any, path: str, status: int, location: str) -> None:
    for method in ("GET", "HEAD"):
        answer = ask(path, method=method)
        assert (answer.status, answer.headers["location"]) == (status, location)


def test_a_host_header_redirects_nowhere_else(ask: Any) -> None:
    for host in (f"{HOST}:@evil.test", f"{HOST}:80/evil", f"{HOST}:"):
        assert ask("/docs", host).headers["location"] == f"http://{HOST}/docs/"
    assert ask("/docs", f"{HOST}:8080").headers["location"] == f"http://{HOST}:8080/docs/"


@pytest.mark.parametrize(("path", "status"), [("/none", 404), ("/private/page", 403), ("/private/", 403)])
def test_the_error_document(ask: Any, path: str, status: int) -> None:
    answer = ask(path)
    assert (answer.status, answer.body) == (status, b"<h1>Lost</h1>")
    assert ask(path, method="HEAD").status == status
    assert ask(path, **{"If-None-Match": "*", "Range": "bytes=0-1"}).body == b"<h1>Lost</h1>"


@pytest.mark.parametrize(
    ("host", "status", "code"),
    [
        ("nothing.s3-website.localhost", 404, "NoSuchBucket"),
        ("bare.s3-website.localhost", 404, "NoSuchWebsiteConfiguration"),
        ("plain.site.s3-website.localhost", 403, "AccessDenied"),
    ],
)
def test_a_page_that_says_what_is_wrong(ask: Any, host: str, status: int, code: str) -> None:
    answer = ask("/%3Cscript%3E", host)
    assert (answer.status, answer.headers["x-amz-error-code"]) == (status, code)
    assert f"<li>Code: {code}</li>".encode() in answer.body
    assert b"<script>" not in answer.body
    assert ask("/", host, "HEAD").body == b""


def test_the_error_document_may_be_missing(ask: Any) -> None:
    """In that bucket nobody may read it."""
    assert b"Retrieve a Custom Error Document" in ask("/", "plain.site.s3-website.localhost").body


def test_only_reading(ask: Any) -> None:
    for method in ("PUT", "POST", "DELETE", "OPTIONS"):
        answer = ask("/index.html", method=method)
        assert (answer.status, answer.headers["x-amz-error-code"]) == (405, "MethodNotAllowed")
    assert ask("/%ff").status == 400


@pytest.mark.parametrize(
    "path", ["/signin", "/console", "/_watchword/health", "/.well-known/openid-configuration"]
)
def test_nothing_else_is_on_its_host(ask: Any, path: str) -> None:
    answer = ask(path, Accept="text/html")
    assert (answer.status, answer.body) == (404, b"<h1>Lost</h1>")


def test_credentials_count_for_nothing(ask: Any, s3: Any) -> None:
    url = s3.generate_presigned_url("get_object", {"Bucket": SITE, "Key": "private/page"})
    query = url.partition("?")[2]
    assert ask(f"/private/page?{query}").status == 403


def test_conditions_and_ranges(ask: Any) -> None:
    etag = ask("/").headers["etag"]
    assert ask("/", **{"If-None-Match": etag}).status == 304
    assert ask("/", Range="bytes=4-8").body == b"Salve"


def test_all_requests_redirected(ask: Any, s3: Any) -> None:
    s3.create_bucket(Bucket="moved")
    target = {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}
    s3.put_bucket_website(Bucket="moved", WebsiteConfiguration=target)
    answer = ask("/a/b", "moved.s3-website.localhost")
    assert (answer.status, answer.headers["location"]) == (301, "https://example.com/a/b")


def test_cross_origin(ask: Any, s3: Any) -> None:
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]
    s3.put_bucket_cors(Bucket=SITE, CORSConfiguration={"CORSRules": rules})
    origin = {"Origin": "https://example.com"}
    assert ask("/", **origin).headers["access-control-allow-origin"] == origin["Origin"]
    preflight = {**origin, "Access-Control-Request-Method": "GET"}
    assert ask("/", method="OPTIONS", **preflight).status == 200
    s3.delete_bucket_cors(Bucket=SITE)


def test_each_read_is_recorded(ask: Any, place: Path) -> None:
    ask("/private/page", **{"User-Agent": "a-visitor"})
    (data,) = place.glob("watchword-*")
    seen: list[Mapping[str, Any]] = [each for each in journal(data) if each["userAgent"] == "a-visitor"]
    assert [each["requestParameters"]["key"] for each in seen] == ["private/page", "errors/lost.html"]
    assert [each.get("errorCode") for each in seen] == ["AccessDenied", None]
    assert {each["sourceIPAddress"] for each in seen} == {"127.0.0.1"}


def test_a_location_is_told_with_the_object(s3: Any) -> None:
    assert s3.head_object(Bucket=SITE, Key="away")["WebsiteRedirectLocation"] == "https://example.com/x"
    s3.copy_object(Bucket=SITE, Key="copy", CopySource=f"{SITE}/away")
    assert "WebsiteRedirectLocation" not in s3.head_object(Bucket=SITE, Key="copy")
    s3.copy_object(Bucket=SITE, Key="copy", CopySource=f"{SITE}/copy", WebsiteRedirectLocation="/")
    assert s3.get_object(Bucket=SITE, Key="copy")["WebsiteRedirectLocation"] == "/"
