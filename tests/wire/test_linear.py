"""Until a signature is verified, work is linear in the size of a request: a stranger can't keep us busy.

Each part of a request is doubled in turn. The work is counted, not timed: instructions of byte code, and the
comparisons, hashes and characters of text that C code handles (a scan of a list is one instruction). The time
of regular expressions isn't counted.
"""

import contextlib
import json
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import post, read, sigv2
from watchword.sigv4.verify import verify_head
from watchword.wire import Models, error_response, multipart, recognise

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONCE = 300
MOST = 2.4
"""Twice the part, twice the work; a little more for sorting. Four times would be quadratic."""


class Counted(str):
    """Text that counts what is done with it. Text that is made of it counts too."""

    __slots__ = ()
    work = 0

    def __eq__(self, other: object) -> bool:
        Counted.work += 1
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: str) -> bool:
        Counted.work += 1
        return str.__lt__(self, other)

    def __hash__(self) -> int:
        Counted.work += 1
        return str.__hash__(self)

    def encode(self, *args: Any) -> bytes:
        return CountedBytes(str.encode(self, *args))


class CountedBytes(bytes):
    """The same as bytes."""

    __slots__ = ()

    def decode(self, *args: Any) -> str:
        Counted.work += len(self)
        return Counted(bytes.decode(self, *args))


def counting(name: str) -> Callable[..., Any]:
    method = getattr(str, name)

    def call(self: Counted, *args: Any, **kwargs: Any) -> Any:
        Counted.work += len(self)
        return again(method(self, *args, **kwargs))

    return call


def again(value: Any) -> Any:
    match value:
        case str():
            return Counted(value)
        case list() | tuple():
            return type(value)(map(again, value))
    return value


for _name in (
    *("split", "rsplit", "partition", "rpartition", "strip", "lstrip", "rstrip", "lower", "upper", "replace"),
    *("removeprefix", "removesuffix", "__getitem__", "__add__", "find", "count", "translate", "title"),
):
    setattr(Counted, _name, counting(_name))


def work_of(act: Callable[[], object]) -> int:
    """The instructions that run in `act`, and the work of its texts."""
    instructions = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal instructions
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        instructions += event == "opcode"
        return trace

    before, Counted.work = sys.gettrace(), 0
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return instructions + Counted.work


# --- requests of which one part is n long ------------------------------------------------------------

V4 = "AWS4-HMAC-SHA256"
CREDENTIAL = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request"
SIGNED = (
    ("host", "localhost"),
    ("x-amz-content-sha256", "0" * 64),
    ("x-amz-date", "20260101T000000Z"),
)
HOST = SIGNED[:1]
FORM = ("content-type", "application/x-www-form-urlencoded")

Headers = tuple[tuple[str, str], ...]


def unsigned(
    path: str = "/bucket/key", query: str = "", headers: Headers = HOST, *, body: bytes | None = None
) -> HttpRequest:
    """A GET, or a POST where there is a body."""
    counted = tuple((Counted(name), Counted(value)) for name, value in headers)
    method = Counted("GET" if body is None else "POST")
    return HttpRequest(method, Counted(path), Counted(query), counted, Body(body or b""))


def authorized(parameters: str, headers: Headers = SIGNED) -> HttpRequest:
    """A GET with these parameters of the Authorization header."""
    return unsigned(headers=(*headers, ("authorization", f"{V4} {parameters}")))


def signed(
    path: str = "/bucket/key",
    query: str = "",
    headers: Headers = (),
    *,
    names: tuple[str, ...] = (),
    service: str = "s3",
    body: bytes | None = None,
) -> HttpRequest:
    """A request with a well-formed Authorization header, which signs SIGNED and the named headers."""
    all_names = ";".join(sorted({name for name, _ in SIGNED} | set(names)))
    credential = CREDENTIAL.format(service=service)
    proof = f"{V4} Credential={credential}, SignedHeaders={all_names}, Signature={'0' * 64}"
    return unsigned(path, query, (*SIGNED, *headers, ("authorization", proof)), body=body)


