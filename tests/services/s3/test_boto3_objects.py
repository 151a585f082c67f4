"""An unmodified boto3 against a running server: what its users do all day."""

import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword.objects import ALGORITHMS
from watchword.testing import Server

DATA = b"The watchword of tonight"


@pytest.fixture
def s3(watchword: Server) -> Iterator[BaseClient]:
    client = boto3.client("s3", **watchword.client_arguments)
    client.create_bucket(Bucket="bucket")
    yield client
    client.close()


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_put_get_head_delete(s3: BaseClient) -> None:
    put = s3.put_object(
        Bucket="bucket", Key="a b/ü+%.txt", Body=DATA, ContentType="text/plain", Metadata={"legion": "XIII"}
    )
    assert put["ETag"] == f'"{hashlib.md5(DATA).hexdigest()}"'
    got = s3.get_object(Bucket="bucket", Key="a b/ü+%.txt")
    assert got["Body"].read() == DATA
    assert (got["ContentType"], got["Metadata"], got["ContentLength"]) == (
        "text/plain",
        {"legion": "XIII"},
        24,
    )
    assert got["ChecksumCRC32"] == put["ChecksumCRC32"]
    head = s3.head_object(Bucket="bucket", Key="a b/ü+%.txt")
    assert (head["ETag"], head["ContentLength"]) == (put["ETag"], 24)
    s3.delete_object(Bucket="bucket", Key="a b/ü+%.txt")
    with pytest.raises(ClientError) as missing:
        s3.head_object(Bucket="bucket", Key="a b/ü+%.txt")
    assert code(missing) == ("404", 404)


def test_headers_are_kept_and_overridden(s3: BaseClient) -> None:
    kept = {"CacheControl": "no-cache", "ContentLanguage": "la", "ContentEncoding": "gzip"}
    s3.put_object(Bucket="bucket", Key="key", Body=DATA, Expires=datetime(2030, 1, 1, tzinfo=UTC), **kept)
    head = s3.head_object(Bucket="bucket", Key="key")
    assert {name: head[name] for name in kept} == kept
    assert head["ExpiresString"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    got = s3.get_object(
        Bucket="bucket",
        Key="key",
        ResponseExpires=datetime(2031, 1, 1, tzinfo=UTC),
        ResponseContentType="a/b",
    )
    assert (got["ExpiresString"], got["ContentType"]) == ("Wed, 01 Jan 2031 00:00:00 GMT", "a/b")


def test_ranges_and_conditions(s3: BaseClient) -> None:
    tag = s3.put_object(Bucket="bucket", Key="key", Body=DATA)["ETag"]
    part = s3.get_object(Bucket="bucket", Key="key", Range="bytes=4-12")
    assert part["Body"].read() == b"watchword"
    assert (part["ResponseMetadata"]["HTTPStatusCode"], part["ContentRange"]) == (206, "bytes 4-12/24")
    for asked, expected in (
        ({"IfNoneMatch": tag}, ("304", 304)),
        ({"IfMatch": '"other"'}, ("PreconditionFailed", 412)),
        ({"Range": "bytes=99-"}, ("InvalidRange", 416)),
    ):
        with pytest.raises(ClientError) as refused:
            s3.get_object(Bucket="bucket", Key="key", **asked)
        assert code(refused) == expected
    with pytest.raises(ClientError) as exists:
        s3.put_object(Bucket="bucket", Key="key", Body=b"", IfNoneMatch="*")
    assert code(exists) == ("PreconditionFailed", 412)


def test_a_large_file_up_and_down(s3: BaseClient, tmp_path: Path) -> None:
    up, down = tmp_path / "up", tmp_path / "down"
    up.write_bytes(bytes(range(256)) * (12 << 12))
    with up.open("rb") as body:
        s3.put_object(Bucket="bucket", Key="large", Body=body)
    s3.download_file("bucket", "large", str(down))
    assert down.read_bytes() == up.read_bytes()


def test_a_large_file_in_parts_and_a_copy_of_it(s3: BaseClient, tmp_path: Path) -> None:
    up, down = tmp_path / "up", tmp_path / "down"
    up.write_bytes(bytes(range(256)) * (17 << 12))
    s3.upload_file(str(up), "bucket", "ü/large", ExtraArgs={"Metadata": {"legion": "XIII"}})
    s3.copy({"Bucket": "bucket", "Key": "ü/large"}, "bucket", "copy")
    for key in ("ü/large", "copy"):
        s3.download_file("bucket", key, str(down))
        assert down.read_bytes() == up.read_bytes()
        assert s3.head_object(Bucket="bucket", Key=key)["ETag"].endswith('-3"')
    head = s3.head_object(Bucket="bucket", Key="ü/large", ChecksumMode="ENABLED")
    assert (head["Metadata"], head["ChecksumType"]) == ({"legion": "XIII"}, "COMPOSITE")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="bucket")


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("CRC32", "COMPOSITE"),
        ("SHA256", "COMPOSITE"),
        ("XXHASH3", "COMPOSITE"),
        ("CRC32", "FULL_OBJECT"),
        ("CRC64NVME", "FULL_OBJECT"),
    ],
)
def test_an_upload_by_hand(s3: BaseClient, algorithm: str, kind: str) -> None:
    named = {"Bucket": "bucket", "Key": "key"}
    begun = s3.create_multipart_upload(**named, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert (begun["ChecksumAlgorithm"], begun["ChecksumType"]) == (algorithm, kind)
    named["UploadId"] = begun["UploadId"]
    member, parts = f"Checksum{algorithm}", []
    for number, data in ((1, bytes(5 << 20)), (2, DATA)):
        sent = s3.upload_part(**named, PartNumber=number, Body=data, ChecksumAlgorithm=algorithm)
        parts.append({"PartNumber": number, "ETag": sent["ETag"], member: sent[member]})
    listed = s3.list_parts(**named)["Parts"]
    assert [{name: each[name] for name in parts[0]} for each in listed] == parts
    done = s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts}, ChecksumType=kind)
    assert done["Location"].endswith("/bucket/key")
    got = s3.get_object(Bucket="bucket", Key="key", ChecksumMode="ENABLED")
    assert got["Body"].read() == bytes(5 << 20) + DATA
    assert (got[member], got["ChecksumType"]) == (done[member], kind)


