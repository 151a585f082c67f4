"""The worked examples that AWS publishes, signature for signature.

Source: IAM User Guide, "Create a signed AWS API request" (ListUsers); Amazon S3 API Reference, "Signature
Calculations for the Authorization Header: Transferring Payload in a Single Chunk", examples.
"""

from datetime import UTC, datetime

import pytest

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, read, sign, verify
from watchword.sigv4.key import signing_key

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
IAM = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
S3 = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
HOST = ("host", "examplebucket.s3.amazonaws.com")
FRIDAY = datetime(2013, 5, 24, tzinfo=UTC)


def test_the_key_of_the_documentation() -> None:
    key = signing_key(IAM.secret, "20150830", "us-east-1", "iam")
    assert key.key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_list_users() -> None:
    request = HttpRequest(
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        (
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
        ),
    )
    now = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    signed = sign(request, IAM, service="iam", region="us-east-1", now=now)
    assert signed.header("authorization") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (
            HttpRequest("GET", "/test.txt", "", (HOST, ("range", "bytes=0-9"))),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            HttpRequest(
                "PUT",
                "/test%24file.text",
                "",
                (
                    ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                    HOST,
                    ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ),
                Body(b"Welcome to Amazon S3."),
            ),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            HttpRequest("GET", "/", "lifecycle", (HOST,)),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            HttpRequest("GET", "/", "max-keys=2&prefix=J", (HOST,)),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
    ids=["get-object", "put-object", "get-bucket-lifecycle", "list-objects"],
)
def test_s3(request_: HttpRequest, signature: str) -> None:
    signed = sign(request_, S3, service="s3", region="us-east-1", now=FRIDAY)
    claim = read(signed)
    assert claim
    assert claim.signature == signature
    verify(claim, signed, S3.secret, services={"s3"}, now=FRIDAY)
