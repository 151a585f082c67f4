"""Which operation a request is for: the vectors, and what no request can do."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4.canonical import canonical_key, canonical_query
from watchword.wire import Models, UnrecognisedError, addressing, error_response, recognise

VECTORS = Path(__file__).parents[1] / "vectors" / "wire"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "recognise.json").read_text())
ADDRESSES: list[dict[str, Any]] = json.loads((VECTORS / "s3_addresses.json").read_text())
HOSTS = ("localhost", "s3.localhost", "s3.example.com")


def request_of(case: dict[str, Any]) -> HttpRequest:
    return HttpRequest(
        method=case["method"],
        path=case["path"],
        query=case.get("query", ""),
        headers=tuple((name, value) for name, value in case["headers"]),
        body=Body(case.get("body", "").encode()),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_request_is_recognised_or_refused(case: dict[str, Any], models: Models) -> None:
    request, then = request_of(case), case["then"]
    if "operation" in then:
        operation = recognise(request, models, scope_service=case.get("scope"), hosts=HOSTS)
        assert f"{operation.service.name}:{operation.name}" == then["operation"]
        return
    with pytest.raises(UnrecognisedError) as caught:
        recognise(request, models, scope_service=case.get("scope"), hosts=HOSTS)
    response = error_response(caught.value, "request-1")
    assert response.status == then["status"]
    assert then.get("code", "").encode() in response.body + repr(response.headers).encode()  # type: ignore[operator]
    assert then.get("said", "").encode() in response.body  # type: ignore[operator]


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: case["name"])
def test_a_host_names_a_bucket_or_the_server(case: dict[str, Any], models: Models) -> None:
    request = HttpRequest("GET", case["path"], headers=(("host", case["host"]),))
    if case["then"] is None:
        with pytest.raises(AwsError) as caught:
            recognise(request, models, scope_service="s3", hosts=HOSTS).parse(request)
        assert caught.value.code == case["code"]
        return
    operation = recognise(request, models, scope_service="s3", hosts=HOSTS)
    assert operation.name == case.get("operation", "GetObject")
    assert operation.parse(request) == case["then"]


def test_a_request_without_a_host_addresses_by_path(models: Models) -> None:
    request = HttpRequest("GET", "/b/k")
    assert recognise(request, models, scope_service="s3").parse(request) == {"Bucket": "b", "Key": "k"}


def test_a_known_host_may_hold_another(models: Models) -> None:
    request = HttpRequest("GET", "/k", headers=(("host", "a.s3.localhost"),))
    operation = recognise(request, models, scope_service="s3", hosts=("localhost", "s3.localhost"))
    assert operation.parse(request)["Bucket"] == "a"


def test_a_form_too_large_is_refused_before_it_is_read(models: Models) -> None:
    class Huge(Body):
        size = 1 << 40

        def read(self) -> bytes:
            raise AssertionError("read")

    request = HttpRequest(
        "POST", headers=(("content-type", "application/x-www-form-urlencoded"),), body=Huge()
    )
    with pytest.raises(UnrecognisedError) as caught:
        recognise(request, models, scope_service="sts")
    assert caught.value.code == "RequestTooLarge"


def test_too_many_parameters(models: Models) -> None:
    body = "Action=GetUser&Version=2010-05-08" + "&a=" * 20_000
    request = HttpRequest(
        "POST", headers=(("content-type", "application/x-www-form-urlencoded"),), body=Body(body.encode())
    )
    with pytest.raises(UnrecognisedError, match="MalformedQueryString"):
        recognise(request, models, scope_service="iam")


PIECES = st.lists(st.sampled_from([*"/+a~.=@:?", "%2F", "%2b", "%20", "%C3%A9", "%c3%a9", "%61", "%00"])).map(
    "".join
)


@settings(max_examples=2000 if os.environ.get("WATCHWORD_FUZZ") else 200)
@given(PIECES, PIECES)
def test_n10_a_target_is_read_as_it_is_signed(models: Models, key: str, prefix: str) -> None:
    """Targets with one canonical form mean the same: what is signed can't be made to mean anything else."""
    request = HttpRequest("GET", f"/b/k{key}", headers=(("host", "localhost"),))
    found = recognise(request, models, scope_service="s3", hosts=HOSTS).parse(request)
    assert f"/{found['Bucket']}/{found['Key']}" == unquote(canonical_key(request.path))
    request = HttpRequest("GET", "/b", f"prefix={prefix}", headers=(("host", "localhost"),))
    found = recognise(request, models, scope_service="s3", hosts=HOSTS).parse(request)
    assert f"prefix={found['Prefix']}" == unquote(canonical_query(request.query))


def test_vectors_do_not_vanish() -> None:
    assert (len(CASES), len(ADDRESSES)) == (132, 27)  # changed with the vectors


def test_every_file_of_vectors_is_read() -> None:
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert {file.name for file in VECTORS.iterdir() if f'"{file.name}"' not in tests} == set()


@pytest.mark.parametrize(
    ("host", "found"),
    [
        (f"{'a' * 32}.lambda-url.us-east-1.localhost:4566", ("a" * 32, "us-east-1")),
        (f"{'A7' * 16}.Lambda-URL.eu-west-1.s3.example.com", ("a7" * 16, "eu-west-1")),
        (f"{'A7' * 16}.lambda-url.EU-west-1.s3.example.com.", ("a7" * 16, "eu-west-1")),
        (f"{'a' * 32}.lambda-url.us-east-1.own.localhost", ("a" * 32, "us-east-1")),
        (f"{'a' * 31}.lambda-url.us-east-1.localhost", None),
        (f"b.{'a' * 32}.lambda-url.us-east-1.localhost", None),
        (f"{'a' * 32}.lambda-url.us-east-1.example.org", None),
        (f"{'a' * 32}.lambda-url.us-east-1", None),
        (f"{'a' * 32}.lambda-url.localhost", None),
        (".lambda-url.us-east-1.localhost", None),
        ("localhost", None),
    ],
)
def test_a_host_names_the_url_of_a_function(host: str, found: tuple[str, str] | None) -> None:
    assert addressing.function_url(host, HOSTS) == found
