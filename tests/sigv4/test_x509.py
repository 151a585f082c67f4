"""Signatures with a certificate's key: what is signed is verified, and whatever is changed is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests.services.rolesanywhere.authority import Authority, Holder

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import x509, x509_keys

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
ROOT = Authority.new(now=NOW)
HOLDERS = {
    "RSA": ROOT.below().issue(key=rsa.generate_private_key(65537, 2048)),
    "ECDSA": ROOT.issue(key=ec.generate_private_key(ec.SECP384R1())),
}
REQUEST = HttpRequest(
    "POST",
    "/sessions",
    "profileArn=a%2Fb",
    headers=(("host", "localhost:4566"), ("content-type", "application/json")),
    body=Body(b'{"durationSeconds":900}'),
)


def signed(holder: Holder, now: datetime = NOW) -> HttpRequest:
    between = holder.between
    return x509_keys.sign(REQUEST, holder.key, holder.certificate, between, region="eu-west-1", now=now)


SIGNED = {kind: signed(holder) for kind, holder in HOLDERS.items()}


def verify(request: HttpRequest, holder: Holder, *, late: float = 0, region: str = "eu-west-1") -> None:
    found = x509.read(request)
    assert found is not None
    now = NOW + timedelta(seconds=late)
    x509_keys.verify(found.claim, request, holder.certificate, regions=(region,), now=now, skew=300)


def kind_of(request: HttpRequest, holder: Holder, **more: Any) -> str:
    with pytest.raises(AwsError) as caught:
        verify(request, holder, **more)
    return caught.value.code


def with_header(request: HttpRequest, name: str, value: str | None) -> HttpRequest:
    kept = tuple(each for each in request.headers if each[0] != name)
    added = () if value is None else ((name, value),)
    return replace_headers(request, (*kept, *added))


def replace_headers(request: HttpRequest, headers: tuple[tuple[str, str], ...]) -> HttpRequest:
    return HttpRequest(request.method, request.path, request.query, headers=headers, body=request.body)


def replaced(request: HttpRequest, old: str, new: str) -> HttpRequest:
    value = request.header("authorization") or ""
    assert old in value
    return with_header(request, "authorization", value.replace(old, new))


@pytest.mark.parametrize("kind", HOLDERS)
def test_what_is_signed_is_verified(kind: str) -> None:
    holder, request = HOLDERS[kind], signed(HOLDERS[kind])
    verify(request, holder)
    found = x509.read(request)
    assert found
    assert found.claim.algorithm == f"AWS4-X509-{kind}-SHA256"
    assert found.claim.access_key_id == str(holder.certificate.serial_number)
    assert found.certificate == holder.der
    assert len(found.chain) == len(holder.between)


def test_other_requests_are_none_of_these() -> None:
    assert x509.read(REQUEST) is None
    assert x509.read(with_header(REQUEST, "authorization", "AWS4-HMAC-SHA256 Credential=a")) is None


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    """Of the method, path, query, body, a signed header or the signature."""
    kind = data.draw(st.sampled_from(sorted(HOLDERS)))
    holder, request = HOLDERS[kind], SIGNED[kind]
    body = bytearray(request.body.data)
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    signature = (request.header("authorization") or "").rpartition("=")[2]
    place = data.draw(st.integers(0, 127))  # of the shortest
    digit = f"{int(signature[place], 16) ^ data.draw(st.integers(1, 15)):x}"
    other = signature[:place] + digit + signature[place + 1 :]
    changed = data.draw(
        st.sampled_from(
            [
                HttpRequest("PUT", request.path, request.query, headers=request.headers, body=request.body),
                HttpRequest("POST", "/session", request.query, headers=request.headers, body=request.body),
                HttpRequest("POST", request.path, "", headers=request.headers, body=request.body),
                HttpRequest(
                    "POST", request.path, request.query, headers=request.headers, body=Body(bytes(body))
                ),
                with_header(request, "host", "localhost:4567"),
                with_header(request, "content-type", "text/plain"),
                replaced(request, signature, other),
            ]
        )
    )
    assert kind_of(changed, holder) == "SignatureDoesNotMatch"


ORDER: list[tuple[str, dict[str, Any]]] = [
    ("IncompleteSignature", {"serial": True}),
    ("IncompleteSignature", {"algorithm": True}),
    ("SignatureExpired", {"late": 301.0}),
    ("ScopeMismatch", {"region": "us-east-1"}),
    ("SignatureDoesNotMatch", {"signature": True}),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_first_of_several_errors_is_reported(first: int) -> None:
    """Each error together with all that come later."""
    holder = HOLDERS["ECDSA"]
    wrong = {name for _, flaws in ORDER[first:] for name in flaws}
    request = signed(holder)
    if "serial" in wrong:
        request = replaced(request, "Credential=", "Credential=1")
    if "algorithm" in wrong:
        request = replaced(request, "ECDSA", "RSA")
    if "signature" in wrong:
        request = replaced(request, "Signature=", "Signature=00")
    late = 301.0 if "late" in wrong else 0.0
    region = "us-east-1" if "region" in wrong else "eu-west-1"
    assert kind_of(request, holder, late=late, region=region) == ORDER[first][0]


@pytest.mark.parametrize("kind", HOLDERS)
def test_the_serial_number_is_the_certificate_s(kind: str) -> None:
    """It isn't part of the signed text, and it stands in the record."""
    assert kind_of(replaced(SIGNED[kind], "Credential=", "Credential=1"), HOLDERS[kind]) == (
        "IncompleteSignature"
    )


