"""What a request claims, and what is said of one that claims badly."""

import dataclasses
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Claim, Credentials, presign, read, sign, verify
from watchword.sigv4.canonical import canonical_headers
from watchword.sigv4.claim import ALGORITHM_V4A
from watchword.sigv4.payload import hash_of
from watchword.sigv4.sigv4a import private_key

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
HOST = ("host", "sts.local")
REQUEST = HttpRequest("POST", "/", "", (HOST,), Body(b"Action=GetCallerIdentity"))


def signed(request: HttpRequest = REQUEST, service: str = "sts") -> HttpRequest:
    return sign(request, SIGNER, service=service, region="us-east-1", now=NOW)


def claim_of(request: HttpRequest) -> Claim:
    claim = read(request)
    assert claim
    return claim


def with_authorization(text: str, *more: tuple[str, str]) -> HttpRequest:
    return HttpRequest("POST", "/", "", (HOST, ("authorization", text), *more))


def refused(request: HttpRequest) -> AwsError:
    with pytest.raises(AwsError) as caught:
        read(request)
    return caught.value


def test_every_part_of_a_claim() -> None:
    claim = claim_of(
        sign(REQUEST, dataclasses.replace(SIGNER, token="t"), service="sts", region="us-east-1", now=NOW)
    )
    assert claim.algorithm == "AWS4-HMAC-SHA256"
    assert claim.access_key_id == SIGNER.access_key_id
    assert claim.scope.text == "20261123/us-east-1/sts/aws4_request"
    assert (claim.scope.region, claim.scope.service) == ("us-east-1", "sts")
    assert claim.signed_headers == "host;x-amz-date;x-amz-security-token"
    assert (claim.token, claim.date, claim.timestamp) == ("t", "20261123T123456Z", NOW)
    assert (claim.payload_hash, claim.expires, claim.region_set) == ("", None, ())


def test_nothing_is_claimed() -> None:
    assert read(REQUEST) is None
    assert read(HttpRequest("GET", "/", "list-type=2&prefix=%58", (("x-amz-date", "now"),))) is None


