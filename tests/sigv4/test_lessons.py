"""What went wrong in comparable systems, and must not here: the lessons that concern signatures.

N1, N2: test_chunked. N6, N8: test_query and test_post. On a whole server: tests/server/test_lessons.py. Here
too stands how many tests every lesson has.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from msgspec.structs import replace

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, explain, read, sign, verify
from watchword.sigv4 import verify as verify_function

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
HOST = (("host", "s3.local"),)


def signed(service: str = "s3", signer: Credentials = SIGNER, **parts: object) -> HttpRequest:
    request = replace(HttpRequest("PUT", "/b/k", "", HOST, Body(b"x")), **parts)  # type: ignore[arg-type]
    return sign(request, signer, service=service, region="us-east-1", now=NOW)


def check(request: HttpRequest, service: str = "s3", now: datetime = NOW, skew: int = 300) -> None:
    claim = read(request)
    assert claim
    verify(claim, request, SIGNER.secret, services=(service,), regions={"us-east-1"}, now=now, skew=skew)


def refused(request: HttpRequest, service: str = "s3", now: datetime = NOW, skew: int = 300) -> str:
    with pytest.raises(AwsError) as caught:
        check(request, service, now, skew)
    return caught.value.code


def with_authorization(request: HttpRequest, change: Callable[[str], str]) -> HttpRequest:
    headers = ((name, change(value) if name == "authorization" else value) for name, value in request.headers)
    return replace(request, headers=tuple(headers))


@pytest.mark.parametrize(
    "header",
    [
        "x-amz-copy-source",
        "x-amz-security-token",
        "x-amz-acl",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-",
    ],
)
@pytest.mark.parametrize("service", ["s3", "sts"])
def test_n3_no_header_of_amazon_may_be_added(header: str, service: str) -> None:
    request = signed(service)
    added = replace(request, headers=(*request.headers, (header, "value")))
    assert refused(added, service) in {"UnsignedHeaders", "IncompleteSignature", "SignatureDoesNotMatch"}


def test_n3_the_headers_not_signed_are_named() -> None:
    request = signed()
    added = (("x-amz-meta-b", "1"), ("x-amz-acl", "public-read"))
    claimed = replace(request, headers=(*request.headers, *added))
    with pytest.raises(AwsError) as caught:
        read(claimed)
    assert caught.value.fields == {"HeadersNotSigned": "x-amz-acl, x-amz-meta-b"}


def test_n3_the_host_must_be_signed() -> None:
    unsigned = with_authorization(signed(), lambda text: text.replace("=host;", "="))
    assert refused(unsigned) == "IncompleteSignature"


@pytest.mark.parametrize(
    "names",
    [
        "",
        ";",
        "host;",
        ";host",
        "host;;x-amz-date",
        "host; x-amz-date",
        "Host",
        "x-amz-date;host",
        "host;host",
        "host:a",
        "hôst",
    ],
)
def test_n4_names_of_signed_headers_are_names(names: str) -> None:
    twisted = with_authorization(
        signed(), lambda text: re.sub("SignedHeaders=[^,]*", f"SignedHeaders={names}", text)
    )
    assert refused(twisted) == "IncompleteSignature"


def test_n4_repeated_query_values_are_sorted() -> None:
    one, other = signed(query="a=2&a=1&A=3"), signed(query="A=3&a=1&a=2")
    assert one.header("authorization") == other.header("authorization")
    claim = read(one)
    assert claim
    assert "\nA=3&a=1&a=2\n" in explain(claim, one).canonical_request


def test_n4_a_header_that_the_way_may_change_is_not_signed() -> None:
    request = signed(headers=(*HOST, ("expect", "100-continue"), ("user-agent", "a")))
    check(replace(request, headers=tuple(h for h in request.headers if h[0] not in {"expect", "user-agent"})))


def test_n5_signatures_are_compared_in_constant_time() -> None:
    module = verify_function.__module__
    request = signed()
    with mock.patch(f"{module}.compare_digest", return_value=False) as compare:
        assert refused(request) == "SignatureDoesNotMatch"
    compare.assert_called_once()


@pytest.mark.parametrize("skew", [300, 900])
def test_n5_the_window_has_two_ends(skew: int) -> None:
    request = signed()
    for seconds in (-skew, skew):
        check(request, now=NOW + timedelta(seconds=seconds), skew=skew)
    assert refused(request, now=NOW + timedelta(seconds=skew + 1), skew=skew) == "SignatureExpired"
    assert refused(request, now=NOW - timedelta(seconds=skew + 1), skew=skew) == "SignatureNotYetCurrent"


def test_n6_a_query_parameter_twice_is_signed_twice() -> None:
    request = signed("iam", query="Action=ListUsers")
    assert (
        refused(replace(request, query="Action=ListUsers&Action=DeleteUser"), "iam")
        == "SignatureDoesNotMatch"
    )
    assert refused(replace(request, query="action=ListUsers"), "iam") == "SignatureDoesNotMatch"


@pytest.mark.parametrize("part", ["method", "host", "body", "content-type"])
def test_n7_method_host_body_and_content_type_are_pinned(part: str) -> None:
    request = signed("sts", headers=(*HOST, ("content-type", "application/x-www-form-urlencoded")))
    changed = {
        "method": replace(request, method="GET"),
        "host": replace(request, headers=(("host", "sts.evil"), *request.headers[1:])),
        "body": replace(request, body=Body(b"y")),
        "content-type": replace(
            request,
            headers=tuple((n, "text/html" if n == "content-type" else v) for n, v in request.headers),
        ),
    }
    assert refused(changed[part], "sts") == "SignatureDoesNotMatch"


def test_n9_the_host_is_the_one_that_was_sent() -> None:
    request = signed()
    moved = (("host", "inner.local"), ("x-forwarded-host", "s3.local"), ("forwarded", "host=s3.local"))
    assert refused(replace(request, headers=(*moved, *request.headers[1:]))) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("path", ["/b//k", "/b/./k", "/b/x/../k", "/b/k/", "//b/k", "/b/k%00", "/b/%256B"])
def test_n10_no_path_is_signed_by_the_signature_of_another(path: str) -> None:
    assert refused(replace(signed(), path=path)) == "SignatureDoesNotMatch"
    check(signed(path=path))


@pytest.mark.parametrize(
    ("signed_path", "sent"),
    [
        ("/b/k", "/b/%6B"),
        ("/b/k", "/b%2Fk"),
        ("/b/a%20b", "/b/a+b"),
        ("/b/a%3Db%26c%40d%3Ae", "/b/a=b&c@d:e"),
        ("/b/%C3%A9", "/b/%c3%a9"),
        ("/b/%2B", "/b/%2b"),
        ("/b/%zz", "/b/%25zz"),
    ],
)
def test_n10_s3_signs_what_a_path_means(signed_path: str, sent: str) -> None:
    check(replace(signed(path=signed_path), path=sent))
    check(replace(signed(path=sent), path=signed_path))


def test_n10_a_plus_is_another_path_than_an_escaped_plus() -> None:
    assert refused(replace(signed(path="/b/a+b"), path="/b/a%2Bb")) == "SignatureDoesNotMatch"
    assert refused(replace(signed("sts", path="/b/a+b"), path="/b/a%20b"), "sts") == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/s3/", "/s3express/"),
        ("/s3/", "/S3/"),
        ("/s3/", "/sts/"),
        ("/us-east-1/", "/us-east-2/"),
        ("/us-east-1/", "/US-EAST-1/"),
        ("/20261123/", "/20261122/"),
        ("aws4_request", "aws4_request2"),
    ],
)
def test_n11_another_scope_is_refused(old: str, new: str) -> None:
    twisted = with_authorization(signed(), lambda text: text.replace(old, new))
    assert refused(twisted) == "ScopeMismatch"


@pytest.mark.parametrize("service", ["s3", "sts"])
def test_n3_a_signed_header_that_is_missing_counts_as_empty(service: str) -> None:
    request = signed(service, headers=(*HOST, ("x-amz-meta-a", "value"), ("x-note", "")))
    gone = tuple(header for header in request.headers if header[0] != "x-note")
    check(replace(request, headers=gone), service)
    gone = tuple(header for header in request.headers if header[0] != "x-amz-meta-a")
    assert refused(replace(request, headers=gone), service) == "SignatureDoesNotMatch"


def test_n11_a_signature_for_one_service_is_none_for_another() -> None:
    assert refused(signed("sts"), "iam") == "ScopeMismatch"
    claim = read(signed("sts"))
    assert claim
    moved = replace(claim, scope=replace(claim.scope, service="iam"))
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(moved, signed("sts"), SIGNER.secret, now=NOW)


@pytest.mark.parametrize("name", ["test", "admin", "000000000000", "mock_access_key", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize("signature", ["test", "", "0" * 64, "None"])
def test_n46_no_access_key_is_special(name: str, signature: str) -> None:
    request = signed(signer=Credentials(name, "not the secret"))
    forged = with_authorization(request, lambda text: re.sub("Signature=.*", f"Signature={signature}", text))
    assert refused(request) == "SignatureDoesNotMatch"
    assert refused(forged) in {"SignatureDoesNotMatch", "IncompleteSignature"}


def test_n47_a_doubled_header_that_authenticates_is_refused() -> None:
    request = signed(signer=dataclasses.replace(SIGNER, token="t"))
    for name, value in request.headers:
        doubled = replace(request, headers=(*request.headers, (name, value)))
        assert refused(doubled) == "IncompleteSignature"


NAMED = Counter(
    n1=2, n2=4, n3=5, n4=5, n5=3, n6=3, n7=3, n8=3, n9=2, n10=6, n11=2, n13=3, n14=3, n15=1, n16=2, n20=2,
    n21=1, n26=1, n29=1, n39=1, n41=1, n44=1, n46=1, n47=2, n48=1,
)  # fmt: skip
"""Lesson -> how many tests are named for it, anywhere under tests/. Changed with the tests."""


def test_the_lessons_do_not_vanish() -> None:
    files = (Path(__file__).parents[1]).rglob("test_*.py")
    found = Counter(
        name for file in files for name in re.findall(r"def test_(n\d+)_", file.read_text("utf-8"))
    )
    assert found == NAMED
