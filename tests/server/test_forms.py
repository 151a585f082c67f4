"""Browsers' uploads: forms that unmodified boto3 signs, sent as a browser sends them."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.server.harness import Answer, journal

from watchword.testing import Server

BUCKET = "forms"
VERSIONS = ("s3v4", "s3")
BOUNDARY = "----a-browsers-boundary"
Fields = Mapping[str, str]


class Quiet(urllib.request.HTTPRedirectHandler):
    """Goes nowhere."""

    def redirect_request(self, *_: object) -> None:
        return None


def multipart(fields: Fields, file: bytes, filename: str = "f.txt", after: str = "") -> bytes:
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return (parts + head).encode() + file + f"\r\n{after}--{BOUNDARY}--\r\n".encode()


def send(url: str, body: bytes, **headers: str) -> Answer:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    request = urllib.request.Request(url, body, {**kind, **headers}, method="POST")
    try:
        with urllib.request.build_opener(Quiet).open(request) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            found = {k.lower(): v for k, v in refused.headers.items()}
            return Answer(refused.status, found, refused.read())


@dataclass(frozen=True)
class Desk:
    """A server, its data, and who signs forms there."""

    server: Server
    data: Path

    def client(self, version: str = "s3v4", **keys: str) -> Any:
        given = {**self.server.client_arguments, **keys}
        return boto3.client("s3", config=Config(signature_version=version), **given)  # type: ignore[call-overload]

    def form(self, version: str, key: str = "key", **given: Any) -> tuple[str, dict[str, str]]:
        made = self.client(version).generate_presigned_post(BUCKET, key, **given)
        assert ("AWSAccessKeyId" in made["fields"]) == (version == "s3")
        return made["url"], made["fields"]

    def keys(self) -> list[str]:
        return [each["Key"] for each in self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    place = tmp_path_factory.mktemp("forms")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start()
    with server:
        yield Desk(server, next(place.glob("watchword-*")))


@pytest.fixture
def desk(running: Desk) -> Desk:
    running.server.reset()
    running.client().create_bucket(Bucket=BUCKET)
    return running


@pytest.mark.parametrize("version", VERSIONS)
def test_what_boto3_signs_is_stored(desk: Desk, version: str) -> None:
    given = {"Content-Type": "text/x", "x-amz-meta-colour": "r\u00f6t"}
    conditions = [{name: value} for name, value in given.items()] + [["content-length-range", 1, 10]]
    url, fields = desk.form(version, "a b/\u00fc+%", Fields=dict(given), Conditions=conditions)
    answer = send(url, multipart(fields, b"\r\n--bytes"))
    assert (answer.status, answer.body) == (204, b"")
    found = desk.client().get_object(Bucket=BUCKET, Key="a b/\u00fc+%")
    assert (found["Body"].read(), found["ContentType"]) == (b"\r\n--bytes", "text/x")
    assert answer.headers["etag"] == found["ETag"]
    event = next(event for event in journal(desk.data) if event["requestID"] == answer.request_id)
    assert event["eventName"] == "PutObject"
    assert event["additionalEventData"]["signatureVersion"] == ("SigV2" if version == "s3" else "SigV4")
    assert event["additionalEventData"].get("weak", False) == (version == "s3")


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 700, 1 << 20, 3 << 20])
def test_files_of_any_size(desk: Desk, size: int) -> None:
    url, fields = desk.form("s3v4")
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert send(url, multipart(fields, body)).status == 204
    assert desk.client().get_object(Bucket=BUCKET, Key="key")["Body"].read() == body
    assert not list(desk.data.glob("incoming-*"))


def test_the_answer_is_the_one_asked_for(desk: Desk) -> None:
    for asked, status in (("200", 200), ("201", 201), ("204", 204), ("418", 204)):
        action = {"success_action_status": asked}
        url, fields = desk.form("s3v4", "<&>", Fields=dict(action), Conditions=[action])
        answer = send(url, multipart(fields, b"x"))
        assert answer.status == status
        assert (b"<Key>&lt;&amp;&gt;</Key>" in answer.body) == (status == 201)
    action = {"success_action_redirect": "https://example.com/done?x=1"}
    url, fields = desk.form("s3v4", Fields=dict(action), Conditions=[action])
    answer = send(url, multipart(fields, b"x"))
    assert answer.status == 303
    assert answer.headers["location"].startswith("https://example.com/done?x=1&bucket=forms&key=key&etag=%22")


def test_the_file_names_the_key(desk: Desk) -> None:
    url, fields = desk.form("s3v4", "up/${filename}")
    assert send(url, multipart(fields, b"x", "C:\\there\\a.txt")).status == 204
    assert desk.keys() == ["up/a.txt"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_policy_holds(desk: Desk, version: str) -> None:
    conditions = [["content-length-range", 2, 4]]
    url, fields = desk.form(version, "up/key", Conditions=conditions)
    signature = "x-amz-signature" if version == "s3v4" else "signature"
    for changed, file, code in (
        ({"key": "other"}, b"xxx", "AccessDenied"),
        ({"Content-Type": "text/html"}, b"xxx", "AccessDenied"),
        ({"acl": "private"}, b"xxx", "AccessDenied"),
        ({"x-amz-meta-a": "b"}, b"xxx", "AccessDenied"),
        ({"x-amz-copy-source": "forms/secret"}, b"xxx", "NotImplemented"),
        ({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, b"xxx", "NotImplemented"),
        ({signature: "0" * 64}, b"xxx", "SignatureDoesNotMatch"),
        ({"policy": fields["policy"][:-8] + "AAAAAAA="}, b"xxx", "SignatureDoesNotMatch"),
        ({"policy": ""}, b"xxx", None),
        ({}, b"x", "EntityTooSmall"),
        ({}, b"xxxxx", "EntityTooLarge"),
        ({"KEY": "up/key"}, b"xxx", "InvalidArgument"),
    ):
        answer = send(url, multipart({**fields, **changed}, file))
        assert answer.status >= 400, changed
        assert code is None or answer.code == code, (changed, answer)
    assert desk.keys() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_it_ends(desk: Desk, version: str) -> None:
    url, fields = desk.form(version, ExpiresIn=-1)
    answer = send(url, multipart(fields, b"x"))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert b"Policy expired" in answer.body
    assert desk.keys() == []


@pytest.mark.parametrize("end", ["", "/", "//", "%2F", "%2f/%2F"])
@pytest.mark.parametrize("host", ["", f"{BUCKET}.localhost"])
def test_no_slash_of_the_path_becomes_part_of_the_key(desk: Desk, end: str, host: str) -> None:
    """The policy is about the key in the form: an upload allowed below `up/` went to `//up/`."""
    _, fields = desk.form("s3v4", "up/key")
    path = f"/{end}" if host else f"/{BUCKET}{end}"
    sent = {"Host": host} if host else {}
    assert send(desk.server.endpoint + path, multipart(fields, b"x"), **sent).status == 204
    assert desk.keys() == ["up/key"]


def test_another_bucket_is_refused(desk: Desk) -> None:
    desk.client().create_bucket(Bucket="another")
    url, fields = desk.form("s3v4")
    assert send(url.replace(BUCKET, "another"), multipart(fields, b"x")).code == "AccessDenied"
    assert send(f"{url}/key", multipart(fields, b"x")).code == "MethodNotAllowed"
    assert send(desk.server.endpoint, multipart(fields, b"x")).code == "MethodNotAllowed"


def test_the_signer_is_who_is_decided_on(desk: Desk) -> None:
    arguments = desk.server.client_arguments
    iam = boto3.client("iam", **arguments)  # type: ignore[call-overload]
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    for version in VERSIONS:
        made = desk.client(version, **keys).generate_presigned_post(BUCKET, "key")
        answer = send(made["url"], multipart(made["fields"], b"x"))
        assert (answer.status, answer.code) == (403, "AccessDenied")
        assert b"user/u is not authorized to perform: s3:PutObject" in answer.body
    sts = boto3.client("sts", **{**arguments, **keys})  # type: ignore[call-overload]
    iam.attach_user_policy(UserName="u", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    session = sts.get_session_token()["Credentials"]
    keys = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    for version in VERSIONS:
        made = desk.client(version, **keys).generate_presigned_post(BUCKET, version)
        fields = dict(made["fields"])
        assert send(made["url"], multipart(fields, b"x")).status == 204
        fields.pop("x-amz-security-token")
        assert send(made["url"], multipart(fields, b"x")).code == "InvalidAccessKeyId"
    assert desk.keys() == sorted(VERSIONS)


def test_without_a_signature_a_bucket_policy_decides(desk: Desk) -> None:
    url = f"{desk.server.endpoint}/{BUCKET}"
    assert send(url, multipart({"key": "k"}, b"x")).code == "AccessDenied"
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    desk.client().delete_public_access_block(Bucket=BUCKET)
    desk.client().put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert send(url, multipart({"key": "k"}, b"x")).status == 204
    assert send(url, multipart({"key": "k"}, bytes(2 << 20))).status == 403
    assert desk.keys() == ["k"]


@pytest.mark.parametrize("name", ["a b", "a:b", "a(b", "a\tb", "a\x01", "a\x00b", "\u00e9", "\u4e2d", "a/b"])
def test_a_field_whose_name_is_no_headers_is_refused(desk: Desk, name: str) -> None:
    """Stored, it would come back as a header, or rather the object would not come back at all."""
    form = desk.client().generate_presigned_post(
        BUCKET, "k", Fields={f"x-amz-meta-{name}": "x"}, Conditions=[{f"x-amz-meta-{name}": "x"}]
    )
    answer = send(form["url"], multipart(form["fields"], b"x"))
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert desk.keys() == []


def test_a_form_that_can_be_read_in_two_ways_is_refused(desk: Desk) -> None:
    url, fields = desk.form("s3v4")
    whole = multipart(fields, b"xxx")
    late = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="acl"\r\n\r\nprivate\r\n'
    for body in (
        b"preamble\r\n" + whole,
        whole + b"epilogue",
        whole[:-10],
        multipart(fields, b"xxx", after=late),
        whole.replace(b"form-data; name", b"form-data; x=1; name", 1),
        whole.replace(b"Content-Disposition", b"Content-Disposition: x\r\nContent-Disposition", 1),
        whole.replace(b"\r\n", b"\n"),
        b"",
    ):
        assert send(url, body).code == "MalformedPOSTRequest"
    long = {**fields, "x-ignore-long": "x" * 60_000}
    assert send(url, multipart(long, b"x")).code == "MaxPostPreDataLengthExceededError"
    assert send(url, f"--{BOUNDARY}--\r\n".encode()).code == "IncorrectNumberOfFilesInPostRequest"
    assert send(url, whole, **{"x-amz-copy-source": "a/b"}).code == "AccessDenied"
    assert send(url, whole, Authorization="AWS4-HMAC-SHA256 x").status >= 400
    assert desk.keys() == []
