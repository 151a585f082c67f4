"""Presigned requests of signature version 2, which unmodified boto3 makes of its own accord."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.harness import Answer, Keys, journal
from tests.server.test_forms import BOUNDARY, multipart

from watchword.testing import Server

BUCKET = "old-bucket"
SECRET_BODY = b"what was stored"


@dataclass(frozen=True)
class Old:
    """A server, its data, and an unmodified client of a session's."""

    server: Server
    data: Path
    session: Keys

    def client(self, service: str = "s3", **keys: str) -> Any:
        given = {**self.server.client_arguments, **keys}
        return boto3.client(service, **given)  # type: ignore[call-overload]

    @property
    def by_session(self) -> Any:
        return self.client(
            aws_access_key_id=self.session["AccessKeyId"],
            aws_secret_access_key=self.session["SecretAccessKey"],
            aws_session_token=self.session["SessionToken"],
        )


def started(place: Path, *arguments: str) -> Iterator[Old]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start(*arguments)
    with server:
        root = Old(server, next(place.glob("watchword-*")), {})
        s3, iam = root.client(), root.client("iam")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="there", Body=SECRET_BODY)
        iam.create_user(UserName="old")
        iam.attach_user_policy(UserName="old", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = iam.create_access_key(UserName="old")["AccessKey"]
        sts = root.client(
            "sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
        )
        yield Old(server, root.data, sts.get_session_token()["Credentials"])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    yield from started(tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    yield from started(tmp_path_factory.mktemp("strict"), "--no-sigv2-presigned")


def url_of(s3: Any, method: str = "get_object", expires: int = 60, **given: object) -> str:
    url: str = s3.generate_presigned_url(
        method, Params={"Bucket": BUCKET, "Key": "there", **given}, ExpiresIn=expires
    )
    assert "AWSAccessKeyId=" in url
    assert "X-Amz-Algorithm" not in url
    return url


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.status, dict(refused.headers), refused.read())


def changed(url: str, **parameters: str) -> str:
    """The URL with parameters set, after it was signed."""
    parts = urlsplit(url)
    query = urlencode({**dict(parse_qsl(parts.query)), **parameters})
    return parts._replace(query=query).geturl()


def test_get_and_put_by_key_and_by_session(old: Old) -> None:
    for s3 in (old.client(), old.by_session):
        url = url_of(s3, "put_object", Key="new", Metadata={"colour": "red"}, ContentType="text/x")
        assert ask(url, "PUT", b"bytes", **{"Content-Type": "text/x"}).status == 200
        found = s3.head_object(Bucket=BUCKET, Key="new")
        assert (found["Metadata"], found["ContentType"]) == ({"colour": "red"}, "text/x")
        assert ask(url_of(s3, Key="new")).body == b"bytes"


def test_a_large_put(old: Old) -> None:
    body = bytes(range(256)) * 8192
    url = url_of(old.by_session, "put_object", Key="large")
    assert ask(url, "PUT", body, **{"Content-Type": ""}).status == 200
    assert ask(url_of(old.client(), Key="large")).body == body
    assert not list(old.data.glob("incoming-*"))


def test_it_is_recorded_as_weak(old: Old) -> None:
    answer = ask(url_of(old.client()))
    event = next(
        event for event in journal(old.data) if event["requestID"] == answer.headers["x-amz-request-id"]
    )
    assert event["additionalEventData"]["signatureVersion"] == "SigV2"
    assert event["additionalEventData"]["weak"] is True
    old.client("sts").get_caller_identity()
    assert journal(old.data)[-1]["additionalEventData"] == {"signatureVersion": "SigV4"}


def test_a_policy_can_deny_it(old: Old) -> None:
    s3 = old.client()
    s3.create_bucket(Bucket="no-old-ones")
    s3.put_object(Bucket="no-old-ones", Key="there", Body=b"x")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::no-old-ones/*",
        "Condition": {"StringEquals": {"s3:signatureversion": "AWS", "s3:authType": "REST-QUERY-STRING"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="no-old-ones", Policy=json.dumps(policy))
    session = old.by_session
    assert ask(url_of(session, Bucket="no-old-ones")).code == "AccessDenied"
    assert session.get_object(Bucket="no-old-ones", Key="there")["Body"].read() == b"x"


def test_what_was_signed_cannot_be_changed(old: Old) -> None:
    for s3 in (old.client(), old.by_session):
        url = url_of(s3)
        for forged, code in (
            (url.replace("/there", "/other"), "SignatureDoesNotMatch"),
            (changed(url, Signature="AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "SignatureDoesNotMatch"),
            (changed(url, Expires="4000000000"), "AccessDenied"),
            (changed(url, Expires="1"), "AccessDenied"),
            (changed(url, AWSAccessKeyId="AKIA" + "A" * 16), "InvalidAccessKeyId"),
            (changed(url, versionId="1"), "SignatureDoesNotMatch"),
            (changed(url, **{"x-amz-copy-source": "old-bucket/there"}), "SignatureDoesNotMatch"),
            (changed(url, unknown="1"), "AccessDenied"),
            (url + "&Expires=1", "AuthorizationHeaderMalformed"),
            (url + "&X-Amz-Signature=1", "AuthorizationHeaderMalformed"),
        ):
            answer = ask(forged)
            assert SECRET_BODY not in answer.body
            assert answer.code == code, (forged, answer)


def test_other_methods_and_headers_are_refused(old: Old) -> None:
    url = url_of(old.client(), "put_object")
    for method in ("DELETE", "HEAD", "POST"):
        assert ask(url, method, b"").status == 400
    assert ask(url, "PUT", b"", Authorization="AWS AKIA:AAAA").status == 400
    assert ask(url.partition("?")[0], "PUT", b"", Authorization="AWS AKIA:AAAA").status == 400
    assert old.client().get_object(Bucket=BUCKET, Key="there")["Body"].read() == SECRET_BODY


def test_n4_boto3_that_signs_its_headers_so_is_refused(old: Old) -> None:
    config = Config(signature_version="s3")
    s3 = boto3.client("s3", config=config, **old.server.client_arguments)  # type: ignore[call-overload]
    for call, given in (
        (s3.list_buckets, {}),
        (s3.get_object, {"Bucket": BUCKET, "Key": "there"}),
        (s3.put_object, {"Bucket": BUCKET, "Key": "there", "Body": b"x"}),
    ):
        with pytest.raises(ClientError, match="Please use AWS4-HMAC-SHA256"):
            call(**given)
    assert old.client().get_object(Bucket=BUCKET, Key="there")["Body"].read() == SECRET_BODY


def test_the_token_belongs_to_the_key(old: Old) -> None:
    url = url_of(old.by_session)
    assert ask(url).status == 200
    without = urlsplit(url)
    pairs = [(name, value) for name, value in parse_qsl(without.query) if name != "x-amz-security-token"]
    assert ask(without._replace(query=urlencode(pairs)).geturl()).code == "InvalidAccessKeyId"
    token = {"x-amz-security-token": old.session["SessionToken"]}
    assert ask(changed(url_of(old.client()), **token)).code == "InvalidAccessKeyId"
    assert ask(url, **token).code == "AuthorizationHeaderMalformed"


def test_other_services_refuse_it(old: Old) -> None:
    query = urlsplit(url_of(old.client())).query
    for action, version in (("GetCallerIdentity", "2011-06-15"), ("ListUsers", "2010-05-08")):
        answer = ask(f"{old.server.endpoint}/?Action={action}&Version={version}&{query}")
        assert answer.status == 403
        assert b"GetCallerIdentityResult" not in answer.body
        assert b"<Users>" not in answer.body


def test_a_setting_switches_it_off(strict: Old) -> None:
    for s3 in (strict.client(), strict.by_session):
        answer = ask(url_of(s3))
        assert (answer.status, answer.code) == (400, "InvalidRequest")
        assert b"Please use AWS4-HMAC-SHA256." in answer.body
        assert ask(url_of(s3, "put_object"), "PUT", b"x").status == 400
        made = s3.generate_presigned_post(BUCKET, "there")
        assert "AWSAccessKeyId" in made["fields"]
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = ask(made["url"], "POST", multipart(made["fields"], b"x"), **kind)
        assert (answer.status, answer.code) == (400, "InvalidRequest")
        assert b"Please use AWS4-HMAC-SHA256." in answer.body
    assert strict.client().get_object(Bucket=BUCKET, Key="there")["Body"].read() == SECRET_BODY
