"""Which error wins in a presigned query: each rule of `read` and `verify` broken together with the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import quote

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, presign, read, verify
from watchword.sigv4.query import query_pairs

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
BODY = Body(b"hello")


@dataclass
class Parts:
    """A good presigned S3 request, taken apart so that any of it can be spoiled."""

    query: dict[str, str]
    headers: list[tuple[str, str]]
    body: Body = field(default=BODY)
    now: datetime = NOW
    services: tuple[str, ...] = ("s3",)

    @classmethod
    def good(cls) -> "Parts":
        headers = (("host", "s3.local"), ("x-amz-content-sha256", BODY.sha256))
        plain = HttpRequest("PUT", "/b/k", "", headers, BODY)
        signed = presign(plain, SIGNER, service="s3", region="us-east-1", now=NOW, expires=600)
        return cls(dict(query_pairs(signed.query)), list(signed.headers))

    def answer(self) -> None:
        query = "&".join(f"{name}={quote(value, safe='~')}" for name, value in self.query.items())
        request = HttpRequest("PUT", "/b/k", query, tuple(self.headers), self.body)
        claim = read(request)
        assert claim
        verify(claim, request, SIGNER.secret, services=self.services, now=self.now)


def host_twice(parts: Parts) -> None:
    parts.headers.append(("host", "other.local"))


def both_forms(parts: Parts) -> None:
    parts.headers.append(("authorization", "AWS4-HMAC-SHA256 Credential=x"))


def unknown_algorithm(parts: Parts) -> None:
    parts.query["X-Amz-Algorithm"] = "AWS4-HMAC-SHA512"


def another_case(parts: Parts) -> None:
    parts.query["x-amz-date"] = "20261123T123456Z"


def no_signature(parts: Parts) -> None:
    parts.query.pop("X-Amz-Signature", None)


def unordered(parts: Parts) -> None:
    parts.query["X-Amz-SignedHeaders"] = "x-amz-content-sha256;host"


def host_unsigned(parts: Parts) -> None:
    parts.query["X-Amz-SignedHeaders"] = "x-amz-content-sha256"


def extra_amz_header(parts: Parts) -> None:
    parts.headers.append(("x-amz-acl", "public-read"))


def bad_date(parts: Parts) -> None:
    parts.query["X-Amz-Date"] = "today"


def three_parts(parts: Parts) -> None:
    parts.query["X-Amz-Credential"] = "AKIAIOSFODNN7EXAMPLE/20261123/s3"


def no_time(parts: Parts) -> None:
    parts.query["X-Amz-Expires"] = "-1"


def expired(parts: Parts) -> None:
    parts.now = NOW + timedelta(seconds=601)


def not_yet(parts: Parts) -> None:
    parts.now = NOW - timedelta(seconds=301)


def other_service(parts: Parts) -> None:
    parts.services = ("iam",)


def other_signature(parts: Parts) -> None:
    parts.query["X-Amz-Signature"] = "0" * 64


def other_body(parts: Parts) -> None:
    parts.body = Body(b"HELLO")


Rule = tuple[Callable[[Parts], None], str, str]

RULES: list[Rule] = [
    (host_twice, "IncompleteSignature", "more than one 'host' header"),
    (both_forms, "IncompleteSignature", "Only one auth mechanism allowed"),
    (unknown_algorithm, "UnsupportedSignature", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
    (another_case, "IncompleteSignature", "'X-Amz-Date' once and in this case"),
    (no_signature, "IncompleteSignature", "must include 'X-Amz-Signature'"),
    (unordered, "IncompleteSignature", "in alphabetical order"),
    (host_unsigned, "IncompleteSignature", "'Host' or ':authority' must be a 'SignedHeader'"),
    (extra_amz_header, "UnsignedHeaders", "headers present in the request which were not signed"),
    (bad_date, "IncompleteSignature", "Date must be in ISO-8601 'basic format'."),
    (three_parts, "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements"),
    (no_time, "IncompleteSignature", "'X-Amz-Expires' must be a number"),
    (expired, "AccessDenied", "Request has expired"),
    (not_yet, "AccessDenied", "Request is not yet valid"),
    (other_service, "ScopeMismatch", "Credential should be scoped to correct service: 'iam'."),
    (other_signature, "SignatureDoesNotMatch", ""),
    (other_body, "PayloadHashMismatch", "does not match what was computed"),
]

# A clock can't be both too late and too early: those two neighbours each meet the rule after them.
PAIRS = [pair for pair in pairwise(RULES) if (pair[0][0], pair[1][0]) != (expired, not_yet)]
PAIRS += [(RULES[10], RULES[12]), (RULES[11], RULES[13])]


def named(rule: Rule) -> str:
    return rule[0].__name__


def refused(*spoils: Callable[[Parts], None]) -> AwsError:
    parts = Parts.good()
    for spoil in spoils:
        spoil(parts)
    with pytest.raises(AwsError) as caught:
        parts.answer()
    return caught.value


def test_the_good_request_is_good() -> None:
    Parts.good().answer()


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_each_rule_refuses(rule: Rule) -> None:
    spoil, code, said = rule
    error = refused(spoil)
    assert (error.code, said in error.said) == (code, True), error.said


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{named(pair[0])}-{named(pair[1])}")
def test_the_earlier_rule_wins(pair: tuple[Rule, Rule]) -> None:
    (first, code, said), (second, _, _) = pair
    error = refused(second, first)
    assert (error.code, said in error.said) == (code, True), error.said


def test_every_rule_and_every_pair_of_neighbours_is_here() -> None:
    assert (len(RULES), len(PAIRS)) == (16, 16)  # as many as the heads number: test_order
