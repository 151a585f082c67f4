"""x-amz-copy-source is parsed once, and means one bucket and one key (security lessons N10, N16)."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import AwsError
from watchword.services.s3.copy_source import Source


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bucket/key", Source("bucket", "key")),
        ("/bucket/key", Source("bucket", "key")),
        ("bucket/a/b", Source("bucket", "a/b")),
        ("bucket//key", Source("bucket", "/key")),
        ("bucket/a%2Fb%20c+d%2B", Source("bucket", "a/b c d+")),
        ("bucket%2Fkey", Source("bucket", "key")),
        ("bucket/%252e", Source("bucket", "%2e")),
        ("bucket/../x", Source("bucket", "../x")),
        ("bucket/k%3FversionId=1", Source("bucket", "k?versionId=1")),
        ("bucket/key?versionId=null", Source("bucket", "key", "null")),
        ("bucket/key?versionId=", Source("bucket", "key", "")),
        ("bucket/%C3%A9", Source("bucket", "é")),
    ],
)
def test_a_source_is_a_bucket_and_a_key(header: str, expected: Source) -> None:
    assert Source.parse(header) == expected


@pytest.mark.parametrize(
    "header", ["", "/", "bucket", "/bucket", "bucket/", "//key", "bucket/k?x=1", "bucket/%ff", "?versionId=1"]
)
def test_what_is_no_source_is_refused(header: str) -> None:
    with pytest.raises(AwsError) as caught:
        Source.parse(header)
    assert caught.value.code == "InvalidArgument"


def test_access_points_are_not_served() -> None:
    with pytest.raises(AwsError) as caught:
        Source.parse("arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/key")
    assert caught.value.code == "NotImplemented"


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=200)
def test_any_key_survives_its_encoding(key: str) -> None:
    assert Source.parse(f"bucket/{quote(key, safe='/~')}") == Source("bucket", key)
