"""Which error wins in a POST policy form: each rule of `post` broken together with the next."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from watchword.names import AwsError
from watchword.sigv4 import Credentials
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.post import check_policy, read_form, verify_form

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@dataclass
class Parts:
    """A good form, taken apart so that any of it can be spoiled."""

    fields: dict[str, str] = field(
        default_factory=lambda: {
            "key": "user/a.txt",
            "acl": "private",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/s3/aws4_request",
            "x-amz-date": "20261123T123456Z",
        }
    )
    more: list[tuple[str, str]] = field(default_factory=list)
    policy: str = ""
    signature: str = ""
    services: tuple[str, ...] = ("s3",)
    now: datetime = NOW
    bucket: str = "b"
    size: int = 10

    def pairs(self) -> list[tuple[str, str]]:
        conditions = [{"bucket": "b"}, *({name: value} for name, value in Parts().fields.items())]
        conditions.append(["content-length-range", 1, 100])
        document = json.dumps({"expiration": "2026-11-23T13:00:00Z", "conditions": conditions})
        policy = self.policy or base64.b64encode(document.encode()).decode()
        key = signing_key(SIGNER.secret, "20261123", "us-east-1", "s3")
        given = {"policy": policy, "x-amz-signature": self.signature or sign_text(key, policy)}
        return [*self.fields.items(), *given.items(), *self.more]

    def answer(self) -> None:
        form = read_form(self.pairs())
        assert form
        verify_form(form, SIGNER.secret, services=self.services, regions={"us-east-1"})
        check_policy(form.fields, bucket=self.bucket, size=self.size, now=self.now)


def a_field_twice(parts: Parts) -> None:
    parts.more.append(("KEY", "user/b.txt"))


def version_2(parts: Parts) -> None:
    parts.more.append(("AWSAccessKeyId", "AKIA"))


def no_date(parts: Parts) -> None:
    parts.fields.pop("x-amz-date")


def unknown_algorithm(parts: Parts) -> None:
    parts.fields["x-amz-algorithm"] = "AWS4-HMAC-SHA512"


def bad_date(parts: Parts) -> None:
    if "x-amz-date" in parts.fields:
        parts.fields["x-amz-date"] = "today"


def four_parts(parts: Parts) -> None:
    parts.fields["x-amz-credential"] = "AKIAIOSFODNN7EXAMPLE/20261123/s3/aws4_request"


def other_service(parts: Parts) -> None:
    parts.services = ("iam",)


def other_signature(parts: Parts) -> None:
    parts.signature = "0" * 64


def no_policy(parts: Parts) -> None:
    parts.policy = base64.b64encode(b"{}").decode()


def expired(parts: Parts) -> None:
    parts.now = NOW + timedelta(hours=1)


def other_bucket(parts: Parts) -> None:
    parts.bucket = "c"


def extra_field(parts: Parts) -> None:
    parts.more.append(("x-amz-meta-a", "1"))


def too_large(parts: Parts) -> None:
    parts.size = 101


Rule = tuple[str, Callable[[Parts], None], str, str]

RULES: list[Rule] = [
    ("1", a_field_twice, "InvalidArgument", "once"),
    ("1", version_2, "UnsupportedSignature", "Please use AWS4-HMAC-SHA256."),
    ("1", no_date, "InvalidArgument", "must contain a field named 'x-amz-date'"),
    ("2", unknown_algorithm, "UnsupportedSignature", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
    ("2", bad_date, "IncompleteSignature", "Date must be in ISO-8601 'basic format'."),
    ("2", four_parts, "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements"),
    ("2", other_service, "ScopeMismatch", "Credential should be scoped to correct service: 'iam'."),
    ("3", other_signature, "SignatureDoesNotMatch", ""),
    ("4", no_policy, "InvalidPolicyDocument", "not JSON with an 'expiration'"),
    ("4", expired, "AccessDenied", "Policy expired."),
    ("5", other_bucket, "AccessDenied", 'Policy Condition failed: {"bucket": "b"}'),
    ("6", extra_field, "AccessDenied", "Extra input fields: x-amz-meta-a"),
    ("7", too_large, "EntityTooLarge", "exceeds the maximum"),
]
PAIRS = list(pairwise(RULES))


def named(rule: Rule) -> str:
    return rule[1].__name__


def refused(*spoils: Callable[[Parts], None]) -> AwsError:
    parts = Parts()
    for spoil in spoils:
        spoil(parts)
    with pytest.raises(AwsError) as caught:
        parts.answer()
    return caught.value


def test_the_good_form_is_good() -> None:
    Parts().answer()


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_each_rule_refuses(rule: Rule) -> None:
    _, spoil, code, said = rule
    error = refused(spoil)
    assert (error.code, said in error.said) == (code, True), error.said


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{named(pair[0])}-{named(pair[1])}")
def test_the_earlier_rule_wins(pair: tuple[Rule, Rule]) -> None:
    (_, first, code, said), (_, second, _, _) = pair
    error = refused(second, first)
    assert (error.code, said in error.said) == (code, True), error.said


def test_every_rule_and_every_pair_of_neighbours_is_here() -> None:
    assert {number for number, *_ in RULES} == set("1234567")
    assert len(PAIRS) == 12
