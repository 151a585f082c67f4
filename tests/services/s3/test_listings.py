"""Listings agree with a naive model, page by page."""

import itertools
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.s3.harness import OWNER, Counter

from watchword.facts.buckets import BUCKET
from watchword.services.s3.limits import canonical_id
from watchword.store.s3 import objects

TREE = ("a.txt", "photos/2024/a.jpg", "photos/2024/b.jpg", "photos/2025/a.jpg", "photos/index", "z/", "é")


@pytest.fixture
def tree(s3: Counter, bucket: str) -> str:
    for key in TREE:
        s3.put(bucket, key)
    return bucket


def shown(output: dict[str, Any]) -> tuple[list[str], list[str]]:
    keys = [each["Key"] for each in output["Contents"]]
    return keys, [each["Prefix"] for each in output["CommonPrefixes"]]


def test_keys_come_in_the_order_of_their_bytes(s3: Counter, tree: str) -> None:
    output = s3("ListObjectsV2", Bucket=tree)
    assert shown(output) == (list(TREE), [])
    assert (output["KeyCount"], output["IsTruncated"], output["MaxKeys"]) == (len(TREE), False, 1000)
    assert "NextContinuationToken" not in output


@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "prefixes"),
    [
        ("", "/", ["a.txt", "é"], ["photos/", "z/"]),
        ("photos/", "/", ["photos/index"], ["photos/2024/", "photos/2025/"]),
        ("photos/2024/", "/", ["photos/2024/a.jpg", "photos/2024/b.jpg"], []),
        ("photos", "/", [], ["photos/"]),
        ("photos/", "2", ["photos/index"], ["photos/2"]),
        ("z/", "/", ["z/"], []),
        ("none", "/", [], []),
        (
            "",
            "a.",
            ["photos/2024/b.jpg", "photos/index", "z/", "é"],
            ["a.", "photos/2024/a.", "photos/2025/a."],
        ),
    ],
)
def test_keys_roll_up_at_the_delimiter(
    s3: Counter, tree: str, prefix: str, delimiter: str, keys: list[str], prefixes: list[str]
) -> None:
    for operation in ("ListObjects", "ListObjectsV2"):
        output = s3(operation, Bucket=tree, Prefix=prefix, Delimiter=delimiter)
        assert shown(output) == (keys, prefixes)
        assert (output["Prefix"], output["Delimiter"]) == (prefix, delimiter)


def test_the_first_version_ends_a_page_with_a_key(s3: Counter, tree: str) -> None:
    output = s3("ListObjects", Bucket=tree, MaxKeys=2, Delimiter="/")
    assert shown(output) == (["a.txt"], ["photos/"])
    assert (output["IsTruncated"], output["NextMarker"]) == (True, "photos/")
    output = s3("ListObjects", Bucket=tree, Marker="photos/", Delimiter="/")
    assert shown(output) == (["é"], ["z/"])
    assert "NextMarker" not in s3("ListObjects", Bucket=tree, MaxKeys=2)


def test_the_second_version_starts_after_a_key_or_token(s3: Counter, tree: str) -> None:
    output = s3("ListObjectsV2", Bucket=tree, StartAfter="photos/2025/a.jpg", MaxKeys=1)
    assert shown(output) == (["photos/index"], [])
    assert output["StartAfter"] == "photos/2025/a.jpg"
    token = output["NextContinuationToken"]
    output = s3("ListObjectsV2", Bucket=tree, ContinuationToken=token, StartAfter="photos/2025/a.jpg")
    assert shown(output) == (["z/", "é"], [])
    assert output["ContinuationToken"] == token


def test_an_entry_describes_its_object(s3: Counter, bucket: str) -> None:
    tag = s3.put(bucket, "key", b"data")["ETag"]
    entry = {
        "Key": "key",
        "LastModified": s3.now.replace(microsecond=0),
        "ETag": tag,
        "Size": 4,
        "StorageClass": "STANDARD",
    }
    owned = entry | {"Owner": {"ID": canonical_id(OWNER)}}
    assert s3("ListObjects", Bucket=bucket)["Contents"] == [owned]
    assert s3("ListObjectsV2", Bucket=bucket)["Contents"] == [entry]
    assert s3("ListObjectsV2", Bucket=bucket, FetchOwner=True)["Contents"] == [owned]


