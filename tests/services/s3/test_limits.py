"""Names and sizes: General purpose bucket naming rules, object keys, user metadata."""

import pytest

from watchword.names import AwsError
from watchword.services.s3.limits import canonical_id, check_metadata, is_bucket_name, key_bytes


@pytest.mark.parametrize(
    "name", ["abc", "a.b", "1-2", "my-bucket.2024", "a" * 63, "0aa", "1.2.3.4.5", "a--b"]
)
def test_a_bucket_may_be_called(name: str) -> None:
    assert is_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 64,
        "Abc",
        "a_b",
        "-ab",
        "ab-",
        ".ab",
        "ab.",
        "a..b",
        "192.168.5.4",
        "xn--a",
        "sthree-a",
        "amzn-s3-demo-a",
        "a-s3alias",
        "a--ol-s3",
        "a.mrap",
        "a--x-s3",
        "a--table-s3",
        "ab\n",
        "a/b",
        "../a",
        "ünïcode",
        "१२३",
        "_watchword",
    ],
)
def test_a_bucket_may_not_be_called(name: str) -> None:
    assert not is_bucket_name(name)


def test_a_key_is_measured_in_bytes() -> None:
    assert len(key_bytes("é" * 512)) == 1024
    with pytest.raises(AwsError) as caught:
        key_bytes("é" * 512 + "x")
    assert caught.value.code == "KeyTooLongError"
    assert caught.value.fields == {"Size": "1025", "MaxSizeAllowed": "1024"}


def test_metadata_is_measured_in_bytes_names_included() -> None:
    check_metadata({"é": "x" * 2046})
    with pytest.raises(AwsError) as caught:
        check_metadata({"é": "x" * 2047})
    assert caught.value.code == "MetadataTooLarge"


def test_an_account_has_one_canonical_id() -> None:
    assert len(canonical_id("111122223333")) == 64
    assert canonical_id("111122223333") != canonical_id("111122223334")
