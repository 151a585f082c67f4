"""S3's condition keys over the wire, with unmodified boto3: in headers, in presigned URLs and in forms.

Source: Amazon S3 User Guide, "Bucket policy examples using condition keys"; Service Authorization Reference.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.harness import Line
from tests.server.test_forms import multipart, send
from tests.server.test_signature_matrix import Signing, header_v4a

from watchword.names import HttpRequest
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A
from watchword.testing import Server

BUCKET = "bucket"
When = Mapping[str, Mapping[str, Any]]


class Desk:
    """S3 as root, and as a user whose one statement has a condition."""

    def __init__(self, server: Server) -> None:
        self.root = boto3.client("s3", **server.client_arguments)
        self.root.create_bucket(Bucket=BUCKET)
        self.root.put_object(Bucket=BUCKET, Key="key", Body=b"bytes")
        self._iam = boto3.client("iam", **server.client_arguments)
        self._iam.create_user(UserName="ann")
        keys = self._iam.create_access_key(UserName="ann")["AccessKey"]
        self.keys, self.endpoint = keys, server.endpoint
        own = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
        signing = Config(signature_version="s3v4")
        self.ann = boto3.client("s3", config=signing, **{**server.client_arguments, **own})

    def when(self, action: Any, condition: When) -> None:
        """From now on Ann may do this if the condition holds."""
        statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
        policy = {"Version": "2012-10-17", "Statement": statement}
        self._iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=json.dumps(policy))

    def allows(self, name: str, **given: Any) -> bool:
        """Whether Ann's call is allowed."""
        return may(getattr(self.ann, name), Bucket=BUCKET, **given)


def may(call: Callable[..., Any], **given: Any) -> bool:
    try:
        call(**given)
    except ClientError as refused:
        assert refused.response["Error"]["Code"] in {"AccessDenied", "403"}, refused
        return False
    return True


@pytest.fixture
def desk(watchword: Server) -> Desk:
    return Desk(watchword)


@pytest.mark.parametrize(
    ("operation", "action", "condition", "allowed", "refused"),
    [
        (
            "list_objects_v2",
            "s3:ListBucket",
            {
                "StringEquals": {"s3:prefix": "a/", "s3:delimiter": "/"},
                "NumericLessThan": {"s3:max-keys": 11},
            },
            {"Prefix": "a/", "Delimiter": "/", "MaxKeys": 10},
            [{"Prefix": "a/", "Delimiter": "/"}, {"Prefix": "a/b", "Delimiter": "/", "MaxKeys": 10}],
        ),
        (
            "put_object",
            "s3:PutObject",
            {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            {"Key": "a", "ACL": "bucket-owner-full-control"},
            [{"Key": "a"}, {"Key": "a", "ACL": "private"}],
        ),
        (
            "put_object",
            "s3:PutObject",
            {"Null": {"s3:if-none-match": "false"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
            {"Key": "b", "IfNoneMatch": "*"},
            [{"Key": "c"}],
        ),
        (
            "put_object",
            "s3:PutObject",
            {"StringEquals": {"s3:x-amz-storage-class": "STANDARD"}},
            {"Key": "d", "StorageClass": "STANDARD"},
            [{"Key": "d"}],
        ),
        (
            "copy_object",
            ["s3:GetObject", "s3:PutObject"],
            {"StringLikeIfExists": {"s3:x-amz-copy-source": f"{BUCKET}/k*"}},
            {"Key": "copy", "CopySource": f"{BUCKET}/key"},
            [{"Key": "copy", "CopySource": {"Bucket": BUCKET, "Key": "secret"}}],
        ),
        (
            "delete_object",
            "s3:DeleteObject",
            {"Null": {"s3:if-match": "true"}},
            {"Key": "none"},
            [{"Key": "key", "IfMatch": '"x"'}],
        ),
    ],
)
def test_what_is_asked_for(
    desk: Desk, operation: str, action: Any, condition: When, allowed: Any, refused: list[Any]
) -> None:
    desk.when(action, condition)
    assert desk.allows(operation, **allowed)
    for given in refused:
        assert not desk.allows(operation, **given), given


@pytest.mark.parametrize("form", ["REST-HEADER", "REST-QUERY-STRING", "POST"])
def test_how_it_is_signed(desk: Desk, form: str) -> None:
    desk.when(
        "s3:PutObject", {"StringEquals": {"s3:authType": form, "s3:signatureversion": "AWS4-HMAC-SHA256"}}
    )
    assert desk.allows("put_object", Key="a") == (form == "REST-HEADER")
    url = desk.ann.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "b"})
    assert put(url) == (200 if form == "REST-QUERY-STRING" else 403)
    made = desk.ann.generate_presigned_post(BUCKET, "c")
    answer = send(made["url"], multipart(made["fields"], b"bytes"))
    assert answer.status == (204 if form == "POST" else 403)


def test_a_header_is_signed_for_several_regions(desk: Desk) -> None:
    for version, status in ((ALGORITHM_V4A, 200), (ALGORITHM, 403)):
        desk.when("s3:PutObject", {"StringEquals": {"s3:signatureversion": version}})
        host = urlsplit(desk.endpoint).netloc
        draft = HttpRequest("PUT", f"/{BUCKET}/a", headers=(("host", host), ("content-length", "0")))
        by = Signing(desk.keys, datetime.now(UTC), "s3")
        with Line(desk.endpoint) as line:
            assert line.send(header_v4a(draft, by)).status == status


def test_how_long_ago_it_was_presigned(desk: Desk) -> None:
    for milliseconds, status in ((600_000, 200), (0, 403)):
        desk.when("s3:PutObject", {"NumericLessThan": {"s3:signatureAge": milliseconds}})
        assert not desk.allows("put_object", Key="a")
        url = desk.ann.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "b"})
        assert put(url) == status


def test_a_field_of_a_form_is_a_header(desk: Desk) -> None:
    desk.when("s3:PutObject", {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})
    for acl, status in (("bucket-owner-full-control", 204), ("private", 403)):
        made = desk.ann.generate_presigned_post(BUCKET, "c", Fields={"acl": acl}, Conditions=[{"acl": acl}])
        assert send(made["url"], multipart(made["fields"], b"bytes")).status == status


def test_n13_no_header_meets_a_condition_of_an_operation_that_does_not_read_it(desk: Desk) -> None:
    """N13: GetObject has no ACL, whatever its headers say; nor is a source a source, but of copies."""
    desk.when("s3:GetObject", {"StringEquals": {"s3:x-amz-acl": "private"}})

    def pretend(request: Any, **_: object) -> None:
        request.headers["x-amz-acl"] = "private"

    desk.ann.meta.events.register("before-sign", pretend)
    assert not desk.allows("get_object", Key="key")


def put(url: str) -> int:
    request = urllib.request.Request(url, b"bytes", method="PUT")
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
