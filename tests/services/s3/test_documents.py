"""Documents that clients send, over the wire: not XML, bombs, unknown elements, the tags of a form.

Each rule of each document is broken in the tests of its noun.
"""

import base64
import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from tests.server.test_forms import multipart, send

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
TAG = "<Tag><Key>a</Key><Value>1</Value></Tag>"
TAGGING = f"<Tagging {NAMESPACE}><TagSet>{TAG}</TagSet></Tagging>"
RULE = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
AES = (
    "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
    "</ApplyServerSideEncryptionByDefault></Rule>"
)
DOCUMENTS = {
    "tagging": TAGGING,
    "cors": f"<CORSConfiguration>{RULE}</CORSConfiguration>",
    "encryption": f"<ServerSideEncryptionConfiguration>{AES}</ServerSideEncryptionConfiguration>",
    "notification": "<NotificationConfiguration></NotificationConfiguration>",
    "abac": "<AbacStatus><Status>Disabled</Status></AbacStatus>",
    "accelerate": "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>",
    "requestPayment": "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
    "logging": "<BucketLoggingStatus/>",
}
"""Sub-resource of a bucket -> a document that it takes."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start() as server:
        s3 = boto3.client("s3", **server.client_arguments)
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"data")
        yield server


def put(server: Server, path: str, query: str, document: str) -> tuple[int, str]:
    """The status, and the answer."""
    data = document.encode(errors="surrogatepass")
    md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
    host = server.endpoint.partition("//")[2]
    request = HttpRequest("PUT", path, query, (("host", host), ("content-md5", md5)), Body(data))
    credentials = Credentials(server.access_key_id, server.secret)
    signed = sign(request, credentials, service="s3", region="us-east-1", now=datetime.now(UTC))
    sent = urllib.request.Request(
        f"{server.endpoint}{path}?{query}", data, dict(signed.headers), method="PUT"
    )
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_strictly(server: Server, name: str) -> None:
    document = DOCUMENTS[name]
    root = document.partition(">")[0].partition(" ")[0].strip("</")
    unknown = document.replace("</", "<Unknown><A>1</A></Unknown></", 1) if "</" in document else document
    assert put(server, "/bucket", name, document)[0] in {200, 204}
    assert put(server, "/bucket", name, f'<?xml version="1.0" encoding="UTF-8"?>{document}')[0] in {200, 204}
    broken = (
        f"{BOMB}{document}",
        document[:-1],
        f"{document}{document}",
        "<" * 1000,
        f"<{root}>&unknown;</{root}>",
        f"<{root}>" + "<A>" * 2000 + "</A>" * 2000 + f"</{root}>",
        f"<{root}>\x00</{root}>",
        f"<{root}>\ud800</{root}>",
        "{}",
    )
    for wrong in broken:
        status, answer = put(server, "/bucket", name, wrong)
        assert (status, "<Code>MalformedXML</Code>" in answer) == (400, True), (wrong[:80], answer)
    status, answer = put(server, "/bucket", name, unknown)
    assert (status, "<Code>MalformedXML</Code>" in answer) == (
        (400, True) if "</" in document else (200, False)
    )


def test_a_misspelt_filter_is_not_one_of_all_objects(server: Server) -> None:
    of_logs = (
        "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter>"
        "<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>"
    )
    assert put(server, "/bucket", "lifecycle", of_logs)[0] == 200
    assert put(server, "/bucket", "lifecycle", of_logs.replace("Prefix>", "prefix>"))[0] == 400


def test_a_document_has_a_longest_length(server: Server) -> None:
    status, answer = put(server, "/bucket", "tagging", TAGGING + " " * (1 << 20))
    assert status == 400
    assert "MaxMessageLengthExceeded" in answer


def test_tags_of_an_object_by_document(server: Server) -> None:
    s3 = boto3.client("s3", **server.client_arguments)
    assert put(server, "/bucket/key", "tagging", TAGGING)[0] == 200
    assert s3.get_object_tagging(Bucket="bucket", Key="key")["TagSet"] == [{"Key": "a", "Value": "1"}]
    assert put(server, "/bucket/key", "tagging", TAGGING.replace(TAG, TAG * 11))[0] == 400
    assert put(server, "/bucket/key", "tagging", TAGGING.replace("<Value>1</Value>", ""))[0] == 400


@pytest.mark.parametrize(
    ("field", "status"),
    [
        (TAGGING, 204),
        (TAGGING.replace(TAG, TAG * 2), 400),
        (TAGGING.replace("<Value>1</Value>", ""), 400),
        (BOMB + TAGGING, 400),
        (TAGGING.replace("Tagging", "Other"), 400),
        (TAGGING.replace("TagSet", "Tags"), 400),
        (TAGGING.replace("Tag>", "Other>"), 400),
        (TAGGING.replace("<Key>a</Key>", "<Key>a</Key><Key>b</Key>"), 400),
        (TAGGING.replace("<Value>1", "<Value><More/>1"), 400),
        (TAGGING.replace("</Tag>", "<More/></Tag>"), 400),
        ("<Tagging/>", 400),
        ("a=1", 400),
        ("", 400),
    ],
)
def test_the_tags_of_a_form(server: Server, field: str, status: int) -> None:
    s3 = boto3.client("s3", **server.client_arguments)
    made = s3.generate_presigned_post(
        "bucket", "formed", Fields={"tagging": field}, Conditions=[{"tagging": field}]
    )
    assert send(made["url"], multipart(made["fields"], b"data")).status == status
    if status == 204:
        assert len(s3.get_object_tagging(Bucket="bucket", Key="formed")["TagSet"]) == 1


def test_the_tags_of_a_form_must_be_in_its_policy(server: Server) -> None:
    s3 = boto3.client("s3", **server.client_arguments)
    made = s3.generate_presigned_post("bucket", "formed")
    assert send(made["url"], multipart({**made["fields"], "tagging": TAGGING}, b"data")).status == 403
