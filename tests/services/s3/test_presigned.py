"""Presigned URLs of version 4 whose query has headers, as AWS's SDKs for JavaScript and Go make them."""

import http.client
from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, presign
from watchword.testing import Server

Send = Callable[..., tuple[int, bytes]]


@pytest.fixture
def send(watchword: Server) -> Send:
    """Sends a presigned request to S3."""
    host = watchword.endpoint.partition("//")[2]
    credentials = Credentials(watchword.access_key_id, watchword.secret)
    boto3.client("s3", **watchword.client_arguments).create_bucket(Bucket="bucket")

    def go(method: str, path: str, query: str, data: bytes = b"") -> tuple[int, bytes]:
        request = presign(
            HttpRequest(method, path, query, (("host", host),)),
            credentials,
            service="s3",
            region="us-east-1",
            now=datetime.now(UTC),
            expires=60,
        )
        connection = http.client.HTTPConnection(host)
        try:
            connection.request(method, f"{path}?{request.query}", data)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    return go


def test_headers_in_the_query_are_obeyed(send: Send, watchword: Server) -> None:
    query = "x-amz-meta-color=light%20blue&x-amz-acl=bucket-owner-full-control"
    query += "&x-amz-storage-class=STANDARD&x-amz-user-agent=js"
    assert send("PUT", "/bucket/key", query, b"data")[0] == 200
    s3 = boto3.client("s3", **watchword.client_arguments)
    assert s3.head_object(Bucket="bucket", Key="key")["Metadata"] == {"color": "light blue"}
    assert send("PUT", "/bucket/copy", "x-amz-copy-source=bucket%2Fkey")[0] == 200
    assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == b"data"


@pytest.mark.parametrize(
    "name", ["crc32=AAAAAA%3D%3D", "crc32c=AAAAAA%3D%3D", "sha1=2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D"]
)
def test_the_checksum_of_a_body_that_was_not_there_yet_is_not_the_bodys(send: Send, name: str) -> None:
    algorithm = name.partition("=")[0].upper()
    query = f"x-amz-checksum-{name}&x-amz-sdk-checksum-algorithm={algorithm}"
    assert send("PUT", "/bucket/key", query, b"data")[0] == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("x-amz-tagging=a%3Db%26a%3Dc", 400, b"InvalidArgument"),
        ("x-amz-storage-class=GLACIER", 501, b"NotImplemented"),
        ("X-Amz-Server-Side-Encryption=aws%3Akms", 501, b"NotImplemented"),
        ("x-amz-whatever-comes=1", 501, b"NotImplemented"),
        ("x-amz-acl=public-read", 400, b"AccessControlListNotSupported"),
        ("x-amz-checksum-crc32=AAAAAQ%3D%3D", 400, b"BadDigest"),
        ("x-amz-expected-bucket-owner=000000000000", 403, b"AccessDenied"),
        ("x-amz-meta-a=1&x-amz-meta-a=2", 400, b"AuthorizationHeaderMalformed"),
    ],
)
def test_and_refused_as_headers_are(
    send: Send, watchword: Server, query: str, status: int, code: bytes
) -> None:
    got, body = send("PUT", "/bucket/key", query, b"data")
    assert (got, b"<Code>" + code + b"</Code>" in body) == (status, True), body
    s3 = boto3.client("s3", **watchword.client_arguments)
    assert "Contents" not in s3.list_objects_v2(Bucket="bucket")
