"""What real clients of S3 send and sign, for keys and prefixes that they encode differently.

The vectors were recorded from unmodified clients, whose versions stand in the files, with fixed credentials.
`means` is what the client meant: the operation, and its key, prefix or source.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sigv4.test_chunked import CHECKSUMS

from watchword.names import Body, HttpRequest
from watchword.reference.models import read_model
from watchword.sigv4 import read, verify
from watchword.sigv4.chunked import Decoder
from watchword.sigv4.hoist import hoist
from watchword.sigv4.payload import FRAMINGS
from watchword.sigv4.verify import verify_head
from watchword.wire import Models, recognise

MODELS = Models(read_model)
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
FOLDER = Path(__file__).parents[1] / "vectors" / "clients"
FILES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.iterdir())}
CASES = [(name, number) for name, file in FILES.items() for number, _ in enumerate(file["requests"])]


def request_of(case: dict[str, Any]) -> HttpRequest:
    method, _, target = case["request"].partition(" ")
    path, _, query = target.partition("?")
    headers = tuple((name, value) for name, value in case["headers"])
    return HttpRequest(method, path, query, headers, Body(case["body"].encode("latin-1")))


@pytest.mark.parametrize(("name", "number"), CASES)
def test_its_signature_is_right(name: str, number: int) -> None:
    request = request_of(FILES[name]["requests"][number])
    claim = read(request)
    assert claim
    if claim.payload_hash not in FRAMINGS:
        verify(claim, request, SECRET, services=("s3",), now=claim.timestamp)
        return
    verify_head(claim, request, SECRET, services=("s3",), now=claim.timestamp)
    decoder = Decoder(claim, request, SECRET, CHECKSUMS)
    assert b"".join(decoder.feed(request.body.data)) == b"data"
    decoder.end()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_it_is_read_as_it_was_meant(name: str, number: int) -> None:
    case = FILES[name]["requests"][number]
    request = hoist(request_of(case))
    operation = recognise(request, MODELS, scope_service="s3")
    given = operation.parse(request) | {"operation": operation.name}
    assert {key: given[key] for key in case["means"]} == case["means"]


def test_the_clients_do_not_vanish() -> None:
    assert (len(FILES), len(CASES)) == (15, 59)
