"""Signature version 2: only presigned GET and PUT and forms, against botocore's signers."""

import base64
import dataclasses
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from msgspec.structs import replace

from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import Credentials, read
from watchword.sigv4.sigv2 import Presigned, read_form, read_presigned, verify_presigned, with_headers

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SESSION = dataclasses.replace(SIGNER, token="tok/en+==")


def by_botocore(
    method: str, path: str, signer: Credentials = SIGNER, auth_path: str | None = None, **headers: str
) -> HttpRequest:
    foreign = AWSRequest(method, f"http://s3.local{path}", auth_path=auth_path)
    for name, value in headers.items():
        foreign.headers[name.replace("_", "-")] = value
    holder = BotocoreCredentials(signer.access_key_id, signer.secret, signer.token)
    with mock.patch.object(time, "time", return_value=NOW.timestamp()):
        botocore.auth.HmacV1QueryAuth(holder, expires=600).add_auth(foreign)
    path, _, query = foreign.url.removeprefix("http://s3.local").partition("?")
    return HttpRequest(method, path, query, (("host", "s3.local"),))


def check(request: HttpRequest, bucket: str = "", later: float = 0) -> Presigned:
    claim = read_presigned(request, bucket)
    assert claim
    verify_presigned(claim, SIGNER.secret, NOW + timedelta(seconds=later))
    return claim


def refused(request: HttpRequest, bucket: str = "", later: float = 0) -> AwsError:
    with pytest.raises(AwsError) as caught:
        check(request, bucket, later)
    return caught.value


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    "path",
    [
        "/b/k",
        "/b/a%20b/%C3%A9+~",
        "/b/k?versionId=3%2F4",
        "/b?uploads",
        "/b/k?uploadId=1&partNumber=2",
        "/b?prefix=x&delimiter=%2F",
        "/b/k?response-content-disposition=attachment%3B%20filename%3D%22%C3%A9%22",
    ],
)
def test_what_botocore_presigns_we_verify(method: str, path: str) -> None:
    claim = check(by_botocore(method, path))
    assert (claim.access_key_id, claim.token) == (SIGNER.access_key_id, None)


def test_a_session_and_signed_headers() -> None:
    request = by_botocore("PUT", "/b/k", SESSION, content_type="text/x", x_amz_acl="private")
    assert "x-amz-security-token=" in request.query
    assert check(request).token == SESSION.token


def test_a_virtual_host_names_the_bucket() -> None:
    request = by_botocore("GET", "/k", auth_path="/b/k")
    check(request, "b")
    assert refused(request, "c").code == "SignatureDoesNotMatch"
    assert refused(request).code == "SignatureDoesNotMatch"


def test_what_the_query_has_in_place_of_headers_becomes_headers() -> None:
    headers = (("host", "a"), ("content-type", "text/x"))
    query = "x-amz-acl=private&x-amz-meta-a=b&content-type=text%2Fy&content-md5=m&Expires=1"
    request = HttpRequest("PUT", "/b/k", query, headers)
    added = (("x-amz-acl", "private"), ("x-amz-meta-a", "b"), ("content-md5", "m"))
    assert with_headers(request).headers == (*headers, *added)
    for more, code in (
        ("x-amz-acl=public-read", "IncompleteSignature"),
        ("x-amz-copy-source=a%0D%0Ab", "InvalidArgument"),
        ("x-amz-copy-source=%20a", "InvalidArgument"),
    ):
        with pytest.raises(AwsError) as caught:
            with_headers(replace(request, query=f"{request.query}&{more}"))
        assert caught.value.code == code
    there = replace(request, headers=(*headers, ("x-amz-acl", "private")))
    with pytest.raises(AwsError, match="more than once"):
        with_headers(there)


@pytest.mark.parametrize("name", ["content-md5", "content-type"])
def test_an_empty_header_is_no_reason_to_look_into_the_query(name: str) -> None:
    """The value in the query was signed, and the empty one obeyed."""
    request = by_botocore("PUT", "/b/k", content_type="a", content_md5="a")
    assert f"{name}=a" in request.query
    check(request)
    assert refused(replace(request, headers=(*request.headers, (name, "")))).code == "SignatureDoesNotMatch"


def test_it_expires() -> None:
    request = by_botocore("GET", "/b/k")
    check(request, later=599)
    assert (refused(request, later=600).code, refused(request, later=600).said) == (
        "AccessDenied",
        "Request has expired",
    )


