"""Headers in the query of a signed request to S3 count as headers."""

import pytest

from watchword.names import AwsError, HttpRequest
from watchword.sigv4.hoist import hoist

HOST = ("host", "s3.local")


def of(query: str, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("PUT", "/b/k", query, (HOST, *headers))


@pytest.mark.parametrize(
    ("query", "left", "headers"),
    [
        ("", "", ()),
        ("prefix=a&x-id=PutObject", "prefix=a&x-id=PutObject", ()),
        ("x-amz-acl=private&a=1", "a=1", (("x-amz-acl", "private"),)),
        ("X-Amz-Meta-A=b%20c+d&uploads", "uploads", (("x-amz-meta-a", "b c d"),)),
        ("x%2Damz%2dtagging=a%3Db", "", (("x-amz-tagging", "a=b"),)),
        ("x-amz-meta-a=%C3%A9", "", (("x-amz-meta-a", "Ã©"),)),
        ("x-amz-meta-a", "", (("x-amz-meta-a", ""),)),
        ("X-Amz-Signature=s&X-Amz-Date=d", "X-Amz-Signature=s&X-Amz-Date=d", ()),
        ("content-type=a&content-md5=b", "content-type=a&content-md5=b", ()),
    ],
)
def test_a_parameter_becomes_a_header(query: str, left: str, headers: tuple[tuple[str, str], ...]) -> None:
    hoisted = hoist(of(query))
    assert (hoisted.query, hoisted.headers) == (left, (HOST, *headers))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("x-amz-acl=private&X-Amz-Acl=private", "IncompleteSignature"),
        ("x-amz-meta-there=a", "IncompleteSignature"),
        ("x-amz-meta-a=b%0d%0ax-evil:1", "InvalidArgument"),
        ("x-amz-meta-a%3A=b", "InvalidArgument"),
        ("x-amz-meta-a=%20b", "InvalidArgument"),
    ],
)
def test_what_cannot_be_one_header_is_refused(query: str, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        hoist(of(query, ("x-amz-meta-there", "b")))
    assert caught.value.code == code
