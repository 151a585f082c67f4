"""Presigned queries: AWS's published example, which error wins, and every way to twist one."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, explain, presign, read, sign, verify
from watchword.sigv4.claim import ALGORITHM_V4A

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SESSION = dataclasses.replace(SIGNER, token="tok/en+==")
HOST = (("host", "s3.local"),)
GET = HttpRequest("GET", "/b/a key", "versionId=1&x-id=GetObject", HOST)


def presigned(service: str = "s3", expires: int = 600, signer: Credentials = SIGNER) -> HttpRequest:
    return presign(GET, signer, service=service, region="us-east-1", now=NOW, expires=expires)


def check(request: HttpRequest, later: float = 0, service: str = "s3") -> None:
    claim = read(request)
    assert claim
    verify(claim, request, SIGNER.secret, services=(service,), now=NOW + timedelta(seconds=later))


def refused(request: HttpRequest, later: float = 0, service: str = "s3") -> AwsError:
    with pytest.raises(AwsError) as caught:
        check(request, later, service)
    return caught.value


def swapped(request: HttpRequest, old: str, new: str) -> HttpRequest:
    assert old in request.query
    return replace(request, query=request.query.replace(old, new, 1))


def test_the_published_example() -> None:
    """Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters"."""
    request = HttpRequest("GET", "/test.txt", "", (("host", "examplebucket.s3.amazonaws.com"),))
    now = datetime(2013, 5, 24, tzinfo=UTC)
    signed = presign(request, SIGNER, service="s3", region="us-east-1", now=now, expires=86400)
    assert signed.query == (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


@pytest.mark.parametrize("service", ["s3", "sts"])
def test_good_until_it_expires(service: str) -> None:
    request = presigned(service)
    check(request, 0, service)
    check(request, 600, service)
    kind = "AccessDenied" if service == "s3" else "SignatureExpired"
    assert refused(request, 601, service).code == kind
    check(request, -300, service)
    kind = "AccessDenied" if service == "s3" else "SignatureNotYetCurrent"
    assert refused(request, -301, service).code == kind


def test_what_s3_says_of_an_expired_one() -> None:
    error = refused(presigned(), 601)
    assert error.said == "Request has expired"
    assert error.fields == {
        "X-Amz-Expires": "600",
        "Expires": "2026-11-23T12:44:56Z",
        "ServerTime": "2026-11-23T12:44:57Z",
    }


def test_what_sts_says_of_an_expired_one() -> None:
    assert refused(presigned("sts", 61), 62, "sts").said == (
        "Signature expired: 20261123T123456Z is now earlier than 20261123T123457Z (20261123T123558Z - 61 s.)"
    )


@pytest.mark.parametrize("expires", [1, 604800])
def test_the_ends_of_the_range(expires: int) -> None:
    check(presigned(expires=expires), expires)


@pytest.mark.parametrize("expires", [0, -1, 604801])
def test_presign_refuses_what_verify_would(expires: int) -> None:
    with pytest.raises(ValueError, match="604800"):
        presigned(expires=expires)


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("-5", "X-Amz-Expires must be non-negative"),
        ("604801", "X-Amz-Expires must be less than a week"),
        ("9" * 19, "X-Amz-Expires must be less than a week"),
        ("9" * 5000, "X-Amz-Expires should be a number"),
        ("600.0", "X-Amz-Expires should be a number"),
        ("1e3", "X-Amz-Expires should be a number"),
        ("+600", "X-Amz-Expires should be a number"),
        ("%20600", "X-Amz-Expires should be a number"),
        ("٣", "X-Amz-Expires should be a number"),
        ("%D9%A3", "X-Amz-Expires should be a number"),
    ],
)
def test_n8_seconds_out_of_range(expires: str, said: str) -> None:
    error = refused(swapped(presigned(), "X-Amz-Expires=600", f"X-Amz-Expires={expires}"))
    assert error.in_s3
    assert (error.in_s3.code, error.in_s3.status) == ("AuthorizationQueryParametersError", 400)
    assert said in error.in_s3.said
    other = refused(swapped(presigned("sts"), "X-Amz-Expires=600", f"X-Amz-Expires={expires}"), 0, "sts")
    assert other.code == "IncompleteSignature"


PARAMETERS = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"]


def value_of(request: HttpRequest, name: str) -> str:
    return next(pair for pair in request.query.split("&") if pair.startswith(f"{name}="))


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("service", ["s3", "sts"])
def test_each_parameter_is_needed(name: str, service: str) -> None:
    request = presigned(service)
    without = swapped(request, "&" + value_of(request, f"X-Amz-{name}"), "")
    error = refused(without, 0, service)
    assert error.code == "IncompleteSignature"
    assert f"X-Amz-{name}" in error.said


@pytest.mark.parametrize("name", [*PARAMETERS, "Security-Token"])
def test_n6_a_parameter_comes_once_and_in_its_own_case(name: str) -> None:
    request = presigned(signer=SESSION)
    pair = value_of(request, f"X-Amz-{name}")
    key, _, value = pair.partition("=")
    for twisted in (
        f"{request.query}&{pair}",
        f"{request.query}&{key.lower()}={value}",
        f"{key.upper()}={value}&{request.query}",
        f"{request.query}&X%2DAmz-{name}={value}",
        request.query.replace(key, key.lower()),
        request.query.replace(key, key.upper()),
    ):
        assert refused(replace(request, query=twisted)).code == "IncompleteSignature"


