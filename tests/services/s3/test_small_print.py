"""The details of S3's answers that clients rely on: dates, regions, conditions, lengths, spellings."""

import http.client
import re
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import boto3
import pytest
from tests.server.harness import bytes_answered

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

Answer = tuple[int, Mapping[str, str], bytes]
Send = Callable[..., Answer]
DATE = re.compile(rb"<(\w+)>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.000Z</\1>")


def located(constraint: str) -> bytes:
    inside = f"<LocationConstraint>{constraint}</LocationConstraint>"
    return f"<CreateBucketConfiguration>{inside}</CreateBucketConfiguration>".encode()


@pytest.fixture
def send(watchword: Server) -> Send:
    """Sends a signed request to S3, where there is a bucket in eu-west-1 and an object in it."""
    host = watchword.endpoint.partition("//")[2]

    def go(method: str, path: str, query: str = "", data: bytes = b"", **headers: str) -> Answer:
        given = ((name.replace("_", "-"), value) for name, value in headers.items())
        request = HttpRequest(method, path, query, (("host", host), *given), Body(data))
        credentials = Credentials(watchword.access_key_id, watchword.secret)
        signed = sign(request, credentials, service="s3", region="eu-west-1", now=datetime.now(UTC))
        connection = http.client.HTTPConnection(host)
        try:
            connection.request(method, f"{path}?{query}", data, dict(signed.headers))
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    assert go("PUT", "/bucket", data=located("eu-west-1"))[0] == 200
    cached = {"cache_control": "max-age=60", "expires": "Thu, 01 Jan 2032 00:00:00 GMT"}
    assert go("PUT", "/bucket/key", data=b"data", **cached)[0] == 200
    return go


def test_dates_in_xml_have_milliseconds(send: Send) -> None:
    begun = send("POST", "/bucket/big", "uploads")[2].decode()
    upload = re.findall("<UploadId>(.*)</UploadId>", begun)[0]
    send("PUT", "/bucket/big", f"partNumber=1&uploadId={upload}", b"data")
    answers = {
        "Buckets": send("GET", "/"),
        "Contents": send("GET", "/bucket", "list-type=2"),
        "Upload": send("GET", "/bucket", "uploads"),
        "Part": send("GET", "/bucket/big", f"uploadId={upload}"),
        "CopyObjectResult": send("PUT", "/bucket/copy", x_amz_copy_source="bucket/key"),
    }
    for element, (status, _, body) in answers.items():
        assert (status, element in body.decode()) == (200, True), body
        assert DATE.search(body), body


def test_a_refused_head_of_a_bucket_tells_its_region(send: Send, watchword: Server) -> None:
    assert send("HEAD", "/bucket")[1]["x-amz-bucket-region"] == "eu-west-1"
    answered = bytes_answered(
        watchword.endpoint, b"HEAD /bucket HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    )
    assert answered.startswith(b"HTTP/1.1 403 ")
    assert b"x-amz-bucket-region: eu-west-1" in answered


@pytest.mark.parametrize("constraint", ["us-east-1", "nowhere", "EU-WEST-1", "eu-west-1 "])
def test_a_location_that_is_none(send: Send, constraint: str) -> None:
    status, _, body = send("PUT", "/elsewhere", data=located(constraint))
    assert (status, b"<Code>InvalidLocationConstraint</Code>" in body) == (400, True), body
    assert f"<LocationConstraint>{constraint}</LocationConstraint>".encode() in body


def test_what_the_client_has_is_not_sent_but_described(send: Send) -> None:
    _, stored, _ = send("GET", "/bucket/key")
    for name, value in (("if_none_match", stored["etag"]), ("if_modified_since", stored["last-modified"])):
        status, told, body = send("GET", "/bucket/key", **{name: value})
        assert (status, body) == (304, b"")
        kept = ("etag", "last-modified", "cache-control", "expires")
        assert {header: told.get(header) for header in kept} == {header: stored[header] for header in kept}
        assert "content-type" not in told


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Nov 2026 12:34:56 GMT", "1", "IN AN HOUR"])
def test_a_date_that_is_none_is_ignored(send: Send, date: str) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    since = date.replace("IN AN HOUR", soon)
    assert send("GET", "/bucket/key", if_modified_since=since)[0] == 200
    assert send("GET", "/bucket/key", if_unmodified_since=since)[0] == 200


def test_a_copy_with_a_date_that_is_none_is_refused(send: Send) -> None:
    date = {"x_amz_copy_source": "bucket/key", "x_amz_copy_source_if_modified_since": "yesterday"}
    assert send("PUT", "/bucket/copy", **date)[0] == 400


def test_values_are_taken_as_clients_spell_them(send: Send) -> None:
    assert send("PUT", "/bucket/copy", x_amz_copy_source="bucket%2Fkey")[0] == 200
    assert send("GET", "/bucket/key", x_amz_checksum_mode="enabled")[0] == 200
    assert send("GET", "/bucket", "encoding-type=URL")[0] == 200
    status, _, body = send("GET", "/bucket/key", x_amz_checksum_mode="on")
    assert (status, b"Value for x-amz-checksum-mode header is invalid." in body) == (400, True)
    status, _, body = send("GET", "/bucket", "encoding-type=none")
    assert (status, b"Invalid Encoding Method specified in Request" in body) == (400, True)


def test_a_body_without_a_length_is_refused(send: Send, watchword: Server) -> None:
    def pieces() -> object:
        yield b"data"

    s3 = boto3.client("s3", **watchword.client_arguments)
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "new"})
    connection = http.client.HTTPConnection(watchword.endpoint.partition("//")[2])
    try:
        connection.request("PUT", url.removeprefix(watchword.endpoint), pieces())
        answer = connection.getresponse()
        assert (answer.status, b"<Header>Transfer-Encoding</Header>" in answer.read()) == (501, True)
    finally:
        connection.close()
    chunked = {
        "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x_amz_trailer": "x-amz-checksum-crc32",
    }
    status, _, body = send(
        "PUT", "/bucket/new", data=b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", **chunked
    )
    assert (status, b"<Code>MissingContentLength</Code>" in body) == (411, True)


def test_a_content_encoding_is_kept_without_that_of_the_transfer(send: Send) -> None:
    checksum = b64encode(zlib.crc32(b"data").to_bytes(4, "big"))
    frames = b"4\r\ndata\r\n0\r\nx-amz-checksum-crc32:" + checksum + b"\r\n\r\n"
    chunked = {
        "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x_amz_trailer": "x-amz-checksum-crc32",
        "x_amz_decoded_content_length": "4",
    }
    for sent, kept in (
        ("aws-chunked", None),
        ("gzip,aws-chunked", "gzip"),
        ("aws-chunked, gzip", "gzip"),
        ("AWS-Chunked,gzip", "gzip"),
    ):
        status, _, body = send("PUT", "/bucket/new", data=frames, content_encoding=sent, **chunked)
        assert status == 200, body
        assert send("HEAD", "/bucket/new")[1].get("content-encoding") == kept
    for sent, kept in (("aws-chunked", None), ("gzip, aws-chunked", "gzip")):
        assert send("PUT", "/bucket/new", data=b"data", content_encoding=sent)[0] == 200
        assert send("HEAD", "/bucket/new")[1].get("content-encoding") == kept