def test_an_upload_that_says_nothing_of_checksums(s3: BaseClient) -> None:
    """boto3 sends a CRC-32 with each part all the same."""
    named = {"Bucket": "bucket", "Key": "key"}
    named["UploadId"] = s3.create_multipart_upload(**named)["UploadId"]
    tag = s3.upload_part(**named, PartNumber=1, Body=DATA)["ETag"]
    s3.complete_multipart_upload(**named, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == DATA


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS.keys() - {"MD5"}))  # boto3 computes no MD5
def test_each_checksum_is_kept_and_told(s3: BaseClient, algorithm: str) -> None:
    s3.put_object(Bucket="bucket", Key="key", Body=DATA, ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket="bucket", Key="key", ChecksumMode="ENABLED")
    assert got["Body"].read() == DATA
    assert got[f"Checksum{algorithm}"]
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="bucket", Key="key", Body=b"other", ChecksumSHA256="A" * 43 + "=")
    assert code(refused) == ("BadDigest", 400)


@pytest.mark.slow
def test_objects_expire_as_time_goes_by(s3: BaseClient, watchword: Server) -> None:
    for key in ("tmp/a", "kept"):
        s3.put_object(Bucket="bucket", Key=key, Body=DATA)
    rule = {"Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
    assert "expiry-date=" in s3.head_object(Bucket="bucket", Key="tmp/a")["Expiration"]
    watchword.advance(3 * 86_400)
    for _ in range(240):
        if s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1:
            return
        time.sleep(0.5)
    pytest.fail("nothing has expired")


def test_lists_of_every_version(s3: BaseClient) -> None:
    keys = [f"logs/{day:02}/é {number}" for day in range(5) for number in range(4)]
    for key in keys:
        s3.put_object(Bucket="bucket", Key=key)
    for version in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(version).paginate(
            Bucket="bucket", Prefix="logs/", PaginationConfig={"PageSize": 3}
        )
        assert [each["Key"] for page in pages for each in page["Contents"]] == keys
        folders = s3.get_paginator(version).paginate(
            Bucket="bucket", Prefix="logs/", Delimiter="/", PaginationConfig={"PageSize": 2}
        )
        prefixes = [each["Prefix"] for page in folders for each in page["CommonPrefixes"]]
        assert prefixes == [f"logs/{day:02}/" for day in range(5)]


def test_copy_and_delete_many(s3: BaseClient) -> None:
    s3.put_object(Bucket="bucket", Key="a+b c", Body=DATA, Metadata={"a": "b"})
    s3.copy_object(Bucket="bucket", Key="copy", CopySource={"Bucket": "bucket", "Key": "a+b c"})
    got = s3.get_object(Bucket="bucket", Key="copy")
    assert (got["Body"].read(), got["Metadata"]) == (DATA, {"a": "b"})
    deleted = s3.delete_objects(
        Bucket="bucket", Delete={"Objects": [{"Key": "copy"}, {"Key": "a+b c"}, {"Key": "none"}]}
    )
    assert sorted(each["Key"] for each in deleted["Deleted"]) == ["a+b c", "copy", "none"]
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


def test_a_bucket_is_made_listed_and_removed(s3: BaseClient) -> None:
    s3.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["bucket", "far"]
    assert s3.get_bucket_location(Bucket="far")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="bucket")["LocationConstraint"] is None
    assert s3.head_bucket(Bucket="far")["BucketRegion"] == "eu-west-1"
    with pytest.raises(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket="far")
    s3.put_object(Bucket="far", Key="key")
    with pytest.raises(ClientError) as refused:
        s3.delete_bucket(Bucket="far")
    assert code(refused) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket="far", Key="key")
    s3.delete_bucket(Bucket="far")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_bucket_location(Bucket="far")


