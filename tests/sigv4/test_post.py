"""POST policy forms: AWS's published example, botocore's, and every rule of the policy."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from watchword.names import AwsError
from watchword.sigv4 import Credentials
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.post import PostForm, check_policy, read_form, verify_form

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
WHO = "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/s3/aws4_request"
END = "2026-11-23T13:00:00.000Z"
CONDITIONS: list[object] = [
    {"bucket": "b"},
    ["starts-with", "$key", "user/"],
    {"acl": "private"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-credential": WHO},
    {"x-amz-date": "20261123T123456Z"},
]


def fields(
    conditions: object = None, policy: str | None = None, expiration: object = END, **more: str
) -> list[tuple[str, str]]:
    document = {"expiration": expiration, "conditions": CONDITIONS if conditions is None else conditions}
    policy = base64.b64encode(json.dumps(document).encode()).decode() if policy is None else policy
    given = {
        "key": "user/a.txt",
        "acl": "private",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": WHO,
        "X-Amz-Date": "20261123T123456Z",
        "Policy": policy,
    } | {name.replace("_", "-"): value for name, value in more.items()}
    key = signing_key(SIGNER.secret, "20261123", "us-east-1", "s3")
    return [*given.items(), ("X-Amz-Signature", sign_text(key, policy))]


def form_of(pairs: list[tuple[str, str]]) -> PostForm:
    form = read_form(pairs)
    assert form
    return form


def check(pairs: list[tuple[str, str]], *, bucket: str = "b", size: int = 100, now: datetime = NOW) -> None:
    form = form_of(pairs)
    verify_form(form, SIGNER.secret, services=("s3",), regions={"us-east-1"})
    check_policy(form.fields, bucket=bucket, size=size, now=now)


def refused(pairs: list[tuple[str, str]], **given: object) -> AwsError:
    with pytest.raises(AwsError) as caught:
        check(pairs, **given)  # type: ignore[arg-type]
    return caught.value


def test_the_published_signature() -> None:
    """Amazon S3 API Reference, "Example: Browser-Based Upload using HTTP POST"."""
    key = signing_key(SIGNER.secret, "20151229", "us-east-1", "s3")
    policy = (
        "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tld"
        "CI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgIC"
        "B7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXB"
        "sZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRD"
        "b250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7I"
        "ngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS"
        "10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWF"
        "zdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7"
        "IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
    )
    assert sign_text(key, policy) == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"


def test_a_good_form() -> None:
    check(fields())
    check(fields(x_ignore_me="x"))


def test_a_form_of_botocore() -> None:
    foreign = AWSRequest("POST", "http://s3.local/b")
    foreign.context["timestamp"] = "20261123T123456Z"
    foreign.context["s3-presign-post-fields"] = {"key": "k"}
    foreign.context["s3-presign-post-policy"] = {
        "expiration": "2126-11-23T13:00:00Z",
        "conditions": [{"bucket": "b"}, {"key": "k"}],
    }
    holder = BotocoreCredentials(SIGNER.access_key_id, SIGNER.secret, "token")
    botocore.auth.S3SigV4PostAuth(holder, "s3", "us-east-1").add_auth(foreign)
    pairs = list(foreign.context["s3-presign-post-fields"].items())
    check(pairs)
    assert form_of(pairs).claim.token == "token"


def test_nothing_authenticates() -> None:
    assert read_form([("key", "k"), ("Content-Type", "text/plain")]) is None


@pytest.mark.parametrize(
    "missing", ["key", "Policy", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"]
)
def test_each_field_is_needed(missing: str) -> None:
    error = refused([pair for pair in fields() if pair[0] != missing])
    assert (error.code, error.fields) == ("InvalidArgument", {"ArgumentName": missing.lower()})


@pytest.mark.parametrize("name", ["key", "KEY", "x-amz-date", "X-AMZ-SIGNATURE", "policy"])
def test_n6_a_field_comes_once_whatever_its_case(name: str) -> None:
    value = next(value for key, value in fields() if key.lower() == name.lower())
    assert refused([*fields(), (name, value)]).code == "InvalidArgument"


def test_one_version_of_the_signature() -> None:
    assert refused([*fields(), ("AWSAccessKeyId", "x")]).code == "UnsupportedSignature"
    assert refused(fields(**{"X-Amz-Algorithm": "AWS4-X"})).code == "UnsupportedSignature"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("X-Amz-Signature", "0" * 64, "SignatureDoesNotMatch"),
        ("X-Amz-Signature", "é", "SignatureDoesNotMatch"),
        (
            "Policy",
            base64.b64encode(b'{"expiration":"2999","conditions":[]}').decode(),
            "SignatureDoesNotMatch",
        ),
        ("Policy", "\u2603", "SignatureDoesNotMatch"),
        ("X-Amz-Date", "20261122T123456Z", "ScopeMismatch"),
        ("X-Amz-Date", "today", "IncompleteSignature"),
        ("X-Amz-Credential", WHO.replace("us-east-1", "eu-west-1"), "ScopeMismatch"),
        ("X-Amz-Credential", WHO.replace("s3", "sts"), "ScopeMismatch"),
        ("X-Amz-Credential", "AKIA/s3", "IncompleteSignature"),
    ],
)
def test_a_changed_field_is_refused(field: str, value: str, code: str) -> None:
    assert refused([(name, value if name == field else old) for name, old in fields()]).code == code


def test_it_expires() -> None:
    end = datetime(2026, 11, 23, 13, tzinfo=UTC)
    check(fields(), now=end - timedelta(microseconds=1))
    error = refused(fields(), now=end)
    assert (error.code, error.said) == ("AccessDenied", "Invalid according to Policy: Policy expired.")


def without(name: str) -> list[object]:
    return [condition for condition in CONDITIONS if name not in json.dumps(condition)]


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ([*without("acl"), {"acl": "public-read"}], 'Policy Condition failed: {"acl": "public-read"}'),
        ([*without("acl"), ["eq", "$acl", "x"]], 'Policy Condition failed: ["eq", "$acl", "x"]'),
        ([*without("$key"), ["starts-with", "$key", "other/"]], "Policy Condition failed"),
        ([*without("acl"), {"ACL": "Private"}], "Policy Condition failed"),
        ([*CONDITIONS, {"x-amz-meta-a": "b"}], "Policy Condition failed"),
        ([*without("bucket"), {"bucket": "c"}], "Policy Condition failed"),
        (without("acl"), "Extra input fields: acl"),
        (without("bucket"), "Extra input fields: bucket"),
        (without("$key"), "Extra input fields: key"),
        (without("x-amz-date"), "Extra input fields: x-amz-date"),
        ([], "Extra input fields: acl, bucket, key, x-amz-algorithm, x-amz-credential, x-amz-date"),
    ],
)
def test_n8_conditions_that_fail(conditions: list[object], reason: str) -> None:
    error = refused(fields(conditions))
    assert error.code == "AccessDenied"
    assert error.said.startswith(f"Invalid according to Policy: {reason}")


def test_n8_a_field_that_no_condition_names() -> None:
    assert "x-amz-storage-class" in refused(fields(x_amz_storage_class="GLACIER")).said


@pytest.mark.parametrize(
    ("types", "allowed"),
    [("image/png", True), ("image/png, image/gif", True), ("image/png,text/html", False)],
)
def test_a_list_of_content_types(types: str, *, allowed: bool) -> None:
    pairs = fields([*CONDITIONS, ["starts-with", "$Content-Type", "image/"]], content_type=types)
    if allowed:
        check(pairs)
    else:
        assert refused(pairs).code == "AccessDenied"


def test_a_comma_in_another_field_is_a_comma() -> None:
    check(fields(key="user/a,b"))


@pytest.mark.parametrize(
    ("size", "code"), [(9, "EntityTooSmall"), (10, None), (20, None), (21, "EntityTooLarge")]
)
@pytest.mark.parametrize("bounds", [[10, 20], ["10", "20"]])
def test_the_size_of_the_file(size: int, code: str | None, bounds: list[object]) -> None:
    pairs = fields([*CONDITIONS, ["content-length-range", *bounds]])
    if code is None:
        check(pairs, size=size)
    else:
        assert refused(pairs, size=size).code == code


BROKEN: list[object] = [
    {},
    {"a": "b", "c": "d"},
    {"a": 1},
    [],
    ["eq", "acl", "private"],
    ["eq", "$acl"],
    ["eq", "$acl", 1],
    ["like", "$acl", "private"],
    ["content-length-range", 1],
    ["content-length-range", -1, 5],
    ["content-length-range", "x", 5],
    ["content-length-range", 1.5, 5],
    ["content-length-range", True, 5],
    "acl",
    None,
]


@pytest.mark.parametrize("condition", BROKEN, ids=str)
def test_a_condition_that_is_none(condition: object) -> None:
    error = refused(fields([*CONDITIONS, condition]))
    assert (error.code, error.status) == ("InvalidPolicyDocument", 400)


@pytest.mark.parametrize(
    "policy",
    [
        "x",
        "e30=",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"\xff").decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        base64.b64encode(b'{"expiration": "2026-11-23T13:00:00Z"}').decode(),
        base64.b64encode(b'{"expiration": 5, "conditions": []}').decode(),
        base64.b64encode(b'{"expiration": "2026-11-23", "conditions": []}').decode(),
        base64.b64encode(b'{"expiration": "xZ", "conditions": []}').decode(),
        base64.b64encode(b'{"expiration": "2026-11-23T13:00:00Z", "conditions": {}}').decode(),
    ],
)
def test_a_policy_that_is_none(policy: str) -> None:
    assert refused(fields(policy=policy)).code == "InvalidPolicyDocument"


def test_our_signature_is_never_shown() -> None:
    pairs = [(name, "0" * 64 if name == "X-Amz-Signature" else value) for name, value in fields()]
    error = refused(pairs)
    assert dict(fields())["X-Amz-Signature"] not in str(error.fields)
    assert replace(SIGNER).secret not in str(error.fields)