def test_an_encoded_key_is_the_same_key() -> None:
    request = presigned()
    check(swapped(request, "X-Amz-Signature", "X-Amz%2DSignature"))


TWISTS: dict[str, Callable[[HttpRequest], HttpRequest]] = {
    "method": lambda r: replace(r, method="PUT"),
    "path": lambda r: replace(r, path="/b/other"),
    "a value": lambda r: swapped(r, "versionId=1", "versionId=2"),
    "one more parameter": lambda r: replace(r, query=r.query + "&acl="),
    "one parameter less": lambda r: swapped(r, "versionId=1&", ""),
    "host": lambda r: replace(r, headers=(("host", "evil.local"),)),
    "one more x-amz header": lambda r: replace(r, headers=(*r.headers, ("x-amz-acl", "public-read"))),
    "expires": lambda r: swapped(r, "X-Amz-Expires=600", "X-Amz-Expires=601"),
    "date": lambda r: swapped(r, "20261123T123456Z", "20261123T123457Z"),
    "day": lambda r: swapped(r, "%2F20261123%2F", "%2F20261124%2F"),
    "region": lambda r: swapped(r, "us-east-1", "us-east-2"),
    "service": lambda r: swapped(r, "%2Fs3%2F", "%2Fsts%2F"),
    "service alias": lambda r: swapped(r, "%2Fs3%2F", "%2Fs3express%2F"),
    "terminator": lambda r: swapped(r, "aws4_request", "aws5_request"),
    "algorithm": lambda r: swapped(r, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    "token": lambda r: swapped(r, "tok%2Fen", "tok%2FEN"),
    "token dropped": lambda r: swapped(r, "&" + value_of(r, "X-Amz-Security-Token"), ""),
    "signed headers": lambda r: swapped(r, "SignedHeaders=host", "SignedHeaders=host%3Brange"),
    "signature": lambda r: replace(r, query=r.query[:-1] + "g"),
    "no signature": lambda r: replace(r, query=r.query[:-64]),
    "payload": lambda r: replace(r, query=r.query + "&X-Amz-Content-Sha256=" + "0" * 64),
}


@pytest.mark.parametrize("twist", TWISTS)
def test_a_changed_part_is_refused(twist: str) -> None:
    request = presigned(signer=SESSION)
    check(request)
    refused(TWISTS[twist](request))


def test_n7_a_body_where_none_was_signed() -> None:
    request = presigned("sts")
    check(request, 0, "sts")
    error = refused(replace(request, body=Body(b"Action=Evil")), 0, "sts")
    assert error.code == "SignatureDoesNotMatch"


def test_s3_takes_any_body_unless_its_hash_was_signed() -> None:
    put = HttpRequest("PUT", "/b/k", "", HOST)
    free = presign(put, SIGNER, service="s3", region="r", now=NOW, expires=60)
    check(replace(free, body=Body(b"anything")))
    body = Body(b"this")
    bound = replace(put, headers=(*HOST, ("x-amz-content-sha256", body.sha256)))
    signed = presign(bound, SIGNER, service="s3", region="r", now=NOW, expires=60)
    check(replace(signed, body=body))
    assert refused(replace(signed, body=Body(b"that"))).code == "PayloadHashMismatch"


def test_a_declared_unsigned_payload_in_the_query() -> None:
    request = replace(GET, query="X-Amz-Content-Sha256=UNSIGNED-PAYLOAD")
    check(presign(request, SIGNER, service="s3", region="r", now=NOW, expires=60))


def test_query_and_header_must_agree() -> None:
    request = HttpRequest("GET", "/", "", (*HOST, ("x-amz-security-token", "other")))
    signed = presign(request, SESSION, service="sts", region="r", now=NOW, expires=60)
    assert refused(signed, 0, "sts").said == "A parameter of the query and its header contradict each other."


def test_n3_both_forms_at_once() -> None:
    request = sign(presigned(), SIGNER, service="s3", region="us-east-1", now=NOW)
    assert "Only one auth mechanism allowed" in refused(request).said


def test_version_2_is_not_read_here() -> None:
    request = HttpRequest("GET", "/b/k", "AWSAccessKeyId=AKIA&Signature=x&Expires=1", HOST)
    assert refused(request).code == "UnsupportedSignature"
    both = replace(presigned(), query=presigned().query + "&AWSAccessKeyId=AKIA&Signature=x")
    assert "Only one auth mechanism allowed" in refused(both).said


def test_a_query_without_authentication_claims_nothing() -> None:
    assert read(HttpRequest("GET", "/", "X-Amz-Date=1&Signature=1&list-type=2", HOST)) is None


def test_the_signature_is_not_part_of_what_is_signed() -> None:
    request = presigned()
    claim = read(request)
    assert claim
    assert "X-Amz-Signature" not in explain(claim, request).canonical_request


def test_a_region_set_is_needed_for_sigv4a() -> None:
    request = presign(GET, SIGNER, service="s3", region="*", now=NOW, expires=60, algorithm=ALGORITHM_V4A)
    check(request)
    error = refused(swapped(request, f"X-Amz-Region-Set={quote('*')}&", ""))
    assert "X-Amz-Region-Set" in error.said