def test_a_declared_body_is_the_body() -> None:
    """The signature covers the hash that the header declares, so the body must have it."""
    declared = with_header(REQUEST, "x-amz-content-sha256", REQUEST.body.sha256)
    holder = HOLDERS["ECDSA"]
    request = x509_keys.sign(declared, holder.key, holder.certificate, region="eu-west-1", now=NOW)
    verify(request, holder)
    other = HttpRequest(
        request.method, request.path, request.query, headers=request.headers, body=Body(b"{}")
    )
    assert kind_of(other, holder) == "PayloadHashMismatch"


def test_a_clock_may_differ_by_five_minutes() -> None:
    holder, request = HOLDERS["ECDSA"], signed(HOLDERS["ECDSA"])
    verify(request, holder, late=300)
    verify(request, holder, late=-300)
    assert kind_of(request, holder, late=301) == "SignatureExpired"
    assert kind_of(request, holder, late=-301) == "SignatureNotYetCurrent"


VERSION_2 = "AWSAccessKeyId=a&Signature=b"
READING = {
    "a query with a signature": (lambda it: with_query(it, "X-Amz-Signature=a"), "IncompleteSignature"),
    "a query of version 2": (
        lambda it: with_query(it, "AWSAccessKeyId=a&Signature=b"),
        "IncompleteSignature",
    ),
    "two certificates": (
        lambda it: replace_headers(it, (*it.headers, ("x-amz-x509", "AAAA"))),
        "IncompleteSignature",
    ),
    "an algorithm of nobody": (lambda it: replaced(it, "ECDSA-SHA256", "MLDSA"), "UnsupportedSignature"),
    "no certificate": (lambda it: with_header(it, "x-amz-x509", None), "IncompleteSignature"),
    "an empty one": (lambda it: with_header(it, "x-amz-x509", ""), "IncompleteSignature"),
    "no base64": (lambda it: with_header(it, "x-amz-x509", "é"), "IncompleteSignature"),
    "too long": (lambda it: with_header(it, "x-amz-x509", "A" * 11_000), "IncompleteSignature"),
    "a chain of six": (
        lambda it: with_header(it, "x-amz-x509-chain", ",".join(["AAAA"] * 6)),
        "UnsignedHeaders",
    ),
    "an empty link": (lambda it: with_header(it, "x-amz-x509-chain", "AAAA,"), "UnsignedHeaders"),
    "a session token": (lambda it: with_header(it, "x-amz-security-token", "t"), "UnsignedHeaders"),
}


def with_query(request: HttpRequest, query: str) -> HttpRequest:
    return HttpRequest(request.method, request.path, query, headers=request.headers, body=request.body)


@pytest.mark.parametrize("case", READING)
def test_what_is_malformed_is_refused(case: str) -> None:
    change, code = READING[case]
    with pytest.raises(AwsError) as caught:
        x509.read(change(signed(HOLDERS["ECDSA"])))
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["x-amz-x509-chain", "x-amz-security-token"])
@pytest.mark.parametrize("value", ["AAAA," * 6, "AAAA,", "token"])
def test_the_same_where_the_header_is_signed(name: str, value: str) -> None:
    request = with_header(signed(HOLDERS["ECDSA"]), name, value)
    names = sorted({"content-type", "host", "x-amz-date", "x-amz-x509", name})
    request = replaced(request, "content-type;host;x-amz-date;x-amz-x509", ";".join(names))
    if (name, value) == ("x-amz-x509-chain", "token"):
        request = with_header(request, name, "tok,en")
    with pytest.raises(AwsError, match="IncompleteSignature"):
        x509.read(request)


def test_a_key_of_another_kind_verifies_nothing() -> None:
    """A certificate whose key is neither: no algorithm is its own."""
    odd: Any = ed25519.Ed25519PrivateKey.generate()
    certificate = ROOT.issue(key=odd, serial=7).certificate
    request = signed(replace(HOLDERS["ECDSA"], certificate=ROOT.issue(serial=7).certificate))
    assert kind_of(request, Holder(certificate, odd)) == "IncompleteSignature"
