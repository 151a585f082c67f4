"""One folder per case in tests/vectors/sigv4, one golden file per stage.

context.json   service, region, time, credentials, and what is special: `expires` presigns, `algorithm`
request.txt    the request before signing: request line, headers, empty line, body
canonical.txt  the canonical request      to_sign.txt  the string to sign
signature.txt  the signature (SigV4a: one of many)
signed.txt     the request as it goes out

A failing case says at which stage. The signatures are held against botocore's as well (SigV4a, in
test_botocore, against the AWS common runtime), so that no golden file is only our own opinion.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, explain, presign, read, sign, verify
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A

VECTORS = Path(__file__).parents[1] / "vectors" / "sigv4"
CASES = sorted(folder.name for folder in VECTORS.iterdir())


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
    verify(
        claim,
        case.signed,
        case.credentials.secret,
        services=(case.service,),
        regions=regions,
        now=case.now,
    )


# What botocore's signer sees otherwise than the wire, and why.
BOTOCORE_DIFFERS = {
    "headers-latin-1": "it signs UTF-8, and its connection sends latin-1",
    "query-plus": "it signs a query as it stands; AWS encodes a plus",
    "query-reserved": "it signs a query as it stands; AWS encodes what is not unreserved",
}


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("sigv4a")])
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


def test_there_are_as_many_cases_as_there_were() -> None:
    assert len(CASES) >= 38