def test_what_a_bucket_never_has(s3: BaseClient) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket="bucket")
    assert s3.get_bucket_acl(Bucket="bucket")["Grants"][0]["Grantee"]["Type"] == "CanonicalUser"
    rules = s3.get_bucket_ownership_controls(Bucket="bucket")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    with pytest.raises(ClientError) as refused:
        s3.get_bucket_tagging(Bucket="bucket")
    assert code(refused) == ("NoSuchTagSet", 404)


def test_a_policy_lets_anybody_read(s3: BaseClient, watchword: Server) -> None:
    s3.put_object(Bucket="bucket", Key="key", Body=DATA)
    url = f"{watchword.endpoint}/bucket/key"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)
    assert refused.value.status == 403
    assert b"<Code>AccessDenied</Code>" in refused.value.read()
    refused.value.close()
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.delete_public_access_block(Bucket="bucket")
    s3.put_bucket_policy(Bucket="bucket", Policy=document)
    assert json.loads(s3.get_bucket_policy(Bucket="bucket")["Policy"])["Statement"] == [statement]
    assert s3.get_bucket_policy_status(Bucket="bucket")["PolicyStatus"]["IsPublic"] is True
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == DATA
    s3.delete_bucket_policy(Bucket="bucket")
    with pytest.raises(ClientError) as gone:
        s3.get_bucket_policy(Bucket="bucket")
    assert code(gone) == ("NoSuchBucketPolicy", 404)


def test_a_refusal_names_what_it_is_about(s3: BaseClient) -> None:
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="bucket", Key="none")
    assert refused.value.response["Error"] == {
        "Code": "NoSuchKey",
        "Message": "The specified key does not exist.",
        "Key": "none",
    }
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="bucket", Key="key", ServerSideEncryption="aws:kms")
    assert code(refused) == ("NotImplemented", 501)
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="bucket", Key="key", ACL="public-read")
    assert code(refused) == ("AccessControlListNotSupported", 400)


@given(
    objects=st.dictionaries(
        st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
        st.binary(max_size=64),
        max_size=4,
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_key_goes_round(s3: BaseClient, objects: dict[str, bytes]) -> None:
    # urllib3 resolves dot segments before it sends a request; test_raw_requests sends them as they are.
    objects = {key: data for key, data in objects.items() if not {".", ".."} & set(key.split("/"))}
    for key, data in objects.items():
        s3.put_object(Bucket="bucket", Key=key, Body=data)
    assert {key: s3.get_object(Bucket="bucket", Key=key)["Body"].read() for key in objects} == objects
    listed = [each["Key"] for each in s3.list_objects_v2(Bucket="bucket").get("Contents", ())]
    assert listed == sorted(objects, key=str.encode)
    for key in objects:
        s3.delete_object(Bucket="bucket", Key=key)