@pytest.mark.parametrize(
    ("algorithm", "said"),
    [
        ("AWS4-HMAC-SHA1", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."),
        ("aws4-hmac-sha256", "Unsupported Authorization Type"),
        ("Bearer", "Unsupported Authorization Type"),
        ("Basic", "Unsupported Authorization Type"),
        ("", "Unsupported Authorization Type"),
        (
            "AWS",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    ],
)
def test_other_schemes(algorithm: str, said: str) -> None:
    error = refused(with_authorization(f"{algorithm} Credential=x"))
    assert (error.code, error.said) == ("UnsupportedSignature", said)


def hashed(text: str) -> str:
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return f"(hashed with SHA-256 and encoded with Base64): '{digest}'"


def test_all_that_is_missing_is_said_at_once() -> None:
    assert refused(with_authorization("AWS4-HMAC-SHA256")).said == (
        "Authorization header requires 'Credential' parameter. "
        "Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. "
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        f"Authorization header {hashed('AWS4-HMAC-SHA256')}"
    )


def test_a_refused_header_is_named_by_its_hash_only() -> None:
    error = refused(with_authorization("AWS4-HMAC-SHA256 Credential=AKIA/secret, oops"))
    assert error.said == (
        "Invalid key=value pair (missing equal-sign) in Authorization header "
        f"{hashed('Credential=AKIA/secret, oops')}."
    )


@pytest.mark.parametrize(
    "parameters",
    [
        "Credential={c}, SignedHeaders={h}, Signature={s}",
        "Credential={c},SignedHeaders={h},Signature={s}",
        "Signature={s}, SignedHeaders={h}, Credential={c}",
        "SignedHeaders={h},Signature={s},Credential={c}",
        "  Credential={c}  ,  SignedHeaders={h},  Signature={s}",
    ],
)
def test_the_order_and_the_spaces_of_parameters_are_free(parameters: str) -> None:
    request = signed()
    claim = claim_of(request)
    text = parameters.format(
        c=f"{claim.access_key_id}/{claim.scope.text}", h=claim.signed_headers, s=claim.signature
    )
    again = replace(request, headers=(*request.headers[:-1], ("authorization", f"AWS4-HMAC-SHA256 {text}")))
    assert claim_of(again) == claim
    verify(claim_of(again), again, SIGNER.secret, now=NOW)


@pytest.mark.parametrize(
    "parameters",
    [
        "Credential={c}, SignedHeaders={h}, Signature={s}, Signature={s}",
        "Credential={c}, Credential={c}, SignedHeaders={h}, Signature={s}",
        "Credential={c}, SignedHeaders={h}, Signature={s}, Extra=1",
        "Credential={c}, SignedHeaders={h}Signature={s}",
        "Credential={c}; SignedHeaders={h}; Signature={s}",
        "Credential={c}, SignedHeaders={h}, signature={s}",
        "Credential={c}, SignedHeaders={h}, Signature=",
        "Credential={c}, SignedHeaders={h}, Signature={s},",
        ", Credential={c}, SignedHeaders={h}, Signature={s}",
    ],
)
def test_parameters_that_are_not_just_so(parameters: str) -> None:
    claim = claim_of(signed())
    text = parameters.format(
        c=f"{claim.access_key_id}/{claim.scope.text}", h=claim.signed_headers, s=claim.signature
    )
    error = refused(with_authorization(f"AWS4-HMAC-SHA256 {text}", ("x-amz-date", claim.date)))
    assert error.code == "IncompleteSignature"


WHO = "AKIA/20261123/us-east-1/sts/aws4_request"
GOOD = f"AWS4-HMAC-SHA256 Credential={WHO}, SignedHeaders=date;host, Signature=00"


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 23 Nov 2026 12:34:56 GMT",
        "Mon, 23 Nov 2026 12:34:56 -0000",
        "Mon, 23 Nov 2026 13:34:56 +0100",
        "20261123T123456Z",
    ],
)
def test_the_date_header_in_its_forms(date: str) -> None:
    claim = claim_of(with_authorization(GOOD, ("date", date)))
    assert (claim.timestamp, claim.date) == (NOW, "20261123T123456Z")


def test_x_amz_date_comes_before_date() -> None:
    good = GOOD.replace("date;host", "host;x-amz-date")
    more = (("date", "Mon, 23 Nov 2020 00:00:00 GMT"), ("x-amz-date", "20261123T123456Z"))
    assert claim_of(with_authorization(good, *more)).timestamp == NOW


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "2026-11-23T12:34:56Z",
        "20261123",
        "20261123T123456",
        "20261123T123456z",
        "20261123 123456Z",
        "20261323T123456Z",
        "20261123T253456Z",
        "2026W471T123456Z",
        "00000101T000000Z",
        "٢٠٢٦1123T123456Z",
        "Mon, 23 Nov 99999 12:34:56 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
    ],
)
@pytest.mark.parametrize("name", ["x-amz-date", "date"])
def test_a_date_that_is_none(name: str, date: str) -> None:
    good = GOOD.replace("date;host", "host;x-amz-date") if name == "x-amz-date" else GOOD
    error = refused(with_authorization(good, (name, date)))
    assert error.code == "IncompleteSignature"
    assert error.said.startswith("Date must be in ISO-8601 'basic format'. Got '")


@pytest.mark.parametrize(
    "credential",
    [
        "AKIA",
        "AKIA/20261123/us-east-1/sts",
        "AKIA/20261123/us-east-1/sts/aws4_request/x",
        "/a/b/c/d",
        "a/b//c/d",
    ],
)
def test_a_credential_has_five_parts(credential: str) -> None:
    text = GOOD.replace(WHO, credential)
    error = refused(with_authorization(text, ("date", "20261123T123456Z")))
    assert error.said == (
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{credential}'"
    )


