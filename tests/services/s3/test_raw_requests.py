"""Requests as no SDK sends them: paths with dot segments, wrong framing, both spellings of a key.

Security lesson N10: the key that is decided on, stored and listed is the path's, decoded once and no more.
"""

import http.client
from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

Send = Callable[..., tuple[int, bytes]]


@pytest.fixture
def send(watchword: Server) -> Send:
    """Sends a signed request to S3, its path byte for byte."""
    host = watchword.endpoint.partition("//")[2]

    def go(method: str, path: str, data: bytes = b"", query: str = "") -> tuple[int, bytes]:
        request = HttpRequest(method, path, query, (("host", host),), Body(data))
        credentials = Credentials(watchword.access_key_id, watchword.secret)
        signed = sign(request, credentials, service="s3", region="us-east-1", now=datetime.now(UTC))
        connection = http.client.HTTPConnection(host)
        try:
            target = f"{path}?{query}" if query else path
            connection.request(method, target, data, dict(signed.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    assert go("PUT", "/bucket")[0] == 200
    return go


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/bucket/a/../b", "a/../b"),
        ("/bucket/a/%2e%2e/b", "a/../b"),
        ("/bucket/../bucket/key", "../bucket/key"),
        ("/bucket//a", "/a"),
        ("/bucket/a//", "a//"),
        ("/bucket/%252e", "%2e"),
        ("/bucket/a+b", "a b"),
        ("/bucket/a%2Bb", "a+b"),
        ("/bucket%2Fa", "a"),
        ("/bucket/a%2f%2Fb", "a//b"),
        ("/bucket/=&@:$,;!*'()", "=&@:$,;!*'()"),
        ("/bucket/a%00b", "a\0b"),
    ],
)
def test_n10_a_key_is_the_path_decoded_once(send: Send, watchword: Server, path: str, key: str) -> None:
    assert send("PUT", path, b"data")[0] == 200
    listed = boto3.client("s3", **watchword.client_arguments).list_objects_v2(Bucket="bucket")["Contents"]
    assert [each["Key"] for each in listed] == [key]
    assert send("GET", path) == (200, b"data")


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "code"),
    [
        ("PUT", "/bucket/%ff", b"data", 400, b"InvalidURI"),
        ("PUT", "/bucket/" + "k" * 1025, b"data", 400, b"KeyTooLongError"),
        ("PUT", "/No_Bucket", b"", 400, b"InvalidBucketName"),
        ("PUT", "/other", b"<CreateBucketConfiguration>", 400, b"MalformedXML"),
        ("GET", "/nowhere/key", b"", 404, b"NoSuchBucket"),
        ("GET", "/bucket/none", b"", 404, b"NoSuchKey"),
    ],
)
def test_bad_input_is_refused_by_its_code(
    send: Send, method: str, path: str, data: bytes, status: int, code: bytes
) -> None:
    got, body = send(method, path, data)
    assert (got, b"<Code>" + code + b"</Code>" in body) == (status, True), body


@pytest.mark.parametrize("query", ["max-keys=x", "max-keys=-1", "list-type=2&continuation-token=x"])
def test_bad_parameters_are_refused(send: Send, query: str) -> None:
    status, body = send("GET", "/bucket", query=query)
    assert (status, b"<Code>InvalidArgument</Code>" in body) == (400, True), body
