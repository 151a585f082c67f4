"""Which error wins: each rule broken together with the next one."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, read, sign, verify

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@dataclass
class Parts:
    """A good S3 request, taken apart so that any of it can be spoiled."""

    query: str = ""
    body: bytes = b"hello"
    algorithm: str = "AWS4-HMAC-SHA256"
    parameters: dict[str, str] = field(default_factory=dict)
    appended: str = ""
    signed: list[str] = field(default_factory=list)
    reverse: bool = False
    headers: list[tuple[str, str]] = field(default_factory=list)
    now: datetime = NOW
    services: tuple[str, ...] = ("s3",)

    @classmethod
    def good(cls) -> "Parts":
        request = HttpRequest("PUT", "/b/k", "", (("host", "s3.local"),), Body(b"hello"))
        signed = sign(request, CREDENTIALS, service="s3", region="us-east-1", now=NOW)
        authorization = signed.header("authorization")
        assert authorization
        pairs = authorization.partition(" ")[2].split(", ")
        parameters = dict(pair.split("=", 1) for pair in pairs)
        names = parameters.pop("SignedHeaders").split(";")
        headers = [header for header in signed.headers if header[0] != "authorization"]
        return cls(parameters=parameters, signed=names, headers=headers)

    def request(self) -> HttpRequest:
        names = sorted(self.signed, reverse=self.reverse)
        parameters = self.parameters | {"SignedHeaders": ";".join(names)}
        text = ", ".join(f"{key}={value}" for key, value in parameters.items())
        headers = (*self.headers, ("authorization", f"{self.algorithm} {text}{self.appended}"))
        return HttpRequest("PUT", "/b/k", self.query, headers, Body(self.body))

    def answer(self) -> None:
        request = self.request()
        claim = read(request)
        assert claim
        verify(claim, request, CREDENTIALS.secret, services=self.services, now=self.now)

    def set_header(self, name: str, value: str) -> None:
        self.headers = [(key, value if key == name else old) for key, old in self.headers]


def repeat_host(parts: Parts) -> None:
    parts.headers.append(("host", "other.local"))


def both_forms(parts: Parts) -> None:
    parts.query = "X-Amz-Signature=00"


def unknown_algorithm(parts: Parts) -> None:
    parts.algorithm = "AWS4-HMAC-SHA512"


def no_pair(parts: Parts) -> None:
    parts.appended = ", Extra"


def no_signature(parts: Parts) -> None:
    del parts.parameters["Signature"]


def unordered(parts: Parts) -> None:
    parts.reverse = True


def host_unsigned(parts: Parts) -> None:
    parts.signed.remove("host")


def extra_amz_header(parts: Parts) -> None:
    parts.headers.append(("x-amz-copy-source", "/other/key"))


def bad_date(parts: Parts) -> None:
    parts.set_header("x-amz-date", "2026-11-23T12:34:56Z")


def four_parts(parts: Parts) -> None:
    parts.parameters["Credential"] = "AKIAIOSFODNN7EXAMPLE/20261123/s3/aws4_request"


def bad_payload_hash(parts: Parts) -> None:
    parts.set_header("x-amz-content-sha256", "none")


def expired(parts: Parts) -> None:
    parts.now = NOW + timedelta(seconds=301)


def not_yet(parts: Parts) -> None:
    parts.now = NOW - timedelta(seconds=301)


def other_service(parts: Parts) -> None:
    parts.services = ("iam",)


def other_signature(parts: Parts) -> None:
    parts.parameters["Signature"] = "0" * 64


def other_body(parts: Parts) -> None:
    parts.body = b"HELLO"


Spoil = Callable[[Parts], None]

RULES: list[tuple[Spoil, str, str]] = [
    (repeat_host, "IncompleteSignature", "more than one 'host' header"),
    (both_forms, "IncompleteSignature", "Only one auth mechanism allowed"),
    (unknown_algorithm, "UnsupportedSignature", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
    (no_pair, "IncompleteSignature", "missing equal-sign"),
    (no_signature, "IncompleteSignature", "Authorization header requires 'Signature' parameter."),
    (unordered, "IncompleteSignature", "in alphabetical order"),
    (host_unsigned, "IncompleteSignature", "'Host' or ':authority' must be a 'SignedHeader'"),
    (extra_amz_header, "UnsignedHeaders", "headers present in the request which were not signed"),
    (bad_date, "IncompleteSignature", "Date must be in ISO-8601 'basic format'."),
    (four_parts, "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements"),
    (bad_payload_hash, "IncompleteSignature", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD"),
    (expired, "SignatureExpired", "Signature expired: 20261123T123456Z is now earlier than"),
    (not_yet, "SignatureNotYetCurrent", "Signature not yet current: 20261123T123456Z is still later than"),
    (other_service, "ScopeMismatch", "Credential should be scoped to correct service: 'iam'."),
    (other_signature, "SignatureDoesNotMatch", ""),
    (other_body, "PayloadHashMismatch", "does not match what was computed"),
]

# A clock can't be both too late and too early: those two neighbours each meet the rule after them.
PAIRS = [
    (RULES[index], RULES[index + 1])
    for index in range(len(RULES) - 1)
    if (RULES[index][0], RULES[index + 1][0]) != (expired, not_yet)
] + [(RULES[10], RULES[12]), (RULES[11], RULES[13])]


def names(rule: tuple[Spoil, str, str]) -> str:
    return rule[0].__name__


def test_the_good_request_is_good() -> None:
    Parts.good().answer()


@pytest.mark.parametrize("rule", RULES, ids=names)
def test_each_rule_refuses(rule: tuple[Spoil, str, str]) -> None:
    spoil, kind, said = rule
    parts = Parts.good()
    spoil(parts)
    with pytest.raises(AwsError) as refused:
        parts.answer()
    assert refused.value.code == kind
    assert said in refused.value.said


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{names(pair[0])}-{names(pair[1])}")
def test_the_earlier_rule_wins(pair: tuple[tuple[Spoil, str, str], tuple[Spoil, str, str]]) -> None:
    (first, kind, said), (second, _, _) = pair
    parts = Parts.good()
    second(parts)
    first(parts)
    with pytest.raises(AwsError) as refused:
        parts.answer()
    assert refused.value.code == kind
    assert said in refused.value.said


def test_every_pair_of_neighbours_is_here() -> None:
    assert len(PAIRS) == 16


def test_the_table_holds_the_rules_that_the_heads_number() -> None:
    heads = "".join(sys.modules[function.__module__].__doc__ or "" for function in (read, verify))
    numbers = re.findall(r"^ ?(\d+)\. ", heads, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(RULES) + 1)]


def test_all_that_is_wrong_with_a_scope_is_said_at_once() -> None:
    parts = Parts.good()
    parts.parameters["Credential"] = "AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/s3/aws5_request"
    request = parts.request()
    claim = read(request)
    assert claim
    with pytest.raises(AwsError) as refused:
        verify(claim, request, CREDENTIALS.secret, services=("sts",), regions={"eu-west-1"}, now=NOW)
    assert refused.value.said == (
        "Credential should be scoped to a valid Region, not 'us-east-1'. "
        "Credential should be scoped to correct service: 'sts'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'20261122' != '20261123', from '20261123T123456Z'."
    )