TWISTS: dict[str, Callable[[HttpRequest], HttpRequest]] = {
    "method": lambda r: replace(r, method="GET"),
    "path": lambda r: replace(r, path="/b/other"),
    "subresource": lambda r: replace(r, query=r.query + "&acl"),
    "an operation's parameter": lambda r: replace(r, query=r.query + "&publicAccessBlock"),
    "expires": lambda r: replace(r, query=r.query.replace("Expires=", "Expires=1")),
    "no expires": lambda r: replace(r, query=r.query.replace("Expires=", "expired=")),
    "expires twice": lambda r: replace(r, query=r.query + "&Expires=99999999999"),
    "expires in small letters": lambda r: replace(r, query=r.query + "&expires=99999999999"),
    "expires as text": lambda r: replace(r, query=r.query.replace("Expires=", "Expires=x")),
    "signature twice": lambda r: replace(r, query=r.query + "&signature=x"),
    "signature": lambda r: replace(r, query=r.query.replace("Signature=", "Signature=A")),
    "an amz header": lambda r: replace(r, headers=(*r.headers, ("x-amz-acl", "public-read"))),
    "a content type": lambda r: replace(r, headers=(*r.headers, ("content-type", "text/html"))),
    "a token": lambda r: replace(r, query=r.query + "&x-amz-security-token=x"),
    "not ascii": lambda r: replace(r, query=r.query.replace("Signature=", "Signature=%C3%A9")),
    "HEAD": lambda r: replace(r, method="HEAD"),
    "DELETE": lambda r: replace(r, method="DELETE"),
    "both versions": lambda r: replace(r, query=r.query + "&X-Amz-Signature=x"),
    "header too": lambda r: replace(r, headers=(*r.headers, ("authorization", "AWS x:y"))),
}


@pytest.mark.parametrize("twist", TWISTS)
def test_a_changed_part_is_refused(twist: str) -> None:
    request = by_botocore("PUT", "/b/k")
    check(request)
    refused(TWISTS[twist](request))


def test_a_mismatch_never_shows_our_signature() -> None:
    request = by_botocore("GET", "/b/k")
    claim = read_presigned(request, "")
    assert claim
    with pytest.raises(AwsError) as caught:
        verify_presigned(claim._replace(signature="AAAA"), SIGNER.secret, NOW)
    assert claim.signature not in str(caught.value.fields)
    assert caught.value.fields["StringToSign"].startswith("GET\n\n\n")


@pytest.mark.parametrize("query", ["", "AWSAccessKeyId=x", "Signature=x", "list-type=2"])
def test_nothing_is_claimed(query: str) -> None:
    assert read_presigned(HttpRequest("GET", "/b/k", query), "") is None


@pytest.mark.parametrize(
    "authorization", ["AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", "AWS x", "AWS"]
)
def test_n4_version_2_in_a_header_is_refused(authorization: str) -> None:
    with pytest.raises(AwsError, match="UnsupportedSignature"):
        read(HttpRequest("GET", "/b/k", "", (("host", "h"), ("authorization", authorization))))


def form_by_botocore(signer: Credentials = SIGNER) -> list[tuple[str, str]]:
    foreign = AWSRequest("POST", "http://s3.local/b")
    foreign.context["s3-presign-post-fields"] = {"key": "k"}
    foreign.context["s3-presign-post-policy"] = {"expiration": "2026-11-23T13:00:00Z", "conditions": []}
    holder = BotocoreCredentials(signer.access_key_id, signer.secret, signer.token)
    botocore.auth.HmacV1PostAuth(holder).add_auth(foreign)
    return list(foreign.context["s3-presign-post-fields"].items())


def test_a_form() -> None:
    claim = read_form(form_by_botocore(SESSION))
    assert claim
    assert (claim.token, claim.expires) == (SESSION.token, None)
    verify_presigned(claim, SIGNER.secret, NOW)
    assert json.loads(base64.b64decode(claim.to_sign))["conditions"]


@pytest.mark.parametrize(
    "twist",
    [
        lambda fields: [(name, "AAAA" if name == "policy" else value) for name, value in fields],
        lambda fields: [(name, "AAAA" if name == "signature" else value) for name, value in fields],
        lambda fields: [field for field in fields if field[0] != "signature"],
        lambda fields: [field for field in fields if field[0] != "policy"],
        lambda fields: [*fields, ("Signature", "x")],
        lambda fields: [*fields, ("X-Amz-Signature", "x")],
    ],
)
def test_a_twisted_form_is_refused(
    twist: Callable[[list[tuple[str, str]]], list[tuple[str, str]]],
) -> None:
    fields = twist(form_by_botocore())
    with pytest.raises(AwsError):
        verify_presigned(read_form(fields) or pytest.fail("no claim"), SIGNER.secret, NOW)


def test_a_form_without_version_2_claims_nothing() -> None:
    assert read_form([("key", "k"), ("policy", "p"), ("x-amz-signature", "s")]) is None
