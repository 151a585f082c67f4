"""SigV4a: the derived key, the region set, and what must not verify. The runtime's signer: test_botocore."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec.structs import replace as replaced

from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import Claim, Credentials, read, sign, verify
from watchword.sigv4.claim import ALGORITHM_V4A
from watchword.sigv4.parts import covers
from watchword.sigv4.replay import trace
from watchword.sigv4.sigv4a import public_key

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_the_key_that_the_sdks_derive() -> None:
    numbers = public_key(SIGNER.secret, SIGNER.access_key_id).public_numbers()
    assert f"{numbers.x:064x}" == "15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb"
    assert f"{numbers.y:064x}" == "0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0"


def signed(regions: str = "us-east-1,eu-*") -> HttpRequest:
    request = HttpRequest("POST", "/", "", (("host", "sts.local"),))
    return sign(request, SIGNER, service="sts", region=regions, now=NOW, algorithm=ALGORITHM_V4A)


def claim_of(request: HttpRequest) -> Claim:
    claim = read(request)
    assert claim
    return claim


@pytest.mark.parametrize(
    ("region_set", "region", "covered"),
    [
        ("*", "us-east-1", True),
        ("us-east-1", "us-east-1", True),
        ("us-east-1", "us-east-2", False),
        ("us-east-*", "us-east-2", True),
        ("us-*-1", "us-west-1", True),
        ("us-*-1", "us-west-2", False),
        ("us-east-1, eu-west-1", "eu-west-1", True),
        ("u*t*1", "us-east-1", True),
        ("u*x*1", "us-east-1", False),
        ("us-east-1*1", "us-east-1", False),
        ("", "us-east-1", False),
        ("us-east-?", "us-east-1", False),
    ],
)
def test_the_region_set(region_set: str, region: str, *, covered: bool) -> None:
    patterns = tuple(pattern.strip() for pattern in region_set.split(","))
    assert covers(patterns, {region}) is covered


def test_a_region_outside_the_set_is_refused() -> None:
    request = signed()
    for region in ("us-east-1", "eu-north-1"):
        verify(claim_of(request), request, SIGNER.secret, regions={region}, now=NOW)
    with pytest.raises(AwsError) as refused:
        verify(claim_of(request), request, SIGNER.secret, regions={"us-west-2"}, now=NOW)
    assert refused.value.code == "ScopeMismatch"
    assert refused.value.said == "Credential should be scoped to a valid Region, not 'us-east-1,eu-*'."


def test_the_region_set_is_signed() -> None:
    request = signed()
    headers = tuple((name, "*" if name == "x-amz-region-set" else value) for name, value in request.headers)
    widened = HttpRequest("POST", "/", "", headers)
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(claim_of(widened), widened, SIGNER.secret, now=NOW)


def test_the_region_set_is_needed() -> None:
    request = signed()
    headers = tuple(
        (name, value.replace(";x-amz-region-set", "")) for name, value in request.headers if "set" not in name
    )
    with pytest.raises(AwsError, match="IncompleteSignature"):
        read(HttpRequest("POST", "/", "", headers))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "00",
        "zz",
        "3006020100020100",
        "3006020101020101",
        "30" * 70,
        "*",
        "é",
        "0" * 64,
    ],
)
def test_a_malformed_signature_is_only_wrong(signature: str) -> None:
    request = signed()
    claim = replaced(claim_of(request), signature=signature)
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(claim, request, SIGNER.secret, now=NOW)


def test_capitals_and_spaces_are_another_text() -> None:
    request = signed()
    claim = claim_of(request)
    for signature in (claim.signature.upper(), f"{claim.signature[:2]} {claim.signature[2:]}"):
        with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
            verify(replaced(claim, signature=signature), request, SIGNER.secret, now=NOW)


def test_another_secret_or_access_key_is_another_key() -> None:
    request = signed()
    claim = claim_of(request)
    for other, secret in ((claim, "other"), (replaced(claim, access_key_id="AKIA"), SIGNER.secret)):
        with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
            verify(other, request, secret, now=NOW)


def test_the_twin_of_a_signature_is_the_same_request_to_the_replay_guard() -> None:
    request = signed()
    claim = claim_of(request)
    r, s = decode_dss_signature(bytes.fromhex(claim.signature))
    twin = replaced(claim, signature=encode_dss_signature(r, ORDER - s).hex())
    verify(twin, request, SIGNER.secret, now=NOW)
    assert twin.signature != claim.signature
    assert trace(twin, request, 300) == trace(claim, request, 300)