def several(count: int, before: str = "p", after: str = "=v", separator: str = "&") -> str:
    return separator.join(f"{before}{number:05}{after}" for number in range(count))


def fields(count: int, before: str = "h") -> tuple[tuple[str, str], ...]:
    return tuple((f"{before}{number:05}", "v") for number in range(count))


def names(count: int, before: str = "h") -> tuple[str, ...]:
    return tuple(name for name, _ in fields(count, before))


def presigned(count: int) -> str:
    parameters = {
        "X-Amz-Algorithm": V4,
        "X-Amz-Credential": CREDENTIAL.format(service="s3").replace("/", "%2F"),
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Expires": "300",
        "X-Amz-SignedHeaders": ";".join(sorted({"host", *names(count)})),
        "X-Amz-Signature": "0" * 64,
    }
    return "&".join(f"{name}={value}" for name, value in parameters.items())


VERSION_2 = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=c2ln&Expires=1767225700&"
GOOD = f"Credential={CREDENTIAL.format(service='s3')}, Signature=0, SignedHeaders="
DATES = "Thu, 1 Jan 2026 00:00:00 GMT "
PARTS: dict[str, Callable[[int], HttpRequest]] = {
    "query parameters": lambda n: signed(query=several(n)),
    "one parameter many times": lambda n: signed(query="p=1&" * n),
    "empty parameters": lambda n: signed(query="&" * n),
    "escapes in the query": lambda n: signed(query="p=" + "%41" * n),
    "headers": lambda n: signed(headers=fields(n)),
    "one header many times": lambda n: signed(headers=(("a", "v"),) * n, names=("a",)),
    "white space in a header": lambda n: signed(headers=(("a", "v  " * n),), names=("a",)),
    "x-amz headers, not signed": lambda n: signed(headers=fields(n, "x-amz-h")),
    "x-amz headers, signed": lambda n: signed(headers=fields(n, "x-amz-h"), names=names(n, "x-amz-h")),
    "SignedHeaders": lambda n: signed(headers=fields(n), names=names(n)),
    "SignedHeaders that are absent": lambda n: signed(names=names(n)),
    "SignedHeaders out of order": lambda n: authorized(GOOD + ";".join(reversed(names(n)))),
    "parameters of Authorization": lambda n: authorized(several(n, separator=",")),
    "signatures in Authorization": lambda n: authorized("Signature=" * n),
    "commas in Authorization": lambda n: authorized("," * n),
    "slashes in the credential": lambda n: authorized(GOOD.replace("/", "/" * n) + "host"),
    "Date": lambda n: authorized(GOOD + "date;host", (("host", "h"), ("date", DATES * n))),
    "path segments": lambda n: signed("/a" * n),
    "path segments, normalised": lambda n: signed("/a" * n, service="lambda"),
    "dot segments": lambda n: signed("/a/./b/.." * n, service="lambda"),
    "empty segments": lambda n: signed("/" * n, service="lambda"),
    "escapes in the path": lambda n: signed("/%41" * n, service="lambda"),
    "presigned: parameters": lambda n: unsigned(query=presigned(0) + "&" + several(n)),
    "presigned: SignedHeaders": lambda n: unsigned(query=presigned(n), headers=(*HOST, *fields(n))),
    "presigned: one parameter many times": lambda n: unsigned(query=presigned(0) + "&X-Amz-Date=x" * n),
    "version 2: headers in the query": lambda n: unsigned(query=VERSION_2 + several(n, "x-amz-")),
    "version 2: one header many times": lambda n: unsigned(query=VERSION_2 + "x-amz-a=1&" * n),
    "version 2: subresources": lambda n: unsigned(query=VERSION_2 + "uploads&" * n),
    "version 2: unknown parameters": lambda n: unsigned(query=VERSION_2 + several(n)),
    "version 2: one parameter many times": lambda n: unsigned(query=VERSION_2 + "Expires=1&" * n),
    "version 2: headers": lambda n: unsigned(query=VERSION_2, headers=(*HOST, *fields(n, "x-amz-"))),
    "form parameters": lambda n: signed(
        "/", headers=(FORM,), service="sts", body=f"Version=2011-06-15&{several(n)}".encode()
    ),
    "form parameters, unsigned": lambda n: unsigned("/", headers=(FORM,), body=several(n).encode()),
    "a form parameter's name": lambda n: unsigned("/", headers=(FORM,), body=b"a." * n),
    "labels of the host": lambda n: unsigned(headers=(("host", "a." * n + "localhost"),)),
    "X-Amz-Target": lambda n: unsigned("/", headers=(("x-amz-target", "A." * n),), body=b"{}"),
    "content type": lambda n: unsigned("/", headers=(("content-type", "a;" * n),), body=b"{}"),
}


