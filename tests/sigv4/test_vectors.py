"""One folder per case in tests/vectors/sigv4, one golden file per stage.

context.json   service, region, time, credentials, and what is special: `expires` presigns, `algorithm`
request.txt    the request before signing: request line, headers, empty line, body
canonical.txt  the canonical request      to_sign.txt  the string to sign
signature.txt  the signature (SigV4a: one of many)
signed.txt     the request as it goes out
payload.txt    of a body in chunks, what it carries      chunks.txt    what each of its signatures signs

A failing case says at which stage. The signatures are held against botocore's as well (those before chunks,
and in test_botocore SigV4a's, against the AWS common runtime's), so that no golden file is only our own
opinion.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.sigv4.test_chunked import CHECKSUMS

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, explain, presign, read, sign, verify
from watchword.sigv4.chunked import Decoder
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A
from watchword.sigv4.payload import FRAMINGS
from watchword.sigv4.verify import verify_head

VECTORS = Path(__file__).parents[1] / "vectors" / "sigv4"
CASES = sorted(folder.name for folder in VECTORS.iterdir())
CHUNKED = [name for name in CASES if name.startswith("chunked")]
SIGNATURE = re.compile(rb"signature[=:]([0-9a-f]{64})")


def parse(text: bytes) -> HttpRequest:
    head, _, body = text.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = tuple((name, value) for name, _, value in (line.partition(":") for line in lines))
    return HttpRequest(method, path, query, headers, Body(body))


def render(request: HttpRequest) -> bytes:
    target = request.path + (f"?{request.query}" if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}:{value}" for name, value in request.headers)]
    return "\n".join(lines).encode("latin-1") + b"\n\n" + request.body.data


class Case:
    """One folder, read."""

    def __init__(self, name: str) -> None:
        self.folder = VECTORS / name
        context: dict[str, Any] = json.loads(self.read("context.json"))
        self.now = datetime.fromisoformat(context["now"])
        self.credentials = Credentials(context["access_key_id"], context["secret"], context.get("token"))
        self.service: str = context["service"]
        self.region: str = context["region"]
        self.algorithm: str = context.get("algorithm", ALGORITHM)
        self.expires: int | None = context.get("expires")
        self.request = parse((self.folder / "request.txt").read_bytes())
        self.signed = parse((self.folder / "signed.txt").read_bytes())

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode("latin-1")

    def sign(self) -> HttpRequest:
        given: dict[str, Any] = {
            "service": self.service,
            "region": self.region,
            "now": self.now,
            "algorithm": self.algorithm,
        }
        if self.expires is None:
            return sign(self.request, self.credentials, **given)
        return presign(self.request, self.credentials, expires=self.expires, **given)


@pytest.mark.parametrize("name", CASES)
def test_each_stage(name: str) -> None:
    case = Case(name)
    claim = read(case.signed)
    assert claim
    explanation = explain(claim, case.signed)
    assert explanation.canonical_request == case.read("canonical.txt")
    assert explanation.string_to_sign == case.read("to_sign.txt")
    assert claim.signature == case.read("signature.txt")
    if case.algorithm == ALGORITHM:
        assert render(case.sign()) == (case.folder / "signed.txt").read_bytes()
    regions = {"eu-west-1"} if case.algorithm == ALGORITHM_V4A else {case.region}
    check = verify_head if claim.payload_hash in FRAMINGS else verify
    check(
        claim,
        case.signed,
        case.credentials.secret,
        services=(case.service,),
        regions=regions,
        now=case.now,
    )


def payload(case: Case, body: bytes) -> bytes:
    claim = read(case.signed)
    assert claim
    decoder = Decoder(claim, case.signed, case.credentials.secret, CHECKSUMS)
    pieces = decoder.feed(body)
    decoder.end()
    return b"".join(pieces)


@pytest.mark.parametrize("name", CHUNKED)
def test_chunks_carry_their_payload(name: str) -> None:
    case = Case(name)
    assert payload(case, case.signed.body.data) == (case.folder / "payload.txt").read_bytes()


@pytest.mark.parametrize("name", [name for name in CHUNKED if "unsigned" not in name])
def test_what_each_signature_of_a_body_signs(name: str) -> None:
    case = Case(name)
    body = case.signed.body.data
    signatures = SIGNATURE.findall(body)
    for signature, text in zip(signatures, case.read("chunks.txt").split("\n\n"), strict=True):
        with pytest.raises(AwsError, match="SignatureDoesNotMatch") as caught:
            payload(case, body.replace(signature, b"0" * 64))
        assert caught.value.fields["StringToSign"] == text


@pytest.mark.parametrize("name", CHUNKED)
def test_the_common_runtime_agrees_on_what_stands_before_chunks(
    name: str, crt_sign: Callable[..., HttpRequest]
) -> None:
    case = Case(name)
    declared = case.request.header("x-amz-content-sha256")
    bare = tuple(header for header in case.request.headers if header[0] != "x-amz-content-sha256")
    request = replace(case.request, headers=bare)
    theirs = crt_sign(request, case.credentials, case.service, case.region, payload=declared)
    assert (theirs.header("authorization") or "").endswith(case.read("signature.txt"))


# What botocore's signer sees otherwise than the wire, and why.
BOTOCORE_DIFFERS = {
    "headers-latin-1": "it signs UTF-8, and its connection sends latin-1",
    "query-plus": "it signs a query as it stands; to AWS a plus is a space",
    "query-reserved": "it signs a query as it stands; AWS encodes what is not unreserved",
    "s3-path-encoded-otherwise": "it signs S3's path as it stands; S3 decodes it and encodes it again",
}


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(("sigv4a", "chunked"))])
def test_botocore_agrees(
    name: str,
    botocore_header: Callable[..., HttpRequest],
    botocore_query: Callable[..., HttpRequest],
) -> None:
    case = Case(name)
    given = (case.request, case.credentials, case.service, case.region)
    if case.expires is None:
        theirs = botocore_header(*given, now=case.now).header("authorization")
    else:
        theirs = botocore_query(*given, case.expires, now=case.now).query
    assert theirs
    assert theirs.endswith(case.read("signature.txt")) is (name not in BOTOCORE_DIFFERS)


def test_cases_do_not_vanish() -> None:
    assert len(CASES) == 42  # changed with the folders