def test_sigv4a_has_four() -> None:
    text = GOOD.replace("AWS4-HMAC-SHA256", ALGORITHM_V4A)
    error = refused(with_authorization(text, ("date", "20261123T123456Z"), ("x-amz-region-set", "*")))
    assert error.code == "UnsignedHeaders"
    text = text.replace("date;host", "date;host;x-amz-region-set")
    error = refused(with_authorization(text, ("date", "20261123T123456Z"), ("x-amz-region-set", "*")))
    assert "exactly 4 slash-delimited elements, e.g. keyid/date/service/term" in error.said


def test_s3_needs_x_amz_content_sha256() -> None:
    text = GOOD.replace("/sts/", "/s3/")
    error = refused(with_authorization(text, ("date", "20261123T123456Z")))
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.said == "Missing required header for this request: x-amz-content-sha256"


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_only_s3_leaves_a_payload_unsigned(payload: str) -> None:
    request = replace(REQUEST, headers=(HOST, ("x-amz-content-sha256", payload)))
    assert refused(signed(request)).code == "UnsupportedSignature"


@pytest.mark.parametrize("payload", ["", "0" * 63, "0" * 65, "g" * 64, "unsigned-payload", "STREAMING-X"])
@pytest.mark.parametrize("service", ["s3", "sts"])
def test_a_payload_hash_that_is_none(payload: str, service: str) -> None:
    good = signed(replace(REQUEST, headers=(HOST, ("x-amz-content-sha256", "0" * 64))), service)
    headers = ((name, payload if name == "x-amz-content-sha256" else value) for name, value in good.headers)
    error = refused(replace(good, headers=tuple(headers)))
    assert error.code == "IncompleteSignature"


def test_a_declared_hash_is_the_body_s_for_every_service() -> None:
    request = signed(replace(REQUEST, headers=(HOST, ("x-amz-content-sha256", REQUEST.body.sha256))))
    verify(claim_of(request), request, SIGNER.secret, now=NOW)
    other = replace(request, body=Body(b"x"))
    with pytest.raises(AwsError) as caught:
        verify(claim_of(other), other, SIGNER.secret, now=NOW)
    assert caught.value.code == "PayloadHashMismatch"
    assert caught.value.fields == {
        "ClientComputedContentSHA256": REQUEST.body.sha256,
        "S3ComputedContentSHA256": other.body.sha256,
    }


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("a\tb", "a b"),
        ("a\r\n b", "a b"),
        ("a \t  b", "a b"),
        (" a ", "a"),
        ("a\nhost:evil", "a host:evil"),
        ("", ""),
        ("  ", ""),
        ("a\xa0 b", "a\xa0 b"),
    ],
)
def test_no_line_end_survives_in_a_header(value: str, canonical: str) -> None:
    made = canonical_headers(HttpRequest("GET", headers=(HOST, ("x", value))), "host;x")
    assert made == f"host:sts.local\nx:{canonical}\n\nhost;x"


def test_a_body_in_a_file_is_hashed_like_one_in_memory(tmp_path: Path) -> None:
    file = tmp_path / "body"
    for data in (b"", b"a" * 3_000_000):
        file.write_bytes(data)
        assert hash_of(Body(file=file)) == hash_of(Body(data)) == sha256(data).hexdigest()


def test_a_claim_is_verified_against_its_own_request() -> None:
    other = replace(signed(), headers=(HOST,))
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(claim_of(signed()), other, SIGNER.secret, now=NOW)


def test_signing_needs_a_host() -> None:
    bare = HttpRequest("GET", "/")
    with pytest.raises(ValueError, match="host"):
        signed(bare)
    with pytest.raises(ValueError, match="host"):
        presign(bare, SIGNER, service="s3", region="r", now=NOW, expires=1)


def test_signing_again_replaces_a_signature() -> None:
    assert signed(signed()) == signed()


def test_a_key_pair_takes_the_first_counter_that_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    right = private_key("s", "a").private_numbers().private_value
    digests = iter([b"\xff" * 32, (right - 1).to_bytes(32, "big")])
    private_key.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("hmac.digest", lambda *_: next(digests))
        assert private_key("s", "a").private_numbers().private_value == right
        patched.setattr("hmac.digest", lambda *_: b"\xff" * 32)
        with pytest.raises(ValueError, match="no key"):
            private_key("t", "a")
    private_key.cache_clear()