def before_proof(models: Models, of: HttpRequest) -> None:
    """All that is done with a request until its signature is found wrong."""
    try:
        claim = sigv2.read_presigned(of, "")
        if claim is not None:
            of = sigv2.with_headers(of)
            recognise(of, models, scope_service="s3", hosts=("localhost",))
            sigv2.verify_presigned(claim, "secret", NOW)
            return
        proof = read(of)
        scope = proof.scope.service if proof else None
        recognise(of, models, scope_service=scope, hosts=("localhost",))
        if proof is not None:
            verify_head(proof, of, "secret", now=NOW)
    except AwsError as refused:
        error_response(refused, "id", of)


@pytest.mark.parametrize("part", PARTS)
def test_twice_the_part_is_twice_the_work(part: str, models: Models) -> None:
    build = PARTS[part]
    # Reads models, fills caches; and since Python 3.12 instructions are counted from the second trace on.
    work_of(lambda: before_proof(models, build(ONCE - 1)))
    once, twice = build(ONCE), build(2 * ONCE)
    single = work_of(lambda: before_proof(models, once))
    assert work_of(lambda: before_proof(models, twice)) < MOST * single


def posted(count: int) -> list[tuple[str, str]]:
    return [(Counted(name), Counted(value)) for name, value in fields(count, "x-amz-meta-")]


def with_policy(count: int) -> dict[str, str]:
    conditions = [["eq", f"${name}", "v"] for name in names(count, "x-amz-meta-")]
    text = json.dumps({"expiration": "2026-02-01T00:00:00Z", "conditions": conditions})
    return {**dict(posted(count)), "policy": b64encode(text.encode()).decode()}


def many_parts(count: int) -> bytes:
    part = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n'
    return part * count + b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'


FORMS: list[tuple[Callable[[int], Any], Callable[[Any], object]]] = [
    (posted, post.read_form),
    (with_policy, lambda form: post.check_policy(form, bucket="b", size=0, now=NOW)),
    (many_parts, lambda data: multipart.read_fields(data, b"b")),
]


@pytest.mark.parametrize(("build", "act"), FORMS, ids=["fields", "conditions", "parts"])
def test_twice_the_form_is_twice_the_work(build: Callable[[int], Any], act: Callable[[Any], object]) -> None:
    def outcome(of: Any) -> None:
        with contextlib.suppress(AwsError):
            act(of)

    work_of(lambda: outcome(build(ONCE - 1)))
    once, twice = build(ONCE), build(2 * ONCE)
    assert work_of(lambda: outcome(twice)) < MOST * work_of(lambda: outcome(once))


def test_a_scan_of_a_list_counts() -> None:
    """The counter sees what it is for."""

    def scan(of: list[str]) -> bool:
        return all(name in of for name in of)

    once, twice = ([Counted(name) for name in names(count)] for count in (ONCE, 2 * ONCE))
    assert work_of(lambda: scan(twice)) > 3 * work_of(lambda: scan(once))
