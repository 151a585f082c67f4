"""A request that is refused whatever its body is, is refused before the body is on the disk."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.server.harness import Keys, Running, client, code_of, credentials, journal, serve

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, presign
from watchword.transport.receive import MAX_IN_MEMORY

BUCKET = "admission"
HUGE = 5_000_000_000
BEGINNING = bytes(2 * MAX_IN_MEMORY)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("admission") / "data") as running:
        client("s3", running.endpoint, credentials(running.data)).create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture(scope="module")
def administrator(server: Running) -> Keys:
    return credentials(server.data)


@pytest.fixture(scope="module")
def powerless(server: Running, administrator: Keys) -> Keys:
    """A user without any permission."""
    iam = client("iam", server.endpoint, administrator)
    iam.create_user(UserName="powerless")
    key = iam.create_access_key(UserName="powerless")["AccessKey"]
    return {name: key[name] for name in ("AccessKeyId", "SecretAccessKey")}


def presigned(server: Running, keys: Keys, method: str, path: str, query: str) -> HttpRequest:
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"))
    plain = HttpRequest(method, path, query, (("host", server.endpoint.partition("//")[2]),))
    return presign(plain, who, service="s3", region="us-east-1", now=datetime.now(UTC), expires=60)


def answer_to(
    server: Running, request: HttpRequest, *lines: str, beginning: bytes = BEGINNING
) -> tuple[bytes, bool]:
    """What is said to the beginning of a huge body, and whether anything is on the disk by then."""
    head = [f"{request.method} {request.path}?{request.query} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers]
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
        connection.sendall("\r\n".join([*head, *lines, "", ""]).encode())
        connection.sendall(beginning)
        said = connection.recv(65536)
        return said, bool(list(server.data.glob("incoming-*")))


REFUSED = {
    "a put that isn't permitted": ("PUT", f"/{BUCKET}/key", "", "AccessDenied"),
    "a part that isn't permitted": ("PUT", f"/{BUCKET}/key", "partNumber=1&uploadId=x", "AccessDenied"),
    "no such bucket": ("PUT", "/no-such-bucket/key", "", "NoSuchBucket"),
    "not implemented": ("PUT", f"/{BUCKET}/key", "x-amz-server-side-encryption=aws%3Akms", "NotImplemented"),
    "not served": ("PUT", f"/{BUCKET}", "replication", "NotImplemented"),
    "a get": ("GET", f"/{BUCKET}/key", "", "MaxMessageLengthExceeded"),
    "a deletion": ("DELETE", f"/{BUCKET}/key", "", "MaxMessageLengthExceeded"),
    "a document": ("PUT", f"/{BUCKET}", "policy", "MaxMessageLengthExceeded"),
    "a list of keys": ("POST", f"/{BUCKET}", "delete", "MaxMessageLengthExceeded"),
}


@pytest.mark.parametrize(("method", "path", "query", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_by_its_head(
    server: Running, powerless: Keys, method: str, path: str, query: str, code: str
) -> None:
    request = presigned(server, powerless, method, path, query)
    said, spooled = answer_to(server, request, f"content-length: {HUGE}")
    assert f"<Code>{code}</Code>".encode() in said
    assert not spooled


def test_of_unknown_length(server: Running, administrator: Keys) -> None:
    request = presigned(server, administrator, "POST", f"/{BUCKET}", "delete")
    chunked = f"transfer-encoding: chunked\r\n\r\n{HUGE:x}"
    said, spooled = answer_to(server, request, chunked)
    assert b"<Code>MaxMessageLengthExceeded</Code>" in said
    assert not spooled


def test_the_refusal_is_explained_and_recorded(server: Running, powerless: Keys) -> None:
    request = presigned(server, powerless, "PUT", f"/{BUCKET}/explained", "")
    said, _ = answer_to(server, request, f"content-length: {HUGE}")
    assert b"x-watchword-authorization-message: " in said
    assert b"is not authorized to perform: s3:PutObject" in said
    [event] = [
        event for event in journal(server.data) if "explained" in json.dumps(event["requestParameters"])
    ]
    assert (event["eventName"], event["errorCode"]) == ("PutObject", "AccessDenied")
    assert event["userIdentity"]["userName"] == "powerless"


def test_a_client_that_asks_first_is_not_told_to_continue(server: Running, powerless: Keys) -> None:
    request = presigned(server, powerless, "PUT", f"/{BUCKET}/key", "")
    lines = f"content-length: {HUGE}", "expect: 100-continue"
    said, _ = answer_to(server, request, *lines, beginning=b"")  # it waits, and nothing else comes
    assert said.startswith(b"HTTP/1.1 403 ")


def test_long_lists_are_taken(server: Running, administrator: Keys) -> None:
    s3 = client("s3", server.endpoint, administrator)
    keys = [{"Key": f"{number:04}" + 1000 * "&"} for number in range(1000)]  # in XML, 5 MB
    assert len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})["Deleted"]) == len(keys)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": "0" * 32, "ChecksumSHA256": "0" * 43 + "="}
        for number in range(1, 10_001)
    ]
    named = {"Bucket": BUCKET, "Key": "k", "UploadId": upload}
    assert code_of(s3.complete_multipart_upload, **named, MultipartUpload={"Parts": parts}) == "InvalidPart"


def test_an_upload_to_the_server_itself_is_not_one_to_s3(server: Running, administrator: Keys) -> None:
    request = presigned(server, administrator, "PUT", "/_watchword/health", "")
    said, spooled = answer_to(server, request, f"content-length: {HUGE}")
    assert said.startswith(b"HTTP/1.1 4")
    assert not spooled