def test_keys_are_encoded_when_asked_for(s3: Counter, bucket: str) -> None:
    key = "a b/c+d~\x01é*"
    s3.put(bucket, key)
    output = s3("ListObjectsV2", Bucket=bucket, EncodingType="url", StartAfter="a", Delimiter="~")
    assert output["EncodingType"] == "url"
    assert output["CommonPrefixes"] == [{"Prefix": "a+b/c%2Bd%7E"}]
    encoded = s3("ListObjectsV2", Bucket=bucket, EncodingType="url")["Contents"][0]["Key"]
    assert encoded == "a+b/c%2Bd%7E%01%C3%A9*"
    assert unquote_plus(encoded) == key


def test_a_page_may_be_empty(s3: Counter, tree: str) -> None:
    for operation in ("ListObjects", "ListObjectsV2"):
        output = s3(operation, Bucket=tree, MaxKeys=0)
        assert (shown(output), output["IsTruncated"]) == (([], []), False)


@pytest.mark.parametrize("given", [{"MaxKeys": -1}, {"MaxKeys": 2**31}, {"ContinuationToken": "?"}])
def test_impossible_pages(s3: Counter, bucket: str, given: dict[str, object]) -> None:
    assert s3.code("ListObjectsV2", Bucket=bucket, **given) == "InvalidArgument"


def test_a_page_has_at_most_a_thousand(s3: Counter, bucket: str) -> None:
    bucket_id = s3.world.facts.get(BUCKET, bucket).bucket.id  # type: ignore[union-attr]
    with s3.world.database.write(s3.now, shared=True) as tx:
        for number in range(1001):
            objects.append(tx, objects.Object(bucket_id, b"%04d" % number, "blob", 0, "tag", s3.now))
    output = s3("ListObjectsV2", Bucket=bucket, MaxKeys=5000)
    assert (len(output["Contents"]), output["MaxKeys"], output["IsTruncated"]) == (1000, 1000, True)


# --- against a naive model -----------------------------------------------------------------------------

NUMBERS = itertools.count()
KEYS = st.text(st.sampled_from("ab/é\U0001f5dd\x7f\ufffd "), min_size=1, max_size=6)


def model(keys: set[str], prefix: str, delimiter: str) -> list[bytes]:
    """Keys and common prefixes, in the order of their bytes, from the definition."""
    entries = set()
    for key in keys:
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix) :]
        rolled_up = delimiter and delimiter in rest
        entries.add(prefix + rest.partition(delimiter)[0] + delimiter if rolled_up else key)
    return sorted(map(str.encode, entries))


@given(
    keys=st.sets(KEYS, max_size=14),
    prefix=st.text(st.sampled_from("ab/é"), max_size=2),
    delimiter=st.sampled_from(["", "/", "a", "é", "//", "ab"]),
    limit=st.integers(1, 5),
    version=st.sampled_from(["ListObjects", "ListObjectsV2"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_are_the_model_in_pieces(
    s3: Counter, keys: set[str], prefix: str, delimiter: str, limit: int, version: str
) -> None:
    bucket = f"model-{next(NUMBERS)}"
    s3("CreateBucket", Bucket=bucket)
    for key in keys:
        s3.put(bucket, key)
    found: list[bytes] = []
    given: dict[str, object] = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": limit}
    if delimiter:
        given["Delimiter"] = delimiter
    while True:
        output = s3(version, **given)
        page = sorted(map(str.encode, [*shown(output)[0], *shown(output)[1]]))
        assert len(page) <= limit
        found += page
        if not output["IsTruncated"]:
            break
        assert len(page) == limit
        if version == "ListObjectsV2":
            given["ContinuationToken"] = output["NextContinuationToken"]
        else:
            given["Marker"] = output.get("NextMarker") or output["Contents"][-1]["Key"]
    assert found == model(keys, prefix, delimiter)


def test_a_page_of_none_is_the_end(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key")
    page = s3("ListObjectsV2", Bucket=bucket, MaxKeys=0)
    assert page["IsTruncated"] is False
    assert "NextContinuationToken" not in page
