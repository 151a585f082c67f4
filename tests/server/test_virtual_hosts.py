"""Buckets in the host name, as unmodified boto3 addresses them, in every form that it signs."""

import http.client
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from tests.server.harness import Answer
from tests.server.test_forms import BOUNDARY, multipart

from watchword.testing import Server

BUCKET, OTHER = "hosted", "other-bucket"
HOSTS = ("s3.localhost", "s3.example.org", "objects.example.org")
VERSIONS = ("s3v4", "s3")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start("--hostname", ",".join(HOSTS[1:])) as started:
        s3 = boto3.client("s3", **started.client_arguments)  # type: ignore[call-overload]
        for bucket in (BUCKET, OTHER):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="there", Body=bucket.encode())
        yield started


def signer(server: Server, host: str, version: str) -> Any:
    port = urlsplit(server.endpoint).port
    config = Config(signature_version=version, s3={"addressing_style": "virtual"})
    given = {**server.client_arguments, "endpoint_url": f"http://{host}:{port}", "config": config}
    return boto3.client("s3", **given)  # type: ignore[call-overload]


def ask(server: Server, method: str, url: str, body: bytes = b"", **headers: str) -> Answer:
    """Sent to the server, whatever the name in the URL, which nobody resolves."""
    there, here = urlsplit(url), urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(here.hostname or "", here.port)
    target = there.path + (f"?{there.query}" if there.query else "")
    connection.request(method, target, body, {"Host": there.netloc, **headers})
    response = connection.getresponse()
    found = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, found, response.read())
    connection.close()
    return answer


def post(server: Server, url: str, fields: Mapping[str, str], file: bytes) -> Answer:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return ask(server, "POST", url, multipart(fields, file), **{"Content-Type": kind})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_presigned_url_works_under_any_host(server: Server, host: str, version: str) -> None:
    s3 = signer(server, host, version)
    put = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "a b/\u00fc"})
    assert urlsplit(put).hostname == f"{BUCKET}.{host}"
    assert ("AWSAccessKeyId" in put) == (version == "s3")
    assert ask(server, "PUT", put, b"bytes").status == 200
    got = ask(
        server, "GET", s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a b/\u00fc"})
    )
    assert (got.status, got.body) == (200, b"bytes")
    listed = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": BUCKET, "Prefix": "a b"})
    assert b"<KeyCount>1</KeyCount>" in ask(server, "GET", listed).body


@pytest.mark.parametrize("version", VERSIONS)
def test_n10_a_url_of_one_bucket_is_none_of_another(server: Server, version: str) -> None:
    s3 = signer(server, HOSTS[0], version)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "there"})
    parts = urlsplit(url)
    assert ask(server, "GET", url).body == BUCKET.encode()
    for forged in (
        url.replace(BUCKET, OTHER, 1),
        parts._replace(netloc=urlsplit(server.endpoint).netloc, path="/other-bucket/there").geturl(),
    ):
        answer = ask(server, "GET", forged)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    unknown = ask(server, "GET", url.replace(HOSTS[0], "s3.example.com", 1))
    assert (unknown.status, unknown.code) == (400, "InvalidRequest")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_form_works_under_any_host(server: Server, host: str, version: str) -> None:
    made = signer(server, host, version).generate_presigned_post(BUCKET, "posted")
    assert urlsplit(made["url"]).hostname == f"{BUCKET}.{host}"
    assert post(server, made["url"], made["fields"], host.encode()).status == 204
    s3 = boto3.client("s3", **server.client_arguments)  # type: ignore[call-overload]
    assert s3.get_object(Bucket=BUCKET, Key="posted")["Body"].read() == host.encode()
    elsewhere = post(server, made["url"].replace(BUCKET, OTHER, 1), made["fields"], b"x")
    assert (elsewhere.status, elsewhere.code) == (403, "AccessDenied")
    assert post(server, made["url"] + "key", made["fields"], b"x").code == "MethodNotAllowed"
    assert s3.list_objects_v2(Bucket=OTHER)["KeyCount"] == 1
